"""The signs that the doctor reads: of the token, the clock, the machine, and of an Azure that is not well."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from ops.adapters.azure_desk import AzureDesk
from ops.adapters.credential import ConstantCredential, read_claims
from ops.adapters.doctor_azure import azure_signs, clock_sign, credential_sign, rights_sign
from ops.adapters.doctor_machine import machine_signs, packages_sign, proxy_sign
from ops.adapters.identity import Identity, Way
from ops.model.diagnosis import Grant, Sign, State
from ops.model.fact import Gap
from ops.model.policy import Auth
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.adapters.conftest import Arm

Serve = Callable[[str | dict[str, Any]], Arm]
HERE = datetime(2026, 11, 23, 22, 14, 5, tzinfo=UTC)
WHO = {"oid": "object-1", "appid": "application-1", "tid": "tenant-1", "upn": "ada@example.com"}


def token(claims: object) -> str:
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{body}.signature"


def identity() -> Identity:
    return Identity(Way(auth=Auth.AZURE_CLI, because="nothing else is set up here"), ConstantCredential())


def test_a_token_says_whose_it_is_and_is_not_shown() -> None:
    sign = credential_sign(identity(), read_claims(token(WHO)), 3480)
    assert sign.says == (
        "az CLI, as nothing else is set up here: object object-1, application application-1, tenant tenant-1; ends in 58 min"
    )
    assert sign.state is State.OK


@pytest.mark.parametrize("odd", ["sandbox", "a.b.c", "a.!!!.c", token([1]), token("text"), "..", "a.ww.c"])
def test_a_token_that_cannot_be_read_is_not_known_and_no_crash(odd: str) -> None:
    sign = credential_sign(identity(), read_claims(odd), 60)
    assert sign.state is State.NOT_KNOWN
    assert odd not in sign.says


@pytest.mark.parametrize(
    ("date", "state", "says"),
    [
        ("Mon, 23 Nov 2026 22:14:03 GMT", State.OK, "2 s from Azure's"),
        ("Mon, 23 Nov 2026 22:13:05 GMT", State.OK, "60 s from Azure's"),
        ("Mon, 23 Nov 2026 22:13:04 GMT", State.PROBLEM, "61 s ahead of Azure's; tokens are refused beyond 5 min"),
        ("Mon, 23 Nov 2026 23:14:05 GMT", State.PROBLEM, "3600 s behind Azure's; tokens are refused beyond 5 min"),
        ("yesterday", State.NOT_KNOWN, "the answer holds no date to compare with"),
        ("Mon, 23 Nov 2026 22:14:03", State.NOT_KNOWN, "the answer holds no date to compare with"),
        (None, State.NOT_KNOWN, "the answer holds no date to compare with"),
    ],
)
def test_the_clock_is_compared_with_azures(date: str | None, state: State, says: str) -> None:
    sign = clock_sign(date, HERE)
    assert (sign.state, sign.says) == (state, says)


def test_packages_are_compared_with_the_lock_file(tmp_path: Path) -> None:
    lock = tmp_path / "requirements.lock"
    here = version("aiohttp")
    lock.write_text(f"aiohttp=={here} \\\n    --hash=sha256:0\nnot-installed==1.0 ; sys_platform == 'win32' \\\n")
    assert packages_sign(lock).state is State.OK
    assert packages_sign(lock).says.endswith("1 is as requirements.lock pins it")
    lock.write_text("aiohttp==0.0.1 \\\n    --hash=sha256:0\n")
    sign = packages_sign(lock)
    assert sign.state is State.PROBLEM
    assert sign.says == f"not as requirements.lock pins them: aiohttp {here} and not 0.0.1"
    assert packages_sign(None).says.endswith("no requirements.lock beside to compare with")


def test_this_machine_has_its_signs_and_they_are_well() -> None:
    signs = {sign.what: sign for sign in machine_signs()}
    assert set(signs) == {"Python", "packages", "bytecode"}
    assert signs["Python"].state is signs["bytecode"].state is State.OK


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "none"),
        (
            {"HTTPS_PROXY": "http://ada:secret@proxy.example.com:3128"},
            "http://proxy.example.com:3128, as HTTPS_PROXY or the system says",
        ),
        (
            {"HTTPS_PROXY": "http://proxy.example.com:3128", "NO_PROXY": "management.azure.com"},
            "none, NO_PROXY excepts the endpoint",
        ),
        ({"HTTPS_PROXY": "http://ada:secret@[proxy"}, "HTTPS_PROXY is no URL"),
    ],
)
def test_the_proxy_is_told_without_its_password(
    environment: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert proxy_sign("https://management.azure.com", environment).says == says
    assert proxy_sign("https://127.0.0.1:1", environment).says == "none, the endpoint is on this machine"


def examine(arm: Arm, *, groups: tuple[str, ...] = (), who: bool = False) -> dict[str, Sign]:
    with arm.connect() as connection:
        desk = AzureDesk(connection, poll_seconds=0.1, progress=lambda line: None)
        found = azure_signs(connection, identity() if who else None, desk, (), groups, lambda line: None)
        return {sign.what: sign for sign in found}


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm]:
    document = arm_json.estate()
    first, second = document["subscriptions"]
    first = first | {"managementGroup": "cards", "actions": ["*/read"]}
    file = tmp_path_factory.mktemp("doctor") / "estate.yaml"
    file.write_text(json.dumps(document | {"subscriptions": [first, second]}))
    with running(str(file)) as serving:
        yield Arm(serving)


def test_an_azure_that_is_well_but_for_what_it_cannot_tell_and_does_not_allow(arm: Arm) -> None:
    signs = examine(arm)
    assert {what: sign.state for what, sign in signs.items() if sign.state is not State.OK} == {
        "ticket access": State.PROBLEM,
        "support plan": State.NOT_KNOWN,
    }
    assert signs["scope"].says == "2 subscriptions, 1 payment HSM in 1 of them"
    assert signs["service"].says == "Azure Payment HSM Service, one of 12 support services"
    assert signs["ticket access"].says == "not on the whole of payments-prod: no Microsoft.Support/supportTickets/write"


def test_a_group_is_named_and_one_that_cannot_be_read_is_exit_5(arm: Arm) -> None:
    assert examine(arm, groups=("cards",))["scope"].says == "1 subscription below cards, 1 payment HSM in 1 of them"
    assert examine(arm, groups=("nope",))["scope"].exit_code == 5


def test_a_token_that_has_no_name_is_not_known_and_its_text_is_nowhere(arm: Arm) -> None:
    signs = examine(arm, who=True)
    assert signs["credential"].state is State.NOT_KNOWN
    assert "token-1" not in str(signs)


READER, SUPPORT = Grant(actions=("*/read",)), Grant(actions=("Microsoft.Support/*",))
NEEDED = ("Microsoft.Network/virtualNetworks/read", "Microsoft.Support/supportTickets/write")
REFUSED = Gap(subject="/subscriptions/2", what="permissions", reason="403 AuthorizationFailed")


def rights(granted: dict[str, tuple[Grant, ...] | Gap], who: str = "object-1") -> Sign:
    names = {"1": "payments-prod", "2": "payments-dr"}
    return rights_sign("access", "rights", NEEDED, "Reader", granted, names, who, " (of 30 the first 2 were asked)")


def test_roles_add_up() -> None:
    assert rights({"1": (READER, SUPPORT)}).says == "on 1 subscription (of 30 the first 2 were asked)"


def test_rights_that_are_missing_are_named_with_the_command_that_gives_them() -> None:
    sign = rights({"1": (SUPPORT,), "2": (READER,)})
    assert sign.state is State.PROBLEM
    assert sign.says.startswith(
        "not on the whole of payments-prod, and 1 more: no Microsoft.Network/virtualNetworks/read"
    )
    assert sign.tip == "az role assignment create --role 'Reader' --assignee object-1 --scope /subscriptions/1"
    assert "--assignee OBJECT-ID " in rights({"1": ()}, who="").tip


def test_rights_that_were_not_read_are_not_known_and_never_well() -> None:
    sign = rights({"1": (READER, SUPPORT), "2": REFUSED})
    assert sign.state is State.NOT_KNOWN
    assert sign.says.startswith("payments-dr: 403 AuthorizationFailed")
    assert rights({}).state is State.NOT_KNOWN


def test_what_is_refused_is_not_known_and_the_rest_goes_on(serve: Serve) -> None:
    refused = ("*/Microsoft.Authorization/permissions", "/providers/Microsoft.Support/*", "*/supportTickets")
    faults = [{"method": "GET", "path": path, "status": 403} for path in refused]
    graph = {"method": "POST", "path": "*/Microsoft.ResourceGraph/*", "status": 403}
    signs = examine(serve(arm_json.estate(faults=(graph, *faults))))
    assert signs["Resource Graph"].state is State.PROBLEM
    assert signs["scope"].state is State.OK
    whats = ("read access", "ticket access", "service", "support plan")
    assert {signs[what].state for what in whats} == {State.NOT_KNOWN}
    assert all("403 AuthorizationFailed" in signs[what].says for what in (*whats, "Resource Graph"))


def test_a_refused_login_ends_the_examination_with_exit_5_and_still_tells_the_clock(serve: Serve) -> None:
    fault = {
        "path": "*",
        "status": 401,
        "code": "InvalidAuthenticationTokenTenant",
        "headers": {"Date": "Mon, 23 Nov 2020 22:14:05 GMT"},
    }
    signs = examine(serve(arm_json.estate(faults=(fault,))))
    assert list(signs) == ["credential", "clock", "endpoint"]
    assert "ahead of Azure's" in signs["clock"].says
    assert signs["endpoint"].exit_code == 5
    assert "401 InvalidAuthenticationTokenTenant" in signs["endpoint"].says
    assert signs["endpoint"].tip


def test_an_estate_without_hsms_is_not_known_and_its_rights_are_asked_for_all_the_same(serve: Serve) -> None:
    signs = examine(serve(arm_json.estate() | {"resources": []}))
    assert signs["scope"].state is State.NOT_KNOWN
    assert signs["read access"].says == "on 2 subscriptions"


def test_only_so_many_subscriptions_are_asked_for_rights_and_that_is_said(serve: Serve) -> None:
    arm = serve("fleet:22x1")
    assert examine(arm)["read access"].says == "on 20 subscriptions (of 22 the first 20 were asked)"
    assert len(arm.log("GET", "Microsoft.Authorization/permissions")) == 20
