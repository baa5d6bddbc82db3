"""What kind of file this is, told by its content, and whether it is safe to open.

A file that could exhaust the machine is refused before it is read: too large as it stands, or too
large or too tightly packed once unpacked. Nothing here looks at what a file says.
"""

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import Literal

from sufficiency.errors import SourceError

GIGABYTE = 1_000_000_000
MAX_BYTES = 2 * GIGABYTE
MAX_MEMBERS = 10_000
PACKED_TIGHTLY = 200
SMALL_BYTES = 50_000_000
EXPORT_AGAIN = "Export or copy the file again."

Kind = Literal["csv", "xml", "workbook"]
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class UnreadableFile(SourceError):
    """A file of a return that cannot be read; the message says why, the action what to do."""

    check = "file_unreadable"

    def __init__(self, message: str, action: str = EXPORT_AGAIN) -> None:
        """Keep what is wrong (`message`) apart from what to do (`action`)."""
        super().__init__(message)
        self.message = message
        self.action = action


class UnsafeFile(UnreadableFile):
    """A file of a return that is not opened, because opening it could do harm."""

    check = "unsafe_file"


def kind_of(path: Path, max_bytes: int = MAX_BYTES) -> Kind:
    """Return what a file is, having made sure that it is safe to open.

    Args:
        path: The file; gzip is looked through, whatever the name.
        max_bytes: Largest size accepted, as it stands and unpacked.

    Raises:
        UnsafeFile: It is too large, or a zip or gzip bomb.
        UnreadableFile: It is empty, damaged, or of a kind that no return comes in.
    """
    size = path.stat().st_size
    if size > max_bytes:
        raise UnsafeFile(
            f"{path.name} is larger than {max_bytes / GIGABYTE:,.1f} GB and was not opened.",
            "Check that it is a SEN2 return.",
        )
    if size == 0:
        raise UnreadableFile(f"{path.name} is empty.")
    with path.open("rb") as handle:
        start = handle.read(4096)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        _check_zip(path, max_bytes)
        return "workbook"
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            f"{path.name} is a workbook with a password, or of an Excel version before 2007.",
            "Save it as .xlsx without a password.",
        )
    if start.startswith(b"\x1f\x8b"):
        _check_gzip(path, max_bytes)
        with open_bytes(path) as handle:
            start = handle.read(4096)
    return _kind_of_text(start, path.name)


def _kind_of_text(start: bytes, name: str) -> Kind:
    for mark in _BOMS:
        start = start.removeprefix(mark)
    if start.replace(b"\x00", b"").lstrip().startswith(b"<"):
        return "xml"
    if not start.strip():
        raise UnreadableFile(f"{name} is blank.")
    if b"\x00" in start:
        raise UnreadableFile(f"{name} is not text in UTF-8.", "Save it as CSV UTF-8.")
    return "csv"


def open_bytes(path: Path) -> io.BufferedIOBase:
    """Open a file that `kind_of` has passed, unpacked if it is gzip."""
    with path.open("rb") as handle:
        packed = handle.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def read_text(path: Path) -> str:
    """Return the text of a file that `kind_of` has passed: UTF-8, else Windows-1252.

    Raises:
        UnreadableFile: It is neither, or holds what no text does.
    """
    with open_bytes(path) as handle:
        content = handle.read()
    if b"\x00" in content or content.startswith(_BOMS[1:]):
        raise UnreadableFile(f"{path.name} is not text in UTF-8.", "Save it as CSV UTF-8.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("cp1252")
    except UnicodeDecodeError as err:
        row = content[: err.start].count(b"\n") + 1
        raise UnreadableFile(
            f"{path.name} is neither UTF-8 nor Windows-1252 text (row {row}).",
            "Save it as CSV UTF-8.",
        ) from None


def _check_zip(path: Path, max_bytes: int) -> None:
    """Refuse a zip file by what its directory declares; no more than that is ever unpacked."""
    try:
        with zipfile.ZipFile(path) as packed:
            members = packed.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError):
        raise UnreadableFile(f"{path.name} is a damaged or incomplete workbook.") from None
    size = sum(member.file_size for member in members)
    tight = size > SMALL_BYTES and size > PACKED_TIGHTLY * path.stat().st_size
    if size > max_bytes or tight or len(members) > MAX_MEMBERS:
        raise UnsafeFile(
            f"{path.name} unpacks to far more than a return can hold, and was not opened.",
            "Ask where the file comes from; export the return again.",
        )
    if not any(member.filename.lower() == "xl/workbook.xml" for member in members):
        raise UnreadableFile(
            f"{path.name} is a zip file and not a workbook.", "Unzip it into the same folder."
        )


def _check_gzip(path: Path, max_bytes: int) -> None:
    """Unpack a gzip file once without keeping it, to know its size and that it is whole."""
    packed = path.stat().st_size
    size = 0
    try:
        with gzip.open(path, "rb") as handle:
            while block := handle.read(io.DEFAULT_BUFFER_SIZE * 128):
                size += len(block)
                if size > max_bytes or (size > SMALL_BYTES and size > PACKED_TIGHTLY * packed):
                    raise UnsafeFile(
                        f"{path.name} unpacks to far more than a return can hold, and was not "
                        "read.",
                        "Ask where the file comes from; export the return again.",
                    )
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise UnreadableFile(f"{path.name} is a damaged or incomplete gzip file.") from None
