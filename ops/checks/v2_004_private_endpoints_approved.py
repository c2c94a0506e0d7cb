from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from shlex import quote

from ops.checks.clusters import API_VERSION, cluster_subject, unsettled
from ops.checks.declaration import check
from ops.model.cluster import Cluster, EndpointConnection
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line
from ops.model.working import is_told

# az network private-endpoint-connection approve knows a closed list of types, and this is none of them
_APPROVED = '{"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}'
_APPLICATION, _MANAGEMENT = "application", "management"
_REFUSED = ("pending", "rejected", "disconnected")
_BROKEN = ("failed", "deleting", "canceled", "internalerror")


@check(
    id="PHSM-V2-004",
    title="The payment HSM cluster has an approved private endpoint for application and one for management",
    severity=Severity.HIGH,
    category=IssueCategory.NETWORKING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm-v2/overview",
    reviewed=date(2026, 11, 24),
)
def private_endpoints_approved(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A payment HSM cluster is reached through private endpoints alone: one for application, one for management.

    ## Why it matters
    A cluster has no NIC in your network and no public access. Without an approved private endpoint of the group
    `application` no payment reaches it; without one of the group `management` nobody can administer it, which is of
    medium severity. An endpoint that was made in another subscription or tenant waits for your approval, state Pending.
    The groups and states follow the API specification (2025-12-01-preview).

    ## How to fix it
    See what is there, approve what waits and is yours, and make what is missing:

        az resource show --ids <cluster id> --api-version 2025-12-01-preview --query properties.privateEndpointConnections
        az rest --method put --url "<connection id>?api-version=2025-12-01-preview" \\
            --body '{"properties": {"privateLinkServiceConnectionState": {"status": "Approved"}}}'
        az network private-endpoint create --resource-group <group> --name <name> --subnet <subnet id> \\
            --private-connection-resource-id <cluster id> --group-id application --connection-name <name>
    """
    for cluster in estate.clusters.values():
        yield _judge(cluster)


def _judge(cluster: Cluster) -> Verdict:
    if verdict := unsettled(cluster):
        return verdict
    subject = cluster_subject(cluster)
    if cluster.endpoints is None:
        return unknown(subject, "its private endpoint connections are not told")
    answers = {group: _has(group, cluster.endpoints) for group in (_APPLICATION, _MANAGEMENT)}
    evidence = "; ".join(
        f"{group}: {_told(group, has, cluster.endpoints)}" for group, has in answers.items() if has is not True
    )
    if False in answers.values():
        severity = None if answers[_APPLICATION] is False else Severity.MEDIUM
        return failed(subject, evidence, severity=severity, fix=_fix(cluster, cluster.endpoints, answers))
    if evidence:
        return unknown(subject, evidence)
    approved = (f"{group} by {_names(_approved(group, cluster.endpoints))}" for group in answers)
    return passed(subject, f"approved private endpoints: {', '.join(approved)}")


def _has(group: str, connections: tuple[EndpointConnection, ...]) -> bool | None:
    """Whether an approved connection of the group is there; None where one may be, and its state or groups are not told."""
    if _approved(group, connections):
        return True
    return None if any(_may_serve(group, one) for one in connections) else False


def _approved(group: str, connections: tuple[EndpointConnection, ...]) -> list[EndpointConnection]:
    return [one for one in connections if _status(one) == "approved" and group in _groups(one) and not _is_broken(one)]


def _may_serve(group: str, connection: EndpointConnection) -> bool:
    groups = _groups(connection)
    return _status(connection) not in _REFUSED and not _is_broken(connection) and (not groups or group in groups)


def _status(connection: EndpointConnection) -> str:
    return (connection.status or "").strip().lower()


def _groups(connection: EndpointConnection) -> set[str]:
    return {group.strip().lower() for group in connection.groups}


def _is_broken(connection: EndpointConnection) -> bool:
    return (connection.provisioning_state or "").strip().lower() in _BROKEN


def _told(group: str, has: bool | None, connections: tuple[EndpointConnection, ...]) -> str:
    found = [one for one in connections if not one.groups or group in _groups(one)]
    states = ", ".join(f"{_names([one])} {_state(one)}" for one in found)
    if has is None:
        return f"not known whether one is approved: {states}"
    return f"no approved private endpoint{f': {states}' if states else ''}"


def _state(connection: EndpointConnection) -> str:
    state = one_line(connection.status, 60) if is_told(connection.status) else "in an untold state"
    broken = f", provisioningState {one_line(connection.provisioning_state, 60)}" if _is_broken(connection) else ""
    return f"{state}{broken}{'' if connection.groups else ' for untold groups'}"


def _names(connections: list[EndpointConnection]) -> str:
    return ", ".join(one_line(one.name, 80) for one in connections)


def _fix(cluster: Cluster, connections: tuple[EndpointConnection, ...], answers: dict[str, bool | None]) -> str:
    missing = [group for group, has in answers.items() if has is False]
    for one in connections:
        waits = _status(one) == "pending" and not _is_broken(one)
        if waits and (not one.groups or not _groups(one).isdisjoint(missing)):
            url = quote(f"{cluster.id}/privateEndpointConnections/{one.name}?api-version={API_VERSION}")
            return f"if it is yours: az rest --method put --url {url} --body {quote(_APPROVED)}"
    return (
        f"make one for {' and '.join(missing)}: az network private-endpoint create "
        f"--private-connection-resource-id {quote(cluster.id)} --group-id {missing[0]} ..."
    )
