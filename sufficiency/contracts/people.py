"""Contracts of the tables about plans and the children and young people who hold them."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.inputs import Contract
from sufficiency.contracts.kinds import code, number, text, year


class Plans(Contract):
    """The spine: one row a child or young person with an EHC plan at a census."""

    year: Series[pa.Int32] = year()
    plan_id: Series[str] = text("Pseudonym; joins years at person level.", unique=True)
    need: Series[str] = code("needs", "Primary need.")
    second_need: Series[str] = code("needs", "Second need, empty if none or unknown.", ("",))
    setting: Series[str] = code("settings", "Where placed on census day.")
    establishment: Series[str] = text("URN, empty if unknown.")
    site: Series[str] = text("Site of a split or satellite school, empty if unknown.")
    ncy: Series[pa.Int32] = number("Nominal NCY: age at 31 August less 4.", ge=-4, le=21)
    ncy_recorded: Series[pd.Int32Dtype] = number(
        "NCY as taught, missing if unknown.", nullable=True
    )
    age: Series[pa.Int32] = number("Age at 31 August before the census.", ge=0, le=25)
    sex: Series[str] = text("F, M or empty.", isin=["F", "M", ""])
    locality: Series[str] = text("Home locality, or outside.")
    lsoa: Series[str] = text("Home LSOA 2021; modelled where basis says so; empty if unknown.")
    in_area: Series[str] = text(
        "yes, no or unknown: placed inside the authority.", isin=["yes", "no", "unknown"]
    )
    residential: Series[str] = text(
        "52_weeks, yes (boarding of fewer weeks), no or unknown.",
        isin=["yes", "52_weeks", "no", "unknown"],
    )
    plan_start: Series[str] = text("Month the plan started (YYYY-MM), empty if unknown.")
    basis: Series[str] = text("person or modelled.", isin=["person", "modelled"])


class PastPlans(Plans):
    """Plans at every January held, person level: one row a plan and census."""

    plan_id: Series[str] = text("Pseudonym; the same person in every year.")

    class Config(Contract.Config):  # pyright: ignore[reportIncompatibleVariableOverride]
        unique = ["year", "plan_id"]  # noqa: RUF012


class SecondPlacements(Contract):
    """Rank-2 placements on census day: one row a January, school, setting, need and NCY."""

    year: Series[pa.Int32] = year()
    establishment: Series[str] = text("URN, empty if unknown.")
    setting: Series[str] = code("settings", "Setting of the second placement.")
    need: Series[str] = code("needs", "Primary need.")
    ncy: Series[pa.Int32] = number("Nominal NCY.", ge=-4, le=21)
    plans: Series[pa.Int32] = number("Plans.", ge=0)


class PlacementMonths(Contract):
    """When residents entered and left: one row a return, school, setting, pool and month."""

    year: Series[pa.Int32] = year("January census year of the return.")
    establishment: Series[str] = text("URN.")
    setting: Series[str] = code("settings", "Setting, by the flags of the placement.")
    pool: Series[str] = text(
        "nursery, school_age or post_16, by age at 31 August before the month's school year.",
        isin=["nursery", "school_age", "post_16"],
    )
    month: Series[str] = text("YYYY-MM, of the calendar year before the census.")
    entered: Series[pa.Int32] = number("Main placements that began in the month.", ge=0)
    left: Series[pa.Int32] = number("Main placements that ended in the month.", ge=0)


class SchoolsAttended(Contract):
    """Every establishment a plan holder was placed in, of any authority: one row a URN."""

    urn: Series[str] = text("URN.", unique=True)
    name: Series[str] = text("Name.")
    authority: Series[str] = text("Three-digit DfE code it lies in, empty if unknown.")
    setting: Series[str] = code("settings", "Setting of a plan holder there without a base flag.")
    age_from: Series[pd.Int32Dtype] = number("Lowest statutory age.", nullable=True)
    age_to: Series[pd.Int32Dtype] = number("Highest statutory age.", nullable=True)
    easting: Series[float] = number("British National Grid, metres.", nullable=True)
    northing: Series[float] = number("British National Grid, metres.", nullable=True)


class PlanFlows(Contract):
    """Joiners, leavers, movers between censuses; residual rows where stock and flow disagree."""

    year: Series[pa.Int32] = year("January census at the end of the step.")
    flow: Series[str] = text(
        "joiner, leaver, mover (setting changed), need_change, stayer, or residual (change in "
        "stock less what the return's own new and ceased plans explain).",
        isin=["joiner", "leaver", "mover", "need_change", "stayer", "residual"],
    )
    age: Series[pd.Int32Dtype] = number(
        "Age at 31 August before the end of the step, missing for totals.", nullable=True
    )
    need: Series[str] = code("needs", "Primary need at the start (joiners: end).", ("ALL",))
    setting: Series[str] = code("settings", "Setting at the start (joiners: end).", ("ALL",))
    to_need: Series[str] = code("needs", "Need at the end, empty where it is as it was.", ("",))
    to_setting: Series[str] = code(
        "settings", "Setting at the end, empty where it is as it was.", ("",)
    )
    reason: Series[str] = text(
        "Joiners: new_plan, transfer_in or not_explained. Leavers: the cease reason's word, or "
        "not_explained. Residual: how it was computed. Else empty."
    )
    value: Series[float] = number("Plans; a residual may be negative.")
    source: Series[str] = text("published, linked or computed.")


class Links(Contract):
    """How people were recognised from one January to the next: one row a step and method."""

    year: Series[pa.Int32] = year("January census at the end of the step.")
    method: Series[str] = text(
        "upn, uln, fallback (name, birth date and postcode), or none.",
        isin=["upn", "uln", "fallback", "none"],
    )
    plans: Series[pa.Int32] = number("Plans of the later census matched this way.", ge=0)
    share: Series[float] = number("Of the plans of the later census, 0 to 1.", ge=0, le=1)


class Requests(Contract):
    """One row a request for an EHC needs assessment."""

    year: Series[pa.Int32] = year("January census of the return that holds it.")
    request_id: Series[str] = text("Pseudonym.", unique=True)
    received: Series[str] = text("Month received (YYYY-MM), empty if unknown.")
    request_source: Series[str] = text("1 to 5 (terms), empty if unknown.")
    request_outcome: Series[str] = text("Y, N, A, W, H or empty.")
    assessment_outcome: Series[str] = text("Y, N, A, W, H or empty.")
    plan_issued: Series[str] = text("Month the plan was issued (YYYY-MM), or empty.")
    weeks_to_decision: Series[float] = number("Received to request outcome.", nullable=True)
    weeks_to_plan: Series[float] = number("Received to plan issued.", nullable=True)
    exceptions: Series[str] = text("20-week exceptions: yes, no or empty.", isin=["yes", "no", ""])
    pending: Series[str] = text(
        "What it waits for: decision, assessment, plan, or empty.",
        isin=["decision", "assessment", "plan", ""],
    )
    age: Series[pd.Int32Dtype] = number("Age at 31 August before the request.", nullable=True)


class RequestsByMonth(Contract):
    """Requests, decisions and plans issued: one row a month."""

    month: Series[str] = text("YYYY-MM.", unique=True)
    received: Series[pa.Int32] = number("Requests received.", ge=0)
    agreed: Series[pa.Int32] = number("Of those received, assessment agreed.", ge=0)
    refused: Series[pa.Int32] = number("Of those received, assessment refused.", ge=0)
    pending: Series[pa.Int32] = number("Of those received, still waiting at the census.", ge=0)
    plans_issued: Series[pa.Int32] = number("New plans issued in the month.", ge=0)
    within_20_weeks: Series[pa.Int32] = number("Of those issued, within 20 weeks.", ge=0)
    counted_for_20_weeks: Series[pa.Int32] = number("Of those issued, without exceptions.", ge=0)
    within_20_weeks_counted: Series[pa.Int32] = number(
        "Within 20 weeks, of those without exceptions.", ge=0
    )


class Adulthood(Contract):
    """Preparation for adulthood: one row a January, age and pathway or destination."""

    year: Series[pa.Int32] = year()
    kind: Series[str] = text(
        "pathway (at the census) or destination (of plans that ceased in the year before).",
        isin=["pathway", "destination"],
    )
    key: Series[str] = text(
        "apprenticeship, traineeship, supported_internship, not_in_education, other_education; "
        "or the cease reason's word."
    )
    age: Series[pa.Int32] = number("Age at 31 August before the census, 16 to 25.", ge=16, le=25)
    plans: Series[pa.Int32] = number("Plans.", ge=0)


class Pupils(Contract):
    """School census counts: one row a term, school, home, NCY, SEN provision, need and base."""

    year: Series[pa.Int32] = year("January census year of the school year.")
    term: Series[str] = text("autumn, spring or summer.", isin=["autumn", "spring", "summer"])
    establishment: Series[str] = text("URN.")
    locality: Series[str] = text("Home locality, or outside.")
    home: Series[str] = text(
        "inside or outside the authority (a pupil of another authority), or unknown.",
        isin=["inside", "outside", "unknown"],
    )
    ncy: Series[pd.Int32Dtype] = number(
        "NCY as taught, missing where none is followed.", nullable=True
    )
    sen_provision: Series[str] = text("N, K or E.", isin=["N", "K", "E"])
    need: Series[str] = code("needs", "Primary need, empty if none.", ("",))
    base: Series[str] = text("unit, rp or empty.", isin=["unit", "rp", ""])
    pupils: Series[pa.Int32] = number("Pupils, attendance basis.", ge=0)


class SenSupportToPlan(Contract):
    """Children on SEN support who had a plan a year on: one row a year, need and NCY."""

    year: Series[pa.Int32] = year("January census at the end of the year.")
    need: Series[str] = code("needs", "Primary need a year before, ALL for all.", ("ALL",))
    ncy: Series[pd.Int32Dtype] = number("NCY a year before, missing for all.", nullable=True)
    on_sen_support: Series[pa.Int32] = number("Residents on SEN support a year before.", ge=0)
    came_to_plan: Series[pa.Int32] = number("Of whom had a plan a year on.", ge=0)
    rate: Series[float] = number("came_to_plan / on_sen_support.", nullable=True, ge=0, le=1)


class QualityChecks(Contract):
    """What was checked in the returns: one row a return and check, passed or not."""

    year: Series[pa.Int32] = year("January census year of the return.")
    source: Series[str] = text("SEN2 return or school census.")
    check: Series[str] = text("Stable id.")
    title: Series[str] = text("What was checked, in plain words.")
    severity: Series[str] = text("blocks, warns or informs.", isin=["blocks", "warns", "informs"])
    count: Series[pa.Int32] = number("Rows, or schools, that fail.", ge=0)
    share: Series[float] = number(
        "Share of plans (census: pupils) affected, missing where it cannot be told.",
        nullable=True,
        ge=0,
        le=1,
    )
    assumed: Series[str] = text("What was assumed where it fails.")
    action: Series[str] = text("What to do.")


class Bases(Contract):
    """Units and resourced provision, three ways: one row a January and school."""

    year: Series[pa.Int32] = year()
    establishment: Series[str] = text("URN.")
    name: Series[str] = text("School.")
    base: Series[str] = text("unit or rp.", isin=["unit", "rp"])
    sen2: Series[pa.Int32] = number("Plans of residents flagged in SEN2.", ge=0)
    census: Series[pd.Int32Dtype] = number("Pupils flagged in the spring census.", nullable=True)
    gias: Series[pd.Int32Dtype] = number("On roll in GIAS, else its capacity.", nullable=True)
    register: Series[pd.Int32Dtype] = number("Places in the register.", nullable=True)
    verdict: Series[str] = text(
        "agrees, fewer_flagged, flagged_without_base, not_flagged or not_known.",
        isin=["agrees", "fewer_flagged", "flagged_without_base", "not_flagged", "not_known"],
    )


class AgainstPublished(Contract):
    """Person level beside published counts: one row a January and published cell."""

    year: Series[pa.Int32] = year()
    dimension: Series[str] = text("total, need, age or setting.")
    key: Series[str] = text("Code, age, or all.")
    person: Series[pa.Int32] = number("Plans in the return.", ge=0)
    published: Series[pa.Int32] = number("Plans as published.", ge=0)
    difference: Series[pa.Int32] = number("Return less published.")
    stated: Series[str] = text(
        "yes where the difference is over the size in the settings.", isin=["yes", "no"]
    )


class Paths(Contract):
    """What every output is cut from: counts of plans by scenario, path, year and cell."""

    scenario: Series[pd.CategoricalDtype] = text("Scenario name.")
    path: Series[pa.Int32] = number("Simulated path, from 0.", ge=0)
    year: Series[pa.Int16] = year()
    need: Series[pd.CategoricalDtype] = text("Primary need.")
    setting: Series[pd.CategoricalDtype] = text("Setting.")
    ncy: Series[pa.Int8] = number("Nominal NCY.", ge=-4, le=21)
    locality: Series[pd.CategoricalDtype] = text("Home locality, or outside.")
    count: Series[pa.Int32] = number("Plans in the cell; cells with none are absent.", gt=0)


class PathTotals(Contract):
    """Totals of each path and year: stock = last stock + joiners - leavers, always."""

    scenario: Series[str] = text("Scenario name.")
    path: Series[pa.Int32] = number("Simulated path, from 0.", ge=0)
    year: Series[pa.Int32] = year()
    stock: Series[pa.Int64] = number("Plans in force.", ge=0)
    joiners: Series[pa.Int64] = number("Plans that joined since the last census.", ge=0)
    leavers: Series[pa.Int64] = number("Plans that left since the last census.", ge=0)
    target: Series[float] = number("Total drawn from the calibrated distribution.", nullable=True)
    joiner_factor: Series[float] = number("Multiplier on joiner rates that meets the target.", ge=0)
    leaver_factor: Series[float] = number("Multiplier on leaver odds that meets the target.", ge=0)
