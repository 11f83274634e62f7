"""What the tables of sharing and joint investment must mean together."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

import numpy as np
import pandas as pd

from talentplan.errors import Problem
from talentplan.workspace.cells import Records, Say, attribute, show

__all__ = [
    "check_borrowers",
    "check_investment_shares",
    "check_kinds",
    "check_lent_specialists",
    "check_options",
    "check_own_money",
    "check_teachers_leave",
    "check_users",
]

Tables = Mapping[str, Records]
EPSILON = 1e-6


def check_teachers_leave(tables: Tables) -> list[Problem]:
    """Teachers are lent to another school."""
    records = tables["teacher_agreements"]
    same = (records.data["from_school"] == records.data["to_school"]).to_numpy()
    rule = Say("接收院校不得是派出院校本身", "teachers must be lent to another school")
    repair = Say("更正其中一所院校", "correct one of the two schools")
    broken = np.flatnonzero(same & records.sound("from_school", "to_school"))
    return records.problems(broken, "to_school", rule, repair)


def check_lent_specialists(tables: Tables) -> list[Problem]:
    """A school lends specialist teachers of a cluster only where the specialists table says how many it has."""
    records, known = tables["teacher_agreements"], tables["specialists"]
    pairs = pd.MultiIndex.from_frame(known.data[["school", "cluster"]])
    own = pd.MultiIndex.from_frame(records.data[["from_school", "cluster"]]).isin(pairs)
    broken = ~own & (records.data["cluster"] != "").to_numpy() & records.sound("from_school", "cluster")
    if not known.sound("school", "cluster").all():
        return []  # the row it means may be the one that is reported
    rule = Say(
        "派出院校须在“专业教师”表中有该专业群的教师数",
        "the lending school must have a row for the cluster in the table specialists",
    )
    repair = Say(
        "在“专业教师”表中补上该行，或将专业群留空（公共课教师）",
        "add the row to specialists, or leave the cluster empty (teachers of general courses)",
    )
    return records.problems(np.flatnonzero(broken), "cluster", rule, repair)


def check_options(tables: Tables) -> list[Problem]:
    """An option says where what it adds goes: places of a line of its school, hours of a kind, and nothing that is not read."""
    records = tables["investments"]
    adds, offering, kind = (records.data[c] for c in ("adds", "offering", "kind"))
    found = []
    for column, cells, word, zh, en in (
        ("offering", offering, "offering_places", "计划行", "plan line"),
        ("kind", kind, "hours", "实训类型", "kind of resource"),
    ):
        sound = records.sound("adds", column)
        without = ((adds == word) & (cells == "")).to_numpy() & sound
        rule = Say(f"增加内容为 {word} 时必须填写{zh}", f"an option that adds {word} must name the {en}")
        found += records.problems(np.flatnonzero(without), column, rule, Say(f"填写{zh}", f"fill in the {en}"))
        surplus = ((adds != word) & (cells != "")).to_numpy() & sound
        rule = Say(f"只有增加内容为 {word} 时才填写{zh}", f"only an option that adds {word} names a {en}")
        repair = Say("清空该单元格，或更正增加内容", "empty the cell, or correct what the option adds")
        found += records.problems(np.flatnonzero(surplus), column, rule, repair)
    own = attribute(offering, tables["offerings"], "school")
    elsewhere = (own.notna() & (own != records.data["school"])).to_numpy() & records.sound("school", "offering")
    rule = Say("计划行必须属于该投资的院校", "the plan line must be one of the school that gets the investment")
    repair = Say("更正院校或计划行", "correct the school or the plan line")
    return [*found, *records.problems(np.flatnonzero(elsewhere), "offering", rule, repair)]


def check_investment_shares(tables: Tables) -> list[Problem]:
    """Those who pay for an option pay all of it; those who use its hours use all of them."""
    problems = []
    rule = Say("同一投资选项的比例合计必须等于 1", "the shares of one option must sum to 1")
    repair = Say("更正比例，或补上缺的单位", "correct the shares, or add the missing member")
    for name in ("investment_payers", "investment_users"):
        records = tables[name]
        in_doubt = set(records.data.loc[~records.sound("investment", "share"), "investment"])
        for code, rows in records.data.assign(position=np.arange(len(records.data))).groupby("investment", sort=False):
            total = float(rows["share"].sum())
            if abs(total - 1) > EPSILON and code not in in_doubt:
                problems.append(records.problem(int(rows["position"].iloc[-1]), "share", show(total), rule, repair))
    return problems


def check_own_money(tables: Tables) -> list[Problem]:
    """Own money draws on no fund of the plan."""
    records = tables["investment_payers"]
    both = (records.data["own_money"].astype(bool) & (records.data["earmark"] != "")).to_numpy()
    rule = Say("自筹的部分不得使用专项经费", "a part paid from own money draws on no earmarked fund")
    repair = Say("删去专项，或把自筹改为“否”", "take the earmark away, or say no to own money")
    return records.problems(np.flatnonzero(both & records.sound("own_money", "earmark")), "earmark", rule, repair)


def check_users(tables: Tables) -> list[Problem]:
    """Only hours of training are shared out among schools."""
    records, options = tables["investment_users"], tables["investments"]
    hours = options.data.loc[options.data["adds"] == "hours", "investment"]
    known = records.data["investment"].isin(options.data.loc[options.sound("investment", "adds"), "investment"])
    broken = known & ~records.data["investment"].isin(hours)
    rule = Say(
        "只有增加实训学时的投资才能分给多所院校使用", "only options that add hours can be used by several schools"
    )
    repair = Say("删去该行，或更正投资选项", "delete the row, or correct the option")
    return records.problems(np.flatnonzero(broken & records.sound("investment")), "investment", rule, repair)


def check_borrowers(tables: Tables) -> list[Problem]:
    """Nobody borrows from itself."""
    records = tables["agreements"]
    owner = attribute(records.data["resource"], tables["resources"], "unit")
    known = records.data["school"].isin(tables["schools"].data["school"])
    broken = ((owner == records.data["school"]) & known).to_numpy() & records.sound("resource", "school")
    rule = Say("借用院校不得是资源的所属单位", "the borrowing school must not own the resource")
    repair = Say(
        "更正借用院校或资源；本校资源不需协议", "correct the school or the resource; its own needs no agreement"
    )
    return records.problems(np.flatnonzero(broken), "school", rule, repair)


def check_kinds(tables: Tables) -> list[Problem]:
    """Hours that a program needs are of a kind that some resource has or some option adds: else nobody could be enrolled."""
    records, resources, options = tables["needs"], tables["resources"], tables["investments"]
    if resources.absent or resources.data.empty or not resources.sound("kind").all():
        return []  # hours are not judged, or the kind it means may be the one that is reported
    bought = options.data.loc[(options.data["adds"] == "hours").to_numpy(), "kind"]
    known = sorted({*resources.data["kind"], *bought} - {""})
    wanted = (records.data["hours"] > 0) & records.data["program"].isin(tables["offerings"].data["program"])
    unknown = wanted & ~records.data["kind"].isin(known)
    rule = Say(
        "实训类型须在“实训资源”或增加实训学时的投资选项中",
        "the kind must be one that a row of resources has or an option of investments adds hours of",
    )
    problems = []
    for i in np.flatnonzero(unknown.to_numpy() & records.sound("kind", "hours", "program")):
        kind = str(records.data["kind"].iloc[i])
        near = get_close_matches(kind, known, n=1)
        problems.append(records.problem(int(i), "kind", kind, rule, _which_kind(near, known)))
    return problems


def _which_kind(near: list[str], known: list[str]) -> Say:
    if near:
        return Say(f"是否指 {near[0]}？否则补上该类资源", f"did you mean {near[0]}? Otherwise add such a resource")
    some = known[:12]
    return Say(
        "补上该类资源，或删去该行；现有类型：" + "、".join(some),
        "add such a resource, or delete the row; the kinds are " + ", ".join(some),
    )
