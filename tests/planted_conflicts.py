"""Random cases that have a plan until one contradiction is planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.conflict_judge import judged_possible
from tests.random_cases import random_draft
from tests.random_draft import FIRST_YEAR, Draft

from talentplan.allocation import linear_program
from talentplan.demand import forecast_openings
from talentplan.errors import InputError, Statement
from talentplan.program import LinearProgram
from talentplan.supply import cohorts
from talentplan.workspace import build_case
from talentplan.workspace.case import Case, Rule

__all__ = ["KINDS", "Planted", "planted"]

Row = dict[str, Any]
Mark = tuple[str, Row]
"""What was planted: the kind of a statement, and what its place must say."""
Marks = list[Mark]


@dataclass
class Ground:
    """A draft that has a plan, and what plants need to know of it."""

    draft: Draft
    dice: Random
    rules: list[Rule] = field(default_factory=list)

    @property
    def last(self) -> dict[str, float]:
        """Plan number of last year by line."""
        rows = self.draft.tables["intake_history"]
        return {r["offering"]: r["plan"] for r in rows if r["year"] == FIRST_YEAR - 1}

    def lines(self, wanted: Callable[[Row], bool]) -> list[Row]:
        return [line for line in self.draft.tables["offerings"] if wanted(line)]

    def running(self) -> list[Row]:
        """Direct lines that enrolled last year and are not given."""
        last = self.last
        return self.lines(lambda r: r["offering"] in last and r["entrant_group"] != "" and r["control"] != "given")

    def total(self, **wanted: Any) -> Mark:
        """One more total for next year."""
        self.draft.settings["totals"].append({"year": FIRST_YEAR, **wanted})
        return "total", {"total": len(self.draft.settings["totals"]) - 1}

    def change(self, **wanted: Any) -> None:
        self.draft.settings["policy"]["change"] |= wanted

    def few_entrants(self, group: str) -> Mark:
        """Three persons of a group in the whole region."""
        rows = [r for r in self.draft.tables.get("entrants", []) if r["entrant_group"] != group]
        self.draft.tables["entrants"] = [
            *rows,
            {"origin": "town", "entrant_group": group, "year": FIRST_YEAR, "persons": 3.0},
        ]
        self.draft.tables["catchments"] = []
        return "entrants", {"entrant_group": group}

    def give(self, line: Row) -> Mark:
        """The line keeps last year's number."""
        line |= {"control": "given", "max_plan": None, "min_plan": 0.0}
        return "given", {"offering": line["offering"]}

    def own(self, school: str) -> float:
        """Plan numbers of a school last year."""
        return sum(self.last.get(r["offering"], 0.0) for r in self.lines(lambda r: r["school"] == school))


def total_beyond_places(ground: Ground) -> Marks:
    """A school is to enrol more than it has room for, whoever is there already."""
    schools = [s for s in ground.draft.tables["schools"] if s.get("places")]
    if not schools:
        return []
    school = ground.dice.choice(schools)
    return [ground.total(school=school["school"], least=school["places"] * 4 + 1000.0)]


def total_beyond_growth(ground: Ground) -> Marks:
    """More than all lines together can grow to."""
    ground.change(classes_per_offering=ground.dice.choice([1, 2]))
    return [("up", {}), ground.total(least=float(ground.dice.randint(5000, 9000)))]


def two_totals(ground: Ground) -> Marks:
    """A school is to enrol at least more than at most."""
    line = ground.dice.choice(ground.running())
    most = float(ground.dice.randint(0, 60))
    first = ground.total(school=line["school"], greatest=most)
    return [first, ground.total(school=line["school"], least=most + ground.dice.randint(1, 30))]


def given_above_entrants(ground: Ground) -> Marks:
    """A line is given that draws more persons than there are."""
    line = ground.dice.choice(ground.running())
    return [ground.give(line), ground.few_entrants(line["entrant_group"])]


def no_money(ground: Ground) -> Marks:
    """New students cost money and there is none beyond what those on roll use."""
    for line in ground.draft.tables["offerings"]:
        line.update(cost=18000.0, grant=0.0)
    budget = [b for b in ground.draft.settings["budget"] if b["kind"] != "recurrent"]
    ground.draft.settings["budget"] = [*budget, {"kind": "recurrent", "amount": 0.0}]
    return [("recurrent_budget", {}), ground.total(least=3000.0)]


def least_above_a_rule(ground: Ground) -> Marks:
    """A rule takes a line to zero and its min_plan does not allow it."""
    history = ground.draft.tables["intake_history"]
    few = {r["offering"] for r in history if r["year"] == FIRST_YEAR - 1 and r["registered"] < r["plan"]}
    lines = [r for r in ground.running() if r["offering"] in few]
    if not lines:
        return []
    line = ground.dice.choice(lines)
    line["min_plan"], line["max_plan"] = float(ground.dice.randint(1, 20)), None
    share = {"share": 1.0, "years": 1}
    ground.rules.append(
        Rule("few", "no_intake_right", "报到不足不得招生", "no intake where too few came", "an order", "2026", share)
    )
    return [("ceiling:few", {}), ("min_plan", {"offering": line["offering"]})]


def least_above_growth(ground: Ground) -> Marks:
    """A line is to enrol more than it may grow to."""
    ground.change(classes_per_offering=1)
    ground.draft.settings["policy"]["relative_change"] = None
    line = ground.dice.choice(ground.running())
    line["min_plan"], line["max_plan"] = ground.last[line["offering"]] + 60.0, None
    return [("up", {}), ("min_plan", {"offering": line["offering"]})]


def least_above_places(ground: Ground) -> Marks:
    """A line is to enrol more than its places hold, whoever is there already."""
    ground.change(classes_per_offering=None)
    ground.draft.settings["policy"]["relative_change"] = None
    line = ground.dice.choice(ground.running())
    line.update(places=100.0, min_plan=2000.0, max_plan=None)
    return [("offering_places", {"offering": line["offering"]}), ("min_plan", {"offering": line["offering"]})]


def least_of_a_fed_line(ground: Ground) -> Marks:
    """A pathway-fed line is to enrol more than complete."""
    last = ground.last
    lines = ground.lines(lambda r: r["entrant_group"] == "" and r["offering"] in last and r["control"] != "given")
    if not lines:
        return []
    line = ground.dice.choice(lines)
    line["min_plan"], line["max_plan"] = 4000.0, None
    return [("min_plan", {"offering": line["offering"]})]


def fairness_above_a_total(ground: Ground) -> Marks:
    """A school keeps most of its numbers, and may not."""
    school = ground.dice.choice(ground.running())["school"]
    ground.draft.settings["fairness"] = [{"by": "school", "floor": 0.9, "weight": 0.0}]
    return [("fair_floor:0", {}), ground.total(school=school, greatest=float(int(ground.own(school) * 0.5)))]


def nothing_may_change(ground: Ground) -> Marks:
    """No line may change or open, yet the total is to rise."""
    ground.change(points_share=0.0, max_open=0, classes_per_offering=1)
    ground.draft.settings["policy"]["relative_change"] = None
    if any(r["entrant_group"] == "" or r["control"] == "given" for r in ground.draft.tables["offerings"]):
        return []
    last = sum(ground.last[r["offering"]] for r in ground.running())
    total = ground.total(least=last + float(ground.dice.randint(1, 40)))
    return [("points_changed", {}), ("open", {}), ("up", {}), ("down", {}), total]


def steady_total_that_rises(ground: Ground) -> Marks:
    """A school stays within a share of last year, and is to enrol far more."""
    school = ground.dice.choice(ground.running())["school"]
    steady = ground.total(relative=0.1, by_school=True)
    return [steady, ground.total(school=school, least=float(int(ground.own(school) * 1.3)) + 5.0)]


def given_above_a_total(ground: Ground) -> Marks:
    """A given line alone is more than the total of its school."""
    line = ground.dice.choice(ground.running())
    most = float(int(ground.last[line["offering"]] * 0.6))
    return [ground.give(line), ground.total(school=line["school"], greatest=most)]


def too_few_teachers(ground: Ground) -> Marks:
    """Two teachers, nobody to be hired, and a total for thousands."""
    chosen = ground.dice.choice(ground.running())["school"]
    few = {"teachers_general": 1.0, "teachers_specialist": 1.0, "hire_max": 0.0, "students_per_teacher": 18.0}
    next(s for s in ground.draft.tables["schools"] if s["school"] == chosen).update(few)
    ground.change(classes_per_offering=None)
    ground.draft.settings["policy"]["relative_change"] = None
    return [("school_teachers", {"school": chosen}), ground.total(school=chosen, least=3000.0)]


def too_few_workplaces(ground: Ground) -> Marks:
    """One workplace, nothing to borrow or to buy, and a total for thousands."""
    school, tables = ground.dice.choice(ground.running())["school"], ground.draft.tables
    tables["needs"] = [{"program": p["program"], "kind": "lathe", "hours": 100.0} for p in tables["programs"]]
    tables["resources"] = [
        {"resource": "one", "name_zh": "one", "unit": school, "kind": "lathe", "workplaces": 1.0, "hours": 1000.0}
    ]
    tables["agreements"], tables["investments"] = [], []
    ground.draft.settings["budget"] = [b for b in ground.draft.settings["budget"] if b["kind"] != "investment"]
    ground.change(classes_per_offering=None)
    ground.draft.settings["policy"]["relative_change"] = None
    return [("training_hours", {}), ground.total(school=school, least=3000.0)]


def no_closures_and_nobody_comes(ground: Ground) -> Marks:
    """No line may close, and there are fewer entrants than one class."""
    ground.change(max_close=0)
    return [("close", {}), ground.few_entrants(ground.dice.choice(ground.running())["entrant_group"])]


def classes_that_do_not_add_up(ground: Ground) -> Marks:
    """A school whose classes all hold thirty is to enrol seven more than whole classes give."""
    lines = ground.draft.tables["offerings"]
    odd = {r["school"] for r in lines if r["entrant_group"] == "" or r["control"] == "given"}
    schools = {r["school"] for r in ground.running()} - odd
    if not schools:
        return []
    school = ground.dice.choice(sorted(schools))
    for line in ground.lines(lambda r: r["school"] == school):
        line.update(class_min=30.0, class_max=30.0)
    wanted = float(int(ground.own(school) // 30) * 30 + 7)
    return [ground.total(school=school, least=wanted, greatest=wanted)]


def classes_below_a_total(ground: Ground) -> Marks:
    """A school is to enrol more than the classes it may open hold."""
    school = ground.dice.choice(ground.running())["school"]
    lines = ground.lines(lambda r: r["school"] == school)
    if any(r["entrant_group"] == "" or r["control"] == "given" or r["min_plan"] > 20 for r in lines):
        return []
    ground.change(classes_per_offering=None)
    ground.draft.settings["policy"]["relative_change"] = None
    for line in lines:
        line.update(class_min=20.0, class_max=30.0, classes_min=None, classes_max=1.0, max_plan=None)
    total = ground.total(school=school, least=30.0 * len(lines) + ground.dice.randint(1, 40))
    return [("classes_max", {"offering": line["offering"]}) for line in lines] + [total]


def total_of_every_year(ground: Ground) -> Marks:
    """A total that no year can hold, stated once for all of them."""
    ground.change(classes_per_offering=1)
    ground.draft.settings["policy"]["relative_change"] = None
    return [ground.total(year=None, least=float(ground.dice.randint(20000, 30000)))]


def floors_above_a_total_of_every_year(ground: Ground) -> Marks:
    """The lines of a school have floors that together are more than it may enrol in any year."""
    school = ground.dice.choice(ground.running())["school"]
    lines = [r for r in ground.running() if r["school"] == school and ground.last[r["offering"]] >= 20]
    if not lines:
        return []
    for line in lines:
        line.update(min_plan=float(int(ground.last[line["offering"]] * 0.8)), max_plan=None)
    most = float(int(sum(line["min_plan"] for line in lines) * 0.7))
    floors = [("min_plan", {"offering": line["offering"]}) for line in lines]
    return [*floors, ground.total(year=None, school=school, greatest=most)]


def half_the_money_of_every_year(ground: Ground) -> Marks:
    """Half of what students cost is there in any year, and a school keeps what it enrols."""
    for line in ground.draft.tables["offerings"]:
        line.update(cost=18000.0, fixed_cost=0.0, grant=0.0)
    line = ground.dice.choice(ground.running())
    line["min_plan"], line["max_plan"] = ground.last[line["offering"]], None
    if line["min_plan"] < 10:
        return []
    budget = [b for b in ground.draft.settings["budget"] if b["kind"] != "recurrent"]
    ground.draft.settings["budget"] = [*budget, {"kind": "recurrent", "amount": 18000.0}]
    return [("recurrent_budget", {}), ("min_plan", {"offering": line["offering"]})]


def frozen_line_of_a_school_that_ends(ground: Ground) -> Marks:
    """A line is given in a school that is to enrol nobody in any year."""
    line = ground.dice.choice(ground.running())
    return [ground.give(line), ground.total(year=None, school=line["school"], greatest=0.0)]


def reserved_above_what_may_grow(ground: Ground) -> Marks:
    """An order class is larger than its line may become."""
    ground.change(classes_per_offering=1)
    ground.draft.settings["policy"]["relative_change"] = None
    line = ground.dice.choice(ground.running())
    line["max_plan"] = None
    seats = ground.last[line["offering"]] + 400.0
    rows = ground.draft.tables.setdefault("reserved_seats", [])
    rows.append(
        {"reservation": "own", "offering": line["offering"], "seats": seats, "kind": "order_class", "year": FIRST_YEAR}
    )
    return [("reserved", {"offering": line["offering"]})]


def entrants_below_the_fewest_classes(ground: Ground) -> Marks:
    """No line may close, and one is to open more classes than persons come for."""
    ground.change(max_close=0)
    line = ground.dice.choice(ground.running())
    line.update(classes_min=2.0, classes_max=None, max_plan=None)
    return [("close", {}), ground.few_entrants(line["entrant_group"])]


def steady_and_halved(ground: Ground) -> Marks:
    """Every school stays within a share of last year, while all of them together are to halve."""
    if any(r["entrant_group"] == "" for r in ground.draft.tables["offerings"]):
        return []
    steady = ground.total(relative=0.1, by_school=True)
    return [steady, ground.total(greatest=float(int(sum(ground.last.values()) * 0.5)))]


def floor_above_teachers_of_every_year(ground: Ground) -> Marks:
    """A line keeps a thousand persons a year in a school of two teachers that hires nobody."""
    line = ground.dice.choice(ground.running())
    few = {"teachers_general": 1.0, "teachers_specialist": 1.0, "hire_max": 0.0, "students_per_teacher": 18.0}
    next(s for s in ground.draft.tables["schools"] if s["school"] == line["school"]).update(few)
    ground.change(classes_per_offering=None)
    ground.draft.settings["policy"]["relative_change"] = None
    line.update(min_plan=1000.0, max_plan=None, classes_max=None)
    return [("school_teachers", {"school": line["school"]}), ("min_plan", {"offering": line["offering"]})]


def fairness_of_groups_that_fall(ground: Ground) -> Marks:
    """Each entrant group keeps most of its numbers, while the region is to halve."""
    ground.draft.settings["fairness"] = [{"by": "entrant_group", "floor": 0.95, "weight": 0.0}]
    return [("fair_floor:0", {}), ground.total(greatest=float(int(sum(ground.last.values()) * 0.5)))]


REDEFINES = (
    classes_that_do_not_add_up,
    classes_below_a_total,
)  # also changes what is no statement: how large the classes of a school are
WHOLE = (no_closures_and_nobody_comes, classes_that_do_not_add_up, entrants_below_the_fewest_classes)
KINDS: dict[str, Callable[[Ground], Marks]] = {
    plant.__name__: plant
    for plant in (
        total_beyond_places, total_beyond_growth, two_totals, given_above_entrants, no_money, least_above_a_rule,
        least_above_growth, least_above_places, least_of_a_fed_line, fairness_above_a_total, nothing_may_change, steady_total_that_rises,
        given_above_a_total, too_few_teachers, too_few_workplaces, classes_below_a_total, total_of_every_year,
        floors_above_a_total_of_every_year, half_the_money_of_every_year, frozen_line_of_a_school_that_ends, reserved_above_what_may_grow,
        steady_and_halved, floor_above_teachers_of_every_year, fairness_of_groups_that_fall, *WHOLE,
    )
}  # fmt: skip


@dataclass(frozen=True)
class Planted:
    """A case that had a plan before a contradiction was planted, its program, and what was planted.

    redefines: the plant also changed what is no statement, so that others may clash without it.
    """

    case: Case
    program: LinearProgram
    marks: Marks
    redefines: bool = False

    def has(self, statement: Statement) -> bool:
        """Whether a statement is one of those planted."""
        return any(
            statement.kind == kind and any(place.items() <= dict(p).items() for p in statement.places)
            for kind, place in self.marks
        )


def planted(kind: str, count: int, seed: int) -> list[Planted]:
    """The first so many random cases after a seed that have a plan by CBC, and none with a contradiction of this kind."""
    plant, found = KINDS[kind], []
    while len(found) < count:
        seed += 1
        whole = plant in WHOLE or seed % 4 == 0
        draft = random_draft(seed, whole_classes=whole)
        ground = Ground(draft, Random(seed))
        before = draft.build()
        marks = plant(ground) if ground.running() else []
        if not marks or not judged_possible(_program(before)):
            continue
        try:
            case = build_case(draft.settings, draft.tables, ground.rules)
        except InputError:  # what was planted is refused before anything is solved
            continue
        program = _program(case)
        if not judged_possible(program):
            found.append(Planted(case, program, marks, plant in REDEFINES))
    return found


def _program(case: Case) -> LinearProgram:
    return linear_program(case, forecast_openings(case), cohorts(case))
