"""What is said of the split of the register: what was assumed, left out, or fell back."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.places.capacity import BASIS_COLUMNS, USABLE, Capacity
from sufficiency.places.mix import SITE


def report_even(names: Sequence[str], findings: Findings) -> None:
    """Say which provisions were split evenly, for want of any plan holder they may serve."""
    if names:
        findings.warn(
            "places_split_evenly",
            f"No plan holder in {len(names)} provisions has a need and year group that they are "
            f"designated for, so their places are split evenly: {'; '.join(names)}.",
            "Check designated_needs, acceptable_needs, ncy_from and ncy_to of these rows.",
            source="places.csv",
            column="designated_needs",
            count=len(names),
        )


def report_pools(unused: Mapping[str, list[str]], findings: Findings) -> None:
    """Say which rows set places apart for year groups that they do not teach."""
    if unused:
        findings.warn(
            "places_pool_outside_year_groups",
            "Places are set apart for a pool whose year groups the row does not teach, so they "
            f"are counted with its other places: {'; '.join(sorted(unused))}.",
            "Correct nursery_places and post16_places, or ncy_from and ncy_to.",
            source="places.csv",
            column="post16_places",
            count=len(unused),
        )


def report_proposed(proposed: int, findings: Findings) -> None:
    """Say how many rows are proposed only."""
    if proposed:
        findings.inform(
            "places_proposed_not_counted",
            f"{proposed} proposed rows are not counted as places.",
            "Put funded or approved in change_status once that is so.",
            source="places.csv",
            column="change_status",
            count=proposed,
        )


def report_capacities(
    names: Iterable[object], capacities: Sequence[Capacity], chosen: str, findings: Findings
) -> None:
    """Say which rows have no places in any column, and how many use another capacity."""
    unknown = [str(n) for n, c in zip(names, capacities, strict=True) if c.total is None]
    if unknown:
        findings.warn(
            "places_unknown",
            f"{len(unknown)} rows have no places in any column; they are unknown, not zero, and "
            f"no gap is shown where they could serve: {'; '.join(unknown)}.",
            "Fill in commissioned_places.",
            source="places.csv",
            column="commissioned_places",
            count=len(unknown),
        )
    wanted = "commissioned" if chosen == USABLE else chosen
    fell_back = [c.basis for c in capacities if c.total is not None and c.basis != wanted]
    if fell_back:
        words = ", ".join(f"{fell_back.count(b)} use {b}" for b in dict.fromkeys(fell_back))
        findings.warn(
            "places_other_capacity_used",
            f"{len(fell_back)} rows do not give {BASIS_COLUMNS[wanted]}: {words}.",
            f"Fill in {BASIS_COLUMNS[wanted]}, or accept that capacities are mixed.",
            source="places.csv",
            column=BASIS_COLUMNS[wanted],
            count=len(fell_back),
        )


def report_without_classes(names: Sequence[str], findings: Findings) -> None:
    """Say which rows list no class, so that commissioned places stand for usable ones."""
    if names:
        findings.inform(
            "places_without_classes",
            f"{len(names)} rows list no class, so their usable places are the commissioned ones: "
            f"{'; '.join(names)}.",
            "Add their classes to classes.csv.",
            source="classes.csv",
            column="urn",
            count=len(names),
        )


def report_ended(
    first: pd.DataFrame, last: pd.DataFrame, last_year: int, findings: Findings
) -> None:
    """Say how many rows in force at the base census are not, nor any successor, in the last year.

    Args:
        first: Register rows in force at the base census.
        last: Those in force in the last year.
        last_year: January census year.
        findings: Receives the finding.
    """
    ended = first.drop(index=first.index.intersection(last.index))
    going_on = ended.merge(last[SITE].drop_duplicates(), how="inner")
    count = len(ended) - len(going_on)
    if count:
        findings.warn(
            "places_end",
            f"{count} rows end before January {last_year} and nothing follows at the same site.",
            "Nothing if they close; else clear effective_to or add the next row.",
            source="places.csv",
            column="effective_to",
            count=count,
        )
