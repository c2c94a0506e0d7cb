"""A sandbox for each estate that a test writes, and the real clients connected to it."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure.core.credentials import AccessToken

from ops.adapters.azure_cloud import AzureCloud
from ops.adapters.connection import Connection
from ops.adapters.retry_policy import RetrySettings
from ops.model.estate import Estate, Source
from ops.model.policy import Peers, Policy
from ops.sandbox.child import Serving, running
from tests import recording
from tests.build import NOW

if TYPE_CHECKING:
    from vcr import VCR
    from vcr.cassette import Cassette

SCOPES = ("https://management.azure.com/.default",)
QUICK = RetrySettings(
    attempts=3, deadline_seconds=20, longest_wait_seconds=2, first_wait_seconds=0.01, read_seconds=0.5
)


@dataclass
class CountingCredential:
    """A credential whose tokens are numbered and last ``lifetime`` seconds; ``asked`` holds what each token was asked for."""

    lifetime: int = 3600
    asked: list[dict[str, Any]] = field(default_factory=list)
    closed: bool = False

    async def get_token(self, *scopes: str, **options: Any) -> AccessToken:
        self.asked.append({"scopes": scopes, **options})
        number = len(self.asked)
        await asyncio.sleep(0)  # as a real one does, it lets others run while it waits
        return AccessToken(f"token-{number}", int(time.time()) + self.lifetime)

    async def close(self) -> None:
        self.closed = True

    async def __aenter__(self) -> CountingCredential:
        return self

    async def __aexit__(self, *exc_details: object) -> None:
        await self.close()


@dataclass(frozen=True)
class Arm:
    """A sandbox that runs, seen from the other side."""

    serving: Serving

    def connect(self, retry: RetrySettings = QUICK, credential: Any = None) -> Connection:
        return Connection(
            endpoint=self.serving.endpoint,
            ca_bundle=self.serving.ca_bundle,
            credential_scopes=SCOPES,
            credential=credential or CountingCredential(),
            retry=retry,
        )

    def observe(self, *subscriptions: str, outside: tuple[str, ...] = (), retry: RetrySettings = QUICK) -> Estate:
        with self.connect(retry) as connection:
            return cloud(connection).observe(subscriptions, policy=Policy(peers=Peers(outside=outside)))

    def log(self, method: str = "", containing: str = "") -> list[dict[str, Any]]:
        """The requests that arrived, by method and by a part of their path (any case)."""
        context = ssl.create_default_context(cafile=self.serving.ca_bundle)
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
        with opener.open(f"{self.serving.endpoint}/_sandbox/requests", timeout=10) as answer:
            entries: list[dict[str, Any]] = json.load(answer)["requests"]
        return [
            entry
            for entry in entries
            if entry["method"].startswith(method) and containing.lower() in entry["path"].lower()
        ]


def cloud(connection: Connection) -> AzureCloud:
    """A cloud whose clock stands still and that tells nobody of its progress."""
    return AzureCloud(connection, Source(kind="sandbox", name="test"), lambda line: None, lambda: NOW)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[[str | dict[str, Any]], Arm]]:
    """Starts a sandbox of a shipped estate (its name) or of an estate document, for the time of the test."""
    with ExitStack() as stack:

        def start(estate: str | dict[str, Any]) -> Arm:
            if not isinstance(estate, str):
                file = tmp_path / "estate.yaml"
                file.write_text(json.dumps(estate), encoding="utf-8")
                estate = str(file)
            return Arm(stack.enter_context(running(estate)))

        yield start


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "estate(name): the file in tests/estates that a recording is made from")


def pytest_recording_configure(vcr: VCR) -> None:
    vcr.register_serializer("yaml", recording)


@pytest.fixture
def vcr_config() -> dict[str, Any]:
    return recording.CONFIG


@pytest.fixture(scope="module")
def vcr_cassette_dir(request: pytest.FixtureRequest) -> str:
    return str(recording.RECORDINGS / request.node.path.stem.removeprefix("test_recorded_"))


@pytest.fixture
def default_cassette_name(request: pytest.FixtureRequest) -> str:
    return re.sub(r"\W+", "-", request.node.name.removeprefix("test_")).strip("-")


@pytest.fixture
def recorded(
    request: pytest.FixtureRequest, vcr: Cassette, vcr_cassette_dir: str, record_mode: str
) -> Iterator[Connection]:
    """A connection to Azure as it was recorded for this test; all of that has to be asked for."""
    if record_mode != "none":
        estate = request.node.get_closest_marker("estate").args[0]
        with recording.recording_from(estate, Path(vcr_cassette_dir).name) as connection:
            yield connection
        return
    with recording.replaying() as connection:
        yield connection
    left = [str(asked) for index, asked in enumerate(vcr.requests) if not vcr.play_counts[index]]
    assert left == [], "recorded, and not asked for"
