from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date

from ops.checks.declaration import check
from ops.checks.subjects import hsm_subject, not_read
from ops.model.estate import Estate, Hsm, Probe
from ops.model.fact import Gap
from ops.model.finding import IssueCategory, Party, Severity, Verdict, failed, not_applicable, passed, unknown
from ops.model.firmware import BASE, OLDEST_SUPPORTED, Firmware, advice, is_revision, parse
from ops.model.hsm_facts import facts_by_hsm
from ops.model.policy import HsmFacts, Policy
from ops.model.untrusted import one_line

_FIX = "plan the upgrade with Thales's support, one HSM of a pool at a time: phsm route firmware"

_CORRECT = "correct the date of this HSM in the configuration, under hsms:"


@check(
    id="PHSM-HSM-006",
    title="The firmware is 1.4a or newer",
    severity=Severity.MEDIUM,
    category=IssueCategory.FIRMWARE,
    party=Party.CUSTOMER,
    source="https://learn.microsoft.com/azure/payment-hsm/support-guide",
    reviewed=date(2026, 11, 24),
)
def firmware_supported(estate: Estate, policy: Policy) -> Iterator[Verdict]:
    """Firmware older than 1.4a (1.8.3) is not supported, and each older version has its known issues.

    ## Why it matters
    Microsoft patches the HSMs that nobody has; from the day you get one its firmware is yours, with help from Thales.
    Azure does not tell the version: state it under `hsms:` of the configuration with the day and the name of who has
    read it, or let `phsm probe` read it. The newer of the two decides, and a contradiction between them is told; without
    either the check is not applicable. A stated day in the future is not accepted. A probe reads a revision number; where
    its release is not published the stated version counts. A pass names what is known of the version
    (https://learn.microsoft.com/azure/payment-hsm/known-issues).

    ## How to fix it
    Choose a version that meets your compliance rules, take the HSM out of your application's list, upgrade it in
    payShield Manager, and test before the next one. Then state the new version in the configuration, or probe again:

        phsm route firmware
        phsm probe
    """
    facts = facts_by_hsm(estate, policy)
    for hsm in estate.hsms.values():
        yield _judge(hsm, facts.get(hsm.key), estate)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """What was said of an HSM's firmware: ``text`` as it stands there, ``source`` how and when, ``on`` which day.

    By whom is in the configuration: what is found here goes into the evidence of tickets, which names nobody.
    ``version`` is what the text says; None = no version.
    """

    text: str
    version: Firmware | None
    source: str
    on: date | None

    @property
    def is_nameless(self) -> bool:
        """Whether it is a revision of which no release is published: it speaks neither for nor against a version."""
        return self.version is None and is_revision(self.text)

    def __str__(self) -> str:
        if self.is_nameless:
            return f"revision {self.text}, {self.source}, whose release is not published"
        revised = f"{self.version} (revision {self.text})" if is_revision(self.text) else self.text
        return f"firmware {one_line(revised, 80)}, {self.source}"


def _judge(hsm: Hsm, facts: HsmFacts | Gap | None, estate: Estate) -> Verdict:
    subject = hsm_subject(hsm)
    statements = _newest_first(facts, estate.probes.get(hsm.key))
    if not statements:
        if isinstance(facts, Gap):
            return unknown(subject, not_read("entry under hsms:", facts))
        return not_applicable(subject, "unknown by choice: state it under hsms:")
    stated = _stated(facts)
    if stated and stated.on and stated.on > estate.observed_at.astimezone(UTC).date():
        return failed(subject, f"{stated}, dated in the future", fix=_CORRECT)
    decides = next((said for said in statements if not said.is_nameless), statements[0])
    version = decides.version
    evidence = "".join((str(decides), *(_beside(said, decides) for said in statements if said is not decides)))
    if version is None:
        return unknown(subject, f"{evidence}; state a version such as {BASE} under hsms:")
    evidence = "; ".join((evidence, *advice(version)))
    if version < OLDEST_SUPPORTED:
        return failed(subject, evidence, fix=_FIX)
    return passed(subject, evidence, note=version < BASE or any(_contradicts(said, decides) for said in statements))


def _newest_first(facts: HsmFacts | Gap | None, probe: Probe | None) -> list[_Statement]:
    """At most two statements; of one day the probe counts."""
    statements = [said for said in (_probed(probe), _stated(facts)) if said]
    return sorted(statements, key=lambda said: said.on.toordinal() if said.on else 0, reverse=True)


def _stated(facts: HsmFacts | Gap | None) -> _Statement | None:
    if not isinstance(facts, HsmFacts) or not facts.firmware.strip():
        return None
    text = facts.firmware.strip()
    source = f"attested {facts.attested or 'on no told day'}"
    return _Statement(text=text, version=parse(text), source=source, on=facts.attested)


def _probed(probe: Probe | None) -> _Statement | None:
    if probe is None or probe.firmware is None or not probe.firmware.strip():
        return None
    on = probe.at.astimezone(UTC).date()
    text = probe.firmware.strip()
    return _Statement(text=text, version=parse(text), source=f"probed {on}", on=on)


def _beside(other: _Statement, decides: _Statement) -> str:
    if other.is_nameless:
        return f"; {other}"
    return f"; but {other}" if _contradicts(other, decides) else ""


def _contradicts(other: _Statement, decides: _Statement) -> bool:
    if other.is_nameless or other is decides:
        return False
    one, two = decides.version, other.version
    return not (one and two) or one < two or two < one
