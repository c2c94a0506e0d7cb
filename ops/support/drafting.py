"""From a cause to the ticket that would be opened for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ops.model.fact import Gap
from ops.model.policy import Policy, TicketSeverity
from ops.model.run import Run
from ops.model.ticket import Cause, Desks, Draft, Ticket
from ops.support import fastpath, wording
from ops.support.causes import is_provisioning
from ops.support.classification import category_of, classify, find_service
from ops.support.evidence import evidence_of
from ops.support.impact import assess
from ops.support.naming import last, next_name


def draft_of(cause: Cause, run: Run, policy: Policy, desks: Desks, tickets: Sequence[Ticket], tool: str) -> Draft:
    """The ticket, still without evidence; service and classification are None where the desk does not tell them.

    ``tool`` is what its last line names: what wrote it, and from which facts.
    """
    before = last(cause, tickets)
    choice = classify(
        cause,
        () if isinstance(desks.classifications, Gap) else desks.classifications,
        policy.support.classifications,
    )
    if cause.kind == "fastpath":
        words = fastpath.describe(cause, run.estate, before, tool)
        severity, would_be, cap_reason = TicketSeverity.MINIMAL, None, ""
        subscription = fastpath.home(cause, policy)
        resource_id = fastpath.resource(subscription, run.estate)
    else:
        impact = assess(cause, run, policy)
        words = wording.describe(cause, run, policy, impact, before, tool)
        severity, would_be, cap_reason = impact.severity, impact.would_be, impact.cap_reason
        first = run.estate.hsms[cause.hsms[0]]
        subscription, resource_id = first.subscription, first.id
    return Draft(
        name=next_name(cause, tickets),
        cause=cause,
        title=words.title,
        description=words.description,
        severity=severity,
        would_be=would_be,
        cap_reason=cap_reason,
        category=category_of(cause),
        subscription=subscription,
        resource_id=resource_id,
        started_at=_started_at(cause, run),
        consent=policy.support.consent,
        service=None if isinstance(desks.services, Gap) else find_service(desks.services),
        classification=choice.classification,
        classification_note=choice.note,
    )


def with_evidence(draft: Draft, run: Run, policy: Policy, version: str, *, redact: bool) -> Draft:
    """The draft with what is attached to it, as far as the policy allows; ``redact`` leaves out more, never less."""
    if policy.support.evidence == "none":
        return draft
    redact = redact or policy.support.evidence == "redacted"
    return replace(draft, evidence=evidence_of(draft.name, draft.cause, run, policy, version, redact=redact))


def _started_at(cause: Cause, run: Run) -> datetime:
    """When an HSM's state is the failure, that state began with its last change; of all else only our look is known."""
    changes = (run.estate.hsms[hsm].last_modified_at for hsm in cause.hsms if is_provisioning(cause, hsm))
    return min((change for change in changes if change), default=run.estate.observed_at)
