"""What one made-up authority would hold of its own people, and what becomes of them."""

import numpy as np
import pandas as pd

from sufficiency.contracts import PastPlans, PlanFlows, Plans, Requests, checked
from sufficiency.demo.panel.people import HOMES, PanelWorld
from sufficiency.demo.panel.process import LOCALITIES, LOCALITY_SHARES
from sufficiency.demo.panel.rates import AGES, NEEDS, SETTINGS
from sufficiency.demo.sharing import generator

NCY_LESS_AGE = -4
PENDING_OF_JOINERS, REFUSED_OF_PENDING = 0.35, 0.4
FLOW_COLUMNS = ["year", "flow", "age", "need", "setting", "to_need", "to_setting", "reason"]


def base_plans(world: PanelWorld, authority: str, year: int) -> pd.DataFrame:
    """Return the `Plans` of one authority at one January."""
    return checked(Plans, _plans(_own(world.plans, world, authority, (year,))), "plans")


def past_plans(world: PanelWorld, authority: str, first: int, last: int) -> pd.DataFrame:
    """Return the `PastPlans` of one authority from one January to another."""
    years = tuple(range(first, last + 1))
    return checked(PastPlans, _plans(_own(world.plans, world, authority, years)), "past_plans")


def plan_flows(world: PanelWorld, authority: str, first: int, last: int) -> pd.DataFrame:
    """Return the linked `PlanFlows` of steps that end from one January to another.

    Ages are those at the end of the step, as in the contract; every flow is explained.
    """
    years = tuple(range(first - 1, last + 1))
    plans = _named(_own(world.plans, world, authority, years))
    before = plans[plans["year"] < last].assign(year=lambda rows: rows["year"] + 1)
    both = plans.merge(before, on=["person", "year"], how="left", suffixes=("_now", ""))
    both = both[both["year"] >= first]
    new = both["need"].isna()
    moved, changed = both["setting"] != both["setting_now"], both["need"] != both["need_now"]
    stayed = both.assign(
        age=both["age_now"],
        flow=np.select([moved, changed], ["mover", "need_change"], "stayer"),
        to_need=both["need_now"].where(changed, ""),
        to_setting=both["setting_now"].where(moved, ""),
        reason="",
    )[~new]
    joined = both[new].assign(
        age=both["age_now"], need=both["need_now"], setting=both["setting_now"],
        flow="joiner", to_need="", to_setting="", reason="new_plan",
    )  # fmt: skip
    steps = tuple(range(first, last + 1))
    gone = _named(_own(world.ceased, world, authority, steps)).assign(
        age=lambda rows: rows["age"] + 1,
        flow="leaver", to_need="", to_setting="", reason="other",
    )  # fmt: skip
    rows = pd.concat([part[FLOW_COLUMNS] for part in (joined, gone, stayed)], ignore_index=True)
    counted = rows.groupby(FLOW_COLUMNS).size().rename("value").reset_index()
    counted["value"] = counted["value"].astype(float)
    return checked(PlanFlows, counted.assign(source="linked"), "plan_flows")


def requests(world: PanelWorld, authority: str, base_year: int) -> pd.DataFrame:
    """Return the `Requests` of one authority that are pending at one January.

    A third of those who will join in the next year have asked by then; others who have will not
    get a plan. Needs a world that goes on after that January.
    """
    rng = generator(world.seed, f"panel: pending {authority} {base_year}")
    next_year = _own(world.plans, world, authority, (base_year + 1,))
    before = _own(world.plans, world, authority, (base_year,))
    new = next_year[~next_year["person"].isin(before["person"])]
    ages = (new["age"].to_numpy() - 1)[rng.random(len(new)) < PENDING_OF_JOINERS]
    in_vain = rng.choice(ages, round(len(ages) * REFUSED_OF_PENDING)) if len(ages) else ages
    age = np.maximum(np.sort(np.concatenate([ages, in_vain])), 0)
    table = pd.DataFrame({"age": age}).assign(
        year=base_year,
        request_id=[f"R{authority}{number:05d}" for number in range(len(age))],
        received=f"{base_year - 1}-10",
        request_source="",
        request_outcome="Y",
        assessment_outcome="",
        plan_issued="",
        weeks_to_decision=np.nan,
        weeks_to_plan=np.nan,
        exceptions="",
        pending="assessment",
    )
    return checked(Requests, table[list(Requests.to_schema().columns)], "requests")


def homes(world: PanelWorld, authority: str, base_year: int, years: int) -> pd.DataFrame:
    """Return residents by locality, census year and age, from the base year on.

    Columns locality, year, age, persons: the authority's residents, shared out to localities by
    size. Who of them gets a plan differs, as it does in reality.
    """
    true = world.process
    parts = []
    for year in range(base_year, base_year + years + 1):
        at = min(true.at(base_year) + year - base_year, len(true.years) - 1)
        persons = true.residents[at, world.place(authority)]
        for name, share in zip(LOCALITIES, LOCALITY_SHARES, strict=True):
            parts.append(
                pd.DataFrame(
                    {"locality": name, "year": year, "age": range(AGES), "persons": share * persons}
                )
            )
    return pd.concat(parts, ignore_index=True)


def outcomes(world: PanelWorld, authority: str, first: int, last: int) -> pd.DataFrame:
    """Return what became of it: plans by year, need, setting, age and locality.

    One row a year and cell that holds any; column `plans`.
    """
    rows = _named(_own(world.plans, world, authority, tuple(range(first, last + 1))))
    by = ["year", "need", "setting", "age", "locality"]
    return rows.groupby(by).size().rename("plans").reset_index()


def _own(
    table: pd.DataFrame, world: PanelWorld, authority: str, years: tuple[int, ...]
) -> pd.DataFrame:
    return table[(table["authority"] == world.place(authority)) & table["year"].isin(years)]


def _named(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(
        need=np.array(NEEDS)[rows["need"].to_numpy()],
        setting=np.array(SETTINGS)[rows["setting"].to_numpy()],
        locality=np.array(HOMES)[rows["home"].to_numpy()],
    )


def _plans(rows: pd.DataFrame) -> pd.DataFrame:
    named = _named(rows)
    return pd.DataFrame(
        {
            "year": named["year"],
            "plan_id": "P" + named["person"].astype(str),
            "need": named["need"],
            "second_need": "",
            "setting": named["setting"],
            "establishment": "",
            "site": "",
            "ncy": named["age"] + NCY_LESS_AGE,
            "ncy_recorded": named["age"] + NCY_LESS_AGE,
            "age": named["age"],
            "sex": "",
            "locality": named["locality"],
            "lsoa": "",
            "in_area": "unknown",
            "residential": "unknown",
            "plan_start": "",
            "basis": "person",
        }
    ).reset_index(drop=True)
