"""The demo's files: their signature, that they add up, and that nothing in them is real."""

import gzip
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from sufficiency.demo import land, layouts, write_demo_data
from sufficiency.demo.authorities import COUNTY_DISTRICTS, NAMES, REGIONS, panel
from sufficiency.demo.stock import stock
from sufficiency.findings import Findings
from sufficiency.sources import catalogue
from sufficiency.sources.inputs import read_published

SEED = 999
NEED_FILES = {
    "ehcp2025_sen_needs_all_plans": ("ehcp2025_caseload", "ehcplans", "202425"),
    "ehcp2025_sen_need_newplans": ("ehcp2025_newplans", "new_ehc_plans", "2024"),
}
AGE_TOPICS = (layouts.STOCK_AGE, layouts.STARTED, "Age plan ceased")


def _read(demo: Path, name: str) -> pd.DataFrame:
    (path,) = demo.rglob(f"{name}.csv*")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def _counts(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return frame[columns].replace({"x": "0", "z": "0"}).astype(int)


def _all_plans(demo: Path, period: str) -> pd.Series:
    caseload = _read(demo, "ehcp2025_caseload")
    own = caseload["old_la_code"].eq("999") & caseload["breakdown_topic"].eq(layouts.STOCK_TOPIC)
    return caseload[own & caseload["time_period"].eq(period)].iloc[0]


def _westmere(demo: Path, name: str, period: str) -> pd.Series:
    frame = _read(demo, name)
    own = frame[(frame["old_la_code"] == "999") & (frame["time_period"] == period)]
    return own.iloc[0]


def test_the_same_seed_gives_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    write_demo_data(tmp_path, SEED)
    names = sorted(p.relative_to(demo) for p in demo.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert len(names) == 27
    different = [str(n) for n in names if (demo / n).read_bytes() != (tmp_path / n).read_bytes()]
    assert different == []


def test_another_seed_gives_other_plans_other_land_and_the_same_signature() -> None:
    authorities = [panel(seed) for seed in (SEED, 7)]
    tables = [stock(p, seed).base[-1] for p, seed in zip(authorities, (SEED, 7), strict=True)]
    assert (tables[0] != tables[1]).any()
    special = [c.startswith("special_") for c in layouts.placements()]
    for table in tables:
        assert table[special].sum() / table.sum() == pytest.approx(0.33, abs=0.01)
    outlines = [land.land(seed).shapes.union_all() for seed in (SEED, 7)]
    assert not outlines[0].equals(outlines[1])


def test_everything_is_small(demo: Path) -> None:
    assert sum(p.stat().st_size for p in demo.rglob("*") if p.is_file()) < 5_000_000


def test_files_are_recognised_by_their_columns_and_nothing_in_them_blocks(
    demo: Path, tmp_path: Path
) -> None:
    """All lie in one folder here: which sub-folder a file is in does not matter."""
    for path in sorted(p for p in demo.rglob("*") if p.is_file()):
        shutil.copyfile(path, tmp_path / path.name)
    findings = Findings()
    assert len(catalogue.scan(tmp_path, findings)) == 27
    tables = read_published(tmp_path, "999", 2034, findings)
    # Westmere clears the backlog that the example authority cleared in 2024, and nothing else.
    said = [(f.severity, f.check) for f in findings.items if f.severity != "informs"]
    assert said == [("warns", "new_plans_unusual"), ("warns", "stock_and_flows_differ")]
    unusual = next(f for f in findings.items if f.check == "new_plans_unusual")
    assert "annotated_years = [2025]" in unusual.action
    assert tables is not None
    assert len(tables.small_areas) == 200
    assert set(tables.small_areas["former_district"]) == set(land.TOWNS)
    assert len(tables.imd) == 200


@pytest.mark.parametrize(
    ("period", "plans"),
    [
        ("201920", 2450), ("202021", 2630), ("202122", 3060), ("202223", 3270), ("202324", 3770),
        ("202425", 4430),
    ],
)  # fmt: skip
def test_westmere_grows_as_the_example_authority_did(demo: Path, period: str, plans: int) -> None:
    assert int(_all_plans(demo, period)["ehcplans"]) == pytest.approx(plans, rel=0.01)


def test_westmere_places_its_plan_holders_as_the_example_authority_does(demo: Path) -> None:
    row = _all_plans(demo, "202425")
    total = int(row["ehcplans"])
    share = {c: 100 * int(row[c]) / total for c in row.index if c in layouts.placements()}
    bases = sum(v for c, v in share.items() if c.endswith(("resourced_provision", "senunit")))
    assert float(row["mainstream_total_pc"]) == pytest.approx(40.3, abs=1)
    assert float(row["special_total_pc"]) == pytest.approx(32.8, abs=1)
    assert float(row["AP_PRU_total_pc"]) == pytest.approx(0.5, abs=0.2)
    assert float(row["fe_total_pc"]) == pytest.approx(13.4, abs=0.5)
    assert float(row["ed_elsewhere_pc"]) == pytest.approx(11.8, abs=0.5)
    assert float(row["nm_early_years_pc"]) == pytest.approx(1.1, abs=0.2)
    assert bases == pytest.approx(1.2, abs=0.2)
    independent = share["special_independent"] + share["special_non_maintained"]
    assert independent == pytest.approx(11.5, abs=0.5)


def test_westmere_has_the_example_authoritys_needs_and_ages(demo: Path) -> None:
    needs = _read(demo, "ehcp2025_sen_needs_all_plans")
    own = needs[needs["old_la_code"] == "999"].set_index(["breakdown_topic", "breakdown"])
    total = own.loc[layouts.STOCK_TOPIC].iloc[0]
    for need, plans in {"asd": 1356, "semh": 1095, "slcn": 913, "mld": 452, "pd": 216}.items():
        assert int(total[f"number_{need}"]) == pytest.approx(plans, rel=0.06)
    ages = own.loc[layouts.STOCK_AGE]["ehc_plans"].astype(int)
    for age, plans in {"age 4": 176, "age 10": 290, "age 13": 350, "age 16": 339}.items():
        assert ages[age] == pytest.approx(plans, rel=0.05)


def test_westmeres_special_share_by_age_rises_at_eleven_and_falls_at_sixteen(demo: Path) -> None:
    caseload = _read(demo, "ehcp2025_caseload")
    own = caseload[
        (caseload["old_la_code"] == "999")
        & (caseload["time_period"] == "202425")
        & (caseload["breakdown_topic"] == layouts.STOCK_AGE)
    ].set_index("breakdown")
    share = own["special_total_pc"].astype(float)
    expected = {8: 37, 10: 37, 11: 44, 12: 40, 14: 43.5, 16: 26, 17: 26}
    for age, percent in expected.items():
        # Children are counted, not shares drawn: one child of an age is about 0.3 per cent.
        assert share[f"age {age}"] == pytest.approx(percent, abs=2.5)


def test_westmeres_flows_show_the_backlog_cleared_in_2024(demo: Path) -> None:
    requests = _westmere(demo, "ehcp2025_requests", "2024")
    assert int(requests["requests_received_in_year"]) == pytest.approx(1230, rel=0.02)
    assert int(requests["requests_decided_not_to_assess"]) == pytest.approx(295, rel=0.02)
    assessments = _westmere(demo, "ehcp2025_assessments", "2024")
    new = {y: _westmere(demo, "ehcp2025_newplans", y)["new_ehc_plans"] for y in ("2023", "2024")}
    # The example authority's figures do not add up to its stocks; those counted from people do.
    assert assessments["assess_issued"] == new["2024"]
    assert int(new["2023"]) == pytest.approx(490, rel=0.05)
    assert int(new["2024"]) == pytest.approx(1034, rel=0.02)
    ceased = _westmere(demo, "ehcp2025_ceased_plans", "2024")
    assert int(ceased["total_ceased"]) == pytest.approx(447, rel=0.02)
    timely = _westmere(demo, "ehcp2025_timeliness_20_week", "2024")
    assert float(timely["PC_plans_issued_20_weeks_ex"]) == pytest.approx(76, abs=4)


def test_england_and_regions_are_the_sums_of_their_authorities(demo: Path) -> None:
    for path in sorted((demo / "ehcp").glob("*.csv.gz")):
        frame = pd.read_csv(path, dtype=str, keep_default_na=False)
        labels = [c for c in frame.columns if c.startswith(("breakdown", "character", "estab"))]
        first = list(frame.columns).index(labels[-1] if labels else "la_name") + 1
        columns = [
            c for c in frame.columns[first:] if "pc" not in c.lower() and not c.endswith("Rate")
        ]
        numbers = _counts(frame, columns)
        keys = [frame["time_period"], *(frame[c] for c in labels)]
        levels = {name: numbers[frame["geographic_level"] == name]
                  for name in frame["geographic_level"].unique()}  # fmt: skip
        sums = {
            name: part.groupby([k[part.index] for k in keys]).sum() for name, part in levels.items()
        }
        for level in ("Regional", "Local authority"):
            wide = sums[level].reindex(sums["National"].index, fill_value=0)
            assert (wide == sums["National"]).to_numpy().all(), (path.name, level)


@pytest.mark.parametrize("name", sorted(NEED_FILES))
def test_ages_placements_and_needs_of_every_place_add_up(demo: Path, name: str) -> None:
    placed_file, total_column, period = NEED_FILES[name]
    needs = _read(demo, name)
    needs = needs.assign(place=needs["region_code"] + needs["old_la_code"])
    numbers = _counts(needs, ["ehc_plans", *layouts.needs()])
    assert (numbers[layouts.needs()].sum(axis=1) == numbers["ehc_plans"]).all()
    leaf = ~needs["breakdown"].str.endswith("- total")
    by_topic = numbers[leaf].groupby([needs["breakdown_topic"], needs["place"]]).sum()
    totals = by_topic.loc[layouts.STOCK_TOPIC]
    for topic in (layouts.STOCK_AGE, layouts.PLACEMENT):
        assert (by_topic.loc[topic] == totals).to_numpy().all()
    placed = _read(demo, placed_file)
    placed = placed[placed["time_period"] == period]
    placed = placed.assign(place=placed["region_code"] + placed["old_la_code"])
    columns = [total_column, *layouts.placements()]
    counted = _counts(placed, columns)
    assert (counted[layouts.placements()].sum(axis=1) == counted[total_column]).all()
    sums = counted.groupby([placed["breakdown_topic"], placed["place"]]).sum()
    for topic in placed["breakdown_topic"].unique():
        assert (sums.loc[topic, total_column] == totals["ehc_plans"]).all()
    labels = dict(zip(layouts.placements(), layouts.placement_labels(), strict=True))
    first = sums.loc[placed["breakdown_topic"].iloc[0]]
    for column, label in labels.items():
        rows = needs[(needs["breakdown"] == label) & needs["breakdown_topic"].eq(layouts.PLACEMENT)]
        found = rows.set_index("place")["ehc_plans"].astype(int)
        assert (found.reindex(first.index, fill_value=0) == first[column]).all()


def test_subtotals_are_sums_and_ages_of_ceased_plans_add_up(demo: Path) -> None:
    caseload = _read(demo, "ehcp2025_caseload")
    special = [c for c in layouts.placements() if c.startswith("special_")]
    numbers = _counts(caseload, [*special, "special_total"])
    assert (numbers[special].sum(axis=1) == numbers["special_total"]).all()
    ceased = _read(demo, "ehcp2025_ceased_plans")
    ceased = ceased[(ceased["old_la_code"] == "999") & (ceased["time_period"] == "2024")]
    total = ceased["total_ceased"].astype(int)
    leaf = ~ceased["breakdown"].str.endswith("- total")
    assert total[leaf].groupby(ceased["breakdown_topic"]).sum().nunique() == 1


def test_the_two_releases_agree_where_they_overlap(demo: Path) -> None:
    new, old = _read(demo, "ehcp2025_caseload"), _read(demo, "ehcp2022_sen2_age_caseload")
    old = old[(old["characteristic_age"] == "Total") & (old["old_la_code"] != "")]
    new = new[(new["breakdown_topic"] == layouts.STOCK_TOPIC) & (new["old_la_code"] != "")]
    for year in (2019, 2020, 2021, 2022):
        then = old[old["time_period"] == str(year)].set_index("old_la_code")["Total_all"]
        period = f"{year - 1}{year % 100:02d}"
        now = new[new["time_period"] == period].set_index("old_la_code")["ehcplans"]
        assert then.sort_index().equals(now.sort_index().rename("Total_all"))


def test_statements_by_age_and_by_establishment_add_up_to_the_same(demo: Path) -> None:
    for flow, prefix in (("caseload", "Total"), ("new_plans", "Total_new")):
        ages = _read(demo, f"ehcp2022_sen2_age_{flow}")
        types = _read(demo, f"ehcp2022_sen2_estab_{flow}")
        ages = ages[ages["characteristic_age"] == "Total"]
        every = (types["establishment_type"] == "Total") & (types["establishment_group"] == "Total")
        keys = ["time_period", "region_code", "old_la_code"]
        columns = [f"{prefix}_{kind}" for kind in ("st", "ehc", "all")]
        by_age, by_type = (f.set_index(keys)[columns].sort_index() for f in (ages, types[every]))
        assert by_age.equals(by_type)


def test_englands_rows_look_like_englands(demo: Path) -> None:
    """Shares of settings by age are near those published (domain handbook 10.3)."""
    caseload = _read(demo, "ehcp2025_caseload")
    nation = caseload[
        (caseload["geographic_level"] == "National")
        & (caseload["time_period"] == "202425")
        & (caseload["breakdown_topic"] == layouts.STOCK_AGE)
    ].set_index("breakdown")
    for age, mainstream, special, college in (
        ("age 4", 69.9, 20.3, 0.0), ("age 8", 64.2, 30.8, 0.0), ("age 11", 51.2, 42.0, 0.0),
        ("age 16", 11.1, 24.6, 44.6), ("age 20", 1.1, 2.7, 65.0),
    ):  # fmt: skip
        columns = ["mainstream_total_pc", "special_total_pc", "fe_total_pc"]
        shares = nation.loc[age, columns].to_numpy(dtype=float)
        assert shares == pytest.approx([mainstream, special, college], abs=3)


def test_symbols_stand_where_england_has_them(demo: Path) -> None:
    assert _all_plans(demo, "202122")["placement_unknown"] == "x"
    assert _all_plans(demo, "202223")["placement_unknown"] != "x"
    assert _all_plans(demo, "202425")["await_prov_2022"] == "x"
    old = _read(demo, "ehcp2022_sen2_estab_caseload")
    statements = old[old["old_la_code"] == "999"].groupby("time_period")["Total_st"].unique()
    assert list(statements["2022"]) == ["z"]
    assert "z" not in list(statements["2010"])


def test_residents_of_small_areas_sum_to_the_district(demo: Path) -> None:
    small = _read(demo, "mye_lsoa11_2020_westmere")
    districts = _read(demo, "mye_ltla21_2020")
    district = districts[districts["ltla21_code"] == "E06000999"]
    ages = [str(a) for a in range(90)] + ["90+"]
    assert small[ages].astype(int).sum().tolist() == district[ages].astype(int).sum().tolist()


def test_small_areas_tile_the_land_once(demo: Path) -> None:
    shapes = gpd.read_file(demo / "geo" / "lsoa21_westmere.gpkg").to_crs("EPSG:27700")
    whole = shapes.union_all()
    assert bool(np.all(shapes.geometry.is_valid))
    assert shapes.area.sum() == pytest.approx(whole.area, rel=1e-4)
    assert whole.geom_type == "Polygon"
    east, north, far_east, far_north = whole.bounds
    assert east > 90_000
    assert far_east < 135_000
    assert north > 80_000
    assert far_north < 130_000
    change = _read(demo, "lookup_lsoa11_lsoa21_ltla22")
    assert change["lsoa21_code"].is_unique
    assert set(change["lsoa21_code"]) == set(shapes["lsoa21_code"])
    assert change["change_code"].value_counts().to_dict() == {"U": 194, "S": 6}


@pytest.mark.parametrize(
    "name", sorted(p.stem for p in Path(layouts.__file__).parent.glob("headers/*.csv"))
)
def test_headers_are_those_of_the_published_files(data: Path, name: str) -> None:
    known = {
        "gias": "schools/sample_gias_full_header_anonymised.csv",
        "school_census": "schools/spc_school_level_202223_england.csv.gz",
        "imd": "deprivation/imd2025_lsoa21_england.csv.gz",
        "neighbours": "finance_la/statistical_neighbours_2025_05.csv",
    }
    release = "2022" if name.startswith("sen2_") else "2025"
    path = data / known.get(name, f"ehcp/ehcp{release}_{name}.csv.gz")
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    assert text.decode("utf-8-sig").splitlines()[0].split(",") == layouts.header(name)


def test_no_place_school_code_or_postcode_is_real(demo: Path, data: Path) -> None:
    def real(name: str) -> pd.DataFrame:
        return pd.read_csv(data / name, dtype=str, keep_default_na=False)

    lookup = real("geo/lookup_lsoa21_msoa21_ward24_ltla24_england.csv.gz")
    older = real("geo/lookup_lsoa11_lsoa21_ltla22.csv.gz")
    hierarchy = real("geo/lookup_lad_la_hierarchy.csv")
    schools = real("schools/gias_open_20250524_england.csv.gz")
    towns = older["lsoa11_name"].str.replace(r"\s+\d{3}[A-Z]$", "", regex=True)
    names = [lookup["ward24_name"], lookup["ltla24_name"], hierarchy["lad_name"], towns]
    known = {name.lower() for column in [*names, hierarchy["la_name"]] for name in column}
    invented = {*NAMES, *COUNTY_DISTRICTS, *land.TOWNS, *land.WARDS, *REGIONS.values(), "Westmere"}
    assert {n for n in invented if n.lower() in known} == set()
    mine = _read(demo, "gias_full_westmere")
    assert not set(mine["URN"]) & set(schools["urn"])
    assert not set(mine["EstablishmentName"]) & set(schools["establishment_name"])
    codes = [lookup[c] for c in lookup if str(c).endswith(("_code", "_derived"))]
    real_codes = {code for column in [*codes, older["lsoa11_code"]] for code in column}
    real_codes |= {*hierarchy["old_la_code"], *hierarchy["lad_code"], *hierarchy["new_la_code"]}
    real_codes |= set(schools["la_code"])
    change = _read(demo, "lookup_lsoa11_lsoa21_ltla22")
    areas = _read(demo, "lookup_lsoa21_msoa21_ward24_ltla24")
    places = _read(demo, "lookup_lad_la_hierarchy")
    used = {*change["lsoa11_code"], *change["lsoa21_code"], *areas["ward24_code"]}
    used |= {*places["old_la_code"], *places["lad_code"], *places["new_la_code"]}
    used |= {*areas["msoa21_code_derived"], *REGIONS}
    assert not used & real_codes
    postcodes = _read(demo, "postcodes_westmere")["pcd"]
    assert postcodes.str.fullmatch(r"ZZ\d \d[A-Z]{2}").all()
    assert postcodes.is_unique
    assert set(mine["Postcode"]) <= set(postcodes)


def test_school_rolls_are_the_sums_of_their_ages(demo: Path) -> None:
    census = _read(demo, "spc_school_level_westmere")
    ages = [c for c in census.columns if " aged " in str(c)]
    total = census[ages].astype(int).sum(axis=1)
    assert (total == census["headcount of pupils"].astype(int)).all()
    register = _read(demo, "gias_full_westmere").set_index("URN")["NumberOfPupils"]
    assert (register.reindex(census["urn"]).to_numpy() == census["headcount of pupils"]).all()
    assert np.isin(["990001", "990003"], census["urn"]).all()
