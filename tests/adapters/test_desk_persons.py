"""What is told again of Azure's answers names no person, and loses nothing by which Azure finds what it speaks of."""

from dataclasses import replace

import pytest

from ops.adapters.desk_persons import without_persons
from tests.adapters.office import CONTACT

SPELT = [
    *("+44 20 7946 0000", "+44 (0)20 7946 0000", "+442079460000", "442079460000", "0044 20 7946 0000"),
    *("020 7946 0000", "(020) 7946-0000", "02079460000", "20.7946.0000"),
]
OF_OTHERS = ["+1 (555) 010-9999", "+15550109999", "0049 89 1234567", "(+33 1 23 45 67 89)"]
KEPT = [
    "00000000-0000-0000-0000-000000000001",
    "00123456-7890-1234-9012-345678901234",
    "2411230050000077",
    "2026-11-24T22:14:00Z, or 22:14:00 2026-11-24",
    "10.0.0.1 and 0.0.1.2:443",
    "/subscriptions/0/resourceGroups/rg-0044-2079/providers?api-version=2024-04-01",
    "the quota of 1000000 tickets: 400 + 7",
    "@ Adam and Okaforia wrote to ops@localhost",
]


@pytest.mark.parametrize("number", SPELT)
def test_the_contacts_number_is_not_told_in_any_spelling(number):
    told = without_persons(f"The phone number '{number}' is wrong.", CONTACT)
    assert told == "The phone number '(phone number)' is wrong."


@pytest.mark.parametrize("number", OF_OTHERS)
def test_what_looks_like_a_number_of_somebody_elses_is_not_told_either(number):
    for contact in (CONTACT, None):
        told = without_persons(f"Call {number}, please", contact)
        assert told.replace("((phone number))", "(phone number)") == "Call (phone number), please"


@pytest.mark.parametrize("mail", ["HSM-oncall@Example.com", "ada.o+hsm@corp.bank.example", "oncall@localhost"])
def test_mail_addresses_are_not_told(mail):
    contact = replace(CONTACT, email="OnCall@localhost")
    assert without_persons(f"'{mail}' is wrong", contact) == "'(e-mail address)' is wrong"


@pytest.mark.parametrize("name", ["Ada Okafor", "Okafor, Ada", "ADA", "okafor"])
def test_the_contacts_name_is_not_told(name):
    assert without_persons(f"To {name}: no", CONTACT) == "To (contact): no"


@pytest.mark.parametrize("text", KEPT)
def test_all_else_is_told_as_it_is(text):
    for contact in (CONTACT, None, replace(CONTACT, phone="", email=" ", first_name="", last_name=" ")):
        assert without_persons(text, contact) == text
