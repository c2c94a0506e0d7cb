"""Payment HSM clusters as subjects, and what their checks have in common: what decides nothing yet, and how long.

Source of the states: the API specification of ``paymentHsmClusters``, version 2025-12-01-preview.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from shlex import quote

from ops.checks.subjects import not_read
from ops.model.cluster import Cluster
from ops.model.estate import Estate
from ops.model.finding import Subject, Verdict, not_applicable, unknown
from ops.model.untrusted import one_line
from ops.model.working import is_told

API_VERSION = "2025-12-01-preview"
_GRACE = timedelta(hours=1)
_GRACE_MINUTES = _GRACE // timedelta(minutes=1)
_STATES = ("succeeded", "updating", "provisioning", "deleting", "failed", "canceled")
_COMES_OR_GOES = ("provisioning", "deleting")


def cluster_subject(cluster: Cluster) -> Subject:
    """A cluster. It is no payShield HSM, so it concerns none of them."""
    return Subject(name=cluster.name, id=cluster.id)


def state_of(word: str | None) -> str:
    """A state in the form in which states are compared; ``""`` where it says nothing: None, empty or ``Unknown``."""
    return word.strip().lower() if is_told(word) else ""


def undecided(cluster: Cluster) -> Verdict | None:
    """Unknown for a cluster that was not read or is in no known provisioning state; None = it can be judged."""
    subject = cluster_subject(cluster)
    if cluster.gap is not None:
        return unknown(subject, not_read("payment HSM cluster", cluster.gap))
    if not is_told(cluster.provisioning_state):
        return unknown(subject, "its provisioning state is not known")
    if state_of(cluster.provisioning_state) not in _STATES:
        return unknown(subject, f"provisioningState {told(cluster)}, a state that is not known here")
    return None


def unsettled(cluster: Cluster) -> Verdict | None:
    """As ``undecided``, and not applicable while the cluster is being made or deleted."""
    if verdict := undecided(cluster):
        return verdict
    if state_of(cluster.provisioning_state) in _COMES_OR_GOES:
        return not_applicable(cluster_subject(cluster), f"provisioningState {told(cluster)} (PHSM-V2-001)")
    return None


def told(cluster: Cluster) -> str:
    """The provisioning state as ARM spells it."""
    return one_line(cluster.provisioning_state, 60)


def is_in_grace(cluster: Cluster, estate: Estate) -> bool | None:
    """Whether the cluster was changed within the hour before the estate was read; None = not known when."""
    if cluster.last_modified_at is None:
        return None
    return estate.observed_at - cluster.last_modified_at <= _GRACE


def since(cluster: Cluster, estate: Estate) -> str:
    """When the cluster was last changed, and whether its grace is over."""
    if cluster.last_modified_at is None:
        return "and not known since when"
    over = f"{'within' if is_in_grace(cluster, estate) else 'longer than'} {_GRACE_MINUTES} minutes"
    return f"since {cluster.last_modified_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {over}"


def show_command(cluster: Cluster) -> str:
    """A command that shows the cluster. Commands for payShield HSMs do not fit it: it is other hardware."""
    return f"az resource show --ids {quote(cluster.id)} --api-version {API_VERSION}"
