"""Where people live."""

from dataclasses import replace

import pandas as pd

from sufficiency.people.homes import homes


def test_a_home_is_inside_outside_or_unknown_and_no_plan_is_lost(reference):
    codes = pd.Series(["zz1 1aa", "ZZ12BB", "ZZ9 9ZZ", "ZZ5 5ZZ", ""], index=[3, 4, 5, 6, 7])
    found = homes(codes, reference)
    assert found.index.tolist() == [3, 4, 5, 6, 7]
    assert found["home"].tolist() == ["inside", "inside", "outside", "unknown", "unknown"]
    assert found["locality"].tolist() == ["North", "South", "outside", "outside", "outside"]
    assert found["lsoa"].tolist() == ["E01000001", "E01000002", "E01999999", "", ""]


def test_without_a_directory_every_home_is_unknown(reference):
    found = homes(pd.Series(["ZZ1 1AA", ""]), replace(reference, postcodes=None))
    assert found["home"].tolist() == ["unknown", "unknown"]
    assert found["locality"].tolist() == ["outside", "outside"]
