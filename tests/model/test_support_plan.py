import pytest

from ops.model.support_plan import can_open_tickets, is_known


@pytest.mark.parametrize(
    "plan",
    ["ProDirect", "Pro Direct", "Azure Support Plan - Professional Direct", "premier", "UNIFIED", "Unified Enterprise"],
)
def test_high_plans_open_tickets_however_they_are_written(plan):
    assert can_open_tickets(plan)
    assert is_known(plan)


@pytest.mark.parametrize(
    "plan", ["None", "Free", "Basic", "Azure Support Plan - Developer", "STANDARD", "CSP", "developer "]
)
def test_low_plans_are_known_to_open_none(plan):
    assert not can_open_tickets(plan)
    assert is_known(plan)


@pytest.mark.parametrize("plan", ["", "Azure Internal", "Azure Support Plan - Internal", "nonesuch", "freedom"])
def test_names_that_say_nothing_are_not_known(plan):
    assert not can_open_tickets(plan)
    assert not is_known(plan)
