from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.subjects import not_read, subscription_subject
from ops.checks.vnets import hsm_vnets, peers, untold_peers
from ops.model import arm_id
from ops.model.estate import FASTPATH_FEATURE, Absent, Estate, Gap, Subscription
from ops.model.finding import IssueCategory, Party, Severity, Subject, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line


@check(
    id="PHSM-SUB-003",
    title="The feature FastPathEnabled is registered in every subscription that holds an HSM VNet or a directly peered VNet",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/register-payment-hsm-resource-providers",
    reviewed=date(2026, 11, 24),
)
def fastpath_registered(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A subscription whose VNets talk to payment HSMs needs the feature FastPathEnabled, and Microsoft has to approve it.

    ## Why it matters
    The tag fastpathenabled (PHSM-NET-005, PHSM-NET-006) has no effect in a subscription without the feature. That
    goes for the subscriptions of peered VNets as well. Who acts depends on the state: where it was never registered,
    you do; where it is Pending, Microsoft's support has to approve it, and one ticket that names every subscription
    is drafted for that. While it is Registering it is neither approved nor refused, so the answer is unknown.

    ## How to fix it
    Register the feature, then run the check again: the state becomes Pending, and `phsm tickets plan` shows the
    ticket. The second command tells when it was approved. Neither step causes downtime.

        az feature registration create --namespace Microsoft.Network --name FastPathEnabled --subscription <id>
        az feature registration show --provider-namespace Microsoft.Network --name FastPathEnabled --subscription <id>
    """
    yield from untold_peers(estate)
    needing: dict[str, list[str]] = {}
    for vnet in hsm_vnets(estate):
        needing.setdefault(arm_id.subscription(vnet.id), []).extend(vnet.hsms)
    for peer in peers(estate, policy):
        if not peer.exempt:
            needing.setdefault(arm_id.subscription(peer.id), []).extend(peer.hsms)
    for subscription, hsms in needing.items():
        known = estate.subscriptions.get(subscription)
        if known is None or known.gap is None or not known.gap.whole_subscription:  # else the run says unknown itself
            yield _judge(subscription_subject(estate, subscription, hsms), subscription, known)


def _judge(subject: Subject, subscription: str, known: Subscription | None) -> Verdict:
    state = _state(known)
    if state is None or isinstance(state, Gap):
        return unknown(subject, not_read(f"feature {FASTPATH_FEATURE}", state))
    told = "absent" if isinstance(state, Absent) else one_line(state, 60)
    evidence = f"feature {FASTPATH_FEATURE} is {told}"
    match told.lower():
        case "registered":
            return passed(subject, evidence)
        case "absent" | "notregistered" | "unregistered" | "unregistering":
            command = "az feature registration create --namespace Microsoft.Network --name FastPathEnabled"
            return failed(subject, evidence, fix=f"{command} --subscription {quote(subscription)}")
        case "pending":
            return failed(subject, f"{evidence}: Microsoft has to approve it", party=Party.MICROSOFT, ticket=True)
        case "registering":
            return unknown(subject, f"{evidence}: neither approved nor refused yet")
        case _:
            return unknown(subject, f"{evidence}, a state that says neither yes nor no")


def _state(known: Subscription | None) -> str | Absent | Gap | None:
    """The feature's state; a gap of the whole subscription stands for it, and the feature's name counts in any case."""
    if known is None:
        return None
    for feature, state in known.features.items():
        if feature.lower() == FASTPATH_FEATURE.lower():
            return state
    return known.gap
