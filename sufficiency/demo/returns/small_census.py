"""The small authority's spring census, to match its return."""

import pandas as pd

from sufficiency.demo.returns.identifiers import synthetic_upn, valid_upn
from sufficiency.demo.returns.small import (
    AUTHORITY,
    BASE_PRIMARY,
    BASE_SECONDARY,
    NEEDS,
    PRIMARY,
    SECONDARY,
    SPECIAL,
)

SCHOOLS = (PRIMARY, BASE_PRIMARY, SECONDARY, BASE_SECONDARY, SPECIAL)


def small_census(
    modules: dict[str, pd.DataFrame], year: int, others: int = 200, identifiers: str = "synthetic"
) -> pd.DataFrame:
    """Return the registrations of one spring census, as text.

    Args:
        modules: The return of the same January: its plans at the authority's schools are in it.
        year: January census year.
        others: Pupils without a plan at mainstream schools; every fourth is on SEN support.
        identifiers: `synthetic` for UPNs that do not validate, `real` for ones that do.
    """
    held = modules["person"].merge(modules["requests"], on="persontableid")
    held = held.merge(modules["activeplans"], on="requeststableid")
    held = held.merge(modules["placementdetail"], on="activeplanstableid")
    needs = modules["senneed"][modules["senneed"]["sentyperank"] == "1"]
    held = held.merge(needs, on="activeplanstableid")
    held = held[held["urn"].isin(SCHOOLS)]
    with_plan = pd.DataFrame(
        {
            "upn": held["upn"],
            "birth_date": held["personbirthdate"],
            "sex": held["sex"],
            "postcode": held["postcode"],
            "urn": held["urn"],
            "sen_provision": "E",
            "need": held["sentype"],
            "unit": held["senunitindicator"],
            "rp": held["resourcedprovisionindicator"],
        }
    )
    rows = [_other(number, year, identifiers) for number in range(others)]
    pupils = pd.concat([with_plan, pd.DataFrame(rows)], ignore_index=True)
    born = pd.to_datetime(pupils["birth_date"])
    ncy = year - 1 - born.dt.year - (born.dt.month > 8) - 4
    return pupils.assign(
        uln="",
        laestab=AUTHORITY + pupils["urn"].str[-4:],
        ncy_code=ncy.where(ncy > 0, 0).astype("str").replace("0", "R"),
        enrol_status="C",
        entry_date=f"{year - 1}-09-02",
        leaving_date="",
        second_need="",
    ).astype("str")


def _other(number: int, year: int, identifiers: str) -> dict[str, str]:
    serial = 700_000_000 + number
    supported = number % 4 == 0
    return {
        "upn": valid_upn(serial) if identifiers == "real" else synthetic_upn(serial),
        "birth_date": f"{year - 7 - number % 8}-0{1 + number % 8}-11",
        "sex": "FM"[number % 2],
        "postcode": f"ZZ1 {number % 10}AA",
        "urn": SCHOOLS[number % 4],
        "sen_provision": "K" if supported else "N",
        "need": NEEDS[number % len(NEEDS)] if supported else "",
        "unit": "0",
        "rp": "0",
    }
