"""Many authorities by the open-data route: the same forecast for each, and one table of all.

Belongs here: where each authority's forecast starts (`starts`), one authority's forecast without
homes (`one`), and the run over all of them (`run`).

Does not belong here: reading files, or anything below the authority: no home is known here.
"""

from forecasts.authorities.run import EnglandRun, forecast_authorities
from forecasts.authorities.starts import RunChoices

__all__ = ["EnglandRun", "RunChoices", "forecast_authorities"]
