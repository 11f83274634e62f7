"""Suggested links on a handful of programs and occupations: what speaks for them, in which order, and what is never offered."""

import pandas as pd
import pytest

from talentplan.matching import suggest_links, suggest_programs

PROGRAMS = pd.DataFrame(
    [
        ("460103", "数控技术", "higher", "数控编程|机床操作"),
        ("660103", "数控技术应用", "secondary", ""),
        ("460301", "机电一体化技术", "higher", "自动化设备维修"),
        ("460305", "工业机器人技术", "higher", ""),
        ("530302", "大数据与会计", "higher", "出纳"),
        ("999901", "甲乙丙", "higher", ""),
    ],
    columns=["program", "name", "level", "text"],
)
OCCUPATIONS = pd.DataFrame(
    [
        ("6-18-01-07", "多工序数控机床操作调整工", "数控车工"),
        ("6-31-01-03", "机电设备维修工", ""),
        ("6-31-07-03", "工业机器人系统操作员", ""),
        ("2-06-03-00", "会计专业人员", "会计"),
    ],
    columns=["occupation", "name", "text"],
)
LINKS = pd.DataFrame([("460103", "6-18-01-07"), ("460301", "6-31-01-03")], columns=["program", "occupation"])


def test_programs_without_a_link_are_ranked_by_what_they_share():
    found = suggest_links(PROGRAMS, OCCUPATIONS, LINKS)
    assert set(found["program"]) <= {"660103", "460305", "530302", "999901"}
    best = found[found["rank"] == 1].set_index("program")
    assert best["occupation"].to_dict() | {"999901": ""} == {
        "660103": "6-18-01-07", "460305": "6-31-07-03", "530302": "2-06-03-00", "999901": "",
    }  # fmt: skip
    assert "数控" in best.loc["660103", "words"]
    assert "机器人" in best.loc["460305", "words"]
    assert "460103" in best.loc["660103", "reasons"]  # the same name one level up carries the link
    assert found["score"].between(0, 1).all()
    for _, rows in found.groupby("program"):
        assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
        assert rows["score"].is_monotonic_decreasing


def test_a_program_that_shares_no_word_is_judged_by_its_class():
    kin = pd.concat([PROGRAMS, pd.DataFrame([("460109", "丁戊己", "higher", "")], columns=PROGRAMS.columns)])
    found = suggest_links(kin, OCCUPATIONS, LINKS, wanted=["460109"])
    assert found["occupation"].iloc[0] == "6-18-01-07"  # of 460103, the only other program of class 4601
    assert found["words"].iloc[0] == ""
    assert "460103" in found["reasons"].iloc[0]


def test_nothing_is_offered_twice_or_beyond_the_top():
    every = suggest_links(PROGRAMS, OCCUPATIONS, LINKS, wanted=PROGRAMS["program"])
    offered = set(zip(every["program"], every["occupation"], strict=True))
    assert not offered & set(zip(LINKS["program"], LINKS["occupation"], strict=True))
    assert len(offered) == len(every)
    few = suggest_links(PROGRAMS, OCCUPATIONS, LINKS, wanted=PROGRAMS["program"], top=1)
    pd.testing.assert_frame_equal(few, every[every["rank"] == 1].reset_index(drop=True))


def test_occupations_get_programs():
    found = suggest_programs(PROGRAMS, OCCUPATIONS, LINKS)
    assert set(found["occupation"]) <= {"6-31-07-03", "2-06-03-00"}
    best = found[found["rank"] == 1].set_index("occupation")["program"].to_dict()
    assert best == {"6-31-07-03": "460305", "2-06-03-00": "530302"}
    same = suggest_links(PROGRAMS, OCCUPATIONS, LINKS, wanted=["460305"]).set_index("occupation")["score"]
    back = found[found["program"] == "460305"].set_index("occupation")["score"]
    assert back["6-31-07-03"] == pytest.approx(same["6-31-07-03"])


@pytest.mark.parametrize("seed", range(3))
def test_row_order_never_matters(seed):
    found = suggest_links(PROGRAMS, OCCUPATIONS, LINKS)
    mixed = (frame.sample(frac=1, random_state=seed) for frame in (PROGRAMS, OCCUPATIONS, LINKS))
    pd.testing.assert_frame_equal(suggest_links(*mixed), found)


def test_empty_tables_give_nothing():
    assert suggest_links(PROGRAMS.head(0), OCCUPATIONS, LINKS.head(0)).empty
    assert suggest_links(PROGRAMS, OCCUPATIONS.head(0), LINKS.head(0)).empty
    alone = suggest_links(PROGRAMS, OCCUPATIONS, LINKS.head(0))  # names alone
    assert alone[alone["rank"] == 1].set_index("program")["occupation"]["460103"] == "6-18-01-07"
    assert (alone["reasons"] == "").all()
