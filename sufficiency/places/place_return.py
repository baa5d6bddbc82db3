"""The commissioned-place return: places to commission for the next academic year.

In time for the autumn notification, by institution, pre-16 and post-16 apart. Places are decided
for 1 September; money runs April to March, so a change costs 7/12 in the first financial year and
5/12 in the next (domain handbook 12).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sufficiency.contracts import PlaceReturn, checked
from sufficiency.costs.table import unit_cost
from sufficiency.places.capacity import classes_of_rows
from sufficiency.places.commissioned import commissioned, rows_of_year
from sufficiency.places.mix import SITE, allowed, site_key, split_whole
from sufficiency.terms import ALL, codes, lookup

TYPES = ("pre_16", "post_16")
POST_16 = "post_16"
FIRST_POST_16 = 12
FIRST_YEAR_SHARE, NEXT_YEAR_SHARE = 7 / 12, 5 / 12
BASES = ("sen_unit", "resourced_provision", "support_base")
BOUGHT_ELSEWHERE = ("independent_special",)
UNMITIGATED, PLACEMENTS = "unmitigated", "placements"
NEARLY = 1e-6
ON_BOARD = (["staying_on", "moves_in"], ["named", "directed"])
Site = tuple[str, str, str]
Key = tuple[str, str, str, str]
"""urn, site_id, provision, place type."""


@dataclass(frozen=True)
class _Places:
    """What a recommendation starts from, by place type; NaN where not known."""

    now: dict[str, float]
    planned: dict[str, float]
    most: dict[str, float]


def place_return(
    register: pd.DataFrame,
    occupancy: pd.DataFrame,
    classes: pd.DataFrame,
    gap: pd.DataFrame,
    costs: pd.DataFrame,
    base_year: int,
    due: str,
    academic_year: str = "",
    board: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return recommended places of each site by place type (`PlaceReturn`).

    Expected is the full-time equivalents on roll at the base census with its resident plan holders
    grown as the forecast of their needs and phases. Recommended is expected, rounded up, and at
    most what is planned (the register with approved changes) or, where more, what building and
    listed classes hold; never below pupils staying on and children named or directed, over number
    or not (who stays after Year 11 is not yet decided: up to the places there are). Where who stays
    on is not known, places are not cut. Provisions without a capacity gap stay as they are;
    independent schools are not commissioned.

    Args:
        register: Register of places.
        occupancy: Occupancy table of the base census.
        classes: Class sizes, may be empty.
        gap: Gap table: how demand grows.
        costs: Costs table.
        base_year: January census year.
        due: Day of the autumn notification, MM-DD.
        academic_year: Such as 2026/27; empty for the next one that the first autumn after the base
            census notifies: January 2025 is followed by November 2025, for 2026/27.
        board: September board: who stays on and who is named; None where there is none.
    """
    start = int(academic_year[:4]) if academic_year else base_year + 1
    rows = register[~register["provision"].isin(BOUGHT_ELSEWHERE)]
    sites = _sites(rows, classes, start)
    full = _by_type(occupancy)
    growth = _growth(rows, gap, start + 1)
    staying, asked = (_by_site(_on_board(board, start, names), sites, full) for names in ON_BOARD)
    records = []
    for key, site in sorted(sites.items()):
        cost = unit_cost(costs, "place_funding", key[2])
        for kind in site.planned:
            there = full.get((*key, kind), {"fte": np.nan, "with_plan": np.nan})
            expected, how = _expected(there, growth.get((*key, kind), np.nan))
            floor = _floor(staying.get((*key, kind)), asked.get((*key, kind)), site.now[kind], kind)
            places, why = _recommended(site, kind, key[2], expected, floor)
            change = places - site.now[kind]
            unit = np.nan if cost is None else float(cost["value"])
            if change < 0 and cost is not None and key[2] in BASES and cost["high"] > unit:
                why += (
                    f" Costed as occupied places: up to {cost['high']:,.0f} pounds is paid for a "
                    "base place that nobody fills, so the cut saves more."
                )
            records.append(
                {
                    **dict(zip(SITE, key, strict=True)),
                    "place_type": kind,
                    "places_now": site.now[kind],
                    "expected": expected,
                    "recommended": places,
                    "change": change,
                    "unit_cost": unit,
                    "cost_first_year": change * unit * FIRST_YEAR_SHARE,
                    "cost_next_year": change * unit * NEXT_YEAR_SHARE,
                    "why": f"{how} {why}",
                }
            )
    whole = ["places_now", "recommended", "change"]
    columns = list(PlaceReturn.to_schema().columns)
    made = pd.DataFrame(records, columns=[c for c in columns if c not in ("name",)])
    names = _names(rows)
    made = made.assign(
        name=[names.get(key, "") for key in zip(*(made[part] for part in SITE), strict=True)],
        academic_year=f"{start}/{(start + 1) % 100:02d}",
        first_financial_year=f"{start}-{(start + 1) % 100:02d}",
        notify_by=f"{start - 1}-{due}",
    )
    for name in whole:
        made[name] = made[name].astype("float64").round().astype("Float64")
    return checked(PlaceReturn, made.astype(dict.fromkeys(whole, "Int32"))[columns], "place_return")


def _names(rows: pd.DataFrame) -> dict[tuple[str, ...], str]:
    ordered = rows.sort_values([*SITE, "effective_from", "ncy_from"], kind="stable")
    return ordered.groupby(SITE)["name"].last().to_dict()  # pyright: ignore[reportReturnType]


def _sites(register: pd.DataFrame, classes: pd.DataFrame, start: int) -> dict[Site, _Places]:
    """Return places this academic year, the next, and the most there could be, by site."""
    now, planned = _places(register, start), _places(register, start + 1)
    rows = rows_of_year(register, start + 1)
    room = _class_room(rows.rows, classes, start + 1)
    physical = rows.rows["physical_capacity"].astype("float64")
    building = physical.groupby([rows.rows[part] for part in SITE]).sum(min_count=1).to_dict()
    sites = {}
    for key, kinds in planned.items():
        before = now.get(key, {})
        most = {}
        for kind, places in kinds.items():
            rest = sum(other for name, other in kinds.items() if name != kind)
            held = room.get((*key, kind), np.inf)
            inside = min(float(building.get(key, np.nan)) - rest, held)
            most[kind] = places if np.isnan(inside) else np.fmax(places, inside)
        # A site or pool that opens only then has no places now.
        current = {kind: before.get(kind, 0.0) for kind in kinds}
        sites[key] = _Places(current, kinds, most)
    return sites


def _places(register: pd.DataFrame, year: int) -> dict[Site, dict[str, float]]:
    """Return commissioned places of a January by site and place type; NaN where not known."""
    rows = rows_of_year(register, year)
    numbers, _ = commissioned(rows, register, year)
    found: dict[Site, dict[str, float]] = {}
    for row in range(len(rows)):
        own = found.setdefault(site_key(rows.rows.iloc[row]), {})
        post = numbers.pools[row, 2] if rows.taught[row, 2] else 0.0
        if rows.taught[row, :2].any():
            own["pre_16"] = own.get("pre_16", 0.0) + numbers.whole[row] - post
        if rows.taught[row, 2]:
            own[POST_16] = own.get(POST_16, 0.0) + post
    return found


def _class_room(rows: pd.DataFrame, classes: pd.DataFrame, year: int) -> dict[Key, float]:
    """Return class sizes by site and place type; a class across both makes both unknown."""
    found: dict[Key, float] = {}
    for row, its in classes_of_rows(classes, rows, year).items():
        key = site_key(rows.iloc[row])
        for first, last, places in zip(its["ncy_from"], its["ncy_to"], its["places"], strict=True):
            kinds = [k for k, inside in zip(TYPES, _spans(first, last), strict=True) if inside]
            for kind in kinds:
                size = float(places) if len(kinds) == 1 else np.nan
                found[*key, kind] = found.get((*key, kind), 0.0) + size
    return found


def _spans(first: int, last: int) -> tuple[bool, bool]:
    return int(first) < FIRST_POST_16, int(last) >= FIRST_POST_16


def _by_type(occupancy: pd.DataFrame) -> dict[Key, dict[str, float]]:
    """Return FTE and resident plan holders by site and place type; NaN where any part is not."""
    pools = occupancy[occupancy["pool"] != ALL]
    kind = np.where(pools["pool"] == POST_16, POST_16, "pre_16")
    told = pools.assign(
        kind=kind,
        fte=pools["fte"].astype("float64"),
        with_plan=pools["with_plan"].astype("float64"),
    )
    summed = told.groupby([*SITE, "kind"])[["fte", "with_plan"]].agg(
        lambda part: part.sum(skipna=False)
    )
    return summed.to_dict("index")  # pyright: ignore[reportReturnType]


def _growth(register: pd.DataFrame, gap: pd.DataFrame, year: int) -> dict[Key, float]:
    """Return demand of a January over that of the base census, for each site's needs and ages."""
    own = gap[
        (gap["scenario"] == UNMITIGATED)
        & (gap["view"] == PLACEMENTS)
        & (gap["locality"] == ALL)
        & (gap["year"] == year)
    ]
    pools = lookup("phases", "pool")
    kind = np.where(own["phase"].map(pools) == POST_16, POST_16, "pre_16")
    own = own.assign(kind=kind, base=own["demand_mean"] - own["change_mean"])
    demand = own.groupby(["provision", "kind", "need_group"])[["demand_mean", "base"]].sum()
    group = lookup("needs", "need_group")
    groups: dict[Site, set[str]] = {}
    for _, row in register.iterrows():
        takes, _ = allowed(row)
        taken = {
            group[need] for need, takes_it in zip(codes("needs"), takes, strict=True) if takes_it
        }
        groups.setdefault(site_key(row), set()).update(taken)
    found = {}
    for key, taken in groups.items():
        for place_type in TYPES:
            cells = [(key[2], place_type, name) for name in sorted(taken)]
            sums = demand.reindex(cells).sum()
            known = sums["base"] > 0
            found[*key, place_type] = sums["demand_mean"] / sums["base"] if known else np.nan
    return found


def _on_board(board: pd.DataFrame | None, start: int, names: list[str]) -> dict[Key, float]:
    """Return the sum of some columns of the board, by site and place type; NaN where not known."""
    if board is None or board.empty:
        return {}
    own = board[board["september"] == start]
    count = own[names].astype("float64")
    total = count.fillna({"moves_in": 0.0}).sum(axis=1, skipna=False)
    pre, post = own["ncy_from"] < FIRST_POST_16, own["ncy_to"] >= FIRST_POST_16
    told = own.assign(total=total.mask(pre & post), pre=pre, post=post)
    found = {}
    for kind, inside in (("pre_16", "pre"), (POST_16, "post")):
        part = told[told[inside]].groupby(SITE)["total"].agg(lambda size: size.sum(skipna=False))
        found |= {(*key, kind): float(size) for key, size in part.items()}  # pyright: ignore[reportGeneralTypeIssues]
    return found


def _floor(staying: float | None, asked: float | None, now: float, kind: str) -> float:
    """Return below how many places never to go; NaN where who stays is not known.

    Who stays after Year 11 is decided by 31 March of that year, and the board counts all who could:
    so they keep places that there are and make no new ones.
    """
    if staying is None or asked is None:
        return np.nan
    if kind == POST_16 and not np.isnan(now):
        return float(max(min(staying + asked, now), asked))
    return staying + asked


def _by_site(
    floors: Mapping[Key, float], sites: Mapping[Site, _Places], full: Mapping[Key, dict[str, float]]
) -> dict[Key, float]:
    """Return the floors, those of a school's sites together spread over them by roll."""
    found = dict(floors)
    for (urn, site_id, provision, kind), floor in floors.items():
        if site_id != ALL or np.isnan(floor):
            continue
        own = [
            (*site, kind)
            for site in sorted(sites)
            if (site[0], site[2]) == (urn, provision) and kind in sites[site].planned
        ]
        if own:
            rolls = np.nan_to_num([full[key]["fte"] if key in full else 0.0 for key in own])
            given = split_whole(round(floor), rolls)
            found |= dict(zip(own, given.astype(float), strict=True))
    return found


def _expected(there: dict[str, float], growth: float) -> tuple[float, str]:
    fte, with_plan = there["fte"], there["with_plan"]
    if np.isnan(fte):
        return np.nan, "Expected not known: no roll by year group."
    if np.isnan(growth):
        return fte, f"{fte:g} on roll at the base census; no forecast for these needs and ages."
    residents = fte if np.isnan(with_plan) else min(with_plan, fte)
    expected = fte + residents * (growth - 1)
    return expected, (
        f"{fte:g} on roll at the base census, of whom {residents:g} residents with a plan "
        f"{'grown' if growth >= 1 else 'reduced'} by {100 * abs(growth - 1):.1f}%."
    )


def _recommended(
    site: _Places, kind: str, provision: str, expected: float, floor: float
) -> tuple[float, str]:
    """Return recommended places and how they were reached."""
    planned, most, now = site.planned[kind], site.most[kind], site.now[kind]
    said = []
    if np.isnan(planned):
        said.append("Places are not set apart for post-16: fill in post16_places.")
    if lookup("provisions", "capacity_gap")[provision] != "yes":
        places = planned
        said.append("No capacity gap is counted for this provision: as planned.")
    elif np.isnan(expected):
        places = planned
        said.append("As planned.")
    else:
        places = float(np.ceil(expected - NEARLY))
        said.append(f"Rounded up to {places:g}.")
        if places > most:
            places = most
            said.append(f"At most {most:g}: planned places, or what building and classes hold.")
        if np.isnan(floor) and places < now:
            places = now
            said.append("Who stays on is not known, so places are not cut.")
    if floor > (0.0 if np.isnan(places) else places):
        places = floor
        said.append(f"Never below {floor:g} who stay or may stay on, named or directed.")
    if planned > now > places:
        said.append(
            f"The register plans {planned:g} for that year: settle what fills them before a cut."
        )
    return places, " ".join(said)
