"""The base pathway: leavers of primary bases against places of secondary bases."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from sufficiency.contracts import BasePathway, checked
from sufficiency.places.periods import counted_rows, running
from sufficiency.september.board import septembers
from sufficiency.september.path_counts import first_scenario, path_counts, relabelled
from sufficiency.terms import ALL, codes, lookup

BASES = ("sen_unit", "resourced_provision")
LAST, FIRST = 6, 7
TINY = 1e-9
LEVELS = {"leavers_p10": 0.1, "leavers_p50": 0.5, "leavers_p80": 0.8, "leavers_p90": 0.9}
CELL = ["september", "need_group", "locality"]
NO_BASE = "No secondary base is on the register."
NO_PLACES = "Free places of a secondary base are not known: see the September board."
SHARED = "Classes are shared with other need groups: see ALL."
SEVERAL_SITES = "A secondary base has sites in several localities: see ALL."


@dataclass(frozen=True)
class _Base:
    """Secondary-base places that share a cohort: whose they are, and how many; None: not known."""

    locality: str
    groups: frozenset[str]
    places: int | None
    free: int | None


def base_pathway(
    plans: pd.DataFrame,
    paths: pd.DataFrame,
    board: pd.DataFrame,
    register: pd.DataFrame,
    classes: pd.DataFrame,
    base_year: int,
) -> pd.DataFrame:
    """Return Year 6 leavers of bases against Year 7 places of bases (`BasePathway`).

    Leavers are plan holders in SEN units and resourced provision in Year 6 (bases that teach
    Year 7 too are left out: their children stay). The forecast is the paths' number in Year 6
    times the share of the row's children who leave, or of all children in bases, or all.
    Places are those of the classes of bases that take Year 7; free are the cohort's free places
    on the September board, at most the places of those classes. A child without a place is one
    whom no free place of a class for their need group remains for: leavers of one need group
    never use another's places, and where classes are shared the ALL row counts the fewest that
    can be left over (Hall's theorem), path by path. Localities are not netted into ALL: there any
    leaver may use any base, as if distance did not matter.

    Args:
        plans: Plans table holding the base census.
        paths: Paths table; its first scenario is used.
        board: SeptemberBoard.
        register: Register table.
        classes: Classes table.
        base_year: January census year; its September is the first.
    """
    counted = counted_rows(register)
    counted = counted[counted["provision"].isin(list(BASES))]
    scenario = first_scenario(paths)
    held = {int(year) for year in scenario["year"].unique()}
    now, forecast = _leavers(plans[plans["year"] == base_year], scenario, counted, base_year)
    records = []
    for september in (s for s in septembers(base_year) if s in held):
        bases = _bases(board[board["september"] == september], counted, classes, september)
        leaving = forecast[forecast.index.get_level_values("september") == september]
        sites = {base.locality for base in bases} - {ALL}
        homes = sorted({*leaving.index.get_level_values("locality"), *sites})
        for locality in (ALL, *homes):
            here = leaving.index.get_level_values("locality").isin([locality])
            part = leaving if locality == ALL else leaving[here]
            counts = part.groupby(level="need_group").sum()
            records += [
                {"september": september, "locality": locality, **row}
                for row in _rows(counts, _now(now, september, locality), _within(bases, locality))
            ]
    columns = list(BasePathway.to_schema().columns)
    frame = pd.DataFrame(records, columns=columns)
    return checked(BasePathway, frame, "base_pathway")


def _leavers(
    plans: pd.DataFrame, scenario: pd.DataFrame, register: pd.DataFrame, base_year: int
) -> tuple[pd.Series | None, pd.DataFrame]:
    """Return today's leavers (None where schools are not known) and leavers by path."""
    in_base = [s for s, group in lookup("settings", "setting_group").items() if group == "rp_unit"]
    groups = lookup("needs", "need_group")
    part = scenario[
        (
            scenario["year"].isin(list(septembers(base_year)))
            & (scenario["ncy"] == LAST)
            & scenario["setting"].isin(in_base)
        ).to_numpy()
    ]
    labels = pd.DataFrame(
        {
            "september": part["year"].to_numpy(np.int64),
            "need_group": relabelled(part["need"], groups),
            "locality": part["locality"].array,
        }
    )
    found = path_counts(labels, part, int(scenario["path"].max()) + 1)
    counts = pd.DataFrame(found.counts, index=pd.MultiIndex.from_frame(found.cells))

    placed = plans[plans["setting"].isin(in_base)]
    goes_on = register[register["ncy_to"] >= FIRST]
    going_on = pd.MultiIndex.from_frame(goes_on[["urn", "provision"]])
    own = pd.DataFrame(
        {"urn": placed["establishment"], "provision": placed["setting"].map(
            lookup("settings", "provision"))}
    )  # fmt: skip
    ncy = placed["ncy_recorded"].fillna(placed["ncy"]).astype("int64")
    children = pd.DataFrame(
        {
            "september": base_year + LAST - ncy,
            "need_group": placed["need"].map(groups),
            "locality": placed["locality"],
            "leaves": np.where(pd.MultiIndex.from_frame(own).isin(going_on), 0.0, 1.0),
            "ncy": ncy,
        }
    )
    shares = children.groupby(CELL)["leaves"].mean()
    primary = children[children["ncy"] <= LAST]
    pooled = float(primary["leaves"].mean()) if len(primary) else 1.0
    counts = counts.mul(shares.reindex(counts.index).fillna(pooled), axis=0)
    if not (plans["establishment"] != "").any():
        return None, counts
    return children.groupby(CELL)["leaves"].sum(), counts


def _now(now: pd.Series | None, september: int, locality: str) -> pd.Series | None:
    """Return today's leavers of one September and home by need group; None where not known."""
    if now is None:
        return None
    here = now.index.get_level_values("september") == september
    if locality != ALL:
        here &= now.index.get_level_values("locality") == locality
    return now[here].groupby(level="need_group").sum()


def _bases(
    board: pd.DataFrame, register: pd.DataFrame, classes: pd.DataFrame, september: int
) -> list[_Base]:
    """Return the cohorts of bases that take Year 7 from a September."""
    groups = lookup("needs", "need_group")
    takes = board[
        board["provision"].isin(list(BASES)) & (board["ncy_from"] <= FIRST)
        & (board["ncy_to"] >= FIRST)
    ]  # fmt: skip
    result = []
    ordered = takes.sort_values(["urn", "provision", "site_id", "needs"], kind="stable")
    for _, cohort in ordered.iterrows():
        own = register[register["urn"] == cohort["urn"]]
        own = own[own["provision"] == cohort["provision"]]
        needs = str(cohort["needs"]).split()
        if not needs and (own["designated_needs"] != "").all():
            needs = " ".join([*own["designated_needs"], *own["acceptable_needs"]]).split()
        kept = frozenset(groups[need] for need in needs or codes("needs"))
        places = _places_of_year_7(cohort, classes, september)
        free = None
        if places is not None and pd.notna(cohort["places_free"]):
            free = max(0, min(int(cohort["places_free"]), places))
        result.append(_Base(str(cohort["locality"]), kept, places, free))
    return result


def _places_of_year_7(cohort: pd.Series, classes: pd.DataFrame, september: int) -> int | None:
    """Return the places of a cohort's classes that take Year 7; None where none is listed."""
    if pd.isna(cohort["agreed_places"]):
        return None
    same = (classes["urn"] == cohort["urn"]) & (classes["provision"] == cohort["provision"])
    if cohort["site_id"] != ALL:
        same &= classes["site_id"] == cohort["site_id"]
    year_7 = (classes["ncy_from"] <= FIRST) & (classes["ncy_to"] >= FIRST)
    found = classes[same & running(classes, september) & year_7 & (classes["assessment"] == "no")]
    listed = set(str(cohort["needs"]).split())
    if listed:
        inside = [bool(n) and set(str(n).split()) <= listed for n in found["needs"]]
        found = found[inside]
    return int(found["places"].sum())


def _within(bases: list[_Base], locality: str) -> list[_Base] | str:
    """Return the bases that a row sets against leavers, or why it cannot."""
    if not bases:
        return NO_BASE
    if locality == ALL:
        return bases
    if any(base.locality == ALL for base in bases):
        return SEVERAL_SITES
    return [base for base in bases if base.locality == locality]


def _rows(
    counts: pd.DataFrame, now: pd.Series | None, bases: list[_Base] | str
) -> list[dict[str, object]]:
    """Return the rows of one September and locality: each need group, then ALL."""
    present = {str(group) for group in counts.index}
    present |= set() if now is None else {str(group) for group in now.index}
    if not isinstance(bases, str):
        present |= {group for base in bases if len(base.groups) == 1 for group in base.groups}
    shown = [group for group in codes("need_groups") if group in present]
    leavers = counts.reindex(shown).fillna(0.0)
    rows = []
    for group in shown:
        against: list[_Base] | str = bases
        if not isinstance(bases, str):
            own = [base for base in bases if group in base.groups]
            against = SHARED if any(len(base.groups) > 1 for base in own) else own
            if any(base.free is None for base in own):
                against = NO_PLACES
        rows.append(_row(group, leavers.loc[[group]], now, against))
    if not rows and (isinstance(bases, str) or not bases):
        return rows
    whole = bases
    if not isinstance(bases, str) and any(base.free is None for base in bases):
        whole = NO_PLACES
    return [*rows, _row(ALL, leavers, now, whole)]


def _row(
    group: str, leavers: pd.DataFrame, now: pd.Series | None, bases: list[_Base] | str
) -> dict[str, object]:
    values = leavers.to_numpy()
    total = values.sum(axis=0) if values.size else np.zeros(1)
    result: dict[str, object] = {"need_group": group, "leavers_mean": total.mean()}
    result |= {name: np.quantile(total, level) for name, level in LEVELS.items()}
    if now is not None:
        result["leavers_now"] = round(float(now.sum() if group == ALL else now.get(group, 0)))
    if isinstance(bases, str):
        return result | {"reason": bases}
    unplaced = _unplaced(values, [str(g) for g in leavers.index], bases)
    return result | {
        "secondary_places": sum(base.places or 0 for base in bases),
        "places_free": sum(base.free or 0 for base in bases),
        "shortfall_mean": unplaced.mean(),
        "p_shortfall": (unplaced > TINY).mean(),
        "reason": "",
    }


def _unplaced(leavers: np.ndarray, groups: list[str], bases: list[_Base]) -> np.ndarray:
    """Return, by path, the fewest leavers for whom no place remains.

    By Hall's theorem that is the largest excess, over all sets of need groups, of the set's
    leavers over the places of the cohorts that take any of them.

    Args:
        leavers: Leavers by (need group, path).
        groups: The need groups of the rows.
        bases: Cohorts with known free places.
    """
    worst = np.zeros(leavers.shape[1] if leavers.size else 1)
    for size in range(1, len(groups) + 1):
        for chosen in combinations(range(len(groups)), size):
            names = {groups[i] for i in chosen}
            places = sum(base.free or 0 for base in bases if base.groups & names)
            worst = np.maximum(worst, leavers[list(chosen)].sum(axis=0) - places)
    return worst
