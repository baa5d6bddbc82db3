"""A small return built row by row, and the schools and homes that it names."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from sufficiency.people.reference import Reference
from sufficiency.people.schools import COLUMNS
from sufficiency.sen2.model import MODULES, PARENTS, Return

DAY = {
    2023: "2023-01-19",
    2024: "2024-01-18",
    2025: "2025-01-16",
    2026: "2026-01-15",
}
FIELDS = {
    "sen2": {"referencedate": "date", "lea": "text", "year": "number"},
    "person": {
        **dict.fromkeys(("surname", "forename", "sex", "ethnicity", "postcode"), "text"),
        **dict.fromkeys(("upn", "uniquelearnernumber", "upnunknown"), "text"),
        "personbirthdate": "date",
    },
    "requests": {
        "receiveddate": "date",
        "requestsource": "number",
        "rya": "flag",
        "requestoutcomedate": "date",
        "requestoutcome": "text",
        "exported": "text",
    },
    "assessment": {
        "assessmentoutcome": "text",
        "assessmentoutcomedate": "date",
        "week20": "flag",
    },
    "namedplan": {
        "startdate": "date",
        "planres": "text",
        "planwbp": "text",
        "ceasedate": "date",
        "ceasereason": "number",
    },
    "plandetail": {
        **dict.fromkeys(("urn", "ukprn", "sensetting"), "text"),
        "placementrank": "number",
        "senunitindicator": "flag",
        "resourcedprovisionindicator": "flag",
    },
    "activeplans": {"transferla": "text", "res": "text", "wbp": "text", "lastreview": "date"},
    "placementdetail": {
        **dict.fromkeys(("urn", "ukprn", "sensetting", "res", "wbp"), "text"),
        "placementrank": "number",
        "entrydate": "date",
        "leavingdate": "date",
        "senunitindicator": "flag",
        "resourcedprovisionindicator": "flag",
    },
    "senneed": {"sentype": "text", "sentyperank": "number"},
}
MISSING = {"text": "", "date": pd.NaT, "number": pd.NA, "flag": pd.NA}
DTYPE: dict[str, Any] = {
    "text": "str",
    "date": "datetime64[us]",
    "number": "Int64",
    "flag": "boolean",
}
SCHOOLS = [
    # urn, ukprn, authority, type, setting, type group, close date, successor
    ("100001", "10000001", "999", "1", "MSLA", "mainstream", "", ""),
    ("100002", "10000002", "999", "34", "MSAC", "mainstream", "", ""),
    ("100003", "10000003", "999", "7", "SPLA", "special", "", ""),
    ("100004", "10000004", "998", "10", "SPIN", "independent_special", "", ""),
    ("100005", "10000005", "999", "15", "EYP", "mainstream", "", ""),
    ("100006", "10000006", "998", "18", "FE", "post16", "", ""),
    ("100007", "10000007", "999", "31", "FE6", "post16", "", ""),
    ("100008", "10000008", "", "29", "OTHP", "other", "", ""),
    ("100009", "", "999", "7", "SPLA", "special", "2022-08-31", "100010"),
    ("100010", "", "999", "44", "SPAC", "special", "2024-08-31", "100011"),
    ("100011", "10000011", "999", "36", "SPAC", "special", "", ""),
    ("100012", "", "999", "1", "MSLA", "mainstream", "2020-08-31", ""),
]


class SmallReturn:
    """Rows of one year's return; `plan` adds a person with everything that a plan has."""

    def __init__(self, year: int) -> None:
        self.year = year
        self.rows: dict[str, list[dict[str, Any]]] = {module: [] for module in MODULES}

    def add(self, module: str, parent: str = "", own: str = "", **fields: Any) -> str:
        """Add a row under a parent's id and return its own id."""
        own = own or f"{module}-{len(self.rows[module])}"
        row = {f"{module}tableid": own, **fields}
        if module in PARENTS:
            row[f"{PARENTS[module]}tableid"] = parent
        self.rows[module].append(row)
        return own

    def person(self, upn: str, born: str | None = "2014-03-01", **fields: Any) -> str:
        """Add a person who lives inside the authority."""
        told = {"surname": f"Demo{upn}", "forename": "Ada", "postcode": "ZZ1 1AA", "sex": "F"}
        return self.add("person", upn=upn, **{**told, **fields}, personbirthdate=born)

    def named(self, request: str, start: str | None = "2021-05-04", **fields: Any) -> str:
        """Add an assessment and the plan that it led to."""
        assessment = self.add("assessment", request, assessmentoutcome="H")
        return self.add("namedplan", assessment, startdate=start, **fields)

    def plan(
        self,
        upn: str,
        *,
        born: str | None = "2014-03-01",
        start: str | None = "2021-05-04",
        need: str = "ASD",
        place: dict[str, Any] | None = None,
        person: dict[str, Any] | None = None,
        active: dict[str, Any] | None = None,
        **plan: Any,
    ) -> dict[str, str]:
        """Add a person with a plan, a need and a placement; return the ids made."""
        who = self.person(upn, born, **(person or {}))
        return {"person": who, **self.plan_of(who, start, need, place, active, **plan)}

    def plan_of(
        self,
        who: str,
        start: str | None = "2021-05-04",
        need: str = "ASD",
        place: dict[str, Any] | None = None,
        active: dict[str, Any] | None = None,
        **plan: Any,
    ) -> dict[str, str]:
        """Add a plan to a person who is there."""
        request = self.add("requests", who, requestoutcome="H", receiveddate="2020-12-01")
        named = self.named(request, start, **plan)
        held = self.add("activeplans", request, **(active or {}))
        if need:
            self.add("senneed", held, sentype=need, sentyperank=1)
        if place != {}:
            self.add(
                "placementdetail", held, **{"placementrank": 1, "urn": "100001", **(place or {})}
            )
        return {"request": request, "named": named, "active": held}

    def built(self) -> Return:
        """Return the typed return."""
        modules = {}
        for module in MODULES:
            rows = [
                {**row, "file": f"{module}.csv", "sheet": "", "row": number + 2}
                for number, row in enumerate(self.rows[module])
            ]
            ids = [f"{module}tableid"]
            ids += [f"{PARENTS[module]}tableid"] if module in PARENTS else []
            frame = pd.DataFrame(rows, columns=[*ids, *FIELDS[module], "file", "sheet", "row"])
            for name in [*ids, "file", "sheet"]:
                frame[name] = frame[name].astype("str")
            for name, kind in FIELDS[module].items():
                values = frame[name].astype("object").where(frame[name].notna(), MISSING[kind])
                if kind == "date":
                    values = pd.to_datetime(values, format="%Y-%m-%d")
                frame[name] = values.astype(DTYPE[kind])
            modules[module] = frame
        return Return(
            authority="999",
            year=self.year,
            census_day=pd.Timestamp(DAY[self.year]),
            specification="1.3",
            format="blade",
            files=(),
            modules=modules,
            unreadable=pd.DataFrame(columns=["module", "column", "file", "sheet", "row", "kind"]),
        )


@pytest.fixture
def small() -> Callable[[int], SmallReturn]:
    """Make an empty return of a year."""
    return SmallReturn


@pytest.fixture
def reference() -> Reference:
    """An authority of two localities, a postcode outside it, and twelve schools."""
    columns = ["urn", "ukprn", "authority", "type_code", "setting", "type_group"]
    rows = [dict(zip([*columns, "close_date", "successor"], row, strict=True)) for row in SCHOOLS]
    schools = pd.DataFrame(rows).reindex(columns=list(COLUMNS))
    schools["status"] = (schools["close_date"] != "").map({True: "closed", False: "open"})
    for name in ("laestab", "name", "postcode"):
        schools[name] = ""
    for name in ("has_unit", "has_rp"):
        schools[name] = False
    for name in ("open_date", "close_date"):
        schools[name] = pd.to_datetime(schools[name], format="%Y-%m-%d")
    postcodes = pd.DataFrame(
        {
            "postcode": ["ZZ11AA", "ZZ12BB", "ZZ99ZZ"],
            "easting": 1.0,
            "northing": 1.0,
            "lsoa": ["E01000001", "E01000002", "E01999999"],
            "district": "E09999999",
        }
    )
    localities = pd.DataFrame({"lsoa": ["E01000001", "E01000002"], "locality": ["North", "South"]})
    return Reference(
        authority="999",
        schools=schools.astype(COLUMNS),
        postcodes=postcodes,
        localities=localities,
        identifiers="synthetic",
    )
