"""What the columns and labels of the 2025 and 2026 files mean, and which are not known.

Belongs here: breakdown topics, labels of ages and placements, and the report of columns, topics
and labels that no table of terms maps. A label that is not mapped blocks: its plans would be lost.
"""

import pandas as pd

from sufficiency import terms
from sufficiency.findings import Findings
from sufficiency.sources.ees_rows import COMMON, age_keys, place_rows, years

FILTERS = ("breakdown_topic", "breakdown")
TOTALS = (
    "mainstream_total",
    "special_total",
    "ap_pru_total",
    "fe_total",
    "ed_elsewhere",
)
# Columns of one layout that stand for another's, so that their absence is no loss.
ALTERNATIVES = ("special_academy_free", "special_academy", "special_free_school", "number_ds")
APOSTROPHES = "['\u2019]"
LABEL_ALIASES = {"special - academy/free school": "special - academy/free schools"}
TOTAL_TOPICS = (
    "all ehc plans",
    "new ehc plans",
    "all ceased ehc plans",
    "all requests for ehc needs assessments",
    "all ehc needs assessments",
    "all ehc plans issued",
)
# Best first: the first that a file has is read as the age, the others are passed over.
AGE_NOW = ("age at start of academic year", "child or young persons age")
AGE_THEN = ("age when plan started", "age plan ceased", *reversed(AGE_NOW))
PLACEMENT_TOPICS = ("type of placement",)
UNUSED_TOPICS = (
    "ethnicity",
    "sex",
    "years ehc plan in place",
    "years plan held",
    *AGE_NOW,
    *AGE_THEN,
)


def report_columns(
    table: pd.DataFrame, known: set[str], file: str, findings: Findings, *, counted: str = ""
) -> None:
    """Report columns that are not known, and known count columns that are missing.

    Args:
        table: The file's rows.
        known: Columns of this layout; percentages need not be listed.
        file: File name.
        findings: An unknown column warns. It blocks where every count column matters (`counted`)
            and it holds a count, because those plans would be lost.
        counted: What the columns of counts are, `placement` or `need`; empty for other files.
    """
    percent = [
        c
        for c in map(str, table.columns)
        if c.startswith("pc_") or c.endswith("_pc") or "_pc_" in c
    ]
    for name in table.columns.difference([*known, *percent], sort=False):
        holds = pd.to_numeric(table[name], errors="coerce").gt(0)
        total = name.endswith("_total") or name.startswith("total_")
        if counted and holds.any() and not total:
            findings.block(
                f"unknown_{counted}_column",
                f"{file} has the {counted} column {name}, which is not mapped to any {counted}: "
                f"its counts in {int(holds.sum())} rows would be lost.",
                "Add the column to the table of terms, or use the release before.",
                source=file,
                row=1,
                column=name,
                count=int(holds.sum()),
            )
        else:
            findings.warn(
                "unknown_column",
                f"{file} has the column {name}, which is not known. It was not read.",
                "Nothing, if the release notes say that it is new and holds no plans.",
                source=file,
                row=1,
                column=name,
            )
    if not counted:
        return
    for name in sorted(known - set(table.columns) - {*TOTALS, *ALTERNATIVES, ""}):
        findings.warn(
            "missing_column",
            f"{file} lacks the column {name} of this layout. What it counts is missing.",
            "Compare the file with the publication and download it again if it was edited.",
            source=file,
            row=1,
            column=name,
        )


def rows_to_read(
    table: pd.DataFrame,
    topics: dict[str, tuple[str, ...]],
    file: str,
    findings: Findings,
    *,
    calendar: bool,
) -> tuple[pd.DataFrame, dict[str, pd.Series]]:
    """Return place and year of the rows to read, and which rows are of which kind.

    Args:
        table: The file's rows.
        topics: Kind -> breakdown topics that may hold it, best first. `unused` kinds are known.
        file: File name.
        findings: Unknown topics inform, repeated rows warn.
        calendar: Whether the file is dated by calendar year.

    Returns:
        Places with `year` (calendar year for flows), and kind -> mask with the same index.
    """
    topic = (
        table["breakdown_topic"].str.strip().str.lower().str.replace(APOSTROPHES, "", regex=True)
    )
    present = set(topic.unique())
    chosen = {
        next((t for t in names if t in present), ""): kind
        for kind, names in topics.items()
        if kind not in ("total", "unused")
    }
    chosen |= {name: "total" for name in topics["total"]}
    kind = topic.map(chosen)
    known = {*chosen, *UNUSED_TOPICS, *topics.get("unused", ())}
    for name in sorted(present - known):
        example = table.loc[topic == name, "breakdown_topic"].iloc[0]
        findings.inform(
            "unknown_breakdown_topic",
            f"{file} has the breakdown topic {example!r}, which is not known. It was not read.",
            "Nothing, if the release notes say that it is new.",
            source=file,
            column="breakdown_topic",
            count=int((topic == name).sum()),
        )
    used = table[kind.notna()]
    repeats = used.duplicated([*COMMON, *FILTERS])
    if repeats.any():
        findings.warn(
            "repeated_row",
            f"{file} repeats {int(repeats.sum())} rows (same place, period and breakdown), the "
            f"first at row {int(used.index[repeats][0]) + 2}. Only the first of each was read.",
            "Download the file again.",
            source=file,
            row=int(used.index[repeats][0]) + 2,
            count=int(repeats.sum()),
        )
        used = used[~repeats]
    places = place_rows(used, file, findings)
    year = years(used.loc[places.index, "time_period"], file, findings, calendar=calendar)
    rows = places.assign(year=year)[year.notna()].astype({"year": int})
    kind = kind.loc[rows.index]
    return rows, {name: kind == name for name in topics}


def age_of(labels: pd.Series, file: str, findings: Findings) -> pd.Series:
    """Return the age of each label; unknown labels block and are left out."""
    keys, open_classes = age_keys(labels)
    block_unknown(labels[keys.isna()], "age", file, findings)
    if open_classes:
        shown = ", ".join(f"{c} as {keys[labels == c].iloc[0]}" for c in open_classes)
        findings.inform(
            "open_age_class",
            f"{file}: classes that hold several ages are counted at one age: {shown}.",
            source=file,
            column="breakdown",
            count=len(open_classes),
        )
    return keys[keys.notna()]


def setting_of(labels: pd.Series, file: str, findings: Findings) -> pd.Series:
    """Return the setting of each placement label; totals are left out, unknown labels block."""
    known = terms.table("ees_settings")
    codes = {
        label.lower(): code
        for label, code in zip(known["ees_need_label"], known["setting"], strict=True)
        if label
    }
    words = labels.str.strip().str.lower().str.replace(r"\s+", " ", regex=True)
    words = words.replace(LABEL_ALIASES)
    words = words[~words.str.endswith(" - total")]
    keys = words.map(codes)
    block_unknown(labels.loc[keys.index[keys.isna()]], "setting", file, findings)
    return keys[keys.notna()]


def block_unknown(labels: pd.Series, what: str, file: str, findings: Findings) -> None:
    for label, count in labels.value_counts().sort_index().items():
        findings.block(
            f"unknown_{what}_label",
            f"{file}: {label!r} ({count} rows) is not mapped to any {what}; its plans would be "
            "lost.",
            "Add the label to the table of terms, or use the release before.",
            source=file,
            column="breakdown",
            count=int(count),
        )
