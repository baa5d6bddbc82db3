"""Start a workspace: settings, an inputs folder, recognised files, a starter place register."""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.errors import SufficiencyError, WorkspaceError
from sufficiency.findings import Findings
from sufficiency.sources.layout import Layout
from sufficiency.workspace import CONFIG_NAME, Workspace, open_workspace, template

if TYPE_CHECKING:
    from sufficiency.demo.people import World

DEMO_AUTHORITY = "999"
DEMO_SEED = 999
JANUARIES = 6
ANSWER_KEY = "answer-key"
DEMO_KEY_FILE = "pseudonym.key"
DEMO_KEY = "f2a34d6487ade0f535ea2787e8e9d6a0aa2247d938a2aa48"  # hides no one: made-up people
SEED = 2025


def quiet(_: str) -> None:
    """Say nothing."""


def start_workspace(
    folder: Path, authority: str, data: Path | None, say: Callable[[str], None] = quiet
) -> list[str]:
    """Make a workspace, or add what an existing one lacks; nothing that is there is overwritten.

    Args:
        folder: Where; made if absent.
        authority: Three-digit DfE code.
        data: Folder of published files to copy in, or None.
        say: Told each step.

    Returns:
        Lines for the planner: what was copied and what to open first.

    Raises:
        WorkspaceError: The code is not three digits, or the folder is another authority's.
    """
    workspace = _settled(folder, authority)
    lines = []
    _write_notes(workspace)
    if data is not None:
        say(f"Recognising files in {data}")
        lines.append(f"Copied {_copy(data, workspace)} recognised files into {workspace.inputs}")
    if not workspace.register_csv.exists() and not workspace.register_workbook.exists():
        say("Listing today's schools in a starter register")
        lines += _write_starter(workspace)
    return lines


def _settled(folder: Path, authority: str) -> Workspace:
    if not (len(authority) == 3 and authority.isdigit()):
        raise WorkspaceError(
            f"{authority} is not an authority code: use the three-digit DfE code, for example 839."
        )
    config = folder / CONFIG_NAME
    if config.exists():
        workspace = open_workspace(folder)
        if workspace.settings.authority != authority:
            raise WorkspaceError(
                f"{folder} is already the workspace of authority {workspace.settings.authority}. "
                f"Use another folder for {authority}."
            )
        return workspace
    folder.mkdir(parents=True, exist_ok=True)
    text = template(CONFIG_NAME).replace("{{ authority }}", authority)
    made_up = authority == DEMO_AUTHORITY
    text = text.replace("{{ seed }}", str(DEMO_SEED if made_up else SEED))
    text = text.replace("{{ identifiers }}", "synthetic" if made_up else "real")
    if made_up:
        text = text.replace('# key_file = "../keys/pseudonym.key"', f'key_file = "{DEMO_KEY_FILE}"')
    config.write_text(text, encoding="utf-8")
    return open_workspace(folder)


def _write_notes(workspace: Workspace) -> None:
    """Write which files belong in each sub-folder of inputs, and the council's templates."""
    from sufficiency.council import write_council_templates
    from sufficiency.sources.catalogue import LAYOUTS

    write_council_templates(workspace.council)

    folders: dict[str, list[str]] = {}
    for layout in LAYOUTS:
        folders.setdefault(layout.folder, []).append(layout.title)
    for name, titles in folders.items():
        note = workspace.inputs / name / "README.txt"
        if not note.exists():
            note.parent.mkdir(parents=True, exist_ok=True)
            listed = "\n".join(f"- {title}" for title in dict.fromkeys(titles))
            note.write_text(
                "Put these published files here, as downloaded (.csv, .csv.gz, .gpkg).\n"
                "They are recognised by their columns; the names do not matter.\n\n"
                + listed
                + "\n",
                encoding="utf-8",
            )

    for folder, text in (
        (workspace.returns, template("inputs_sen2.txt")),
        (workspace.censuses, template("inputs_school_census.txt")),
    ):
        note = folder / "README.txt"
        if not note.exists():
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            note.write_text(text, encoding="utf-8")


def _copy(data: Path, workspace: Workspace) -> int:
    from sufficiency.sources.catalogue import scan

    found = scan(data, Findings())
    if not found:
        raise WorkspaceError(
            f"No file in {data} has a known layout. See the notes in {workspace.inputs} for which "
            "files are needed."
        )
    copied = 0
    for path, layout in found:
        target = workspace.inputs / layout.folder / path.name
        if target.exists() or not _is_about(path, layout, workspace.settings.authority):
            continue
        shutil.copyfile(path, target)
        copied += 1
    return copied


def _is_about(path: Path, layout: Layout, authority: str) -> bool:
    """Say whether a list of schools has any of the authority; other files are about everybody."""
    if layout.folder != "schools":
        return True
    try:
        codes = layout.read(path, Findings()).get("authority", pd.Series(dtype=str))
    except SufficiencyError:
        return True  # copied as it is, so that `check` can say what is wrong with it
    return not (codes != "").any() or bool((codes == authority).any())


def _write_starter(workspace: Workspace) -> list[str]:
    from assets.reading import localities_of, place, read_published
    from sufficiency.places import starter_register, write_register
    from sufficiency.plans.margins import base_census

    findings = Findings()
    published = read_published(workspace, findings)
    if published is None or findings.blocking:
        problems = [f"- {f.source}: {f.message} {f.action}" for f in findings.blocking]
        return ["No starter register yet, because of the inputs:", *problems]
    authority = workspace.settings.authority
    schools = place(published, localities_of(workspace, published, findings))
    base_year = base_census(published.published_stock, authority)
    register = starter_register(schools, authority, base_year, findings)
    write_register(workspace, register)
    return [
        f"Starter place register: {len(register)} rows, every one assumed from today's roll.",
        f"Open {workspace.register_workbook} first: correct the places and confirm each row.",
    ]


def start_demo(
    folder: Path,
    say: Callable[[str], None] = quiet,
    errors: bool = False,
    formats: bool = False,
    januaries: int = JANUARIES,
) -> None:
    """Make the demo workspace: a synthetic authority with a register its planner has confirmed.

    Args:
        folder: Where; made if absent.
        say: Told each step.
        errors: Plant errors of every kind in the returns, with their answer key beside them.
        formats: Write every return in every format too, into `formats`.
        januaries: How many Januaries to write returns and censuses of, the last of them 2025.

    Raises:
        WorkspaceError: The folder is the workspace of a real authority.
    """
    from sufficiency.demo import demo_register, write_council_files, write_demo_data
    from sufficiency.demo.people import world
    from sufficiency.demo.returns.writing import write_all_formats, write_censuses, write_returns
    from sufficiency.places import read_register, write_register

    fresh = not (folder / CONFIG_NAME).exists()
    with tempfile.TemporaryDirectory() as made:
        write_demo_data(Path(made), DEMO_SEED)
        start_workspace(folder, DEMO_AUTHORITY, Path(made), say)
    workspace = open_workspace(folder)
    if not (fresh or formats):
        return
    say("Growing six years of its children's plans, and its returns")
    people = world(DEMO_SEED)
    if formats:
        write_all_formats(people, folder / "formats")
    if fresh:
        (folder / DEMO_KEY_FILE).write_text(DEMO_KEY + "\n", encoding="utf-8")
        write_register(workspace, demo_register(read_register(workspace, None, Findings())))
        write_council_files(people, workspace)
        write_censuses(people, workspace.censuses, januaries)
        if errors:
            _write_planted(people, workspace)
        else:
            write_returns(people, workspace.returns, januaries)


def _write_planted(people: "World", workspace: Workspace) -> None:
    """Write returns with planted errors, and their answer key beside the inputs."""
    from assets.reading import localities_of, place, read_published, reference_of
    from sufficiency.demo.returns.writing import write_planted_returns
    from sufficiency.people.schools import known_schools
    from sufficiency.places import read_register

    findings = Findings()
    published = read_published(workspace, findings)
    if published is None:
        raise WorkspaceError("The demo's published files cannot be read. Remove it and try again.")
    localities = localities_of(workspace, published, findings)
    register = read_register(workspace, place(published, localities), findings, localities)
    schools = known_schools(published.gias)
    reference = reference_of(workspace, published, schools, localities, register)
    write_planted_returns(people, reference, workspace.returns, workspace.root / ANSWER_KEY)
