"""What a head of sufficiency decides on, as tables and charts of a report.

Belongs here: which columns and rows of the tables of supply, September and money are shown, and
under which headings (`supply`, `september`, `money`), the tables made of them (`tables`), and their
charts (`charts`). Does not belong here: any number that is not in those tables.
"""

from sufficiency.reports.decisions.charts import occupancy_chart, september_chart
from sufficiency.reports.decisions.tables import brief_tables, decision_tables, named

__all__ = ["brief_tables", "decision_tables", "named", "occupancy_chart", "september_chart"]
