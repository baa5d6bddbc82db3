"""From a table as a file has it to a module's frame of text, whatever the format.

Belongs here: headings to field names, columns nobody knows, blank rows, and the ids that join one
module to the next where a workbook has left them out.
"""

from dataclasses import dataclass

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sen2.fields import ancestors, link_names, names, plain, return_fields
from sufficiency.sen2.model import MODULES, PARENTS, WHERE

MOST_NAMED = 10


@dataclass(frozen=True)
class Table:
    """One module's table as a file has it.

    Attributes:
        module: Which module it is.
        file: Name of its file, and `sheet`: of its sheet, empty if it has none.
        headings: Its headings as written.
        columns: One list of texts a heading.
        rows: Row in the file of each record.
        places: Where each heading stands, counted as a spreadsheet does (first column 1); empty
            where the format has no columns.
    """

    module: str
    file: str
    sheet: str
    headings: tuple[str, ...]
    columns: list[list[str]]
    rows: list[int]
    places: tuple[int, ...] = ()


def frame(table: Table, findings: Findings) -> pd.DataFrame:
    """Return a table under field names, every field there, without records that are blank.

    Columns that are a remoter ancestor's id stay (`joined` uses and drops them). Two columns of one
    field are read as one: the first that is filled counts.

    Args:
        table: The table.
        findings: Informs of columns that are no field of the module.
    """
    own, links = names(table.module), link_names(table.module)
    columns: dict[str, pd.Series] = {}
    unknown: list[int] = []
    for at, (heading, texts) in enumerate(zip(table.headings, table.columns, strict=True)):
        key = plain(heading)
        field = own.get(key) or links.get(key)
        if field is None:
            if key not in ("", "recordtype", "lafromheaderrecord"):
                unknown.append(at)
            continue
        read = pd.Series(texts, dtype="str").str.strip()
        columns[field] = (
            columns[field].mask(columns[field] == "", read) if field in columns else read
        )
    _say_unknown(table, unknown, findings)
    made = pd.DataFrame(columns, index=pd.RangeIndex(len(table.rows)), dtype="str")
    filled = (made != "").any(axis=1)
    made = with_every_field(made, table.module)
    made["file"] = pd.Series(table.file, index=made.index, dtype="str")
    made["sheet"] = pd.Series(table.sheet, index=made.index, dtype="str")
    made["row"] = pd.Series(table.rows, index=made.index, dtype="int64")
    return made[filled].reset_index(drop=True)


def with_every_field(made: pd.DataFrame, module: str) -> pd.DataFrame:
    """Return a frame with each field of the module, empty where it had none, in file order."""
    wanted = list(return_fields(module))
    rest = [column for column in made.columns if column not in wanted and column not in WHERE]
    where = [column for column in WHERE if column in made.columns]
    blank = pd.Series("", index=made.index, dtype="str")
    return pd.DataFrame(
        {
            column: made[column] if column in made.columns else blank
            for column in [*wanted, *rest, *where]
        },
        index=made.index,
    )


def _say_unknown(table: Table, unknown: list[int], findings: Findings) -> None:
    """Inform of columns that are no field, by position: a heading may be a person's name."""
    if not unknown:
        return
    count = len(unknown)
    places = [str(table.places[at]) for at in unknown] if table.places else []
    more = f" and {count - MOST_NAMED:,} more" if count > MOST_NAMED else ""
    columns = "1 column is" if count == 1 else f"{count:,} columns are"
    naming = f" (column {', '.join(places[:MOST_NAMED])}{more})" if places else ""
    findings.inform(
        "unknown_column",
        f"{table.file}, {table.module}: {columns} no SEN2 field of this module{naming} and "
        "not read.",
        "Nothing, unless a column of the return is named otherwise here: then rename it.",
        source=_name(table.file),
        column=places[0] if places else "",
        count=count,
    )


def joined(modules: dict[str, pd.DataFrame], headed: dict[str, set[str]]) -> None:
    """Give every row of a workbook its own id and its parent's, where the workbook has no column.

    The Excel template identifies persons and requests only; its other tables carry the request's
    id, so that a plan is the plan of its request's last assessment, and a placement that of its
    request's active plan. A person without a header's id belongs to the only header.

    Args:
        modules: The modules; their frames are replaced, remoter ancestors' ids dropped.
        headed: Module to the fields that its table has a column for.
    """
    for module in MODULES:
        if module not in modules:
            continue
        made = modules[module]
        own = f"{module}tableid"
        if own not in headed[module]:
            made = made.assign(**{own: _numbered(made)})
        parent = PARENTS.get(module)
        if parent and f"{parent}tableid" not in headed[module] and parent in modules:
            made = made.assign(**{f"{parent}tableid": _parents(made, module, modules, headed)})
        modules[module] = made
    for module, made in modules.items():
        modules[module] = made[[*return_fields(module), *WHERE]]


def _parents(
    made: pd.DataFrame, module: str, modules: dict[str, pd.DataFrame], headed: dict[str, set[str]]
) -> pd.Series:
    """Return each row's parent's id, found through the nearest ancestor's id that both have."""
    parent = PARENTS[module]
    above = modules[parent]
    parent_id = f"{parent}tableid"
    if parent == "sen2":
        only = above[parent_id].iloc[0] if len(above) == 1 else ""
        return pd.Series(only, index=made.index, dtype="str")
    for ancestor in ancestors(module)[1:]:
        link = f"{ancestor}tableid"
        if link in headed[module] and link in above.columns:
            known = above[above[link] != ""].drop_duplicates(link, keep="last")
            return looked_up(made[link], known.set_index(link)[parent_id])
    return pd.Series("", index=made.index, dtype="str")


def looked_up(keys: pd.Series, known: pd.Series) -> pd.Series:
    """Return the text that each key has in `known`, whose keys are unique; empty if it has none."""
    found = known.astype("str").reindex(keys.array).fillna("")
    return pd.Series(found.array, index=keys.index, dtype="str")


def _numbered(made: pd.DataFrame) -> pd.Series:
    return pd.Series(range(1, len(made) + 1), index=made.index).astype("str")


def _name(file: str) -> str:
    return file.rpartition("/")[2]
