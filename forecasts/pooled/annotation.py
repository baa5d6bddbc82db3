"""What annotating a census year does to a forecast: the same models with it and without."""

import numpy as np
import pandas as pd

from forecasts.panel import TOTAL, build_panel, cuts
from forecasts.pooled.parameters import Parameters, for_origin
from forecasts.tested.pooled import forecast_tested
from sufficiency.contracts import AnnotationEffect, checked, empty


def annotation_effect(
    parameters: Parameters,
    stock: pd.DataFrame,
    flows: pd.DataFrame,
    population: pd.DataFrame,
    authority: str,
    base_year: int,
    years: int,
    annotated: tuple[int, ...],
    pupil_rates: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Return one authority's forecast with annotated years down-weighted, beside that without.

    Growth into an annotated year and the flows of the calendar year before it count as unknown
    (`Panel.annotated`); counts stay as published. Only the authority's own forecast can differ.

    Args:
        parameters: Fitted on censuses up to the base year.
        stock: `PublishedStock`, of all authorities or of this one alone.
        flows: `PublishedFlows`.
        population: `Population`.
        authority: Three-digit DfE code.
        base_year: January census the forecast starts from.
        years: Years ahead.
        annotated: January census years of this authority that are not like others.
        pupil_rates: See `build_panel`.

    Returns:
        `AnnotationEffect`: one row a cut (total, setting groups) and year after the base census;
        none where no year up to the base census is annotated, or a cut has no forecast.

    Raises:
        SufficiencyError: No published total at the base census; parameters fitted on a later one.
    """
    for_origin(parameters, base_year)
    panel = build_panel(stock, flows, population, base_year, pupil_rates)
    row = panel.row(authority)
    seen = tuple(sorted({year for year in annotated if year in panel.years}))
    if not seen:
        return empty(AnnotationEffect)
    without = forecast_tested(parameters, panel, years)
    with_annotation = forecast_tested(parameters, panel.annotated(authority, seen), years)
    table = pd.concat(
        [
            pd.DataFrame(
                {
                    "dimension": TOTAL if cut == TOTAL else "setting_group",
                    "cut": cut,
                    "year": base_year + 1 + np.arange(years),
                    "annotated": " ".join(str(year) for year in seen),
                    "with_annotation": with_annotation[cut][row],
                    "without": without[cut][row],
                }
            )
            for cut in cuts()
        ],
        ignore_index=True,
    )
    table["difference"] = table["with_annotation"] - table["without"]
    known = table[table["difference"].notna()].reset_index(drop=True)
    return checked(AnnotationEffect, known, "annotation_effect")
