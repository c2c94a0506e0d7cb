"""The tag ``fastpathenabled`` on a VNet: one rule for HSM VNets and for their direct peers.

Source: https://learn.microsoft.com/azure/payment-hsm/fastpathenabled
"""

from __future__ import annotations

from shlex import quote

from ops.model.estate import Vnet
from ops.model.finding import Subject, Verdict, failed, passed
from ops.model.untrusted import one_line

_TAG = "fastpathenabled"


def judge_tag(subject: Subject, vnet: Vnet) -> Verdict:
    """Pass when the key is exactly ``fastpathenabled`` and the value ``true`` in any case."""
    merge = f"az tag update --resource-id {quote(vnet.id)} --operation Merge --tags {_TAG}=True"
    if _TAG in vnet.tags:
        value = vnet.tags[_TAG]
        if value.lower() == "true":
            return passed(
                subject, f"tag {_TAG} is {value}; it cannot be seen whether the command line set it, as it must"
            )
        shown = one_line(value, 60)
        return failed(subject, f'tag {_TAG} is "{shown}"{_unseen(value, shown)} instead of True', fix=merge)
    other = next((key for key in vnet.tags if key.lower() == _TAG), None)
    if other is None:
        return failed(subject, f"tag {_TAG} is missing", fix=merge)
    # Azure takes tag names in any case, so a merge alone would keep the wrong spelling
    delete = f"az tag update --resource-id {quote(vnet.id)} --operation Delete --tags {quote(other)}"
    evidence = f"the tag is spelled {other}, and only {_TAG} counts: delete it, add it again"
    return failed(subject, evidence, fix=f"{delete} && {merge}")


def _unseen(value: str, shown: str) -> str:
    """Where the value looks right, what is wrong with it."""
    if shown.lower() != "true":
        return ""
    if value.rstrip(" ") == shown:
        return " with a space at its end"
    return " with a space at its start" if value.lstrip(" ") == shown else " with characters that cannot be seen"
