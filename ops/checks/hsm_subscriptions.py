"""The subscriptions that hold payment HSMs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ops.checks.subjects import subscription_subject
from ops.model.estate import Estate, Subscription
from ops.model.fact import Gap
from ops.model.finding import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class HsmSubscription:
    """A subscription (lower-case GUID) that holds HSMs. ``known`` is what was read of it; None = nothing."""

    id: str
    subject: Subject
    known: Subscription | None

    @property
    def gap(self) -> Gap | None:
        """Why what is missing of it was not read, where that was told once for all of it."""
        return self.known.gap if self.known else None


def hsm_subscriptions(estate: Estate) -> Iterator[HsmSubscription]:
    """Every subscription that holds an HSM, but those that were refused as a whole: the run says unknown for them."""
    holding: dict[str, list[str]] = {}
    for hsm in estate.hsms.values():
        holding.setdefault(hsm.subscription, []).append(hsm.key)
    for subscription, hsms in holding.items():
        known = estate.subscriptions.get(subscription)
        if known is None or known.gap is None or not known.gap.whole_subscription:
            subject = subscription_subject(estate, subscription, hsms)
            yield HsmSubscription(id=subscription, subject=subject, known=known)
