import dataclasses
import re
from html.parser import HTMLParser

import geopandas as gpd
import pandas as pd
import pytest

from sufficiency.reports.content import (
    MODELLED_GAP,
    is_assumed,
    locality_changes,
    locality_maps,
    locality_shortages,
    places_for_residents,
    recorded,
)
from sufficiency.reports.page import ReportContent, glossary, render_page
from sufficiency.reports.run import own_tables


class Outline(HTMLParser):
    """What a test needs to know of a page: headings, ids, links and tables."""

    def __init__(self) -> None:
        super().__init__()
        self.levels: list[int] = []
        self.ids: list[str] = []
        self.refers: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        self.tags.append((tag, held))
        if re.fullmatch(r"h[1-6]", tag):
            self.levels.append(int(tag[1]))
        if held.get("id"):
            self.ids.append(str(held["id"]))
        self.refers += [str(held[a]) for a in ("src", "href", "xlink:href") if held.get(a)]


@pytest.fixture(scope="module", params=["confirmed", "assumed"])
def content(
    request: pytest.FixtureRequest,
    confirmed_content: ReportContent,
    assumed_content: ReportContent,
) -> ReportContent:
    return confirmed_content if request.param == "confirmed" else assumed_content


@pytest.fixture(scope="module")
def page(content: ReportContent) -> str:
    return render_page(content)


@pytest.fixture(scope="module")
def outline(page: str) -> Outline:
    read = Outline()
    read.feed(page)
    return read


def test_the_page_refers_to_nothing_outside_itself(page: str, outline: Outline) -> None:
    assert outline.refers
    assert all(place.startswith("#") for place in outline.refers)
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    assert not {"script", "link", "iframe", "img"} & {tag for tag, _ in outline.tags}


def test_every_inner_link_and_label_has_its_target_and_no_id_is_used_twice(
    outline: Outline,
) -> None:
    assert len(outline.ids) == len(set(outline.ids))
    named = [
        name
        for _, held in outline.tags
        for attribute in ("aria-labelledby", "aria-describedby")
        for name in str(held.get(attribute) or "").split()
    ]
    assert named
    assert {place[1:] for place in outline.refers} | set(named) <= set(outline.ids)


def test_headings_step_down_one_level_at_a_time_from_one_h1(outline: Outline) -> None:
    assert outline.levels[0] == 1
    assert outline.levels.count(1) == 1
    steps = [
        after - before for before, after in zip(outline.levels, outline.levels[1:], strict=False)
    ]
    assert max(steps) == 1


def test_language_title_banner_and_skip_link_are_there(page: str) -> None:
    assert '<html lang="en-GB">' in page
    assert "<title>Places for children and young people with SEND: Westmere (RESTRICTED" in page
    assert page.count('<p class="banner">RESTRICTED: not for publication</p>') == 2
    assert '<a class="skip" href="#main">' in page
    assert "Base census: January 2025 (2024/25)." in page


def test_every_table_has_a_caption_scoped_headers_and_a_region_to_scroll(outline: Outline) -> None:
    tags = [tag for tag, _ in outline.tags]
    assert tags.count("table") == tags.count("caption") > 0
    assert all(held.get("scope") in ("col", "row") for tag, held in outline.tags if tag == "th")
    regions = [held for tag, held in outline.tags if tag == "div" and held.get("class") == "wide"]
    assert len(regions) == tags.count("table") + tags.count("svg")
    assert all(r["role"] == "region" and r["tabindex"] == "0" and r["aria-label"] for r in regions)


def test_every_picture_has_its_words_and_its_table(page: str, content: ReportContent) -> None:
    for picture in (*content.charts, *content.maps):
        assert picture.alt.replace("'", "&#39;") in page
        assert f"<summary>Numbers in a table: {picture.title}</summary>" in page


def test_words_from_files_are_escaped(page: str) -> None:
    assert "ONS &lt;mid-year estimates&gt; &amp; projections" in page
    assert "<mid-year" not in page


def test_a_modelled_base_is_said_to_be_modelled(
    page: str, confirmed_content: ReportContent
) -> None:
    assert "<strong>Modelled.</strong>" in page
    person = render_page(dataclasses.replace(confirmed_content, basis="person"))
    assert "<strong>Modelled.</strong>" not in person


def test_a_page_without_map_findings_or_headlines_still_says_so(
    confirmed_content: ReportContent,
) -> None:
    nothing = dataclasses.replace(confirmed_content.findings, frame=pd.DataFrame({"a": []}))
    bare = dataclasses.replace(confirmed_content, maps=(), headlines=(), findings=nothing)
    page = render_page(bare)
    assert "There is no map" in page
    assert "No headlines" in page
    assert "Findings about the inputs: nothing to show." in page


def test_the_same_content_gives_the_same_page(content: ReportContent, page: str) -> None:
    assert render_page(content) == page


def test_an_assumed_page_shows_no_gap(assumed_content: ReportContent) -> None:
    page = render_page(assumed_content)
    assert "Probability of shortage</th>" not in page
    assert "Expected shortage</th>" not in page
    assert "Largest changes in demand" in page
    assert len(assumed_content.maps) == 1


def test_the_glossary_has_each_term_once() -> None:
    assert glossary()["term"].is_unique
    assert glossary().notna().all(axis=None)


def test_history_leaves_out_a_year_with_a_suppressed_part(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    history = recorded(confirmed_tables["published_stock"], "999", 2025)
    assert history["resourced_provision"]["year"].tolist() == [2020, 2021, 2023, 2024, 2025]
    # 643 + 303: non-maintained and independent special schools have provisions of their own.
    assert history["special"]["plans"].iloc[-1] == 946
    assert history["non_maintained_special"]["plans"].iloc[-1] == 240
    assert history["independent_special"]["plans"].iloc[-1] == 268
    assert history["ALL"]["plans"].iloc[-1] == 4432


def test_places_for_residents_add_net_export_and_occupants_without_a_plan(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    balance = confirmed_tables["provision_balance"]
    special = places_for_residents(balance, "special")
    assert special is not None
    assert set(special["places"]) == {1040 + 44 - 4}
    unit = places_for_residents(balance, "sen_unit")
    assert unit is not None
    assert unit["places"].isna().all()
    assert places_for_residents(balance, "ap") is None


def test_a_provision_is_assumed_while_any_of_its_rows_is(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    register = confirmed_tables["register"]
    assert not is_assumed(register, "special")
    mixed = register.assign(assumed=["no", "yes", "no"])
    assert is_assumed(mixed, "special")
    assert not is_assumed(mixed, "resourced_provision")


def test_locality_changes_add_up_to_the_change_of_the_authority(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    changes = locality_changes(confirmed_tables["demand"], 2025, 2030)
    assert set(changes["locality"]) == {"Eastmere", "Lowmere Magna", "Northmere", "outside"}
    assert changes["value"].sum() == pytest.approx(4432 * (1.05**5 - 1))


def test_locality_shortages_are_missing_where_no_place_is_known(
    confirmed_tables: dict[str, pd.DataFrame], assumed_tables: dict[str, pd.DataFrame]
) -> None:
    assert (locality_shortages(confirmed_tables["gap"], 2030)["value"] > 0).all()
    assert locality_shortages(assumed_tables["gap"], 2030)["value"].isna().all()


def test_a_map_of_modelled_homes_is_titled_as_modelled_and_no_finding(
    confirmed_tables: dict[str, pd.DataFrame], shapes: gpd.GeoDataFrame
) -> None:
    gap, demand = confirmed_tables["gap"], confirmed_tables["demand"]
    _, modelled = locality_maps(gap, demand, shapes, 2025)
    assert modelled.title.startswith("Modelled shortage by locality, before imports and exports")
    assert modelled.note.startswith(MODELLED_GAP)
    _, counted = locality_maps(gap, demand.assign(basis="person"), shapes, 2025)
    assert counted.title.startswith("Expected shortage")
    assert MODELLED_GAP not in counted.note


def test_published_tables_are_cut_to_the_authority_and_those_beside_it(
    confirmed_tables: dict[str, pd.DataFrame],
) -> None:
    stock = confirmed_tables["published_stock"]
    both = pd.concat([stock, stock.assign(authority="998"), stock.assign(authority="ENG")])
    cut = own_tables({**confirmed_tables, "published_stock": both}, "999")
    assert set(cut["published_stock"]["authority"]) == {"999", "ENG"}
    assert cut["gap"] is confirmed_tables["gap"]
