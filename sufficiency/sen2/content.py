"""What a return says, apart from how its file says it."""

import pandas as pd

from sufficiency.sen2.fields import return_fields
from sufficiency.sen2.model import MODULES, PARENTS, Return
from sufficiency.sen2.tables import looked_up

UNDER = "under"


def content(ret: Return) -> dict[str, pd.DataFrame]:
    """Return the modules without ids and places in files, so that two formats can be compared.

    Rows are joined by what they say: `under` is a fingerprint of the row above and all that is
    above it, up to the person. Rows are sorted, so that their order in the file does not matter.

    Args:
        ret: A typed return.

    Returns:
        Module name to a frame of its fields other than ids, and `under` (empty for the header and
        for persons, and where a row has no parent).
    """
    prints: dict[str, pd.Series] = {}
    told: dict[str, pd.DataFrame] = {}
    for module in MODULES:
        made = ret.modules[module]
        own, parent = f"{module}tableid", PARENTS.get(module, "")
        ids = (own, f"{parent}tableid")
        says = made[[field for field in return_fields(module) if field not in ids]]
        under = pd.Series("", index=made.index, dtype="str")
        if parent in prints:
            under = looked_up(made[f"{parent}tableid"], prints[parent])
        says = says.assign(**{UNDER: under})
        if module != "sen2":
            marks = pd.util.hash_pandas_object(says.astype("str"), index=False)
            by_id = pd.Series(marks.map("{:016x}".format).array, index=made[own], dtype="str")
            prints[module] = by_id[~by_id.index.duplicated()]
        told[module] = says.sort_values(list(says.columns), ignore_index=True)
    return told
