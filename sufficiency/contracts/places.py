"""Contracts of the supply side: the register a planner owns, and places ready to meet demand."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.inputs import Contract
from sufficiency.contracts.kinds import code, number, text


class Register(Contract):
    """The place register (`places.csv`): one row a provision and effective period."""

    urn: Series[str] = text("School or college.")
    site_id: Series[str] = text("Site of a split or satellite school; main if there is one.")
    name: Series[str] = text("School and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    ncy_from: Series[pa.Int32] = number("First NCY taught (-4 to 21).", ge=-4, le=21)
    ncy_to: Series[pa.Int32] = number("Last NCY taught (-4 to 21).", ge=-4, le=21)
    designated_needs: Series[str] = text("Primary needs, separated by spaces; empty means all.")
    acceptable_needs: Series[str] = text("Further needs accepted, separated by spaces.")
    sex_restriction: Series[str] = text("F, M or empty.", isin=["F", "M", ""])
    physical_capacity: Series[pd.Int32Dtype] = number(
        "Places the building supports.", nullable=True, ge=0
    )
    scap_capacity: Series[pd.Int32Dtype] = number(
        "Places reported in SCAP at 1 May.", nullable=True, ge=0
    )
    commissioned_places: Series[pd.Int32Dtype] = number(
        "Places paid for this academic year.", nullable=True, ge=0
    )
    nursery_places: Series[pd.Int32Dtype] = number(
        "Of the commissioned, for nursery; blank: not set apart.", nullable=True, ge=0
    )
    post16_places: Series[pd.Int32Dtype] = number(
        "Of the commissioned, for Year 12 and over; blank: not set apart.", nullable=True, ge=0
    )
    assessment_places: Series[pd.Int32Dtype] = number(
        "Of the commissioned, kept for assessment: no plan needed.", nullable=True, ge=0
    )
    beds: Series[pd.Int32Dtype] = number(
        "Boarding beds, a capacity of their own.", nullable=True, ge=0
    )
    on_roll: Series[pd.Int32Dtype] = number("Pupils on roll.", nullable=True, ge=0)
    occupants_without_plan: Series[pd.Int32Dtype] = number(
        "On roll without a plan.", nullable=True, ge=0
    )
    other_la_places: Series[pd.Int32Dtype] = number(
        "Pupils of other authorities.", nullable=True, ge=0
    )
    flexible: Series[str] = text("yes if any accepted need may use any place.", isin=["yes", "no"])
    effective_from: Series[str] = text("First day, YYYY-MM-DD.", str_matches=r"^\d{4}-\d\d-\d\d$")
    effective_to: Series[str] = text(
        "Last day, YYYY-MM-DD, or empty.", str_matches=r"^(\d{4}-\d\d-\d\d)?$"
    )
    ramp_years: Series[pd.Int32Dtype] = number(
        "Septembers over which places grow from those of the period before; blank: at once.",
        nullable=True,
        ge=1,
        le=10,
    )
    change_status: Series[str] = text(
        "existing, funded, approved or proposed.",
        isin=["existing", "funded", "approved", "proposed"],
    )
    assumed: Series[str] = text("yes until a planner confirms the row.", isin=["yes", "no"])
    easting: Series[float] = number("British National Grid, metres.", nullable=True)
    northing: Series[float] = number("British National Grid, metres.", nullable=True)
    locality: Series[str] = text("Locality of the site.")
    source: Series[str] = text("Where the numbers came from.")
    as_at_date: Series[str] = text("Date the numbers describe, YYYY-MM-DD or empty.")
    notes: Series[str] = text("Anything a reader should know.")


class Places(Contract):
    """Places by provision row x need group x phase x year: parts of a register row sum to it."""

    year: Series[pa.Int32] = number("January census year the places are open in.")
    urn: Series[str] = text("School; empty where the row is not of one school.")
    site_id: Series[str] = text("Site.")
    name: Series[str] = text("School and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    need_group: Series[str] = code("need_groups", "Need group the places are split to.")
    phase: Series[str] = code("phases", "Phase the places are split to.")
    locality: Series[str] = text(
        "Locality of the site or, for exports and journeys, of the home; outside where neither is "
        "known."
    )
    capacity_basis: Series[str] = text(
        "commissioned, usable, scap, physical or on_roll; else the kind.",
        isin=[
            "commissioned",
            "usable",
            "scap",
            "physical",
            "on_roll",
            "exports",
            "imports",
            "net_export",
            "journeys",
            "unreconciled",
            "mismatch",
        ],
    )
    places: Series[pa.Int32] = number("Places; never negative on the register.")
    kind: Series[str] = text(
        "register: places on the register, at its site. without_plan: places used by pupils "
        "without a plan or kept for assessment (negative; no row where not known). imports: places "
        "used by pupils of other authorities (negative), at their site; no row where not known. "
        "exports: places residents use in other authorities, at their home locality. journeys: "
        "places residents of a locality use in others, less those others use in it; sums to zero "
        "over localities. unreconciled: places used by roll that SEN2, imports and pupils without "
        "a plan do not explain (negative; positive where the roll leaves too few), at the site; "
        "it holds imports where those are not known; and, at home, placements on no register row. "
        "net_export: where homes and journeys are not known, base-year placements less roll, one "
        "total a provision, spread like the roll. mismatch: children already placed whose recorded "
        "need or age differs from the split of the register; sums to zero over a provision and, "
        "with homes known, over the sites of a locality.",
        isin=[
            "register",
            "without_plan",
            "imports",
            "exports",
            "journeys",
            "unreconciled",
            "net_export",
            "mismatch",
        ],
    )
    flexible: Series[str] = text("yes if any accepted need may use any place.", isin=["yes", "no"])
    assumed: Series[str] = text("yes until a planner confirms the row.", isin=["yes", "no"])
