"""Empty files for a council to fill in, with a note that says what each column means."""

from pathlib import Path

from sufficiency.council.declaration import (
    PURPOSES,
    Column,
    columns_of,
    file_names,
)
from sufficiency.council.read import README
from sufficiency.terms import codes

INTRODUCTION = """The council's own files

All are optional. A file that has only its header row counts as not supplied; nothing is then
assumed to be zero. Fill them in with a spreadsheet program and save as CSV (CSV UTF-8). Dates may
be DD/MM/YYYY or YYYY-MM-DD. Leave a cell blank if it is not known. urn, site_id and provision are
those of places.csv. `sufficiency check` lists every problem with file, row and column.

awaiting.csv is about children: keep this folder closed to others, and use pseudonyms only.
"""


def write_council_templates(folder: Path) -> None:
    """Write a header-only CSV for each file, and README.txt; files that exist stay as they are.

    Args:
        folder: Made if missing, open to its owner only.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for file in file_names():
        path = folder / f"{file}.csv"
        if not path.exists():
            header = ",".join(column.column for column in columns_of(file))
            path.write_text(f"{header}\n", encoding="utf-8-sig")
    (folder / README).write_text(readme(), encoding="utf-8")


def readme() -> str:
    """Return what README.txt says: each file, each column, the codes and examples."""
    parts = [INTRODUCTION]
    for file in file_names():
        lines = [f"{file}.csv", PURPOSES[file]]
        lines += [f"  {column.column}: {_told(column)}" for column in columns_of(file)]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _told(column: Column) -> str:
    kind, _, rest = column.kind.partition(":")
    words = [column.meaning]
    if column.required:
        words.append("Required.")
    elif column.default:
        words.append(f"Blank counts as {column.default}.")
    if kind == "choice":
        words.append(f"One of {', '.join(rest.split('|'))}.")
    elif kind == "code":
        table = rest.rstrip("?").removesuffix("+ALL")
        words.append(f"One of {', '.join([*codes(table), *(['ALL'] if '+ALL' in rest else [])])}.")
    if column.example:
        words.append(f"Example: {column.example}.")
    return " ".join(words)
