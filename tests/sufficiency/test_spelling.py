"""One spelling for each value, whatever a spreadsheet program did to it."""

import pytest

from sufficiency.spelling import (
    column_name,
    date_text,
    need_codes,
    number_text,
    provision_code,
    yes_no,
)


@pytest.mark.parametrize(
    ("spell", "told", "meant"),
    [
        (column_name, "\ufeffSite - ID ", "site_id"),
        (number_text, "1,250.0", "1250"),
        (number_text, "12.50", "12.5"),
        (number_text, "1,25", "1,25"),
        (date_text, "1/9/2026", "2026-09-01"),
        (date_text, "2026-9-1 00:00:00", "2026-09-01"),
        (date_text, "31/02/2026", "31/02/2026"),
        (yes_no, "TRUE", "yes"),
        (yes_no, "perhaps", "perhaps"),
        (need_codes, "slcn; asd,ASD", "ASD SLCN"),
        (provision_code, "SEN Unit", "sen_unit"),
        (provision_code, "Castle", "castle"),
    ],
)
def test_a_value_is_brought_to_one_spelling_or_left_for_a_rule_to_name(spell, told, meant):
    assert spell(told) == meant
