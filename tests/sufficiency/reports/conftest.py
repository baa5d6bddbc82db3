"""A made-up run of a made-up authority that keeps every contract, small enough to check by eye."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import box

from sufficiency.contracts import TABLES, checked, empty
from sufficiency.reports.content import About, report_content
from sufficiency.reports.page import ReportContent
from sufficiency.returns.scap import scap_draft

BASE, LAST = 2025, 2031
YEARS = range(BASE, LAST + 1)
TOWNS = {"Eastmere": 0.5, "Lowmere Magna": 0.3, "Northmere": 0.2}
NEED_SHARES = {
    "AUTCOM": 0.50,
    "SEMH": 0.25,
    "LEARN": 0.12,
    "COMPLEX": 0.05,
    "PHYS": 0.05,
    "SENS": 0.02,
    "OTHER": 0.01,
}
PLANS = {"special": 1186.0, "resourced_provision": 30.0, "sen_unit": 21.0}
PLANS |= {"independent_special": 268.0, "post16": 190.0, "ap": 22.0, "none": 2715.0}
PLACES = {"special": 1040, "resourced_provision": 41}
NO_ROW = "No register row for this provision: places are not known."
ASSUMED = "Places are assumed from today's roll: change only."


def means(year: int) -> dict[str, float]:
    """Plans by provision: five in a hundred more each year."""
    return {p: n * 1.05 ** (year - BASE) for p, n in PLANS.items()}


def cell(
    need: str, provision: str, phase: str, locality: str, year: int, mean: float, view: str
) -> dict[str, object]:
    """One row of demand whose band widens a fiftieth a year."""
    spread = 0.02 * (year - BASE) * mean
    return {
        "scenario": "unmitigated",
        "view": view,
        "basis": "modelled",
        "year": year,
        "need_group": need,
        "provision": provision,
        "phase": phase,
        "locality": locality,
        "mean": mean,
        "sd": spread / 1.28,
        "p10": mean - spread,
        "p50": mean,
        "p80": mean + 0.66 * spread,
        "p90": mean + spread,
        "p_rise": 0.9 if year > BASE else 0.0,
        "p_fall": 0.1 if year > BASE else 0.0,
        "not_placed": 0.0,
    }


def demand() -> pd.DataFrame:
    """Totals by provision, by need group and by locality, both views."""
    rows = []
    for view, factor in (("placements", 1.0), ("possible", 1.04)):
        for year in YEARS:
            by_provision = {p: factor * n for p, n in means(year).items()}
            total = sum(by_provision.values())
            rows.append(cell("ALL", "ALL", "ALL", "ALL", year, total, view))
            rows += [cell("ALL", p, "ALL", "ALL", year, n, view) for p, n in by_provision.items()]
            rows += [
                cell(g, "ALL", "ALL", "ALL", year, share * total, view)
                for g, share in NEED_SHARES.items()
            ]
            rows += [
                cell("ALL", "ALL", "ALL", town, year, share * 0.99 * total, view)
                for town, share in TOWNS.items()
            ]
            rows.append(cell("ALL", "ALL", "ALL", "outside", year, 0.01 * total, view))
    return checked(TABLES["demand"], pd.DataFrame(rows), "demand")


def gap(*, confirmed: bool) -> pd.DataFrame:
    """Special and resourced places by need group and phase; no row for the rest."""
    rows = []
    for year in YEARS:
        for provision, plans in means(year).items():
            if provision == "none":
                continue
            for need, share in NEED_SHARES.items():
                for phase, half in (("primary", 0.45), ("secondary", 0.55)):
                    for town, weight in {"ALL": 1.0, **TOWNS}.items():
                        rows.append(
                            gap_row(
                                provision, need, phase, town, year, plans * share * half * weight
                            )
                        )
    table = pd.DataFrame(rows)
    if not confirmed:
        measured = [c for c in table if str(c).startswith("gap_") and c != "gap_reason"]
        hidden = [*measured, "p_shortage", "expected_shortage", "first_year"]
        known = table["places"].notna()
        table[hidden] = None
        table.loc[known, "gap_reason"] = ASSUMED
    return checked(TABLES["gap"], table, "gap")


def gap_row(
    provision: str, need: str, phase: str, town: str, year: int, mean: float
) -> dict[str, object]:
    """One row of the gap table, places in proportion to need as at the base census."""
    start = mean / 1.05 ** (year - BASE)
    spread = 0.02 * (year - BASE) * mean
    known = provision in PLACES
    places = round(PLACES[provision] * start / PLANS[provision]) if known else None
    quantiles = {
        "mean": mean,
        "p10": mean - spread,
        "p50": mean,
        "p80": mean + 0.66 * spread,
        "p90": mean + spread,
    }
    gaps = {f"gap_{q}": (v - places if places is not None else None) for q, v in quantiles.items()}
    over = places is not None and mean > places
    return {
        "scenario": "unmitigated",
        "view": "placements",
        "basis": "authority" if town == "ALL" else "sited",
        "capacity_basis": "commissioned" if known else "not_known",
        "year": year,
        "need_group": need,
        "provision": provision,
        "phase": phase,
        "locality": town,
        **{f"demand_{q}": v for q, v in quantiles.items()},
        "places": places,
        "of_which_exports": None,
        "of_which_imports": None,
        "of_which_net_export": 0 if known else None,
        "of_which_journeys": None,
        "of_which_unreconciled": None,
        "of_which_mismatch": 0 if known else None,
        "of_which_without_plan": 0 if known else None,
        "flexible_mean": 0.0 if known else None,
        **gaps,
        "p_shortage": (0.9 if over else 0.2) if known else None,
        "expected_shortage": max(mean - (places or 0), 0.0) if known else None,
        "first_year": 2027 if over else None,
        **{f"change_{q}": v - start for q, v in quantiles.items()},
        "gap_reason": "" if known else NO_ROW,
        "flexible": "yes" if provision == "special" else "no",
    }


def balance(*, confirmed: bool) -> pd.DataFrame:
    """The authority page."""
    rows = []
    for view, factor in (("placements", 1.0), ("possible", 1.04)):
        for year in YEARS:
            for provision, plans in means(year).items():
                if provision == "none":
                    continue
                places = PLACES.get(provision)
                short = max(plans - places, 0.0) if places and confirmed else None
                rows.append(
                    {
                        "scenario": "unmitigated",
                        "view": view,
                        "provision": provision,
                        "year": year,
                        "demand_mean": factor * plans,
                        "demand_p10": 0.95 * factor * plans,
                        "demand_p90": 1.05 * factor * plans,
                        "register_places": places,
                        "exports": None,
                        "imports": None,
                        "unreconciled": None,
                        "net_export": 44 if provision == "special" else (0 if places else None),
                        "without_plan": -4 if provision == "special" else (0 if places else None),
                        "shortage_total": short,
                        "shortage_elsewhere": 0.1 * short if short is not None else None,
                        "shortage_unmet": 0.9 * short if short is not None else None,
                        "shortage_p10": 0.8 * short if short is not None else None,
                        "shortage_p90": 1.2 * short if short is not None else None,
                        "flexible": "no",
                        "gap_reason": "" if short is not None else (ASSUMED if places else NO_ROW),
                    }
                )
    return checked(TABLES["provision_balance"], pd.DataFrame(rows), "provision_balance")


def register(*, confirmed: bool) -> pd.DataFrame:
    """Three rows; a planner has confirmed all or none."""
    rows = [
        ("900001", "Hill School", "special", 0, 6, "ASD SLCN", 440),
        ("900002", "=Lake Academy", "special", 7, 14, "", 600),
        ("900003", "Mere Primary base", "resourced_provision", 0, 6, "SLCN", 41),
    ]
    table = pd.DataFrame(
        [
            {
                "urn": urn,
                "site_id": "main",
                "name": name,
                "provision": provision,
                "ncy_from": first,
                "ncy_to": last,
                "designated_needs": needs,
                "acceptable_needs": "",
                "sex_restriction": "",
                "physical_capacity": None,
                "scap_capacity": None,
                "commissioned_places": places,
                "nursery_places": None,
                "post16_places": None,
                "assessment_places": None,
                "beds": None,
                "ramp_years": None,
                "on_roll": places,
                "occupants_without_plan": None,
                "other_la_places": None,
                "flexible": "no",
                "effective_from": "2024-09-01",
                "effective_to": "",
                "change_status": "existing",
                "assumed": "no" if confirmed else "yes",
                "easting": 400000.0,
                "northing": 100000.0,
                "locality": "Eastmere",
                "source": "made up",
                "as_at_date": "",
                "notes": "",
            }
            for urn, name, provision, first, last, needs, places in rows
        ]
    )
    return checked(TABLES["register"], table, "register")


def published_stock() -> pd.DataFrame:
    """Six past Januaries; the resourced provision of 2022 was suppressed."""
    rows = []
    by_setting = {"SPLA": 643.0, "SPAC": 303.0, "SPNM": 240.0, "SPIN": 268.0, "RP": 30.0}
    for year in range(2020, BASE + 1):
        factor = 1.11 ** (year - BASE)
        values = [("total", "all", 4432.0), *(("setting", s, n) for s, n in by_setting.items())]
        for dimension, key, value in values:
            hidden = key == "RP" and year == 2022
            rows.append(
                {
                    "authority": "999",
                    "authority_name": "Westmere",
                    "region": "South West",
                    "level": "authority",
                    "year": year,
                    "dimension": dimension,
                    "key": key,
                    "second_key": "",
                    "value": None if hidden else round(value * factor),
                    "status": "suppressed" if hidden else "ok",
                    "source": "made up",
                }
            )
    return checked(TABLES["published_stock"], pd.DataFrame(rows), "published_stock")


def beside_others() -> pd.DataFrame:
    """Three measures; the region's base share is not known."""
    rows = []
    for measure, key, unit, own, median, region, england in (
        ("plan_rate", "all", "per_1000", 46.1, 41.2, 40.9, 39.5),
        ("setting_share", "rp_unit", "percent", 1.2, 3.8, None, 4.2),
        ("setting_share", "special_indep", "percent", 11.5, 4.6, 6.1, 5.9),
    ):
        for role, code, value in (
            ("self", "999", own),
            ("neighbours_median", "NEIGHBOURS", median),
            ("region", "E12000009", region),
            ("england", "ENG", england),
        ):
            rows.append(
                {
                    "authority": code,
                    "authority_name": role,
                    "role": role,
                    "measure": measure,
                    "key": key,
                    "year": BASE,
                    "value": value,
                    "unit": unit,
                    "note": "Not published." if value is None else "",
                }
            )
    return checked(TABLES["beside_others"], pd.DataFrame(rows), "beside_others")


def small_tables() -> dict[str, pd.DataFrame]:
    """Accuracy, assumptions, findings and input files."""
    accuracy = pd.DataFrame(
        {
            "origin": [0, 0, 0, 0, 0, 2023],
            "horizon": [1, 3, 1, 2, 1, 1],
            "cut": ["special_state", "total", "total", "total", "total", "total"],
            "method": ["pooled", "pooled", "pooled", "pooled", "growth3", "pooled"],
            "wape": [3.3, 7.9, 2.41, 4.0, 3.5, 2.0],
            "bias": [0.4, -2.2, -0.6, -1.0, 0.0, 1.0],
            "skill": [-0.04, 0.22, 0.31, 0.2, 0.0, 0.1],
            "skill_no_change": [0.6, 0.7, 0.6, 0.7, 0.5, 0.6],
            "coverage_80": [70.2, 78.4, 81.0, 80.0, None, 80.0],
            "coverage_95": [90.0, 94.0, 95.0, 95.0, None, 95.0],
            "crps": [2.4, 5.6, 1.7, 2.9, None, 1.4],
            "mean_error": [0.5, -2.0, -0.5, -1.0, 0.1, 1.0],
            "mean_absolute_error": [3.6, 8.1, 2.6, 4.2, 3.8, 2.2],
            "n": [740, 420, 740, 500, 740, 148],
        }
    )
    assumptions = pd.DataFrame(
        {
            "assumption": ["seed", "births"],
            "value": ["2025", "held"],
            "unit": ["", ""],
            "why": [
                "So that the same inputs give the same files.",
                "No projection reaches beyond the latest estimate, so each cohort is moved on.",
            ],
            "source": ["sufficiency.toml", "ONS <mid-year estimates> & projections"],
        }
    )
    findings = pd.DataFrame(
        {
            "check": ["register_assumed", "setting_not_recorded"],
            "severity": ["warns", "informs"],
            "message": ["3 rows of the register are assumed.", "12 placements are not recorded."],
            "action": ["Correct them in the sheet Places.", ""],
            "source": ["places.csv", "caseload.csv"],
            "row": [2, 0],
            "column": ["assumed", ""],
            "count": [3, 12],
        }
    )
    inputs = pd.DataFrame(
        {
            "file": ["inputs/ehcp/caseload.csv", "inputs/geography/lsoa.gpkg"],
            "layout": ["ees_2025_caseload", "lsoa_2021_shapes"],
            "sha256": ["0123456789abcdef" * 4, "fedcba9876543210" * 4],
            "rows": [10432, 233],
            "licence": [
                "Contains public sector information licensed under the OGL v3.0.",
                "Contains OS data \u00a9 Crown copyright and database right.",
            ],
        }
    )
    made = {
        "accuracy": accuracy,
        "assumptions": assumptions,
        "findings": findings,
        "input_files": inputs,
    }
    return {name: checked(TABLES[name], frame, name) for name, frame in made.items()}


def paths() -> pd.DataFrame:
    """Two futures of a few cells."""
    cells = [("SPLA", 0, 3, 4), ("SPAC", 0, 2, 2), ("SPIN", 3, 1, 2), ("AP", 9, 5, 5)]
    rows = [
        ("unmitigated", path, year, "ASD", setting, ncy, "Eastmere", counts[path])
        for setting, ncy, *counts in cells
        for path in (0, 1)
        for year in YEARS
    ]
    columns = list(empty(TABLES["paths"]).columns)
    return checked(TABLES["paths"], pd.DataFrame(rows, columns=columns), "paths")


def run_tables(*, confirmed: bool) -> dict[str, pd.DataFrame]:
    """Every table a report reads."""
    return {
        "demand": demand(),
        "gap": gap(confirmed=confirmed),
        "provision_balance": balance(confirmed=confirmed),
        "beside_others": beside_others(),
        "register": register(confirmed=confirmed),
        "published_stock": published_stock(),
        **small_tables(),
    }


def town_shapes() -> gpd.GeoDataFrame:
    """Three towns: one with a hole, one in two parts."""
    east = box(10_000, 0, 22_000, 9_000).difference(box(15_000, 6_000, 17_000, 8_000))
    low = box(0, 0, 10_000, 9_000)
    north = box(0, 9_000, 22_000, 14_000).union(box(24_000, 1_000, 25_000, 2_000))
    frame = {"locality": list(TOWNS), "geometry": [east, low, north]}
    return gpd.GeoDataFrame(frame, crs="EPSG:27700")


def made_content(*, confirmed: bool) -> ReportContent:
    """What the page and the workbook carry."""
    return report_content(
        About("999", "Westmere", BASE, "0123456789ab"),
        run_tables(confirmed=confirmed),
        ["Special schools: 494 more children than places by January 2030 (2029/30)."],
        scap_draft(paths(), "999", BASE),
        town_shapes(),
    )


@pytest.fixture(scope="session")
def confirmed_tables() -> dict[str, pd.DataFrame]:
    return run_tables(confirmed=True)


@pytest.fixture(scope="session")
def assumed_tables() -> dict[str, pd.DataFrame]:
    return run_tables(confirmed=False)


@pytest.fixture(scope="session")
def shapes() -> gpd.GeoDataFrame:
    return town_shapes()


@pytest.fixture(scope="session")
def confirmed_content() -> ReportContent:
    return made_content(confirmed=True)


@pytest.fixture(scope="session")
def assumed_content() -> ReportContent:
    return made_content(confirmed=False)


@pytest.fixture(name="paths", scope="session")
def few_paths() -> pd.DataFrame:
    return paths()
