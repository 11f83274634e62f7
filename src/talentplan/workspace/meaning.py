"""What the tables must mean together: shares that sum, series without gaps, pathways that lead upward."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say, attribute, show
from talentplan.workspace.meaning_sharing import (
    check_borrowers,
    check_investment_shares,
    check_kinds,
    check_lent_specialists,
    check_options,
    check_own_money,
    check_teachers_leave,
    check_users,
)

__all__ = ["MEANINGS", "Tables"]

Tables = Mapping[str, Records]
Strings = NDArray[np.object_]
EPSILON = 1e-6
ENTERED_BY_PATHWAY = ("second_segment", "top_up", "ordinary")
REGISTERED_PER_PLAN = 1.5


def _rank(offerings: pd.Series[str], tables: Tables) -> NDArray[np.float64]:
    """float[row]: rank of the level of the program of each offering, NaN where unknown."""
    program = attribute(offerings, tables["offerings"], "program")
    level = attribute(program, tables["programs"], "level")
    return np.asarray(pd.to_numeric(attribute(level, tables["levels"], "rank")), dtype=np.float64)


def check_staffing(tables: Tables) -> list[Problem]:
    """The occupations of one industry and year take at most the whole of its employment."""
    records = tables["staffing"]
    rule = Say("同一行业同一年的占比合计不得大于 1", "the shares of one industry and year must sum to at most 1")
    problems = []
    for name, last, total in _sums(records, ["industry", "year"], "share"):
        if total > 1 + EPSILON:
            repair = Say(
                f"行业 {name} 合计为 {show(total)}，更正占比",
                f"the sum of industry {name} is {show(total)}; correct the shares",
            )
            problems.append(records.problem(last, "share", show(total), rule, repair))
    return problems


def check_education_mix(tables: Tables) -> list[Problem]:
    """The levels asked for by one occupation make up all its openings."""
    records = tables["education_mix"]
    in_doubt = set(records.data.loc[~records.sound("occupation", "share"), "occupation"])
    rule = Say("同一职业同一年各层次占比之和必须等于 1", "the shares of one occupation and year must sum to 1")
    problems = []
    for name, last, total in _sums(records, ["occupation", "year"], "share"):
        if abs(total - 1) > EPSILON and name not in in_doubt:
            repair = Say(
                f"职业 {name} 合计为 {show(total)}，更正占比或补上缺的层次",
                f"the sum of occupation {name} is {show(total)}; correct the shares or add the missing level",
            )
            problems.append(records.problem(last, "share", show(total), rule, repair))
    return problems


def _sums(records: Records, by: list[str], column: str) -> Iterator[tuple[str, int, float]]:
    """Code, position of the last row and sum of every group, over the cells that are sound."""
    sound = np.flatnonzero(records.sound(*by, column))
    rows = records.data.iloc[sound][[*by, column]].assign(position=sound)
    sums = rows.groupby(by, sort=False).agg(total=(column, "sum"), last=("position", "max")).reset_index()
    for name, last, total in zip(sums[by[0]], sums["last"], sums["total"], strict=True):
        yield str(name), int(last), float(total)


def check_years(tables: Tables) -> list[Problem]:
    """A yearly series of employment has no gap inside."""
    records = tables["employment"]
    series = ["industry", "district"]
    sound = np.flatnonzero(records.sound(*series, "year"))
    rows = records.data.iloc[sound][[*series, "year"]].assign(position=sound).sort_values([*series, "year"])
    step = rows.groupby(series)["year"].diff()
    rule = Say("同一行业的年份必须连续", "the years of one industry must follow one another without a gap")
    problems = []
    for (_, row), gap in zip(rows[step > 1].iterrows(), step[step > 1], strict=True):
        first, last = int(row["year"] - gap + 1), int(row["year"] - 1)
        missing = str(first) if first == last else f"{first}-{last}"
        repair = Say(f"补上 {missing} 年", f"add the year {missing}" if first == last else f"add the years {missing}")
        problems.append(records.problem(int(row["position"]), "year", row["year"], rule, repair))
    return problems


def check_districts(tables: Tables) -> list[Problem]:
    """An industry is counted for the whole region or by district, not both: persons would count twice."""
    records = tables["employment"]
    whole = (records.data["district"] == "").to_numpy() & records.sound("industry", "district")
    split = set(records.data.loc[~whole & records.sound("industry", "district"), "industry"])
    broken = whole & records.data["industry"].isin(split).to_numpy()
    rule = Say(
        "同一行业不得既填全地区又填区县", "an industry must be given for the whole region or by district, not both"
    )
    repair = Say("删去全地区的行或区县的行", "delete the rows of the whole region or those of the districts")
    return records.problems(np.flatnonzero(broken), "district", rule, repair)


def check_projected(tables: Tables) -> list[Problem]:
    """A published total is for all industries or for a known one."""
    records = tables["projections"]
    known = {"", *tables["industries"].data["industry"]}
    broken = ~records.data["industry"].isin(known).to_numpy() & records.sound("industry")
    rule = Say(
        "行业代码须在行业表中，或留空表示全部行业", "must be an industry of the industries table, or blank for all"
    )
    repair = Say("更正代码", "correct the code")
    return records.problems(np.flatnonzero(broken), "industry", rule, repair)


def check_pathway_levels(tables: Tables) -> list[Problem]:
    """A pathway leads to a higher level."""
    records = tables["pathways"]
    before, after = (_rank(records.data[c], tables) for c in ("from_offering", "to_offering"))
    broken = (after <= before) & records.sound("from_offering", "to_offering")
    rule = Say("升学衔接必须进入更高层次", "a pathway must lead to a higher level")
    repair = Say("更正两端的计划行", "correct the offerings at its two ends")
    return records.problems(np.flatnonzero(broken), "to_offering", rule, repair)


def check_pathway_tracks(tables: Tables) -> list[Problem]:
    """A pathway enters a second segment, a top-up or an ordinary line."""
    records = tables["pathways"]
    track = attribute(records.data["to_offering"], tables["offerings"], "track")
    broken = track.notna().to_numpy() & ~track.isin(ENTERED_BY_PATHWAY).to_numpy() & records.sound("to_offering")
    rule = Say(
        "升学衔接只能进入转段（second_segment）、专升本（top_up）或普通（ordinary）计划行",
        "a pathway must enter an offering of track second_segment, top_up or ordinary",
    )
    repair = Say("更正进入的计划行或其招生类型", "correct the offering it enters, or the track of that offering")
    return records.problems(np.flatnonzero(broken), "to_offering", rule, repair)


def check_circles(tables: Tables) -> list[Problem]:
    """The pathways never lead back to where they came from."""
    records = tables["pathways"]
    open_ = records.sound("from_offering", "to_offering")
    before, after = (records.data[c].to_numpy() for c in ("from_offering", "to_offering"))
    while open_.any():  # take away pathways that begin or end in nothing, until only circles are left
        inner = open_ & np.isin(before, after[open_]) & np.isin(after, before[open_])
        if np.array_equal(inner, open_):
            break
        open_ = inner
    rule = Say("升学衔接不得首尾相接成环", "pathways must not run in a circle")
    repair = Say("删去或更正其中一条", "delete or correct one of them")
    return records.problems(np.flatnonzero(open_), "from_offering", rule, repair)


def check_promises(tables: Tables) -> list[Problem]:
    """Nobody is promised two seats: the promised shares out of one offering sum to at most 1."""
    records = tables["pathways"]
    sound = records.sound("from_offering", "min_share")
    sums = records.data[sound].groupby("from_offering")["min_share"].sum()
    over = set(sums.index[sums > 1 + EPSILON])
    last = ~records.data["from_offering"].duplicated(keep="last").to_numpy()
    broken = sound & last & records.data["from_offering"].isin(over).to_numpy()
    rule = Say(
        "同一计划行承诺的升学比例合计不得大于 1", "the promised shares out of one offering must sum to at most 1"
    )
    repair = Say("更正承诺升学比例", "correct the promised shares")
    return records.problems(np.flatnonzero(broken), "min_share", rule, repair)


def check_classes(tables: Tables) -> list[Problem]:
    """The class sizes an offering really has (its own, else its program's) leave room for a class."""
    records = tables["offerings"]
    sizes: dict[str, NDArray[np.float64]] = {}
    for name in ("class_min", "class_max"):
        own = records.data[name]
        sizes[name] = np.asarray(
            own.fillna(pd.to_numeric(attribute(records.data["program"], tables["programs"], name))), dtype=np.float64
        )
    mixed = records.data["class_min"].isna().to_numpy() != records.data["class_max"].isna().to_numpy()
    broken = mixed & (sizes["class_min"] > sizes["class_max"]) & records.sound("class_min", "class_max", "program")
    rule = Say(
        "最小班额不得大于最大班额（一端取自专业）", "class_min must be <= class_max (one of the two is the program's)"
    )
    problems = []
    for i in np.flatnonzero(broken):
        low, high = show(sizes["class_min"][i]), show(sizes["class_max"][i])
        column = "class_max" if np.isnan(records.data["class_min"].iloc[i]) else "class_min"
        repair = Say(f"现为 {low} 至 {high}，更正其一", f"they are {low} and {high}; correct one of the two")
        problems.append(records.problem(int(i), column, show(records.data[column].iloc[i]), rule, repair))
    return problems


def check_registered(tables: Tables) -> list[Problem]:
    """Far more arrivals than plan is a slip of the pen."""
    records = tables["intake_history"]
    plan, came = (records.data[c].to_numpy() for c in ("plan", "registered"))
    broken = (came > REGISTERED_PER_PLAN * plan) & records.sound("plan", "registered")
    rule = Say("报到数不得大于计划数的 1.5 倍", "registered must be <= 1.5 times the plan")
    repair = Say("核对计划数和报到数", "check the plan number and the registered persons")
    return records.problems(np.flatnonzero(broken), "registered", rule, repair)


def check_grades(tables: Tables) -> list[Problem]:
    """Nobody is on roll beyond the duration."""
    records = tables["roll"]
    duration = pd.to_numeric(attribute(records.data["offering"], tables["offerings"], "duration"))
    broken = (records.data["grade"] > duration).to_numpy() & records.sound("offering", "grade")
    rule = Say("年级不得大于该计划行的学制", "the year of study must be <= the duration of the offering")
    repair = Say("更正年级或学制", "correct the year of study or the duration")
    return records.problems(np.flatnonzero(broken), "grade", rule, repair)


def check_repeating(tables: Tables) -> list[Problem]:
    """Those who go on and those who repeat are together at most everybody."""
    records = tables["retention"]
    total = records.data["stay"] + records.data["repeat"]
    broken = (total > 1 + EPSILON).to_numpy() & records.sound("stay", "repeat")
    rule = Say("留存率与留级率之和不得大于 1", "stay and repeat must sum to at most 1")
    repair = Say(
        "更正其一：留级的学生不计入留存率", "correct one of the two: those who repeat do not stay in this sense"
    )
    return records.problems(np.flatnonzero(broken), "repeat", rule, repair)


def check_transfer_levels(tables: Tables) -> list[Problem]:
    """Students change to another line of the same level; to a higher one they pass by a pathway."""
    records = tables["transfers"]
    before, after = (_rank(records.data[c], tables) for c in ("from_offering", "to_offering"))
    same = (records.data["from_offering"] == records.data["to_offering"]).to_numpy()
    known = ~np.isnan(before) & ~np.isnan(after)
    broken = (same | (known & (before != after))) & records.sound("from_offering", "to_offering")
    rule = Say("转专业、转学须进入同层次的另一计划行", "a transfer must lead to another offering of the same level")
    repair = Say(
        "更正两端的计划行；升学写入升学衔接表", "correct the offerings at its two ends; passages upward are pathways"
    )
    return records.problems(np.flatnonzero(broken), "to_offering", rule, repair)


def check_transfer_grades(tables: Tables) -> list[Problem]:
    """After the year of study in which they change there is a next one, in both lines."""
    records = tables["transfers"]
    shorter = np.minimum(
        *(
            pd.to_numeric(attribute(records.data[c], tables["offerings"], "duration")).to_numpy(dtype=np.float64)
            for c in ("from_offering", "to_offering")
        )
    )
    broken = (records.data["grade"].to_numpy() >= shorter) & records.sound("from_offering", "to_offering", "grade")
    rule = Say("转出年级须小于两端计划行的学制", "the year of study must be < the duration of both offerings")
    repair = Say("更正年级：转入后读下一年级", "correct the year of study: they go on in the next one")
    return records.problems(np.flatnonzero(broken), "grade", rule, repair)


def check_transfer_shares(tables: Tables) -> list[Problem]:
    """Nobody changes to two lines: the shares out of one year of study sum to at most 1."""
    records = tables["transfers"]
    rule = Say(
        "同一计划行同一年级转出比例合计不得大于 1",
        "the shares out of one offering and year of study must sum to at most 1",
    )
    repair = Say("更正转出比例", "correct the shares")
    return [
        records.problem(last, "share", show(total), rule, repair)
        for _, last, total in _sums(records, ["from_offering", "grade"], "share")
        if total > 1 + EPSILON
    ]


def check_continuations(tables: Tables) -> list[Problem]:
    """A continuation leads to a higher level, as far as both programs are known here."""
    records = tables["continuations"]
    before, after = (
        np.asarray(
            pd.to_numeric(attribute(attribute(records.data[c], tables["programs"], "level"), tables["levels"], "rank")),
            dtype=np.float64,
        )
        for c in ("from_program", "to_program")
    )
    broken = (after <= before) & records.sound("from_program", "to_program")
    rule = Say("接续专业必须属于更高层次", "a continuation must lead to a program of a higher level")
    repair = Say("更正两端的专业代码", "correct the programs at its two ends")
    return records.problems(np.flatnonzero(broken), "to_program", rule, repair)


def check_feeders(tables: Tables) -> list[Problem]:
    """An entrant group that is projected comes from births, from school rolls or both, the births before the rolls."""
    records = tables["feeders"]
    age, grade = (records.data[c].to_numpy() for c in ("age", "grade"))
    sound = records.sound("age", "grade")
    nothing = (age == 0) & (grade == 0) & sound
    wrong = (age > 0) & (grade >= age) & sound
    rule = Say("必须填写入学年龄或末年级", "an age at entry or a last year of school must be given")
    repair = Say("初中毕业生填 15 和 9，高中毕业生填 18 和 12", "write 15 and 9 for junior-high leavers, 18 and 12 for senior-high leavers")  # fmt: skip
    less = Say("末年级必须小于入学年龄", "the last year of school must be below the age at entry")
    return [
        *records.problems(np.flatnonzero(nothing), "age", rule, repair),
        *records.problems(np.flatnonzero(wrong), "grade", less, repair),
    ]


def check_feeder_shares(tables: Tables) -> list[Problem]:
    """Nobody is counted twice: the stated shares of the groups that leave school together sum to at most 1."""
    records = tables["feeders"]
    rows = records.data[records.sound("age", "grade", "share")]
    stated = rows[rows["share"] < 1]  # 1 is the default and says nothing
    leaving = ["age", "grade"]
    over = stated.groupby(leaving)["share"].transform("sum") > 1 + EPSILON
    last = ~stated.duplicated(leaving, keep="last")
    rule = Say(
        "同龄、同末年级的各招生对象归入比例合计不得大于 1",
        "the shares of the groups with the same age and last year of school must sum to at most 1",
    )
    repair = Say("更正归入比例", "correct the shares")
    broken = stated.index[over & last].to_numpy(dtype=np.int64)
    return records.problems(broken, "share", rule, repair)


Check = Callable[[Tables], list[Problem]]

MEANINGS: tuple[Check, ...] = (
    check_staffing,
    check_education_mix,
    check_years,
    check_districts,
    check_projected,
    check_pathway_levels,
    check_pathway_tracks,
    check_circles,
    check_promises,
    check_classes,
    check_registered,
    check_grades,
    check_repeating,
    check_transfer_levels,
    check_transfer_grades,
    check_transfer_shares,
    check_continuations,
    check_feeders,
    check_feeder_shares,
    check_teachers_leave,
    check_lent_specialists,
    check_options,
    check_investment_shares,
    check_own_money,
    check_users,
    check_borrowers,
    check_kinds,
)
