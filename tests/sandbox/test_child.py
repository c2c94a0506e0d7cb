"""The child process: it starts, tells where it is, and never outlives its owner."""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from ops.errors import ConfigProblem
from ops.sandbox.child import Serving, running
from ops.sandbox.example_config import EXAMPLE_CONFIG
from tests.sandbox.client import Client

_SUB = "11111111-1111-4111-8111-111111111111"
_OWNER = """
import json, sys
from dataclasses import asdict
from ops.sandbox.child import running
with running(sys.argv[1]) as serving:
    print(json.dumps(asdict(serving)), flush=True)
    sys.stdin.read()
"""


def _trusts(serving: Serving, host: str) -> bool:
    """Whether a client that knows the sandbox by this name accepts its certificate."""
    trust = ssl.create_default_context(cafile=serving.ca_bundle)
    with socket.create_connection(("127.0.0.1", Client(serving).port), timeout=5) as plain:
        try:
            with trust.wrap_socket(plain, server_hostname=host) as secure:
                return secure.version() is not None
        except ssl.SSLCertVerificationError:
            return False


@pytest.fixture
def estate(tmp_path: Path) -> str:
    path = tmp_path / "tiny.yaml"
    path.write_text(f"subscriptions: [{{id: {_SUB}, displayName: payments}}]\nresources: []\n")
    return str(path)


def _listens(client: Client) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", client.port), timeout=1):
            return True
    except OSError:
        return False


def _becomes_true(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.02)
    return condition()


def _is_gone(client: Client, serving: Serving) -> bool:
    return not _listens(client) and not Path(serving.ca_bundle).parent.exists()


def test_it_listens_on_the_given_port_while_its_context_lasts_and_leaves_nothing_behind(estate: str) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with running(estate, port=port) as serving:
        client = Client(serving)
        assert serving.endpoint == f"https://127.0.0.1:{port}"
        assert serving.name == "tiny.yaml"
        assert serving.config is None
        assert client.get("/subscriptions").status == 200
        for host in ("127.0.0.1", "localhost", "management.azure.com"):
            assert _trusts(serving, host)
        assert not _trusts(serving, "example.com")
    assert _is_gone(client, serving)


def test_a_port_that_is_taken_is_told(estate: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConfigProblem, match=f"port {port}"), running(estate, port=port):
            pass


def test_it_ends_when_its_owner_is_killed(estate: str) -> None:
    command = [sys.executable, "-c", _OWNER, estate]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        serving = Serving(**json.loads(owner.stdout.readline()))
        client = Client(serving)
        assert _listens(client)
        owner.kill()
    assert _becomes_true(lambda: _is_gone(client, serving))


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_well_on_a_signal(estate: str, signum: signal.Signals) -> None:
    command = [sys.executable, "-m", "ops.sandbox", estate]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        serving = Serving(**json.loads(process.stdout.readline()))
        os.kill(process.pid, signum)
        assert process.wait(10) == 0
    assert not Path(serving.ca_bundle).parent.exists()


def test_it_ends_at_once_while_a_request_hangs(tmp_path: Path) -> None:
    path = tmp_path / "hanging.yaml"
    path.write_text("subscriptions: []\nresources: []\nfaults: [{path: '*', hang: 3600}]\n")
    with running(str(path)) as serving:
        client = Client(serving)
        with socket.create_connection(("127.0.0.1", client.port), timeout=5) as plain:
            trust = ssl.create_default_context(cafile=serving.ca_bundle)
            with trust.wrap_socket(plain, server_hostname="localhost") as secure:
                secure.sendall(b"GET /subscriptions HTTP/1.1\r\nHost: localhost\r\n\r\n")
                assert _becomes_true(lambda: len(client.log()) == 1)
                start = time.monotonic()
    assert time.monotonic() - start < 4
    assert _is_gone(client, serving)


def test_an_estates_configuration_is_laid_over_the_example(tmp_path: Path) -> None:
    path = tmp_path / "configured.yaml"
    path.write_text(
        "subscriptions: []\nresources: []\n"
        "config: {pools: [{name: cards}], support: {max_new_tickets: 2, contact: {first_name: Grace}}}\n"
    )
    with running(str(path)) as serving:
        assert serving.config is not None
        found = YAML(typ="safe", pure=True).load(Path(serving.config))
    contact = EXAMPLE_CONFIG["support"]["contact"]
    assert found == {
        "pools": [{"name": "cards"}],
        "support": {"poll_seconds": 0.2, "max_new_tickets": 2, "contact": contact | {"first_name": "Grace"}},
    }
