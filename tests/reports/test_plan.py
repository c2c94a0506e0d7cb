from dataclasses import replace

from ops.model.estate import Source
from ops.model.fact import Gap
from ops.model.policy import Policy, SupportPolicy
from ops.model.ticket import Draft, Evidence, EvidenceFile, Plan
from ops.reports.plan import render_text
from tests.build import estate, hsm
from tests.support.build import failed_state, finding, lost_nic, planned, run_of, ticket
from tests.support.lives import LONG_AGO, broken, opened, said, told, well

A = hsm("a", last_modified_at=None)
DOWN = hsm("b", stamp="stamp2", provisioning_state="Failed", status_message="Resource creation failed.")


def first_plan(**support: object) -> Plan:
    policy = Policy(support=SupportPolicy(**support))  # type: ignore[arg-type]
    return planned(run_of(estate(A, DOWN), failed_state(DOWN)), policy=policy)


def with_files(draft: Draft) -> Draft:
    files = (
        EvidenceFile(name="about.json", text="{}\n"),
        EvidenceFile(name="findings.json", text="x" * 1024),
        EvidenceFile(name="estate.json", text="é" * 1024),
    )
    return replace(draft, evidence=Evidence(name="phsm-evidence-x.zip", files=files, cut=("the estate", "peers")))


def shown(plan: Plan, **changes: object) -> str:
    return render_text(plan, None, False, **changes)  # type: ignore[arg-type]


def test_a_plan_says_what_is_opened_and_what_goes_out_with_it() -> None:
    plan = first_plan()
    plan = replace(plan, to_open=tuple(map(with_files, plan.to_open)))
    assert shown(plan) == (
        "Support tickets   23 Nov 2026 22:14 UTC   sandbox: test\n"
        "\n"
        "1 ticket to open\n"
        "\n"
        "1  severity B  Payment HSM b (eastus, stamp2) is Failed; production pool degraded\n"
        "   Technical > Azure Payment HSM Service > Provisioning / HSM creation failed\n"
        "   causes: PHSM-HSM-001   subscription: 00000000-0000-0000-0000-000000000001\n"
        "   evidence: about.json 1 KiB, findings.json 1 KiB, estate.json 2 KiB, packed as phsm-evidence-x.zip; "
        "left out: the estate; peers\n"
    )


def test_a_plan_without_evidence_says_so() -> None:
    assert "\n   evidence: none\n" in shown(first_plan(evidence="none"))
    assert "estate.json" in shown(first_plan())


def test_the_next_step_names_the_file_that_the_plan_was_written_to() -> None:
    assert shown(first_plan(), saved="plans/my plan.json").endswith(
        "\n\nnext: open them: phsm tickets open --plan 'plans/my plan.json' --apply\n"
    )
    assert "--apply" not in shown(first_plan())


def test_a_saved_plan_of_nothing_has_no_next_step() -> None:
    plan = planned(run_of(estate(A)))
    assert shown(plan, saved="plan.json").splitlines()[2:] == ["nothing to open"]


def test_updates_are_told_with_their_reason_and_whole_with_their_text() -> None:
    (draft,) = planned(broken()).to_open
    plan = told(well(), opened(draft))
    text = shown(plan, saved="plan.json")
    assert "\nnothing to open\n1 update of open tickets\n" in text
    assert "\nupdates\n  gone      2411230050001234  Payment HSM a " in text
    assert "\n            a passes again\n" in text
    assert text.endswith("\nnext: tell them: phsm tickets open --plan plan.json --apply\n")
    assert "   | What this ticket is about is gone" in shown(plan, whole=True)
    assert "What this ticket is about is gone" not in text


def test_a_warning_is_told_before_the_tickets() -> None:
    plan = replace(first_plan(), warnings=("the latest ticket names the support plan Developer",))
    assert shown(plan).splitlines()[3] == "warning: the latest ticket names the support plan Developer"


def test_what_is_held_back_and_what_is_open_already_have_their_reasons() -> None:
    (draft,) = planned(broken()).to_open
    plan = told(broken(), opened(draft), said(told(well(), opened(draft)).updates[0], LONG_AGO))
    assert "\n0 held back, 1 open already\n" in shown(plan)
    assert "\nalready open\n  2411230050001234  Payment HSM a " in shown(plan)
    assert "open since 20 Nov 2026 22:14 UTC, severity C\n" in shown(plan)
    held = planned(run_of(estate(A, DOWN), lost_nic(A), finding("PHSM-NET-003", A)))
    assert "\nheld back\n  severity B  Payment HSM a " in shown(held)
    assert "\n              until PHSM-NET-003 (ours) is fixed, or --anyway\n" in shown(held)
    assert "   | Impact: " in shown(held, whole=True)


def test_a_desk_that_was_not_read_is_never_nothing_to_open() -> None:
    gap = Gap(subject="/subscriptions/s", what="support tickets", reason="403 AuthorizationFailed")
    text = shown(replace(planned(run_of(estate(A))), gaps=(gap,)))
    assert "\nnothing can be opened: the support desk could not be read\n" in text
    assert text.endswith("\ncould not be read\n  support tickets /subscriptions/s: 403 AuthorizationFailed\n")


def test_messages_that_were_not_read_are_told_and_hinder_no_new_ticket() -> None:
    gap = Gap(subject=ticket("phsm-x").id, what="communications", reason="500")
    text = shown(replace(planned(run_of(estate(A))), gaps=(gap,)))
    assert "\nnothing to open\n" in text
    assert "\n  communications /subscriptions/" in text


def test_a_terminal_is_not_overrun() -> None:
    (draft,) = planned(broken()).to_open
    for plan in (first_plan(), told(well(), opened(draft))):
        lines = render_text(replace(plan, warnings=("word " * 40,)), 80, False, saved="plan.json").splitlines()
        assert all(len(line) <= 80 or " " not in line.strip() for line in lines)


def test_where_the_facts_come_from_stands_at_the_top() -> None:
    plan = replace(first_plan(), source=Source(kind="azure", name="management.azure.com"))
    assert shown(plan).startswith("Support tickets   23 Nov 2026 22:14 UTC   azure: management.azure.com\n")
