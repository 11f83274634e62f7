"""Suggested links as a form, and the crosswalk with what a person confirmed."""

import random
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.tiny import tiny_tables

from talentplan.matching import REVIEW, propose_links, reviewed_links, with_links
from talentplan.workspace import Case, build_case, load_dictionary
from talentplan.workspace.cells import Cells, Records
from talentplan.workspace.records import to_records

PAIR = ["program", "occupation"]


def case_of(**changes: Any) -> Case:
    settings, tables = tiny_tables()
    tables["crosswalk"] = [row for row in tables["crosswalk"] if row["program"] != "460305"]
    tables["programs"] = [row | changes.get(row["program"], {}) for row in tables["programs"]]
    return build_case(settings, tables)


def records(name: str, rows: list[dict[str, Any]]) -> Records:
    frame = pd.DataFrame(rows, dtype=object)
    found, problems = to_records(
        load_dictionary()[name], Cells(name, f"{name}.csv", None, frame, np.arange(2, len(rows) + 2))
    )
    assert problems == []
    return found


def test_a_form_is_declared_columns_best_first_and_undecided() -> None:
    frame = propose_links(case_of(), ["460305"], [])
    assert list(frame.columns) == load_dictionary()[REVIEW].names
    assert set(frame["program"]) == {"460305"}
    assert frame.loc[0, "occupation"] == "6-31-01-10"  # robotics -> robot technician, by the word both share
    assert "机器人" in frame.loc[0, "words"]
    assert frame.loc[0, "occupation_name"] == "机器人运维员"
    assert frame["rank"].tolist() == list(range(1, len(frame) + 1))
    assert frame["score"].is_monotonic_decreasing
    assert set(frame["decision"]) == {""}
    assert frame["relevance"].isna().all()


@pytest.mark.parametrize(
    ("lang", "name", "words"),
    [("zh", "工业机器人技术", "系统建议：相同字词"), ("en", "robotics", "suggested: shared words")],
)
def test_names_and_evidence_speak_the_language(lang: str, name: str, words: str) -> None:
    frame = propose_links(case_of(), ["460305"], [], lang=lang)
    assert set(frame["program_name"]) == {name}
    assert frame.loc[0, "evidence"].startswith(words)
    assert frame.loc[0, "words"] in frame.loc[0, "evidence"]


def test_posts_of_a_program_are_read() -> None:
    plain = propose_links(case_of(), ["460305"], []).set_index("occupation")
    told = propose_links(case_of(**{"460305": {"posts": "会计专业人员"}}), ["460305"], []).set_index("occupation")
    assert "会计" in told.loc["2-06-03-00", "words"]
    assert "2-06-03-00" not in plain.index or plain.loc["2-06-03-00", "words"] == ""


def test_known_links_are_never_suggested_and_rejected_ones_make_room() -> None:
    case = case_of()
    every = propose_links(case, ["460305", "660303"], [], top=9)
    known = set(case.table("crosswalk")[PAIR].itertuples(index=False, name=None))
    assert not known & set(every[PAIR].itertuples(index=False, name=None))
    first, second = every[every["program"] == "460305"]["occupation"].head(2)
    no = pd.DataFrame({"program": ["460305"], "occupation": [first]})
    [row] = propose_links(case, ["460305"], [], top=1, rejected=no).to_dict("records")
    assert (row["occupation"], row["rank"]) == (second, 1)


def test_a_pair_that_both_sides_suggest_stands_once() -> None:
    case = build_case(
        tiny_tables()[0], {**tiny_tables()[1], "crosswalk": [{"program": "660103", "occupation": "6-18-01-01"}]}
    )
    frame = propose_links(case, ["460305"], ["6-31-01-10"])
    pairs = list(frame[PAIR].itertuples(index=False, name=None))
    assert ("460305", "6-31-01-10") in pairs
    assert ("660303", "6-31-01-10") in pairs
    assert len(pairs) == len(set(pairs))
    of_program = frame["program"].eq("460305").to_numpy()
    assert not of_program[of_program.argmin() :].any()  # the program's own suggestions come first


def test_nothing_wanted_is_an_empty_form() -> None:
    frame = propose_links(case_of(), [], [])
    assert frame.empty
    assert list(frame.columns) == load_dictionary()[REVIEW].names


def tables_and_review(shuffler: random.Random | None = None) -> tuple[dict[str, Records], Records]:
    links = [
        {"program": "b", "occupation": "2", "evidence": "old", "version": "v1", "source": "s"},
        {"program": "a", "occupation": "9"},
    ]
    rows = [
        {"decision": "confirm", "program": "b", "occupation": "1", "relevance": 0.5, "evidence": "seen"},
        {"decision": "reject", "program": "a", "occupation": "1"},
        {"decision": "", "program": "a", "occupation": "2"},
        {"decision": "confirm", "program": "a", "occupation": "3"},
    ]
    if shuffler:
        shuffler.shuffle(links)
        shuffler.shuffle(rows)
    return {"crosswalk": records("crosswalk", links)}, records(REVIEW, rows)


def test_only_what_is_confirmed_becomes_a_link() -> None:
    tables, review = tables_and_review()
    found = reviewed_links(review)
    assert found.rejected[PAIR].to_numpy().tolist() == [["a", "1"]]
    assert found.undecided == 1
    links, problems = with_links(tables, review, "2026", "form")
    assert problems == []
    assert links[[*PAIR, "relevance", "evidence", "version", "basis", "source"]].to_numpy().tolist() == [
        ["a", "3", 1.0, "", "2026", "reported", "form"],
        ["a", "9", 1.0, "", "", "reported", ""],
        ["b", "1", 0.5, "seen", "2026", "reported", "form"],
        ["b", "2", 1.0, "old", "v1", "reported", "s"],
    ]
    assert not links["under_qualified_ok"].any()


def test_row_order_never_matters() -> None:
    plain = with_links(*tables_and_review(), "2026", "form")[0]
    for seed in range(5):
        pd.testing.assert_frame_equal(with_links(*tables_and_review(random.Random(seed)), "2026", "form")[0], plain)


def test_a_link_that_is_there_already_is_reported() -> None:
    tables, _ = tables_and_review()
    review = records(
        REVIEW, [{"decision": d, "program": "b", "occupation": o} for d, o in (("reject", "2"), ("confirm", "2"))]
    )
    [found] = with_links(tables, review, "2026", "form")[1]
    assert (found.table, found.row, found.value) == (REVIEW, 3, "2")
    assert found.repair_zh
    assert "clear the decision" in found.repair_en
