"""tickets open for one subscription: it opens nothing that a run for all has opened or may have."""

import re

from tests.cli.beside import NUMBER, SUBSCRIPTION, beside

OTHER = "f1ee7000-0000-4000-8000-000000000002"
OPEN = ("tickets", "open", "--apply")


def test_a_request_that_names_a_subscription_is_found_by_a_run_for_that_subscription_alone(tmp_path):
    with beside(tmp_path, estate="fleet:2x2") as here:
        for one in (SUBSCRIPTION, OTHER):
            here.change(f"/subscriptions/{one}", features={"Microsoft.Network/FastPathEnabled": "Pending"})
        here.phsm(*OPEN)
        here.written()
        for ledger in ("ledger", "of-another"):
            ended = here.phsm("--subscription", OTHER, *OPEN, PHSM_LEDGER_DIR=str(tmp_path / ledger))
            assert "0 held back, 1 open already" in ended.out
            assert re.search(NUMBER, ended.out)
        assert (here.written(), len(here.tickets())) == ([], 1)


def test_a_run_for_one_subscription_opens_no_request_that_may_be_open_already(tmp_path):
    graph = {"method": "POST", "path": "*/Microsoft.ResourceGraph/resources", "status": 403}
    with beside(tmp_path, graph, estate="fleet:2x2") as here:
        here.let_fastpath_wait()
        ended = here.phsm("--subscription", SUBSCRIPTION, *OPEN)
        assert (here.written(), here.tickets()) == ([], {})
    assert "the ticket for FastPath may lie outside the scope of this run: leave out --subscription" in ended.out
