"""Which way of logging in is taken, and what is told when it leads nowhere."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from aiohttp import web
from azure.core.credentials import AccessTokenInfo

from ops.adapters.identity import Way, find_way, identity
from ops.errors import CloudUnreadable, ConfigProblem
from ops.model.policy import Auth
from tests.adapters.listening import listening

SCOPE = "https://management.azure.com/.default"
PUBLIC = "https://management.azure.com"
GITHUB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x", "AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t"}


@pytest.mark.parametrize(
    ("environment", "auth", "because"),
    [
        ({}, Auth.AZURE_CLI, "nothing else is set up here"),
        ({"AZURE_CLIENT_ID": "c", "AZURE_TENANT_ID": "t"}, Auth.AZURE_CLI, "nothing else is set up here"),
        ({"IDENTITY_ENDPOINT": "http://x", "IDENTITY_HEADER": "h"}, Auth.MANAGED_IDENTITY, "IDENTITY_ENDPOINT is set"),
        ({"MSI_ENDPOINT": "http://x"}, Auth.MANAGED_IDENTITY, "MSI_ENDPOINT is set"),
        ({"AZURE_FEDERATED_TOKEN_FILE": "/f"}, Auth.WORKLOAD_IDENTITY, "AZURE_FEDERATED_TOKEN_FILE is set"),
        (GITHUB, Auth.GITHUB_OIDC, "ACTIONS_ID_TOKEN_REQUEST_URL is set"),
        ({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x"}, Auth.AZURE_CLI, "nothing else is set up here"),
        ({"AZURE_CLIENT_SECRET": "s"}, Auth.ENVIRONMENT, "AZURE_CLIENT_SECRET is set"),
        ({"AZURE_CLIENT_CERTIFICATE_PATH": "/c"}, Auth.ENVIRONMENT, "AZURE_CLIENT_CERTIFICATE_PATH is set"),
        ({"AZURE_TOKEN_CREDENTIALS": "dev"}, Auth.DEFAULT, "AZURE_TOKEN_CREDENTIALS is set"),
        (GITHUB | {"IDENTITY_ENDPOINT": "http://x"}, Auth.MANAGED_IDENTITY, "IDENTITY_ENDPOINT is set"),
        (GITHUB | {"AZURE_CLIENT_SECRET": "s"}, Auth.GITHUB_OIDC, "ACTIONS_ID_TOKEN_REQUEST_URL is set"),
        ({"IDENTITY_ENDPOINT": " "}, Auth.AZURE_CLI, "nothing else is set up here"),
    ],
)
def test_auto_goes_by_what_is_set_up_and_says_so(environment: dict[str, str], auth: Auth, because: str) -> None:
    assert find_way(Auth.AUTO, environment) == Way(auth=auth, because=because)


def test_what_is_asked_for_is_taken_whatever_is_set_up() -> None:
    assert find_way(Auth.AZURE_CLI, GITHUB) == Way(auth=Auth.AZURE_CLI, because="azure.auth says so")


def test_the_environment_goes_before_the_configuration() -> None:
    found = find_way(Auth.AZURE_CLI, {"PHSM_AUTH": "Managed-Identity"})
    assert found == Way(auth=Auth.MANAGED_IDENTITY, because="PHSM_AUTH says so")
    assert find_way(Auth.AZURE_CLI, {"PHSM_AUTH": "auto", "MSI_ENDPOINT": "http://x"}).auth is Auth.MANAGED_IDENTITY


def test_a_way_that_does_not_exist_is_told_with_those_that_do() -> None:
    with pytest.raises(ConfigProblem) as caught:
        find_way(Auth.AUTO, {"PHSM_AUTH": "magic"})
    assert caught.value.what == "PHSM_AUTH is magic"
    assert "github-oidc" in caught.value.tip


@pytest.mark.parametrize(
    ("auth", "environment", "told"),
    [
        (Auth.ENVIRONMENT, {"AZURE_CLIENT_ID": "c"}, "not set: AZURE_TENANT_ID, AZURE_CLIENT_SECRET"),
        (Auth.ENVIRONMENT, {"AZURE_CLIENT_CERTIFICATE_PATH": "/c"}, "not set: AZURE_TENANT_ID, AZURE_CLIENT_ID"),
        (Auth.WORKLOAD_IDENTITY, GITHUB, "not set: AZURE_FEDERATED_TOKEN_FILE"),
        (Auth.GITHUB_OIDC, GITHUB, "not set: ACTIONS_ID_TOKEN_REQUEST_TOKEN"),
    ],
)
def test_a_way_that_is_not_set_up_names_the_variables_that_are_missing(
    auth: Auth, environment: dict[str, str], told: str
) -> None:
    with pytest.raises(CloudUnreadable) as caught:
        identity(Way(auth=auth, because="azure.auth says so"), PUBLIC, environment)
    assert caught.value.what.endswith(told)
    assert caught.value.exit_code == 5
    assert caught.value.tip.endswith("phsm doctor")


def ask_once(auth: Auth, environment: dict[str, str]) -> AccessTokenInfo:
    async def ask() -> AccessTokenInfo:
        async with identity(Way(auth=auth, because="it is a test"), PUBLIC, environment) as credential:
            return await credential.get_token_info(SCOPE)

    return asyncio.run(ask())


@pytest.fixture
def az(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the only ``az`` on the path is to be written."""
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path / "az"


def write_az(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_the_az_cli_is_asked_for_the_cloud_that_is_read(az: Path) -> None:
    answer = json.dumps({"accessToken": "from-az", "expires_on": int(time.time()) + 3600})
    write_az(az, f"""echo "$@" > {az}.asked; echo '{answer}'""")
    assert ask_once(Auth.AZURE_CLI, {}).token == "from-az"
    assert "--resource https://management.azure.com" in Path(f"{az}.asked").read_text()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("echo 'ERROR: Please run az login to setup account.' >&2; exit 1", "Please run 'az login'"),
        ("echo 'ERROR: AADSTS70043: The refresh token has expired.' >&2; exit 1", "AADSTS70043"),
        ("echo nonsense", "Unexpected output from Azure CLI"),
    ],
)
def test_an_az_login_that_ended_is_one_line_with_the_way_that_was_tried(az: Path, script: str, told: str) -> None:
    write_az(az, script)
    with pytest.raises(CloudUnreadable) as caught:
        ask_once(Auth.AZURE_CLI, {})
    assert caught.value.what.startswith("no Azure credential works here (tried: az CLI, as it is a test): ")
    assert told in caught.value.what
    assert "\n" not in caught.value.what
    assert caught.value.tip.startswith("az login")


def test_no_az_at_all_is_told(az: Path) -> None:
    with pytest.raises(CloudUnreadable, match="not found on path"):
        ask_once(Auth.AZURE_CLI, {})


def test_a_managed_identity_is_asked_at_its_endpoint_and_as_the_one_that_is_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[web.Request] = []

    async def endpoint(request: web.Request) -> web.Response:
        asked.append(request)
        return web.json_response(
            {
                "access_token": "from-mi",
                "expires_on": int(time.time()) + 3600,
                "resource": SCOPE,
                "token_type": "Bearer",
            }
        )

    async def ask() -> str:
        async with listening(endpoint) as url:
            monkeypatch.setenv("IDENTITY_ENDPOINT", url)
            monkeypatch.setenv("IDENTITY_HEADER", "header-secret")
            way = find_way(Auth.AUTO, {"IDENTITY_ENDPOINT": url})
            async with identity(way, PUBLIC, {"AZURE_CLIENT_ID": "client-1"}) as credential:
                return (await credential.get_token(SCOPE)).token

    assert asyncio.run(ask()) == "from-mi"
    assert asked[0].headers["X-IDENTITY-HEADER"] == "header-secret"
    assert "client-1" in asked[0].query.values()
