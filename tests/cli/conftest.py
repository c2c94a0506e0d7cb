from collections.abc import Iterator

import pytest

from ops.sandbox.child import running


@pytest.fixture
def degraded() -> Iterator[dict[str, str]]:
    """The environment that points at a running sandbox with the estate ``degraded``."""
    with running("degraded") as serving:
        env = {"PHSM_ARM_ENDPOINT": serving.endpoint, "PHSM_CA_BUNDLE": serving.ca_bundle}
        yield env | ({"PHSM_CONFIG": serving.config} if serving.config else {})
