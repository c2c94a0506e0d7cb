import hashlib
import json
from datetime import timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ops.codec.ledger import START, Head, day_of, head_from, head_text, record_from, record_line
from ops.model.estate import Source
from ops.model.ledger import Entry
from tests.hostile import HOSTILE
from tests.ledger import LINES, SOURCE, entry, lines_of, verified
from tests.values import values


def forged(**changes):
    """The first record with other fields, and the hash that belongs to them."""
    document = json.loads(LINES[0]) | changes
    del document["hash"]
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    whole = document | {"hash": hashlib.sha256(text.encode()).hexdigest()}
    return json.dumps(whole, sort_keys=True, separators=(",", ":")).encode()


def refusal(line):
    with pytest.raises(ValueError, match=r"^(is|was) ") as caught:
        record_from(line)
    return str(caught.value)


def test_a_line_is_the_record_in_canonical_form_with_the_hash_of_the_rest():
    line = LINES[0].decode("ascii")
    assert line.startswith(
        '{"action":"open","actor":{"application_id":"22222222-0000-0000-0000-000000000002",'
        '"object_id":"11111111-0000-0000-0000-000000000001"},"at":"2026-11-23T22:14:00.000005Z",'
        '"details":{"plan":"sha256:ab12","title":"payshield-we-2 is Failed"},"hash":"'
    )
    assert '"source":{"kind":"sandbox","name":"degraded","original":null},"target":"/subscriptions/' in line
    assert line.endswith('/supportTickets/phsm-5f0c0000-we-2","v":1}\n')
    document = json.loads(line)
    digest = document.pop("hash")
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == digest
    assert (document["v"], document["seq"], document["prev"]) == (1, 1, "0" * 64)
    assert json.loads(LINES[1])["prev"] == digest


@settings(max_examples=100, deadline=None)
@given(values(Entry, source=SOURCE), st.integers(0, 10**6))
def test_any_entry_is_read_back_as_it_was(written, count):
    line, head = record_line(written, Head(count=count, hash="a" * 64))
    assert line.isascii()
    assert line.count(b"\n") == 1
    record = record_from(line[:-1])
    assert (record.entry, record.head, record.before) == (written, head, Head(count=count, hash="a" * 64))


def test_a_source_that_comes_from_another_is_read_back():
    source = Source(kind="snapshot", name="s.json", original=SOURCE)
    assert record_from(lines_of(entry(source=source))[0][0][:-1]).entry.source == source


def test_the_moment_is_written_in_utc():
    here = entry().at.astimezone(timezone(timedelta(hours=9)))
    assert lines_of(entry(at=here)) == lines_of(entry())
    assert (here.day, day_of(entry(at=here))) == (25, "2026-11-24")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_on_its_line_and_is_read_back(text):
    lines, head = lines_of(entry(details={text: text}, target=text), entry())
    assert lines[0].isascii()
    assert lines[0].decode().rstrip("\n").isprintable()
    found = verified({"2026-11-24.jsonl": b"".join(lines)}, head)
    assert found.flaws == ()
    if len(text) < 200:
        kept = "".join("?" if "\ud800" <= letter <= "\udfff" else letter for letter in text)
        assert (found.entries[0].target, found.entries[0].details) == (kept, {kept: kept})


def test_what_is_too_long_is_cut_and_says_so():
    word = "x" * 9999
    cut = record_from(lines_of(entry(run=word, target=word, request_ids=(word,), details={word: word}))[0][0][:-1])
    assert len(cut.entry.run) == len(cut.entry.request_ids[0]) == 200
    assert len(cut.entry.target) == 2000
    ((name, value),) = cut.entry.details.items()
    assert (len(name), len(value), value[-2:]) == (200, 500, "x…")


@pytest.mark.parametrize(
    "changes",
    [
        {"v": 0},
        {"v": True},
        {"v": "1"},
        {"v": None},
        {"seq": "1"},
        {"seq": True},
        {"prev": None},
        {"action": "delete"},
        {"result": None},
        {"run": 5},
        {"at": "yesterday"},
        {"at": "2026-11-23T22:14:00.000005"},
        {"at": "2026-11-23T23:14:00.000005+01:00"},
        {"at": "0001-01-01T00:00:00.000000+10:00"},
        {"actor": {}},
        {"details": {"a": 1}},
        {"details": None},
        {"request_ids": "5f0c"},
        {"source": {"kind": "sandbox"}},
        {"more": 1},
    ],
    ids=str,
)
def test_a_record_of_another_shape_is_none(changes):
    assert refusal(forged(**changes)) == "is no record"


def test_a_record_of_a_newer_phsm_is_refused_by_its_form():
    assert refusal(forged(v=2)) == "was written by a newer phsm: its form is 2, this one knows 1"


@pytest.mark.parametrize(
    "line", [b"", b"{}", b"[]", b"null", b'{"hash":1}', b"\xff", b"[" * 100_000, b"9" * 5000], ids=lambda line: line[:9]
)
def test_a_line_that_is_no_object_of_ours_is_none(line):
    assert refusal(line) == "is no record"


def test_start_is_where_a_ledger_without_a_head_ends():
    assert head_from(None) == START


@settings(max_examples=100, deadline=None)
@given(st.binary().filter(lambda content: b"\n" not in content))
def test_a_line_of_any_bytes_is_no_record(content):
    assert refusal(content) in ("is no record", "was changed after it was written")


@settings(max_examples=100, deadline=None)
@given(st.binary())
def test_a_head_of_any_bytes_is_a_head_or_damaged(content):
    head = head_from(content)
    assert head is None or head_text(head) == content
