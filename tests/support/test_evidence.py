import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ops.checks import collect
from ops.codec.snapshot import Snapshot, estate_digest, snapshot_from
from ops.model.estate import Deletion, Estate, Probe
from ops.model.fact import Gap
from ops.model.finding import Outcome, Subject
from ops.model.mute import Mute
from ops.model.policy import Match, Peers, Policy, PoolRule, SecuredHub
from ops.model.run import Run
from ops.model.surroundings import LoadBalancer
from ops.model.ticket import Cause, Evidence
from ops.run import evaluate
from ops.support.causes import causes
from ops.support.evidence import MOST_BYTES, evidence_of
from ops.support.naming import base
from tests.build import NOW, SUB_1, SUB_2, estate, hsm, peering, subnet, subscription, vnet, vnet_id
from tests.support.build import failed_state, finding, lost_nic, pending, run_of

A, B = hsm("a", request_id="5f0c"), hsm("b", stamp="stamp2")
FAR = hsm("far", subscription=SUB_2, location="westus")
HUB = vnet("hub", subscription=SUB_2, prefixes=("10.9.0.0/16",))
SPOKED = vnet(peerings=(peering(HUB.id),), tags={"fastpathenabled": "True", "owner": "payments"})
FAR_NET = vnet("vnet-hsm", subscription=SUB_2)
OTHERS = vnet("elsewhere", subscription=SUB_1)
WHOLE = estate(A, B, FAR, SPOKED, HUB, FAR_NET, OTHERS, subscription(SUB_2, "other"))


def bundle(run: Run, *, policy: Policy | None = None, redact: bool = False) -> Evidence:
    (cause,) = causes(run, ())
    return evidence_of(f"{base(cause)}-1", cause, run, policy or Policy(), "0.1.0", redact=redact)


def text_of(evidence: Evidence, name: str) -> str:
    return {file.name: file.text for file in evidence.files}[name]


def parts(evidence: Evidence) -> tuple[dict[str, Any], list[dict[str, Any]], Snapshot]:
    about, findings = (json.loads(text_of(evidence, f"{name}.json")) for name in ("about", "findings"))
    return about, findings, snapshot_from(text_of(evidence, "estate.json"), "estate.json")


def whole_text(evidence: Evidence) -> str:
    return "".join(file.text for file in evidence.files)


def test_the_bundle_tells_what_made_it_and_by_which_answers_of_azure() -> None:
    run = run_of(WHOLE, lost_nic(A))
    evidence = bundle(run)
    about, _, _ = parts(evidence)
    assert [file.name for file in evidence.files] == ["about.json", "findings.json", "estate.json"]
    assert about["tool"] == "payment-hsm-ops 0.1.0"
    assert about["estate"] == estate_digest(run.estate, Policy())
    assert about["azure_request_ids"] == {A.id: "5f0c"}
    assert about["source"] == {"kind": "sandbox", "name": "test"}
    assert (about["left_out"], evidence.cut) == ([], ())


def test_of_the_scope_only_the_part_is_told() -> None:
    run = run_of(estate(A, B, FAR, subscription(SUB_2, "other")), lost_nic(A))
    for redact in (False, True):
        about, _, saved = parts(bundle(run, redact=redact))
        assert (about["scope"], saved.estate.scope) == ([SUB_1], (SUB_1,))
    assert run.estate.scope == (SUB_1, SUB_2)


def test_the_name_fits_what_azure_takes() -> None:
    long = hsm("h" * 80)
    name = bundle(run_of(estate(long), lost_nic(long))).name
    assert name.startswith("phsm-evidence-phsm-hsm-hhh")
    assert name.endswith("-1.zip")
    assert len(name.removesuffix(".zip")) <= 110


def test_all_that_was_found_about_the_hsm_is_in_it_the_good_as_well() -> None:
    good = finding("PHSM-NET-005", A, outcome=Outcome.PASS)
    sub = Subject(name="payments-prod", id=f"/subscriptions/{SUB_1}")
    provider = finding("PHSM-SUB-001", subject=sub, outcome=Outcome.PASS)
    _, findings, _ = parts(bundle(run_of(WHOLE, lost_nic(A), good, provider)))
    assert [one["check"] for one in findings] == ["PHSM-NET-009", "PHSM-NET-005", "PHSM-SUB-001"]
    assert findings[0]["evidence"] == "host NIC 2 missing: a_HSMHost2Nic not found"


def test_what_was_found_about_others_in_the_subscription_is_not() -> None:
    other = finding("PHSM-NET-005", subject=Subject(name=OTHERS.name, id=OTHERS.id))
    _, findings, _ = parts(bundle(run_of(WHOLE, lost_nic(A), other, finding("PHSM-NET-009", FAR, ticket=False))))
    assert [one["check"] for one in findings] == ["PHSM-NET-009"]


def test_the_estate_is_the_pool_with_its_networks_and_nothing_else() -> None:
    _, _, saved = parts(bundle(run_of(WHOLE, lost_nic(A))))
    part = saved.estate
    assert set(part.hsms) == {A.key, B.key}
    assert set(part.vnets) == {SPOKED.id.lower(), HUB.id.lower()}
    assert len(part.nics) == 6
    assert set(part.subscriptions) == {SUB_1, SUB_2}  # the hub's too


def test_gateways_and_probes_of_others_stay_at_home() -> None:
    near, far = f"{vnet_id()}-gw", f"{vnet_id('other')}-gw"
    net = vnet(subnets=(subnet(gateways=(near,)),))
    known = replace(estate(A, net), gateways={near.lower(): Gap(subject=near, what="gateway", reason="403")})
    known = replace(known, probes={key: Probe(at=NOW, answers={}, firmware=None) for key in (A.key, FAR.key)})
    known = replace(known, gateways={**known.gateways, far.lower(): Gap(subject=far, what="gateway", reason="403")})
    _, _, saved = parts(bundle(run_of(known, lost_nic(A))))
    assert set(saved.estate.gateways) == {near.lower()}
    assert set(saved.estate.probes) == {A.key}


def test_the_part_is_judged_as_the_whole_was() -> None:
    broken = replace(A, provisioning_state="Failed")
    run = evaluate(estate(broken, B, SPOKED, HUB, subscription(SUB_2, "other")), Policy(), collect())
    _, findings, saved = parts(bundle(run))
    again = evaluate(saved.estate, saved.policy, collect())

    def facts(run: Run) -> set[tuple[str, str, str]]:
        return {
            (one.check, one.subject.key, one.outcome.value) for one in run.findings if broken.key in one.subject.hsms
        }

    assert facts(again) == facts(run)
    told = {(one["check"], one["outcome"]) for one in findings}
    assert {(check, outcome) for check, _, outcome in facts(run) if outcome != "not_applicable"} <= told
    assert "not_applicable" not in {outcome for _, outcome in told}
    assert not any(check.startswith("PHSM-RDY-") for check, _ in told)


def test_who_deleted_another_hsm_of_that_name_stays_at_home() -> None:
    log = (Deletion(hsm_id=A.id.replace("/resourceGroups/", "/resourceGroups/old-"), at=NOW, by="ada@bank.example"),)
    judged = evaluate(replace(WHOLE, deletions={SUB_1: log}), Policy(expected=(log[0].hsm_id,)), collect())
    assert "ada@bank.example deleted it" in str(judged.findings)
    assert "ada@" not in whole_text(bundle(replace(judged, findings=(*judged.findings, lost_nic(A)))))


def test_a_fastpath_ticket_has_the_hsms_of_its_subscriptions() -> None:
    _, findings, saved = parts(bundle(run_of(WHOLE, pending(SUB_2), finding("PHSM-HSM-002", FAR))))
    assert set(saved.estate.hsms) == {FAR.key}
    assert [one["check"] for one in findings] == ["PHSM-SUB-003", "PHSM-HSM-002"]


def test_who_bears_a_failure_and_what_persons_attest_is_nobody_elses_business() -> None:
    mute = Mute(check="*", subject="*", reason="the audit waits", owner="Jo Doe", expires=date(2027, 1, 1))
    borne = finding("PHSM-HSM-002", A, muted=mute, lapsed=mute)
    hub = SecuredHub(prefixes=("10.3.0.0/16",), by="Jo Doe", on=date(2026, 11, 1))
    policy = Policy(
        peers=Peers(secured_hubs={"/x": hub}),
        mutes=(mute,),
        pools=(PoolRule(name="cards", match=Match(tags={"a": "b"})),),
    )
    run = run_of(WHOLE, lost_nic(A), borne, policy=policy)
    evidence = bundle(run_of(WHOLE, lost_nic(A), borne), policy=policy)
    assert "Jo Doe" not in whole_text(evidence)
    assert "the audit waits" not in whole_text(evidence)
    assert parts(evidence)[2].policy.pools == policy.pools
    assert run.findings[1].muted is mute


ADDRESSES = (
    ("10.3.1.2 does not answer", "(address) does not answer"),
    ("connect 10.3.1.2:1500 refused", "connect (address):1500 refused"),
    ("10.3.0.0/16 and 10.4.0.0/16, not 10.5.0.1.", "(address) and (address), not (address)."),
    ("fd00::1: refused, fd00:1::/48 of the VNet", "(address): refused, (address) of the VNet"),
    ("[fd00:0:0:0:0:0:0:9]:443", "[(address)]:443"),
    ("::1 and ::ffff:10.0.0.1", "(address) and (address)"),
    ("asked by jo.doe@example.com", "asked by (person)"),
    ("at 22:14:05, 2 of 3 :: nothing", "at 22:14:05, 2 of 3 :: nothing"),
    ("firmware 1.8.3, id aba9:ce1", "firmware 1.8.3, id aba9:ce1"),
)


@pytest.mark.parametrize(("words", "masked"), ADDRESSES)
def test_a_redacted_sentence_has_no_address(words: str, masked: str) -> None:
    _, findings, saved = parts(bundle(told(words), redact=True))
    assert findings[0]["evidence"] == masked
    assert saved.estate.hsms[A.key].status_message == masked
    assert saved.estate.notes == (masked,)
    assert saved.estate.vnets[HUB.id.lower()] == Gap(subject=HUB.id, what="virtual network", reason=masked)
    _, findings, _ = parts(bundle(told(words)))
    assert findings[0]["evidence"] == words


def told(words: str) -> Run:
    """A run in which all that may speak says these words."""
    gap = Gap(subject=HUB.id, what="virtual network", reason=words)
    known = estate(replace(A, status_message=words), B, SPOKED, overrides={HUB.id: gap})
    return run_of(replace(known, notes=(words,)), finding("PHSM-NET-009", A, evidence=words))


def test_redacted_evidence_has_names_but_no_address_and_no_tag() -> None:
    tagged = replace(A, tags={"owner": "payments"})
    balancer = LoadBalancer(id="/lb", name="lb", addresses=("10.3.1.1",), nic_ids=(), vnets={})
    known = replace(
        estate(tagged, B, SPOKED, HUB, subscription(SUB_2, "other")), load_balancers={SUB_1: (balancer,), SUB_2: ()}
    )
    policy = Policy(pools=(PoolRule(name="cards", match=Match(tags={"owner": "payments"})),))
    run = run_of(known, finding("PHSM-NET-009", tagged, fix="az network nic update --ip 10.3.1.2"))
    evidence = bundle(run, policy=policy, redact=True)
    assert "10." not in whole_text(evidence)
    assert 'payments"' not in whole_text(evidence)
    assert A.id in whole_text(evidence)
    assert parts(evidence)[2].estate.vnets[SPOKED.id.lower()].tags == {"fastpathenabled": "True"}
    assert evidence.cut == ("addresses, tags and load balancers, as was asked for",)
    assert parts(evidence)[0]["left_out"] == list(evidence.cut)
    assert "10.3.1.1" in whole_text(bundle(run, policy=policy))


LIMIT = f"because the whole is larger than {MOST_BYTES // 1024} KiB"
LONG = "x" * 10_000


def size(evidence: Evidence) -> int:
    return sum(len(file.text.encode()) for file in evidence.files)


def padded(known: Estate, count: int, *, outcome: Outcome, **changes: Any) -> Run:
    more = [
        finding(f"PHSM-HSM-{n:03}", A, outcome=outcome, evidence=LONG, ticket=False, **changes) for n in range(count)
    ]
    return run_of(known, lost_nic(A), *more)


def test_findings_that_passed_go_first() -> None:
    evidence = bundle(padded(WHOLE, 600, outcome=Outcome.PASS))
    about, findings, saved = parts(evidence)
    assert evidence.cut == (f"findings that passed, {LIMIT}",)
    assert about["left_out"] == list(evidence.cut)
    assert [one["check"] for one in findings] == ["PHSM-NET-009"]
    assert HUB.id.lower() in saved.estate.vnets
    assert size(evidence) <= MOST_BYTES


def test_then_what_is_peered_goes() -> None:
    heavy = replace(HUB, tags={f"t{n}": LONG for n in range(600)})
    evidence = bundle(run_of(estate(A, SPOKED, heavy, subscription(SUB_2, "other")), lost_nic(A)))
    _, _, saved = parts(evidence)
    assert set(saved.estate.vnets) == {SPOKED.id.lower()}
    assert evidence.cut[-1] == f"virtual networks that are peered, gateways, load balancers, {LIMIT}"
    assert size(evidence) <= MOST_BYTES


def test_then_the_others_of_the_pool_go() -> None:
    heavy = replace(B, tags={f"t{n}": LONG for n in range(600)})
    evidence = bundle(run_of(estate(A, heavy), lost_nic(A)))
    _, _, saved = parts(evidence)
    assert (set(saved.estate.hsms), len(saved.estate.nics)) == ({A.key}, 3)
    assert evidence.cut[-1] == f"HSMs of the pool that the ticket is not about, {LIMIT}"
    assert size(evidence) <= MOST_BYTES


def test_then_the_estate_goes_and_the_failures_stay() -> None:
    heavy = replace(A, tags={f"t{n}": LONG for n in range(600)})
    evidence = bundle(run_of(estate(heavy), lost_nic(heavy)))
    about, findings, saved = parts(evidence)
    assert (dict(saved.estate.hsms), about["azure_request_ids"]) == ({}, {})
    assert len(findings) == 1
    assert evidence.cut[-1] == f"the estate, {LIMIT}"
    assert size(evidence) <= MOST_BYTES


def test_a_policy_of_thousands_of_peers_goes_with_the_estate_that_it_judges() -> None:
    policy = Policy(peers=Peers(outside=tuple(f"{HUB.id}-{n}" for n in range(50_000))))
    evidence = bundle(run_of(WHOLE, lost_nic(A)), policy=policy)
    assert parts(evidence)[2].policy == Policy()
    assert len(parts(evidence)[1]) == 1
    assert size(evidence) <= MOST_BYTES


def test_a_finding_about_ten_thousand_hsms_is_cut_and_what_is_left_fits() -> None:
    many = tuple(f"{A.id}-{n}" for n in range(10_000))
    subject = Subject(name="pool", hsms=(A.id, *many))
    evidence = bundle(padded(WHOLE, 5, outcome=Outcome.FAIL, subject=subject))
    _, findings, _ = parts(evidence)
    assert [len(one["subject"]["hsms"]) for one in findings] == [1, 20, 20, 20, 20, 20]
    assert evidence.cut[-1] == f"HSMs that one finding names beyond the first 20, {LIMIT}"
    assert size(evidence) <= MOST_BYTES


def test_whatever_the_findings_say_the_bundle_fits() -> None:
    wide = tuple(finding(f"PHSM-HSM-{n:03}", A, evidence=LONG * 9, ticket=False) for n in range(500))
    evidence = bundle(run_of(WHOLE, lost_nic(A), *wide))
    assert size(evidence) <= MOST_BYTES
    assert len(parts(evidence)[1]) == 31
    assert evidence.cut[-1] == f"findings beyond the first 31, {LIMIT}"


def test_the_same_run_gives_the_same_bytes() -> None:
    one, two = (bundle(run_of(replace(WHOLE), failed_state(replace(A, provisioning_state="Failed")))) for _ in range(2))
    assert one == two


def test_a_cause_without_a_finding_has_its_facts_all_the_same() -> None:
    cause = Cause(kind="hsm", subject=A.key, hsms=(A.key,), subscriptions=(SUB_1,), findings=())
    evidence = evidence_of("x", cause, run_of(WHOLE), Policy(), "0.1.0", redact=False)
    _, findings, saved = parts(evidence)
    assert (findings, A.key in saved.estate.hsms) == ([], True)
