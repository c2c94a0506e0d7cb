"""The connection and its pipeline, over HTTPS: what is sent, how often, and to whom."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from socket import create_server
from typing import Any

import pytest
from azure.core.exceptions import (
    AzureError,
    ClientAuthenticationError,
    ServiceRequestError,
    ServiceResponseTimeoutError,
)
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.resource.features.aio import FeatureClient
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.mgmt.resource.subscriptions.aio import SubscriptionClient

from ops.adapters import failure
from ops.adapters.connection import Connection, is_loopback
from ops.adapters.credential import ConstantCredential
from ops.adapters.one_host_policy import ForeignHostRefused
from ops.errors import ConfigProblem
from ops.sandbox.child import running
from tests.adapters import arm_json
from tests.adapters.conftest import QUICK, SCOPES, Arm, CountingCredential
from tests.build import SUB_1

CHALLENGE = 'Bearer error="insufficient_claims", claims="eyJuYmYiOjF9"'  # {"nbf":1}
FAULTS: dict[str, dict[str, Any]] = {
    "dies": {"reset": "after"},
    "hangs": {"hang": 20},
    **{f"status-{status}": {"status": status, "headers": {"Retry-After": "0"}} for status in (408, 500, 502, 503, 504)},
    "turned-away": {"status": 429, "headers": {"Retry-After": "1"}, "times": 1},
    "dies-once": {"reset": "after", "times": 1},
    "fails-once": {"status": 503, "times": 1},
    "hangs-once": {"hang": 20, "times": 1},
    "until-2060": {"status": 429, "headers": {"Retry-After": "Fri, 31 Dec 2060 23:59:59 GMT"}},
    "in-two-seconds": {"status": 429, "headers": {"Retry-After": "2"}},
    "in-four-seconds": {"status": 429, "headers": {"Retry-After": "4"}},
    "elsewhere": {"status": 307, "headers": {"Location": "https://evil.example/"}},
    "challenge": {"status": 401, "body": "{}", "headers": {"WWW-Authenticate": CHALLENGE}, "times": 1},
    "expired": {"status": 401, "code": "ExpiredAuthenticationToken"},
}
QUESTIONS = (
    f"/subscriptions/{SUB_1}/providers/Microsoft.Support/checkNameAvailability",
    "/providers/Microsoft.ResourceGraph/resources",
)


def _group(name: str) -> str:
    """The path of a resource group, which meets the fault of that name, if there is one."""
    return f"/subscriptions/{SUB_1}/resourceGroups/{name}"


@pytest.fixture(scope="module")
def arm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arm]:
    document = arm_json.estate(
        *(arm_json.nic(f"{_group(name)}/providers/Microsoft.Network/networkInterfaces/nic1") for name in FAULTS),
        faults=(
            *({"method": "*", "path": _group(name), **fault} for name, fault in FAULTS.items()),
            *({"method": "POST", "path": path, "status": 503} for path in QUESTIONS),
        ),
    )
    file = tmp_path_factory.mktemp("connection") / "estate.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    with running(str(file)) as serving:
        yield Arm(serving)


def _send(connection: Connection, method: str, path: str) -> AsyncHttpResponse:
    """One raw request through the pipeline of an SDK client."""
    url = path if path.startswith("https:") else f"{connection.endpoint}{path}?api-version=2024-04-01"
    client = connection.client(ResourceManagementClient, SUB_1)
    body = {"properties": {}} if method in ("PUT", "POST", "PATCH") else None

    async def send() -> AsyncHttpResponse:
        return await client.send_request(HttpRequest(method, url, json=body))

    return connection.run(send())


@pytest.mark.parametrize("method", ["PUT", "POST", "PATCH", "DELETE"])
def test_a_write_whose_connection_dies_is_sent_once(arm: Arm, method: str) -> None:
    with arm.connect() as connection, pytest.raises(ServiceRequestError) as caught:
        _send(connection, method, _group("dies"))
    assert len(arm.log(method, "/dies")) == 1
    assert failure.reason(caught.value) == "the connection was lost"


@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
def test_a_write_that_fails_is_sent_once(arm: Arm, method: str, status: int) -> None:
    with arm.connect() as connection:
        assert _send(connection, method, _group(f"status-{status}")).status_code == status
    assert len(arm.log(method, f"/status-{status}")) == 1


def test_a_write_that_gets_no_answer_is_sent_once(arm: Arm) -> None:
    with arm.connect() as connection, pytest.raises(ServiceResponseTimeoutError, match="no answer within"):
        _send(connection, "PUT", _group("hangs"))
    assert len(arm.log("PUT", "/hangs")) == 1


def test_a_write_that_was_turned_away_is_sent_again(arm: Arm) -> None:
    with arm.connect() as connection:
        _send(connection, "PUT", _group("turned-away"))
    first, second = arm.log("PUT", "/turned-away")
    assert first["status"] == 429
    assert second["status"] != 429


@pytest.mark.parametrize("name", ["dies-once", "fails-once", "hangs-once"])
def test_a_read_is_sent_again(arm: Arm, name: str) -> None:
    with arm.connect() as connection:
        assert _send(connection, "GET", _group(name)).status_code == 200
        assert connection.requests == 2
    assert len(arm.log("GET", name)) == 2


@pytest.mark.parametrize("path", QUESTIONS)
def test_a_post_that_only_asks_is_sent_again(arm: Arm, path: str) -> None:
    with arm.connect() as connection:
        assert _send(connection, "POST", path).status_code == 503
    assert len(arm.log("POST", path)) == QUICK.attempts


def test_a_date_in_retry_after_is_understood(arm: Arm) -> None:
    with arm.connect() as connection:
        assert _send(connection, "GET", _group("until-2060")).status_code == 429
    assert len(arm.log("GET", "until-2060")) == 1


def test_a_wait_beyond_the_cap_is_not_waited_for_even_before_the_deadline(arm: Arm) -> None:
    assert QUICK.longest_wait_seconds < 4 < QUICK.deadline_seconds
    with arm.connect() as connection:
        assert _send(connection, "GET", _group("in-four-seconds")).status_code == 429
    assert len(arm.log("GET", "in-four-seconds")) == 1


def test_the_deadline_ends_the_tries(arm: Arm) -> None:
    with arm.connect(replace(QUICK, attempts=50, deadline_seconds=1)) as connection:
        assert _send(connection, "GET", _group("in-two-seconds")).status_code == 429
    assert len(arm.log("GET", "in-two-seconds")) == 1


def test_no_connection_is_tried_again_for_a_write_too() -> None:
    with Connection(
        endpoint="https://127.0.0.1:9", credential_scopes=SCOPES, credential=CountingCredential(), retry=QUICK
    ) as connection:
        with pytest.raises(ServiceRequestError) as caught:
            _send(connection, "PUT", _group("any"))
        assert connection.requests == QUICK.attempts
    assert failure.is_unreachable(caught.value)


def test_a_redirect_is_not_followed(arm: Arm) -> None:
    with arm.connect() as connection:
        assert _send(connection, "GET", _group("elsewhere")).status_code == 307
    assert len(arm.log("GET", "elsewhere")) == 1


@pytest.mark.parametrize(
    "link",
    [
        "https://localhost:{trap}/x",
        "https://127.0.0.1:{trap}/x",
        "https://127.0.0.1:{port}@localhost:{trap}/x",
        "https://user@127.0.0.1:{port}/x",
        "https://127.0.0.1:{port}.evil.example:{trap}/x",
        "https://127.0.0.1/x",
    ],
)
def test_a_link_to_anywhere_else_gets_neither_token_nor_connection(arm: Arm, link: str) -> None:
    credential = CountingCredential()
    with closing(create_server(("127.0.0.1", 0))) as trap:
        trap.settimeout(0.1)
        port = arm.serving.endpoint.rpartition(":")[2]
        with arm.connect(credential=credential) as connection:
            with pytest.raises(ForeignHostRefused) as caught:
                _send(connection, "GET", link.format(trap=trap.getsockname()[1], port=port))
            assert connection.requests == 0
        with pytest.raises(TimeoutError):
            trap.accept()
    assert credential.asked == []
    assert "/x" not in str(caught.value)
    assert arm.log(containing="/x") == []


def test_many_clients_ask_for_one_token_and_the_credential_is_closed(arm: Arm) -> None:
    credential = CountingCredential()

    async def read(connection: Connection) -> None:
        async for _ in connection.client(SubscriptionClient).subscriptions.list():
            pass
        await connection.client(ResourceManagementClient, SUB_1).resource_groups.get("rg-hsm")
        await connection.client(FeatureClient, SUB_1).features.get("Microsoft.Network", "FastPathEnabled")

    with arm.connect(credential=credential) as connection:
        connection.run(read(connection))
        first = connection.client(FeatureClient, SUB_1)
        assert connection.client(FeatureClient, SUB_1) is first
        assert connection.client(FeatureClient, SUB_1.replace("1", "2")) is not first
    assert len(credential.asked) == 1
    assert credential.asked[0]["scopes"] == SCOPES
    assert credential.closed
    assert all(entry["authorization"] for entry in arm.log("GET"))


def test_a_claims_challenge_is_answered_with_a_new_token(arm: Arm) -> None:
    credential = CountingCredential()
    with arm.connect(credential=credential) as connection:
        assert _send(connection, "GET", _group("challenge")).status_code == 200
    assert [asked.get("claims") for asked in credential.asked] == [None, '{"nbf":1}']
    assert len(arm.log("GET", "challenge")) == 2


def test_a_plain_401_is_not_tried_again(arm: Arm) -> None:
    with arm.connect() as connection:
        client = connection.client(ResourceManagementClient, SUB_1)
        with pytest.raises(ClientAuthenticationError) as caught:
            connection.run(client.resource_groups.get("expired"))
    assert failure.reason(caught.value) == "401 ExpiredAuthenticationToken"
    assert len(arm.log("GET", "expired")) == 1


def test_logs_show_neither_tokens_nor_signed_urls(arm: Arm, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), arm.connect() as connection:
        _send(
            connection,
            "GET",
            f"{connection.endpoint}{_group('logged')}?api-version=2024-04-01&t=1&c=secret-c&s=secret-s",
        )
    assert _group("logged") in caplog.text
    assert "secret" not in caplog.text
    assert "token-1" not in caplog.text


def test_a_server_with_another_certificate_is_not_trusted_and_not_tried_again(arm: Arm) -> None:
    with Connection(
        endpoint=arm.serving.endpoint, credential_scopes=SCOPES, credential=CountingCredential(), retry=QUICK
    ) as connection:
        with pytest.raises(AzureError) as caught:
            _send(connection, "GET", _group("rg-hsm"))
        assert connection.requests == 1
    assert "certificate" in failure.reason(caught.value).lower()


@pytest.mark.parametrize(
    "endpoint", ["http://127.0.0.1:1", "127.0.0.1", "https://", "https://a@b", "https://host/path", "https://h?q=1", ""]
)
def test_an_endpoint_that_is_no_https_host_is_a_mistake_of_the_configuration(endpoint: str) -> None:
    with pytest.raises(ConfigProblem, match="https://host"):
        Connection(endpoint=endpoint, credential_scopes=SCOPES, credential=ConstantCredential())


def test_a_ca_bundle_that_is_not_there_is_a_mistake_of_the_configuration() -> None:
    connection = Connection(
        endpoint="https://127.0.0.1:1",
        credential_scopes=SCOPES,
        credential=ConstantCredential(),
        ca_bundle="nowhere/ca.pem",
    )
    with pytest.raises(ConfigProblem, match="nowhere/ca"), connection:
        pass


@pytest.mark.parametrize(
    "endpoint", ["https://127.0.0.1:8443", "https://[::1]:1", "https://localhost", "https://127.1.2.3"]
)
def test_this_machine_is_loopback(endpoint: str) -> None:
    assert is_loopback(endpoint)


@pytest.mark.parametrize(
    "endpoint", ["https://management.azure.com", "https://localhost.evil.example", "https://10.0.0.1", "nonsense"]
)
def test_elsewhere_is_not_loopback(endpoint: str) -> None:
    assert not is_loopback(endpoint)


INTERRUPTED = """
import sys
from ops.adapters.azure_cloud import AzureCloud
from ops.adapters.connection import Connection
from ops.adapters.credential import ConstantCredential
from ops.model.policy import Policy
from ops.model.estate import Source
from datetime import UTC, datetime
with Connection(endpoint=sys.argv[1], ca_bundle=sys.argv[2], credential_scopes=("s",),
                credential=ConstantCredential()) as connection:
    cloud = AzureCloud(connection, Source(kind="sandbox", name="t"), lambda line: None, lambda: datetime.now(UTC))
    try:
        cloud.observe((), policy=Policy())
    except KeyboardInterrupt:
        print("interrupted")
"""


def test_ctrl_c_ends_a_reading_cleanly(serve: Callable[[dict[str, Any]], Arm]) -> None:
    arm = serve(arm_json.estate(faults=({"path": "*", "hang": 100},)))
    command = [sys.executable, "-W", "error", "-c", INTERRUPTED, arm.serving.endpoint, arm.serving.ca_bundle]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        for _ in range(1000):
            if len(arm.log()) >= 3:
                break
        os.kill(child.pid, signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert (out, err, child.returncode) == ("interrupted\n", "", 0)
