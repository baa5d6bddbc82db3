"""Read the council's own returns into canonical tables, and forget who they are about.

The one place where the readers of returns, the census-day rules, the checks and the corrections
meet. Identifiers live in memory between here and the readers, and nowhere else.
"""

import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import pandas as pd

from sufficiency.contracts import TABLES, empty
from sufficiency.errors import SufficiencyError
from sufficiency.findings import Findings
from sufficiency.people.published import against_published
from sufficiency.people.recorded_ncy import with_recorded_ncy
from sufficiency.people.reference import Reference
from sufficiency.people.requests import backlog_years
from sufficiency.people.route import person_tables
from sufficiency.privacy import PrivacyError, key_file_name, load_key
from sufficiency.pupil_census.counts import pupil_counts
from sufficiency.pupil_census.model import PupilCensus
from sufficiency.pupil_census.read import read_censuses
from sufficiency.pupil_census.sen_support import sen_support_to_plan
from sufficiency.quality.amending import Amender, amender
from sufficiency.quality.bases import bases as reconcile_bases
from sufficiency.quality.checks import check_censuses, check_returns, declared
from sufficiency.quality.corrections import read_corrections, write_corrections
from sufficiency.quality.table import findings_from, quality_table
from sufficiency.sen2.model import Return, SourceFile
from sufficiency.sen2.returns import read_returns
from sufficiency.terms import census_label
from sufficiency.workspace import Workspace

NAMES = (
    "past_plans",
    "plan_flows",
    "links",
    "requests",
    "requests_by_month",
    "adulthood",
    "pupils",
    "sen_support_to_plan",
    "second_placements",
    "placement_months",
    "schools_attended",
    "quality_checks",
    "bases",
    "against_published",
)
CORRECTIONS_UNREADABLE = "corrections_unreadable"
Made = TypeVar("Made")


@dataclass(frozen=True)
class PersonLevel:
    """What the returns became.

    Attributes:
        tables: Canonical tables by name (`NAMES`); empty where there is no return.
        files: Files read, with the layout each has.
        returns: Years of the SEN2 returns.
        censuses: Year and term of the school censuses.
    """

    tables: dict[str, pd.DataFrame]
    files: tuple[tuple[SourceFile, str], ...] = ()
    returns: tuple[int, ...] = ()
    censuses: tuple[tuple[int, str], ...] = field(default=())


def without_returns() -> PersonLevel:
    """Return the tables of a workspace that holds no return: all there, all empty."""
    return PersonLevel({name: empty(TABLES[name]) for name in NAMES})


def read_person_level(
    workspace: Workspace,
    reference: Reference,
    published_stock: pd.DataFrame,
    findings: Findings,
    environment: Mapping[str, str] | None = None,
) -> PersonLevel:
    """Return the tables of a workspace's SEN2 returns and school censuses.

    The workbook of corrections is read before, and written again after, with what is still wrong.

    Args:
        workspace: Where the returns, the corrections and the settings are.
        reference: Tables that rows are looked up in.
        published_stock: Published counts, to set the returns beside.
        findings: Receives every problem; a value of a row is never among them.
        environment: Where the key may be; the process's own if None.

    Returns:
        Empty tables where there is no return, where the key is missing, or where a return cannot
        be read at all; a finding then says so.
    """
    _close_to_others(workspace.restricted, findings)
    here = has_files(workspace.returns) or has_files(workspace.censuses)
    forbidden = (
        workspace.outputs,
        workspace.inputs,
        workspace.restricted,
        workspace.dagster_home,
    )
    try:
        if workspace.key_file is not None:
            key_file_name(workspace.key_file)
        if not here:
            return without_returns()
        environment = os.environ if environment is None else environment
        key = load_key(environment, workspace.key_file, forbidden)
    except PrivacyError as err:
        findings.block(
            "no_pseudonym_key",
            err.problem,
            err.action,
            source="sufficiency.toml",
            column="key_file",
        )
        return without_returns()
    made, failure = _attempt(lambda: _made(workspace, reference, published_stock, key, findings))
    if made is not None:
        return made
    findings.block(
        "returns_not_read",
        failure,
        "Export the returns again. If that does not help, report this line: it holds no data.",
        source="inputs/sen2",
    )
    return without_returns()


def has_files(folder: Path) -> bool:
    """Say whether a folder holds anything a reader may try, other than its note."""
    return folder.is_dir() and any(
        path.is_file() and path.name != "README.txt" and not path.name.startswith(".")
        for path in folder.rglob("*")
    )


def _attempt(
    make: Callable[[], Made], what: str = "The returns could not be read"
) -> tuple[Made | None, str]:
    """Return what `make` makes, or None and why not.

    An error that nobody foresaw may quote a row in its text, so only its kind and place are kept.
    """
    try:
        return make(), ""
    except SufficiencyError as err:
        return None, str(err)
    except Exception as err:  # whatever a damaged return provokes: its text may hold a name
        at = traceback.extract_tb(err.__traceback__)[-1]
        kind, place = type(err).__name__, f"{Path(at.filename).name}:{at.lineno}"
    return None, f"{what} ({kind} at {place})."


def _made(
    workspace: Workspace,
    reference: Reference,
    published_stock: pd.DataFrame,
    key: bytes,
    findings: Findings,
) -> PersonLevel:
    authority = reference.authority
    amend = amender(_wanted_corrections(workspace, findings), findings)
    returns = read_returns(workspace.returns, authority, findings, amend)
    censuses = read_censuses(workspace.censuses, authority, findings)
    people = person_tables(returns, reference, key)
    past_plans = with_recorded_ncy(people.past_plans, censuses, key, reference)
    _say_what_is_missing(returns, censuses, findings)
    pupils = pupil_counts(censuses, reference)
    bases = reconcile_bases(people.positions, censuses, reference)
    issues = pd.concat(
        [
            check_returns(returns, people.positions, reference),
            check_censuses(censuses, returns, people.positions, reference, bases),
        ],
        ignore_index=True,
    )
    amend.after_check(issues)
    severities = _severities(workspace, findings)
    quality = quality_table(issues, returns, censuses, people.positions, severities)
    findings.extend(findings_from(quality, issues, returns))
    if CORRECTIONS_UNREADABLE not in {found.check for found in findings.blocking}:
        _write_corrections(workspace, issues, returns, amend, severities, findings)
    beside = against_published(
        past_plans, published_stock, authority, workspace.settings.published_difference
    )
    _say_where_published_differs(beside, findings)
    _say_backlogs(people.requests_by_month, workspace.settings.annotated_years, findings)
    tables = {
        "past_plans": past_plans,
        "plan_flows": people.plan_flows,
        "links": people.links,
        "requests": people.requests,
        "requests_by_month": people.requests_by_month,
        "adulthood": people.adulthood,
        "pupils": pupils,
        "sen_support_to_plan": sen_support_to_plan(censuses, past_plans, key, reference),
        "second_placements": people.second_placements,
        "placement_months": people.placement_months,
        "schools_attended": people.schools_attended,
        "quality_checks": quality,
        "bases": bases,
        "against_published": beside,
    }
    return PersonLevel(
        tables,
        _files(returns, censuses),
        tuple(found.year for found in returns),
        tuple((found.year, found.term) for found in censuses),
    )


def _wanted_corrections(workspace: Workspace, findings: Findings) -> pd.DataFrame | None:
    """Return the officer's corrections; None where there are none or they cannot be read."""
    path = workspace.corrections
    if not path.exists():
        return None
    wanted, failure = _attempt(lambda: read_corrections(path), f"{path.name} could not be read")
    if wanted is None:
        findings.block(
            CORRECTIONS_UNREADABLE,
            failure,
            f"Restore {path.parent.name}/{path.name} from a copy, or delete it: it is then written "
            "anew, without the corrections made so far.",
            source=path.name,
        )
    return wanted


def _close_to_others(folder: Path, findings: Findings) -> None:
    """Let nobody but its owner open a folder that may have been made by hand, or copied."""
    if not folder.is_dir():
        return
    try:
        folder.chmod(0o700)
    except PermissionError:
        findings.warn(
            "restricted_open_to_others",
            f"The folder {folder.name} belongs to another user of this computer, so it could not "
            "be closed to others.",
            "Ask its owner to let only those open it who may see the returns.",
            source=folder.name,
        )


def _files(
    returns: list[Return], censuses: list[PupilCensus]
) -> tuple[tuple[SourceFile, str], ...]:
    sen2 = [(file, f"sen2_{found.format}") for found in returns for file in found.files]
    pupil = [(file, "pupil_census") for found in censuses for file in found.files]
    return tuple(sorted([*sen2, *pupil], key=lambda pair: pair[0].name))


def _severities(workspace: Workspace, findings: Findings) -> dict[str, str]:
    """Return the severities that the settings change; one that blocks as shipped cannot change."""
    shipped = declared().set_index("check")["severity"]
    wanted = dict(workspace.settings.checks)
    unknown = sorted(set(wanted) - set(shipped.index))
    kept = sorted(c for c in wanted if shipped.get(c) == "blocks" and wanted[c] != "blocks")
    for names, why in ((unknown, "no such check"), (kept, "it blocks, and must")):
        if names:
            findings.warn(
                "severity_not_changed",
                f"[checks] in sufficiency.toml: {', '.join(names)}: {why}.",
                "Remove the line, or correct the check's name.",
                source="sufficiency.toml",
                count=len(names),
            )
    return {check: wanted[check] for check in wanted if check not in {*unknown, *kept}}


def _write_corrections(
    workspace: Workspace,
    issues: pd.DataFrame,
    returns: list[Return],
    amend: Amender,
    severities: dict[str, str],
    findings: Findings,
) -> None:
    workspace.restricted.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        write_corrections(workspace.corrections, issues, returns, amend, severities)
        workspace.corrections.chmod(0o600)
    except PermissionError:
        findings.warn(
            "corrections_not_written",
            f"{workspace.corrections.name} is open in another program, so it was not brought up "
            "to date.",
            "Close it and check again.",
            source=workspace.corrections.name,
        )


def _say_what_is_missing(
    returns: list[Return], censuses: list[PupilCensus], findings: Findings
) -> None:
    """Say which tables stay empty for want of a return or a census."""
    held = {found.year for found in returns}
    springs = {found.year for found in censuses if found.term == "spring"}
    lacking = []
    if held and not any(year - 1 in held for year in held):
        lacking.append("no two Januaries in a row: no joiners, leavers or movers")
    if held and not held & springs:
        lacking.append(
            "no spring census of the same January: units and resourced provision are compared with "
            "GIAS and the register only, and year groups as taught are not known"
        )
    if springs and not any(year - 1 in springs and year in held for year in held):
        lacking.append(
            "no spring census of one January and return of the next: nothing on SEN support that "
            "became a plan"
        )
    for words in lacking:
        findings.inform(
            "returns_incomplete",
            f"Of the returns and censuses there is {words}.",
            "Add the missing Januaries, if you have them.",
            source="inputs/sen2",
        )


def _say_where_published_differs(beside: pd.DataFrame, findings: Findings) -> None:
    stated = beside[beside["stated"] == "yes"]
    for _, rows in stated.groupby(["year", "dimension"], sort=True):
        largest = rows.iloc[int(rows["difference"].abs().to_numpy().argmax())]
        year, dimension = int(largest["year"]), largest["dimension"]
        findings.warn(
            "differs_from_published",
            f"{census_label(year)}: the return differs from the published counts in "
            f"{len(rows)} cells of {dimension}, most for {largest['key']} "
            f"({int(largest['person']):,} in the return, {int(largest['published']):,} published).",
            "Check that this is the return that was submitted; the return is used.",
            source="inputs/sen2",
            count=len(rows),
        )


def _say_backlogs(by_month: pd.DataFrame, annotated: tuple[int, ...], findings: Findings) -> None:
    years = [year for year in backlog_years(by_month) if year not in annotated]
    if years:
        findings.inform(
            "backlog_years",
            "Far fewer or far more plans than in the years beside were issued within 20 weeks in "
            f"the year before January {', '.join(map(str, years))}.",
            "If a backlog grew or was cleared, add the year to annotated_years.",
            source="inputs/sen2",
            count=len(years),
        )
