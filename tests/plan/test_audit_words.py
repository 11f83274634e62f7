"""Limits in words: figures in the unit that stands beside them."""

import pandas as pd
import pytest
from tests.case_files import read_known_case

from talentplan.plan.audit_words import sentences


@pytest.mark.parametrize(
    ("family", "zh", "en"),
    [
        ("recurrent_budget", " 21,950.4 万元，上限 21,951 万元", " 219.5, at most 219.51 million CNY"),
        ("investment_budget", " 21,950.4 万元，上限 21,951 万元", " 219.5, at most 219.51 million CNY"),
        ("school_places", " 219,504,321.5 人，上限 219,510,000 人", " 219,504,321.5, at most 219,510,000 places"),
    ],
)
def test_money_is_said_in_the_unit_of_the_tables(family, zh, en):
    row = {
        "family": family, "scope": "", "year": 2025, "used": 219_504_321.5, "limit": 219_510_000.0,
        "stated": 219_510_000.0, "binding": False, "broken_before": False,
    }  # fmt: skip
    said = sentences(read_known_case("recurrent_budget").case, pd.DataFrame([row])).iloc[0]
    assert said["sentence_zh"].endswith(zh)
    assert said["sentence_en"].endswith(en)
