"""Population: estimates, projections, cohorts, and small areas of two editions."""

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources import geography
from sufficiency.sources import population as pop
from sufficiency.sources.catalogue import recognise
from sufficiency.sources.cohorts import carry_forward, spread_over_lsoas, to_lsoa_2021

AGES = list(range(26))
HEADER = ",".join([*map(str, range(90)), "90+"])
EMPTY = pd.DataFrame({"year": [], "age": [], "persons": []})
HIERARCHY = pd.DataFrame(
    {
        "district": ["E07Z1", "E07Z2", "E06Z3", "E07Z0"],
        "district_name": ["North", "South", "Eastmere", "Old"],
        "authority": ["839", "839", "838", "839"],
        "authority_name": ["Westmere", "Westmere", "Eastmere", "Westmere"],
        "status": ["live", "live", "live", "terminated"],
    }
)
LOOKUP = pd.DataFrame(
    {
        "lsoa": ["E01Z1", "E01Z2"],
        "lsoa_name": ["North 001A", "South 001A"],
        "msoa": ["E02Z1", "E02Z2"],
        "ward": ["E05Z1", "E05Z2"],
        "ward_name": ["Quay", "Down"],
        "district": ["E07Z1", "E07Z2"],
        "district_name": ["North", "South"],
    }
)


def cells(table: pd.DataFrame, row: object, *columns: str) -> list[object]:
    return [table.at[row, column] for column in columns]  # pyright: ignore[reportArgumentType]


def checks(findings: Findings) -> set[str]:
    return {f.check for f in findings.items}


def estimate(code: str, name: str, year: int, persons: float) -> pd.DataFrame:
    return pd.DataFrame(
        {"code": code, "name": name, "year": year, "age": AGES, "persons": float(persons)}
    )


def small(code: str, persons: float, year: int = 2020, column: str = "lsoa11") -> pd.DataFrame:
    table = pd.DataFrame({column: code, "year": year, "age": AGES, "persons": float(persons)})
    return table.assign(source="made up")


def tables(**extra: pd.DataFrame) -> dict[str, pd.DataFrame]:
    districts = pd.concat(
        [
            estimate("E07Z1", "North", 2020, 10),
            estimate("E07Z2", "South", 2020, 20),
            estimate("E06Z3", "Eastmere", 2020, 7),
            estimate("W06Z4", "Gwent", 2020, 99),
        ]
    )
    base = {"mye_district": districts, "lookup_lad_la": HIERARCHY, "lookup_lsoa21": LOOKUP}
    return base | extra


def projection(code: str, year: int, ages: list[int], persons: float) -> pd.DataFrame:
    return pd.DataFrame({"code": code, "year": year, "age": ages, "persons": persons})


def test_a_year_on_everyone_is_a_year_older_and_births_are_held() -> None:
    latest = pd.Series([10.0 + age for age in AGES], index=AGES)
    ahead = carry_forward(latest, 2023, 2025, EMPTY)
    first = ahead[ahead["year"] == 2024].set_index("age")["persons"]
    assert first[0] == 10
    assert first[25] == 34  # aged 24 the year before
    second = ahead[ahead["year"] == 2025].set_index("age")["persons"]
    assert second[[0, 1, 2, 3]].tolist() == [10, 10, 10, 11]
    assert set(ahead["projected"]) == {"aged"}


def test_a_projection_is_kept_as_published_and_aged_past_its_end() -> None:
    latest = pd.Series(100.0, index=AGES)
    known = pd.DataFrame({"year": [2024, 2024], "age": [3, 4], "persons": [50.5, 60.5]})
    ahead = carry_forward(latest, 2023, 2025, known).set_index(["year", "age"])
    assert cells(ahead, (2024, 3), "persons", "projected") == [50.5, "projection"]
    assert cells(ahead, (2024, 5), "persons", "projected") == [100.0, "aged"]
    assert cells(ahead, (2025, 4), "persons", "projected") == [50.5, "aged"]
    assert ahead.loc[(2025, 5), "persons"] == 60.5


def test_unchanged_merged_split_and_complex_areas() -> None:
    change = pd.DataFrame(
        [
            ("A", "a", "U"),
            ("B", "bc", "M"),
            ("C", "bc", "M"),
            ("D", "d1", "S"),
            ("D", "d2", "S"),
            ("E", "e1", "X"),
            ("E", "f", "X"),
            ("F", "f", "X"),
        ],
        columns=["lsoa11", "lsoa", "change"],
    )
    people = pd.concat([small(code, n) for code, n in zip("ABCDEF", range(1, 7), strict=True)])
    found = to_lsoa_2021(people, change, None)
    age9 = found[found["age"] == 9].set_index("lsoa")["persons"].to_dict()
    assert age9 == {"a": 1, "bc": 5, "d1": 2, "d2": 2, "e1": 2.5, "f": 8.5}


def test_a_split_follows_the_census_of_that_age_group() -> None:
    change = pd.DataFrame(
        [("D", "d1", "S"), ("D", "d2", "S")], columns=["lsoa11", "lsoa", "change"]
    )
    census = pd.DataFrame(
        {
            "lsoa": ["d1", "d2", "d1", "d2"],
            "age_from": [0, 0, 16, 16],
            "age_to": [15, 15, 24, 24],
            "persons": [30.0, 10.0, 0.0, 0.0],
        }
    )
    found = to_lsoa_2021(small("D", 8), change, census).set_index(["lsoa", "age"])["persons"]
    assert (found[("d1", 15)], found[("d2", 15)]) == (6, 2)
    # nobody of 16 to 24 in either, and no census of 25: evenly
    assert (found[("d1", 16)], found[("d2", 25)]) == (4, 4)


@settings(deadline=None, max_examples=25)
@given(
    links=st.lists(
        st.tuples(st.sampled_from("ABCD"), st.sampled_from("wxyz"), st.sampled_from("USMX")),
        min_size=1,
        max_size=10,
    ),
    weights=st.lists(st.floats(0, 500), min_size=4, max_size=4),
)
def test_nobody_is_lost_between_editions_of_lsoas(
    links: list[tuple[str, str, str]], weights: list[float]
) -> None:
    change = pd.DataFrame(links, columns=["lsoa11", "lsoa", "change"])
    people = pd.concat([small(code, 3.0) for code in sorted({link[0] for link in links})])
    census = pd.DataFrame({"lsoa": list("wxyz"), "age_from": 0, "age_to": 15, "persons": weights})
    for table in (None, census):
        found = to_lsoa_2021(people, change, table)
        assert found["persons"].sum() == pytest.approx(people["persons"].sum())
        assert not found.duplicated(["lsoa", "year", "age"]).any()


def test_an_authority_is_shared_over_its_lsoas_by_census_or_evenly() -> None:
    own = pd.DataFrame({"year": 2023, "age": [4, 18], "persons": [8.0, 6.0]})
    lsoas = pd.Series(["a", "b"])
    census = pd.DataFrame(
        {"lsoa": ["a", "b"], "age_from": [0, 0], "age_to": [15, 15], "persons": [3.0, 1.0]}
    )
    shared = spread_over_lsoas(own, lsoas, census).set_index(["lsoa", "age"])["persons"]
    assert shared.to_dict() == {("a", 4): 6, ("b", 4): 2, ("a", 18): 3, ("b", 18): 3}
    even = spread_over_lsoas(own, lsoas, None)
    assert even["persons"].tolist() == [4, 4, 3, 3]


def test_districts_are_added_up_to_authorities_and_wales_is_left_out() -> None:
    table = pop.population(tables(), "839", 2020, Findings())
    observed = table[table["area_type"] == "authority"]
    assert set(observed["area"]) == {"839", "838"}
    assert set(observed.loc[observed["area"] == "839", "persons"]) == {30.0}


def test_a_year_with_only_some_districts_is_left_out_with_a_warning() -> None:
    districts = pd.concat([tables()["mye_district"], estimate("E07Z1", "North", 2023, 10)])
    findings = Findings()
    table = pop.population(tables(mye_district=districts), "839", 2021, findings)
    own = table[table["area"] == "839"]
    assert own.loc[own["projected"] == "observed", "year"].unique().tolist() == [2020]
    assert "population_of_some_districts" in checks(findings)


def test_a_year_of_abolished_districts_is_kept() -> None:
    districts = pd.concat([tables()["mye_district"], estimate("E07Z0", "Old", 2010, 25)])
    table = pop.population(tables(mye_district=districts), "839", 2020, Findings())
    assert set(table.loc[(table["area"] == "839") & (table["year"] == 2010), "persons"]) == {25.0}


def test_without_a_projection_the_estimate_is_aged_with_a_warning() -> None:
    findings = Findings()
    table = pop.population(tables(), "839", 2022, findings)
    own = table[(table["area"] == "839") & (table["year"] > 2020)]
    assert set(own["projected"]) == {"aged"}
    assert len(own) == 2 * 26
    assert not table[(table["area"] == "838")]["year"].gt(2020).any()
    assert next(f for f in findings.items if f.check == "population_aged").severity == "warns"


def test_a_projection_of_every_district_is_used_and_its_level_reported() -> None:
    both = pd.concat(
        [projection(c, y, AGES, 16.5) for c in ("E07Z1", "E07Z2") for y in (2020, 2021)]
    )
    findings = Findings()
    table = pop.population(tables(snpp=both), "839", 2021, findings)
    ahead = table[(table["area"] == "839") & (table["year"] == 2021)]
    assert set(ahead["persons"]) == {33.0}
    assert set(ahead["projected"]) == {"projection"}
    level = next(f for f in findings.items if f.check == "projection_level")
    assert "+10.0%" in level.message  # 33 against 30
    assert "population_aged" not in checks(findings)


def test_a_projection_of_some_districts_is_not_used() -> None:
    findings = Findings()
    one = projection("E07Z1", 2021, AGES, 16.5)
    table = pop.population(tables(snpp=one), "839", 2021, findings)
    assert "projection" not in set(table["projected"])
    assert {"projection_of_some_districts", "population_aged"} <= checks(findings)


def test_ages_that_the_projection_lacks_are_aged_and_said() -> None:
    both = pd.concat([projection(c, 2021, AGES[3:], 5.0) for c in ("E07Z1", "E07Z2")])
    findings = Findings()
    table = pop.population(tables(snpp=both), "839", 2021, findings)
    ahead = table[(table["area"] == "839") & (table["year"] == 2021)].set_index("age")
    assert ahead.loc[[0, 1, 2], "projected"].tolist() == ["aged"] * 3
    assert ahead.loc[2, "persons"] == 30.0
    partly = next(f for f in findings.items if f.check == "population_partly_aged")
    assert partly.count == 3


def test_latest_small_areas_on_2021_boundaries_are_given() -> None:
    change = pd.DataFrame(
        {"lsoa11": ["A", "B"], "lsoa11_name": "x", "lsoa": ["E01Z1", "E01Z2"], "change": "U"}
    )
    older = pd.concat([small(c, n, y) for c, n in (("A", 4), ("B", 6)) for y in (2019, 2020)])
    older = older.rename(columns={"lsoa11": "code"}).drop(columns="source")
    table = pop.population(
        tables(mye_lsoa11=older, lookup_lsoa11_lsoa21=change), "839", 2020, Findings()
    )
    lsoas = table[table["area_type"] == "lsoa"]
    assert lsoas["year"].unique().tolist() == [2020]
    assert lsoas.groupby("area")["persons"].sum().to_dict() == {"E01Z1": 104, "E01Z2": 156}


def test_without_small_area_estimates_residents_are_shared_with_a_warning() -> None:
    findings = Findings()
    table = pop.population(tables(), "839", 2020, findings)
    lsoas = table[table["area_type"] == "lsoa"]
    assert set(lsoas["persons"]) == {15.0}
    assert "no_small_area_population" in checks(findings)


@pytest.mark.parametrize("given_tables", [{}, {"lookup_lad_la": HIERARCHY}, tables()])
def test_an_authority_without_estimates_blocks(given_tables: dict[str, pd.DataFrame]) -> None:
    findings = Findings()
    assert pop.population(given_tables, "777", 2025, findings).empty
    assert [f.check for f in findings.blocking] == ["no_population"]


@pytest.mark.parametrize(
    ("name", "year"),
    [
        ("mye_ltla20_2019_ew.csv.gz", 2019),
        ("mye_lad_syoa_mid2023_uk.csv.gz", 2023),
        ("mid-2022 on 2023 boundaries.csv", 2022),
    ],
)
def test_the_mid_year_is_read_from_the_name(name: str, year: int) -> None:
    assert pop.mid_year(name) == year


@pytest.mark.parametrize("name", ["estimates.csv", "mye_2019_2020.csv"])
def test_a_name_without_one_year_is_refused_with_what_to_do(name: str) -> None:
    with pytest.raises(SourceError, match="for example mid2023"):
        pop.mid_year(name)


def test_a_symbol_in_an_estimate_blocks_and_is_never_zero(tmp_path: Path) -> None:
    path = tmp_path / "mye_mid2023.csv"
    rows = [",".join(["E07Z1", "North", *["1,000" if n == -1 else "5"] * 91]) for n in (0, 1)]
    rows[1] = rows[1].replace("North,5", "North,c", 1)
    path.write_text("\n".join([f"code,name,{HEADER}", *rows]), encoding="utf-8")
    layout = recognise(path)
    assert layout is not None
    assert layout.name == "mye_district"
    findings = Findings()
    table = layout.read(path, findings)
    assert len(table) == 2 * 26 - 1
    assert [(f.check, f.row, f.column, f.severity) for f in findings.items] == [
        ("population_unread", 3, "0", "blocks")
    ]


def test_an_estimate_without_single_years_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "mye_mid2023.csv"
    path.write_text("code,name,0,90+\nE07Z1,North,5,5", encoding="utf-8")
    with pytest.raises(SourceError, match="single year of age"):
        pop.read_estimates(path, Findings())


def test_males_and_females_are_added_and_totals_left_out(tmp_path: Path) -> None:
    path = tmp_path / "snpp.csv"
    path.write_text(
        "AREA_CODE,AREA_NAME,COMPONENT,SEX,AGE_GROUP,2022,2023\n"
        "E06Z1,A,Population,males,4,10,\n"
        "E06Z1,A,Population,females,4,12,13.5\n"
        "E06Z1,A,Births,females,4,99,99\n"
        "E06Z1,A,Population,females,All ages,99,99\n"
        "E06Z1,A,Population,females,90 and over,99,99\n",
        encoding="utf-8",
    )
    table = pop.read_projection(path, Findings())
    assert table.values.tolist() == [["E06Z1", 2022, 4, 22.0], ["E06Z1", 2023, 4, 13.5]]


@pytest.fixture(scope="module")
def real(data: Path) -> dict[str, pd.DataFrame]:
    folder, geo, findings = data / "population", data / "geo", Findings()
    read: dict[str, list[pd.DataFrame]] = {}
    for path in sorted(folder.iterdir()):
        layout = recognise(path)
        assert layout is not None, path.name
        read.setdefault(layout.name, []).append(layout.read(path, findings))
    assert findings.items == []
    tables = {name: pd.concat(parts, ignore_index=True) for name, parts in read.items()}
    assert {name: len(parts) for name, parts in read.items()} == {
        "census2021_lsoa21": 1,
        "mye_district": 3,
        "mye_lsoa11": 3,
        "snpp": 1,
    }
    return tables | {
        "lookup_lsoa21": geography.read_lookup(
            geo / "lookup_lsoa21_msoa21_ward24_ltla24_england.csv.gz", findings
        ),
        "lookup_lsoa11_lsoa21": geography.read_lsoa_change(
            geo / "lookup_lsoa11_lsoa21_ltla22.csv.gz", findings
        ),
        "lookup_lad_la": geography.read_hierarchy(geo / "lookup_lad_la_hierarchy.csv", findings),
    }


def test_bcp_has_its_projection_from_age_three(real: dict[str, pd.DataFrame]) -> None:
    findings = Findings()
    table = pop.population(real, "839", 2036, findings)
    own = table[table["area"] == "839"].set_index(["year", "age"])
    # the published row of age 4: 2025 and 2036
    assert own.loc[(2025, 4), "persons"] == 3779.373
    assert cells(own, (2036, 4), "persons", "projected") == [3302.462, "projection"]
    assert set(own.loc[own["projected"] == "aged"].index.get_level_values("age")) == {0, 1, 2}
    assert checks(findings) == {"population_partly_aged", "projection_level"}
    assert table.loc[table["area_type"] == "lsoa", "area"].nunique() == 240


@pytest.mark.parametrize("authority", ["839", "838", "850", "851"])
def test_small_areas_of_2020_sum_to_the_districts_of_2020(
    real: dict[str, pd.DataFrame], authority: str
) -> None:
    table = pop.population(real, authority, 2023, Findings())
    lsoas = table[table["area_type"] == "lsoa"].groupby("age")["persons"].sum()
    own = table[(table["area"] == authority) & (table["year"] == 2020)].set_index("age")
    assert lsoas.tolist() == pytest.approx(own["persons"].tolist())


def test_every_authority_of_2023_has_an_estimate(real: dict[str, pd.DataFrame]) -> None:
    findings = Findings()
    table = pop.population(real, "850", 2023, findings)
    by_year = table[table["area_type"] == "authority"].groupby("year")["area"].nunique()
    assert by_year[2023] == 153
    assert "district_without_authority" not in checks(findings)
    # Hampshire: eleven districts, all there in each of the three editions
    own = table[(table["area"] == "850") & (table["projected"] == "observed")]
    assert own["year"].unique().tolist() == [2019, 2020, 2023]


@pytest.mark.parametrize("cell", ["", "-4", "many", "inf"])
def test_an_estimate_that_is_no_number_blocks_with_its_row_and_column(
    tmp_path: Path, cell: str
) -> None:
    good = ["5"] * 91
    bad = [*good[:7], cell, *good[8:]]
    lines = [
        f"code,name,{HEADER}",
        "E07Z1,North," + ",".join(good),
        "E07Z2,South," + ",".join(bad),
    ]
    path = tmp_path / "mid2020.csv"
    path.write_text("\n".join(lines))
    findings = Findings()
    districts = pop.read_estimates(path, findings)
    ahead = pd.concat(
        projection(code, y, AGES, 5) for code in ("E07Z1", "E07Z2") for y in (2020, 2021)
    )
    made = pop.population(tables(mye_district=districts, snpp=ahead), "839", 2021, findings)
    [finding] = findings.blocking
    assert (finding.source, finding.row, finding.column) == ("mid2020.csv", 3, "7")
    assert "not a number of persons" in finding.message
    assert len(made)


def test_an_age_without_an_estimate_anywhere_still_gives_a_report() -> None:
    districts = tables()["mye_district"]
    gap = districts[districts["age"] != 7]
    ahead = pd.concat(projection(c, 2020, AGES, 5) for c in ("E07Z1", "E07Z2"))
    findings = Findings()
    pop.population(tables(mye_district=gap, snpp=ahead), "839", 2021, findings)
    assert "projection_level" in checks(findings)
