"""What is written on a ticket is read back as it was sent, whether Azure escapes it inside its ``<pre>`` or not."""

import pytest

from tests.cli.beside import HSM_2, beside

WORDS = 'use <red> & "a < b" </pre>\n  <template> the rest\n<!-- last line'


@pytest.mark.parametrize("pre", ["raw", "escaped"])
def test_nothing_of_a_comment_is_lost(tmp_path, pre):
    with beside(tmp_path, communicationLag=0, pre=pre) as here:
        here.fail(HSM_2)
        here.phsm("tickets", "open", "--apply")
        (name,) = here.tickets()
        assert here.phsm("tickets", "comment", name, WORDS, "--apply").code == 0
        shown = here.phsm("tickets", "show", name).out
    assert shown.endswith('\n    use < red> & "a < b" < /pre>\n      < template> the rest\n    < !-- last line\n')
