import builtins
import os
import re
import socket
import sys
import time
from collections import Counter
from datetime import date, datetime
from pathlib import Path

import pytest

import ops.checks
from ops.checks import collect
from ops.checks.subjects import hsm_subject
from ops.model.finding import IssueCategory, Outcome, Party
from ops.model.policy import Policy
from tests.build import estate, hsm
from tests.checks.correct import correct, correct_policy
from tests.checks.mess import mess, mess_policy

CHECKS = collect()
FILES = sorted(
    path for path in Path(ops.checks.__file__).parent.glob("*.py") if re.fullmatch(r"[a-z]\w*_\d{3}_\w+", path.stem)
)
MICROSOFTS = {  # the rows of the support guide's table with a cross under Microsoft Support
    IssueCategory.PROVISIONING,
    IssueCategory.NETWORKING,
    IssueCategory.HARDWARE,
    IssueCategory.PORT_CONNECTION,
    IssueCategory.RESET_OR_DELETE,
    IssueCategory.TAMPER,
}
CAN_BE_ABOUT_NONE = {
    "PHSM-HSM-005": "an expected HSM that does not exist",
    "PHSM-NET-011": "clients behind a hub: which HSMs they use cannot be seen",
}
every_check = pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)


def test_ids_are_unique_and_each_file_is_named_after_its_check():
    assert len({check.id for check in CHECKS}) == len(CHECKS) == len(FILES)
    stems = [re.match(r"([a-z]\w*?)_(\d{3})_", path.stem) for path in FILES]
    assert [f"PHSM-{stem[1].upper()}-{stem[2]}" for stem in stems] == [check.id for check in CHECKS]


@every_check
def test_every_field_is_filled(check):
    assert re.fullmatch(r"PHSM-[A-Z0-9]+-\d{3}", check.id)
    assert check.title[0].isupper()
    assert not check.title.endswith(".")
    product = "payment-hsm-v2" if check.id.startswith("PHSM-V2-") else "payment-hsm"
    assert check.source.startswith(f"https://learn.microsoft.com/azure/{product}/")
    assert check.reviewed >= date(2026, 11, 24)
    assert isinstance(check.party, Party)
    assert isinstance(check.category, IssueCategory)


@every_check
def test_page_is_one_sentence_then_why_and_how(check):
    first, *_ = check.page.partition("\n\n")
    assert re.fullmatch(r"[^\n]+\.", first), first
    assert re.findall(r"^## .*$", check.page, re.MULTILINE) == ["## Why it matters", "## How to fix it"]
    how = check.page.partition("## How to fix it")[2]
    assert re.search(r"^    (az|phsm) ", how, re.MULTILINE), "a command on a line of its own, to paste"


def test_each_check_has_a_test_file_of_its_stem():
    tests = {path.name for path in Path(__file__).parent.glob("test_*.py")}
    assert {f"test_{path.stem}.py" for path in FILES} <= tests


@pytest.fixture(scope="module")
def failures():
    """What fails in the mess, by the id of the check."""
    state, policy = mess(), mess_policy()
    found = {check.id: [v for v in check.examine(state, policy) if v.outcome is Outcome.FAIL] for check in CHECKS}
    assert state == mess()
    return found


@every_check
def test_every_check_fails_in_the_mess_and_names_the_hsms(check, failures):
    assert failures[check.id]
    named = [verdict.subject.hsms for verdict in failures[check.id]]
    if check.id.startswith("PHSM-V2-"):
        assert not any(named)  # other hardware
    else:
        assert any(named) if check.id in CAN_BE_ABOUT_NONE else all(named)
        assert set().union(*named) <= set(mess().hsms)


@every_check
def test_every_customers_failure_says_what_to_do(check, failures):
    for verdict in failures[check.id]:
        if (verdict.party or check.party) is Party.CUSTOMER:
            assert verdict.fix, verdict.evidence


@every_check
def test_microsofts_failures_are_of_a_kind_that_microsoft_supports(check, failures):
    if check.ticket or check.party is Party.MICROSOFT:
        assert check.category in MICROSOFTS
    for verdict in failures[check.id]:
        if (verdict.party or check.party) is Party.MICROSOFT:
            assert check.category in MICROSOFTS
        ticket = check.ticket if verdict.ticket is None else verdict.ticket
        if ticket:
            assert (verdict.party or check.party) is Party.MICROSOFT


@every_check
def test_a_subject_is_judged_once(check):
    for state, policy in ((mess(), mess_policy()), (correct(), correct_policy())):
        judged = Counter(str(verdict.subject) for verdict in check.examine(state, policy))
        assert not [subject for subject, times in judged.items() if times > 1]


@every_check
def test_an_empty_estate_gives_no_verdict_of_its_own(check):
    assert list(check.examine(estate(), Policy())) == []


@every_check
def test_a_check_looks_at_the_estate_and_at_nothing_else(check, monkeypatch):
    """Sockets, files, clocks, the environment, and the names of the clock's classes are gone while the check runs."""
    cases = [(mess(), mess_policy()), (correct(), correct_policy())]

    def gone(*_, **__):
        raise AssertionError("a check has reached outside")

    ours = [module for name, module in sys.modules.items() if name.split(".")[0] == "ops" and module]
    verdicts = []
    with monkeypatch.context() as patch:
        for owner, name in (
            (builtins, "open"),
            (os, "open"),
            (os, "getenv"),
            (socket, "socket"),
            (socket, "create_connection"),
            (time, "time"),
            (time, "monotonic"),
            (time, "sleep"),
        ):
            patch.setattr(owner, name, gone)
        patch.setattr(os, "environ", None)
        for module in ours:
            for name, value in list(vars(module).items()):
                if value is datetime or value is date:
                    patch.delattr(module, name)
        for state, policy in cases:
            verdicts.append(list(check.examine(state, policy)))
    assert all(verdicts)


def test_an_hsm_subject_names_the_hsm_in_the_form_in_which_ids_are_compared():
    loud = hsm("A")
    assert hsm_subject(loud).hsms == (loud.id.lower(),)
