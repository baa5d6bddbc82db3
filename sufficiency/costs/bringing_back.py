"""Bringing back: new placements bought elsewhere that a local place could serve, and the saving.

The rule of the domain handbook (12): it acts on new placements and changes of phase, never on
children already placed; saving = fee - place funding - top-up - transport - capital; 52-week
placements are left out; in or out of area is a question of its own.
"""

import numpy as np
import pandas as pd

from sufficiency.contracts import BringingBack, checked, empty
from sufficiency.costs.new_placements import new_placements
from sufficiency.costs.prices import CAPITAL_LIFE_YEARS, JOURNEYS_A_YEAR, price, price_draws
from sufficiency.places.mix import NCYS, allowed
from sufficiency.places.periods import counted_in
from sufficiency.terms import codes, lookup, phase_of_ncy, table

PREFERRED = ("special", "post16", "resourced_provision", "sen_unit", "support_base")
ROW = ["kind", "setting", "in_area", "need_group", "phase", "locality", "local_provision"]
FIFTY_TWO_WEEKS = "52_weeks"
NO_PLACE = "No row of the register takes this need and year group."
ALL_RESIDENTIAL = "Every one is a 52-week residential placement, which is left out."
LEAVES_OUT = (
    f"Capital is spread over {CAPITAL_LIFE_YEARS} years without interest. Left out: transport "
    "to where they are now, boarding, and whether the local place is free."
)
WORDS = {
    "fee": "fee",
    "place_funding": "place funding",
    "top_up": "top-up",
    "transport": "transport",
    "capital": "capital",
}


def bringing_back(
    past_plans: pd.DataFrame,
    schools_attended: pd.DataFrame,
    distances: pd.DataFrame,
    register: pd.DataFrame,
    costs: pd.DataFrame,
    substitutable_share: float,
    base_year: int,
    seed: int = 0,
) -> pd.DataFrame:
    """Return new independent and non-maintained placements that could be local, and the saving.

    Args:
        past_plans: PastPlans table with the base census and the January before; with modelled or
            no plans, or one January only, nothing is known to be new and no row is returned.
        schools_attended: SchoolsAttended table.
        distances: Road kilometres one way by `lsoa`, `urn` and `site_id`, empty for a school as a
            whole; pairs may be missing.
        register: Place register.
        costs: Costs table.
        substitutable_share: Share of children for whom a local place of the right need and year
            group would do, 0 to 1. It is used where there is such a row, else the share is 0.
        base_year: January at the end of the year.
        seed: Seed of the draws of prices.

    Returns:
        BringingBack: one row a kind, setting, in_area, need group, phase, home locality and local
        provision. The local provision is the first of `PREFERRED` with a row in force at the next
        census (never a proposed one) that takes the need and NCY; km_local is to its nearest site.
        saving_mean takes the central prices; low and high are 1 in 10 over draws of all prices. A
        cost or distance that is not known leaves the saving missing, and the note says which.
    """
    new = new_placements(past_plans, schools_attended, base_year)
    if new.empty:
        return empty(BringingBack)
    new = _with_local_place(new, distances, counted_in(register, base_year + 1))
    # Means must not depend on the order of pseudonyms, not even in the last digit.
    new = new.sort_values(["km_now", "km_local"], kind="stable")
    rows = pd.DataFrame(
        [
            {**dict(zip(ROW, key, strict=True)), **_counted(part, substitutable_share, costs, seed)}
            for key, part in new.groupby(ROW, sort=True)
        ]
    )
    return checked(BringingBack, rows.assign(year=base_year), "bringing_back")


def _with_local_place(
    new: pd.DataFrame, distances: pd.DataFrame, register: pd.DataFrame
) -> pd.DataFrame:
    """Return children with groups, the provision that would take them, and both distances."""
    takes = [allowed(row) for _, row in register.iterrows()]
    no_gap = table("provisions").set_index("provision")["capacity_gap"].eq("no")
    to_school = distances[distances["site_id"] == ""].set_index(["lsoa", "urn"])["km"]
    to_site = distances[distances["site_id"] != ""].set_index(["urn", "site_id", "lsoa"])["km"]
    parts = []
    for (need, ncy), part in new.groupby(["need", "ncy"], sort=True):  # pyright: ignore[reportGeneralTypeIssues]
        at = codes("needs").index(str(need)), int(str(ncy)) - int(NCYS[0])
        fits = register[
            np.array([needs[at[0]] and ncys[at[1]] for needs, ncys in takes], dtype=bool)
        ]
        there = fits.loc[~fits["provision"].map(no_gap).astype(bool), "provision"]
        local = next((p for p in PREFERRED if p in set(there)), "")
        sites = fits.loc[fits["provision"] == local, ["urn", "site_id"]].drop_duplicates()
        pairs = part[["lsoa"]].reset_index().merge(sites, how="cross")
        pairs["km"] = to_site.reindex(
            pd.MultiIndex.from_frame(pairs[["urn", "site_id", "lsoa"]])
        ).to_numpy()
        parts.append(
            part.assign(local_provision=local, km_local=pairs.groupby("index")["km"].min())
        )
    found = pd.concat(parts)
    now = pd.MultiIndex.from_frame(found[["lsoa", "establishment"]])
    return found.assign(
        km_now=to_school.reindex(now).to_numpy(),
        need_group=found["need"].map(lookup("needs", "need_group")),
        phase=phase_of_ncy(found["ncy"]),
    )


def _counted(part: pd.DataFrame, share: float, costs: pd.DataFrame, seed: int) -> dict:
    """Return the counts, distances and money of one row."""
    local = str(part["local_provision"].iloc[0])
    day = part[part["residential"] != FIFTY_TWO_WEEKS]
    used = share if local else 0.0
    could = len(day) * used
    told = {
        "children": len(part),
        "left_out_52_weeks": len(part) - len(day),
        "substitutable_share": used,
        "could_be_local": could,
        "km_now": day["km_now"].mean(),
        "km_local": day["km_local"].mean(),
    }
    setting = lookup("settings", "provision")[str(part["setting"].iloc[0])]
    found = {"fee": price(costs, "fee", setting)}
    if local:
        found |= {item: price(costs, item, local) for item in list(WORDS)[1:]}
    times = {"transport": told["km_local"] * JOURNEYS_A_YEAR, "capital": 1 / CAPITAL_LIFE_YEARS}
    central = {item: _times(row, times.get(item, 1.0)) for item, row in found.items()}
    fee, capital = central["fee"], central.get("capital", np.nan)
    here = sum(central.get(item, np.nan) for item in ("place_funding", "top_up", "transport"))
    told |= {"fee": fee, "local_cost": here, "capital": capital}
    if not local or day.empty:
        note = NO_PLACE if not local else ALL_RESIDENTIAL
        return {**told, **_saving(0.0 if day.empty else np.nan), "note": note}
    missing = [WORDS[item] for item, row in found.items() if row is None]
    if missing:
        note = f"No cost for {', '.join(missing)}: give it in council/costs.csv."
        return {**told, **_saving(np.nan), "note": note}
    if np.isnan(told["km_local"]):
        note = "No distance: the home, or where the local place is, is not known."
        return {**told, **_saving(np.nan), "note": note}
    drawn = {
        item: price_draws(row, seed) * times.get(item, 1.0)
        for item, row in found.items()
        if row is not None
    }
    each = drawn.pop("fee") - sum(drawn.values())
    low, high = np.quantile(each * could, [0.1, 0.9])
    saving = {"saving_mean": (fee - here - capital) * could}
    return {**told, **saving, "saving_low": low, "saving_high": high, "note": LEAVES_OUT}


def _times(row: pd.Series | None, times: float) -> float:
    return np.nan if row is None else float(row["value"]) * times


def _saving(value: float) -> dict[str, float]:
    return {"saving_mean": value, "saving_low": value, "saving_high": value}
