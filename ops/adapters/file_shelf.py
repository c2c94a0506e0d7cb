"""What goes out is packed here, and what could not be sent is kept in files, ready for the portal."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path

from ops.adapters.whole_file import write_whole
from ops.errors import LedgerProblem, UsageProblem
from ops.model.ticket import Draft, Evidence
from ops.reports import portal

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same files give the same bytes, whenever they are packed
_PRIVATE, _PRIVATE_FOLDER = 0o600, 0o700
_PAGE = "ticket.md"


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
        with self._folder_of(draft.name, f"the draft of {draft.name}") as folder:
            page = folder / _PAGE
            write_whole(page, portal.render(draft, why), tip="", mode=_PRIVATE)
            if draft.evidence is not None:
                self._write(folder, draft.evidence)
        return str(page)

    def keep_evidence(self, name: str, evidence: Evidence) -> str:
        with self._folder_of(name, f"the evidence of {name}") as folder:
            return str(self._write(folder, evidence))

    def forget(self, name: str, evidence: Evidence | None = None) -> str:
        folder = self._folder / name
        page = folder / _PAGE
        if folder.parent != self._folder or not page.exists():  # the name may come from Azure
            return ""
        try:
            if evidence is not None:
                (folder / evidence.name).unlink(missing_ok=True)
            page.unlink()
            with suppress(OSError):  # something else lies in it
                folder.rmdir()
        except OSError as error:
            raise LedgerProblem(f"{page} could not be removed: {error.strerror}", "remove it") from error
        return str(page)

    @contextmanager
    def _folder_of(self, name: str, what: str) -> Iterator[Path]:
        """Where all of a ticket lies. Raises LedgerProblem where it, or ``what`` is put into it, cannot be written."""
        folder = self._folder / name
        try:
            for place in (self._folder.parent, self._folder, folder):  # the mode is only for the last of a path
                place.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
            yield folder
        except (OSError, UsageProblem) as error:
            raise LedgerProblem(f"{what} could not be kept in {folder}: {error}", "set ledger.folder") from error

    def _write(self, folder: Path, evidence: Evidence) -> Path:
        attached = folder / evidence.name
        attached.touch(_PRIVATE)
        attached.write_bytes(self.pack(evidence))
        return attached
