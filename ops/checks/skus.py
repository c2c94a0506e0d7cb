"""The SKUs of payment HSMs: how many local master keys an HSM holds, and how many calls it does per second.

Source: https://learn.microsoft.com/azure/payment-hsm/support-guide (supported SKUs)
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sku:
    """What a SKU stands for."""

    name: str
    lmks: int
    calls_per_second: int

    def __str__(self) -> str:
        return f"{self.lmks} LMK{'s' if self.lmks > 1 else ''} and {self.calls_per_second} CPS"


SKUS = tuple(
    Sku(name=f"payShield10K_LMK{lmks}_CPS{calls}", lmks=lmks, calls_per_second=calls)
    for lmks in (1, 2)
    for calls in (60, 250, 2500)
)
_BY_KEY = {sku.name.lower(): sku for sku in SKUS}


def known_sku(name: str) -> Sku | None:
    """The SKU of this name, in any case; None if it is none of the six."""
    return _BY_KEY.get(name.lower())
