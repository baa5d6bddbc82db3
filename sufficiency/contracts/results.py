"""Contracts of forecasts, demand, gaps, and what every report must carry."""

import pandas as pd
import pandera.pandas as pa
from pandera.typing.pandas import Series

from sufficiency.contracts.inputs import Contract
from sufficiency.contracts.kinds import code, number, text, year

QUANTILE_NOTE = "Quantiles come from the row's own paths; they do not add up across rows."


class Targets(Contract):
    """The pooled forecast: one row a cut (total, setting group, age band or need) and year."""

    dimension: Series[str] = text(
        "What the cut is of; the cuts of a dimension sum to the total.",
        isin=["total", "setting_group", "age_band", "need"],
    )
    cut: Series[str] = text("total, a setting group, an age band (5-10) or a need (need:ASD).")
    year: Series[pa.Int32] = year()
    horizon: Series[pa.Int32] = number("Years ahead of the base census.", ge=0, le=20)
    mean: Series[float] = number("Central forecast of plans.", ge=0)
    own_sd: Series[float] = number(
        "Standard deviation of the authority's own error, log scale.", ge=0
    )
    common_sd: Series[float] = number(
        "Standard deviation of the shared national error, log scale.", ge=0
    )
    tail: Series[float] = number(
        "Degrees of freedom of the own error (Student's t); 0 is a normal error.", ge=0
    )
    method: Series[str] = text("How the central forecast was made.")


class Drivers(Contract):
    """Why the forecast moves: one row a year, cut and driver; drivers sum to the mean change."""

    scenario: Series[str] = text("Scenario name.")
    year: Series[pa.Int32] = year()
    cut_kind: Series[str] = text(
        "all, provision or need_group.", isin=["all", "provision", "need_group"]
    )
    cut: Series[str] = text("ALL, a provision (none for settings without one) or a need group.")
    driver: Series[str] = code("drivers", "What moves it, in the order the effects are added.")
    change: Series[float] = number("Mean change in plans since the base census; + is more plans.")


class AnnotationEffect(Contract):
    """The pooled forecast with the annotated years down-weighted, and without: one row a year."""

    dimension: Series[str] = text("total or setting_group.", isin=["total", "setting_group"])
    cut: Series[str] = text("total or a setting group.")
    year: Series[pa.Int32] = year()
    annotated: Series[str] = text("Annotated January census years, apart by spaces.")
    with_annotation: Series[float] = number("Central forecast as used.", ge=0)
    without: Series[float] = number("Central forecast had no year been annotated.", ge=0)
    difference: Series[float] = number("With less without; plans.")


class Demand(Contract):
    """Demand: a summary of paths, one row a scenario, view, year and cell."""

    scenario: Series[str] = text("Scenario name.")
    view: Series[str] = text(
        "placements: as they would fall. possible: adding those not in a school place.",
        isin=["placements", "possible"],
    )
    basis: Series[str] = text("modelled or person: the plans the paths started from.")
    year: Series[pa.Int32] = year()
    need_group: Series[str] = code("need_groups", "Need group, ALL for totals.", ("ALL",))
    provision: Series[str] = text("Provision, none for settings without one, ALL for totals.")
    phase: Series[str] = code("phases", "Phase, ALL for totals.", ("ALL",))
    locality: Series[str] = text("Home locality, ALL for the authority.")
    mean: Series[float] = number("Mean over paths; means add up.", ge=0)
    sd: Series[float] = number("Standard deviation over paths.", ge=0)
    p10: Series[float] = number("One in ten paths lie below. " + QUANTILE_NOTE, ge=0)
    p50: Series[float] = number("Half the paths lie below. " + QUANTILE_NOTE, ge=0)
    p80: Series[float] = number("Eight in ten paths lie below. " + QUANTILE_NOTE, ge=0)
    p90: Series[float] = number("Nine in ten paths lie below. " + QUANTILE_NOTE, ge=0)
    p_rise: Series[float] = number(
        "Probability that the row exceeds its number at the base census; 0 in the base year.",
        ge=0,
        le=1,
    )
    p_fall: Series[float] = number(
        "Probability that the row is below its number at the base census; 0 in the base year.",
        ge=0,
        le=1,
    )
    not_placed: Series[float] = number(
        "Of the mean: of school age (Reception to Year 11), recorded as not in education or with "
        "no placement. 0 in the possible view, where they have moved to provisions.",
        ge=0,
    )


class EnglandDemand(Demand):
    """Demand of many authorities by the open-data route: one row an authority, view, year, cell."""

    authority: Series[str] = text("Three-digit DfE code.")
    made_from: Series[str] = text(
        "own: its published tables of the base census. assumed: its last total carried there, "
        "with England's needs and ages.",
        isin=["own", "assumed"],
    )


class EnglandAuthorities(Contract):
    """What each authority's forecast was made from: one row an authority, also those left out."""

    authority: Series[str] = text("Three-digit DfE code.", unique=True)
    authority_name: Series[str] = text("Name as published.")
    region: Series[str] = text("Region name as published.")
    made_from: Series[str] = text(
        "own, assumed (see England demand) or left_out.", isin=["own", "assumed", "left_out"]
    )
    last_total: Series[pd.Int32Dtype] = number(
        "January of its last usable published total; missing if none is published.", nullable=True
    )
    plans: Series[pa.Int32] = number("Plans at the base census; 0 where left out.", ge=0)
    note: Series[str] = text("Why it is assumed or left out; empty otherwise.")


class Gap(Contract):
    """The gap table: demand less places, positive is a shortage. Never netted."""

    scenario: Series[str] = text("Scenario name.")
    view: Series[str] = text("placements or possible.", isin=["placements", "possible"])
    basis: Series[str] = text(
        "ALL rows: authority, places pooled. Locality rows: sited, places sited there and, by "
        "journeys of the base census, those its residents use elsewhere. Where exports, imports "
        "and journeys of the provision are not known `sited, before imports and exports`, and with "
        "modelled plans `sited, homes modelled, before imports and exports`: such rows have no "
        "p_shortage and no first_year."
    )
    capacity_basis: Series[str] = text("Which capacity the places are; mixed where rows differ.")
    year: Series[pa.Int32] = year()
    need_group: Series[str] = code("need_groups", "Need group.")
    provision: Series[str] = code("provisions", "Provision type.")
    phase: Series[str] = code("phases", "Phase.")
    locality: Series[str] = text(
        "Home locality, ALL for the authority. Locality rows never sum to ALL."
    )
    demand_mean: Series[float] = number("Mean demand.", ge=0)
    demand_p10: Series[float] = number("Demand, 1 in 10 lower.", ge=0)
    demand_p50: Series[float] = number("Demand, middle.", ge=0)
    demand_p80: Series[float] = number("Demand, 2 in 10 higher.", ge=0)
    demand_p90: Series[float] = number("Demand, 1 in 10 higher.", ge=0)
    places: Series[pd.Int32Dtype] = number(
        "Places for residents: those on the register and the sum of the columns of_which; missing "
        "if no register row of the provision takes the phase.",
        nullable=True,
    )
    of_which_exports: Series[pd.Int32Dtype] = number(
        "Of which used by residents in other authorities; missing where not known.", nullable=True
    )
    of_which_imports: Series[pd.Int32Dtype] = number(
        "Of which used by pupils of other authorities (zero or negative); missing: not known.",
        nullable=True,
    )
    of_which_net_export: Series[pd.Int32Dtype] = number(
        "Where exports or imports are not known, the assumed net export: base-year placements less "
        "roll, one total a provision, spread like the roll; missing where they are known.",
        nullable=True,
    )
    of_which_journeys: Series[pd.Int32Dtype] = number(
        "Locality rows: places its residents use in other localities, less those that others use "
        "in it, as at the base census; 0 for the authority, missing where not known.",
        nullable=True,
    )
    of_which_unreconciled: Series[pd.Int32Dtype] = number(
        "Of which roll that returns, imports and pupils without a plan do not explain; missing "
        "where not known.",
        nullable=True,
    )
    of_which_mismatch: Series[pd.Int32Dtype] = number(
        "Of which children already placed whose recorded need or age differs from the split of the "
        "register; sums to zero over the cells of a provision, whether or not they have a gap.",
        nullable=True,
    )
    of_which_without_plan: Series[pd.Int32Dtype] = number(
        "Of which used by pupils without a plan (zero or negative); missing where no row of the "
        "provision says.",
        nullable=True,
    )
    flexible_mean: Series[float] = number(
        "Mean places that flexible rows give this cell from others they serve (negative: take from "
        "it); 0 where none do. gap_mean = demand_mean - places - flexible_mean.",
        nullable=True,
    )
    gap_mean: Series[float] = number("Mean gap; positive is a shortage.", nullable=True)
    gap_p10: Series[float] = number("Gap, 1 in 10 lower.", nullable=True)
    gap_p50: Series[float] = number("Gap, middle.", nullable=True)
    gap_p80: Series[float] = number("Gap, 2 in 10 higher.", nullable=True)
    gap_p90: Series[float] = number("Gap, 1 in 10 higher.", nullable=True)
    p_shortage: Series[float] = number(
        "Probability that demand exceeds places; not given for modelled homes.",
        nullable=True,
        ge=0,
        le=1,
    )
    expected_shortage: Series[float] = number(
        "Mean of the shortage, none counted as 0.", nullable=True, ge=0
    )
    first_year: Series[pd.Int32Dtype] = number(
        "First year in which the probability of shortage is at or above the threshold (one half "
        "unless set); missing if there is none.",
        nullable=True,
    )
    change_mean: Series[float] = number("Mean change in demand since the base census.")
    change_p10: Series[float] = number("Change, 1 in 10 lower.")
    change_p50: Series[float] = number("Change, middle.")
    change_p80: Series[float] = number("Change, 2 in 10 higher.")
    change_p90: Series[float] = number("Change, 1 in 10 higher.")
    gap_reason: Series[str] = text("Why there is no gap; empty where there is one.")
    flexible: Series[str] = text(
        "yes where some of the places may serve any accepted need.", isin=["yes", "no"]
    )


class ProvisionBalance(Contract):
    """The authority page: one row a view, provision and year, with its three lines of shortage."""

    scenario: Series[str] = text("Scenario name.")
    view: Series[str] = text("placements or possible.", isin=["placements", "possible"])
    provision: Series[str] = code("provisions", "Provision type.")
    year: Series[pa.Int32] = year()
    demand_mean: Series[float] = number("Mean demand of residents.", ge=0)
    demand_p10: Series[float] = number("Demand, 1 in 10 lower.", ge=0)
    demand_p90: Series[float] = number("Demand, 1 in 10 higher.", ge=0)
    register_places: Series[pd.Int32Dtype] = number(
        "Places on the register; for provisions without a capacity gap, as far as known.",
        nullable=True,
    )
    exports: Series[pd.Int32Dtype] = number(
        "Places residents use in other authorities; missing where not known.", nullable=True
    )
    imports: Series[pd.Int32Dtype] = number(
        "Places pupils of other authorities use (zero or negative); missing: imports not known.",
        nullable=True,
    )
    net_export: Series[pd.Int32Dtype] = number(
        "Base-year placements less roll: exports less imports where those are not known.",
        nullable=True,
    )
    unreconciled: Series[pd.Int32Dtype] = number(
        "Roll that returns, imports and pupils without a plan do not explain.", nullable=True
    )
    without_plan: Series[pd.Int32Dtype] = number(
        "Places used by pupils without a plan; missing where no row says.", nullable=True
    )
    shortage_total: Series[float] = number(
        "Substitutable + mismatch; mismatch alone where homes or journeys are not known.",
        nullable=True,
    )
    shortage_elsewhere: Series[float] = number(
        "Substitutable shortage: of localities, that a free place in another locality for the same "
        "need group and phase could meet: the sum over localities less mismatch, at least 0, cell "
        "by cell. Missing where homes or journeys are not known.",
        nullable=True,
        ge=0,
    )
    shortage_unmet: Series[float] = number(
        "Mismatch shortage: with places pooled over the authority, summed over need group x phase; "
        "a surplus of one cell never offsets another, but flexible rows serve all they accept.",
        nullable=True,
        ge=0,
    )
    shortage_p10: Series[float] = number(
        "Sum of shortage (total) of a path, 1 in 10 lower.", nullable=True, ge=0
    )
    shortage_p90: Series[float] = number(
        "Sum of shortage (total) of a path, 1 in 10 higher.", nullable=True, ge=0
    )
    flexible: Series[str] = text(
        "yes where every register row of the provision may serve any need it accepts.",
        isin=["yes", "no"],
    )
    gap_reason: Series[str] = text(
        "Why there is no gap; empty where there is one. Cells in phases that no register row takes "
        "are left out of the shortage, not counted as short."
    )


class BesideOthers(Contract):
    """The authority beside England, its region and statistical neighbours."""

    authority: Series[str] = text(
        "Three-digit DfE code, ENG or region code; NEIGHBOURS for their median."
    )
    authority_name: Series[str] = text("Name.")
    role: Series[str] = text("self, neighbour, neighbours_median, region or england.")
    measure: Series[str] = text("What is measured.")
    key: Series[str] = text("Setting group (early_years apart from other) or need, or all.")
    year: Series[pd.Int32Dtype] = number("January census year of the value.", nullable=True)
    value: Series[float] = number("Share in per cent, or plans per 1,000.", nullable=True)
    unit: Series[str] = text("percent or per_1000.")
    note: Series[str] = text("Why a value is missing or old.")


class Assumptions(Contract):
    """Every assumption a reader should know: one row an assumption."""

    assumption: Series[str] = text("Short id.")
    value: Series[str] = text("Its value in this run.")
    unit: Series[str] = text("Unit, or empty.")
    why: Series[str] = text("Why, in plain English.")
    source: Series[str] = text("Where it comes from.")


class FindingsTable(Contract):
    """What was wrong with the inputs, worst first."""

    check: Series[str] = text("Short id.")
    severity: Series[str] = text("blocks, warns or informs.", isin=["blocks", "warns", "informs"])
    message: Series[str] = text("What was found.")
    action: Series[str] = text("What to do.")
    source: Series[str] = text("File or table.")
    row: Series[pa.Int64] = number("Row as a spreadsheet shows it; 0 if none.", ge=0)
    column: Series[str] = text("Column, or empty.")
    count: Series[pa.Int64] = number("How many rows, cells or children.", ge=0)
