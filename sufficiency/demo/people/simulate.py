"""Six Januaries of Westmere's plan holders, one person at a time, at the known rates.

Chances are met by systematic sampling: every child has the chance that the rates say, while groups
of neighbouring age, place and need lose or gain hardly more or fewer than expected.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.demo import layouts, proportions, westmere
from sufficiency.demo.people import rates
from sufficiency.demo.people.fitting import fitted
from sufficiency.demo.people.places import Places, Placing, homes
from sufficiency.demo.people.rates import AGES, NEEDS, YEARS
from sufficiency.demo.sharing import whole

BOYS = 0.72
SECOND_NEED = 0.35
MOVES_HOUSE = 0.03
OTHER_SCHOOL = 0.01
RESIDENTIAL, ALL_YEAR, WORK_BASED, SECOND_PLACE = 0.07, 0.3, 0.03, 0.02
FIRST_START = np.datetime64("2014-09-15")
REASONS = {"max_age": "1", "needs_met": "2", "he": "3", "employ": "4", "transfer": "5",
           "no_engage": "6", "moved_outside_eng": "7", "deceased": "8", "other": "9"}  # fmt: skip
SECOND_OF = ("SLCN", "SEMH", "ASD", "MLD", "SPLD", "PD")
DRAWS = 12
"""Draws from which the most even is taken, so that small groups do not jump by chance."""
DAY = np.timedelta64(1, "D")


@dataclass(frozen=True)
class Course:
    """What happened.

    Attributes:
        plans: One row a plan and January: year, person, age, state (row of `rates.states`), need,
            second_need, school (row of `Places.schools`, -1 for none), home (row of
            `Places.postcodes`), entry, start, transferla (in the first year), residential, wbp,
            second_place, and before_state, before_school, before_entry of the place left since
            the January before (-1 where none was).
        ceased: One row a plan that ended: year (the January after), person, age (then), state,
            need, start, date, reason.
        people: One row a person: person, birth, sex.
    """

    plans: pd.DataFrame
    ceased: pd.DataFrame
    people: pd.DataFrame


def census_day(year: int) -> np.datetime64:
    """Return the third Thursday of January."""
    first = np.datetime64(f"{year}-01-01")
    to_thursday = (3 - (first.astype("datetime64[D]").astype(int) + 3)) % 7
    return first + np.timedelta64(int(to_thursday) + 14, "D")


def simulate(found: Places, totals: np.ndarray, rng: np.random.Generator) -> Course:
    """Return the course of Westmere's plans from January 2020 to January 2025.

    Args:
        found: Homes and schools.
        totals: Plans each January of `rates.YEARS`.
        rng: Random numbers.
    """
    known, placing = fitted(), Placing(found)
    now = _joined(known.first, int(totals[0]), YEARS[0], 0, found, placing, rng)
    now = _first_stock(now, known.first, known.joining, rng)
    stocks, ended = [now.assign(year=YEARS[0])], []
    people = [now[["person", "age"]].assign(year=YEARS[0])]
    for year, total in zip(YEARS[1:], totals[1:], strict=True):
        lose = rates.with_factor(rates.leaving(), known.leave_factor[year - 1])
        now = now.assign(age=now["age"] + 1, transferla="")
        gone = _leaves(now, lose, rng)
        ended.append(_endings(now[gone], year, rng))
        now = _moved(now[~gone].reset_index(drop=True), known.moves, year, found, placing, rng)
        many = int(total) - len(now)
        first = 1 + max(p["person"].max() for p in people)
        new = _joined(known.joining, many, year, first, found, placing, rng)
        new = _new(new, year, min(rates.TRANSFERS_IN[year - 1], many), rng)
        people.append(new[["person", "age"]].assign(year=year))
        now = pd.concat([now, new], ignore_index=True)
        stocks.append(now.assign(year=year))
    plans = pd.concat(stocks, ignore_index=True)
    return Course(plans, pd.concat(ended, ignore_index=True), _people(people, rng))


def days_between(
    first: np.datetime64, last: np.datetime64, many: int, rng: np.random.Generator
) -> np.ndarray:
    """Return days from `first` to `last`, both included, without week-ends."""
    span = int((last - first) / DAY) + 1
    day = first + rng.integers(0, span, many).astype("timedelta64[D]")
    week_day = (day.astype("datetime64[D]").astype(int) + 3) % 7
    back = np.maximum(week_day - 4, 0)
    moved = day - back.astype("timedelta64[D]")
    return np.where(moved < first, first + (7 - back).astype("timedelta64[D]"), moved)


def _joined(
    table: np.ndarray, many: int, year: int, first: int, found: Places, placing: Placing,
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Return children drawn from a table age x state x need, placed and housed."""
    counts = _balanced(table, many, rng)
    age, state, need = (
        np.repeat(axis, counts.ravel()) for axis in (i.ravel() for i in np.indices(counts.shape))
    )
    home = homes(found, many, rng)
    age = age + AGES[0]
    second = rng.integers(0, len(SECOND_OF), many)
    code = np.array([NEEDS.index(n) for n in SECOND_OF])[second]
    code = np.where((rng.random(many) < SECOND_NEED) & (code != need), code, -1)
    school = placing.choose(state, age, need, home, rng)
    boarding = rng.random(many)
    return pd.DataFrame(
        {
            "person": np.arange(first, first + many),
            "age": age,
            "state": state,
            "need": need,
            "second_need": code,
            "school": school,
            "home": home,
            "entry": np.full(many, np.datetime64(f"{year - 1}-09-02")),
            "start": np.full(many, np.datetime64(f"{year - 1}-09-02")),
            "transferla": "",
            "boards": np.where(
                boarding < RESIDENTIAL * ALL_YEAR, "B", np.where(boarding < RESIDENTIAL, "A", "")
            ),
            "works": np.where(rng.random(many) < WORK_BASED, np.array(list("AST"))[second % 3], ""),
            "second_place": rng.random(many) < SECOND_PLACE,
            "before_state": -1,
            "before_school": -1,
            "before_entry": np.datetime64("NaT", "s"),
        }
    )


def _first_stock(
    now: pd.DataFrame, stock: np.ndarray, joining: np.ndarray, rng: np.random.Generator
) -> pd.DataFrame:
    """Give the first stock its starts: those of 2019 where joiners are, the rest before."""
    cell = (now["age"].to_numpy() - AGES[0], now["state"].to_numpy(), now["need"].to_numpy())
    chance = joining[cell] / stock[cell]
    late = np.argsort(-(np.log(chance + 1e-12) + rng.gumbel(size=len(now))), kind="stable")
    is_late = np.zeros(len(now), dtype=bool)
    is_late[late[: westmere.FLOWS["new_plans"][2019]]] = True
    age = now["age"].to_numpy()
    held = 1 + rng.integers(0, np.clip(age - 3, 1, 4))
    last = np.datetime64("2019-12-31")
    before = days_between(np.datetime64("2018-01-08"), np.datetime64("2018-12-28"), len(now), rng)
    before = np.maximum(before - (held - 1) * np.timedelta64(364, "D"), FIRST_START)
    recent = days_between(np.datetime64("2019-01-18"), last, len(now), rng)
    start = np.where(is_late, recent, before)
    taught = np.datetime64("2019-09-03") - rng.integers(0, 4, len(now)) * np.timedelta64(364, "D")
    return now.assign(start=start, entry=np.minimum(np.maximum(start, taught), last))


def _new(new: pd.DataFrame, year: int, came: int, rng: np.random.Generator) -> pd.DataFrame:
    """Date the joiners' plans; some hold one of the authority that they came from."""
    many = len(new)
    first, last = census_day(year - 1) + DAY, np.datetime64(f"{year - 1}-12-31")
    day = days_between(first, last, many, rng)
    chosen = np.zeros(many, dtype=bool)
    chosen[rng.choice(many, came, replace=False)] = True
    older = day - rng.integers(90, 400, many) * DAY
    start = np.where(chosen & (new["age"].to_numpy() > 3), older, day)
    origin = rng.integers(960, 984, many).astype(str)
    return new.assign(entry=day, start=start, transferla=np.where(chosen, origin, ""))


def _leaves(now: pd.DataFrame, lose: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    index = np.minimum(now["age"].to_numpy() - AGES[0], len(AGES))
    chance = np.vstack([lose, np.ones(lose.shape[1])])[index, now["state"].to_numpy()]
    order = np.lexsort((rng.random(len(now)), now["need"], now["state"], now["age"]))
    running = np.floor(np.cumsum(chance[order]) + rng.random()).astype(int)
    gone = np.zeros(len(now), dtype=bool)
    gone[order] = np.diff(running, prepend=0) > 0
    return gone


def _endings(gone: pd.DataFrame, year: int, rng: np.random.Generator) -> pd.DataFrame:
    """Return when and why plans ended: reasons of England's ceased plans of the age."""
    shares = pd.DataFrame(proportions.ceased_by_age(), columns=pd.Index(layouts.reasons()))
    shares = shares[list(REASONS)].to_numpy()
    row = np.clip(gone["age"].to_numpy() - 2, 0, 18)
    running = np.cumsum(shares[row] / shares[row].sum(axis=1, keepdims=True), axis=1)
    reason = np.array(list(REASONS.values()))[
        np.minimum((running < rng.random((len(gone), 1))).sum(axis=1), len(REASONS) - 1)
    ]
    last = np.datetime64(f"{year - 1}-12-31")
    date = days_between(census_day(year - 1) + DAY, last, len(gone), rng)
    kept = gone[["person", "age", "state", "need", "school", "home", "start"]]
    return kept.assign(year=year, date=date, reason=reason).reset_index(drop=True)


def _moved(
    now: pd.DataFrame, moves: np.ndarray, year: int, found: Places, placing: Placing,
    rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Return plan holders after a year: place, school, need and home."""
    made = now.copy()
    age, state = now["age"].to_numpy(), now["state"].to_numpy()
    after = _after(age, state, now["need"].to_numpy(), moves, rng)
    need = now["need"].to_numpy().copy()
    table = np.cumsum(rates.need_change(), axis=1)
    drawn = (table[need] <= rng.random((len(now), 1))).sum(axis=1)
    changed = np.minimum(drawn, len(NEEDS) - 1)
    second = now["second_need"].to_numpy()
    second = np.where(second == changed, need, second)
    second = np.where(changed == need, now["second_need"], second)
    moves_house = rng.random(len(now)) < MOVES_HOUSE
    home = np.where(moves_house, homes(found, len(now), rng), now["home"])
    school = now["school"].to_numpy()
    turns = (rng.random(len(now)) < OTHER_SCHOOL) & ~_in_base(after)
    new_school = (after != state) | ~placing.takes(school, age) | (turns & (school >= 0))
    chosen = placing.choose(after, age, changed, home, rng)
    goes = (after != state) | (new_school & (chosen != school))
    september = np.datetime64(f"{year - 1}-09-02")
    any_day = days_between(census_day(year - 1) + 20 * DAY, september + 90 * DAY, len(now), rng)
    phase = np.isin(age, (4, 5, 11, 16, 19))
    entry = np.where(phase | ~placing.takes(school, age), september, any_day)
    old_entry = now["entry"].to_numpy()
    return made.assign(
        state=after,
        need=changed,
        second_need=second,
        home=home,
        school=np.where(goes, chosen, school),
        entry=np.where(goes, entry, old_entry),
        before_state=np.where(goes, state, -1),
        before_school=np.where(goes, school, -1),
        before_entry=np.where(goes, old_entry, np.datetime64("NaT", "s")),
    )


def _after(
    age: np.ndarray, state: np.ndarray, need: np.ndarray, moves: np.ndarray,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Return states after a year: of several draws, the one whose totals are nearest expected."""
    expected = moves[age - AGES[0], state].sum(axis=0)
    order = np.lexsort((rng.random(len(age)), need))
    key = (age * 100 + state)[order]
    groups = [order[key == k] for k in np.unique(key)]
    chances = [moves[age[who[0]] - AGES[0], state[who[0]]] for who in groups]
    draws = [
        [whole(chance, len(who), rng) for who, chance in zip(groups, chances, strict=True)]
        for _ in range(DRAWS)
    ]
    best = min(draws, key=lambda counts: _distance(np.sum(counts, axis=0), expected))
    after = np.empty_like(state)
    for who, counts in zip(groups, best, strict=True):
        after[who] = rng.permutation(np.repeat(np.arange(len(counts)), counts))
    return after


def _balanced(table: np.ndarray, many: int, rng: np.random.Generator) -> np.ndarray:
    """Return whole numbers near a table: of several draws, the nearest by place and by need."""
    expected = table * (many / table.sum())
    axes = ((0, 2), (0, 1))
    return min(
        (whole(table, many, rng) for _ in range(DRAWS)),
        key=lambda drawn: sum(_distance(drawn.sum(axis=a), expected.sum(axis=a)) for a in axes),
    )


def _distance(drawn: np.ndarray, expected: np.ndarray) -> float:
    return float(((drawn - expected) ** 2 / (expected + 1.0)).sum())


def _in_base(state: np.ndarray) -> np.ndarray:
    base = np.flatnonzero((rates.states()["group"] == "base").to_numpy())
    return np.isin(state, base)


def _people(joined: list[pd.DataFrame], rng: np.random.Generator) -> pd.DataFrame:
    everyone = pd.concat(joined, ignore_index=True)
    return everyone[["person"]].assign(
        birth=births(everyone["age"].to_numpy(), everyone["year"].to_numpy(), rng),
        sex=np.where(rng.random(len(everyone)) < BOYS, "M", "F"),
    )


def births(age: np.ndarray, year: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return birth dates of children of an age at 31 August before a January."""
    start = np.array([f"{y}-09-01" for y in (year - 2 - age)], dtype="datetime64[D]")
    return start + rng.integers(0, 365, len(age)).astype("timedelta64[D]")
