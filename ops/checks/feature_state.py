"""The registration of a preview feature in a subscription: what its state means, and who acts.

Source: https://learn.microsoft.com/azure/payment-hsm/register-payment-hsm-resource-providers
"""

from __future__ import annotations

from shlex import quote

from ops.checks.subjects import not_read
from ops.model.estate import Subscription
from ops.model.fact import Absent, Gap
from ops.model.finding import Party, Subject, Verdict, failed, passed, unknown
from ops.model.untrusted import one_line


def judge_feature(
    subject: Subject, feature: str, subscription: str, known: Subscription | None, *, ticket: bool
) -> Verdict:
    """Pass when ``feature`` (``Namespace/Name``) is Registered; Pending is Microsoft's, with a ``ticket`` or without."""
    state = _state(known, feature)
    if state is None or isinstance(state, Gap):
        return unknown(subject, not_read(f"feature {feature}", state))
    told = "absent" if isinstance(state, Absent) else one_line(state, 60)
    evidence = f"feature {feature} is {told}"
    match told.lower():
        case "registered":
            return passed(subject, evidence)
        case "absent" | "notregistered" | "unregistered" | "unregistering":
            namespace, _, name = feature.partition("/")
            command = f"az feature registration create --namespace {namespace} --name {name}"
            return failed(subject, evidence, fix=f"{command} --subscription {quote(subscription)}")
        case "pending":
            fix = "" if ticket else "ask Microsoft's support for the approval, and name the subscription id"
            evidence = f"{evidence}: Microsoft has to approve it"
            return failed(subject, evidence, party=Party.MICROSOFT, ticket=ticket, fix=fix)
        case "registering":
            return unknown(subject, f"{evidence}: neither approved nor refused yet")
        case _:
            return unknown(subject, f"{evidence}, a state that says neither yes nor no")


def _state(known: Subscription | None, feature: str) -> str | Absent | Gap | None:
    """The feature's state; a gap of the whole subscription stands for it, and the feature's name counts in any case."""
    if known is None:
        return None
    for name, state in known.features.items():
        if name.lower() == feature.lower():
            return state
    return known.gap
