from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from ops.checks.attested import attested
from ops.checks.declaration import check
from ops.checks.duties import SMART_CARDS
from ops.model.estate import Estate
from ops.model.finding import IssueCategory, Party, Severity, Verdict
from ops.model.policy import Policy


@check(
    id="PHSM-RDY-002",
    title="A card reader and five payShield Manager smart cards are at hand",
    severity=Severity.LOW,
    category=IssueCategory.SMART_CARD,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/getting-started",
    reviewed=date(2026, 11, 24),
    parameters={"valid_days": SMART_CARDS.days},
)
def smart_cards_at_hand(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """payShield Manager opens only with Thales smart cards: one reader and five cards are the least.

    ## Why it matters
    There is no local console, so without reader and cards nobody can commission an HSM, load its keys or
    release it. Five cards are three for the customer trust authority, a left key and a right key. Only cards with a blue
    band that are labelled payShield Manager Card work over the network. That spare cards lie in a second place is for
    you to see to. An attestation holds for 730 days (`valid_days`); the period is own advice, not Microsoft's.

    ## How to fix it
    Order at Thales; the starter kit 971-000135-001-000 has two readers and thirty cards. Count what is there, try the
    cards, and write into the configuration:

        readiness: {smart_cards: {by: <who>, on: <day>}}

    Then look at all attestations:

        phsm readiness
    """
    yield from attested(estate, policy, SMART_CARDS)
