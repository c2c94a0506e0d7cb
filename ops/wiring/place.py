"""Where Azure is, and which configuration belongs to it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ops.checks import collect
from ops.errors import UsageProblem
from ops.model.policy import Policy
from ops.ports import Progress
from ops.wiring.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where Azure is; ``endpoint`` empty = where the configuration says. ``name`` and ``config`` are those of a sandbox."""

    endpoint: str
    ca_bundle: str | None
    name: str = ""
    config: str | None = None

    @property
    def is_local(self) -> bool:
        if not self.endpoint:
            return False  # without the half second that the next line takes
        from ops.adapters.connection import is_loopback

        return is_loopback(self.endpoint)


@contextmanager
def placed(settings: Settings, progress: Progress) -> Iterator[Place]:
    progress("starting")
    if not settings.sandbox:
        endpoint, ca_bundle = os.environ.get("PHSM_ARM_ENDPOINT", ""), os.environ.get("PHSM_CA_BUNDLE") or None
        yield Place(endpoint=endpoint, ca_bundle=ca_bundle)
        return
    from ops.sandbox.child import running  # only a command that asks for a sandbox pays for one

    with running(settings.sandbox) as serving:
        yield Place(endpoint=serving.endpoint, ca_bundle=serving.ca_bundle, name=serving.name, config=serving.config)


def refuse_two_scopes(settings: Settings) -> None:
    if settings.subscriptions and settings.management_groups:
        raise UsageProblem(
            "--subscription and --management-group contradict each other: one names subscriptions, the other finds them",
            tip="leave out one of them",
        )


def config_path(settings: Settings, place: Place) -> Path | None:
    """By precedence: --config, PHSM_CONFIG, the sandbox estate's own, ./config/phsm.yaml (never for a sandbox), defaults."""
    from ops.adapters.config_file import find_config

    named = (settings.config, os.environ.get("PHSM_CONFIG"), place.config)
    return find_config(*named, use_working_directory=not place.is_local)


def load(path: Path) -> Policy:
    from ops.adapters.config_file import load_policy

    return load_policy(path, {check.id: check.parameters for check in collect()})


def with_example_contact(policy: Policy) -> Policy:
    """A sandbox whose configuration names no contact gets the built-in example, and its short polling."""
    if policy.support.contact is not None:
        return policy
    from ops.codec import policy_from_mapping
    from ops.sandbox.example_config import EXAMPLE_CONFIG

    example = policy_from_mapping(EXAMPLE_CONFIG).support
    return replace(policy, support=replace(policy.support, contact=example.contact, poll_seconds=example.poll_seconds))
