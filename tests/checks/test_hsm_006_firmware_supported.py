from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from ops.checks.hsm_006_firmware_supported import firmware_supported
from ops.model.estate import Probe
from ops.model.finding import IssueCategory, Party
from ops.model.policy import HsmFacts, Policy
from tests.build import SUB_2, estate, hsm, unread_hsm
from tests.checks.judging import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, judge, only, outcomes

ATTESTED = date(2026, 10, 1)
BENIGN = (
    "shared memory errors in the error log after a reboot, or with SNMP or the JK command, are benign: "
    "questions go to Thales"
)


def stated(firmware, **changes):
    facts = {"attested": ATTESTED, "by": "key-custody"} | changes
    return Policy(hsms={"hsm1": HsmFacts(firmware=firmware, **facts)})


def probed(firmware, day, owner=None, month=11):
    owner = owner or hsm()
    probe = Probe(at=datetime(2026, month, day, 9, tzinfo=UTC), answers={}, firmware=firmware)
    return replace(estate(owner), probes={owner.key: probe})


def test_supported_firmware_passes_with_since_when_and_what_is_known_of_it():
    verdict = only(firmware_supported, estate(hsm()), stated("2.2b"))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        f"firmware 2.2b, attested 2026-10-01; {BENIGN}",
    )
    assert verdict.subject.hsms == (hsm().key,)


@pytest.mark.parametrize("text", ["1.4a", "1.4a 1.8.3", " V1.10A ", "3.0a"])
def test_the_oldest_supported_and_all_newer_pass(text):
    assert only(firmware_supported, estate(hsm()), stated(text)).outcome is PASS


@pytest.mark.parametrize("text", ["1.3a", "1.0f", "1.4a (1.8.2)", "0.9z"])
def test_older_firmware_fails_and_is_the_customers(text):
    verdict = only(firmware_supported, estate(hsm()), stated(text))
    assert verdict.outcome is FAIL
    assert verdict.evidence.startswith(
        f"firmware {text}, attested 2026-10-01; older than 1.4a (1.8.3), the oldest that is supported; "
    )
    assert (firmware_supported.party, firmware_supported.category) == (Party.CUSTOMER, IssueCategory.FIRMWARE)
    assert "phsm route firmware" in verdict.fix


@pytest.mark.parametrize("text", ["newest", "2.2", "2.2b\x1b[2J or so"])
def test_text_that_is_no_version_is_unknown_with_the_text(text):
    verdict = only(firmware_supported, estate(hsm()), stated(text))
    assert verdict.outcome is UNKNOWN
    shown = "2.2b [2J or so" if "\x1b" in text else text
    assert verdict.evidence == (f"firmware {shown}, attested 2026-10-01; state a version such as 2.2b under hsms:")


@pytest.mark.parametrize(
    "policy", [Policy(), stated(""), stated("  "), Policy(hsms={"other": HsmFacts(firmware="1.0f")})]
)
def test_firmware_that_nobody_states_is_not_applicable(policy):
    verdict = only(firmware_supported, estate(hsm()), policy)
    assert (verdict.outcome, verdict.evidence) == (NOT_APPLICABLE, "unknown by choice: state it under hsms:")
    assert only(firmware_supported, probed(None, 1), policy).outcome is NOT_APPLICABLE
    assert only(firmware_supported, probed(" ", 1), policy).outcome is NOT_APPLICABLE


def test_probed_firmware_counts_by_itself_and_a_known_revision_is_read():
    verdict = only(firmware_supported, probed("2200-1011", 23))
    assert (verdict.outcome, verdict.evidence) == (
        PASS,
        f"firmware 2.2b (revision 2200-1011), probed 2026-11-23; {BENIGN}",
    )
    assert only(firmware_supported, probed("1.3a", 23)).outcome is FAIL


def test_the_newer_statement_decides_and_the_contradiction_is_told():
    newer_probe = only(firmware_supported, probed("1.3a", 23), stated("2.2b"))
    assert newer_probe.outcome is FAIL
    assert newer_probe.evidence.startswith(
        "firmware 1.3a, probed 2026-11-23; but firmware 2.2b, attested 2026-10-01; older than"
    )
    older_probe = only(firmware_supported, probed("1.3a", 30, month=9), stated("2.2b"))
    assert (older_probe.outcome, older_probe.evidence) == (
        PASS,
        f"firmware 2.2b, attested 2026-10-01; but firmware 1.3a, probed 2026-09-30; {BENIGN}",
    )


def test_of_one_day_the_probe_decides_as_it_does_over_an_attestation_without_a_day():
    assert only(firmware_supported, probed("1.3a", 1, month=10), stated("2.2b")).outcome is FAIL
    verdict = only(firmware_supported, probed("1.3a", 1, month=10), stated("2.2b", attested=None, by=""))
    assert verdict.evidence.startswith("firmware 1.3a, probed 2026-10-01; but firmware 2.2b, attested on no told day; ")


def test_statements_that_agree_are_told_once():
    verdict = only(firmware_supported, probed("2200-1011", 23), stated("2.2b (1.16.0)"))
    assert verdict.evidence == f"firmware 2.2b (revision 2200-1011), probed 2026-11-23; {BENIGN}"


def test_text_that_is_no_version_decides_where_it_is_newer():
    verdict = only(firmware_supported, probed("garbage", 23), stated("2.2b"))
    assert verdict.outcome is UNKNOWN
    assert verdict.evidence.startswith("firmware garbage, probed 2026-11-23; but firmware 2.2b, attested")


def test_revision_without_a_published_release_leaves_the_stated_version_in_force():
    verdict = only(firmware_supported, probed("1500-0023", 23), stated("1.9a"))
    assert verdict.outcome is PASS
    assert verdict.evidence.startswith(
        "firmware 1.9a, attested 2026-10-01; "
        "revision 1500-0023, probed 2026-11-23, whose release is not published; older than 2.2b"
    )
    alone = only(firmware_supported, probed("1500-0023", 23))
    assert (alone.outcome, alone.evidence) == (
        UNKNOWN,
        "revision 1500-0023, probed 2026-11-23, whose release is not published; state a version such as 2.2b under hsms:",
    )


def test_the_entry_by_id_wins_over_the_one_by_name():
    both = Policy(hsms={"HSM1": HsmFacts(firmware="1.3a"), hsm().id.upper(): HsmFacts(firmware="2.2b")})
    assert only(firmware_supported, estate(hsm()), both).outcome is PASS


def test_a_name_that_two_hsms_have_is_unknown_for_both_until_they_are_probed():
    here, there = hsm(), replace(hsm(subscription=SUB_2), name="HSM1")
    state = estate(here, there)
    verdicts = judge(firmware_supported, state, stated("2.2b"))
    assert {verdict.outcome for verdict in verdicts.values()} == {UNKNOWN}
    assert verdicts["hsm1"].evidence == (
        "entry under hsms: could not be read: 2 HSMs are called hsm1: state the id of each instead"
    )
    known = replace(state, probes=probed("2.2b", 23, here).probes)
    assert outcomes(firmware_supported, known, stated("2.2b")) == {"hsm1": PASS, "HSM1": UNKNOWN}


def test_what_is_stated_holds_for_an_hsm_that_could_not_be_read():
    assert only(firmware_supported, estate(unread_hsm()), stated("1.3a")).outcome is FAIL
    assert only(firmware_supported, estate(unread_hsm())).outcome is NOT_APPLICABLE


def test_who_attested_it_stays_in_the_configuration():
    told = [only(firmware_supported, estate(hsm()), stated("2.2b", by=by)) for by in ("Ada, +44 20 7946 0999", "", "x")]
    assert told[0] == told[1] == told[2]


def test_a_pass_is_a_note_where_the_version_is_older_than_the_base_or_contradicted():
    for version, is_note in (("2.1a", True), ("2.2b", False), ("3.0a", False)):
        assert only(firmware_supported, estate(hsm()), stated(version)).note is is_note
    for probe, is_note in (("2.3a", True), ("nonsense", True), ("2.2b", False), ("1500-0023", False)):
        assert only(firmware_supported, probed(probe, 30, month=9), stated("2.2b")).note is is_note


def test_stated_day_in_the_future_is_not_accepted_and_today_is():
    future = stated("2.2b", attested=date(2026, 11, 24))
    for state in (estate(hsm()), probed("2.2b", 20)):
        verdict = only(firmware_supported, state, future)
        assert (verdict.outcome, verdict.evidence) == (FAIL, "firmware 2.2b, attested 2026-11-24, dated in the future")
        assert "under hsms:" in verdict.fix
    assert only(firmware_supported, estate(hsm()), stated("2.2b", attested=date(2026, 11, 23))).outcome is PASS


def test_probe_of_the_day_after_the_estate_was_read_counts():
    assert only(firmware_supported, probed("2.2b", 24), stated("2.2b")).outcome is PASS
