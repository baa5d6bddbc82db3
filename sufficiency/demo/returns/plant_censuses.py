"""Plant errors of every check of a school census, with an answer key."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from sufficiency.demo.returns.identifiers import valid_upn
from sufficiency.demo.returns.planted import CORRECTIONS, FLAGGED, AnswerKey
from sufficiency.people.reference import Reference
from sufficiency.quality.known_bases import known_bases
from sufficiency.sources.postcodes import normalise

MODULE = "pupils"
MAINSTREAM = ("MSLA", "MSAC")
Row = dict[str, str]


@dataclass
class _Census:
    """A census being spoilt: each registration once."""

    year: int
    pupils: dict[str, list[str]]
    left: dict[str, list[int]]
    inside: set[str]
    flagged: list[tuple[int, str, str, int, int]] = field(default_factory=list)
    corrections: list[tuple[int, str, str, int, str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def row(self, at: int) -> Row:
        return {name: values[at] for name, values in self.pupils.items()}

    def take(self, provision: str, count: int, fit: Callable[[Row], bool]) -> list[int]:
        taken = [at for at in self.left[provision] if fit(self.row(at))][:count]
        self.left[provision] = [at for at in self.left[provision] if at not in set(taken)]
        return taken

    def spoil(self, check: str, at: int, cells: Row) -> None:
        for name, value in cells.items():
            before = self.pupils[name][at]
            self.corrections.append((self.year, check, MODULE, at, name, before))
            self.pupils[name][at] = value

    def flag(self, check: str, at: int) -> None:
        self.flagged.append((self.year, check, MODULE, at, self.year))


@dataclass(frozen=True)
class _Wrong:
    check: str
    provision: str
    cells: Row | Callable[[int], Row]
    spring_only: bool = False


def plant_census(
    pupils: pd.DataFrame,
    year: int,
    term: str,
    reference: Reference,
    seed: int,
    checks: Collection[str] | None = None,
    each: int = 2,
) -> tuple[pd.DataFrame, AnswerKey]:
    """Return one census with errors planted in it, and its answer key.

    `bases_disagree` counts schools and depends on SEN2 as well: a flag planted at a school without
    a base makes one such school, which is counted. Corrections are for people to read; a census is
    corrected in the school's system.

    Args:
        pupils: Clean text, columns of `censuses.SPELLINGS`, one row a registration.
        year: January census year of the school year.
        term: autumn, spring or summer; needs, and checks against SEN2, are of spring.
        reference: Schools, postcodes and localities.
        seed: Same seed, same errors.
        checks: Checks to plant, all if None.
        each: How many of a kind.
    """
    census = _opened(pupils, year, reference, seed)
    real = reference.identifiers == "real"
    spring = term == "spring"
    for wrong in _wrongs(real):
        if (checks is None or wrong.check in checks) and (spring or not wrong.spring_only):
            _plant(census, wrong, each)
    others = {
        "pupil_twice": _twice,
        "pupil_base_flag_without_base": lambda c, n: _flags(c, n, reference, False),
        "pupil_both_flags": lambda c, n: _flags(c, n, reference, True),
        "plan_in_census_only": _census_only,
        "plan_in_sen2_only": _sen2_only,
    }
    for check, planter in others.items():
        if (checks is None or check in checks) and (spring or not check.startswith("plan_in")):
            planter(census, each)
    return pd.DataFrame(census.pupils, dtype="str"), _key(census)


def _opened(pupils: pd.DataFrame, year: int, reference: Reference, seed: int) -> _Census:
    text = pupils.fillna("").astype("str").reset_index(drop=True)
    order = np.random.default_rng([seed, year]).permutation(len(text))
    once = ~text["upn"].duplicated(keep=False) & (text["upn"] != "")
    plain = once & (text["unit"] != "1") & (text["rp"] != "1")
    directory = reference.postcodes
    inside: set[str] = set()
    if directory is not None:
        own = directory["lsoa"].isin(reference.localities["lsoa"])
        inside = set(directory.loc[own, "postcode"])
    left = {
        code: [int(at) for at in order if plain[at] and text["sen_provision"][at] == code]
        for code in ("N", "K", "E")
    }
    return _Census(year, {str(c): text[c].tolist() for c in text.columns}, left, inside)


def _wrongs(real: bool) -> tuple[_Wrong, ...]:
    identifier = (
        _Wrong("pupil_upn_invalid", "N", lambda n: {"upn": f"A9992{n}X"})
        if real
        else _Wrong("pupil_real_in_synthetic", "N", lambda n: {"upn": valid_upn(910_000_000 + n)})
    )
    return (
        identifier,
        _Wrong("pupil_without_upn", "N", {"upn": ""}),
        _Wrong("pupil_enrolment_unknown", "N", {"enrol_status": "Z"}),
        _Wrong("pupil_birth_date", "N", {"birth_date": ""}),
        _Wrong("pupil_ncy_unknown", "N", {"ncy_code": "99"}),
        _Wrong("pupil_sen_unknown", "N", {"sen_provision": "S", "need": ""}),
        _Wrong("pupil_need_missing", "K", {"need": "", "second_need": ""}, True),
        _Wrong("pupil_need_unknown", "K", {"need": "XX"}, True),
        _Wrong("pupil_nsa_with_plan", "E", {"need": "NSA"}, True),
        _Wrong("pupil_need_without_sen", "N", {"need": "ASD"}, True),
        _Wrong("pupil_school_unknown", "N", {"urn": "199999", "laestab": ""}),
        _Wrong("pupil_home_unknown", "N", {"postcode": "ZZ99 9XX"}),
        _Wrong("pupil_unreadable", "N", {"entry_date": "31/31/2024"}),
    )


def _plant(census: _Census, wrong: _Wrong, each: int) -> None:
    for number, at in enumerate(census.take(wrong.provision, each, lambda row: True)):
        cells = wrong.cells if isinstance(wrong.cells, dict) else wrong.cells(number)
        census.spoil(wrong.check, at, {c: v for c, v in cells.items() if c in census.pupils})
        census.flag(wrong.check, at)


def _twice(census: _Census, each: int) -> None:
    for at in census.take("N", each, lambda row: row["enrol_status"] in ("C", "M")):
        for values in census.pupils.values():
            values.append(values[at])
        made = len(census.pupils["upn"]) - 1
        census.corrections.append((census.year, "pupil_twice", MODULE, made, "upn", "REMOVE"))
        census.flag("pupil_twice", made)


def _flags(census: _Census, each: int, reference: Reference, both: bool) -> None:
    """Flag pupils of one mainstream school: a unit where it has none, or both where it has both."""
    known = known_bases(reference, pd.Timestamp(census.year, 1, 15))
    with_unit = set(known.loc[known["base"] == "unit", "urn"])
    with_both = with_unit & set(known.loc[known["base"] == "rp", "urn"])
    schools = reference.schools
    mainstream = set(schools.loc[schools["setting"].isin(MAINSTREAM), "urn"])
    fitting = with_both if both else mainstream - set(known["urn"])
    urns = [census.pupils["urn"][at] for at in census.left["N"]]
    school = next((urn for urn in urns if urn in fitting and urns.count(urn) >= each), "")
    check = "pupil_both_flags" if both else "pupil_base_flag_without_base"
    taken = census.take("N", each, lambda row: row["urn"] == school) if school else []
    for at in taken:
        census.spoil(check, at, {"unit": "1", "rp": "1" if both else "0"})
        census.flag(check, at)
    if taken and not both:
        census.counts["bases_disagree"] = 1


def _census_only(census: _Census, each: int) -> None:
    def lives_here(row: Row) -> bool:
        return normalise(pd.Series([row["postcode"]])).iloc[0] in census.inside

    for at in census.take("N", each, lives_here):
        census.spoil("plan_in_census_only", at, {"sen_provision": "E", "need": "ASD"})
        census.flag("plan_in_census_only", at)


def _sen2_only(census: _Census, each: int) -> None:
    """Take plans from the census; rows of the SEN2 return then fail, so they are only counted."""

    def lives_here(row: Row) -> bool:
        return normalise(pd.Series([row["postcode"]])).iloc[0] in census.inside

    taken = census.take("E", each, lives_here)
    for at in taken:
        census.spoil("plan_in_sen2_only", at, {"sen_provision": "K"})
    census.counts["plan_in_sen2_only"] = len(taken)


def _key(census: _Census) -> AnswerKey:
    flagged = pd.DataFrame(census.flagged, columns=FLAGGED)
    sizes = flagged.groupby(["year", "check"]).size().rename("count").reset_index()
    whole = pd.DataFrame(
        [(census.year, check, n) for check, n in census.counts.items() if n],
        columns=["year", "check", "count"],
    )
    both = pd.concat([sizes, whole])
    counts = both.groupby(["year", "check"])["count"].sum().reset_index()
    return AnswerKey(flagged, pd.DataFrame(census.corrections, columns=CORRECTIONS), counts)
