"""Geography: look-ups of several vintages, former districts, positions and polygons."""

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.sources import geography
from sufficiency.sources.catalogue import recognise
from sufficiency.sources.roles import Role, match_roles

LOOKUP = pd.DataFrame(
    {
        "lsoa": ["E01Z1", "E01Z2", "E01Z3", "E01Z4"],
        "lsoa_name": ["Wide Mere 001A", "Wide Mere 001B", "Wide Mere 002A", "Eastmere 001A"],
        "msoa": ["E02Z1", "E02Z1", "E02Z2", "E02Z9"],
        "ward": ["E05Z1", "E05Z1", "E05Z2", "E05Z9"],
        "ward_name": ["Quay", "Quay", "Down", "Hill"],
        "district": ["E06Z1", "E06Z1", "E06Z1", "E06Z2"],
        "district_name": ["Wide Mere", "Wide Mere", "Wide Mere", "Eastmere"],
    }
)
HIERARCHY = pd.DataFrame(
    {
        "district": ["E06Z1", "E06Z2", "E06Z8"],
        "district_name": ["Wide Mere", "Eastmere", "Norham"],
        "authority": ["839", "838", "837"],
        "authority_name": ["Wide Mere", "Eastmere", "Norham"],
        "status": ["live", "live", "terminated"],
    }
)
CHANGE = pd.DataFrame(
    {
        "lsoa11": ["E01A1", "E01A2", "E01A3", "E01A4"],
        "lsoa11_name": ["Norham 001A", "Norham 001B", "Sea Town 002A", "Wide Mere 003A"],
        "lsoa": ["E01Z1", "E01Z2", "E01Z2", "E01Z3"],
        "change": ["U", "M", "M", "U"],
    }
)
TABLES = {"lookup_lsoa21": LOOKUP, "lookup_lad_la": HIERARCHY, "lookup_lsoa11_lsoa21": CHANGE}


def cells(table: pd.DataFrame, row: object, *columns: str) -> list[object]:
    return [table.at[row, column] for column in columns]  # pyright: ignore[reportArgumentType]


def write(path: Path, *lines: str) -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    "header",
    [
        "lsoa21_code,lsoa21_name,ward24_code,ward24_name,ltla24_code,ltla24_name,"
        "msoa21_code_derived",
        "LSOA21CD,LSOA21NM,WD27CD,WD27NM,LAD27CD,LAD27NM,MSOA21CD",
    ],
)
def test_look_ups_of_any_vintage_are_recognised_and_read(tmp_path: Path, header: str) -> None:
    path = write(tmp_path / "a.csv", header, "E01Z1,Mere 001A,E05Z1,Quay,E06Z1,Mere,E02Z1")
    layout = recognise(path)
    assert layout is not None
    assert layout.name == "lookup_lsoa21"
    row = layout.read(path, Findings()).iloc[0]
    assert row[["lsoa", "ward", "district", "msoa"]].tolist() == [
        "E01Z1", "E05Z1", "E06Z1", "E02Z1",
    ]  # fmt: skip


def test_without_an_msoa_column_the_name_stands_for_it(tmp_path: Path) -> None:
    header = "LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM"
    path = write(tmp_path / "a.csv", header, "E01Z1,Mere 001A,E05Z1,Quay,E06Z1,Mere")
    assert geography.read_lookup(path, Findings())["msoa"].tolist() == ["Mere 001"]


def test_two_vintages_in_one_file_are_refused(tmp_path: Path) -> None:
    header = "LSOA21CD,LSOA21NM,WD24CD,WD25CD,WD24NM,LAD24CD,LAD24NM"
    path = write(tmp_path / "a.csv", header, "E01Z1,Mere 001A,E05Z1,E05Z1,Quay,E06Z1,Mere")
    with pytest.raises(SourceError, match="ward code could be any of WD24CD, WD25CD"):
        geography.read_lookup(path, Findings())


def test_a_role_takes_its_best_pattern_first() -> None:
    role = Role("code", ("best", "worse"))
    assert match_roles(["worse", "BEST"], (role,), "a.csv") == {"code": "BEST"}


def test_repeated_lsoas_are_reported(tmp_path: Path) -> None:
    header = "LSOA21CD,LSOA21NM,WD24CD,WD24NM,LAD24CD,LAD24NM"
    row = "E01Z1,Mere 001A,E05Z{},Quay,E06Z1,Mere"
    findings = Findings()
    path = write(tmp_path / "a.csv", header, row.format(1), row.format(2))
    assert geography.read_lookup(path, findings)["ward"].tolist() == ["E05Z1"]
    assert [(f.check, f.count) for f in findings.items] == [("lsoa_repeated", 1)]


def test_only_the_authoritys_lsoas_are_given_with_their_former_district() -> None:
    areas = geography.small_areas(TABLES, "839", Findings())
    assert areas["lsoa"].tolist() == ["E01Z1", "E01Z2", "E01Z3"]
    # E01Z2 was merged from Norham and Sea Town: the lower code of 2011 decides
    assert areas["former_district"].tolist() == ["Norham", "Norham", "Wide Mere"]


@settings(deadline=None, max_examples=10)
@given(order=st.permutations(range(4)))
def test_former_district_does_not_depend_on_the_order_of_rows(order: list[int]) -> None:
    shuffled = TABLES | {"lookup_lsoa11_lsoa21": CHANGE.iloc[order]}
    pd.testing.assert_frame_equal(
        geography.small_areas(shuffled, "839", Findings()),
        geography.small_areas(TABLES, "839", Findings()),
    )


def test_an_area_that_still_bears_a_districts_name_stays_in_it() -> None:
    change = CHANGE.assign(lsoa11_name=["Norham 001A", "Norham 001B", "Wide Mere 1", "Sea 1"])
    change.loc[2, "lsoa11_name"] = "Wide Mere 002A"
    areas = geography.small_areas(TABLES | {"lookup_lsoa11_lsoa21": change}, "839", Findings())
    assert areas.loc[1, "former_district"] == "Wide Mere"


def test_without_2011_areas_todays_district_stands_and_a_warning_is_given() -> None:
    findings = Findings()
    tables = {k: v for k, v in TABLES.items() if k != "lookup_lsoa11_lsoa21"}
    areas = geography.small_areas(tables, "839", findings)
    assert set(areas["former_district"]) == {"Wide Mere"}
    assert "former_district_unknown" in [f.check for f in findings.items]
    other = TABLES | {"lookup_lsoa11_lsoa21": CHANGE.assign(lsoa="E01Z99")}
    assert set(geography.small_areas(other, "839", Findings())["former_district"]) == {"Wide Mere"}


def test_positions_are_postcode_means_else_inside_the_polygon() -> None:
    means = pd.DataFrame({"lsoa": ["E01Z1"], "easting": [5.0], "northing": [6.0]})
    polygons = gpd.GeoDataFrame(
        {"lsoa": ["E01Z1", "E01Z2"]},
        geometry=[box(0, 0, 10, 10), box(100, 100, 200, 200)],
        crs="EPSG:27700",
    )
    findings = Findings()
    tables = TABLES | {"lsoa21_centroids": means, "lsoa21_polygons": polygons}
    areas = geography.small_areas(tables, "839", findings).set_index("lsoa")
    assert cells(areas, "E01Z1", "easting", "northing") == [5.0, 6.0]
    assert cells(areas, "E01Z2", "easting", "northing") == [150.0, 150.0]
    found = [(f.check, f.count) for f in findings.items if f.check != "lsoa_code_unlike"]
    assert found == [("lsoa_without_position", 1)]


@pytest.mark.parametrize("tables", [TABLES, {}, {"lookup_lsoa21": LOOKUP}])
def test_an_authority_without_small_areas_blocks(tables: dict[str, pd.DataFrame]) -> None:
    findings = Findings()
    assert geography.small_areas(tables, "777", findings).empty
    assert [f.check for f in findings.blocking] == ["no_small_areas"]


def test_a_district_the_hierarchy_lacks_is_found_by_its_authoritys_name_or_reported() -> None:
    districts = pd.DataFrame(
        {
            "district": ["E06Z1", "E06001", "E06002", "E10003", "W06004"],
            "district_name": ["Wide Mere", "Norham", "Nowhere", "Eastmere", "Gwent"],
        }
    )
    findings = Findings()
    found = geography.district_authorities(districts, TABLES, findings)
    assert found.tolist() == ["839", "837", "", "", ""]
    assert [(f.check, f.count) for f in findings.items] == [("district_without_authority", 1)]


def test_polygons_in_degrees_come_out_on_the_national_grid(tmp_path: Path) -> None:
    path = tmp_path / "areas.gpkg"
    square = gpd.GeoDataFrame(
        {"LSOA21CD": ["E01Z1", "E01Z2"], "LSOA21NM": ["a", "b"]},
        geometry=[box(400000, 90000, 401000, 91000), box(401000, 90000, 402000, 91000)],
        crs="EPSG:27700",
    )
    square.to_crs("EPSG:4326").to_file(path)
    layout = recognise(path)
    assert layout is not None
    assert layout.name == "lsoa21_polygons"
    shapes = geography.read_polygons(path, Findings())
    assert shapes.crs == "EPSG:27700"
    assert shapes.area.tolist() == pytest.approx([1e6, 1e6], rel=1e-3)
    assert geography.lsoa_shapes(path, ["E01Z2", "it's"])["lsoa"].tolist() == ["E01Z2"]


def test_a_damaged_geopackage_is_said_plainly(tmp_path: Path) -> None:
    path = tmp_path / "areas.gpkg"
    path.write_bytes(b"not a geopackage")
    with pytest.raises(SourceError, match="GeoPackage"):
        geography.read_polygons(path, Findings())


@pytest.fixture(scope="module")
def real(data: Path) -> dict[str, pd.DataFrame]:
    geo, findings = data / "geo", Findings()
    tables: dict[str, pd.DataFrame] = {
        "lookup_lsoa21": geography.read_lookup(
            geo / "lookup_lsoa21_msoa21_ward24_ltla24_england.csv.gz", findings
        ),
        "lookup_lsoa11_lsoa21": geography.read_lsoa_change(
            geo / "lookup_lsoa11_lsoa21_ltla22.csv.gz", findings
        ),
        "lookup_lad_la": geography.read_hierarchy(geo / "lookup_lad_la_hierarchy.csv", findings),
        "lsoa21_centroids": geography.read_centroids(
            geo / "lsoa21_postcode_centroids_derived.csv", findings
        ),
        "lsoa21_polygons": geography.read_polygons(
            geo / "lsoa21_bcp_and_neighbours.gpkg", findings
        ),
    }
    assert findings.items == []
    return tables


@pytest.mark.parametrize(
    ("authority", "lsoas", "districts"), [("839", 240, 3), ("838", 223, 5), ("850", 865, 11),
                                          ("851", 125, 1)]
)  # fmt: skip
def test_real_authorities_have_their_lsoas_and_former_districts(
    real: dict[str, pd.DataFrame], authority: str, lsoas: int, districts: int
) -> None:
    findings = Findings()
    areas = geography.small_areas(real, authority, findings)
    assert (len(areas), areas["former_district"].nunique()) == (lsoas, districts)
    assert findings.items == []
    assert areas["easting"].notna().all()


def test_bcp_has_its_three_towns_wards_and_msoas(real: dict[str, pd.DataFrame]) -> None:
    areas = geography.small_areas(real, "839", Findings())
    assert areas["former_district"].value_counts().to_dict() == {
        "Bournemouth": 114,
        "Poole": 95,
        "Christchurch": 31,
    }
    assert (areas["ward"].nunique(), areas["msoa"].nunique()) == (33, 48)


def test_every_lsoa_of_england_is_in_an_education_authority(
    real: dict[str, pd.DataFrame],
) -> None:
    lookup = real["lookup_lsoa21"]
    authority = geography.district_authorities(lookup, real)
    assert (authority != "").all()
    # North Yorkshire is not in the hierarchy under its code of 2023
    assert set(authority[lookup["district"] == "E06000065"]) == {"815"}


def test_positions_lie_near_their_polygons(real: dict[str, pd.DataFrame]) -> None:
    areas = geography.small_areas(real, "839", Findings()).set_index("lsoa")
    polygons = gpd.GeoDataFrame(real["lsoa21_polygons"]).set_index("lsoa").loc[areas.index]
    where = gpd.GeoSeries.from_xy(areas["easting"], areas["northing"], crs=polygons.crs)
    # boundaries are coarsely generalised, so a mean may lie a little over the border
    assert polygons.geometry.distance(where).max() < 250


def _town(codes: list[str]) -> pd.DataFrame:
    names = [f"North 00{n}A" for n in range(len(codes))]
    rows = pd.DataFrame({"lsoa": codes, "lsoa_name": names, "district_name": "North"})
    return rows.assign(msoa="E02Z1", ward="E05Z1", ward_name="Quay", district="E06Z1")


def test_a_code_that_is_no_small_areas_is_named_with_its_row() -> None:
    lookup = _town(["E01Z00001", "E01Z0002"])
    findings = Findings()
    geography.small_areas(TABLES | {"lookup_lsoa21": lookup}, "839", findings)
    [wrong] = [f for f in findings.items if f.check == "lsoa_code_unlike"]
    assert (wrong.severity, wrong.row, wrong.count) == ("warns", 3, 1)
    assert "E01Z0002" in wrong.message


def test_an_area_that_the_lookup_lost_is_told_from_a_neighbour_over_the_border() -> None:
    hole = box(10, 10, 20, 20)
    shapes = gpd.GeoDataFrame(
        {"lsoa": ["E01Z00001", "E01Z00002", "E01Z00003"]},
        geometry=[box(0, 0, 30, 30).difference(hole), hole, box(30, 0, 60, 30)],
        crs="EPSG:27700",
    )
    tables = TABLES | {"lookup_lsoa21": _town(["E01Z00001"]), "lsoa21_polygons": shapes}
    geography.small_areas(tables, "839", findings := Findings())
    [lost] = [f for f in findings.items if f.check == "lsoa_not_in_lookup"]
    assert (lost.severity, lost.count) == ("warns", 1)
    assert "E01Z00002" in lost.message
