"""Plant errors of every check of a SEN2 return, with an answer key."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from sufficiency.demo.returns import plant_rows as rows
from sufficiency.demo.returns import plant_years as years
from sufficiency.demo.returns.bench import Bench
from sufficiency.demo.returns.layout import as_specification
from sufficiency.demo.returns.plant_values import VALUES, plant_late_request, plant_value
from sufficiency.demo.returns.small import census_day
from sufficiency.people.reference import Reference
from sufficiency.sen2.model import MODULES

FLAGGED = ["year", "check", "module", "position", "held_in"]
CORRECTIONS = ["year", "check", "module", "position", "column", "corrected"]
ONLY_WITH_IDS = frozenset(
    {"missing_table_id", "repeated_table_id", *(f"orphan_{m}" for m in MODULES[1:])}
)
Planter = Callable[[Bench, int], None]
ROWS: tuple[tuple[frozenset[str], Planter], ...] = (
    (frozenset({"missing_table_id"}), rows.missing_table_id),
    (frozenset({"repeated_table_id"}), rows.repeated_table_id),
    (frozenset(f"orphan_{m}" for m in MODULES[1:]), rows.orphans),
    (frozenset({"duplicate_request"}), rows.duplicate_request),
    (frozenset({"duplicate_person"}), rows.duplicate_person),
    (frozenset({"identifier_shared"}), rows.identifier_shared),
    (frozenset({"same_person_twice_unlinked"}), rows.same_person_twice_unlinked),
    (frozenset({"two_active_plans"}), rows.two_active_plans),
    (rows.SECOND_PLACEMENTS, rows.second_placements),
    (frozenset({"home_shared"}), rows.home_shared),
    (frozenset({"ds_before_2026"}), rows.ds_before_2026),
    (frozenset({"plan_before_request"}), plant_late_request),
)
JUMPS = {
    "jump_need": years.jump_need,
    "jump_setting": years.jump_setting,
    "jump_age": years.jump_age,
}


@dataclass(frozen=True)
class AnswerKey:
    """What was planted.

    Attributes:
        flagged: One row a row that a check must find: year (of the return checked), check, module,
            position (of the row in its module, from 0: in a CSV file it is row position + 2) and
            held_in, the year of the return that has the row.
        corrections: One row a cell that an officer would correct: year, check, module, position,
            column and corrected: what stood there before (empty: nothing), `REMOVE` for the row, or
            `REMOVE ALL` for the row and all below it.
        counts: year, check and count: failures on top of those of the clean returns. Beside one a
            flagged row it has those without a row (schools, jumps) and those that could not be
            avoided (a code used before its time is also a break of definitions).
    """

    flagged: pd.DataFrame
    corrections: pd.DataFrame
    counts: pd.DataFrame


def plant(
    modules_by_year: dict[int, dict[str, pd.DataFrame]],
    reference: Reference,
    seed: int,
    checks: Collection[str] | None = None,
    each: int = 2,
) -> tuple[dict[int, dict[str, pd.DataFrame]], AnswerKey]:
    """Return the returns with errors planted in them, and their answer key.

    Every person is spoilt once a return. Headers are spoilt in turn, one kind a return; what needs
    a person unknown to other years is planted in the last return, as are jumps (where a part has
    50 plans). A kind is left out where nobody fits: the key says what there is.

    Args:
        modules_by_year: January to its modules, clean, in the columns of 1.3.
        reference: Schools, postcodes and localities; its `identifiers` decide whether numbers that
            do not validate are wrong (`real`) or those that do (`synthetic`).
        seed: Same seed, same errors.
        checks: Checks to plant, all if None. `ONLY_WITH_IDS` cannot be told in a COLLECT message.
        each: How many of a kind and return.
    """
    wanted = _Wanted(checks)
    in_order = sorted(modules_by_year)
    benches = [_bench(modules_by_year, year, reference, seed) for year in in_order]
    for bench, before in zip(benches, [None, *benches[:-1]], strict=True):
        _plant_return(bench, before, wanted, each)
    if len(benches) > 1 and wanted("lost_since_last_return"):
        years.lost_since_last_return(benches[-2], each)
    return {bench.year: bench.frames() for bench in benches}, _key(benches)


@dataclass(frozen=True)
class _Wanted:
    checks: Collection[str] | None

    def __call__(self, *checks: str) -> bool:
        return self.checks is None or any(check in self.checks for check in checks)


def _bench(
    modules_by_year: dict[int, dict[str, pd.DataFrame]],
    year: int,
    reference: Reference,
    seed: int,
) -> Bench:
    earlier = [other for other in modules_by_year if other < year]
    modules = as_specification(modules_by_year[year], "1.3")
    return Bench(
        number=len(earlier),
        year=year,
        day=_day(modules["sen2"], year),
        previous=census_day(max(earlier)) if earlier else None,
        last=year == max(modules_by_year),
        modules={
            name: {str(c): frame[c].tolist() for c in frame.columns}
            for name, frame in modules.items()
        },
        reference=reference,
        rng=np.random.default_rng([seed, year]),
    )


def _day(header: pd.DataFrame, year: int) -> date:
    stated = header["referencedate"].iloc[0] if len(header) else ""
    return date.fromisoformat(stated[:10]) if stated else census_day(year)


def _plant_return(bench: Bench, before: Bench | None, wanted: _Wanted, each: int) -> None:
    if bench.last and before and wanted("jump_total"):
        years.jump_total(bench, before)
    if wanted("fewer_flagged_than_expected"):
        rows.fewer_flagged_than_expected(bench, each)
    if wanted(years.HEADERS[bench.number % len(years.HEADERS)]):
        years.plant_header(bench)
    for wrong in VALUES:
        if wanted(wrong.check):
            plant_value(bench, wrong, each)
    for found_by, planter in ROWS:
        if wanted(*found_by):
            planter(bench, each)
    if bench.last:
        rows.added_people(bench, each, wanted)
    if bench.last and before:
        if wanted("active_before_but_not_returned"):
            years.active_before_but_not_returned(bench, each)
        if wanted("identifier_passed_on"):
            years.identifier_passed_on(bench, before, each)
        for check, planter in JUMPS.items():
            if wanted(check):
                planter(bench, before)


def _key(benches: list[Bench]) -> AnswerKey:
    flagged = pd.DataFrame([row for bench in benches for row in bench.flagged], columns=FLAGGED)
    corrections = pd.DataFrame(
        [row for bench in benches for row in bench.corrections], columns=CORRECTIONS
    )
    whole = pd.DataFrame(
        [(b.year, check, n) for b in benches for check, n in b.counts.items() if n],
        columns=["year", "check", "count"],
    )
    each = flagged.groupby(["year", "check"]).size().rename("count").reset_index()
    counts = pd.concat([each, whole]).groupby(["year", "check"])["count"].sum().reset_index()
    return AnswerKey(flagged, corrections, counts)
