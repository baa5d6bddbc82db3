"""Returns and censuses made from the people: clean, exact, and as published."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sufficiency.demo.people import (
    World,
    census_pupils,
    return_modules,
    sen_support_truth,
    truth,
)
from sufficiency.demo.people.rates import YEARS
from sufficiency.findings import Findings
from sufficiency.people.reference import Reference
from sufficiency.people.route import PersonTables, person_tables
from sufficiency.people.schools import known_schools
from sufficiency.plans.margins import Margins, read_margins
from sufficiency.privacy import valid_upn
from sufficiency.pupil_census import columns, values
from sufficiency.pupil_census.dated import census_day
from sufficiency.pupil_census.model import PupilCensus
from sufficiency.pupil_census.sen_support import sen_support_to_plan
from sufficiency.quality.bases import bases
from sufficiency.quality.checks import check_censuses, check_returns, declared
from sufficiency.sen2.model import MODULES, PARENTS, RawReturn, Return, SourceFile
from sufficiency.sen2.typed_return import typed
from sufficiency.sources import gias
from sufficiency.sources.inputs import read_published
from sufficiency.sources.postcodes import read_postcodes

KEY = b"only for tests: no secret at all"
AUTHORITY = "999"
INFORMS = {"age_25", "home_outside", "no_identifier_with_reason"}


@pytest.fixture(scope="module")
def reference(demo: Path, people: World) -> Reference:
    findings = Findings()
    schools = gias.read_full(demo / "schools" / "gias_full_westmere.csv.gz", findings)
    areas = people.land.areas
    localities = pd.DataFrame({"lsoa": areas["lsoa"], "locality": areas["town"]})
    return Reference(
        AUTHORITY,
        known_schools({"gias_full": schools}),
        read_postcodes(demo / "geo" / "postcodes_westmere.csv.gz", findings),
        localities,
        None,
        "synthetic",
    )


@pytest.fixture(scope="module")
def returns(people: World) -> list[Return]:
    made = [typed(_raw(return_modules(people, year)), Findings()) for year in YEARS]
    return [one for one in made if one is not None]


@pytest.fixture(scope="module")
def tables(returns: list[Return], reference: Reference) -> PersonTables:
    return person_tables(returns, reference, KEY)


@pytest.fixture(scope="module")
def censuses(people: World) -> list[PupilCensus]:
    return [_census(census_pupils(people, year), year) for year in YEARS[-2:]]


@pytest.fixture(scope="module")
def margins(demo: Path) -> Margins:
    findings = Findings()
    published = read_published(demo, AUTHORITY, 2034, findings)
    assert published is not None
    return read_margins(published.published_stock, AUTHORITY, YEARS[-1], findings)


def _raw(modules: dict[str, pd.DataFrame]) -> RawReturn:
    placed = {
        name: frame.assign(file="made.csv", sheet="", row=np.arange(2, len(frame) + 2))
        for name, frame in modules.items()
    }
    return RawReturn("blade", (SourceFile("made.csv", "0", 1),), placed)


def _census(pupils: pd.DataFrame, year: int) -> PupilCensus:
    text = pupils.assign(file="made.csv", sheet="", row=np.arange(2, len(pupils) + 2))
    absent = [c for c in columns.table()["column"] if c not in text]
    found, unreadable = values.typed(text.assign(**dict.fromkeys(absent, "")), AUTHORITY)
    return PupilCensus(year, "spring", census_day(year, "spring"), (), found, unreadable)


def _cells(frame: pd.DataFrame, by: list[str], count: str) -> pd.Series:
    plain = frame.assign(**{c: frame[c].astype(str) for c in by if c not in ("year", "age", "ncy")})
    plain = plain.astype({c: "int64" for c in by if c in ("year", "age", "ncy")})
    return plain.groupby(by)[count].sum().astype("int64").rename("plans").sort_index()


def test_every_module_hangs_together_and_is_text(people: World) -> None:
    modules = return_modules(people, 2024)
    assert tuple(modules) == MODULES
    for name, frame in modules.items():
        assert all(pd.api.types.is_string_dtype(frame[c]) for c in frame)
        assert frame[f"{name}tableid"].is_unique
        if name in PARENTS:
            key = f"{PARENTS[name]}tableid"
            assert frame[key].isin(modules[PARENTS[name]][key]).all()


def test_reading_the_returns_finds_the_stock_exactly(people: World, tables: PersonTables) -> None:
    by = ["year", "need", "setting", "ncy", "locality"]
    found = _cells(tables.past_plans.assign(plans=1), by, "plans")
    pd.testing.assert_series_equal(found, _cells(truth(people)["stock"], by, "plans"))


def test_reading_the_returns_finds_every_flow_exactly(people: World, tables: PersonTables) -> None:
    by = ["year", "flow", "age", "need", "setting", "to_need", "to_setting", "reason"]
    linked = tables.plan_flows[tables.plan_flows["flow"] != "residual"]
    pd.testing.assert_series_equal(
        _cells(linked, by, "value"), _cells(truth(people)["flows"], by, "plans")
    )
    residual = tables.plan_flows[tables.plan_flows["flow"] == "residual"]
    assert (residual["value"] == 0).all()


def test_no_check_of_a_return_blocks_or_warns(
    returns: list[Return], tables: PersonTables, reference: Reference
) -> None:
    issues = check_returns(returns, tables.positions, reference)
    assert set(issues["check"]) <= INFORMS
    severity = declared().set_index("check")["severity"]
    assert set(severity[list(INFORMS)]) == {"informs"}


def test_no_check_of_a_census_fires_and_bases_agree(
    censuses: list[PupilCensus],
    returns: list[Return],
    tables: PersonTables,
    reference: Reference,
) -> None:
    found = bases(tables.positions, censuses, reference)
    assert set(found.loc[found["census"].notna(), "verdict"]) == {"agrees"}
    issues = check_censuses(censuses, returns, tables.positions, reference, found)
    assert set(issues["check"]) == set()


def test_both_routes_agree_cell_by_cell_in_2025(people: World, margins: Margins) -> None:
    stock = truth(people)["stock"]
    now = stock[stock["year"] == YEARS[-1]].assign(age=lambda rows: rows["ncy"] + 4)
    assert margins.total == now["plans"].sum()
    for name, (row, column) in {
        "need_age": ("need", "age"),
        "need_setting": ("need", "setting"),
        "age_setting": ("age", "setting"),
    }.items():
        published = margins.two_way[name]
        mine = now.pivot_table("plans", row, column, "sum", fill_value=0)
        assert set(mine.index) <= set(published.index)
        assert set(mine.columns) <= set(published.columns)
        mine = mine.reindex(index=published.index, columns=published.columns, fill_value=0)
        assert (mine.to_numpy() == published.to_numpy()).all(), name


def test_totals_settings_and_flows_agree_in_every_year(demo: Path, people: World) -> None:
    published = read_published(demo, AUTHORITY, 2034, Findings())
    assert published is not None
    known = truth(people)
    stock = published.published_stock
    own = stock[(stock["authority"] == AUTHORITY) & (stock["dimension"] == "setting")]
    mine = known["stock"].groupby(["year", "setting"])["plans"].sum()
    theirs = own.groupby(["year", "key"])["value"].sum().reindex(mine.index).fillna(0)
    assert (theirs == mine).all()
    flows = published.published_flows
    flows = flows[(flows["authority"] == AUTHORITY) & (flows["dimension"] == "total")]
    joined = known["joiners"]
    new = joined[joined["reason"] == "new_plan"].groupby("year")["plans"].sum()
    ceased = known["leavers"].groupby("year")["plans"].sum()
    for flow, counted in (("new_plans", new), ("ceased_plans", ceased)):
        rows = flows[flows["flow"] == flow].set_index("year")["value"]
        shared = rows.index.intersection(counted.index)
        assert len(shared) >= 3
        assert (rows[shared] == counted[shared]).all()


def test_the_census_holds_who_is_placed_there_and_imports_from_outside(
    people: World, censuses: list[PupilCensus]
) -> None:
    pupils = censuses[-1].pupils
    assert not valid_upn(pupils["upn"]).any()
    assert 50_000 < len(pupils) < 60_000
    number = people.people.set_index("person")["upn"]
    plans = people.course.plans[people.course.plans["year"] == YEARS[-1]]
    here = people.places.schools["in_census"].to_numpy()
    placed = plans[(plans["school"] >= 0) & here[plans["school"]]]
    urn = people.places.schools["urn"].to_numpy()[placed["school"]]
    mine = set(zip(placed["person"].map(number), urn, strict=True))
    with_plan = pupils[pupils["sen_provision"] == "E"]
    inside = people.places.postcodes.set_index("postcode")["authority"]
    theirs = set(zip(with_plan["upn"], with_plan["urn"], strict=True))
    assert mine <= theirs
    imported = with_plan[~with_plan["upn"].isin(set(number))]
    assert len(imported) > 100
    assert (imported["postcode"].map(inside) != AUTHORITY).all()
    support = (pupils["sen_provision"] == "K").mean()
    assert support == pytest.approx(0.13, abs=0.02)


def test_autumn_and_summer_have_neither_needs_nor_flags(people: World) -> None:
    for term in ("autumn", "summer"):
        pupils = census_pupils(people, 2025, term)
        assert set(pupils["need"]) | set(pupils["unit"]) | set(pupils["rp"]) == {""}
    autumn, spring = (census_pupils(people, 2025, term) for term in ("autumn", "spring"))
    assert (autumn["sen_provision"] == "E").sum() < (spring["sen_provision"] == "E").sum()


def test_sen_support_to_plan_is_found_exactly(
    people: World, censuses: list[PupilCensus], tables: PersonTables, reference: Reference
) -> None:
    found = sen_support_to_plan(censuses, tables.past_plans, KEY, reference)
    cells = found[(found["year"] == YEARS[-1]) & (found["need"] != "ALL") & found["ncy"].notna()]
    mine = sen_support_truth(people, YEARS[-1:])
    counts = ["on_sen_support", "came_to_plan"]
    theirs = cells.astype({"need": str, "ncy": int}).set_index(["need", "ncy"])[counts]
    expected = mine.set_index(["need", "ncy"])[counts]
    wide = expected.reindex(theirs.index.union(expected.index), fill_value=0)
    assert (theirs.reindex(wide.index, fill_value=0).to_numpy() == wide.to_numpy()).all()
