"""Order classes and earmarked seats in the enrolment sheet."""

import dataclasses

import pandas as pd

from talentplan.report import intake_tables
from talentplan.report.tables import Source


def test_reserved_seats_of_the_first_year_stand_beside_the_plan(case, plan):
    table = case.table("reserved_seats")
    added = pd.DataFrame(
        {
            "reservation": ["a", "b", "c"],
            "offering": ["L02", "L02", "L05"],
            "year": [0, 2026, 2027],
            "seats": [20.0, 15.0, 30.0],
        }
    ).reindex(columns=table.columns, fill_value="")
    held = dataclasses.replace(case, tables={**case.tables, "reserved_seats": added})
    for lang in ("zh", "en"):
        view = intake_tables.lines(Source(plan, held, lang))
        shown = dict(zip(view.frame["program_code"], view.frame["reserved"], strict=True))
        assert shown["660102"] == 35.0  # every year 20, in 2026 another 15
        assert shown["460101"] == 0.0  # only a year later
        assert view.columns[-1].key == "reserved"


def test_without_reserved_seats_there_is_no_such_column(case, plan):
    assert "reserved" not in [c.key for c in intake_tables.lines(Source(plan, case, "zh")).columns]
