"""The national catalogue as a workspace: a small piece worked by hand, and every row of the real tables accounted for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from benchmarks.catalogue import (
    ABSENT,
    EQUIPMENT,
    GROUPS,
    MOVED,
    RENAMED,
    known_programs,
    list_blanks,
    list_dead_ends,
    main,
    read_sources,
    read_targets,
    run,
    settings,
    tables,
)
from click.testing import CliRunner

from talentplan.supply import missing_links
from talentplan.workspace import build_case

# "-" is an empty cell; "园_艺" stands for a name with a space inside
PIECE = {
    "moe_vocational_catalogue": """
        code    name      level     note      class
        660101  机械加工  中职      -         机械类
        660102  焊接      中职      -         机械类
        460101  机械制造  高职专科  -         机械类
        460102  新专业    高职专科  新增      机械类
        460103  农机      高职专科  -         机械类
        260101  机械设计  职教本科  -         机械类
        260102  数控      职教本科  -         机械类
        410101  农业      高职专科  -         农业类
        210101  智慧农业  职教本科  -         农业类
        """,
    "program_briefs_flat": """
        code    name      level     duration  occupation_groups  posts
        460101  机械制造  高职专科  三年      机械人员           编程|加工
        520101  临床医学  高职专科  -         -                  -
        """,
    "program_occupation_map": """
        level     code     name                    occupation_code  occupation
        中职      660101   机械加工                6-18-01-01       车工
        高职专业  460101   机械制造                2-02-07-02       机械制造工程技术人员
        高职专业  460101   机械制造                6-18-01-01       车床工
        高职专业  410101   农业                    6-20-04-00       电梯装配调试工
        高职专业  520101K  临床医学                2-05-01-19       全科医师
        普通本科  080202K  机械设计制造及其自动化  6-20-03-99       机床装调维修工
        普通本科  090101   农学                    5-01-01-99       育种员
        """,
    "csco_2022_occupations": """
        level  code        name                   alias
        3      6-18-01-00  机械冷加工人员         -
        4      6-18-01-01  车工L                  车床
        4      6-18-01-02  铣工                   -
        4      6-18-01-02  铣工                   -
        4      6-20-03-00  金属加工机械制造人员   -
        4      6-20-03-01  机床装调维修工         -
        4      6-20-04-00  电梯装配调试工         -
        4      2-02-07-02  机械制造工程技术人员S  -
        4      2-05-01-19  全科医师               -
        """,
    "program_continuation": """
        from_code  to_level             to_name                             to_code
        660101     higher_vocational    机械制造                            460101
        660101     higher_vocational    机械制造                            460101
        660101     bachelor             机械设计制造及其自动化              -
        660102     higher_vocational    暂无                                -
        660102     bachelor             焊接工程                            -
        460101     vocational_bachelor  机械设计                            260101
        410101     vocational_bachelor  智慧农业接续普通本科专业举例：农学  -
        410101     vocational_bachelor  智慧农业                            210101
        410101     vocational_bachelor  园_艺                               -
        410101     vocational_bachelor  机械设计                            260101
        460103     vocational_bachelor  智慧农业                            210101
        260101     master_discipline    供                                  -
        260101     master_discipline    供                                  -
        999999     bachelor             焊接工程                            -
        520101     bachelor             临床医学                            -
        """,
}


def piece() -> dict[str, pd.DataFrame]:
    found = {}
    for name, text in PIECE.items():
        lines = [line.split() for line in text.strip().splitlines()]
        frame = pd.DataFrame(lines[1:], columns=lines[0]).replace("-", "")
        found[name] = frame.apply(lambda column: column.str.replace("_", " ") if column.name == "to_name" else column)
    return found


def pairs(frame: pd.DataFrame, start: str, end: str) -> set[tuple[str, str]]:
    return set(zip(frame[start], frame[end], strict=True))


def test_the_links_of_a_small_piece_by_hand() -> None:
    found, account = tables(piece())
    assert pairs(found["continuations"], "from_program", "to_program") == {
        ("660101", "460101"), ("660101", "080202K"),
        ("660102", "ordinary-004"),
        ("460101", "260101"),
        ("410101", "210101"), ("410101", "090101"),  # two headings that ran together
        ("410101", "ordinary-003"), ("410101", "ordinary-002"),  # behind them: ordinary, in spite of the code and the space
        ("410101", "260101"),  # has a code and stands last: left
        ("460103", "210101"),
        ("260101", "discipline-001"),
        ("520101", "ordinary-001"),
    }  # fmt: skip
    names = found["programs"].set_index("program")["name_zh"]
    own = [p for p in names.index if "-" in p]
    assert names[own].to_dict() == {
        "ordinary-001": "临床医学", "ordinary-002": "园艺", "ordinary-003": "智慧农业", "ordinary-004": "焊接工程",
        "discipline-001": "供热、供燃气、通风及空调工程",
    }  # fmt: skip
    told = account["continuations"]
    assert (told["rows"], told["loaded"], told["merged"], told["links"]) == (15, 11, 2, 12)
    assert told["exceptions"] == {"no continuation named yet": 1, "code in no table": 1}
    assert told["resolved"] == {
        "code": {"高职专科": 2, "职教本科": 3}, "name": {"职教本科": 1, "普通本科": 2},
        "own": {"普通本科": 4, "硕士二级学科": 2},
    }  # fmt: skip
    assert told["rows_by_reading"] == {"plain": 8, "joined": 1, "under": 2, "behind": 1, "empty": 1, "cut": 2}


def test_the_crosswalk_of_a_small_piece_by_hand() -> None:
    found, account = tables(piece())
    links = found["crosswalk"].set_index(["program", "occupation"])["evidence"].to_dict()
    assert links == {
        ("660101", "6-18-01-01"): "", ("460101", "2-02-07-02"): "", ("460101", "6-18-01-01"): RENAMED,
        ("410101", "6-20-04-00"): "", ("520101", "2-05-01-19"): "",  # the K of the map falls away
        ("080202K", "6-20-03-01"): MOVED,  # ... but not where it is part of the code
        ("090101", "5-01-01-99"): ABSENT,
    }  # fmt: skip
    jobs = found["occupations"].set_index("occupation")["name_zh"].to_dict()
    assert jobs["6-18-01-01"] == "车工"
    assert jobs["5-01-01-99"] == "育种员"
    assert "6-20-03-00" not in jobs  # a group among the occupations
    told = account["crosswalk"]
    assert (told["rows"], told["loaded"], told["merged"]) == (7, 7, 0)
    assert told["loaded_with_a_note"][ABSENT] == {"5-01-01-99 育种员": 1}


def test_dead_ends_and_blanks_of_a_small_piece_by_hand() -> None:
    sources = piece()
    found, _ = tables(sources)
    case = build_case(settings(), found)
    ends = {why: [e["program"] for e in some] for why, some in list_dead_ends(case, sources).items()}
    assert ends == {
        "secondary: ordinary_only": ["660102"], "higher_vocational: new": ["460102"],
        "higher_vocational: other_classes": ["460103"], "undergraduate: no_brief": ["260102"],
    }  # fmt: skip
    assert list_dead_ends(case, sources)["undergraduate: no_brief"][0]["after"] == "260101"  # which repeats a row
    assert set(case.table("pathways")["pathway"]) == {"660101~460101", "460101~260101"}
    blanks = list_blanks(case)
    assert (blanks["occupations"], blanks["blanks"], blanks["nobody"]) == (5, 3, 1)
    assert [(b["occupation"], b["others"]) for b in blanks["listed"]] == [
        ("6-18-01-02", ""), ("6-20-03-01", "080202K 机械设计制造及其自动化"), ("6-20-04-00", "410101 农业"),
    ]  # fmt: skip
    without = {name: frame for name, frame in found.items() if name != "pathways"}
    assert pairs(missing_links(build_case(settings(), without)), "from_program", "to_program") == {
        ("660101", "460101"), ("460101", "260101"),
    }  # fmt: skip


def test_only_the_order_of_the_continuation_rows_says_something() -> None:
    sources = piece()
    turned = {n: f if n == "program_continuation" else f.iloc[::-1] for n, f in sources.items()}
    one, other = (build_case(settings(), tables(s)[0]) for s in (sources, turned))
    assert one.fingerprint == other.fingerprint


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["--reference", str(tmp_path)])
    assert done.exit_code == 1
    assert "TALENTPLAN_REFERENCE_DATA" in done.output


@pytest.fixture(scope="module")
def sources(reference_data: Path) -> dict[str, pd.DataFrame]:
    return read_sources(reference_data)


@pytest.fixture(scope="module")
def result(reference_data: Path) -> dict[str, Any]:
    return run(reference_data)


def test_every_row_of_the_real_tables_is_accounted_for(
    result: dict[str, Any], sources: dict[str, pd.DataFrame]
) -> None:
    for name, source, total in (
        ("continuations", "program_continuation", 6833), ("crosswalk", "program_occupation_map", 6464),
    ):  # fmt: skip
        told = result["account"][name]
        assert told["rows"] == len(sources[source]) == total
        assert told["loaded"] + told["merged"] + sum(told["exceptions"].values()) == total
    told = result["account"]["continuations"]
    raw = sources["program_continuation"]
    assert told["exceptions"] == {"no continuation named yet": int(raw["to_name"].isin(["暂无", "无"]).sum()), "code in no table": 0}  # fmt: skip
    joined = int(raw["to_name"].str.contains("举例").sum())
    assert told["rows_by_reading"]["joined"] == joined
    assert result["tables"]["continuations"] == told["links"] == told["loaded"] + joined
    assert result["tables"]["crosswalk"] == 6464
    assert sum(sum(kinds.values()) for kinds in told["resolved"].values()) == told["targets"]


def test_known_links_of_the_real_tables_are_there(sources: dict[str, pd.DataFrame]) -> None:
    found, _ = tables(sources)
    links = pairs(found["continuations"], "from_program", "to_program")
    programs = found["programs"].set_index("program")
    assert {("660101", "460101"), ("460301", "260301"), ("460506", "070302")} <= links
    assert ("410102", "210103") in links  # the first of a run-together row
    ahead = programs.loc[[to for start, to in links if start == "410102"]]
    assert {"农学", "园艺", "植物科学与技术"} <= set(ahead.loc[~ahead["catalogue"].eq("职业教育专业目录"), "name_zh"])
    assert {
        ("490104", "290102"),
        ("720401", "520401"),
    } <= links  # the second is a state-controlled program, by its name
    crosswalk = pairs(found["crosswalk"], "program", "occupation")
    assert {("520101", "2-05-01-19"), ("081302", "2-02-32-01"), ("660105", "6-09-03-05")} <= crosswalk
    kinds = known_programs(sources)["kind"].value_counts()
    assert kinds["普通本科"] == 376


def test_no_name_of_a_target_holds_two_headings_or_a_space(sources: dict[str, pd.DataFrame]) -> None:
    every = read_targets(sources["program_continuation"])
    assert not every["name"].str.contains(r"举例|\s", regex=True).any()
    assert every["kind"].notna().all()


def test_dead_ends_of_the_equipment_classes(result: dict[str, Any], sources: dict[str, pd.DataFrame]) -> None:
    ends = {e["program"]: why for why, some in result["dead_ends"].items() for e in some}
    assert ends["460509"] == "higher_vocational: ordinary_only"  # 职教本科 暂无, 普通本科 邮轮工程与管理
    assert ends["460103"] == "higher_vocational: no_brief"
    assert ends["460312"] == "higher_vocational: new"
    assert not {"660101", "460301", "260101", "660504"} & set(ends)  # 660504 leads to 460509
    # by hand from the file: nothing leads from these programs into a class of the group, or to a master's
    raw = sources["program_continuation"]
    inside = raw["to_code"].str[:2].isin(EQUIPMENT) | raw["to_level"].str.startswith("master")
    catalogue = sources["moe_vocational_catalogue"]["code"]
    offered = set(catalogue[catalogue.str[:2].isin(EQUIPMENT)])
    assert set(ends) == offered - set(raw.loc[inside, "from_code"])


def test_blanks_of_the_equipment_groups(result: dict[str, Any], sources: dict[str, pd.DataFrame]) -> None:
    blanks = {b["occupation"] for b in result["blanks"]["listed"]}
    links = sources["program_occupation_map"]
    mine = links[links["code"].str[:2].isin(EQUIPMENT) & (links["level"] != "普通本科")]["occupation_code"]
    every = sources["csco_2022_occupations"].query("level == '4'")["code"]
    wanted = set(every[every.str.startswith(GROUPS)]) - {"6-20-03-00"}  # a group
    assert blanks == wanted - set(mine)
    assert {"6-18-01-01", "6-18-01-02"} & blanks == {"6-18-01-02"}  # 车工 and 铣工


def test_the_command_prints_what_was_counted(reference_data: Path) -> None:
    done = CliRunner().invoke(main, ["--json", "--reference", str(reference_data)])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout).keys() == {"tables", "account", "dead_ends", "rungs", "blanks", "seconds"}
    said = CliRunner().invoke(main, ["--reference", str(reference_data)])
    assert "6633 loaded + 116 merged + 84 exceptions = 6833" in said.output
