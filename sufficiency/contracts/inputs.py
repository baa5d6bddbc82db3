"""Contracts of the tables that sources fill."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.kinds import number, text, year

STATUSES = ["ok", "zero", "not_applicable", "not_available", "suppressed", "low", "unreliable"]
DIMENSIONS = [
    "total",
    "setting",
    "age",
    "age_band",
    "need",
    "need_age",
    "need_setting",
    "age_setting",
]


class Contract(pa.DataFrameModel):
    """What every contract shares: exactly its columns, coerced to its types."""

    class Config:  # pyright: ignore[reportIncompatibleVariableOverride]
        strict = True
        coerce = True


class PublishedStock(Contract):
    """Published plans in force: one row an authority, year, dimension and key."""

    authority: Series[str] = text("Three-digit DfE code; ENG for England, E12... for a region.")
    authority_name: Series[str] = text("Name as published.")
    region: Series[str] = text("Region name as published, empty for England.")
    level: Series[str] = text(
        "authority, region or national.", isin=["authority", "region", "national"]
    )
    year: Series[pa.Int32] = year()
    dimension: Series[str] = text("What the count is split by.", isin=DIMENSIONS)
    key: Series[str] = text("First code: setting, age in years, age band or need; all for totals.")
    second_key: Series[str] = text("Second code of a two-way dimension, else empty.")
    value: Series[float] = number("Plans in force on census day.", nullable=True, ge=0)
    status: Series[str] = text("How the cell was published; symbols are never zero.", isin=STATUSES)
    source: Series[str] = text("Layout the row came from, for example ees_2025_caseload.")


class PublishedFlows(Contract):
    """Published flows: one row an authority, calendar year, flow, dimension and key."""

    authority: Series[str] = text("Three-digit DfE code; ENG for England, E12... for a region.")
    authority_name: Series[str] = text("Name as published.")
    region: Series[str] = text("Region name as published, empty for England.")
    level: Series[str] = text(
        "authority, region or national.", isin=["authority", "region", "national"]
    )
    calendar_year: Series[pa.Int32] = year("Calendar year in which it happened.")
    year: Series[pa.Int32] = year("January census that follows: calendar year + 1.")
    flow: Series[str] = text(
        "What happened.",
        isin=[
            "new_plans",
            "ceased_plans",
            "requests",
            "requests_refused",
            "assessments",
            "assessments_issued",
            "assessments_pending",
            "issued",
            "issued_within_20_weeks",
        ],
    )
    dimension: Series[str] = text("What the count is split by.", isin=[*DIMENSIONS, "reason"])
    key: Series[str] = text("First code; all for totals.")
    second_key: Series[str] = text("Second code of a two-way dimension, else empty.")
    value: Series[float] = number("Count in the calendar year.", nullable=True, ge=0)
    status: Series[str] = text("How the cell was published; symbols are never zero.", isin=STATUSES)
    source: Series[str] = text("Layout the row came from.")


class Population(Contract):
    """Residents by single year of age: one row an area, year and age."""

    area: Series[str] = text("Three-digit DfE code, or LSOA 2021 code.")
    area_type: Series[str] = text("authority or lsoa.", isin=["authority", "lsoa"])
    year: Series[pa.Int32] = year("Mid-year (30 June) of the estimate or projection.")
    age: Series[pa.Int32] = number("Age in years, 0 to 25.", ge=0, le=25)
    persons: Series[float] = number("Residents; projections are fractional.", ge=0)
    source: Series[str] = text("Layout the row came from.")
    projected: Series[str] = text(
        "observed, projection, or aged (latest estimate moved along cohorts).",
        isin=["observed", "projection", "aged"],
    )


class Establishments(Contract):
    """Schools and colleges: one row a URN."""

    urn: Series[str] = text("Unique reference number.", unique=True)
    name: Series[str] = text("Establishment name.")
    authority: Series[str] = text("Three-digit DfE code of the authority it lies in.")
    type_name: Series[str] = text("GIAS establishment type.")
    type_group: Series[str] = text("special, independent_special, mainstream, ap, post16, other...")
    setting: Series[str] = text("Setting code of a plan holder placed there without a base flag.")
    phase: Series[str] = text("GIAS phase of education.")
    age_from: Series[pd.Int32Dtype] = number("Lowest statutory age.", nullable=True)
    age_to: Series[pd.Int32Dtype] = number("Highest statutory age.", nullable=True)
    on_roll: Series[pd.Int32Dtype] = number(
        "Pupils on roll, last census known.", nullable=True, ge=0
    )
    on_roll_early_years: Series[pd.Int32Dtype] = number(
        "Of whom aged under 4.", nullable=True, ge=0
    )
    on_roll_primary: Series[pd.Int32Dtype] = number("Of whom aged 4 to 10.", nullable=True, ge=0)
    on_roll_secondary: Series[pd.Int32Dtype] = number("Of whom aged 11 to 15.", nullable=True, ge=0)
    on_roll_post_16: Series[pd.Int32Dtype] = number(
        "Of whom aged 16 and over.", nullable=True, ge=0
    )
    headcount_year: Series[pd.Int32Dtype] = number("January of the age split.", nullable=True)
    capacity: Series[pd.Int32Dtype] = number(
        "GIAS school capacity, often stale.", nullable=True, ge=0
    )
    designated_needs: Series[str] = text("Approved needs, separated by spaces; empty if unknown.")
    resourced_provision_capacity: Series[pd.Int32Dtype] = number("GIAS.", nullable=True, ge=0)
    resourced_provision_on_roll: Series[pd.Int32Dtype] = number("GIAS.", nullable=True, ge=0)
    sen_unit_capacity: Series[pd.Int32Dtype] = number("GIAS.", nullable=True, ge=0)
    sen_unit_on_roll: Series[pd.Int32Dtype] = number("GIAS.", nullable=True, ge=0)
    status: Series[str] = text("open, closed or proposed.", isin=["open", "closed", "proposed"])
    easting: Series[float] = number("British National Grid, metres.", nullable=True)
    northing: Series[float] = number("British National Grid, metres.", nullable=True)
    lsoa: Series[str] = text("LSOA 2021 code, empty if unknown.")
    locality: Series[str] = text("Locality it lies in; outside if not in the authority.")
    source: Series[str] = text("Layouts the row came from.")


class Localities(Contract):
    """Small areas of the authority: one row an LSOA, every LSOA exactly once."""

    lsoa: Series[str] = text("LSOA 2021 code.", unique=True)
    lsoa_name: Series[str] = text("LSOA 2021 name.")
    msoa: Series[str] = text("MSOA 2021 code.")
    ward: Series[str] = text("Ward 2024 code.")
    ward_name: Series[str] = text("Ward 2024 name.")
    district: Series[str] = text("District (LTLA 2024) code.")
    former_district: Series[str] = text("District name in the LSOA 2011 name.")
    locality: Series[str] = text("Locality it belongs to in the chosen scheme.")
    easting: Series[float] = number("Centroid, British National Grid, metres.", nullable=True)
    northing: Series[float] = number("Centroid, British National Grid, metres.", nullable=True)


class LocalityShapes(Contract):
    """Shapes of localities, beside their geometry (EPSG:27700): one row a locality."""

    locality: Series[str] = text("Locality in the chosen scheme.", unique=True)


class Imd(Contract):
    """Indices of deprivation: one row an LSOA."""

    lsoa: Series[str] = text("LSOA 2021 code.", unique=True)
    imd_score: Series[float] = number("IMD 2025 score, higher is more deprived.")
    imd_decile: Series[pa.Int32] = number("1 is most deprived.", ge=1, le=10)


class StatisticalNeighbours(Contract):
    """DfE statistical neighbours: one row an authority and neighbour."""

    authority: Series[str] = text("Three-digit DfE code.")
    rank: Series[pa.Int32] = number("1 is closest.", ge=1, le=10)
    neighbour: Series[str] = text("Three-digit DfE code of the neighbour.")
    closeness: Series[str] = text("How close, in DfE's words.")


class PupilRates(Contract):
    """Pupils with a statement or EHC plan: one row an authority and January, where published."""

    authority: Series[str] = text("Three-digit DfE code.")
    year: Series[pa.Int32] = year()
    percent: Series[float] = number(
        "Of pupils in the authority's schools, those with a statement or plan, per cent.",
        ge=0,
        le=100,
    )
    source: Series[str] = text("Layout the row came from.")


class InputFiles(Contract):
    """Input files that were read: one row a file."""

    file: Series[str] = text("Path inside the workspace.")
    layout: Series[str] = text("Recognised layout.")
    sha256: Series[str] = text("SHA-256 of the bytes.", str_matches=r"^[0-9a-f]{64}$")
    rows: Series[pa.Int64] = number("Rows read.", ge=0)
    licence: Series[str] = text("Licence and attribution that a report must carry.")
