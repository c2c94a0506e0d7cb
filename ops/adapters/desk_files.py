"""Uploading a file to a file workspace: the workspace where there is none, the file's size, then its content in chunks.

Azure does not say what becomes of a file that is announced again under its name. Ours is sent whole every time, so either
it begins anew, as in the sandbox, or the same bytes come again.

The limits are those of the Support API and of the Azure CLI:
https://learn.microsoft.com/rest/api/support/files/create
"""

from __future__ import annotations

import base64
import re
import warnings

from azure.mgmt.support.models import FileDetails, FileWorkspaceDetails, UploadFile

from ops.adapters.desk_acts import Act, attaching
from ops.adapters.desk_failure import existing
from ops.adapters.desk_writing import AlreadyThere, Counter, EndUnknown
from ops.adapters.ticket_refusal import not_done, not_known
from ops.model.fact import Absent, Gap
from ops.model.ticket import Sent
from ops.model.untrusted import one_line

LARGEST = 5 * 1024 * 1024
CHUNK = 2_621_440
"""Bytes before they become base64."""
_LONGEST_NAME = 110
_UNSAFE = re.compile(r"[<>%&:\\?/#\x00-\x1f\x7f]")
_REFUSED = frozenset({
    "bat", "bin", "cmd", "com", "cpl", "exe", "htm", "html", "inf", "ins", "isu", "job", "js", "jse", "lnk", "msi", "msp",
    "paf", "pif", "ps1", "reg", "rgs", "scr", "sct", "svg", "vb", "vbe", "vbs", "ws", "wsf", "wsh",
})  # fmt: skip


async def upload(counter: Counter, subscription: str, workspace: str, name: str, content: bytes) -> Sent:
    """The whole file, written over one of the same name. Raises TicketProblem."""
    act = attaching(subscription, workspace, one_line(name, 200))
    if mistake := _mistake(name, content):
        raise not_done(act, mistake, act.refused)
    try:
        async with counter.deadline():
            await _make_workspace(counter, act, workspace)
            await _announce(counter, act, workspace, name, len(content))
            await _send(counter, act, workspace, name, content)
    except (EndUnknown, AlreadyThere) as error:
        raise not_known(act, str(error)) from error
    return Sent()


def _mistake(name: str, content: bytes) -> str:
    """Why Azure would refuse this file, or ``""``."""
    stem, dot, extension = name.rpartition(".")
    stem = stem if dot else name
    if not stem or len(stem) > _LONGEST_NAME or _UNSAFE.search(name):
        return f"its name has to be of 1 to {_LONGEST_NAME} characters before the extension, and good for a URL"
    if dot and extension.lower() in _REFUSED:
        return f"files that end in .{extension.lower()} are refused"
    if not 1 <= len(content) <= LARGEST:
        return f"it has {len(content)} bytes, and 1 to {LARGEST} are allowed"
    return ""


async def _make_workspace(counter: Counter, act: Act, workspace: str) -> None:
    async def look() -> FileWorkspaceDetails | Absent | Gap:
        subject = f"/subscriptions/{act.subscription}/providers/Microsoft.Support/fileWorkspaces/{workspace}"
        return await existing(counter.client.file_workspaces.get(workspace), subject, "file workspace")

    found = await counter.look(look)
    if isinstance(found, Gap):
        raise not_done(act, f"its workspace could not be read: {found.reason}", act.again)
    if not isinstance(found, Absent):
        return
    counter.progress(f"making the file workspace {workspace}")
    try:
        await counter.sent(act, counter.client.file_workspaces.create(workspace))
    except AlreadyThere:
        return
    except EndUnknown as error:
        made = await counter.looked_for(act, str(error), look)
        if isinstance(made, str):  # without a workspace the file is nowhere
            raise not_done(act, made, act.again) from error


async def _announce(counter: Counter, act: Act, workspace: str, name: str, size: int) -> None:
    """Tell the size. The file is there then, and empty."""
    details = FileDetails(chunk_size=min(CHUNK, size), file_size=size, number_of_chunks=-(-size // CHUNK))

    async def look() -> FileDetails | Absent | Gap:
        subject = (
            f"/subscriptions/{act.subscription}/providers/Microsoft.Support/fileWorkspaces/{workspace}/files/{name}"
        )
        return await existing(counter.client.files.get(workspace, name), subject, "file")

    def is_so(found: FileDetails) -> bool:
        return (found.file_size, found.number_of_chunks) == (details.file_size, details.number_of_chunks)

    counter.progress(act.doing)
    try:
        await counter.sent(act, counter.client.files.create(workspace, name, details))
    except (EndUnknown, AlreadyThere) as error:
        found = await counter.looked_for(act, str(error), look, is_so)
        if isinstance(found, str) or not is_so(found):  # nothing of the content was sent
            raise not_done(act, found if isinstance(found, str) else str(error), act.again) from error


async def _send(counter: Counter, act: Act, workspace: str, name: str, content: bytes) -> None:
    """Every chunk, in order. One that was refused or lost leaves a file that is not whole."""
    starts = range(0, len(content), CHUNK)
    for index, start in enumerate(starts):
        counter.progress(f"{act.doing}: part {index + 1} of {len(starts)}")
        text = base64.b64encode(content[start : start + CHUNK]).decode()
        chunk = UploadFile(content=text, chunk_index=index)
        with warnings.catch_warnings():
            # aiohttp would rather have a stream, as bytes may hold up others that wait; nobody does while a file is sent
            warnings.simplefilter("ignore", ResourceWarning)
            await counter.sent(act, counter.client.files.upload(workspace, name, chunk))
