"""Suggested links: known answers by hand on five programs and six occupations, and properties on a made-up crosswalk."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from benchmarks.crosswalk import read_task
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.matching.themed_links import themed_links
from tests.tiny import tiny_tables

from talentplan.matching import propose_links, suggest_links, suggest_programs
from talentplan.matching.suggest import SUGGESTION_COLUMNS
from talentplan.workspace import build_case

PAIR = ["program", "occupation"]
TURNED = ["occupation", "program", *SUGGESTION_COLUMNS[2:]]
LATHE, MILL, CNC, ROBOT, BOOKS, NURSE = (
    "6-18-01-01",
    "6-18-01-02",
    "6-18-01-07",
    "6-31-07-03",
    "2-06-03-00",
    "2-05-08-01",
)


def programs() -> pd.DataFrame:
    """Of class 4601: 460103 and 460104 with links, 460199 without a word that means anything; 460305 and 530302 alone."""
    return pd.DataFrame(
        [
            ("460103", "数控技术", "higher", "数控机床操作|CNC machine operator"),
            ("460104", "机械制造及自动化", "higher", "铣工"),
            ("460199", "Zq", "higher", ""),
            ("460305", "工业机器人技术", "higher", "robot maintenance technician"),
            ("530302", "大数据与会计", "higher", "accountant"),
        ],
        columns=["program", "name", "level", "text"],
    )


def occupations() -> pd.DataFrame:
    return pd.DataFrame(
        [
            (LATHE, "车工", "lathe turner"),
            (MILL, "铣工", ""),
            (CNC, "多工序数控机床操作调整工", "CNC machine setter"),
            (ROBOT, "工业机器人系统运维员", "robot technician"),
            (BOOKS, "会计专业人员", "accountant"),
            (NURSE, "护士", "nurse"),
        ],
        columns=["occupation", "name", "text"],
    )


def links(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(pairs, columns=PAIR, dtype=object)


LINKS = links(("460103", CNC), ("460103", LATHE), ("460104", CNC))


def of(found: pd.DataFrame, program: str) -> pd.DataFrame:
    return found[found["program"] == program].set_index("occupation")


@pytest.mark.parametrize(
    ("program", "occupation", "words"),
    [("460305", ROBOT, "technician、robot、工业机器人"), ("530302", BOOKS, "accountant、会计")],
)
def test_the_best_occupation_shares_words_of_both_languages(program: str, occupation: str, words: str) -> None:
    best = suggest_links(programs(), occupations(), LINKS).query("rank == 1").set_index("program").loc[program]
    assert (best["occupation"], best["words"]) == (occupation, words)  # shown by rarity over length, then by code point


def test_a_program_without_words_in_common_gets_the_links_of_its_class() -> None:
    # two of the class are linked: CNC by both, 2 / (2 + 1); the lathe by one, 1 / (2 + 1); the class weighs 0.4
    found = of(suggest_links(programs(), occupations(), LINKS), "460199")
    assert found["score"].to_dict() == {
        CNC: pytest.approx(0.4 * 2 / 3, abs=1e-6),
        LATHE: pytest.approx(0.4 / 3, abs=1e-6),
    }
    assert found["rank"].to_dict() == {CNC: 1, LATHE: 2}
    assert set(found["words"]) == {""}
    assert found["reasons"].to_dict() == {CNC: "460103 数控技术、460104 机械制造及自动化", LATHE: "460103 数控技术"}


def test_a_new_class_gets_the_links_of_its_major_class_at_less_weight() -> None:
    new = pd.DataFrame([("460901", "Zq", "higher", "")], columns=["program", "name", "level", "text"])
    found = of(suggest_links(pd.concat([programs(), new]), occupations(), LINKS), "460901")
    # major class 46: the same two are linked, none in class 4609; the major class weighs 0.2; too unlike to be named
    assert found["score"].to_dict() == {
        CNC: pytest.approx(0.2 * 2 / 3, abs=1e-6),
        LATHE: pytest.approx(0.2 / 3, abs=1e-6),
    }
    assert set(found["reasons"]) == {""}


def test_an_occupation_without_words_in_common_gets_the_programs_of_its_group() -> None:
    jobs = pd.concat([
        occupations(), pd.DataFrame([("6-18-01-99", "Xw", "")], columns=["occupation", "name", "text"]),
    ])  # fmt: skip
    found = suggest_programs(programs(), jobs, LINKS, ["6-18-01-99"]).set_index("program")
    # two of the group 6-18-01 are linked: 460103 by both, 460104 by one
    assert found["score"].to_dict() == {
        "460103": pytest.approx(0.4 * 2 / 3, abs=1e-6), "460104": pytest.approx(0.4 / 3, abs=1e-6),
    }  # fmt: skip
    assert found.loc["460103", "reasons"] == f"{LATHE} 车工、{CNC} 多工序数控机床操作调整工"
    assert found.loc["460104", "reasons"] == f"{CNC} 多工序数控机床操作调整工"


def test_characters_by_chance_inside_a_name_do_not_hide_the_programs_of_the_group() -> None:
    car = pd.DataFrame([("460701", "汽车工程", "higher", "")], columns=["program", "name", "level", "text"])
    known = links(("460103", MILL), ("460103", CNC), ("460104", CNC), ("460701", ROBOT))
    found = suggest_programs(pd.concat([programs(), car]), occupations(), known, [LATHE]).set_index("program")
    assert "460701" in found.index  # 车工 is inside 汽车工程
    assert found.loc["460701", "reasons"] == ""
    assert found.loc["460103", "reasons"].startswith(f"{MILL} 铣工")
    assert found.loc["460103", "score"] > found.loc["460104", "score"]  # two of the group carry it, not one


@pytest.mark.slow
def test_the_lathe_operator_is_offered_machining_by_its_neighbours_and_not_vehicles_alone(reference_data: Path) -> None:
    evidence = read_task(reference_data).evidence
    known = pd.read_csv(reference_data / "cn" / "program_occupation_map.csv", dtype=str)
    known = known[["code", "occupation_code"]].set_axis(PAIR, axis=1)
    [lathe] = evidence.occupations.query("name == '车工'")["occupation"]
    others = known[known["occupation"] != lathe]
    found = suggest_programs(evidence.programs, evidence.occupations, others, [lathe])
    # vehicle programs still come first (their names hold 车工); docs/crosswalk.md says so
    name = found["program"].map(evidence.programs.set_index("program")["name"])
    [reasons] = found.loc[name == "数控技术应用", "reasons"]
    assert "磨工" in reasons


def test_an_occupation_that_has_links_is_judged_by_the_programs_that_carry_it() -> None:
    found = suggest_programs(programs(), occupations(), LINKS, [CNC]).set_index("program")
    assert found.loc["460199", "score"] == pytest.approx(0.4 * 2 / 3, abs=1e-6)  # as suggest_links has it
    assert found.loc["460199", "reasons"] == "460103 数控技术、460104 机械制造及自动化"


def test_by_default_only_what_has_no_link_is_asked_for() -> None:
    assert set(suggest_links(programs(), occupations(), LINKS)["program"]) == {"460199", "460305", "530302"}
    turned = suggest_programs(programs(), occupations(), LINKS)
    assert set(turned["occupation"]) == {MILL, ROBOT, BOOKS}  # nothing at all speaks for a program for the nurse
    best = turned.query("rank == 1").set_index("occupation")["program"].to_dict()
    assert best == {MILL: "460104", ROBOT: "460305", BOOKS: "530302"}
    all_linked = links(*((p, NURSE) for p in programs()["program"]))
    assert suggest_links(programs(), occupations(), all_linked).empty


def test_wanted_codes_are_the_only_ones_and_links_of_unknown_codes_do_no_harm() -> None:
    known = pd.concat([LINKS, links(("999999", CNC), ("460103", "9-99"))])
    found = suggest_links(programs(), occupations(), known, ["460103", "unknown"])
    assert set(found["program"]) == {"460103"}
    assert not {CNC, LATHE} & set(found["occupation"])
    pd.testing.assert_frame_equal(found, suggest_links(programs(), occupations(), LINKS, ["460103"]))


def test_continuation_makes_programs_alike() -> None:
    on = pd.DataFrame({"from": ["460103", "530302"], "to": ["本科 机械工程", "本科 机械工程"]})
    without = of(suggest_links(programs(), occupations(), LINKS), "530302")
    given_on = of(suggest_links(programs(), occupations(), LINKS, continuation=on), "530302")
    assert given_on.loc[LATHE, "score"] > without["score"].get(LATHE, 0.0)
    assert given_on.loc[LATHE, "reasons"] == "460103 数控技术"


@pytest.mark.parametrize("empty", ["programs", "occupations", "both"])
def test_nothing_to_choose_from_gives_no_row(empty: str) -> None:
    some = programs() if empty == "occupations" else programs()[:0]
    jobs = occupations() if empty == "programs" else occupations()[:0]
    for suggest, columns in ((suggest_links, SUGGESTION_COLUMNS), (suggest_programs, TURNED)):
        found = suggest(some, jobs, LINKS)
        assert found.empty
        assert list(found.columns) == columns


def test_without_any_link_the_words_alone_speak() -> None:
    found = suggest_links(programs(), occupations(), links())
    assert found.query("rank == 1").set_index("program")["occupation"].to_dict() == {
        "460103": CNC, "460104": MILL, "460305": ROBOT, "530302": BOOKS,
    }  # fmt: skip
    assert set(found["reasons"]) == {""}
    assert suggest_links(programs(), occupations(), links(), []).empty
    assert suggest_links(programs(), occupations(), links(), top=0).empty


def test_gaps_in_texts_are_empty_texts() -> None:
    holes = programs().assign(text=programs()["text"].replace("", np.nan))
    pd.testing.assert_frame_equal(
        suggest_links(holes, occupations(), LINKS), suggest_links(programs(), occupations(), LINKS)
    )


@cache
def learned(turned: bool) -> pd.DataFrame:
    """150 programs: enough links for weights that are learned; one class, one theme's occupations and some others have none."""
    return suggest_themed(turned, 0)


def suggest_themed(turned: bool, seed: int) -> pd.DataFrame:
    """With rows in another order for every seed."""
    themed = themed_links()
    known = themed.links[
        ~themed.links["program"].str.startswith("4102") & ~themed.links["program"].isin(["410503", "410708"])
    ]
    known = known[~known["occupation"].str.endswith("-04")]
    frames = (themed.programs, themed.occupations, known)
    suggest = suggest_programs if turned else suggest_links
    return suggest(*(frame.sample(frac=1.0, random_state=seed + at) for at, frame in enumerate(frames)))


@pytest.mark.parametrize("turned", [False, True])
def test_scores_fall_with_rank_and_lie_between_0_and_1(turned: bool) -> None:
    found, key = learned(turned), "occupation" if turned else "program"
    assert found["score"].between(0, 1, inclusive="right").all()
    for _, part in found.groupby(key):
        assert part["rank"].tolist() == list(range(1, len(part) + 1))
        assert part["score"].is_monotonic_decreasing
        assert len(part) <= 10
    assert found[key].is_monotonic_increasing
    assert not found.duplicated(PAIR).any()


def test_learned_weights_find_the_theme_by_word_and_by_class() -> None:
    best = learned(False).query("rank <= 5").groupby("program")["occupation"].agg(lambda o: o.str[:4].mode()[0])
    assert best["410201"] == "6-02"  # a class without any link: by the word
    assert best["410503"] == "6-05"  # a name without the word of the class: by the class
    assert best["410708"] == "6-07"
    named = learned(True).query("rank <= 5").groupby("occupation")["program"].agg(lambda p: p.str[:4].mode()[0])
    assert (named.str[2:] == named.index.str[2:4]).mean() == 1.0


@settings(max_examples=4)
@given(st.integers(1, 1000), st.booleans())
def test_the_order_of_rows_changes_nothing(seed: int, turned: bool) -> None:
    pd.testing.assert_frame_equal(suggest_themed(turned, seed), learned(turned))


@settings(max_examples=15)
@given(st.sets(st.sampled_from([(p, o) for p in programs()["program"] for o in occupations()["occupation"]])))
def test_known_links_are_never_offered(pairs: set[tuple[str, str]]) -> None:
    known = links(*sorted(pairs))
    for suggest, codes in (
        (suggest_links, programs()["program"]),
        (suggest_programs, occupations()["occupation"]),
    ):
        found = suggest(programs(), occupations(), known, codes)
        assert not pairs & set(found[PAIR].itertuples(index=False, name=None))


@pytest.mark.parametrize("side", PAIR)
def test_rejected_pairs_are_never_offered_again_on_either_side(side: str) -> None:
    config, tables = tiny_tables()
    tables["crosswalk"] = [row for row in tables["crosswalk"] if row["occupation"] != "6-18-01-01"]
    case = build_case(config, tables)
    asked: dict[str, Any] = {"programs": ["660103"], "occupations": []}
    if side == "occupation":
        asked = {"programs": [], "occupations": ["6-18-01-01"]}
    every = propose_links(case, **asked)
    no = every[PAIR].iloc[[0]]
    left = propose_links(case, **asked, rejected=no)
    assert left[PAIR].to_numpy().tolist() == every[PAIR].iloc[1:].to_numpy().tolist()
    assert left["rank"].tolist() == list(range(1, len(left) + 1))
