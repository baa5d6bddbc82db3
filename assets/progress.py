"""Progress of a run in plain words: one line as each step starts."""

import logging
import sys

import dagster as dg

STEPS = {
    "read_inputs": "Reading and checking the inputs",
    "make_plans": "Making the plans table",
    "pooled_forecast": "Forecasting totals from the national panel",
    "simulate_plans": "Moving every plan forward, path by path",
    "demand": "Summing up demand",
    "set_out_places": "Setting out places, and how full they are",
    "look_at_september": "Looking at the next three Septembers",
    "compare_demand_with_places": "Setting demand against places",
    "count_the_cost": "Counting journeys, savings and costs",
    "beside_others": "Comparing with other authorities",
    "forecast_the_past": "Forecasting from every earlier January, as if it were today",
    "report_files": "Writing tables, workbook, page and warehouse",
}


class StepLines(logging.Handler):
    """Prints a line on the error stream when a known step starts; passes over all else."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print the line of a step's start."""
        event = getattr(record, "dagster_meta", {}).get("dagster_event")
        if event is not None and event.event_type == dg.DagsterEventType.STEP_START:
            sys.stderr.write(f"  {STEPS.get(event.step_key, event.step_key)} ...\n")
            sys.stderr.flush()


@dg.logger
def progress(_: dg.InitLoggerContext) -> logging.Logger:
    """One line on the error stream as each step starts."""
    made = logging.Logger("progress", logging.DEBUG)
    made.addHandler(StepLines())
    return made
