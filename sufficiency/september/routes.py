"""Routes from 16 to 25: where young people with plans are, and where Year 11 went."""

import numpy as np
import pandas as pd

from sufficiency.contracts import Routes, checked
from sufficiency.september.path_counts import first_scenario, path_counts, relabelled
from sufficiency.terms import ALL, codes, lookup, phase_of_ncy, table

YEAR_11 = 11
PHASES = ("post_16", "post_19")
SCHOOL_LEAVING_AGE = 15
CEASED = "plan_ceased"
KEY = ["kind", "year", "phase", "need_group", "route"]
CELL = ["kind", "year", "phase", "need_group", "route", "basis"]


def post16_routes(
    plans: pd.DataFrame,
    past_plans: pd.DataFrame,
    plan_flows: pd.DataFrame,
    adulthood: pd.DataFrame,
    paths: pd.DataFrame,
    base_year: int,
) -> pd.DataFrame:
    """Return young people of Year 12 and over by route, counted and forecast (`Routes`).

    `stock` is where they are each January. `after_year_11` counts what became, by the January
    after, of everyone who was in Year 11: their route, or what ended the plan; in forecast years
    it is those in Year 12, whoever joined included, as paths do not follow one child. Routes of a
    setting sum to the plan holders. Work-based pathways (internship, apprenticeship) and the
    plans that ended at 16 to 25 (kind `left`) come from the return without needs, in ALL only;
    work-based pathways are of whom: also counted in the route of their setting, so never add
    them. Year groups are nominal throughout.

    Args:
        plans: Plans table holding the base census.
        past_plans: PastPlans of earlier Januaries; may be empty.
        plan_flows: PlanFlows; leavers by age, need and reason are used.
        adulthood: Adulthood; may be empty.
        paths: Paths table; its first scenario is used.
        base_year: January census year; later years are forecast.
    """
    columns = ["year", "plan_id", "need", "setting", "ncy", "basis"]
    earlier = past_plans[past_plans["year"] < base_year]
    every = pd.concat([earlier[columns], plans.loc[plans["year"] == base_year, columns]])
    every = every.assign(
        route=every["setting"].map(_routes("setting")),
        need_group=every["need"].map(lookup("needs", "need_group")),
        basis=every["basis"].map({"person": "counted", "modelled": "modelled"}),
    )
    parts = [_stock(every), _after_year_11(every, plan_flows), _of_the_return(adulthood)]
    counts = pd.concat(parts, ignore_index=True)
    counts = counts.assign(p10=counts["mean"], p90=counts["mean"])
    result = pd.concat([counts, _forecast(paths, base_year)], ignore_index=True)
    result = result[result["p90"] > 0]
    order = {name: n for n, name in enumerate(codes("routes"))}
    result = result.assign(rank=result["route"].map(order))
    ordered = result.sort_values(["kind", "year", "phase", "need_group", "rank"], kind="stable")
    return checked(Routes, ordered, "post16_routes")


def _routes(kind: str) -> dict[str, str]:
    rows = table("route_sources")
    rows = rows[rows["kind"] == kind]
    return dict(zip(rows["key"], rows["route"], strict=True))


def _stock(every: pd.DataFrame) -> pd.DataFrame:
    """Return plan holders of Year 12 and over each January, with totals."""
    older = every[every["ncy"] > YEAR_11]
    rows = older.assign(kind="stock", phase=phase_of_ncy(older["ncy"]), mean=1.0)
    return _with_totals(rows, ("phase", "need_group"))


def _after_year_11(every: pd.DataFrame, plan_flows: pd.DataFrame) -> pd.DataFrame:
    """Return what became of each Year 11 by the January after, where both Januaries are held."""
    by_child = every[every["basis"] == "counted"]
    held = set(by_child["year"])
    steps = [year for year in sorted(held) if year - 1 in held]
    before = by_child[(by_child["ncy"] == YEAR_11) & (by_child["year"] + 1).isin(steps)]
    now = by_child[["year", "plan_id", "route"]]
    linked = before[["year", "plan_id", "need_group", "basis"]].assign(year=before["year"] + 1)
    stayed = linked.merge(now, on=["year", "plan_id"]).assign(mean=1.0)

    left = plan_flows[
        (plan_flows["flow"] == "leaver") & plan_flows["year"].isin(steps)
        & (plan_flows["age"] == SCHOOL_LEAVING_AGE + 1).fillna(False)
    ]  # fmt: skip
    left = left[left["source"] == "linked"]
    ceased = _routes("cease_reason")
    gone = pd.DataFrame(
        {
            "year": left["year"],
            "need_group": left["need"].map(lookup("needs", "need_group")),
            "route": left["reason"].map(ceased).fillna(CEASED),
            "basis": "counted",
            "mean": left["value"].astype("float64"),
        }
    )
    rows = pd.concat([stayed, gone], ignore_index=True)
    return _with_totals(rows.assign(kind="after_year_11", phase="post_16"), ("need_group",))


def _of_the_return(adulthood: pd.DataFrame) -> pd.DataFrame:
    """Return work-based pathways each January, and plans that ended the year before, by route."""
    pathway = adulthood[adulthood["kind"] == "pathway"]
    pathway = pathway.assign(kind="stock", route=pathway["key"].map(_routes("pathway")))
    pathway = pathway[pathway["route"].notna()]
    left = adulthood[adulthood["kind"] == "destination"]
    ended = left["key"].map(_routes("cease_reason")).fillna(CEASED)
    rows = pd.concat([pathway, left.assign(kind="left", route=ended)], ignore_index=True)
    rows = rows.assign(
        phase=phase_of_ncy(rows["age"] - 4),
        need_group=ALL,
        basis="counted",
        mean=rows["plans"].astype("float64"),
    )
    return _with_totals(rows[rows["phase"].isin(list(PHASES))], ("phase",))


def _forecast(paths: pd.DataFrame, base_year: int) -> pd.DataFrame:
    """Return the paths of later years by route: stock, and Year 12 for what follows Year 11."""
    scenario = first_scenario(paths)
    later = (scenario["year"] > base_year) & (scenario["ncy"] > YEAR_11)
    part = scenario[later.to_numpy()]
    labels = pd.DataFrame(
        {
            "year": part["year"].to_numpy(np.int64),
            "ncy": part["ncy"].to_numpy(np.int64),
            "need_group": relabelled(part["need"], lookup("needs", "need_group")),
            "route": relabelled(part["setting"], _routes("setting")),
        }
    )
    found = path_counts(labels, part, int(scenario["path"].max()) + 1)
    paths_of = list(range(found.paths))
    counts = pd.concat([found.cells, pd.DataFrame(found.counts, columns=paths_of)], axis=1)
    stock = counts.assign(kind="stock", phase=phase_of_ncy(counts["ncy"]), basis="forecast")
    first = counts[counts["ncy"] == YEAR_11 + 1]
    first = first.assign(kind="after_year_11", phase="post_16", basis="forecast")
    parts = [
        _with_totals(stock, ("phase", "need_group"), paths_of),
        _with_totals(first, ("need_group",), paths_of),
    ]
    rows = pd.concat(parts, ignore_index=True)
    values = rows[paths_of].to_numpy(dtype=np.float64)
    p10, p90 = np.quantile(values, [0.1, 0.9], axis=1)
    return rows[CELL].assign(mean=values.mean(axis=1), p10=p10, p90=p90)


def _with_totals(
    rows: pd.DataFrame, over: tuple[str, ...], values: list[int] | tuple[str, ...] = ("mean",)
) -> pd.DataFrame:
    """Return sums by cell, and with ALL in place of each combination of the columns `over`."""
    parts = [rows]
    for column in over:
        parts += [part.assign(**{column: ALL}) for part in parts]
    whole = pd.concat(parts, ignore_index=True)
    return whole.groupby(CELL, sort=True)[list(values)].sum().reset_index()
