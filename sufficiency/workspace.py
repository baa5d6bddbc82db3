"""The workspace: the folder a planner owns, and the settings in its `sufficiency.toml`."""

import tomllib
from dataclasses import asdict, dataclass, fields
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from sufficiency.errors import WorkspaceError

MAX_YEARS = 10
CONFIG_NAME = "sufficiency.toml"
LOCALITY_SCHEMES = ("former_district", "ward", "msoa", "file")
IDENTIFIERS = ("real", "synthetic")
SEVERITIES = ("blocks", "warns", "informs")
CAPACITY_BASES = ("commissioned", "usable", "scap", "physical")


@dataclass(frozen=True)
class Settings:
    """What a planner chooses once for a workspace.

    Attributes:
        authority: Three-digit DfE code of the authority, for example 839.
        seed: Seed of every random number; same inputs, settings and seed give the same files.
        paths: Simulated futures; 200 by default.
        years: Years ahead, 1 to 10.
        locality_scheme: `former_district` (default), `ward`, `msoa`, or `file` (`localities.csv`).
        capacity_basis: Which capacity the gap uses where the register has it; `usable` is class
            sizes added up where supplied, else commissioned places.
        first_year_probability: A first year of shortage needs at least this probability.
        base_census: January census year to start from; 0 for the latest with full detail.
        annotated_years: Census years whose flows are known to be unusual (backlog, recoding).
        identifiers: `real`; `synthetic` where no identifier may belong to a real person.
        key_file: File that holds the key of the pseudonyms, relative to the workspace; empty where
            the key is in the environment (`SUFFICIENCY_KEY`).
        published_difference: Share by which a return may differ from published counts before it
            is a finding; 0.02 is 2%.
        checks: Severity of a check of the returns, where the council wants another.
        nursery_fte: Full-time equivalent of a nursery pupil (part-time is 0.5).
        substitutable_share: Share of new independent and non-maintained placements that a local
            place of the right kind could serve.
        place_return_due: Day of the year (MM-DD) of the autumn notification of places.
    """

    authority: str
    seed: int = 2025
    paths: int = 200
    years: int = 10
    locality_scheme: Literal["former_district", "ward", "msoa", "file"] = "former_district"
    capacity_basis: Literal["commissioned", "usable", "scap", "physical"] = "commissioned"
    first_year_probability: float = 0.5
    base_census: int = 0
    annotated_years: tuple[int, ...] = ()
    identifiers: Literal["real", "synthetic"] = "real"
    key_file: str = ""
    published_difference: float = 0.02
    checks: tuple[tuple[str, str], ...] = ()
    nursery_fte: float = 0.5
    substitutable_share: float = 0.5
    place_return_due: str = "11-14"

    def described(self) -> dict[str, Any]:
        """Return every setting as plain values that JSON can hold."""
        told = {"annotated_years": list(self.annotated_years), "checks": dict(self.checks)}
        return {**asdict(self), **told}


@dataclass(frozen=True)
class Workspace:
    """Where everything of one authority lives."""

    root: Path
    settings: Settings

    @property
    def inputs(self) -> Path:
        """Folder of input files, one sub-folder a source."""
        return self.root / "inputs"

    @property
    def register_csv(self) -> Path:
        """The place register as CSV."""
        return self.root / "places.csv"

    @property
    def register_workbook(self) -> Path:
        """The place register as a workbook, the file a planner opens first."""
        return self.root / "places.xlsx"

    @property
    def last_year_csv(self) -> Path:
        """Last year's place register, to list every change; optional."""
        return self.root / "places_last_year.csv"

    @property
    def localities_csv(self) -> Path:
        """LSOA to locality, used where the scheme is `file`."""
        return self.root / "localities.csv"

    @property
    def national_parameters(self) -> Path:
        """The national parameters as refitted, used before those that came along; optional."""
        return self.root / "national_parameters.json.gz"

    @property
    def council(self) -> Path:
        """The council's own files beside the register: awaiting list, schemes, moves, costs."""
        return self.root / "council"

    @property
    def returns(self) -> Path:
        """SEN2 person-level returns, as exported."""
        return self.inputs / "sen2"

    @property
    def censuses(self) -> Path:
        """School censuses at pupil level."""
        return self.inputs / "school_census"

    @property
    def key_file(self) -> Path | None:
        """File that holds the key of the pseudonyms, if the settings name one."""
        return self.root / self.settings.key_file if self.settings.key_file else None

    @property
    def restricted(self) -> Path:
        """What only the officers who own the returns may open."""
        return self.root / "restricted"

    @property
    def corrections(self) -> Path:
        """Workbook of what is wrong in the returns, with the officer's corrections."""
        return self.restricted / "corrections.xlsx"

    @property
    def outputs(self) -> Path:
        """Folder of finished runs."""
        return self.root / "outputs"

    @property
    def dagster_home(self) -> Path:
        """Asset store, Dagster history and logs."""
        return self.root / ".dagster"


def open_workspace(root: Path) -> Workspace:
    """Return the workspace at `root` with its settings.

    Raises:
        WorkspaceError: There is no `sufficiency.toml`, or a setting is unknown or out of range;
            every wrong setting is named at once.
    """
    path = root / CONFIG_NAME
    if not path.is_file():
        raise WorkspaceError(
            f"{path} does not exist. Make a workspace with: "
            f"sufficiency init {root} --authority CODE --data FOLDER"
        )
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as err:
        raise WorkspaceError(f"{path} is not valid TOML: {err}. Correct that line.") from None
    return Workspace(root, _settings(raw, path))


def _settings(raw: dict[str, Any], path: Path) -> Settings:
    known = {f.name for f in fields(Settings)}
    wrong = [f"unknown setting {name}" for name in raw if name not in known]
    values = {name: value for name, value in raw.items() if name in known}
    if "authority" not in values:
        wrong.append("authority is missing (the three-digit DfE code, for example 839)")
    values["authority"] = str(values.get("authority", ""))
    code = values["authority"]
    if code and not (len(code) == 3 and code.isdigit()):
        wrong.append("authority must be a three-digit DfE code, for example 839")
    annotated = values.get("annotated_years", [])
    if isinstance(annotated, list) and all(type(year) is int for year in annotated):
        values["annotated_years"] = tuple(annotated)
    else:
        wrong.append("annotated_years must be a list of years, for example [2024]")
    for name, low, high in (("paths", 10, 5000), ("years", 1, MAX_YEARS), ("seed", 0, 2**63 - 1)):
        number = values.get(name, low)
        if isinstance(number, bool) or not isinstance(number, int) or not low <= number <= high:
            wrong.append(f"{name} must be a whole number from {low} to {high}")
    base = values.get("base_census", 0)
    if not isinstance(base, int) or (base and not 2010 <= base <= 2060):
        wrong.append("base_census must be a year such as 2025, or 0 for the latest")
    if values.get("locality_scheme", LOCALITY_SCHEMES[0]) not in LOCALITY_SCHEMES:
        wrong.append(f"locality_scheme must be one of {', '.join(LOCALITY_SCHEMES)}")
    if values.get("capacity_basis", CAPACITY_BASES[0]) not in CAPACITY_BASES:
        wrong.append(f"capacity_basis must be one of {', '.join(CAPACITY_BASES)}")
    chance = values.get("first_year_probability", 0.5)
    if not isinstance(chance, int | float) or not 0 < chance <= 1:
        wrong.append("first_year_probability must be above 0 and at most 1")
    if values.get("identifiers", "real") not in IDENTIFIERS:
        wrong.append(f"identifiers must be one of {', '.join(IDENTIFIERS)}")
    if not isinstance(values.get("key_file", ""), str):
        wrong.append("key_file must be a path in quotes")
    size = values.get("published_difference", 0.02)
    if isinstance(size, bool) or not isinstance(size, int | float) or not 0 <= size <= 1:
        wrong.append("published_difference must be from 0 to 1, for example 0.02")
    for name, least in (("nursery_fte", 0.5), ("substitutable_share", 0)):
        share = values.get(name, least)
        if isinstance(share, bool) or not isinstance(share, int | float) or not least <= share <= 1:
            wrong.append(f"{name} must be from {least} to 1")
    if not _is_day(values.get("place_return_due", "11-14")):
        wrong.append('place_return_due must be a month and day in quotes, for example "11-14"')
    values["checks"] = _severities(values.get("checks", {}), wrong)
    if wrong:
        raise WorkspaceError(f"{path}: {'; '.join(wrong)}.")
    return Settings(**values)


def _is_day(told: Any) -> bool:
    try:
        return isinstance(told, str) and date.fromisoformat(f"2024-{told}") is not None
    except ValueError:
        return False


def _severities(told: Any, wrong: list[str]) -> tuple[tuple[str, str], ...]:
    if not isinstance(told, dict) or not all(v in SEVERITIES for v in told.values()):
        wrong.append(f"[checks] must name checks with {', '.join(SEVERITIES)}")
        return ()
    return tuple(sorted(told.items()))


def template(name: str) -> str:
    """Return the text of a file that a new workspace starts from."""
    return files("sufficiency.templates").joinpath(name).read_text(encoding="utf-8")
