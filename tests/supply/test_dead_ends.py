"""Dead ends and missing rungs of small ladders worked by hand, and of the sample counted from its files."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from tests.case_files import read_yaml, rows

from talentplan.errors import InputError
from talentplan.supply import dead_ends, missing_links
from talentplan.workspace import build_case, read_case
from talentplan.workspace.case import Case

ROOT = Path(__file__).resolve().parents[2]

# P and R below, H and K above. A leads on, A2 (the same program) does not, R leads nowhere, G is a candidate.
LADDER = {
    "programs": """
        program  level      name_zh
        P        secondary  机械
        R        secondary  电气
        H        higher     机械制造
        K        higher     机器人
        G        higher     新能源
        """,
    "offerings": """
        offering  school  program  track           status     duration  entrant_group
        A         S       P        first_segment   active     1         junior
        A2        S       P        ordinary        active     1         junior
        R         S       R        ordinary        suspended  1         junior
        H         S       H        second_segment  active     1         -
        K         S       K        ordinary        active     1         senior
        G         S       G        ordinary        candidate  1         senior
        """,
    "pathways": """
        pathway  from_offering  to_offering
        AH       A              H
        """,
    "continuations": """
        from_program  to_program
        P             H
        P             K
        R             K
        R             G
        R             X
        Y             K
        """,
}


def make(**changes: str) -> Case:
    base = read_yaml("_base")
    tables = base["tables"] | LADDER | changes
    return build_case(base["settings"], {name: rows(text) for name, text in tables.items()})


def test_dead_ends_by_hand() -> None:
    found = dead_ends(make())
    assert found["offering"].tolist() == ["A2", "R"]
    assert found["whole_program"].tolist() == [False, True]
    assert found["offered"].tolist() == ["H/K", "K"]
    assert found["absent"].tolist() == ["", "G/X"]  # a candidate is not offered yet
    assert found["status"].tolist() == ["active", "suspended"]


def test_the_top_is_the_highest_level_that_is_offered() -> None:
    levels = """
        level      rank  name_zh  name_en
        secondary  1     中职     secondary
        higher     2     高职     higher
        master     3     硕士     master
        """
    assert dead_ends(make(levels=levels))["offering"].tolist() == ["A2", "R"]
    one = make(programs="program level name_zh\nP secondary 机械\nR secondary 电气\nH secondary 甲\nK secondary 乙\nG secondary 丙",
               pathways="pathway from_offering to_offering", continuations="from_program to_program")  # fmt: skip
    assert dead_ends(one).empty
    assert missing_links(one).empty


def test_missing_links_by_hand() -> None:
    found = missing_links(make())
    assert found.to_dict("records") == [
        {"from_program": "P", "to_program": "K", "from_lines": 2, "to_lines": 1},
        {"from_program": "R", "to_program": "K", "from_lines": 1, "to_lines": 1},
    ]


def test_links_may_be_handed_over() -> None:
    links = pd.DataFrame({"from_program": ["R", "R", "P"], "to_program": ["H", "H", "H"]})
    found = missing_links(make(), links)
    assert found[["from_program", "to_program"]].to_numpy().tolist() == [["R", "H"]]


def test_a_pathway_between_any_two_lines_is_enough() -> None:
    paths = LADDER["pathways"] + "RK R K\n"
    assert missing_links(make(pathways=paths))["from_program"].tolist() == ["P"]
    assert dead_ends(make(pathways=paths))["offering"].tolist() == ["A2"]


@pytest.mark.parametrize(("link", "column"), [("H P", "to_program"), ("P R", "to_program")])
def test_a_continuation_that_leads_down_or_sideways_is_named(link: str, column: str) -> None:
    with pytest.raises(InputError) as caught:
        make(continuations=f"from_program to_program\n{link}")
    [problem] = caught.value.problems
    assert (problem.table, problem.column) == ("continuations", column)
    assert problem.rule_zh == "接续专业必须属于更高层次"
    assert problem.rule_en == "a continuation must lead to a program of a higher level"


def test_a_link_given_twice_is_named() -> None:
    with pytest.raises(InputError, match=r"continuations"):
        make(continuations="from_program to_program\nP H\nP H")


# -- the sample ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sample() -> Case:
    return read_case(ROOT / "models" / "dalian.yaml")


def _file(name: str) -> pd.DataFrame:
    return pd.read_csv(ROOT / "data" / f"{name}.csv", dtype=str, encoding="utf-8-sig", keep_default_na=False)


def test_dead_ends_of_the_sample(sample: Case) -> None:
    level = _file("programs/programs").set_index("program")["level"]
    leads = set(_file("programs/pathways")["from_offering"])
    lines = _file("programs/offerings").itertuples()
    wanted = {o.offering for o in lines if o.offering not in leads and level[o.program] != "master"}
    found = dead_ends(sample).set_index("offering")
    assert set(found.index) == wanted
    assert len(found) == 82
    # metal-cutting lathes at secondary level: no line of 660109 leads on, though 260103 and 460119 are offered
    assert found.loc["S01-660109-ord", ["whole_program", "offered", "absent"]].tolist() == [True, "260103/460119", "260101/460120"]  # fmt: skip


def test_missing_links_of_the_sample(sample: Case) -> None:
    offerings = _file("programs/offerings").set_index("offering")
    offered = set(offerings.loc[offerings["status"] != "candidate", "program"])
    program = offerings["program"]
    there = {(program[p.from_offering], program[p.to_offering]) for p in _file("programs/pathways").itertuples()}
    links = {(r.from_program, r.to_program) for r in _file("reference/continuations").itertuples()}
    wanted = {(a, b) for a, b in links - there if a in offered and b in offered}
    found = missing_links(sample)
    assert set(found[["from_program", "to_program"]].itertuples(index=False, name=None)) == wanted
    assert len(found) == 124


def test_continuations_of_the_sample_are_those_of_the_national_briefs(reference_data: Path) -> None:
    national = pd.read_csv(reference_data / "cn" / "program_continuation.csv", dtype=str, encoding="utf-8-sig")
    coded = national.dropna(subset="to_code")
    programs = set(_file("programs/programs")["program"])
    wanted = set(
        coded.loc[coded["from_code"].isin(programs), ["from_code", "to_code"]].itertuples(index=False, name=None)
    )
    links = _file("reference/continuations")
    ours = set(links[["from_program", "to_program"]].itertuples(index=False, name=None))
    assert wanted <= ours
    # the briefs name ordinary bachelor's programs and fields of master's study without a code
    assert all(b.startswith("08") for _, b in ours - wanted)
    assert set(links["from_program"]) <= programs
    assert (links["basis"] == "official").all()
    assert links["source"].str.startswith("教育部《职业教育专业简介（2022年修订）》").all()
