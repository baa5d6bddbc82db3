"""A draft of the SEND part of the school capacity survey (SCAP), cut from the simulated paths.

Shape: handbook 3.2 (one row a planning area and academic year, one column an NCY, whole numbers).
The counted children are those whose plan the authority maintains, wherever they are placed. Need
is not a dimension. The codes in `scap_planning_areas.csv` were seen in one public code base only,
so every row says draft until a person has checked it against the guide.
"""

from importlib.resources import files

import numpy as np
import pandas as pd

from sufficiency.contracts import ScapDraft, checked
from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.terms import lookup

STATUS = "draft, unverified"
BASE_STATUS = "base census, unverified"
MOST_GROWTH = 0.15  # Growth of a total in one year above this needs a word of explanation.
GROWTH_FROM = 10  # Below so many children a share of growth says nothing.
SHOWN = 5
NCY_NAMES = {0: "Reception", **{n: str(n) for n in range(1, 12)}}


def planning_areas() -> pd.DataFrame:
    """Return one row a planning area: its phase, SCAP code, NCY range and years to forecast."""
    with files("sufficiency.returns").joinpath("scap_planning_areas.csv").open() as handle:
        return pd.read_csv(handle, dtype=str, keep_default_na=False).astype(
            {"ncy_from": int, "ncy_to": int, "forecast_years": int}
        )


def academic_year(census_year: int) -> str:
    """Return the academic year that holds a January census: 2027 -> `2026/27`."""
    return f"{census_year - 1}/{census_year % 100:02d}"


def scap_draft(paths: pd.DataFrame, authority: str, base_year: int) -> pd.DataFrame:
    """Return the SCAP specialist forecast, rounded so that year groups add to their total.

    Each cell is the mean over paths. The row's total is rounded half up and the row's cells are
    rounded by largest remainder to that total, so no cell moves by a whole child and an empty cell
    stays empty. Whole-number arithmetic throughout: the same paths give the same draft anywhere.

    Args:
        paths: The `paths` table of one scenario.
        authority: Three-digit DfE code of the authority that maintains the plans.
        base_year: Base census, year 0; the first forecast is the next January.

    Returns:
        One row a planning area and academic year, as far as the paths go: 5 years of primary and 7
        of secondary at most, after a row of the base census itself, so that year 0 can be checked
        (contract `ScapDraft`). Year groups outside a row's phase are missing, `total` is their sum
        and `unrounded_total` the mean before rounding.

    Raises:
        SufficiencyError: The paths hold several scenarios, or no year after the base census.
    """
    scenarios = paths["scenario"].unique()
    if len(scenarios) != 1:
        raise SufficiencyError(
            f"A SCAP draft needs the paths of one scenario; these hold {len(scenarios)}. "
            "Choose one scenario."
        )
    runs = int(paths["path"].nunique())
    last = int(paths["year"].max())
    if last <= base_year:
        raise SufficiencyError(
            f"The paths end at {last}, so there is no year after the base census {base_year} to "
            "put in the SCAP draft. Forecast at least one year."
        )
    counted = _counted(paths)
    areas = planning_areas()
    rows = areas.loc[areas.index.repeat(areas["forecast_years"] + 1)].copy()
    rows["year"] = base_year + rows.groupby("planning_area").cumcount()
    rows = rows[rows["year"] <= last].reset_index(drop=True)
    cells = counted.reindex(pd.MultiIndex.from_frame(rows[["code", "year"]]), fill_value=0)
    taught = np.array(
        [
            [first <= n <= final for n in NCY_NAMES]
            for first, final in zip(rows["ncy_from"], rows["ncy_to"], strict=True)
        ]
    )
    sums = np.where(taught, cells.to_numpy(dtype=np.int64), 0)
    rounded = largest_remainder(sums, runs)
    columns = pd.DataFrame(rounded, columns=list(NCY_NAMES.values())).astype("Int64").where(taught)
    status = (rows["year"] == base_year).map({True: BASE_STATUS, False: STATUS})
    draft = pd.concat(
        [
            pd.DataFrame({"authority": authority}, index=rows.index),
            rows[["planning_area", "phase", "code", "provision_type", "year"]],
            rows["year"].map(academic_year).rename("academic_year"),
            columns,
            pd.Series(rounded.sum(axis=1), name="total"),
            pd.Series(sums.sum(axis=1) / runs, name="unrounded_total"),
            status.rename("status"),
        ],
        axis=1,
    )
    return checked(ScapDraft, draft, "scap_draft")


def scap_checks(draft: pd.DataFrame) -> Findings:
    """Return what a person should explain or correct before any of a draft is sent.

    Totals that grow by more than `MOST_GROWTH` in a year, of at least `GROWTH_FROM` children, and
    year groups that have children where the year before had none in them or the year group below.

    Args:
        draft: From `scap_draft`, with its rows of the base census.
    """
    found = Findings()
    order = draft.sort_values(["planning_area", "year"], kind="stable")
    before = order.groupby("planning_area")["total"].shift()
    growth = order["total"] / before.where(before >= GROWTH_FROM) - 1
    _tell(
        found,
        "scap_total_grows",
        order.loc[growth > MOST_GROWTH],
        f"totals grow by more than {MOST_GROWTH:.0%} in a year",
    )
    ncys = list(NCY_NAMES.values())
    taught = order[ncys]
    earlier = taught.groupby(order["planning_area"]).shift()
    below = earlier.T.shift().T
    none_before = earlier.eq(0) & (below.eq(0) | below.isna())
    new = (taught.gt(0) & none_before).fillna(False).to_numpy(dtype=bool)
    _tell(
        found,
        "scap_cell_from_zero",
        order.iloc[np.flatnonzero(new.sum(axis=1))],
        f"rows have children in a year group without any the year before ({int(new.sum())} cells)",
    )
    return found


def _tell(found: Findings, check: str, cases: pd.DataFrame, what: str) -> None:
    if cases.empty:
        return
    shown = [f"{r.code} {r.phase} {r.academic_year}" for r in cases.itertuples()]
    more = f" and {len(shown) - SHOWN} more" if len(shown) > SHOWN else ""
    found.warn(
        check,
        f"SCAP draft: {len(cases)} {what}: {', '.join(shown[:SHOWN])}{more}.",
        "Explain the change or correct the plans it starts from before sending any of the draft.",
        source="scap_draft",
        count=len(cases),
    )


def largest_remainder(sums: np.ndarray, parts: int) -> np.ndarray:
    """Return `sums / parts` in whole numbers whose rows add to the rounded row totals.

    Args:
        sums: Whole numbers, one row a total.
        parts: What each is divided by.
    """
    floors, remainders = np.divmod(sums, parts)
    totals = (2 * sums.sum(axis=1) + parts) // (2 * parts)
    missing = totals - floors.sum(axis=1)
    order = np.argsort(-remainders, axis=1, kind="stable")
    rank = np.argsort(order, axis=1, kind="stable")
    return floors + (rank < missing[:, None])


def _counted(paths: pd.DataFrame) -> pd.DataFrame:
    """Plans summed over paths: one row a SCAP code and year, one column an NCY."""
    code_of = {setting: code for setting, code in lookup("settings", "scap").items() if code}
    # Summed by setting first: paths has millions of rows, and only then few enough to rename.
    school_age = paths["ncy"].between(0, 11)
    counts = paths[school_age].groupby(["setting", "year", "ncy"], observed=True)["count"].sum()
    table = counts.astype("int64").reset_index()
    table = table.assign(code=table["setting"].astype(str).map(code_of)).dropna(subset="code")
    wide = table.groupby(["code", "year", "ncy"])["count"].sum().unstack("ncy", fill_value=0)
    return wide.reindex(columns=list(NCY_NAMES), fill_value=0)
