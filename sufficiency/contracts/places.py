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
    urn: Series[str] = text("School; empty for net export and mismatch.")
    site_id: Series[str] = text("Site.")
    name: Series[str] = text("School and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    need_group: Series[str] = code("need_groups", "Need group the places are split to.")
    phase: Series[str] = code("phases", "Phase the places are split to.")
    locality: Series[str] = text("Locality of the site; outside for net export and mismatch.")
    capacity_basis: Series[str] = text(
        "commissioned, scap, physical or on_roll.",
        isin=["commissioned", "scap", "physical", "on_roll", "net_export", "mismatch"],
    )
    places: Series[pa.Int32] = number("Places; never negative on the register.")
    kind: Series[str] = text(
        "register: places on the register. net_export: base-year placements less roll, one total a "
        "provision, spread like the roll. mismatch: children already placed whose recorded need or "
        "age differs from the split of the register; sums to zero over a provision. without_plan: "
        "places used by pupils without a plan (negative; no row where not known).",
        isin=["register", "net_export", "mismatch", "without_plan"],
    )
    flexible: Series[str] = text("yes if any accepted need may use any place.", isin=["yes", "no"])
    assumed: Series[str] = text("yes until a planner confirms the row.", isin=["yes", "no"])
