"""One run at a time in a workspace: the next one is told to wait, never mixed in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from sufficiency.errors import WorkspaceError


@contextmanager
def only_run(dagster_home: Path) -> Iterator[None]:
    """Hold the workspace for one run; the system frees it if the process dies.

    Within one process it may be held again, by the command and by the run that it starts.

    Raises:
        WorkspaceError: Another process is running on the workspace.
    """
    dagster_home.mkdir(parents=True, exist_ok=True)
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
