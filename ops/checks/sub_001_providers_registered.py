from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from shlex import quote

from ops.checks.declaration import check
from ops.checks.hsm_subscriptions import HsmSubscription, hsm_subscriptions
from ops.checks.subjects import not_read
from ops.model.estate import HSM_PROVIDER, NETWORK_PROVIDER, Estate
from ops.model.fact import Gap
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, passed, unknown
from ops.model.policy import Policy
from ops.model.untrusted import one_line

_NEEDED = (HSM_PROVIDER, NETWORK_PROVIDER)


@check(
    id="PHSM-SUB-001",
    title="Microsoft.HardwareSecurityModules and Microsoft.Network are registered in every subscription that holds an HSM",
    severity=Severity.HIGH,
    category=IssueCategory.PROVISIONING,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/register-payment-hsm-resource-providers",
    reviewed=date(2026, 11, 24),
)
def providers_registered(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """A subscription with payment HSMs needs the resource providers of the HSMs and of their networks.

    ## Why it matters
    A resource provider that is not registered takes no orders: nothing of it can be created or changed in the
    subscription, neither the next HSM nor the network interfaces that the service makes for it. HSMs that are there go
    on working, so the fault shows on the day when one has to be replaced. While a provider is Registering the
    answer is unknown; that takes minutes.

    ## How to fix it
    Register the provider, and look whether it has become Registered. That causes no downtime:

        az provider register --namespace Microsoft.HardwareSecurityModules --subscription <id>
        az provider show --namespace Microsoft.HardwareSecurityModules --subscription <id> --query registrationState

    The feature AzureDedicatedHsm comes first (PHSM-SUB-002): Azure hides the type of the HSMs without it.
    """
    for subscription in hsm_subscriptions(estate):
        yield _judge(subscription)


def _judge(subscription: HsmSubscription) -> Verdict:
    subject = subscription.subject
    answers = [(namespace, *_registered(subscription, namespace)) for namespace in _NEEDED]
    missing = [namespace for namespace, registered, _ in answers if registered is False]
    if missing:
        evidence = "; ".join(reason for _, registered, reason in answers if registered is False)
        register = [
            f"az provider register --namespace {name} --subscription {quote(subscription.id)}" for name in missing
        ]
        return failed(subject, evidence, fix=" && ".join(register))
    untold = [reason for _, registered, reason in answers if registered is None]
    if untold:
        return unknown(subject, "; ".join(untold))
    return passed(subject, "; ".join(reason for _, _, reason in answers))


def _registered(subscription: HsmSubscription, namespace: str) -> tuple[bool | None, str]:
    """Whether the provider is registered (None = not known), and the evidence for it."""
    state = _state(subscription, namespace)
    if state is None or isinstance(state, Gap):
        return None, not_read(f"resource provider {namespace}", state)
    evidence = f"resource provider {namespace} is {one_line(state, 60)}"
    match state.lower():
        case "registered":
            return True, evidence
        case "notregistered" | "unregistered" | "unregistering":
            return False, evidence
        case "registering":
            return None, f"{evidence}: the registration is under way"
        case _:
            return None, f"{evidence}, a state that says neither yes nor no"


def _state(subscription: HsmSubscription, namespace: str) -> str | Gap | None:
    for name, state in (subscription.known.providers if subscription.known else {}).items():
        if name.lower() == namespace.lower():
            return state
    return subscription.gap
