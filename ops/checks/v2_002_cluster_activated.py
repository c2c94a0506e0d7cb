from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.clusters import cluster_subject, show_command, state_of, told, unsettled
from ops.checks.declaration import check
from ops.model.cluster import Cluster
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_PROVISIONED = ("succeeded", "updating")
_INACTIVE = ("notactivated", "notdefined", "failed")


@check(
    id="PHSM-V2-002",
    title="The payment HSM cluster is activated",
    severity=Severity.MEDIUM,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm-v2/overview",
    reviewed=date(2026, 11, 24),
)
def cluster_activated(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A provisioned payment HSM cluster serves only after you have activated it: activationState Active.

    ## Why it matters
    Microsoft provisions the cluster; its activation is the step by which you take it over. Until then it answers no
    application, and nobody but you can do it. The rule and the states follow the API specification (2025-12-01-preview).

    ## How to fix it
    Activate the cluster over its management endpoint, then see whether the state has followed:

        az resource show --ids <cluster id> --api-version 2025-12-01-preview --query properties.activationState

    If the activation itself has failed, repeat it; if it fails again, ask Microsoft's support.
    """
    for cluster in estate.clusters.values():
        yield _judge(cluster)


def _judge(cluster: Cluster) -> Verdict:
    if verdict := unsettled(cluster):
        return verdict
    subject = cluster_subject(cluster)
    if state_of(cluster.provisioning_state) not in _PROVISIONED:
        return not_applicable(subject, f"provisioningState {told(cluster)} (PHSM-V2-001)")
    activation = state_of(cluster.activation_state)
    if not activation:
        return unknown(subject, "its activation state is not known")
    evidence = f"activationState {one_line(cluster.activation_state, 60)}"
    if activation == "active":
        return passed(subject, evidence)
    if activation in _INACTIVE:
        look = f"{show_command(cluster)} --query properties.activationState"
        return failed(subject, evidence, fix=f"activate it over its management endpoint, then look again: {look}")
    return unknown(subject, f"{evidence}, a state that is not known here")
