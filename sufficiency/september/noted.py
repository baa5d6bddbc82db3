"""What the September board noticed while it was made, said once for each kind."""

from dataclasses import dataclass, field

import pandas as pd

from sufficiency.findings import Findings, some
from sufficiency.september.roll import NOT_BY_CHILD

NAMED = 10
Key = tuple[str, str]


@dataclass
class Noted:
    """What the board noticed; provisions as (urn, provision).

    Attributes:
        no_list: Whether the council keeps no awaiting list, so that none is on the board.
        elsewhere: Awaiting children of a school who have no claim on a place of the board.
        without_classes: Provisions with a September without any class.
        ended: Provisions with pupils that are off the register in one of the Septembers.
        other_need: Provisions with pupils whose need no class of their year group lists.
        too_many_moves: Provisions with more agreed leavers and moves out than pupils.
    """

    no_list: bool
    elsewhere: int
    without_classes: set[Key] = field(default_factory=set)
    ended: set[Key] = field(default_factory=set)
    other_need: set[Key] = field(default_factory=set)
    too_many_moves: set[Key] = field(default_factory=set)


def report(
    register: pd.DataFrame, unknown: dict[Key, str], noted: Noted, findings: Findings
) -> None:
    """Say once for each kind which provisions it touches.

    Args:
        register: Register rows of the board.
        unknown: Why pupils by year group are not known, by provision.
        noted: What else was noticed.
        findings: Receives the findings.
    """
    names = register.drop_duplicates(["urn", "provision"]).set_index(["urn", "provision"])["name"]

    def named_all(keys: set[Key]) -> str:
        return some(sorted(str(names[key]) for key in keys), NAMED)

    if noted.without_classes:
        findings.inform(
            "september_no_classes",
            f"{len(noted.without_classes)} provisions have a September without any class, so their "
            f"free places are not known: {named_all(noted.without_classes)}.",
            "Put their classes in classes.csv.",
            source="classes.csv",
            count=len(noted.without_classes),
        )
    # What stands before the colon is the kind; after it come the numbers of one provision.
    kinds: dict[str, set[Key]] = {}
    for key, why in unknown.items():
        kinds.setdefault(why.split(":")[0].rstrip("."), set()).add(key)
    for kind, keys in sorted(kinds.items()):
        # Open data never tells it, so there it is no warning.
        say = findings.inform if NOT_BY_CHILD.startswith(kind) else findings.warn
        say(
            "september_pupils_not_known",
            f"{kind}, so free places are not known at {len(keys)} provisions: {named_all(keys)}.",
            "Column reason of the September board says what to supply; nothing is inferred from a "
            "whole-school total.",
            source="september_board",
            column="reason",
            count=len(keys),
        )
    if noted.other_need:
        findings.inform(
            "september_needs_no_class",
            "Pupils whose recorded need no class of their year group lists are counted in the "
            f"classes of the year group, which then share their places: "
            f"{named_all(noted.other_need)}.",
            "Add the need to column needs of the class that takes them.",
            source="classes.csv",
            column="needs",
            count=len(noted.other_need),
        )
    if noted.too_many_moves:
        findings.warn(
            "september_moves_exceed_pupils",
            "More leavers and moves out are agreed than there are pupils in the year groups; no "
            f"more than the pupils are counted: {named_all(noted.too_many_moves)}.",
            "Check ncy (the year group before the September) and the numbers.",
            source="moves.csv",
            count=len(noted.too_many_moves),
        )
    if noted.ended:
        findings.warn(
            "september_provision_ends",
            f"Pupils of the base census are in {len(noted.ended)} provisions that are not on the "
            f"register in one of the next three Septembers: {named_all(noted.ended)}.",
            "Say in moves.csv where they go, or correct effective_to.",
            source="places.csv",
            column="effective_to",
            count=len(noted.ended),
        )
    if noted.no_list:
        findings.inform(
            "september_no_awaiting_list",
            "There is no awaiting list, so no child named, directed or consulted on is counted on "
            "the September board: 0 there means that none is known.",
            "Fill in awaiting.csv.",
            source="awaiting.csv",
        )
    if noted.elsewhere:
        findings.inform(
            "september_awaiting_elsewhere",
            f"{noted.elsewhere} awaiting children have a school that is not on the September "
            "board, or are only agreed or refused there.",
            "Nothing, if the school is in another authority or independent.",
            source="awaiting.csv",
            column="urn",
            count=noted.elsewhere,
        )
