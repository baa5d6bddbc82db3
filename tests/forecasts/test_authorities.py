"""Many authorities at once: own tables, carried totals, and the same bytes for any workers."""

from dataclasses import replace

import pandas as pd
import pytest

from forecasts.authorities import EnglandRun, RunChoices, forecast_authorities
from forecasts.authorities.one import homes_of
from forecasts.authorities.starts import by_authority, carried_on, start_of
from forecasts.panel import build_panel
from forecasts.pooled.parameters import fit_parameters
from sufficiency.demo import panel as made_up
from sufficiency.errors import SufficiencyError

NEVER = "999"  # no total of it was ever published


@pytest.fixture(scope="session")
def inputs() -> dict:
    """A made-up England in which one authority's last two years, and all of another's, are out."""
    base = 2025
    world = made_up.panel_world(7, count=12, last=base)
    stock = made_up.published_stock(world, base)
    flows = made_up.published_flows(world, base)
    people = made_up.population(world, base)
    codes = sorted(stock.loc[stock["level"] == "authority", "authority"].unique())
    late, gone = codes[3], codes[5]
    for code, last in ((late, base - 2), (gone, base - 5)):
        stock = stock[(stock["authority"] != code) | (stock["year"] <= last)]
        flows = flows[(flows["authority"] != code) | (flows["year"] <= last)]
    panel = build_panel(stock, flows, people, base)
    fitted = {year: fit_parameters(panel.until(year)) for year in (base - 2, base)}
    return {
        "tables": (stock, flows, people), "fitted": fitted, "own": codes[0], "late": late,
        "gone": gone, "choices": RunChoices(base, years=2, paths=4),
    }  # fmt: skip


def run(inputs: dict, workers: int = 1, wanted: tuple[str, ...] = ()) -> EnglandRun:
    wanted = wanted or (inputs["own"], inputs["late"], inputs["gone"], NEVER)
    choices = replace(inputs["choices"], workers=workers)
    stock, flows, people = inputs["tables"]
    return forecast_authorities(stock, flows, people, choices, wanted, inputs["fitted"])


@pytest.fixture(scope="session")
def england(inputs: dict) -> EnglandRun:
    return run(inputs)


def whole(result: EnglandRun, authority: str) -> pd.Series:
    """Plans of an authority by year."""
    rows = result.demand[result.demand["authority"] == authority]
    total = (rows[["need_group", "provision", "phase"]] == "ALL").all(axis=1)
    return rows[total & (rows["view"] == "placements")].set_index("year")["mean"]


def test_each_authority_says_what_it_was_made_from(inputs, england) -> None:
    said = england.authorities.set_index("authority")["made_from"].to_dict()
    assert said == {
        inputs["own"]: "own", inputs["late"]: "assumed",
        inputs["gone"]: "left_out", NEVER: "left_out",
    }  # fmt: skip
    last = england.authorities.set_index("authority")["last_total"]
    assert last[inputs["own"]] == inputs["choices"].base_year
    assert pd.isna(last[NEVER])
    note = england.authorities.set_index("authority")["note"]
    assert note[inputs["own"]] == ""
    assert str(inputs["choices"].base_year - 2) in note[inputs["late"]]
    assert "merged" in note[inputs["gone"]]
    assert inputs["gone"] not in set(england.demand["authority"])


def test_own_tables_give_the_published_number_of_plans(inputs, england) -> None:
    stock, base = inputs["tables"][0], inputs["choices"].base_year
    own = stock[(stock["authority"] == inputs["own"]) & (stock["dimension"] == "total")]
    published = own.loc[own["year"] == base, "value"].iloc[0]
    assert whole(england, inputs["own"])[base] == published


def test_a_carried_total_starts_at_the_base_census_and_reaches_the_last_year(
    inputs, england
) -> None:
    base = inputs["choices"].base_year
    plans = whole(england, inputs["late"])
    assert plans.index.tolist() == [base, base + 1, base + 2]
    stock = inputs["tables"][0]
    own = stock[(stock["authority"] == inputs["late"]) & (stock["dimension"] == "total")]
    last = own.loc[own["year"] == base - 2, "value"].iloc[0]
    assert last * 0.8 < plans[base] < last * 2


@pytest.mark.slow
def test_the_number_of_workers_changes_nothing(inputs, england) -> None:
    again = run(inputs, workers=2)
    pd.testing.assert_frame_equal(again.demand, england.demand)
    pd.testing.assert_frame_equal(again.authorities, england.authorities)


def test_the_order_of_rows_changes_nothing(inputs, england) -> None:
    shuffled = tuple(table.iloc[::-1] for table in inputs["tables"])
    again = run(inputs | {"tables": shuffled})
    pd.testing.assert_frame_equal(again.demand, england.demand)


def test_an_authority_nobody_knows_is_refused(inputs) -> None:
    with pytest.raises(SufficiencyError, match="three-digit"):
        run(inputs, wanted=("000",))


def test_residents_after_the_last_estimate_grow_older() -> None:
    people = pd.DataFrame(
        [("901", "authority", 2023, age, 100.0 + age) for age in range(26)],
        columns=["area", "area_type", "year", "age", "persons"],
    )
    homes = homes_of(people, "901", 2025, 1)
    at = homes.pivot(index="year", columns="age", values="persons")
    assert at.index.tolist() == [2025, 2026]
    assert at[5].tolist() == [104.0, 103.0]
    assert at[0].tolist() == [100.0, 100.0]


def test_an_authority_without_population_has_no_residents() -> None:
    people = pd.DataFrame(columns=["area", "area_type", "year", "age", "persons"])
    assert homes_of(people, "901", 2025, 1).empty


def test_a_carried_authority_is_forecast_as_if_published_but_no_surer(inputs) -> None:
    stock, flows, people = inputs["tables"]
    choices, code = inputs["choices"], inputs["late"]
    tables = by_authority(stock, flows, people, [code])[code]
    origin = choices.base_year - 2
    start = start_of((tables, origin, inputs["fitted"][origin], choices))
    counts = pd.DataFrame({"need": ["ASD"], "age": [7], "setting": ["SPLA"], "plans": [900]})
    led = carried_on(replace(start, counts=counts), inputs["fitted"][choices.base_year], choices)
    total = led.targets[led.targets["cut"] == "total"].set_index("horizon")
    special = led.targets[led.targets["cut"] == "special_state"].set_index("horizon")
    assert total["mean"][0] == special["mean"][0] == 900
    before = start.targets[start.targets["cut"] == "total"].set_index("horizon")
    assert (total["own_sd"] >= before["own_sd"]).all()
    assert before["own_sd"][0] == 0
