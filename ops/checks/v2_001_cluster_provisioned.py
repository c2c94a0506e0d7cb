from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.clusters import cluster_subject, is_in_grace, show_command, since, state_of, told, undecided
from ops.checks.declaration import check
from ops.model.cluster import Cluster
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line


@check(
    id="PHSM-V2-001",
    title="The payment HSM cluster is provisioned",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.MICROSOFT,
    source="https://learn.microsoft.com/azure/payment-hsm-v2/overview",
    reviewed=date(2026, 11, 24),
)
def cluster_provisioned(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A payment HSM cluster is ready when its provisioningState is Succeeded; Failed, or an hour in between, is Microsoft's.

    ## Why it matters
    Provisioning and updating a cluster is Microsoft's part of the service. The states come from the API specification
    (2025-12-01-preview); the hour of grace, counted from the last change that Azure has recorded for the cluster, is
    our own advice. A cluster is other hardware than a payShield HSM, and Thales has no part in it.

    ## How to fix it
    Read what Azure says, the status message above all:

        az resource show --ids <cluster id> --api-version 2025-12-01-preview

    Then ask Microsoft's support. No ticket is drafted from here: the support service for clusters is not known yet.
    """
    for cluster in estate.clusters.values():
        yield _judge(cluster, estate)


def _judge(cluster: Cluster, estate: Estate) -> Verdict:
    if verdict := undecided(cluster):
        return verdict
    subject = cluster_subject(cluster)
    said = f', status message "{one_line(cluster.status_message)}"' if cluster.status_message else ""
    evidence = f"provisioningState {told(cluster)}"
    match state_of(cluster.provisioning_state):
        case "succeeded":
            return passed(subject, f"{evidence}{said}")
        case "deleting":
            return not_applicable(subject, f"{evidence}{said}")
        case "provisioning" | "updating":
            evidence = f"{evidence} {since(cluster, estate)}"
            grace = is_in_grace(cluster, estate)
            if grace is None:
                return unknown(subject, f"{evidence}{said}")
            if grace:
                return not_applicable(subject, f"{evidence}{said}")
    return failed(
        subject, f"{evidence}{said}", fix=f"see what Azure says, then ask Microsoft's support: {show_command(cluster)}"
    )
