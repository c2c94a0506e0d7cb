"""What goes out is packed here, and what could not be sent is kept in files, ready for the portal."""

from __future__ import annotations

import zipfile
from io import BytesIO
from pathlib import Path

from ops.adapters.whole_file import write_whole
from ops.errors import LedgerProblem, UsageProblem
from ops.model.ticket import Draft, Evidence
from ops.reports import portal

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes, whenever they are packed
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700


class FileShelf:
    """Implements ``ops.ports.Shelf``. Each draft that is kept has a folder of its own in ``folder``, named like the ticket."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def pack(self, evidence: Evidence) -> bytes:
        packed = BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in evidence.files:
                archive.writestr(zipfile.ZipInfo(file.name, _EPOCH), file.text.encode(), zipfile.ZIP_DEFLATED)
        return packed.getvalue()

    def keep(self, draft: Draft, why: str) -> str:
        folder = self._folder / draft.name
        page = folder / "ticket.md"
        try:
            for place in (self._folder.parent, self._folder, folder):  # the mode is only for the last of a path
                place.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            write_whole(page, portal.render(draft, why), tip="", mode=_PRIVATE)
            if draft.evidence is not None:
                attached = folder / draft.evidence.name
                attached.touch(_PRIVATE)
                attached.write_bytes(self.pack(draft.evidence))
        except (OSError, UsageProblem) as error:
            raise LedgerProblem(
                f"the draft of {draft.name} could not be kept in {folder}: {error}", "set ledger.folder"
            ) from error
        return str(page)
