"""Contracts of what a head of sufficiency decides on: occupancy, September, schemes, money."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.council import INTERIM, STAGES
from sufficiency.contracts.inputs import Contract
from sufficiency.contracts.kinds import code, number, text, year

POOLS = ("nursery", "school_age", "post_16", "ALL")
SEPTEMBER = "Year of the 1 September."


class RegisterChanges(Contract):
    """What the planner changed on the register: one row a changed cell, added or removed row."""

    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site.")
    provision: Series[str] = text("Provision type.")
    name: Series[str] = text("School and provision, for people.")
    effective_from: Series[str] = text("First day of the register row.")
    change: Series[str] = text("added, removed or changed.", isin=["added", "removed", "changed"])
    column: Series[str] = text("Column that changed; empty for a whole row.")
    before: Series[str] = text("As it was.")
    after: Series[str] = text("As it is.")
    compared_with: Series[str] = text("The starter or last confirmed register, or last year's.")


class RegisterCheck(Contract):
    """The register beside GIAS, the school census and SEN2: one row a school and provision."""

    year: Series[pa.Int32] = year()
    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site; ALL where the sources do not tell sites apart.")
    name: Series[str] = text("School and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    register_roll: Series[pd.Int32Dtype] = number("On roll, register.", nullable=True)
    census_roll: Series[pd.Int32Dtype] = number("On roll, school census.", nullable=True)
    census_plans: Series[pd.Int32Dtype] = number("Of whom with a plan.", nullable=True)
    gias_roll: Series[pd.Int32Dtype] = number("On roll, GIAS.", nullable=True)
    gias_capacity: Series[pd.Int32Dtype] = number("Capacity, GIAS.", nullable=True)
    sen2_plans: Series[pd.Int32Dtype] = number("Residents placed there, SEN2.", nullable=True)
    imports: Series[pd.Int32Dtype] = number("Pupils of other authorities.", nullable=True)
    without_plan: Series[pd.Int32Dtype] = number("Pupils without a plan.", nullable=True)
    difference: Series[pd.Int32Dtype] = number(
        "Roll (census, else register) less SEN2, imports and pupils without a plan.", nullable=True
    )
    verdict: Series[str] = text(
        "agrees, differs, or not_known.", isin=["agrees", "differs", "not_known"]
    )


class Occupancy(Contract):
    """Occupancy and headroom at the base census: one row a register row and pool, FTE."""

    year: Series[pa.Int32] = year()
    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site.")
    name: Series[str] = text("School and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    locality: Series[str] = text("Locality of the site.")
    pool: Series[str] = text(
        "nursery, school_age (Reception to Year 11), post_16, or ALL: the whole row.",
        isin=list(POOLS),
    )
    physical: Series[pd.Int32Dtype] = number("Places the building supports.", nullable=True)
    scap: Series[pd.Int32Dtype] = number("Places reported in SCAP.", nullable=True)
    commissioned: Series[pd.Int32Dtype] = number("Places commissioned.", nullable=True)
    usable: Series[pd.Int32Dtype] = number(
        "Class sizes added up where supplied, else commissioned.", nullable=True
    )
    on_roll: Series[pd.Int32Dtype] = number("Pupils on roll.", nullable=True)
    roll_source: Series[str] = text("school census, register, or none.")
    with_plan: Series[pd.Int32Dtype] = number("Residents with a plan, rank 1.", nullable=True)
    other_authorities: Series[pd.Int32Dtype] = number(
        "Pupils of other authorities; missing: imports not known.", nullable=True
    )
    assessment: Series[pd.Int32Dtype] = number("Assessment places in use.", nullable=True)
    sen_support: Series[pd.Int32Dtype] = number(
        "Others without a plan: SEN support and no SEN.", nullable=True
    )
    unexplained: Series[pd.Int32Dtype] = number(
        "On roll less the four before it; not 0 where sources differ.", nullable=True
    )
    fte: Series[float] = number("Full-time equivalents on roll.", nullable=True, ge=0)
    occupancy: Series[float] = number("fte / usable, per cent; over 100 is shown.", nullable=True)
    headroom: Series[float] = number("usable - fte; never below 0.", nullable=True, ge=0)
    over_number: Series[float] = number("fte - commissioned; never below 0.", nullable=True, ge=0)
    second_placements: Series[pd.Int32Dtype] = number(
        "Rank-2 placements, apart and never added.", nullable=True
    )
    july_peak: Series[float] = number(
        "Expected FTE in July, from last year's entry and leaving dates.", nullable=True
    )
    beds: Series[pd.Int32Dtype] = number("Boarding beds, a capacity of their own.", nullable=True)
    beds_used: Series[pd.Int32Dtype] = number("Residents placed there as boarders.", nullable=True)
    flexible: Series[str] = text("yes if any accepted need may use any place.", isin=["yes", "no"])
    note: Series[str] = text("What a reader must know, for example imports not known.")


class SeptemberBoard(Contract):
    """Places free on 1 September: one row a September, school, provision and cohort."""

    september: Series[pa.Int32] = number(SEPTEMBER)
    urn: Series[str] = text("School.")
    site_id: Series[str] = text("Site; ALL where it is not told who is at which.")
    name: Series[str] = text("School and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    locality: Series[str] = text("Locality of the site; ALL if its sites lie in several.")
    ncy_from: Series[pa.Int32] = number("First NCY of the cohort from that September.")
    ncy_to: Series[pa.Int32] = number("Last NCY of the cohort from that September.")
    needs: Series[str] = text("Needs of the cohort's classes, separated by spaces; empty: all.")
    agreed_places: Series[pd.Int32Dtype] = number(
        "Sum of class sizes for the cohort, without assessment classes; missing where no class is "
        "listed.",
        nullable=True,
    )
    on_roll: Series[pd.Int32Dtype] = number(
        "Pupils who would be in the cohort if all stayed (base roll, moved up).", nullable=True
    )
    leaving: Series[pd.Int32Dtype] = number("Of whom agreed leavers.", nullable=True)
    moves_out: Series[pd.Int32Dtype] = number("Of whom agreed moves out.", nullable=True)
    moves_in: Series[pd.Int32Dtype] = number("Agreed moves in.", nullable=True)
    staying_on: Series[pd.Int32Dtype] = number("on_roll - leaving - moves_out.", nullable=True)
    places_free: Series[pd.Int32Dtype] = number(
        "agreed_places - staying_on - moves_in; below 0 is over number.", nullable=True
    )
    named: Series[pa.Int32] = number("Children with the school named in the plan.", ge=0)
    directed: Series[pa.Int32] = number("Children directed or ordered by the tribunal.", ge=0)
    consulted: Series[pa.Int32] = number(
        "Children it is being consulted on, or whose appeal is not decided.", ge=0
    )
    free_after_named: Series[pd.Int32Dtype] = number(
        "places_free - named - directed.", nullable=True
    )
    reason: Series[str] = text("Why places are not known; empty where they are.")


class Transfers(Contract):
    """Changes of phase: one row a September, transfer, need group, setting group and home."""

    september: Series[pa.Int32] = number(SEPTEMBER)
    transfer: Series[str] = code("phase_transfers", "Which change of phase.")
    from_ncy: Series[pa.Int32] = number("NCY before it.")
    to_ncy: Series[pa.Int32] = number("NCY after it.")
    need_group: Series[str] = code("need_groups", "Need group.")
    setting_group: Series[str] = code("setting_groups", "Where placed before it.")
    locality: Series[str] = text("Home locality, ALL for the authority.")
    children: Series[pd.Int32Dtype] = number(
        "Plan holders of the base census who reach it; missing where it cannot be told.",
        nullable=True,
    )
    expected_mean: Series[float] = number("Forecast number, joiners and leavers counted.", ge=0)
    expected_p10: Series[float] = number("1 in 10 lower.", ge=0)
    expected_p90: Series[float] = number("1 in 10 higher.", ge=0)
    to_specialist_mean: Series[float] = number(
        "Of the mean: forecast in special schools of any kind or bases after it; missing where the "
        "forecast does not reach the January after.",
        nullable=True,
        ge=0,
    )
    awaiting: Series[pa.Int32] = number(
        "On the awaiting list: a special school or base is agreed from that September.", ge=0
    )
    review_by: Series[str] = text("Statutory day for the amended plan, YYYY-MM-DD.")
    basis: Series[str] = text(
        "schools: ages of the very schools; usual: this authority's usual transfer ages."
    )


class BasePathway(Contract):
    """Primary base leavers against secondary base places: one row a September, need, locality."""

    september: Series[pa.Int32] = number(SEPTEMBER)
    need_group: Series[str] = code("need_groups", "Need group, ALL for totals.", ("ALL",))
    locality: Series[str] = text("Home locality of leavers, site of places; ALL for both.")
    leavers_now: Series[pd.Int32Dtype] = number(
        "Plan holders in primary bases today who reach it.", nullable=True
    )
    leavers_mean: Series[float] = number("Forecast Year 6 leavers of primary bases.", ge=0)
    leavers_p10: Series[float] = number("1 in 10 lower.", ge=0)
    leavers_p50: Series[float] = number("Middle.", ge=0)
    leavers_p80: Series[float] = number("2 in 10 higher.", ge=0)
    leavers_p90: Series[float] = number("1 in 10 higher.", ge=0)
    secondary_places: Series[pd.Int32Dtype] = number(
        "Places of the classes of bases that take Year 7; missing if unknown.", nullable=True
    )
    places_free: Series[pd.Int32Dtype] = number("Of which free, from the board.", nullable=True)
    shortfall_mean: Series[float] = number("Mean leavers without a place.", nullable=True, ge=0)
    p_shortfall: Series[float] = number(
        "Probability that leavers exceed places.", nullable=True, ge=0, le=1
    )
    reason: Series[str] = text("Why places are not known; empty where they are.")


class Routes(Contract):
    """Post-16 to 25: one row a year, phase, need group and route."""

    year: Series[pa.Int32] = year()
    kind: Series[str] = text(
        "stock: where young people are. after_year_11: where last year's Year 11 went. left: plans "
        "that ended at 16 to 25 in the calendar year before.",
        isin=["stock", "after_year_11", "left"],
    )
    phase: Series[str] = text("post_16, post_19, or ALL.", isin=["post_16", "post_19", "ALL"])
    need_group: Series[str] = code("need_groups", "Need group, ALL for totals.", ("ALL",))
    route: Series[str] = code(
        "routes",
        "Route. Internships and apprenticeships are also counted in the route of their setting.",
    )
    mean: Series[float] = number("Young people; forecast years: mean.", ge=0)
    p10: Series[float] = number("1 in 10 lower; equals mean in counted years.", ge=0)
    p90: Series[float] = number("1 in 10 higher; equals mean in counted years.", ge=0)
    basis: Series[str] = text(
        "counted (return by child), modelled (open data) or forecast.",
        isin=["counted", "modelled", "forecast"],
    )


class Waiting(Contract):
    """Children who wait for a place, or may: counts by how long, where now and stage."""

    source: Series[str] = text(
        "awaiting: the council's list. possible: no list, so plan holders recorded as not in a "
        "school place, by age; a possible demand, never unmet duty.",
        isin=["awaiting", "possible"],
    )
    need_group: Series[str] = code("need_groups", "Need group.")
    phase: Series[str] = code("phases", "Phase.")
    locality: Series[str] = text("Home locality, or outside.")
    provision: Series[str] = text("Place agreed; none where there is no list.")
    where_now: Series[str] = code("settings", "Where placed now.")
    interim: Series[str] = text("What there is meanwhile.", isin=list(INTERIM))
    stage: Series[str] = text("How far it has come; none without a list.", isin=[*STAGES, "none"])
    waited: Series[str] = text(
        "Weeks since agreed: 0-12, 13-26, 27-52, 53+, or not known.",
        isin=["0-12", "13-26", "27-52", "53+", "not known"],
    )
    children: Series[pa.Int32] = number("Children, each once.", ge=0)


class SchemePlaces(Contract):
    """What each scheme adds, year by year: one row a scheme and January."""

    scheme: Series[str] = text("Name or number of the scheme.")
    name: Series[str] = text("School and provision, for people.")
    scheme_type: Series[str] = code("scheme_types", "Kind of scheme.")
    stage: Series[str] = text("How far it has come.")
    provision: Series[str] = code("provisions", "Provision type.")
    locality: Series[str] = text("Locality of the site.")
    year: Series[pa.Int32] = year("January census year the places are open in.")
    planned_places: Series[pa.Int32] = number("As the council plans it.", ge=0)
    earliest_opening: Series[str] = text("Earliest day by lead time, YYYY-MM-DD.")
    likely_places: Series[float] = number(
        "Mean, with lead time and slippage; 0 before it can open.", ge=0
    )
    counted_places: Series[pa.Int32] = number(
        "In unmitigated places: approved schemes only, never before earliest_opening.", ge=0
    )
    counted: Series[str] = text("yes if unmitigated places count it.", isin=["yes", "no"])
    why_not: Series[str] = text("What is missing for it to count; empty if it counts.")
    capital_cost: Series[float] = number("Pounds, whole scheme; central.", nullable=True)
    capital_source: Series[str] = text(
        "scheme; not known; or who gave the unit cost, and its source."
    )


class PlaceReturn(Contract):
    """Recommended places to commission for the next academic year: one row a place type."""

    academic_year: Series[str] = text("2026/27.", str_matches=r"^\d{4}/\d\d$")
    urn: Series[str] = text("Institution.")
    site_id: Series[str] = text("Site.")
    name: Series[str] = text("Institution and provision, for people.")
    provision: Series[str] = code("provisions", "Provision type.")
    place_type: Series[str] = text("pre_16 or post_16.", isin=["pre_16", "post_16"])
    places_now: Series[pd.Int32Dtype] = number("Commissioned this academic year.", nullable=True)
    expected: Series[float] = number("Expected FTE next January.", nullable=True)
    recommended: Series[pd.Int32Dtype] = number("Recommended places.", nullable=True)
    change: Series[pd.Int32Dtype] = number("recommended - places_now.", nullable=True)
    unit_cost: Series[float] = number("Place funding, pounds a place and year.", nullable=True)
    cost_first_year: Series[float] = number(
        "Of the change, 7/12: September to March.", nullable=True
    )
    cost_next_year: Series[float] = number("Of the change, 5/12: April to August.", nullable=True)
    first_financial_year: Series[str] = text("2026-27.")
    notify_by: Series[str] = text("Day of the autumn notification, YYYY-MM-DD.")
    why: Series[str] = text("How the recommendation was reached.")


class Journeys(Contract):
    """How far plan holders travel at the base census: one row a home, school, need and phase."""

    year: Series[pa.Int32] = year()
    locality: Series[str] = text("Home locality, or outside.")
    urn: Series[str] = text("School; empty if unknown.")
    name: Series[str] = text("School.")
    provision: Series[str] = code("provisions", "Provision; none for the rest.", ("none",))
    setting_group: Series[str] = code("setting_groups", "Setting group.")
    need_group: Series[str] = code("need_groups", "Need group.")
    phase: Series[str] = code("phases", "Phase.")
    site_locality: Series[str] = text("Locality the school lies in; outside; or unknown.")
    in_area: Series[str] = text("yes, no or unknown.", isin=["yes", "no", "unknown"])
    residential: Series[str] = text("yes, 52_weeks, no or unknown.")
    children: Series[pa.Int32] = number("Plan holders.", ge=0)
    km: Series[float] = number("Mean estimated road distance, one way.", nullable=True, ge=0)
    minutes: Series[float] = number("Mean estimated time, one way.", nullable=True, ge=0)


class BringingBack(Contract):
    """New independent and non-maintained placements that a local place could serve, and saving."""

    year: Series[pa.Int32] = year("January census at the end of the year they were made in.")
    kind: Series[str] = text(
        "new_plan, phase_transfer or move.", isin=["new_plan", "phase_transfer", "move"]
    )
    setting: Series[str] = code("settings", "Placed in.")
    in_area: Series[str] = text("yes, no or unknown: a separate question.")
    need_group: Series[str] = code("need_groups", "Need group.")
    phase: Series[str] = code("phases", "Phase.")
    locality: Series[str] = text("Home locality.")
    children: Series[pa.Int32] = number("New placements in the year.", ge=0)
    left_out_52_weeks: Series[pa.Int32] = number("Of whom 52-week residential: left out.", ge=0)
    substitutable_share: Series[float] = number("Share assumed to be servable.", ge=0, le=1)
    could_be_local: Series[float] = number("(children - left out) x share.", ge=0)
    local_provision: Series[str] = text("Provision that takes the need and phase; empty: none.")
    km_now: Series[float] = number("Mean road km to where they are.", nullable=True)
    km_local: Series[float] = number("Mean road km to the nearest such place.", nullable=True)
    fee: Series[float] = number("Pounds a child and year, now.", nullable=True)
    local_cost: Series[float] = number("Place funding, top-up and transport.", nullable=True)
    capital: Series[float] = number("Capital a place, spread over its life.", nullable=True)
    saving_mean: Series[float] = number("Pounds a year, all of could_be_local.", nullable=True)
    saving_low: Series[float] = number("1 in 10 lower; below 0 is a cost.", nullable=True)
    saving_high: Series[float] = number("1 in 10 higher.", nullable=True)
    note: Series[str] = text("Why there is no saving, or what it leaves out.")


class BaseQuestion(Contract):
    """Can it be met in a base? One row a year, need group, phase and locality with a shortage."""

    year: Series[pa.Int32] = year()
    need_group: Series[str] = code("need_groups", "Need group.")
    phase: Series[str] = code("phases", "Phase.")
    locality: Series[str] = text("ALL, or home locality where homes are known.")
    shortage_mean: Series[float] = number("Expected shortage of special-school places.", ge=0)
    base_share: Series[float] = number(
        "Share that specialist bases could meet; missing if nothing tells.",
        nullable=True,
        ge=0,
        le=1,
    )
    base_share_low: Series[float] = number("Lower end of the share.", nullable=True, ge=0, le=1)
    base_share_high: Series[float] = number("Higher end of the share.", nullable=True, ge=0, le=1)
    could_be_base: Series[float] = number("shortage_mean x base_share.", nullable=True, ge=0)
    remains_special: Series[float] = number("The rest.", nullable=True, ge=0)
    evidence: Series[str] = text("What the share rests on, in words.")


class GapCosts(Contract):
    """What the gap costs: one row a financial year, provision and way of meeting it."""

    financial_year: Series[str] = text("2026-27.", str_matches=r"^\d{4}-\d\d$")
    provision: Series[str] = code("provisions", "Provision that is short.")
    met_by: Series[str] = text(
        "local: new places. independent: bought. difference: independent less local.",
        isin=["local", "independent", "difference"],
    )
    item: Series[str] = text("Cost item, ALL for the sum, capital apart from revenue.")
    places_mean: Series[float] = number(
        "Mean places short, by month; for capital, places beyond any short before.", ge=0
    )
    mean: Series[float] = number("Pounds; means add up.")
    p10: Series[float] = number("1 in 10 lower: demand and prices.")
    p90: Series[float] = number("1 in 10 higher.")


class BudgetCheck(Contract):
    """Costs beside budget lines: one row a line and financial year."""

    line: Series[str] = text("Budget line.")
    item: Series[str] = text("Cost item.")
    provision: Series[str] = text("Provision.")
    financial_year: Series[str] = text("2025-26.")
    budget: Series[float] = number("Pounds, as given.")
    computed: Series[float] = number(
        "Pounds, placements (for place funding, places paid for) x unit cost.", nullable=True
    )
    difference: Series[float] = number("computed - budget.", nullable=True)
    note: Series[str] = text("Which placements and costs were counted, or why not.")
