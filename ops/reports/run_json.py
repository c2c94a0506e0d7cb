"""A run as one JSON document, ``phsm.run/1``: the contract for scripts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from ops.model.estate import Source
from ops.model.fact import Gap
from ops.model.run import Run
from ops.reports.mutes import holds, mute_json


def render(run: Run) -> str:
    """All four outcomes are in ``findings``; text is as Azure sent it, escaped as JSON demands.

    ``subject_id``: null for a pool. ``ticket``: a ticket is drafted for it. ``note``: a pass that people are told of.
    """
    document = {
        "schema": "phsm.run/1",
        "observed_at": timestamp(run.estate.observed_at),
        "source": source_json(run.estate.source),
        "scope": {"subscriptions": list(run.estate.scope)},
        "findings": [
            {
                "check": finding.check,
                "title": finding.title,
                "subject": str(finding.subject),
                "outcome": finding.outcome.value,
                "severity": finding.severity.value,
                "party": finding.party.value,
                "evidence": finding.evidence,
                "source": finding.source,
                "muted": mute_json(finding.muted) if finding.muted else None,
                "lapsed": mute_json(finding.lapsed) if finding.lapsed else None,
                "subject_id": finding.subject.id,
                "fix": finding.fix or None,
                "ticket": finding.ticket,
                "note": finding.note,
            }
            for finding in run.findings
        ],
        "gaps": gaps_json(run.estate.gaps),
        "summary": dict(run.summary),
        "support": [
            {"pool": item.pool, "severity_a": item.severity_a, "because": item.because} for item in run.support
        ],
        "unused_mutes": [
            {"check": mute.check, "subject": mute.subject, **mute_json(mute), "expired": not holds(mute, run)}
            for mute in run.unused_mutes
        ],
    }
    return dumps(document)


def gaps_json(gaps: Iterable[Gap]) -> list[dict[str, str]]:
    return [{"subject": gap.subject, "what": gap.what, "reason": gap.reason} for gap in gaps]


def source_json(source: Source) -> dict[str, Any]:
    """``original`` only where the source is a snapshot."""
    original = {"original": source_json(source.original)} if source.original else {}
    return {"kind": source.kind, "name": source.name, **original}


def timestamp(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds: ``2026-11-23T22:14:05Z``."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def dumps(document: dict[str, Any]) -> str:
    """ASCII only, so that no direction mark or escape reaches a terminal through a document.

    Of two number signs the first is escaped: a workflow's runner reads ``##[command]`` anywhere in a line.
    """
    return re.sub("#(?=#)", r"\\u0023", json.dumps(document, indent=2, ensure_ascii=True)) + "\n"
