"""Which national parameters a run uses: the council's own fit, else those that came along."""

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from sufficiency.workspace import Workspace

if TYPE_CHECKING:
    from forecasts.pooled.parameters import Parameters

SHIPPED = "england.json.gz"


def national_parameters(workspace: Workspace, base_year: int) -> "Parameters | None":
    """Return the parameters for a forecast from one January census.

    A file beside `sufficiency.toml`, written by `sufficiency refit`, goes before the one that came
    with this version.

    Args:
        workspace: The workspace.
        base_year: January census the forecast starts from.

    Returns:
        The parameters; None where both were fitted on later figures, so that they must be fitted
        from the workspace's own published files.

    Raises:
        SufficiencyError: The workspace's file cannot be read.
    """
    from forecasts.pooled.parameters import load

    own = workspace.national_parameters
    paths = [own] if own.is_file() else []
    for path in [*paths, shipped()]:
        parameters = load(path)
        if parameters.fitted_through <= base_year:
            return parameters
    return None


def shipped() -> Path:
    """Return the parameters file of this version."""
    return Path(str(files("forecasts.pooled").joinpath(SHIPPED)))
