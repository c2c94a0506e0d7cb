from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.feature_state import judge_feature
from ops.checks.subjects import subscription_subject
from ops.checks.vnets import hsm_vnets, peers, untold_peers
from ops.model import arm_id
from ops.model.estate import FASTPATH_FEATURE, Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


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
            subject = subscription_subject(estate, subscription, hsms)
            yield judge_feature(subject, FASTPATH_FEATURE, subscription, known, ticket=True)
