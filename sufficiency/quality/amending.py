"""Apply an officer's corrections to a return as it is read, or say why one does not fit."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Literal

import pandas as pd

from sufficiency.findings import Findings
from sufficiency.sen2.fields import code_list, fields
from sufficiency.sen2.model import MODULES, PARENTS, WHERE, RawReturn
from sufficiency.sen2.values import typed_column

CORRECTION = ["year", "file", "sheet", "row", "module", "column", "check", "value", "sha256"]
CELL = ["file", "sheet", "module", "row", "column"]
LOG = ["file", "sheet", "row", "module", "column", "check", "done"]
CLEAR, REMOVE, REMOVE_ALL = "CLEAR", "REMOVE", "REMOVE ALL"
FORMULA_STARTS = ("=", "+", "@")
URN = r"[0-9]{3,8}"
ROWS_NAMED = 5
MOST_ROW_DIGITS = 7
WORKBOOK = "corrections.xlsx"

Done = Literal["set", "cleared", "row removed", "row removed with those below it"]

UNKNOWN_FILE = "no return has a file of this name"
FILE_CHANGED = "the file has changed since the row was listed"
UNKNOWN_MODULE = "the return has no such module"
UNKNOWN_ROW = "the file has no such row"
UNKNOWN_COLUMN = "the module has no such column"
TWO_VALUES = "two different values are given for one cell"
FORMULA = "the value is a formula"
NOT_A_CODE = "the value is not among the codes of this field"
NOT_OF_KIND = {
    "date": "the value is not a date; write it as 2025-01-16",
    "datetime": "the value is not a date; write it as 2025-01-16",
    "flag": "the value is not 1 or 0",
    "number": "the value is not a whole number",
    "urn": "the value is not a number of 3 to 8 digits",
}
ULN_DIGITS = r"[0-9]{10}"


@dataclass
class Amender:
    """Corrects returns as they are read. Call it with each return; then `after_check` once.

    Attributes:
        corrections: Frame of `CORRECTION`, all text; `value` may be CLEAR, REMOVE or REMOVE ALL.
        findings: Receives what was refused, how many were applied, and what had no effect.
        refused: Corrections that did not fit, with `why`.
        log: One row a correction that was applied (`LOG`); never a value.
    """

    corrections: pd.DataFrame
    findings: Findings
    refused: pd.DataFrame = field(init=False)
    log: pd.DataFrame = field(init=False)
    _seen: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        self.corrections = self.corrections.reset_index(drop=True).astype("str")
        self.refused = self.corrections.head(0).assign(why="")
        self.log = pd.DataFrame({name: pd.Series(dtype="str") for name in LOG})

    def __call__(self, raw: RawReturn) -> RawReturn:
        """Return the return with every correction of its files that fits."""
        hashes = {file.name: file.sha256 for file in raw.files}
        self._seen |= set(hashes)
        mine = self.corrections[self.corrections["file"].isin(list(hashes))]
        if mine.empty:
            return raw
        why = _misfits(mine, raw, hashes)
        self._refuse(mine[why != ""].assign(why=why[why != ""]))
        fits = mine[why == ""]
        modules = _with_values(raw.modules, fits)
        modules, done = _without_rows(modules, fits)
        applied = fits.assign(done=_what_was_done(fits["value"]))
        self.log = pd.concat([self.log, applied[LOG]], ignore_index=True)
        for file, rows in applied.groupby("file", sort=True):
            below = int(done.reindex(rows.index).fillna(0).sum())
            also = f" {below:,} rows below a removed row went with it." if below else ""
            self.findings.inform(
                "corrections_applied",
                f"{file}: {len(rows):,} corrections were applied.{also}",
                "Correct the case system too, so that the next export is right.",
                source=str(file),
                count=len(rows),
            )
        return replace(raw, modules=modules)

    def accepted(self) -> pd.DataFrame:
        """Return the corrections that were applied, as they were given."""
        keys = pd.MultiIndex.from_frame(self.corrections[CELL])
        done = pd.MultiIndex.from_frame(self.log[CELL])
        refused = self.corrections.index.isin(self.refused.index)
        return self.corrections[keys.isin(done) & ~refused]

    def after_check(self, issues: pd.DataFrame) -> None:
        """Report corrections of files that were never met, and those whose issue is still there.

        Args:
            issues: What `check_returns` found in the corrected returns.
        """
        lost = self.corrections[~self.corrections["file"].isin(list(self._seen))]
        self._refuse(lost[~lost.index.isin(self.refused.index)].assign(why=UNKNOWN_FILE))
        still = self.without_effect(issues)
        for (file, check), rows in still.groupby(["file", "check"], sort=True):
            self.findings.warn(
                "correction_without_effect",
                f"{file}: {len(rows):,} corrections were applied, and the check {check} still "
                f"fails: {_rows(rows)}.",
                "Look at those rows again; the new value is not right either.",
                source=str(file),
                row=_row(rows["row"].iloc[0]),
                column=_column(rows["column"].iloc[0]),
                count=len(rows),
            )

    def without_effect(self, issues: pd.DataFrame) -> pd.DataFrame:
        """Return the applied corrections whose row still fails the check they were made for."""
        if issues.empty or self.log.empty:
            return self.log.head(0)
        keys = ["file", "sheet", "row", "module", "check"]
        now = issues.assign(row=issues["row"].astype("str"))[keys]
        return self.log[pd.MultiIndex.from_frame(self.log[keys]).isin(_index(now))]

    def _refuse(self, rows: pd.DataFrame) -> None:
        self.refused = pd.concat([self.refused, rows])
        for (file, why), group in rows.groupby(["file", "why"], sort=True):
            name = str(file) if file in self._seen else WORKBOOK
            self.findings.warn(
                "correction_refused",
                f"{name}: {len(group):,} corrections were not applied, because {why}: "
                f"{_rows(group)}.",
                "Fill the corrected value again in the workbook of corrections.",
                source=name,
                row=_row(group["row"].iloc[0]),
                column=_column(group["column"].iloc[0]),
                count=len(group),
            )


def amender(corrections: pd.DataFrame | None, findings: Findings) -> Amender:
    """Return what corrects a return as it is read.

    Args:
        corrections: What `read_corrections` returned, or None where there are none.
        findings: Receives `correction_refused` (warns), `corrections_applied` (informs) and, from
            `after_check`, `correction_without_effect` (warns). None of them blocks.
    """
    if corrections is None:
        corrections = pd.DataFrame({name: pd.Series(dtype="str") for name in CORRECTION})
    return Amender(corrections, findings)


def _index(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows.astype("str"))


def _row(cell: object) -> int:
    """Return the row that a cell names, 0 if it names none; longer digits may identify someone."""
    text = str(cell)
    return int(text) if text.isdecimal() and len(text) <= MOST_ROW_DIGITS else 0


def _column(cell: object) -> str:
    """Return the field that a cell names, empty if it names none: anything may be typed there."""
    return str(cell) if str(cell) in _every_field() else ""


@cache
def _every_field() -> frozenset[str]:
    return frozenset(field for module in MODULES for field in fields(module)["field"])


def _rows(rows: pd.DataFrame) -> str:
    """Return the rows in words; of cells that name no row of a return, only where they stand."""
    named = [
        f"{module} row {row} {column}"
        for module, row, column in zip(rows["module"], rows["row"], rows["column"], strict=True)
        if module in MODULES and _row(row) and _column(column)
    ]
    other = len(rows) - len(named)
    more = len(named) - ROWS_NAMED
    parts = ["; ".join(named[:ROWS_NAMED]) + (f" and {more:,} more" if more > 0 else "")]
    if other:
        parts.append(
            f"{other:,} whose Module, Row or Column is none of a return (the workbook's sheet "
            "Corrections lists them)"
        )
    return "; ".join(part for part in parts if part)


def _misfits(mine: pd.DataFrame, raw: RawReturn, hashes: dict[str, str]) -> pd.Series:
    """Return why each correction does not fit the return, "" where it does; the first reason."""
    why = pd.Series("", index=mine.index, dtype="str")

    def refuse(wrong: pd.Series, reason: str) -> None:
        nonlocal why
        why = why.mask(wrong & (why == ""), reason)

    refuse(mine["file"].map(hashes) != mine["sha256"], FILE_CHANGED)
    refuse(~mine["module"].isin(list(raw.modules)), UNKNOWN_MODULE)
    removes = mine["value"].isin([REMOVE, REMOVE_ALL])
    for module, rows in mine.groupby("module"):
        frame = raw.modules.get(str(module))
        if frame is None:
            continue
        known = _index(rows[list(WHERE)]).isin(_index(frame[list(WHERE)]))
        refuse(_on(why, rows.index[~known]), UNKNOWN_ROW)
        for column, cells in rows[~removes.reindex(rows.index)].groupby("column"):
            if column not in set(fields(str(module))["field"]):
                refuse(_on(why, cells.index), UNKNOWN_COLUMN)
                continue
            given = cells["value"].where(cells["value"] != CLEAR, "")
            reasons = _wrong_values(given, str(module), str(column))
            why = why.mask((why == "") & why.index.isin(reasons.index), reasons.reindex(why.index))
    values = mine[~removes].groupby(CELL)["value"].transform("nunique") > 1
    refuse(values.reindex(why.index, fill_value=False), TWO_VALUES)
    return why


def _on(like: pd.Series, labels: pd.Index) -> pd.Series:
    return pd.Series(like.index.isin(labels), index=like.index)


def _wrong_values(given: pd.Series, module: str, column: str) -> pd.Series:
    """Return the reason for each value that does not fit its field; those that fit are absent."""
    listed = fields(module)
    field_row = listed[listed["field"] == column].iloc[0]
    kind, codes = str(field_row["kind"]), code_list(str(field_row["code_list"]))
    filled = given[given != ""]
    typed, unreadable = typed_column(filled, kind)
    reasons = pd.Series("", index=filled.index, dtype="str")
    reasons = reasons.mask(filled.str.startswith(FORMULA_STARTS), FORMULA)
    reasons = reasons.mask((reasons == "") & unreadable, NOT_OF_KIND.get(kind, ""))
    if kind == "urn":
        digits = ULN_DIGITS if column == "uniquelearnernumber" else URN
        wrong = ~typed.astype("str").str.fullmatch(digits)
        reasons = reasons.mask((reasons == "") & wrong, NOT_OF_KIND[kind])
    if codes:
        wrong = ~typed.astype("str").isin(codes)
        reasons = reasons.mask((reasons == "") & wrong, NOT_A_CODE)
    return reasons[reasons != ""]


def _with_values(modules: dict[str, pd.DataFrame], fits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    made = dict(modules)
    cells = fits[~fits["value"].isin([REMOVE, REMOVE_ALL])].drop_duplicates(CELL)
    for module, rows in cells.groupby("module"):
        frame = made[str(module)].reset_index(drop=True)
        places = _index(frame[list(WHERE)])
        number = pd.Series(range(len(frame)), index=places)
        number = number[~number.index.duplicated()]
        for column, given in rows.groupby("column"):
            at = number.reindex(_index(given[list(WHERE)])).to_numpy()
            text = given["value"].where(given["value"] != CLEAR, "")
            if column not in frame:
                frame = frame.assign(**{str(column): ""})
            frame.loc[at, column] = text.to_numpy()
        made[str(module)] = frame
    return made


def _without_rows(
    modules: dict[str, pd.DataFrame], fits: pd.DataFrame
) -> tuple[dict[str, pd.DataFrame], pd.Series]:
    """Return the modules without removed rows, and how many rows below went with each removal.

    Rows below go only where no other row keeps the removed row's id: those of a repeated id belong
    to the row that stays.
    """
    made = dict(modules)
    below = pd.Series(0, index=fits.index)
    for module in [*dict.fromkeys([*PARENTS.values(), *PARENTS])]:
        rows = fits[(fits["module"] == module) & fits["value"].isin([REMOVE, REMOVE_ALL])]
        if rows.empty or module not in made:
            continue
        frame = made[module]
        everything = rows[rows["value"] == REMOVE_ALL]
        with_children = pd.Series(_index(frame[list(WHERE)]).isin(_index(everything[list(WHERE)])))
        gone = pd.Series(_index(frame[list(WHERE)]).isin(_index(rows[list(WHERE)])))
        own = frame[f"{module}tableid"].reset_index(drop=True)
        ids = set(own[with_children]) - set(own[~gone]) - {""}
        made[module] = frame[~gone.to_numpy()]
        if ids:
            before = sum(len(one) for one in made.values())
            made = _without_descendants(made, module, ids)
            below[everything.index[0]] = before - sum(len(one) for one in made.values())
    return made, below


def _without_descendants(
    modules: dict[str, pd.DataFrame], module: str, ids: set[str]
) -> dict[str, pd.DataFrame]:
    made = dict(modules)
    for child, parent in PARENTS.items():
        if parent != module or child not in made:
            continue
        frame = made[child]
        gone = frame[f"{module}tableid"].isin(list(ids))
        own = set(frame.loc[gone, f"{child}tableid"]) - set(frame.loc[~gone, f"{child}tableid"])
        made[child] = frame[~gone]
        made = _without_descendants(made, child, own - {""})
    return made


def _what_was_done(values: pd.Series) -> pd.Series:
    words: dict[str, Done] = {
        CLEAR: "cleared",
        REMOVE: "row removed",
        REMOVE_ALL: "row removed with those below it",
    }
    return values.map(words).fillna("set").astype("str")
