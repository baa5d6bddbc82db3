"""Read the pupil-level school censuses in a folder: every file, joined by term."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from sufficiency.errors import SourceError
from sufficiency.findings import Findings
from sufficiency.pupil_census import columns
from sufficiency.pupil_census.columns import SCHOOL, Recognised
from sufficiency.pupil_census.dated import TermOfYear, census_day
from sufficiency.pupil_census.model import PupilCensus, Term
from sufficiency.pupil_census.opening import MAX_BYTES, read_sheets
from sufficiency.pupil_census.terms_of_rows import terms_of_rows
from sufficiency.pupil_census.values import school_numbers, typed, unreadable_schools
from sufficiency.sen2.containers import UnreadableFile
from sufficiency.sen2.model import SourceFile
from sufficiency.sources.files import sha256

READ_SUFFIXES = (".csv", ".csv.gz", ".xlsx", ".xlsm", ".txt", ".gz")
PUT_RIGHT_SUFFIXES = (".xls", ".xlsb", ".ods", ".xml", ".zip", ".tsv", ".7z")
NOTES = ("readme.txt", "readme.md")
EXPORT_AGAIN = "Export the school census again from the school census system, as CSV or .xlsx."
TERM_ORDER: dict[Term, int] = {"autumn": 0, "spring": 1, "summer": 2}
SHOWN = 5


@dataclass(frozen=True)
class _Part:
    """The rows of one term in one file or sheet, as text under canonical names."""

    file: SourceFile
    sheet: str
    known: frozenset[str]
    text: pd.DataFrame = field(repr=False)


def read_censuses(
    folder: Path, authority: str, findings: Findings, max_bytes: int = MAX_BYTES
) -> list[PupilCensus]:
    """Return every school census below a folder, by school year, then term.

    A census may come as several files, for example one a school. Which term a file is of is told
    by the endings of its columns (`NCyearActual_SPR26`), else by columns such as CensusDate, or
    Term and Year, else by its sheet's or its own name.

    Args:
        folder: Searched to any depth; a missing folder holds no census.
        authority: Three-digit DfE code, for schools given by establishment number only.
        findings: What is wrong with files and columns. A file that cannot be read, that is too
            big, that lacks a needed column or whose term is not told blocks, and none of it is
            read; so does a school that two files give for one term, and that term is left out.
        max_bytes: Most that one file may hold, unpacked.

    Returns:
        Rows in order of file, sheet and row; identifiers and postcodes are in memory only.
    """
    parts: dict[TermOfYear, list[_Part]] = {}
    hashes: dict[str, str] = {}
    for path in _files(folder, findings):
        shown = path.relative_to(folder.parent).as_posix()
        try:
            if _is_copy(path, shown, hashes, findings):
                continue
            for term, part in _parts(path, shown, hashes[shown], authority, findings, max_bytes):
                parts.setdefault(term, []).append(part)
        except UnreadableFile as err:
            findings.block(err.check, err.message, err.action, source=shown)
        except SourceError as err:
            findings.block("file_unreadable", str(err), EXPORT_AGAIN, source=shown)
    order = sorted(parts, key=lambda term: (term[0], TERM_ORDER[term[1]]))
    return [
        _joined(term, parts[term], authority, findings)
        for term in order
        if not _school_twice(term, parts[term], authority, findings)
    ]


def _files(folder: Path, findings: Findings) -> Iterator[Path]:
    """Yield the files that may be censuses, by path; say which others lie there."""
    for path in sorted(folder.rglob("*")) if folder.is_dir() else []:
        name = path.name.lower()
        hidden = any(part.startswith((".", "~$")) for part in path.relative_to(folder).parts)
        if hidden or not path.is_file() or name in NOTES:
            continue
        if name.endswith(READ_SUFFIXES):
            yield path
            continue
        shown = path.relative_to(folder.parent).as_posix()
        add = findings.block if name.endswith(PUT_RIGHT_SUFFIXES) else findings.warn
        add(
            "file_not_read",
            f"{shown} is not of a kind that is read here (CSV, gzipped CSV or .xlsx).",
            "If it is a school census, save it as CSV or .xlsx; else move it out of the folder.",
            source=shown,
        )


def _is_copy(path: Path, shown: str, hashes: dict[str, str], findings: Findings) -> bool:
    """Say whether a file has the same bytes as one before it; remember its hash."""
    try:
        digest = sha256(path)
    except SourceError as err:
        raise SourceError(str(err).replace(path.name, shown)) from None
    first = next((name for name, known in hashes.items() if known == digest), "")
    hashes[shown] = digest
    if first:
        findings.warn(
            "file_twice",
            f"{shown} is a copy of {first}; it was read once.",
            "Remove one of them.",
            source=shown,
        )
    return bool(first)


def _parts(
    path: Path, shown: str, digest: str, authority: str, findings: Findings, max_bytes: int
) -> Iterator[tuple[TermOfYear, _Part]]:
    """Yield the terms that one file holds, all of them or none."""
    sheets = read_sheets(path, shown, findings, max_bytes)
    if not sheets:
        findings.block(
            "missing_needed_column",
            f"{shown} has no sheet with the columns of a school census in its first rows.",
            "Give the sheet a header row with the census's own column names.",
            source=shown,
        )
        return
    found: list[tuple[TermOfYear, _Part]] = []
    sound = True
    for sheet in sheets:
        recognised = columns.recognise(sheet.header)
        _report_columns(recognised, shown, findings)
        if not _has_needed(recognised, shown, findings):
            sound = False
            continue
        split = terms_of_rows(sheet, recognised, path.name, shown, findings)
        if split is None:
            sound = False
            continue
        for term, text in split.items():
            known = frozenset(recognised.shared) | frozenset(recognised.by_term.get(term, ()))
            file = SourceFile(shown, digest, len(text))
            text = text.assign(file=shown, sheet=sheet.shown, row=text.index)
            _report_schools_unreadable(text, shown, findings)
            _report_other_authority(text, shown, authority, findings)
            found.append((term, _Part(file, sheet.shown, known, text)))
    if sound:
        yield from found


def _report_columns(recognised: Recognised, shown: str, findings: Findings) -> None:
    if recognised.unknown:
        findings.inform(
            "unknown_column",
            f"{shown}: {recognised.unknown} columns are not used; they were dropped at once.",
            source=shown,
            row=1,
            count=recognised.unknown,
        )
    for column in recognised.doubled:
        findings.warn(
            "two_columns_for_one",
            f"{shown} has more than one column for {columns.titles()[column]}; the first is used.",
            "Remove the column that is not of this census.",
            source=shown,
            row=1,
            column=column,
        )


def _has_needed(recognised: Recognised, shown: str, findings: Findings) -> bool:
    """Say whether the columns that no count can do without are there, for every term told."""
    absent = columns.table().set_index("column")["absent"]
    needed = list(absent.index[absent == "blocks"])
    groups = recognised.by_term or {None: {}}
    sets = [set(recognised.shared) | set(group) for group in groups.values()]
    missing = [columns.titles()[c] for c in needed if not all(c in known for known in sets)]
    if not all(known.intersection(SCHOOL) for known in sets):
        missing.insert(0, "the school (URN, LAESTAB, or Estab)")
    if missing:
        findings.block(
            "missing_needed_column",
            f"{shown} lacks {', '.join(missing)}. None of the file was read.",
            "Export the census again with these columns, under the census's own names; or, if "
            "this is not a pupil-level school census, move it out of the folder.",
            source=shown,
            row=1,
            count=len(missing),
        )
    return not missing


def _report_schools_unreadable(text: pd.DataFrame, shown: str, findings: Findings) -> None:
    """Say which school columns hold what is no number of a school, never what they hold.

    Where most of a column is no such number, its cells belong to another column.
    """
    for column, wrong in unreadable_schools(text).items():
        count = int(wrong.sum())
        if not count:
            continue
        filled = int((text[column] != "").sum())
        title = columns.titles()[column]
        told = f"{shown}: {count:,} of {filled:,} cells of {title} are not such a number"
        where = {"source": shown, "column": column, "row": int(text.index[wrong][0])}
        if 2 * count > filled:
            findings.block(
                "urn_column_unreadable",
                f"{told}. The columns may have moved.",
                EXPORT_AGAIN,
                count=count,
                **where,
            )
        else:
            findings.warn(
                "school_number_unreadable",
                f"{told}; taken as empty.",
                "Correct those rows: a URN has 6 digits, a LAESTAB 7.",
                count=count,
                **where,
            )


def _report_other_authority(
    text: pd.DataFrame, shown: str, authority: str, findings: Findings
) -> None:
    schools = school_numbers(text, authority)
    given = schools[schools.str.fullmatch(r"\d{7}")]
    other = ~given.str.startswith(authority)
    if other.any():
        add = findings.block if other.all() else findings.warn
        add(
            "wrong_authority",
            f"{shown}: {int(other.sum()):,} of {len(given):,} rows are of schools of another "
            f"authority than {authority}.",
            "Remove the file if it is another authority's census.",
            source=shown,
            column="laestab",
            count=int(other.sum()),
        )


def _school_twice(term: TermOfYear, parts: list[_Part], authority: str, findings: Findings) -> bool:
    """Say whether two files give the same school for one term, so that nobody knows which holds."""
    pairs = []
    for number, part in enumerate(parts):
        numbers = school_numbers(part.text, authority)
        for kind, values in (("laestab", numbers), ("urn", part.text["urn"])):
            schools = pd.Series(values[values != ""].unique(), dtype="str")
            pairs.append(pd.DataFrame({"school": f"{kind} " + schools, "part": number}))
    by_school = pd.concat(pairs).groupby("school")["part"].nunique()
    twice = by_school.index[by_school > 1]
    if twice.empty:
        return False
    kinds = twice.str.split(" ").str[0]
    count = max(int((kinds == kind).sum()) for kind in ("laestab", "urn"))
    several = pd.concat(pairs)
    involved = sorted(several.loc[several["school"].isin(twice), "part"].unique())
    names = list(dict.fromkeys(parts[number].file.name for number in involved))
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    year, name = term
    findings.block(
        "two_censuses_for_term",
        f"{name} {_calendar_year(year, name)}: {count} schools are in more than one file or "
        f"sheet ({', '.join(names[:SHOWN])}{more}). The term was left out.",
        "Keep one load of the term, or one file a school.",
        source=names[-1],
        count=count,
    )
    return True


def _joined(
    term: TermOfYear, parts: list[_Part], authority: str, findings: Findings
) -> PupilCensus:
    year, name = term
    _report_absent(term, parts, findings)
    text = pd.concat([part.text for part in parts], ignore_index=True)
    pupils, unreadable = typed(text, authority)
    rows: dict[str, SourceFile] = {}
    for part in parts:
        before = rows[part.file.name].rows if part.file.name in rows else 0
        rows[part.file.name] = SourceFile(part.file.name, part.file.sha256, before + part.file.rows)
    return PupilCensus(year, name, census_day(year, name), tuple(rows.values()), pupils, unreadable)


def _report_absent(term: TermOfYear, parts: list[_Part], findings: Findings) -> None:
    """Name the columns that are optional and missing, and what that costs."""
    year, name = term
    table = columns.table().set_index("column")
    when = f"{name} {_calendar_year(year, name)}"
    costs = {
        "upn": "pupils cannot be linked to plans or to other terms",
        "postcode": "homes, and so pupils of other authorities, are not known",
    }
    counted = ["warns", "informs", *(["spring"] if name == "spring" else [])]
    for column in table.index[table["absent"].isin(counted)]:
        without = [part.file.name for part in parts if column not in part.known]
        if not without:
            continue
        where = without[0] if len(without) == 1 else f"{len(without)} files"
        cost = f": {costs[column]}" if column in costs else ""
        add = findings.warn if table["absent"][column] == "warns" else findings.inform
        add(
            "missing_column",
            f"School census of {when}: no column for {table['title'][column]} in {where}{cost}.",
            "Add it to the export if the census holds it.",
            source=without[0],
            column=column,
            count=len(without),
        )


def _calendar_year(year: int, term: Term) -> int:
    return year - 1 if term == "autumn" else year
