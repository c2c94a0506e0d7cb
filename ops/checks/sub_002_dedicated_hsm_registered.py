from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.declaration import check
from ops.checks.feature_state import judge_feature
from ops.checks.hsm_subscriptions import hsm_subscriptions
from ops.model.estate import DEDICATED_HSM_FEATURE, Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-SUB-002",
    title="The feature AzureDedicatedHsm is registered in every subscription that holds an HSM",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/register-payment-hsm-resource-providers",
    reviewed=date(2026, 11, 24),
)
def dedicated_hsm_registered(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A subscription with payment HSMs needs the feature AzureDedicatedHsm, which opens their resource type to it.

    ## Why it matters
    Without the feature Azure hides the type of the HSMs from the subscription, and no HSM can be created there: not the
    second one of a pair, nor a new one on the day one is lost. Who acts depends on the state: where it is not
    registered, you do; where it is Pending, Microsoft has to approve it. No ticket is drafted for that, so ask its
    support yourself. While it is Registering it is neither approved nor refused, so the answer is unknown.

    ## How to fix it
    Register the feature, wait until it is Registered, then register the resource provider once more:

        az feature registration create --namespace Microsoft.HardwareSecurityModules --name AzureDedicatedHsm --subscription <id>
        az provider register --namespace Microsoft.HardwareSecurityModules --subscription <id>
    """
    for one in hsm_subscriptions(estate):
        yield judge_feature(one.subject, DEDICATED_HSM_FEATURE, one.id, one.known, ticket=False)
