from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.hsm_subscriptions import HsmSubscription, hsm_subscriptions
from ops.checks.subjects import not_read
from ops.model.estate import Estate
from ops.model.fact import Absent, Gap
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.support_plan import TICKET_ROLE, can_open_tickets, is_known
from ops.model.untrusted import one_line

_BUY = "open tickets in the portal, or get a plan of Professional Direct, Premier or Unified"
_LOOK = "az support services list --query \"[?contains(displayName, 'Payment HSM')]\" --output table"


@check(
    id="PHSM-SUB-004",
    title="A ticket could be opened from here for every subscription that holds an HSM",
    severity=Severity.MEDIUM,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
)
def tickets_can_be_opened(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Opening a ticket from here takes a role on the subscription, the Payment HSM service in the list, and a plan.

    ## Why it matters
    On the day an HSM is down, three things can stand between you and Microsoft: the identity that runs phsm lacks the
    role Support Request Contributor on the HSM's subscription; the list of support services does not hold Azure Payment
    HSM; or the support plan is too low. The Support API takes tickets from the plans Professional Direct, Premier and
    Unified only (https://learn.microsoft.com/rest/api/support). It accepts a ticket of a lower plan, and refuses it
    afterwards. The portal takes tickets from other plans too.

    No API tells the plan. It is known from the latest ticket of the subscription, or because you say it: what
    `support.plan` of the configuration names counts for every subscription. With neither, and all else in order, the
    check is not applicable. Where the list does not hold the service, a ticket can still be tried in the portal.

    ## How to fix it
    Give the identity that runs phsm the role, on the subscription of the HSMs:

        az role assignment create --role "Support Request Contributor" --assignee <object id> --scope /subscriptions/<id>
        phsm doctor

    Say which plan you have in `support.plan`. Where the plan is too low, the draft of a ticket still holds all that the
    portal asks for: `phsm tickets plan`.
    """
    for subscription in hsm_subscriptions(estate):
        yield _judge(subscription, estate, policy)


def _judge(subscription: HsmSubscription, estate: Estate, policy: Policy) -> Verdict:
    subject, known = subscription.subject, subscription.known
    plan: str | Absent | Gap | None = policy.support.plan or (known.support_plan if known else None)
    said_by = "support.plan" if policy.support.plan else "latest ticket"
    answers = [] if isinstance(plan, Absent) else [_plan(plan, said_by, subscription.gap)]
    answers += [_service(estate.has_support_service), _role(subscription)]
    wrong = [(reason, fix) for fine, reason, fix in answers if fine is False]
    if wrong:  # a role is of no use while the plan is too low, so the first fix is the one to paste
        return failed(subject, "; ".join(reason for reason, _ in wrong), fix=wrong[0][1])
    untold = [reason for fine, reason, _ in answers if fine is None]
    if untold:
        return unknown(subject, "; ".join(untold))
    if isinstance(plan, Absent):
        return not_applicable(subject, "role and service are there; no API tells the plan: attest it (support.plan)")
    return passed(subject, "; ".join(reason for _, reason, _ in answers))


def _role(subscription: HsmSubscription) -> tuple[bool | None, str, str]:
    """Whether the role is there (None = not known), the evidence for it, and the fix."""
    allowed = subscription.known.may_open_tickets if subscription.known else None
    if allowed is None or isinstance(allowed, Gap):
        return None, not_read("role", allowed or subscription.gap), ""
    if allowed:
        return True, "the role allows tickets", ""
    scope = quote(f"/subscriptions/{subscription.id}")
    fix = f"az role assignment create --role '{TICKET_ROLE}' --assignee OBJECT-ID --scope {scope}"
    return False, f"no role here allows tickets; {TICKET_ROLE} does", fix


def _service(listed: bool | Gap | None) -> tuple[bool | None, str, str]:
    if listed is None or isinstance(listed, Gap):
        return None, not_read("list of support services", listed), ""
    if listed:
        return True, "the list of support services holds Azure Payment HSM", ""
    return False, "the list of support services does not hold Azure Payment HSM", _LOOK


def _plan(plan: str | Gap | None, said_by: str, gap: Gap | None) -> tuple[bool | None, str, str]:
    if plan is None or isinstance(plan, Gap):
        return None, not_read("support plan", plan or gap), ""
    evidence = f"support plan {one_line(plan, 80)} ({said_by})"
    if can_open_tickets(plan):
        return True, evidence, ""
    if is_known(plan):
        return False, f"{evidence} takes no tickets through the API", _BUY
    return None, f"{evidence} is none that we know: attest yours (support.plan)", ""
