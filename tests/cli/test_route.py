import json

import pytest

from ops.model.finding import IssueCategory
from tests.process import phsm


def test_each_category_has_a_party_and_the_party_comes_first(tmp_path):
    found = json.loads(phsm(tmp_path, "route", "--format", "json").out)["routes"]
    assert [route["category"] for route in found] == [*(category.value for category in IssueCategory), "unknown"]
    assert all(next(iter(route)) == "party" for route in found)
    assert {route["party"] for route in found} == {"microsoft", "thales", "customer"}


@pytest.mark.parametrize(
    ("category", "party", "how"),
    [
        ("tamper", "microsoft", "Help + support"),
        ("Firmware", "thales", "supportportal.thalesgroup.com"),
        ("key-backup", "customer", "your own duty"),
        ("unknown", "microsoft", "Microsoft is contacted first"),
    ],
)
def test_a_route_says_who_and_how_to_reach_them(tmp_path, category, party, how):
    ended = phsm(tmp_path, "route", category)
    assert ended.code == 0
    assert ended.out.startswith(f"{party}   ")
    assert how in ended.out


def test_a_category_that_does_not_exist_is_exit_2_with_the_nearest(tmp_path):
    ended = phsm(tmp_path, "route", "tampr")
    assert (ended.code, ended.err) == (2, "phsm: no issue category is called tampr\n  try: phsm route tamper\n")
