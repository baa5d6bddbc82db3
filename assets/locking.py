"""One run at a time in a workspace: the next one is told to wait, never mixed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sufficiency.errors import WorkspaceError


def own_folder(folder: Path) -> None:
    """Make a folder, or close an existing one, so that only its owner may open it.

    Raises:
        WorkspaceError: It is another user's.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        folder.chmod(0o700)
    except PermissionError:
        raise WorkspaceError(
            f"{folder} belongs to another user of this computer. Run as that user, or on a copy "
            "of the workspace."
        ) from None


@contextmanager
def only_run(dagster_home: Path) -> Iterator[None]:
    """Hold the workspace for one run; the system frees it if the process dies.

    Within one process it may be held again, by the command and by the run that it starts.

    Raises:
        WorkspaceError: Another process is running on the workspace.
    """
    own_folder(dagster_home)
    lock = FileLock(dagster_home.resolve() / "run.lock", is_singleton=True)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise WorkspaceError(
            f"Another run of {dagster_home.parent} is under way. Wait until it has ended."
        ) from None
    try:
        yield
    finally:
        lock.release()
