import re

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from sufficiency.errors import SufficiencyError
from sufficiency.reports import maps, picture
from sufficiency.reports.charts import (
    NOT_CONFIRMED,
    demand_and_places,
    demand_by_need_group,
    demand_total,
)
from sufficiency.reports.maps import locality_map, step_of
from sufficiency.reports.picture import Picture, contrast

DEMAND = pd.DataFrame(
    {
        "year": [2025, 2026, 2027],
        "p10": [100.0, 104.6, 105.0],
        "p50": [100.0, 110.4, 120.0],
        "p90": [100.0, 116.0, 1135.0],
    }
)
HISTORY = pd.DataFrame({"year": [2023, 2025], "plans": [80, 100]})
PLACES = pd.DataFrame(
    {"year": [2025, 2026, 2027], "places": pd.array([90, 90, None], dtype="Int32")}
)


def special(*, assumed: bool = False, places: pd.DataFrame | None = PLACES) -> Picture:
    return demand_and_places(DEMAND, "special", places, HISTORY, assumed=assumed)


def labels(drawing: Picture) -> list[str]:
    return [text.get_text() for text in drawing.figure.legends[0].get_texts()]


def test_contrast_is_21_for_black_on_white_and_1_for_white_on_white() -> None:
    assert contrast("#000000") == pytest.approx(21)
    assert contrast("#ffffff") == pytest.approx(1)


@pytest.mark.parametrize("name", ["INK", "DEMAND", "BAND_EDGE", "PLACES", "HISTORY"], ids=str.lower)
def test_every_line_stands_out_three_to_one_from_white(name: str) -> None:
    assert contrast(getattr(picture, name)) >= 3


@pytest.mark.parametrize("name", ["DEMAND", "PLACES", "BAND_EDGE"], ids=str.lower)
def test_words_and_lines_on_the_band_stand_out(name: str) -> None:
    least = 3 if name != "BAND_EDGE" else 2.5
    assert contrast(getattr(picture, name), picture.BAND) >= least


def test_outlines_on_a_map_stand_out_three_to_one_from_every_shade() -> None:
    shades = (*maps.FALLS, *maps.RISES, maps.STEADY, maps.UNKNOWN)
    assert min(contrast(picture.INK, shade) for shade in shades) >= 3


def test_alt_text_is_built_from_the_numbers_drawn() -> None:
    assert special().alt == (
        "Special school. Recorded plans go from 80 in January 2023 to 100 in January 2025. Demand "
        "goes from 100 in January 2025 to 120 in January 2027; in 8 of 10 futures it is then "
        "between 105 and 1,135. Places for residents: 90 throughout."
    )


def test_the_table_under_a_chart_keeps_not_known_apart_from_not_applicable() -> None:
    table = special().table.set_index("January census")
    assert list(table.columns) == [
        "Recorded",
        "Demand, middle",
        "1 in 10 lower",
        "1 in 10 higher",
        "Places for residents",
    ]
    assert list(table.loc["2023"]) == ["80", *["not applicable"] * 4]
    assert list(table.loc["2026"]) == ["not applicable", "110", "105", "116", "90"]
    assert list(table.loc["2027"]) == ["not applicable", "120", "105", "1,135", "not known"]


def test_places_not_confirmed_draw_no_line_and_give_no_number() -> None:
    drawing = special(assumed=True)
    assert labels(drawing) == ["Recorded", "8 in 10 futures (P10 to P90)", "Demand, middle (P50)"]
    assert drawing.alt.endswith(f"{NOT_CONFIRMED}.")
    assert drawing.note.startswith(NOT_CONFIRMED)
    assert "90" not in drawing.alt
    assert list(drawing.table.columns)[-1] == "1 in 10 higher"
    assert "Places for residents" in labels(special())


def test_unknown_places_draw_no_line_and_are_said_to_be_unknown() -> None:
    unknown = PLACES.assign(places=pd.array([None] * 3, dtype="Int32"))
    drawing = special(places=unknown)
    assert labels(drawing) == ["Recorded", "8 in 10 futures (P10 to P90)", "Demand, middle (P50)"]
    assert drawing.alt.endswith("Places are not known.")
    assert set(drawing.table["Places for residents"]) == {"not applicable", "not known"}


def test_a_provision_without_a_capacity_gap_says_nothing_of_places() -> None:
    drawing = demand_and_places(DEMAND, "independent_special")
    assert "laces" not in drawing.alt + drawing.title + " ".join(drawing.table.columns)


def test_a_chart_refuses_two_rows_for_a_year() -> None:
    with pytest.raises(SufficiencyError, match="one row of demand a year"):
        demand_total(pd.concat([DEMAND, DEMAND]), "Westmere")


def test_need_groups_stand_in_the_order_of_the_terms_with_both_years() -> None:
    rows = pd.DataFrame(
        [
            (group, year, mean, 0.9 * mean, 1.1 * mean)
            for group, now, later in (("SEMH", 50.0, 80.0), ("AUTCOM", 60.0, 55.4))
            for year, mean in ((2025, now), (2030, later))
        ],
        columns=["need_group", "year", "mean", "p10", "p90"],
    )
    drawing = demand_by_need_group(rows, 2025, 2030)
    assert drawing.table.iloc[0].tolist() == ["Autism and communication", "60", "55", "50", "61"]
    assert drawing.table["January 2030"].tolist() == ["55", "80"]
    with pytest.raises(SufficiencyError, match="January 2031"):
        demand_by_need_group(rows, 2025, 2031)


def test_no_words_in_a_drawing_are_smaller_than_11_points(shapes: gpd.GeoDataFrame) -> None:
    values = pd.DataFrame({"locality": shapes["locality"], "value": [3.0, -2.0, None]})
    for drawing in (special(), locality_map(shapes, values, title="Change", unit="plans")):
        svg = drawing.svg("one")
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: ?([\d.]+)px", svg)]
        assert sizes
        assert min(sizes) >= 11


def test_the_same_chart_gives_the_same_bytes() -> None:
    assert special().svg("one") == special().svg("one")
    assert special().png() == special().png()


def test_a_png_fits_in_the_metadata_of_a_run() -> None:
    data = special().png()
    assert data.startswith(b"\x89PNG")
    assert len(data) < 25_000


def test_svg_is_inline_with_text_as_text_and_ids_of_its_own() -> None:
    svg = special().svg("one")
    assert svg.startswith("<svg ")
    assert "<metadata" not in svg
    assert "<text" in svg
    ids = re.findall(r' id="([^"]+)"', svg)
    assert ids
    assert all(name.startswith("one-") for name in ids)
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', svg))
    assert {a or b for a, b in used} <= set(ids)


def test_a_map_names_each_shape_with_its_number_and_lists_all_in_a_table(
    shapes: gpd.GeoDataFrame,
) -> None:
    values = pd.DataFrame(
        {
            "locality": ["Eastmere", "Lowmere Magna", "outside"],
            "value": [12.4, -3.0, 1.0],
        }
    )
    drawing = locality_map(shapes, values, title="Change to 2030", unit="plans")
    marks = [text.get_text() for text in drawing.figure.axes[0].texts]
    assert marks == ["Eastmere\n+12", "Lowmere Magna\n\u22123", "Northmere\nnot known"]
    assert drawing.table.to_numpy().tolist() == [
        ["Eastmere", "+12"],
        ["Lowmere Magna", "\u22123"],
        ["Northmere", "not known"],
        ["outside", "+1"],
    ]
    assert "Lowmere Magna \u22123; Northmere not known; outside +1" in drawing.alt
    assert labels(drawing) == [
        "Small fall: under 5 plans",
        "Large rise: 10 or more plans",
        "Not known",
    ]


def test_a_map_of_many_localities_carries_numbers_that_the_table_explains() -> None:
    many = gpd.GeoDataFrame(
        {
            "locality": [f"Ward {i:02d}" for i in range(16)],
            "geometry": [box(i, 0, i + 1, 1) for i in range(16)],
        },
        crs="EPSG:27700",
    )
    values = pd.DataFrame({"locality": many["locality"], "value": range(16)})
    drawing = locality_map(many, values, title="Change", unit="plans")
    assert [text.get_text() for text in drawing.figure.axes[0].texts][:2] == ["1", "2"]
    assert drawing.table.iloc[1].tolist() == ["2", "Ward 01", "+1"]


@pytest.mark.parametrize(
    ("largest", "step"), [(0, 2), (3.9, 2), (4, 2), (19, 5), (20, 10), (606, 200), (1000, 500)]
)
def test_a_class_on_the_map_is_a_round_number_at_most_half_the_largest(
    largest: float, step: float
) -> None:
    assert step_of([-largest, largest / 3]) == step
