from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ops.model.ticket import Cause
from ops.support.naming import base, base_of, kind_of, next_name, pool_base
from tests.build import SUB_1, SUB_2, hsm
from tests.support.build import ticket

HSM = Cause(
    kind="hsm",
    subject=hsm("payshield-we-2").key,
    hsms=(hsm("payshield-we-2").key,),
    subscriptions=(SUB_1,),
    findings=(),
)
POOL = Cause(kind="pool", subject="Cards EU/westeurope", hsms=(), subscriptions=(SUB_1,), findings=())
FASTPATH = Cause(kind="fastpath", subject="", hsms=(), subscriptions=(SUB_1, SUB_2), findings=())
LONG = replace(HSM, subject="/subscriptions/s/" + "x" * 300 + "/dedicatedhsms/" + "ŵ-ab" * 60)
NAMELESS = replace(POOL, subject="支付/")


@pytest.mark.parametrize("cause", [HSM, POOL, FASTPATH, LONG, NAMELESS])
def test_a_name_is_one_that_azure_takes(cause: Cause) -> None:
    name = next_name(cause, [ticket(f"{base(cause)}-998")])
    assert re.fullmatch("[A-Za-z0-9-]{1,64}", name)
    assert not name.isdigit()
    assert not name.startswith("tmp-")
    assert not re.fullmatch("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", name)


def test_a_name_tells_what_it_is_about() -> None:
    assert re.fullmatch("phsm-hsm-payshield-we-2-[0-9a-f]{12}-1", next_name(HSM, ()))
    assert re.fullmatch("phsm-pool-cards-eu-westeurope-[0-9a-f]{12}-1", next_name(POOL, ()))
    assert re.fullmatch("phsm-fastpath-2-subscriptions-[0-9a-f]{12}-1", next_name(FASTPATH, ()))


def test_the_case_and_order_of_ids_do_not_change_a_name() -> None:
    assert base(replace(HSM, subject=HSM.subject.upper())) == base(HSM)
    assert base(replace(POOL, subject="CARDS EU/WESTEUROPE")) == base(POOL) == pool_base("cards eu/westeurope")
    assert base(replace(FASTPATH, subscriptions=(SUB_2.upper(), SUB_1))) == base(FASTPATH)


def test_namesakes_in_two_subscriptions_have_two_names() -> None:
    other = replace(HSM, subject=hsm("payshield-we-2", subscription=SUB_2).key)
    assert base(other) != base(HSM)


def test_a_name_does_not_change_from_release_to_release() -> None:
    # a change here opens every ticket a second time
    assert next_name(HSM, ()) == "phsm-hsm-payshield-we-2-fa49f500f2b0-1"


def test_a_closed_ticket_is_followed_by_the_next_occurrence() -> None:
    first, second = f"{base(HSM)}-1", f"{base(HSM)}-2"
    assert next_name(HSM, [ticket(first, status="Closed")]) == second
    assert next_name(HSM, [ticket(second.upper(), status="Closed"), ticket(first, status="Closed")]) == f"{base(HSM)}-3"
    assert next_name(HSM, [ticket(f"{base(POOL)}-7")]) == first


def test_a_ticket_name_tells_its_cause_in_any_case() -> None:
    name = next_name(POOL, ())
    assert (base_of(name.upper()), kind_of(name.upper())) == (base(POOL), "pool")
    assert kind_of(next_name(NAMELESS, ())) == "pool"
    assert kind_of(next_name(FASTPATH, ())) == "fastpath"


@pytest.mark.parametrize(
    "name", ["2411230050001234", "phsm-hsm-mine", "phsm-lake-x-0123456789ab-1", "xphsm-hsm-a-0123456789ab-1", ""]
)
def test_a_name_given_by_hand_is_not_ours(name: str) -> None:
    assert base_of(name) is None
    assert kind_of(name) is None
