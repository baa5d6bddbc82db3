"""Which January a forecast starts from, and the plans of it."""

from collections.abc import Collection, Mapping

import pandas as pd

from sufficiency.contracts import Plans, checked
from sufficiency.errors import MarginError
from sufficiency.findings import Findings
from sufficiency.plans.margins import base_census, read_margins
from sufficiency.plans.synthesis import synthesise
from sufficiency.workspace import Settings


def choose_base(
    stock: pd.DataFrame, returns: Collection[int], authority: str, wanted: int = 0
) -> int:
    """Return the January census year a forecast starts from.

    Args:
        stock: `PublishedStock`.
        returns: Years of the council's own returns, if any.
        authority: Three-digit DfE code.
        wanted: What the settings ask for, 0 for no wish.

    Returns:
        The wish; else the latest January that can be the base: one with published need by age,
        need by setting and age by setting, or one with a return and a published total, because
        the national models that set the level of the forecast end with the published totals.

    Raises:
        MarginError: There is no such January, or no published total of the one wished for.
    """
    totals = stock[(stock["authority"] == authority) & (stock["dimension"] == "total")]
    known = {int(year) for year in totals.loc[totals["value"].notna(), "year"]}
    if wanted and wanted not in known:
        raise MarginError(
            f"base_census = {wanted} in sufficiency.toml: plans of January {wanted} are not in the "
            f"files. Take one of {min(known, default=0)} to {max(known, default=0)}, or 0 for the "
            "latest."
        )
    if wanted:
        return wanted
    own = [year for year in returns if year in known]
    try:
        return max([base_census(stock, authority), *own])
    except MarginError:
        if not own:
            raise
        return max(own)


def base_plans(
    tables: Mapping[str, pd.DataFrame], settings: Settings, findings: Findings
) -> pd.DataFrame:
    """Return the plans of the base census: of its return, else modelled from published counts.

    Args:
        tables: published_stock, past_plans, localities, imd and population.
        settings: The workspace's settings.
        findings: Receives what had to be assumed.

    Returns:
        Plans.
    """
    stock, past = tables["published_stock"], tables["past_plans"]
    years = set(past["year"])
    base_year = choose_base(stock, years, settings.authority, settings.base_census)
    if base_year in years:
        return checked(Plans, past[past["year"] == base_year], "plans")
    margins = read_margins(stock, settings.authority, base_year, Findings())
    areas = tables["localities"], tables["imd"], tables["population"]
    return synthesise(margins, *areas, settings.authority, base_year, settings.seed, findings)
