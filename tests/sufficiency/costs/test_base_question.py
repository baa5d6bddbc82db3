"""Tests of the share of a shortage that specialist bases could meet."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.contracts import Gap, PublishedStock, checked, empty
from sufficiency.costs import base_question

BASE = 2025


def gap(*rows: dict[str, Any]) -> pd.DataFrame:
    shared = {
        "scenario": "unmitigated", "view": "placements", "basis": "authority",
        "capacity_basis": "commissioned", "year": BASE + 1, "need_group": "AUTCOM",
        "provision": "special", "phase": "secondary", "locality": "ALL", "first_year": BASE + 1,
        "expected_shortage": 8.0, "gap_reason": "", "flexible": "no",
    }  # fmt: skip
    columns = Gap.to_schema().columns
    blank = {name: None if column.nullable else 0.0 for name, column in columns.items()}
    return checked(Gap, pd.DataFrame([{**blank, **shared, **row} for row in rows]), "gap")


def published(*rows: tuple[str, str, str, str, float | None]) -> pd.DataFrame:
    columns = ["authority", "dimension", "key", "second_key", "value"]
    frame = pd.DataFrame(rows, columns=columns)
    frame = frame.assign(
        authority_name=frame["authority"],
        region="",
        level=frame["authority"].map({"ENG": "national"}).fillna("authority"),
        year=BASE,
        status=frame["value"].notna().map({True: "ok", False: "suppressed"}),
        source="on paper",
    )
    return checked(PublishedStock, frame, "published_stock")


def stock(authority: str, bases: float | None, special: float) -> list[tuple]:
    """Autism: so many in units and in special academies."""
    return [
        (authority, "need_setting", "ASD", "SENU", bases),
        (authority, "need_setting", "SLCN", "SPAC", special),
        (authority, "need_setting", "ASD", "MSLA", 999.0),
    ]


def test_every_column_of_the_base_question(paper):
    # England 100 of 400: odds 1/3. Secondary odds 10/40, all ages 60/120: half. So 1/6: share 1/7.
    stated = published(
        *stock("ENG", 100, 300),
        *stock("901", 10, 90), *stock("902", 20, 80), *stock("903", 40, 60),
        *stock("904", 1, 9), *stock("905", None, 50),
        ("ENG", "age_setting", "7", "RP", 50.0), ("ENG", "age_setting", "7", "SPLA", 80.0),
        ("ENG", "age_setting", "12", "RP", 10.0), ("ENG", "age_setting", "12", "SPLA", 40.0),
    )  # fmt: skip
    row = base_question(gap({}), paper.plans, stated, BASE).iloc[0].to_dict()
    evidence = row.pop("evidence")
    low, high = 0.15 * 0.5 / (0.85 + 0.075), 0.3 * 0.5 / (0.7 + 0.15)
    assert row == pytest.approx(
        {
            "year": BASE + 1, "need_group": "AUTCOM", "phase": "secondary", "locality": "ALL",
            "shortage_mean": 8.0, "base_share": 1 / 7, "base_share_low": low,
            "base_share_high": high, "could_be_base": 8 / 7, "remains_special": 48 / 7,
        }
    )  # fmt: skip
    assert "25% are in bases in England at January 2025 (2024/25)" in evidence
    assert "14% once moved to secondary ages" in evidence
    assert "the middle half of 3 authorities" in evidence
    # Here: 23 children with autism in Oak, 6 in the base of Ash.
    assert "Here 6 of 29 such children are in bases." in evidence


def test_children_in_bases_and_special_schools_here_stand_in_for_england(paper):
    row = base_question(gap({}), paper.plans, empty(PublishedStock), BASE).iloc[0]
    autism = paper.plans["need"].eq("ASD")
    here = 6 / (autism & paper.plans["setting"].isin(["SPLA", "RP"])).sum()
    assert row["base_share"] == pytest.approx(here)
    assert row["base_share_low"] == row["base_share_high"] == row["base_share"]
    assert row["evidence"].startswith("No figures of England are loaded")


def test_where_nothing_tells_the_share_is_missing_not_zero(paper):
    cell = {"need_group": "SENS"}
    row = base_question(gap(cell), paper.plans, empty(PublishedStock), BASE).iloc[0]
    assert np.isnan(row["base_share"])
    assert np.isnan(row["could_be_base"])
    assert row["shortage_mean"] == 8.0


def test_only_what_the_gap_table_calls_a_shortage_is_asked_about(paper):
    rows = gap(
        {"year": BASE},
        {"first_year": None},
        {"provision": "resourced_provision"},
        {"view": "possible"},
        {"expected_shortage": None},
    )
    assert base_question(rows, paper.plans, empty(PublishedStock), BASE).empty


def test_a_locality_is_asked_about_only_where_the_authority_is_short_too(paper):
    north = {"locality": "North", "basis": "sited", "expected_shortage": 3.0}
    alone = base_question(gap(north), paper.plans, empty(PublishedStock), BASE)
    both = base_question(gap(north, {}), paper.plans, empty(PublishedStock), BASE)
    assert alone.empty
    assert both["locality"].tolist() == ["ALL", "North"]
    assert both["shortage_mean"].tolist() == [8.0, 3.0]


def test_what_bases_could_meet_and_what_remains_add_up_and_order_does_not_matter(paper):
    rows = [
        {"year": BASE + n, "need_group": group, "expected_shortage": 1.5 * n}
        for n in (1, 2, 3)
        for group in ("AUTCOM", "SEMH", "COMPLEX")
    ]
    stated = published(*stock("ENG", 100, 300))
    one = base_question(gap(*rows), paper.plans, stated, BASE)
    other = base_question(gap(*reversed(rows)), paper.plans, stated, BASE)
    pd.testing.assert_frame_equal(one, other)
    known = one.dropna(subset="base_share")
    total = (known["could_be_base"] + known["remains_special"]).to_numpy()
    assert total == pytest.approx(known["shortage_mean"].to_numpy())
    ordered = (known["base_share_low"] <= known["base_share"]) & (
        known["base_share"] <= known["base_share_high"]
    )
    assert ordered.all()
