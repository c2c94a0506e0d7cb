"""The evidence that is attached to a ticket: what was found about its HSMs, and what Azure said of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from pydantic import TypeAdapter

from ops.codec.snapshot import estate_digest, snapshot_text
from ops.model.estate import Estate
from ops.model.finding import Finding, Outcome
from ops.model.once import once
from ops.model.policy import Policy
from ops.model.run import Run
from ops.model.ticket import Cause, Evidence, EvidenceFile
from ops.support.causes import about
from ops.support.excerpt import bare, excerpt, only, without_peers
from ops.support.masking import masked, masked_estate

MOST_BYTES = 5 * 1024 * 1024 - 64 * 1024
"""What a file workspace takes is 5 MiB; packing makes text smaller, and never much larger."""
_FEW, _HSMS = 500, 20
_OURS_ALONE = ("PHSM-RDY-", "PHSM-HSM-005")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """What goes out. ``estate`` is judged by ``policy``; ``hsms`` are the keys of those that the ticket is about."""

    hsms: Collection[str]
    findings: tuple[Finding, ...]
    estate: Estate
    policy: Policy


def evidence_of(draft_name: str, cause: Cause, run: Run, policy: Policy, version: str, *, redact: bool) -> Evidence:
    """The bundle of a ticket; ``redact`` leaves out addresses and tags. Who bears a failure, and why, is never in it.

    What is too large is cut in this order: findings that passed, what is peered, long lists of names, the others of
    the pool, the estate, the last findings; ``cut`` says what.
    """
    hsms = cause.hsms or _hsms_in(cause.subscriptions, run.estate)
    subjects = {*hsms, *(f"/subscriptions/{subscription.lower()}" for subscription in cause.subscriptions)}
    content = _Content(
        hsms=hsms,
        findings=tuple(replace(one, muted=None, lapsed=None) for one in about(run, subjects) if _tells(one)),
        estate=excerpt(run, cause, hsms),
        policy=_policy(policy, redact=redact),
    )
    cut: list[str] = []
    if redact:
        findings = tuple(map(masked, content.findings))
        content = replace(content, findings=findings, estate=masked_estate(content.estate))
        cut.append("addresses, tags and load balancers, as was asked for")
    made_from = {
        "tool": f"payment-hsm-ops {version}",
        "observed_at": run.estate.observed_at.isoformat(),
        "source": {"kind": run.estate.source.kind, "name": run.estate.source.name},
        "estate": estate_digest(run.estate, policy),
        "scope": list(content.estate.scope),
    }
    return Evidence(name=f"phsm-evidence-{draft_name}.zip", files=_fitting(content, made_from, cut), cut=tuple(cut))


def _fitting(content: _Content, made_from: Mapping[str, object], cut: list[str]) -> tuple[EvidenceFile, ...]:
    """The files, cut until they are small enough; what was left out is added to ``cut``."""
    files = _files(content, made_from, cut)
    for step in (*_STEPS, *[_halve] * _FEW.bit_length()):
        if sum(len(file.text) for file in files) <= MOST_BYTES:
            break
        content, what = step(content)
        cut.append(f"{what}, because the whole is larger than {MOST_BYTES // 1024} KiB")
        files = _files(content, made_from, cut)
    return files


def _files(content: _Content, made_from: Mapping[str, object], cut: Sequence[str]) -> tuple[EvidenceFile, ...]:
    """All of them ASCII: as many bytes as characters."""
    ids = {hsm.id: hsm.request_id for hsm in content.estate.hsms.values() if hsm.request_id}
    about_it = {**made_from, "azure_request_ids": ids, "left_out": list(cut)}
    return (
        EvidenceFile(name="about.json", text=_json(about_it)),
        EvidenceFile(name="findings.json", text=_findings(content.findings)),
        EvidenceFile(name="estate.json", text=_estate(content.estate, content.policy, str(made_from["tool"]))),
    )


@once
def _findings(findings: tuple[Finding, ...]) -> str:
    return _json(_adapter().dump_python(findings, mode="json"))


@once
def _estate(estate: Estate, policy: Policy, tool: str) -> str:
    """As a snapshot, so that it can be looked into as one."""
    return snapshot_text(estate, policy, tool)


def _policy(policy: Policy, *, redact: bool) -> Policy:
    """What judges the part: without persons and what they attest, which is nobody's business but ours.

    Pools are told by tags, and peers by what carries their traffic.
    """
    if redact:
        return Policy(checks=policy.checks)
    return Policy(pools=policy.pools, peers=replace(policy.peers, secured_hubs={}), checks=policy.checks)


@cache
def _adapter() -> TypeAdapter[tuple[Finding, ...]]:
    return TypeAdapter(tuple[Finding, ...])


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=True) + "\n"


def _tells(finding: Finding) -> bool:
    """Whether it tells Microsoft something: what we attest to ourselves does not, nor what there was nothing to judge of.

    Which HSMs we expect is told with who deleted them, and persons are nobody's business but ours.
    """
    return not finding.check.startswith(_OURS_ALONE) and finding.outcome is not Outcome.NOT_APPLICABLE


def _hsms_in(subscriptions: Collection[str], estate: Estate) -> tuple[str, ...]:
    wanted = {subscription.lower() for subscription in subscriptions}
    return tuple(key for key, hsm in estate.hsms.items() if hsm.subscription in wanted)


def _drop_passed(content: _Content) -> tuple[_Content, str]:
    failed = tuple(one for one in content.findings if one.outcome is not Outcome.PASS)
    return replace(content, findings=failed), "findings that passed"


def _drop_peers(content: _Content) -> tuple[_Content, str]:
    what = "virtual networks that are peered, gateways, load balancers"
    return replace(content, estate=without_peers(content.estate)), what


def _name_fewer(content: _Content) -> tuple[_Content, str]:
    """A finding about a pool may name ten thousand HSMs."""
    findings = tuple(
        replace(one, subject=replace(one.subject, hsms=one.subject.hsms[:_HSMS])) for one in content.findings
    )
    return replace(content, findings=findings), f"HSMs that one finding names beyond the first {_HSMS}"


def _drop_pool(content: _Content) -> tuple[_Content, str]:
    what = "HSMs of the pool that the ticket is not about"
    return replace(content, estate=only(content.estate, content.hsms)), what


def _drop_estate(content: _Content) -> tuple[_Content, str]:
    return replace(content, estate=bare(content.estate), policy=Policy()), "the estate"


def _drop_last(content: _Content) -> tuple[_Content, str]:
    return replace(content, findings=content.findings[:_FEW]), f"findings beyond the first {_FEW}"


def _halve(content: _Content) -> tuple[_Content, str]:
    findings = content.findings[: len(content.findings) // 2]
    return replace(content, findings=findings), f"findings beyond the first {len(findings)}"


_STEPS: tuple[Callable[[_Content], tuple[_Content, str]], ...] = (
    _drop_passed,
    _drop_peers,
    _name_fewer,
    _drop_pool,
    _drop_estate,
    _drop_last,
)
