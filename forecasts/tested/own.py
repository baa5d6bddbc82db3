"""One authority's own back-test: what the methods in use would have said here in past years.

Two routes. From published tables the pooled models forecast totals, setting groups and age bands
from each earlier January. From a council's returns the whole engine is run: every plan of an
earlier January is moved forward with rates and targets that were known then.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasts.naive import rivals
from forecasts.panel import Panel, build_panel
from forecasts.pooled.features import can_picture
from forecasts.pooled.targets import at_level, forecast_targets
from forecasts.rates.estimate import Linked, estimate_rates
from forecasts.simulation.counts import Counts
from forecasts.simulation.simulate import simulate
from forecasts.tested.backtest import own_backtest
from forecasts.tested.bands import fit_bands
from forecasts.tested.pooled import METHOD, fit_and_test
from sufficiency.contracts import OwnAccuracy, PastForecasts, checked
from sufficiency.terms import OUTSIDE, codes, lookup

PUBLISHED, RETURNS = "published", "returns"
ENGINE = "simulation"
EDGES = np.array([0.1, 0.9])
LONGEST = 5
COLUMNS = [
    "route", "cut", "origin", "horizon", "year", "method", "forecast", "p10", "p90", "actual",
]  # fmt: skip


@dataclass(frozen=True)
class Published:
    """Published tables of all authorities.

    Attributes:
        stock: `PublishedStock`.
        flows: `PublishedFlows`.
        population: `Population`.
        pupil_rates: `PupilRates`.
    """

    stock: pd.DataFrame
    flows: pd.DataFrame
    population: pd.DataFrame
    pupil_rates: pd.DataFrame

    def panel(self, origin: int) -> Panel:
        """Return the panel as known at a January census."""
        return build_panel(self.stock, self.flows, self.population, origin, self.pupil_rates)


def from_published(published: Published, authority: str, base_year: int) -> pd.DataFrame:
    """Return the past forecasts of one authority's published plans; contract `PastForecasts`.

    Models are fitted afresh at every earlier January; ranges come from errors, of all authorities,
    that were known by then. No rows where too few authorities are published to fit models.

    Args:
        published: Published tables.
        authority: Three-digit DfE code.
        base_year: Last January census to set forecasts against.
    """
    panel = published.panel(base_year)
    if not can_picture(panel):
        return _checked([])
    _, past = fit_and_test(panel)
    ours = past[past["method"] == METHOD]
    frames = []
    for origin, rows in past[past["authority"] == authority].groupby("origin"):
        made = rows["method"] == METHOD
        known = ours[ours["origin"] + ours["horizon"] <= origin]
        bands = fit_bands(known, tuple(dict.fromkeys(rows.loc[made, "cut"])))
        low, high = pd.Series(np.nan, index=rows.index), pd.Series(np.nan, index=rows.index)
        for cut, part in rows[made].groupby("cut"):
            edges = bands[str(cut)].quantiles(
                part["forecast"].to_numpy(), part["horizon"].to_numpy(float), EDGES
            )
            low[part.index], high[part.index] = edges[:, 0], edges[:, 1]
        frames.append(rows.assign(p10=low, p90=high))
    return _checked([frame.assign(route=PUBLISHED) for frame in frames])


def from_returns(
    published: Published,
    linked: Linked,
    homes: pd.DataFrame,
    authority: str,
    base_year: int,
    *,
    paths: int,
    seed: int,
) -> pd.DataFrame:
    """Return past forecasts by the whole engine from each earlier return; `PastForecasts`.

    Args:
        published: Published tables; only what was known at an origin is used there.
        linked: Person-level tables of every January held.
        homes: Columns locality, year (census), age and persons. An origin uses its own January's,
            held for the years after; where residents are not known so early, the nearest's.
        authority: Three-digit DfE code.
        base_year: Last January census to set forecasts against.
        paths: Simulated futures of each origin.
        seed: Seed of every random number.
    """
    past = linked.past_plans
    past = past[past["year"] <= base_year]
    years = sorted(int(year) for year in past["year"].unique())
    actual = pd.concat([_counted(past[past["year"] == year]) for year in years] or [past.iloc[:0]])
    frames = []
    for origin in years[:-1]:
        ahead = min(LONGEST, base_year - origin)
        fitted, _ = fit_and_test(published.panel(origin))
        plans = past[past["year"] == origin]
        targets, _ = forecast_targets(
            published.stock, published.flows, published.population, authority, origin, ahead,
            parameters=fitted, pupil_rates=published.pupil_rates,
        )  # fmt: skip
        nearest = min(homes["year"].unique(), key=lambda year: (abs(year - origin), year))
        here = homes[homes["year"] == nearest].assign(year=origin)
        known = Linked(
            past[past["year"] <= origin],
            linked.plan_flows[linked.plan_flows["year"] <= origin],
            linked.requests[linked.requests["year"] <= origin],
        )
        rates = estimate_rates(
            published.stock, published.flows, authority, origin,
            linked=known, population_by_locality=here,
        )  # fmt: skip
        numbered = plans.assign(plan_id=[f"{number:07d}" for number in range(len(plans))])
        made = simulate(
            numbered, rates, at_level(targets, len(plans)), here,
            paths=paths, years=ahead, seed=seed,
        )  # fmt: skip
        frames.append(_forecast(made.counts, origin))
    if not frames:
        return _checked([])
    engine = against_counts(pd.concat(frames, ignore_index=True), actual)
    simple = own_backtest(actual.rename(columns={"actual": "plans"}), authority)
    simple = simple.assign(p10=np.nan, p90=np.nan)
    return _checked([frame.assign(route=RETURNS) for frame in (engine, simple)])


def own_accuracy(past: pd.DataFrame) -> pd.DataFrame:
    """Return how those forecasts fared, over all origins; contract `OwnAccuracy`.

    Args:
        past: Contract `PastForecasts`.
    """
    miss = past["forecast"] - past["actual"]
    inside = ((past["p10"] <= past["actual"]) & (past["actual"] <= past["p90"])).astype(float)
    scored = past.assign(miss=miss, size=miss.abs(), inside=inside.where(past["p10"].notna()))
    keys = ["route", "cut", "horizon", "method"]
    table = scored.groupby(keys, sort=True).agg(
        size=("size", "sum"),
        miss=("miss", "sum"),
        actual=("actual", "sum"),
        coverage_80=("inside", "mean"),
        n=("miss", "size"),
    )
    table = table.reset_index()
    whole = table["actual"].where(table["actual"] > 0)
    table["wape"], table["bias"] = 100 * table["size"] / whole, 100 * table["miss"] / whole
    table["coverage_80"] *= 100
    naive = table[table["method"].isin(list(rivals()))]
    best = naive.groupby(keys[:-1])["wape"].min().rename("best")
    table = table.join(best, on=keys[:-1])
    table["skill"] = 1 - table["wape"] / table["best"].where(table["best"] > 0)
    columns = [*keys, "wape", "bias", "skill", "coverage_80", "n"]
    return checked(OwnAccuracy, table[columns], "own_accuracy")


def _checked(frames: list[pd.DataFrame]) -> pd.DataFrame:
    if not frames:
        return checked(PastForecasts, pd.DataFrame(columns=COLUMNS), "past_forecasts")
    table = pd.concat(frames, ignore_index=True)
    table = table.assign(year=table["origin"] + table["horizon"])
    order = ["route", "cut", "origin", "horizon", "method"]
    table = table.sort_values(order, kind="stable", ignore_index=True)
    return checked(PastForecasts, table[COLUMNS], "past_forecasts")


def _counted(plans: pd.DataFrame) -> pd.DataFrame:
    """Plans of one January by every cut: cut, year, actual."""
    year = int(plans["year"].iloc[0])
    cuts = (
        pd.Series("total", index=plans.index),
        plans["setting"].map(lookup("settings", "setting_group")),
        "need_group:" + plans["need"].map(lookup("needs", "need_group")),
        "provision:" + plans["setting"].map(_provisions()),
        "locality:" + plans["locality"].where(plans["locality"] != OUTSIDE),
    )
    counts = pd.concat([cut.dropna().value_counts() for cut in cuts])
    return pd.DataFrame({"cut": counts.index, "year": year, "actual": counts.to_numpy(float)})


def _forecast(counts: Counts, origin: int) -> pd.DataFrame:
    """Mean and range over paths of every cut `_counted` counts."""
    groups, provisions = codes("setting_groups"), codes("provisions")
    needs = codes("need_groups")
    group_of, provision_of = lookup("settings", "setting_group"), _provisions()
    need_of = lookup("needs", "need_group")
    places = [name for name in counts.localities if name != OUTSIDE]

    def place(names: list[str], of: dict[str, str], held: tuple[str, ...]) -> list[int]:
        return [names.index(of[code]) if code in of else -1 for code in held]

    tables = [
        (["total"], counts.count_by()[..., None]),
        (groups, counts.count_by(setting=place(groups, group_of, counts.settings))),
        (
            [f"need_group:{name}" for name in needs],
            counts.count_by(need=place(needs, need_of, counts.needs)),
        ),
        (
            [f"provision:{name}" for name in provisions],
            counts.count_by(setting=place(provisions, provision_of, counts.settings)),
        ),
        (
            [f"locality:{name}" for name in places],
            counts.count_by(locality=place(places, {n: n for n in places}, counts.localities)),
        ),
    ]
    frames = []
    for names, table in tables:
        low, high = np.quantile(table, EDGES, axis=0)
        for column, cut in enumerate(names[: table.shape[2]]):
            frames.append(
                pd.DataFrame(
                    {
                        "cut": cut,
                        "origin": origin,
                        "horizon": np.arange(1, counts.years + 1),
                        "year": origin + np.arange(1, counts.years + 1),
                        "method": ENGINE,
                        "forecast": table[:, 1:, column].mean(axis=0),
                        "p10": low[1:, column],
                        "p90": high[1:, column],
                    }
                )
            )
    return pd.concat(frames, ignore_index=True)


def against_counts(engine: pd.DataFrame, actual: pd.DataFrame) -> pd.DataFrame:
    """Return forecasts beside what was counted; a held return without plans of a cut counts 0.

    Args:
        engine: Forecasts by `cut` and `year`.
        actual: Columns `cut`, `year` and `actual`, of every return held. Cuts that no return has
            and years without a return are left out.
    """
    held = engine[engine["cut"].isin(actual["cut"]) & engine["year"].isin(actual["year"])]
    both = held.merge(actual, on=["cut", "year"], how="left")
    return both.assign(actual=both["actual"].fillna(0.0))


def _provisions() -> dict[str, str]:
    return {code: name for code, name in lookup("settings", "provision").items() if name}
