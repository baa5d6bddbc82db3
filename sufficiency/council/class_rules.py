"""Rules of the class sizes (`classes.csv`), beside each other and beside the register."""

from itertools import combinations

import pandas as pd

from sufficiency.council.problems import Problems
from sufficiency.council.school_rules import (
    SITE,
    keys,
    of_row,
    on_register,
    outside_year_groups,
    takes,
)
from sufficiency.places.periods import counted_rows, in_force_on


def classes_rules(cells: pd.DataFrame, register: pd.DataFrame, problems: Problems) -> None:
    """Check classes beside each other and beside the places commissioned."""
    on_register(cells, register, "classes", problems)
    sound = cells[~cells.index.isin(list(problems.broken))]
    for low, high, check in (
        ("ncy_from", "ncy_to", "classes_year_groups_reversed"),
        ("september_from", "september_to", "classes_period_reversed"),
    ):
        told = sound[sound[high] != ""]
        problems.block(
            check,
            told.index[told[low].astype(int) > told[high].astype(int)],
            f"{low} is after {high}",
            "Correct the two.",
            low,
        )
    sound = sound[~sound.index.isin(list(problems.broken))]
    outside_year_groups(sound, register, "classes", "ncy_from", "ncy_to", problems)
    _needs_not_taken(sound, register, problems)
    for key, group in sound.groupby(SITE):
        _cohorts(group, problems)
        _beyond_commissioned(group, of_row(register, key), problems)  # pyright: ignore[reportArgumentType]


def _needs_not_taken(classes: pd.DataFrame, register: pd.DataFrame, problems: Problems) -> None:
    other = [
        row
        for row, key in keys(classes)
        if not all(takes(register, key, need) for need in str(classes.at[row, "needs"]).split())
    ]
    problems.warn(
        "classes_need_not_taken",
        other,
        "needs {value} go beyond those of the register row",
        "Correct needs here, or designated_needs and acceptable_needs in places.csv.",
        "needs",
        classes["needs"],
    )


def _runs(row: pd.Series) -> tuple[int, int]:
    return int(row["september_from"]), int(row["september_to"] or 9999)


def _cohorts(group: pd.DataFrame, problems: Problems) -> None:
    repeated: set[object] = set()
    overlapping: set[object] = set()
    for (row, one), (other_row, other) in combinations(group.iterrows(), 2):
        (from_a, to_a), (from_b, to_b) = _runs(one), _runs(other)
        # Assessment places are a cohort of their own: their children have no plan yet.
        if from_a > to_b or from_b > to_a or one["assessment"] != other["assessment"]:
            continue
        if one["class_name"].casefold() == other["class_name"].casefold():
            repeated |= {row, other_row}
        years = [(int(c["ncy_from"]), int(c["ncy_to"])) for c in (one, other)]
        needs = [{*c["needs"].split()} for c in (one, other)]
        meet = years[0][0] <= years[1][1] and years[1][0] <= years[0][1]
        share = not needs[0] or not needs[1] or needs[0] & needs[1]
        if meet and share and (years[0] != years[1] or needs[0] != needs[1]):
            overlapping |= {row, other_row}
    problems.block(
        "classes_class_repeated",
        repeated,  # pyright: ignore[reportArgumentType]
        "class_name {value} is on another row of this school for the same September",
        "Keep one row a class and period, or give the classes different names.",
        "class_name",
        group["class_name"],
    )
    problems.warn(
        "classes_cohorts_overlap",
        overlapping,  # pyright: ignore[reportArgumentType]
        "the class shares year groups and needs with a class of other year groups or needs, so "
        "its places belong to one larger cohort",
        "Nothing, if children of these year groups may be in either class.",
        "ncy_from",
    )


def _beyond_commissioned(group: pd.DataFrame, rows: pd.DataFrame, problems: Problems) -> None:
    rows = counted_rows(rows)
    for september in sorted({int(text) for text in group["september_from"]}):
        running = group[[_in(_runs(row), september) for _, row in group.iterrows()]]
        open_then = rows[in_force_on(rows, f"{september}-09-01")]
        commissioned = open_then["commissioned_places"]
        total = int(running["places"].astype(int).sum())
        if len(open_then) and commissioned.notna().all() and total > int(commissioned.sum()):
            problems.warn(
                "classes_above_commissioned",
                running.index[:1],
                f"the classes of September {september} have {total} places, but "
                f"{int(commissioned.sum())} are commissioned in places.csv",
                "Correct places here or commissioned_places there; usable places should not be "
                "more than commissioned ones.",
                "places",
            )


def _in(period: tuple[int, int], september: int) -> bool:
    return period[0] <= september <= period[1]
