"""What Microsoft's support guide and its security page ask of the customer, in the order of the configuration's keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """Something that Azure cannot tell and somebody attests. ``key`` is its field in ``Readiness``, ``check`` judges it.

    ``task`` is what to do, in the words of a fix. ``days``: how long an attestation holds, which is own advice: Microsoft
    names no period. ``is_prerequisite``: it is met before the start; else it is done again and again. ``may_be_unneeded``:
    not every customer needs it. ``wants``: what an attestation must name besides.
    """

    key: str
    check: str
    name: str
    task: str
    days: int
    is_prerequisite: bool = False
    may_be_unneeded: bool = False
    wants: Literal["customer_id", "device_licence"] | None = None


THALES_PORTAL = Duty(
    key="thales_portal",
    check="PHSM-RDY-001",
    name="Thales portal",
    task="get a customer id and log in to the Thales support portal with it",
    days=730,
    is_prerequisite=True,
    wants="customer_id",
)
SMART_CARDS = Duty(
    key="smart_cards",
    check="PHSM-RDY-002",
    name="smart cards",
    task="have one reader and five payShield Manager cards at least",
    days=730,
    is_prerequisite=True,
)
TMD = Duty(
    key="tmd",
    check="PHSM-RDY-003",
    name="TMD",
    task="have a Trusted Management Device, or declare with needed: false that no key components are handled",
    days=730,
    is_prerequisite=True,
    may_be_unneeded=True,
)
END_USER_GUIDE = Duty(
    key="end_user_guide",
    check="PHSM-RDY-004",
    name="end user guide",
    task="download the Hosted HSM End User Guide from the Thales support portal and read it",
    days=730,
    is_prerequisite=True,
)
GET_READY_GUIDE = Duty(
    key="get_ready_guide",
    check="PHSM-RDY-005",
    name="Get Ready guide",
    task="read the Get Ready guide that Microsoft sends; its support has it",
    days=730,
    is_prerequisite=True,
)
TRAINING = Duty(
    key="training",
    check="PHSM-RDY-006",
    name="training",
    task="train those who operate the HSMs, at Thales or a partner of it",
    days=730,
    is_prerequisite=True,
)
CUSTOM_FIRMWARE = Duty(
    key="custom_firmware",
    check="PHSM-RDY-007",
    name="custom firmware",
    task="have Thales port it to Azure and license each device, or declare with needed: false that none is used",
    days=730,
    is_prerequisite=True,
    may_be_unneeded=True,
    wants="device_licence",
)
LOG_BACKUP = Duty(
    key="log_backup",
    check="PHSM-RDY-008",
    name="log backup",
    task="copy audit and error logs away as they arise, and see that they arrive",
    days=365,
)
KEY_BACKUP = Duty(
    key="key_backup",
    check="PHSM-RDY-009",
    name="key backup",
    task="back up the keys, and see that the backup is whole",
    days=365,
)
FIRMWARE_PATCHING = Duty(
    key="firmware_patching",
    check="PHSM-RDY-010",
    name="firmware patching",
    task="compare the firmware of each HSM with the patches of Thales and apply what is missing",
    days=180,
)
DEFAULT_PASSWORDS = Duty(
    key="default_passwords",
    check="PHSM-RDY-011",
    name="default passwords",
    task="change every default password on every HSM",
    days=365,
)
MONITORING = Duty(
    key="monitoring",
    check="PHSM-RDY-012",
    name="monitoring",
    task="watch the HSMs by SNMP v3 or another payShield monitoring, and see that an alarm reaches somebody",
    days=365,
)
RECOVERY_TEST = Duty(
    key="recovery_test",
    check="PHSM-RDY-013",
    name="recovery test",
    task="rehearse the loss of an HSM, up to payments on another one",
    days=365,
)
ARCHITECTURE_REVIEW = Duty(
    key="architecture_review",
    check="PHSM-RDY-014",
    name="architecture review",
    task="review the architecture with Microsoft's architects before production",
    days=365,
)

DUTIES = (
    THALES_PORTAL,
    SMART_CARDS,
    TMD,
    END_USER_GUIDE,
    GET_READY_GUIDE,
    TRAINING,
    CUSTOM_FIRMWARE,
    LOG_BACKUP,
    KEY_BACKUP,
    FIRMWARE_PATCHING,
    DEFAULT_PASSWORDS,
    MONITORING,
    RECOVERY_TEST,
    ARCHITECTURE_REVIEW,
)
