"""The one place where domain errors become Dagster failures: the first red line a planner reads."""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from sufficiency.errors import SufficiencyError


@contextmanager
def spoken_failures() -> Iterator[None]:
    """Turn a domain error into a failure that shows its message, and is not tried again."""
    try:
        yield
    except SufficiencyError as err:
        raise dg.Failure(description=str(err), allow_retries=False) from err
