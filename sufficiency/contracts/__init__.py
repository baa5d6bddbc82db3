"""Every canonical table's contract: its columns, what each means, and the rules it keeps.

Belongs here: one `pandera` model a table, declared once, and the one function that checks a frame
against it (`checked`). Column descriptions are shown to planners in the Dagster UI and go into the
data dictionary.

Does not belong here: how a table is made, or rules between tables.
"""

from sufficiency.contracts.check import checked, column_docs, empty
from sufficiency.contracts.inputs import (
    Establishments,
    Imd,
    InputFiles,
    Localities,
    LocalityShapes,
    Population,
    PublishedFlows,
    PublishedStock,
    StatisticalNeighbours,
)
from sufficiency.contracts.people import Paths, PathTotals, PlanFlows, Plans, Pupils, Requests
from sufficiency.contracts.places import Places, Register
from sufficiency.contracts.results import (
    Accuracy,
    Assumptions,
    BesideOthers,
    Demand,
    FindingsTable,
    Gap,
    ProvisionBalance,
    Targets,
)
from sufficiency.contracts.returns import ScapDraft

__all__ = [
    "TABLES",
    "Accuracy",
    "Assumptions",
    "BesideOthers",
    "Demand",
    "Establishments",
    "FindingsTable",
    "Gap",
    "Imd",
    "InputFiles",
    "Localities",
    "LocalityShapes",
    "PathTotals",
    "Paths",
    "Places",
    "PlanFlows",
    "Plans",
    "Population",
    "ProvisionBalance",
    "PublishedFlows",
    "PublishedStock",
    "Pupils",
    "Register",
    "Requests",
    "ScapDraft",
    "StatisticalNeighbours",
    "Targets",
    "checked",
    "column_docs",
    "empty",
]

TABLES = {
    "published_stock": PublishedStock,
    "published_flows": PublishedFlows,
    "population": Population,
    "establishments": Establishments,
    "localities": Localities,
    "imd": Imd,
    "statistical_neighbours": StatisticalNeighbours,
    "input_files": InputFiles,
    "plans": Plans,
    "plan_flows": PlanFlows,
    "requests": Requests,
    "pupils": Pupils,
    "register": Register,
    "places": Places,
    "targets": Targets,
    "paths": Paths,
    "path_totals": PathTotals,
    "demand": Demand,
    "gap": Gap,
    "provision_balance": ProvisionBalance,
    "beside_others": BesideOthers,
    "accuracy": Accuracy,
    "assumptions": Assumptions,
    "findings": FindingsTable,
    "demand_findings": FindingsTable,
    "supply_findings": FindingsTable,
    "scap_draft": ScapDraft,
    "locality_shapes": LocalityShapes,
}
