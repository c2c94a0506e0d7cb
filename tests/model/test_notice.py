from datetime import date, timedelta

import pytest

from ops.model.notice import ends_soon

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (31, ""),
        (30, "on 2026-12-23, in 30 days"),
        (1, "on 2026-11-24, in 1 day"),
        (0, "on 2026-11-23, today"),
    ],
)
def test_an_end_is_told_from_thirty_days_before(days, told):
    assert ends_soon(TODAY + timedelta(days), TODAY) == told
