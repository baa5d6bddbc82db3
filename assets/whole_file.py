"""A file named on the command line, written whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sufficiency.outputs import OutputError


def refuse_unwritable(path: Path) -> None:
    """Make the folder of a file, and try it, before minutes are spent on what goes into it.

    Raises:
        OutputError: The file cannot be written.
    """
    aside = _aside(path)
    with _spoken(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        aside.touch()
        aside.unlink()


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a file to write beside `path`, and put it in its place when all of it is written.

    Raises:
        OutputError: The file cannot be written; the earlier one is untouched.
    """
    aside = _aside(path)
    try:
        with _spoken(path):
            yield aside
            os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _aside(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")


@contextmanager
def _spoken(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as err:
        raise OutputError(
            f"{path} could not be written ({err.strerror}). Give --out a file in a folder that you "
            "may write to, and close the file if it is open in another program."
        ) from err
