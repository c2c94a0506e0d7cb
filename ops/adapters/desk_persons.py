"""What Azure says of a ticket may repeat whom it shall call; it goes into the ledger and into files, which name no person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ops.model.policy import Contact

_MAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w:.-])(?:\+|00 ?)[1-9](?:[ ()./-]{0,2}[0-9]){6,14}(?![\w-])")
_BETWEEN_DIGITS = r"[ ()./-]{0,3}"
_COUNTRY_CODE, _SHORTEST = 3, 6
"""Digits of the longest country code, without which a number may be told too, and of the shortest number."""


def without_persons(text: str, contact: Contact | None) -> str:
    """The text with no e-mail address and no phone number, nor a name of the contact's in it, in any spelling."""
    own = [*_own(contact)] if contact else []
    for pattern, instead in ((_MAIL, "(e-mail address)"), (_PHONE, "(phone number)"), *own):
        text = pattern.sub(instead, text)
    return text


def _own(contact: Contact) -> Iterator[tuple[re.Pattern[str], str]]:
    """What only the contact tells to be a person's: a number without a country code, an address without a dot, names."""
    if email := contact.email.strip():
        yield re.compile(re.escape(email), re.IGNORECASE), "(e-mail address)"
    digits = re.sub("[^0-9]", "", contact.phone)
    spelt = [_BETWEEN_DIGITS.join(digits[start:]) for start in range(_COUNTRY_CODE + 1) if digits[start + _SHORTEST :]]
    if spelt:
        yield re.compile(rf"(?<![0-9A-Za-z])[+(]*0{{0,2}}[ ()]*(?:{'|'.join(spelt)})(?![0-9A-Za-z])"), "(phone number)"
    first, last = contact.first_name.strip(), contact.last_name.strip()
    for name in (f"{first} {last}", f"{last}, {first}", last, first):
        if name.strip(" ,"):
            yield re.compile(rf"(?<!\w){re.escape(name)}(?!\w)", re.IGNORECASE), "(contact)"
