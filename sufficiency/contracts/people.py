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
    residential: Series[str] = text("yes, no or unknown.", isin=["yes", "no", "unknown"])
    plan_start: Series[str] = text("Month the plan started (YYYY-MM), empty if unknown.")
    basis: Series[str] = text("person or modelled.", isin=["person", "modelled"])


class PlanFlows(Contract):
    """Joiners, leavers, movers between censuses; residual rows where stock and flow disagree."""

    year: Series[pa.Int32] = year("January census at the end of the step.")
    flow: Series[str] = text(
        "joiner, leaver, mover or residual.", isin=["joiner", "leaver", "mover", "residual"]
    )
    age: Series[pd.Int32Dtype] = number("Age at 31 August, missing for totals.", nullable=True)
    need: Series[str] = code("needs", "Primary need, ALL for totals.", ("ALL",))
    setting: Series[str] = code("settings", "Setting, ALL for totals.", ("ALL",))
    reason: Series[str] = text("Reason, empty if none.")
    value: Series[float] = number("Plans; a residual may be negative.")
    source: Series[str] = text("published, linked or computed.")


class Requests(Contract):
    """One row a request for an EHC needs assessment."""

    request_id: Series[str] = text("Pseudonym.", unique=True)
    received: Series[str] = text("Month received (YYYY-MM).")
    request_outcome: Series[str] = text("Y, N, A, W or H.")
    assessment_outcome: Series[str] = text("Y, N, A, W, H or empty.")
    age: Series[pd.Int32Dtype] = number("Age at 31 August before the request.", nullable=True)


class Pupils(Contract):
    """School census counts: one row a year, school, locality, NCY, SEN provision and need."""

    year: Series[pa.Int32] = year()
    establishment: Series[str] = text("URN.")
    locality: Series[str] = text("Home locality, or outside.")
    ncy: Series[pa.Int32] = number("NCY as taught.", ge=-4, le=21)
    sen_provision: Series[str] = text("N, K or E.", isin=["N", "K", "E"])
    need: Series[str] = code("needs", "Primary need, empty if none.", ("",))
    pupils: Series[pa.Int32] = number("Pupils, attendance basis.", ge=0)


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
