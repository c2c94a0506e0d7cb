from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from ops.checks.clusters import cluster_subject, is_in_grace, show_command, since, state_of, unsettled
from ops.checks.declaration import check
from ops.model.cluster import Cluster, ClusterNode
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_UP = ("started", "running")
_IN_BETWEEN = ("deploying", "configuringslb", "starting", "relocating", "initialprovisioning", "updating")
_DOWN = ("failed", "degraded", "deleting", "deletingslbentry", "delayeddeletion")
_CLUSTER_OF = 3


@check(
    id="PHSM-V2-003",
    title="Every node of the payment HSM cluster is Started or Running",
    severity=Severity.HIGH,
    category=IssueCategory.HARDWARE,
    party=Party.MICROSOFT,
    source="https://learn.microsoft.com/azure/payment-hsm-v2/overview",
    reviewed=date(2026, 11, 24),
)
def nodes_running(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A payment HSM cluster has three nodes, and Microsoft keeps them running.

    ## Why it matters
    The nodes stand in for each other. With one of three down the cluster serves with less room for the next failure;
    with two down it is one failure away from silence. Nodes are updated and moved by Microsoft; that counts as down when
    the last change that Azure has recorded for the cluster is more than an hour old, which is our own advice. The states
    follow the API specification (2025-12-01-preview), and Running, which only its example has, counts as well.

    ## How to fix it
    Read the message of each node:

        az resource show --ids <cluster id> --api-version 2025-12-01-preview --query properties.hsms

    Then ask Microsoft's support. No ticket is drafted from here: the support service for clusters is not known yet.
    """
    for cluster in estate.clusters.values():
        yield _judge(cluster, estate)


def _judge(cluster: Cluster, estate: Estate) -> Verdict:
    if verdict := unsettled(cluster):
        return verdict
    subject = cluster_subject(cluster)
    if not cluster.nodes:
        return unknown(subject, "its nodes are not told")
    moving = [node for node in cluster.nodes if state_of(node.state) in _IN_BETWEEN]
    down = [node for node in cluster.nodes if state_of(node.state) in _DOWN]
    untold = [node for node in cluster.nodes if state_of(node.state) not in (*_UP, *_IN_BETWEEN, *_DOWN)]
    grace = is_in_grace(cluster, estate)
    if grace is False:
        down += moving
    total = len(cluster.nodes)
    if down:
        return failed(
            subject,
            f"{len(down)} of {total} nodes down: {_listed(down)}{_beside(untold)}",
            severity=Severity.MEDIUM if len(down) == 1 and total >= _CLUSTER_OF else None,
            fix=f"see what Azure says, then ask Microsoft's support: {show_command(cluster)} --query properties.hsms",
        )
    if untold:
        return unknown(subject, f"{len(untold)} of {total} nodes in no known state: {_listed(untold)}")
    if moving:
        evidence = f"{len(moving)} of {total} nodes in between, {since(cluster, estate)}: {_listed(moving)}"
        return unknown(subject, evidence) if grace is None else not_applicable(subject, evidence)
    return passed(subject, f"{total} of {total} nodes up: {_listed(cluster.nodes)}")


def _beside(untold: Iterable[ClusterNode]) -> str:
    listed = _listed(untold)
    return f"; in no known state: {listed}" if listed else ""


def _listed(nodes: Iterable[ClusterNode]) -> str:
    return ", ".join(_told(node) for node in nodes)


def _told(node: ClusterNode) -> str:
    state = one_line(node.state, 60) if node.state and node.state.strip() else "untold"
    said = f' "{one_line(node.message, 120)}"' if node.message and state_of(node.state) not in _UP else ""
    return f"{one_line(node.name, 80)} {state}{said}"
