"""Parameters: everything national that a forecast needs, fitted once and kept in a small file.

A council that holds only its own figures borrows strength through this file. It holds England's
and the regions' growth, medians, coefficients and trees; no authority's rows.
"""

import gzip
import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from forecasts.panel import TOTAL, Floats, Panel, setting_groups
from forecasts.pooled import written
from forecasts.pooled.ages import fit_mix, forecast_bands
from forecasts.pooled.deviations import Deviation, past_censuses
from forecasts.pooled.ensemble import Departures, family, learn_weights
from forecasts.pooled.features import Picture, can_picture, draw_picture
from forecasts.pooled.mix import Mix
from forecasts.pooled.needs import forecast_needs
from forecasts.pooled.reconcile import growth_spread
from forecasts.pooled.settings import depart_settings, fit_settings, settle
from forecasts.pooled.totals import depart_total, fit_totals
from sufficiency.errors import SufficiencyError

FORMAT = 2
# What a file that is missing, damaged, of another format or not ours at all provokes.
UNREADABLE = (
    *(OSError, EOFError, zlib.error, RecursionError),
    *(ValueError, KeyError, IndexError, TypeError, AttributeError),
)


@dataclass(frozen=True)
class Parameters:
    """The fitted pooled models.

    Attributes:
        fitted_through: Last January census that was used.
        picture: England, its regions and the median authority at that census.
        deviations: Cut (total, setting groups) -> fitted departures from England's path.
        weights: `total` and `setting` -> weights of the ensemble's members, member x horizon.
        spread: Setting group -> spread of authorities' yearly growth about England's.
        mix: Ages and needs (`Mix.as_dict`).
        bands: Error tables, as plain values; empty where not fitted.
        provenance: What it was fitted from, with what, by which command.
    """

    fitted_through: int
    picture: Picture
    deviations: dict[str, Deviation]
    weights: dict[str, Floats]
    spread: dict[str, float]
    mix: dict[str, Any]
    bands: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)

    def save(self, path: Path) -> None:
        """Write one gzip-compressed JSON file; the same parameters give the same bytes."""
        text = json.dumps(_out(self), separators=(",", ":"), sort_keys=True)
        path.write_bytes(gzip.compress(text.encode(), compresslevel=9, mtime=0))


def load(path: Path) -> Parameters:
    """Return parameters from a file.

    Raises:
        SufficiencyError: The file is not one of ours, or of another format.
    """
    try:
        values = json.loads(gzip.decompress(path.read_bytes()))
        return _in(values)
    except UNREADABLE as error:
        raise SufficiencyError(
            f"{path.name} does not hold national parameters that this version can read. Fit them "
            "again from the published files, or take the file that came with this version."
        ) from error


def for_origin(parameters: Parameters, origin: int) -> Parameters:
    """Return the parameters, if they may be used for a forecast from one January census.

    Raises:
        SufficiencyError: They were fitted on a later census than the forecast starts from.
    """
    if parameters.fitted_through > origin:
        raise SufficiencyError(
            f"The national parameters were fitted on figures up to January "
            f"{parameters.fitted_through}, so a forecast from January {origin} would know its own "
            "future. Fit parameters from the published files up to that census, or choose a later "
            "base census."
        )
    return parameters


def fit_parameters(
    panel: Panel, earlier: Mapping[int, Mapping[str, Departures]] | None = None
) -> Parameters:
    """Return the pooled models fitted on everything the panel holds, up to its last census.

    Args:
        panel: All authorities up to one census.
        earlier: Past origin -> cut -> departures forecast then (`departures`), from which the
            members' weights are learned; without it the usual weights are kept.

    Raises:
        SufficiencyError: The panel holds too few authorities to say what is usual.
    """
    if not can_picture(panel):
        raise SufficiencyError(
            "National parameters need the published plans of all authorities. Put the EHC plans "
            "releases in inputs, or use the parameters file that came with this version."
        )
    censuses = past_censuses(panel)
    deviations = {TOTAL: fit_totals(panel, censuses), **fit_settings(panel, censuses)}
    fitted = Parameters(
        fitted_through=panel.origin,
        picture=draw_picture(panel),
        deviations=deviations,
        weights=learn_weights(panel, earlier or {}),
        spread={group: growth_spread(panel, group) for group in setting_groups()},
        mix=fit_mix(panel).as_dict(),
    )
    # What is used now is what a file gives back later: the same rounded numbers.
    return _in(_out(fitted))


def forecast_pooled(parameters: Parameters, panel: Panel, years: int) -> dict[str, Floats]:
    """Return cut -> plans 1 to `years` ahead of the panel's last census, authority x horizon.

    Cuts are the total, the setting groups and, where England's are known, the age bands and needs;
    the cuts of each dimension sum to the total.
    Missing where an authority's cut is not known at the last census.

    Args:
        parameters: Fitted on censuses up to the panel's last.
        panel: All authorities, or a council's own figures alone.
        years: Years ahead.

    Raises:
        SufficiencyError: The parameters were fitted on a later census.
    """
    for_origin(parameters, panel.origin)
    made = {
        cut: apart.forecast(parameters.weights[family(cut)])
        for cut, apart in departures(parameters, panel, years).items()
    }
    total = made.pop(TOTAL)
    groups = settle(made, parameters.spread, total)
    mix = Mix.from_dict(parameters.mix)
    bands = {} if mix.bands is None else forecast_bands(mix, panel, total, years)
    return {TOTAL: total, **groups, **bands, **forecast_needs(mix, panel, total, years)}


def departures(parameters: Parameters, panel: Panel, years: int) -> dict[str, Departures]:
    """Return cut (total, setting groups) -> England's path and each member's departure from it.

    Arguments as `forecast_pooled`.
    """
    picture = draw_picture(panel) if can_picture(panel) else parameters.picture
    models = parameters.deviations
    return {
        TOTAL: depart_total(panel, picture, models[TOTAL], years),
        **depart_settings(panel, picture, models, years),
    }


def _out(parameters: Parameters) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "fitted_through": parameters.fitted_through,
        "picture": written.picture_out(parameters.picture),
        "deviations": {
            cut: written.deviation_out(model) for cut, model in parameters.deviations.items()
        },
        "weights": written.weights_out(parameters.weights),
        "spread": parameters.spread,
        "mix": parameters.mix,
        "bands": parameters.bands,
        "provenance": parameters.provenance,
    }


def _in(values: dict[str, Any]) -> Parameters:
    if values["format"] != FORMAT:
        raise ValueError(f"format {values['format']}, wanted {FORMAT}")
    Mix.from_dict(values["mix"])
    return Parameters(
        fitted_through=int(values["fitted_through"]),
        picture=written.picture_in(values["picture"]),
        deviations={
            cut: written.deviation_in(model) for cut, model in values["deviations"].items()
        },
        weights=written.weights_in(values["weights"]),
        spread={group: float(spread) for group, spread in values["spread"].items()},
        mix=values["mix"],
        bands=values["bands"],
        provenance=values["provenance"],
    )
