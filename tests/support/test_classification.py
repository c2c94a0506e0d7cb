from __future__ import annotations

from dataclasses import replace

import pytest

from ops.model.fact import Gap
from ops.model.finding import IssueCategory
from ops.model.ticket import Cause, SupportService
from ops.support.classification import Choice, classify, find_service, is_for_payment_hsms, why_no_service
from tests.build import SUB_1, hsm
from tests.support.build import CLASSIFICATIONS, NAMES, SERVICE, classification, failed_state, pending, ticket

LUNA = SupportService(
    id="/providers/Microsoft.Support/services/7d1ce754-b825-74b6-8022-87193cd96b6e",
    name="7d1ce754-b825-74b6-8022-87193cd96b6e",
    display_name="Dedicated HSM",
)
RENAMED = replace(SERVICE, id=SERVICE.id.upper(), name=SERVICE.name.upper(), display_name="Payments Cryptography")
BY_NAME = SupportService(
    id="/providers/Microsoft.Support/services/1", name="1", display_name="AZURE PAYMENT HSM SERVICE"
)
BY_WORDS = SupportService(
    id="/providers/Microsoft.Support/services/2", name="2", display_name="Payment HSM (payShield)"
)
FASTPATH = Cause(kind="fastpath", subject="", hsms=(), subscriptions=(SUB_1,), findings=(pending(),))


def about(category: IssueCategory) -> Cause:
    one = hsm("a")
    failure = replace(failed_state(one), category=category)
    return Cause(kind="hsm", subject=one.key, hsms=(one.key,), subscriptions=(SUB_1,), findings=(failure,))


def chosen(choice: Choice) -> str:
    assert choice.classification is not None
    return choice.classification.display_name


def test_the_service_is_found_by_its_guid_in_any_case_and_under_any_name() -> None:
    assert find_service((LUNA, BY_WORDS, BY_NAME, RENAMED)) is RENAMED


def test_without_the_guid_the_name_decides_the_whole_name_first() -> None:
    assert find_service((LUNA, BY_WORDS, BY_NAME)) is BY_NAME
    assert find_service((LUNA, BY_WORDS)) is BY_WORDS


def test_dedicated_hsm_is_not_the_payment_hsm_service() -> None:
    assert find_service((LUNA,)) is None
    assert why_no_service((LUNA,)).startswith("none of the 1 support services is Azure Payment HSM Service")


def test_unread_services_are_told_as_unread() -> None:
    gap = Gap(subject="Microsoft.Support", what="services", reason="429 TooManyRequests")
    assert why_no_service(gap) == "the support services could not be read: 429 TooManyRequests"


@pytest.mark.parametrize(
    ("category", "name"),
    [
        (IssueCategory.PROVISIONING, NAMES[0]),
        (IssueCategory.NETWORKING, NAMES[1]),
        (IssueCategory.PORT_CONNECTION, NAMES[1]),
        (IssueCategory.HARDWARE, NAMES[3]),
        (IssueCategory.RESET_OR_DELETE, NAMES[4]),
        (IssueCategory.TAMPER, NAMES[3]),
    ],
)
def test_each_category_finds_its_classification_wherever_it_stands(category: IssueCategory, name: str) -> None:
    for known in (CLASSIFICATIONS, CLASSIFICATIONS[::-1]):
        assert classify(about(category), known, {}) == Choice(classification=classification(name), note="")


def test_provisioning_finds_other_spellings_too() -> None:
    known = [classification(name) for name in ("HSM Deletion", "HSM Provisioning issue", "Other")]
    assert chosen(classify(about(IssueCategory.PROVISIONING), known, {})) == "HSM Provisioning issue"


def test_what_the_operator_configured_comes_before_our_patterns() -> None:
    configured = {IssueCategory.PROVISIONING: ("no such thing", "HARDWARE*")}
    assert chosen(classify(about(IssueCategory.PROVISIONING), CLASSIFICATIONS, configured)) == NAMES[3]


def test_a_configured_pattern_that_finds_nothing_leaves_ours() -> None:
    configured = {IssueCategory.PROVISIONING: ("no such thing",)}
    assert chosen(classify(about(IssueCategory.PROVISIONING), CLASSIFICATIONS, configured)) == NAMES[0]


def test_fastpath_finds_its_own_topic_else_that_of_networking() -> None:
    assert chosen(classify(FASTPATH, CLASSIFICATIONS, {})) == NAMES[2]
    assert chosen(classify(FASTPATH, [classification("Feature / registration")], {})) == "Feature / registration"
    assert chosen(classify(FASTPATH, (CLASSIFICATIONS[0], CLASSIFICATIONS[1]), {})) == NAMES[1]


def test_a_topic_of_its_own_suits_fastpath_better_than_what_is_configured_for_networking() -> None:
    configured = {IssueCategory.NETWORKING: ("Networking / *",)}
    assert chosen(classify(FASTPATH, CLASSIFICATIONS, configured)) == NAMES[2]
    known = [classification("VNet trouble"), CLASSIFICATIONS[1]]
    assert chosen(classify(FASTPATH, known, {IssueCategory.NETWORKING: ("vnet*",)})) == "VNet trouble"


def test_a_fallback_says_so_and_how_to_configure_it() -> None:
    known = [classification("Billing"), classification("Other / My problem is not listed")]
    choice = classify(about(IssueCategory.RESET_OR_DELETE), known, {})
    assert chosen(choice) == "Other / My problem is not listed"
    assert choice.note.startswith("fallback:")
    assert "support.classifications.reset-or-delete" in choice.note


def test_another_topic_is_not_taken_for_the_catch_all() -> None:
    known = [classification("Billing"), classification("Key ceremony with another vendor")]
    assert chosen(classify(about(IssueCategory.TAMPER), known, {})) == "Billing"


def test_no_classifications_give_none() -> None:
    assert classify(about(IssueCategory.TAMPER), (), {}) == Choice(classification=None)


@pytest.mark.parametrize(
    ("service", "ours"),
    [
        ("Azure Payment HSM Service", True),
        ("payment hsm", True),
        ("Dedicated HSM", False),
        ("", False),
    ],
)
def test_a_ticket_names_its_service_by_id_or_by_name(service: str, ours: bool) -> None:
    assert is_for_payment_hsms(ticket("1", service=service, service_id="")) is ours
    assert is_for_payment_hsms(ticket("1", service="renamed since", service_id=SERVICE.id.upper()))
