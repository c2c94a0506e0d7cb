from dataclasses import replace
from datetime import UTC, datetime

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ops.model.policy import Consent
from ops.model.ticket import Draft, ProblemClassification
from ops.reports.portal import render
from tests.build import estate, hsm, subscription
from tests.github import cells
from tests.hostile import HOSTILE
from tests.support.build import SERVICE, failed_state, pending, planned, run_of

BROKE = datetime(2026, 11, 23, 21, 55, tzinfo=UTC)
DOWN = hsm("b", stamp="stamp2", provisioning_state="Failed", last_modified_at=BROKE)
WHY = "the attested support plan Developer cannot open tickets by API"
(DRAFT,) = planned(run_of(estate(hsm("a"), DOWN), failed_state(DOWN))).to_open


def tokens(page: str) -> list[Token]:
    return MarkdownIt("commonmark", {"html": True}).enable("table").parse(page)


def fields(draft: Draft) -> dict[str, str]:
    rows = [cells(line) for line in render(draft, WHY).splitlines() if line.startswith("|")][2:]
    return {row[0].strip(): row[1].strip() for row in rows}


def described(page: str) -> str:
    (fence,) = [token for token in tokens(page) if token.type == "fence"]
    return fence.content


def test_every_field_of_the_form_has_its_value() -> None:
    assert fields(DRAFT) == {
        "Issue type": "Technical",
        "Subscription": "`00000000-0000-0000-0000-000000000001`",
        "Service type": "Payment HSM (Azure Payment HSM Service)",
        "Resource": f"`{DOWN.id}`",
        "Summary": "Payment HSM b (eastus, stamp2) is Failed; production pool degraded",
        "Problem type and subtype": "Provisioning / HSM creation failed",
        "When did the problem start": "23 Nov 2026 21:55 UTC",
        "Description": "the text below",
        "File upload": f"`phsm-evidence-{DRAFT.name}.zip`, which lies beside this page",
        "Advanced diagnostic information": "No",
        "Severity": "B (moderate)",
        "Contact": "whom Microsoft shall call: name, e-mail address, phone number, language",
    }


def test_the_page_says_why_the_way_there_and_the_text() -> None:
    page = render(DRAFT, WHY)
    assert page.startswith(
        "**Look first whether there is a ticket for this by now**: `phsm tickets list`, or in the Azure portal "
    )
    assert f"\nNot opened by phsm: {WHY}\n" in page
    assert page.index("**Help + support**") < page.index("**Create a support request**") < page.index("| Issue type |")
    assert described(page) == DRAFT.description + "\n"


def test_the_consent_is_the_drafts() -> None:
    agreed = replace(DRAFT, consent=Consent(diagnostics=True))
    assert fields(agreed)["Advanced diagnostic information"] == "Yes"


def test_what_the_desk_did_not_tell_is_left_to_the_person() -> None:
    bare = replace(DRAFT, service=None, classification=None, evidence=None)
    found = fields(bare)
    assert found["Service type"] == "Payment HSM"
    assert found["Problem type and subtype"] == "what comes nearest to provisioning"
    assert "File upload" not in found


def test_a_ticket_about_subscriptions_has_no_resource_where_there_is_none() -> None:
    (draft,) = planned(run_of(estate(subscription()), pending())).to_open
    assert "Resource" not in fields(replace(draft, resource_id=None))
    assert fields(draft)["Severity"] == "C (minimal)"


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_text_breaks_out_of_its_place(text: str) -> None:
    def page_of(word: str) -> str:
        kinds = ProblemClassification(id=word, display_name=word)
        service = replace(SERVICE, display_name=word)
        draft = replace(DRAFT, title=word, description=f"a\n{word}\nb", subscription=word, resource_id=word)
        return render(replace(draft, service=service, classification=kinds), word)

    page = page_of(text)
    assert [token.type for token in tokens(page)] == [token.type for token in tokens(page_of("x"))]
    kinds = {child.type for token in tokens(page) for child in token.children or ()}
    assert kinds <= {"text", "code_inline", "strong_open", "strong_close"}
    assert described(page).startswith("a\n")
    assert described(page).endswith("\nb\n")
    assert all(line.isprintable() for line in page.splitlines())
