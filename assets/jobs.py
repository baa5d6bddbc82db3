"""Jobs: one for each thing a planner does."""

import dagster as dg

from assets.demand import ForecastChoices
from sufficiency.workspace import Settings

TESTED = dg.AssetSelection.groups("tested")


def forecast_places(settings: Settings | None):
    """Return the main job: read inputs, forecast, compare with places, write the outputs."""
    chosen = (
        ForecastChoices(years=settings.years, paths=settings.paths, seed=settings.seed)
        if settings
        else ForecastChoices()
    )
    return dg.define_asset_job(
        "forecast_places",
        selection=dg.AssetSelection.all() - TESTED,
        description="Read the inputs, forecast demand, set it against places and write the "
        "outputs. Nothing is written if an input would make a wrong table.",
        config=dg.RunConfig(ops={"simulate_plans": chosen}),
    )


def refresh_inputs():
    """Return the job that only reads and checks the inputs."""
    return dg.define_asset_job(
        "refresh_inputs",
        selection=dg.AssetSelection.assets("findings").required_multi_asset_neighbors(),
        description="Read the inputs again and list what is wrong with them.",
    )


def back_test():
    """Return the job that forecasts from every earlier January and compares."""
    return dg.define_asset_job(
        "back_test",
        selection=TESTED.upstream().required_multi_asset_neighbors(),
        description="Forecast the plans of this authority from every earlier January, with what "
        "was known then, and set that against what was counted. Takes a minute or two.",
    )
