"""What the tables of the enrolment plan must mean together: numbers of classes and reserved seats that fit a line, orders and mergers that can be."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.errors import Problem
from talentplan.workspace.cells import Say, attribute, show
from talentplan.workspace.meaning import Tables

__all__ = ["LAYOUT_MEANINGS"]

Floats = NDArray[np.float64]


def check_class_numbers(tables: Tables) -> list[Problem]:
    """Numbers of classes are whole, and only lines that recruit have a least one: pathways decide who comes into the others."""
    records = tables["offerings"]
    rule = Say("必须是整数", "must be a whole number")
    repair = Say("填整数个班", "write a whole number of classes")
    found = []
    for name in ("classes_min", "classes_max"):
        number = records.data[name].to_numpy(dtype=np.float64)
        broken = np.isfinite(number) & (number != np.round(number)) & records.sound(name)
        found += records.problems(np.flatnonzero(broken), name, rule, repair)
    fed = (records.data["entrant_group"] == "").to_numpy() & (records.data["classes_min"] > 0).to_numpy()
    rule = Say(
        "只由升学衔接进入的计划行不得规定最少班数",
        "a line entered by pathways only may not have a least number of classes",
    )
    repair = Say("留空，或填写招生对象", "leave it empty, or write the entrant group")
    fed &= records.sound("classes_min", "entrant_group")
    return [*found, *records.problems(np.flatnonzero(fed), "classes_min", rule, repair)]


def check_class_room(tables: Tables) -> list[Problem]:
    """The least number of classes fits under max_plan, and min_plan into the greatest number of classes."""
    records = tables["offerings"]
    sizes: dict[str, Floats] = {}
    for name in ("class_min", "class_max"):
        general = pd.to_numeric(attribute(records.data["program"], tables["programs"], name))
        sizes[name] = np.asarray(records.data[name].fillna(general), dtype=np.float64)
    fewest, most, low, high = (
        records.data[c].to_numpy(dtype=np.float64) for c in ("classes_min", "classes_max", "min_plan", "max_plan")
    )
    sound = records.sound("classes_min", "classes_max", "min_plan", "max_plan", "class_min", "class_max", "program")
    problems = []
    for i in np.flatnonzero(sound & (fewest * sizes["class_min"] > high)):
        rule = Say("最少班数乘最小班额不得大于计划数上限", "classes_min times the smallest class must be <= max_plan")
        repair = Say(
            f"最小班额为 {show(sizes['class_min'][i])}，计划数上限为 {show(high[i])}，更正其一",
            f"the smallest class is {show(sizes['class_min'][i])} and max_plan is {show(high[i])}; correct one of them",
        )
        problems.append(records.problem(int(i), "classes_min", show(fewest[i]), rule, repair))
    for i in np.flatnonzero(sound & (most * sizes["class_max"] < low)):
        rule = Say("最多班数乘最大班额不得小于计划数下限", "classes_max times the largest class must be >= min_plan")
        repair = Say(
            f"最大班额为 {show(sizes['class_max'][i])}，计划数下限为 {show(low[i])}，更正其一",
            f"the largest class is {show(sizes['class_max'][i])} and min_plan is {show(low[i])}; correct one of them",
        )
        problems.append(records.problem(int(i), "classes_max", show(most[i]), rule, repair))
    return problems


def check_reserved_lines(tables: Tables) -> list[Problem]:
    """Seats are reserved in lines that recruit: pathways decide who comes into the others."""
    records = tables["reserved_seats"]
    group = attribute(records.data["offering"], tables["offerings"], "entrant_group")
    broken = (group == "").to_numpy() & records.sound("offering")
    rule = Say("预留名额的计划行必须有招生对象", "seats must be reserved in an offering with an entrant group")
    repair = Say(
        "改填前段计划行，或在升学衔接中填写名额", "name the line that recruits them, or give the pathway its seats"
    )
    return records.problems(np.flatnonzero(broken), "offering", rule, repair)


def check_reserved_room(tables: Tables) -> list[Problem]:
    """The seats reserved in one line and year fit under its max_plan."""
    records = tables["reserved_seats"]
    sound = np.flatnonzero(records.sound("offering", "year", "seats"))
    rows = records.data.iloc[sound][["offering", "year", "seats"]].assign(position=sound)
    most = pd.to_numeric(attribute(rows["offering"], tables["offerings"], "max_plan"))
    rule = Say(
        "同一计划行同一年预留名额合计不得大于计划数上限",
        "the seats reserved in one offering and year must sum to at most its max_plan",
    )
    problems = []
    for offering, own in rows.assign(most=most).dropna(subset=["most"]).groupby("offering", sort=False):
        always = float(own.loc[own["year"] == 0, "seats"].sum())
        for year in sorted(set(own["year"]) - {0}) or [0]:
            total = always + (float(own.loc[own["year"] == year, "seats"].sum()) if year else 0.0)
            room = float(own["most"].iloc[0])
            if total > room:
                last = int(own.loc[own["year"].isin([0, year]), "position"].max())
                repair = Say(
                    f"计划行 {offering} 合计为 {show(total)}，计划数上限为 {show(room)}，更正其一",
                    f"the sum of {offering} is {show(total)} and max_plan is {show(room)}; correct one of the two",
                )
                problems.append(records.problem(last, "seats", show(records.data["seats"].iloc[last]), rule, repair))
                break
    return problems


def check_order_occupations(tables: Tables) -> list[Problem]:
    """An order class leads to an occupation that the program of its line prepares for."""
    records, links = tables["reserved_seats"], tables["crosswalk"]
    occupation = records.data["occupation"]
    program = attribute(records.data["offering"], tables["offerings"], "program")
    known = pd.MultiIndex.from_frame(links.data[["program", "occupation"]])
    linked = pd.MultiIndex.from_arrays([program, occupation]).isin(known)
    there = program.notna().to_numpy() & occupation.isin(tables["occupations"].data["occupation"]).to_numpy()
    broken = there & ~linked & records.sound("offering", "occupation")
    rule = Say(
        "就业职业须是专业职业对照中该计划行专业所对应的职业",
        "the crosswalk must link the program of the offering to the occupation",
    )
    repair = Say("更正职业，或在专业职业对照中补上这一行", "correct the occupation, or add the link to the crosswalk")
    return records.problems(np.flatnonzero(broken), "occupation", rule, repair)


def check_mergers(tables: Tables) -> list[Problem]:
    """Lines that merge recruit, are decided here and lead nowhere further: no line merges into one that merges itself."""
    records = tables["mergers"]
    before, after = records.data["from_offering"], records.data["to_offering"]
    found = []
    for name, codes in (("from_offering", before), ("to_offering", after)):
        group = attribute(codes, tables["offerings"], "entrant_group")
        control = attribute(codes, tables["offerings"], "control")
        broken = ((group == "") | (control == "given")).to_numpy() & records.sound(name)
        rule = Say(
            "合并或迁移的计划行须有招生对象，且不得为既定",
            "an offering that merges or moves must have an entrant group and not be given",
        )
        repair = Say(
            "删去该行，或更正计划行的招生对象和决定权",
            "delete the row, or correct the entrant group and control of the offering",
        )
        found += records.problems(np.flatnonzero(broken), name, rule, repair)
    level = [
        attribute(attribute(c, tables["offerings"], "program"), tables["programs"], "level") for c in (before, after)
    ]
    sound = records.sound("from_offering", "to_offering")
    apart = ((before == after) | ((level[0] != level[1]) & level[0].notna() & level[1].notna())).to_numpy() & sound
    rule = Say("须并入同层次的另一计划行", "an offering must merge into another one of the same level")
    repair = Say("更正两端的计划行", "correct the offerings at its two ends")
    found += records.problems(np.flatnonzero(apart), "to_offering", rule, repair)
    chain = after.isin(set(before)).to_numpy() & sound & ~apart
    rule = Say("并入的计划行本身不得再并出", "an offering that takes another one in must not merge itself")
    repair = Say("直接写明最后并入的计划行", "name the offering into which both go in the end")
    return [*found, *records.problems(np.flatnonzero(chain), "to_offering", rule, repair)]


LAYOUT_MEANINGS: tuple[Callable[[Tables], list[Problem]], ...] = (
    check_class_numbers,
    check_class_room,
    check_reserved_lines,
    check_reserved_room,
    check_order_occupations,
    check_mergers,
)
