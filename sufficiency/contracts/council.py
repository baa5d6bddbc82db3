"""Contracts of the files that a council keeps beside the place register (domain handbook 12.1)."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.inputs import Contract
from sufficiency.contracts.kinds import code, number, text, year

DAY = r"^(\d{4}-\d\d-\d\d)?$"
STAGES = ("agreed", "consulted", "refused", "named", "directed", "tribunal")
INTERIM = ("none", "mainstream", "part_time", "tuition", "eotas", "other_school", "unknown")
SCHEME_STAGES = ("idea", "feasibility", "business_case", "approved", "in_build", "open")
STATUTORY = ("not_needed", "not_started", "consulting", "decided")
FILLS = 7


class Awaiting(Contract):
    """Children who wait for a type of place that is agreed: one row a child, without its id."""

    row: Series[pa.Int32] = number("Row of the file, as a spreadsheet shows it.", ge=0)
    need: Series[str] = code("needs", "Primary need.")
    ncy: Series[pa.Int32] = number("NCY in the school year of `agreed_on`.", ge=-4, le=21)
    locality: Series[str] = text("Home locality, or outside.")
    provision: Series[str] = code("provisions", "Type of place that is agreed.")
    agreed_on: Series[str] = text("Day it was agreed, YYYY-MM-DD.", str_matches=DAY)
    as_at: Series[str] = text("Day the row describes, YYYY-MM-DD.", str_matches=DAY)
    weeks_waiting: Series[pd.Int32Dtype] = number("From agreed_on to as_at.", nullable=True, ge=0)
    where_now: Series[str] = code("settings", "Where placed now.")
    interim: Series[str] = text("What there is meanwhile.", isin=list(INTERIM))
    stage: Series[str] = text("How far it has come.", isin=list(STAGES))
    urn: Series[str] = text("School consulted, named or directed; empty if none yet.")
    september: Series[pa.Int32] = number("Year of the 1 September that the place is wanted from.")


class Schemes(Contract):
    """Capital schemes: one row a scheme, as the council plans it."""

    scheme: Series[str] = text("Name or number of the scheme.", unique=True)
    scheme_type: Series[str] = code("scheme_types", "Kind of scheme; gives its usual lead time.")
    stage: Series[str] = text("How far it has come.", isin=list(SCHEME_STAGES))
    statutory_process: Series[str] = text("Prescribed alteration.", isin=list(STATUTORY))
    capital_secured: Series[str] = text("yes, part or no.", isin=["yes", "part", "no"])
    capital_cost: Series[float] = number("Pounds, whole scheme.", nullable=True, ge=0)
    urn: Series[str] = text("School, or a made-up code for a new one.")
    site_id: Series[str] = text("Site; main if there is one.")
    name: Series[str] = text("School and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    ncy_from: Series[pa.Int32] = number("First NCY.", ge=-4, le=21)
    ncy_to: Series[pa.Int32] = number("Last NCY.", ge=-4, le=21)
    needs: Series[str] = text("Needs it is for, separated by spaces; empty means all.")
    flexible: Series[str] = text("yes if any of these needs may use any place.", isin=["yes", "no"])
    locality: Series[str] = text("Locality of the site.")
    opening: Series[str] = text("Planned first day, YYYY-MM-DD.", str_matches=DAY)
    approval: Series[str] = text("Day approved or expected, YYYY-MM-DD, or empty.", str_matches=DAY)
    lead_months: Series[pd.Int32Dtype] = number(
        "Months from approval to opening; missing: as usual for its type.", nullable=True, ge=0
    )
    fill_1: Series[pd.Int32Dtype] = number("Places open in its first year.", nullable=True, ge=0)
    fill_2: Series[pd.Int32Dtype] = number("In its second year.", nullable=True, ge=0)
    fill_3: Series[pd.Int32Dtype] = number("In its third year.", nullable=True, ge=0)
    fill_4: Series[pd.Int32Dtype] = number("In its fourth year.", nullable=True, ge=0)
    fill_5: Series[pd.Int32Dtype] = number("In its fifth year.", nullable=True, ge=0)
    fill_6: Series[pd.Int32Dtype] = number("In its sixth year.", nullable=True, ge=0)
    fill_7: Series[pd.Int32Dtype] = number("In its seventh year.", nullable=True, ge=0)
    slippage_probability: Series[float] = number(
        "Chance that it opens late, 0 to 1.", nullable=True, ge=0, le=1
    )
    slippage_months: Series[pd.Int32Dtype] = number("How late, if late.", nullable=True, ge=0)
    in_register: Series[str] = text("yes: its places are on the register.", isin=["yes", "no"])


class Moves(Contract):
    """Agreed leavers and moves: one row a school, year group, need and September."""

    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site.")
    provision: Series[str] = code("provisions", "Provision type.")
    september: Series[pa.Int32] = number("Year of the 1 September by which they move.")
    ncy: Series[pa.Int32] = number("NCY they are in before that September.", ge=-4, le=21)
    need: Series[str] = code("needs", "Primary need; ALL if not said.", ("ALL",))
    leavers: Series[pa.Int32] = number("Leave for no other place here.", ge=0)
    moves_out: Series[pa.Int32] = number("Agreed moves to another place.", ge=0)
    moves_in: Series[pa.Int32] = number("Agreed moves from another place.", ge=0)


class Housing(Contract):
    """New dwellings: one row a site, kind of dwelling and January by which they are lived in."""

    site: Series[str] = text("Name of the site or area.")
    locality: Series[str] = text("Locality of the dwellings.")
    year: Series[pa.Int32] = year("January census year by which they are lived in.")
    dwellings: Series[pa.Int32] = number("Completed in the twelve months before.", ge=0)
    dwelling_type: Series[str] = code("dwelling_types", "Kind of dwelling.")
    from_outside: Series[float] = number(
        "Share of the families who come from outside the authority.", ge=0, le=1
    )


class HousingYields(Contract):
    """Children of a dwelling: one row a kind of dwelling and range of ages."""

    dwelling_type: Series[str] = code(
        "dwelling_types", "Kind of dwelling; any: every kind that has no rows of its own."
    )
    age_from: Series[pa.Int32] = number("First age at 31 August.", ge=0, le=25)
    age_to: Series[pa.Int32] = number("Last age.", ge=0, le=25)
    children_per_dwelling: Series[float] = number(
        "Children of these ages together, a dwelling.", ge=0
    )
    source: Series[str] = text("Where it comes from.")


class Imports(Contract):
    """Pupils of other authorities: one row a school, home authority and NCY."""

    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site.")
    provision: Series[str] = code("provisions", "Provision type.")
    home_authority: Series[str] = text("Three-digit DfE code, or unknown.")
    ncy: Series[pd.Int32Dtype] = number("NCY, missing if not said.", nullable=True)
    need: Series[str] = code("needs", "Primary need; ALL if not said.", ("ALL",))
    pupils: Series[pa.Int32] = number("Pupils.", ge=0)
    source: Series[str] = text("imports.csv, school census, or register.")


class Classes(Contract):
    """Class sizes: one row a class and period; the usable places of a cohort."""

    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site.")
    provision: Series[str] = code("provisions", "Provision type.")
    class_name: Series[str] = text("Class.")
    ncy_from: Series[pa.Int32] = number("First NCY of the class.", ge=-4, le=21)
    ncy_to: Series[pa.Int32] = number("Last NCY of the class.", ge=-4, le=21)
    needs: Series[str] = text("Needs it takes, separated by spaces; empty means all of its row.")
    places: Series[pa.Int32] = number("Places in the class.", ge=0)
    assessment: Series[str] = text("yes for an assessment class.", isin=["yes", "no"])
    september_from: Series[pa.Int32] = number("First September it runs from.")
    september_to: Series[pd.Int32Dtype] = number("Last September it runs from.", nullable=True)


class NeedMixGiven(Contract):
    """The planner's own split of a row's places over needs: one row a register row and need."""

    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site.")
    provision: Series[str] = code("provisions", "Provision type.")
    need: Series[str] = code("needs", "Primary need.")
    phase: Series[str] = code("phases", "Phase, ALL for every phase.", ("ALL",))
    share: Series[float] = number("Of the row's places (in the phase), 0 to 1.", ge=0, le=1)


class NeedMix(Contract):
    """Who uses which places: plan holders, or the planner's own split, by row and need."""

    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site; main where the returns do not say.")
    provision: Series[str] = code("provisions", "Provision type.")
    name: Series[str] = text("School and provision, for people.")
    need: Series[str] = code("needs", "Primary need as recorded.")
    phase: Series[str] = code("phases", "Phase, ALL if not said.", ("ALL",))
    plans: Series[pa.Int32] = number("Plan holders there at the base census.", ge=0)
    share_observed: Series[float] = number("Of the row's plan holders, 0 to 1.", nullable=True)
    share_used: Series[float] = number("Of the row's places that the split gives.", nullable=True)
    designated: Series[str] = text("yes if the register row takes the need.", isin=["yes", "no"])
    chosen_by: Series[str] = text(
        "observed, provision (too few known there) or planner.",
        isin=["observed", "provision", "planner"],
    )


class Costs(Contract):
    """Unit costs: one row an item and provision, with its range, year and source."""

    item: Series[str] = code("cost_items", "What it pays for.")
    provision: Series[str] = code("provisions", "Provision, ALL for any.", ("ALL",))
    scheme_type: Series[str] = code("scheme_types", "For capital; empty for any.", ("",))
    value: Series[float] = number("Central value in `unit`.", ge=0)
    low: Series[float] = number("1 in 10 lower.", ge=0)
    high: Series[float] = number("1 in 10 higher.", ge=0)
    unit: Series[str] = text("For example GBP a place and year.")
    price_year: Series[str] = text("Financial or calendar year of the prices.")
    source: Series[str] = text("Where it comes from.")
    given_by: Series[str] = text("council (costs.csv) or default.", isin=["council", "default"])


class Budget(Contract):
    """Budget lines for reconciliation: one row a line and financial year."""

    line: Series[str] = text("Budget line, as the council calls it.")
    item: Series[str] = code("cost_items", "Cost item it pays for.")
    provision: Series[str] = code("provisions", "Provision, ALL for any.", ("ALL",))
    financial_year: Series[str] = text("2025-26.", str_matches=r"^\d{4}-\d\d$")
    amount: Series[float] = number("Pounds.", ge=0)
    source: Series[str] = text("For example section 251 line.")
