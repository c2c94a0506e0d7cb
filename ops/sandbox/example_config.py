"""The configuration of a sandbox whose estate brings none: an example contact, and short waits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

EXAMPLE_CONFIG: Mapping[str, Any] = {
    "support": {
        "contact": {
            "first_name": "Ada",
            "last_name": "Okafor",
            "email": "hsm-oncall@example.com",
            "phone": "+44 20 7946 0000",
            "country": "GBR",
            "time_zone": "GMT Standard Time",
            "language": "en-us",
            "method": "email",
        },
        "poll_seconds": 0.2,
    },
}
