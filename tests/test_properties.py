"""What must hold of every linear plan, whatever the region."""

import copy
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from tests.random_cases import random_draft
from tests.random_draft import Draft
from tests.solved import Solved, solve

from talentplan.allocation.build import COHORTS, build, make_space
from talentplan.demand import forecast_openings
from talentplan.errors import ImpossibleError
from talentplan.plan import solve_plan
from talentplan.plan.audit_flows import step_forward
from talentplan.supply import cohorts

SEEDS = st.integers(0, 100_000)
FEW = settings(max_examples=8)


def planned(draft: Draft) -> Solved:
    """The solved case; a case without any plan is no example."""
    try:
        return solve(draft.build())
    except ImpossibleError:
        assume(False)
        raise


@FEW
@given(SEEDS)
def test_persons_are_conserved(seed):
    solved = planned(random_draft(seed))
    tables, lines = solved.tables, solved.cohorts.offerings.set_index("offering")
    done = tables["completions"].set_index(["offering", "year"])
    ways = done[["passed", "outside", "in_job", "away", "local"]]
    assert (ways >= -1e-7).all(axis=None)
    np.testing.assert_allclose(ways.sum(axis=1), done["completions"], atol=1e-6)

    arrivals = tables["intake"].pivot_table(index="offering", columns="year", values="registered").loc[lines.index]
    years = arrivals.columns
    passed = tables["progression"].query("year in @years")
    if len(passed):
        into = passed.groupby(["to_offering", "year"])["passed"].sum().unstack().reindex_like(arrivals).fillna(0.0)
        fed = lines["pathway_fed"]
        np.testing.assert_allclose(arrivals[fed], into[fed], atol=1e-6)
        assert (into <= arrivals + 1e-6).all(axis=None)

    # nobody comes out of nothing: on roll now <= on roll before + arrivals - completions, by line where nobody changes to it
    roll = tables["enrolment"].pivot_table(index="offering", columns="year", values="enrolled").loc[lines.index, years]
    before = roll.shift(1, axis=1)
    before[years[0]] = solved.cohorts.enrolled_before
    left = done["completions"].unstack().loc[lines.index, years]
    most = before + arrivals - left
    entered = solved.cohorts.grades.moves["target"].unique()
    assert (roll <= most + 1e-6).drop(index=lines.index[entered]).all(axis=None)
    assert (roll.sum() <= most.sum() + 1e-6).all()

    supply = done.join(lines["program"]).groupby(["program", "year"])["local"].sum()
    used = tables["surplus"].set_index(["program", "year"])
    np.testing.assert_allclose(used["placed"] + used["surplus"], supply.reindex(used.index), atol=1e-6)
    jobs = tables["balance"]
    np.testing.assert_allclose(jobs["placed"] + jobs["shortage"], jobs["openings"], atol=1e-6)
    assert jobs["placed"].sum() == pytest.approx(used["placed"].sum(), abs=1e-5)


@settings(max_examples=4)
@given(SEEDS, SEEDS)
def test_the_order_of_rows_never_changes_the_plan(seed, order):
    draft = random_draft(seed)
    mixed = copy.deepcopy(draft)
    for table in mixed.tables.values():
        Random(order).shuffle(table)
    case, other = draft.build(), mixed.build()
    assert case.fingerprint == other.fingerprint
    try:
        one = solve_plan(case)
    except ImpossibleError:
        assume(False)
        raise
    two = solve_plan(other)
    for name, table in one.tables.items():
        assert table.to_csv().encode() == two.table(name).to_csv().encode(), name


def optimum(draft: Draft) -> float:
    """Objective of the best linear plan; infinite where there is none."""
    try:
        return solve(draft.build()).solution.lp_objective
    except ImpossibleError:
        return np.inf


def more_money(draft: Draft) -> None:
    for entry in draft.settings["budget"]:
        entry["amount"] = entry["amount"] * 1.3 + 1e5


def more_places(draft: Draft) -> None:
    for row in [*draft.tables["schools"], *draft.tables["offerings"]]:
        if row.get("places") is not None:
            row["places"] += 40.0


def more_teachers(draft: Draft) -> None:
    for school in draft.tables["schools"]:
        school["hire_max"] += 1.0
        if school.get("teachers_general") is not None:
            school["teachers_general"] += 2.0
    for row in draft.tables.get("specialists", ()):
        row["persons"] += 2.0


def more_hours(draft: Draft) -> None:
    for row in draft.tables.get("resources", ()):
        row["workplaces"] += 5.0


def more_entrants(draft: Draft) -> None:
    for row in draft.tables.get("entrants", ()):
        row["persons"] += 25.0


def more_room_to_change(draft: Draft) -> None:
    change = draft.settings["policy"]["change"]
    for name in ("max_open", "max_close"):
        change[name] = None if change[name] is None else change[name] + 1
    change["points_share"] = None


@pytest.mark.parametrize(
    "relax", [more_money, more_places, more_teachers, more_hours, more_entrants, more_room_to_change]
)
@settings(max_examples=4)
@given(seed=SEEDS)
def test_more_of_anything_is_never_worse(relax, seed):
    draft = random_draft(seed)
    tight = optimum(draft)
    relax(draft)
    loose = optimum(draft)
    assert loose <= tight + 1e-6 * max(1.0, abs(tight)) if np.isfinite(tight) else True


PERSONS = {
    "intake_history": ["plan", "registered"], "roll": ["persons"], "openings": ["persons"], "entrants": ["persons"],
    "schools": ["places", "teachers_general", "teachers_specialist", "hire_max", "teaching_area", "equipment"], "specialists": ["persons"],
    "offerings": ["places", "min_plan", "max_plan", "class_min", "class_max", "fixed_cost"], "pathways": ["seats"],
    "programs": ["class_min", "class_max"], "resources": ["workplaces"], "agreements": ["hours_max"],
    "teacher_agreements": ["teachers_max"],
    "investments": ["amount", "cost", "cost_first"], "reserved_seats": ["seats"],
}  # fmt: skip


def doubled(draft: Draft) -> Draft:
    """The same region with twice as many of everything; shares, rates and prices stay."""
    twice = copy.deepcopy(draft)
    for table, columns in PERSONS.items():
        for row in twice.tables.get(table, ()):
            for column in columns:
                if row.get(column) is not None:
                    row[column] *= 2
    for entry in twice.settings["budget"]:
        entry["amount"] *= 2
    for total in twice.settings["totals"]:
        for column in ("least", "greatest"):
            if column in total:
                total[column] *= 2
    for compared in twice.settings["fairness"]:
        compared["weight"] *= 2
    twice.rules = [replace(rule, parameters=_doubled_sizes(rule.parameters)) for rule in twice.rules]
    twice.settings["policy"]["relative_floor"] *= 2
    twice.settings["policy"]["fill_weight"] *= 2
    return twice


def _doubled_sizes(parameters):
    """A program of a school twice as large has twice as many students; ratios and counts of lines stay."""
    return {name: 2 * value if name == "students_per_program" else value for name, value in parameters.items()}


@FEW
@example(7012)  # a school restricted for its buildings and equipment
@given(SEEDS)
def test_a_doubled_region_doubles_the_objective(seed):
    draft = random_draft(seed)
    once = optimum(draft)
    assume(np.isfinite(once))
    assert optimum(doubled(draft)) == pytest.approx(2 * once, rel=1e-6, abs=1e-6)


@settings(max_examples=20)
@given(SEEDS)
def test_lag_coefficients_equal_year_by_year_stepping(seed):
    case = random_draft(seed).build()
    inherited = cohorts(case)
    space = build(make_space(case, forecast_openings(case), inherited), COHORTS)
    columns = space.builder.columns
    value = np.random.default_rng(seed).uniform(
        0, 100, 1 + max(int(b.positions.max(initial=0)) for b in columns.values())
    )
    plan, passed = columns["plan"], columns["passed"]
    intake = plan.index.assign(plan=value[plan.positions])
    progression = passed.index.assign(passed=value[passed.positions], broken=0.0)
    taught = columns.get("taught_out", passed)
    persons = value[taught.positions] if "taught_out" in columns else 0.0
    progression = progression.merge(taught.index.assign(taught_out=persons), on=["pathway", "year"], how="left")
    progression = progression.fillna({"taught_out": 0.0})
    flows = step_forward(case, inherited, {"intake": intake, "progression": progression})

    cells = len(inherited.offerings) * len(inherited.years)

    def told(terms, constant):
        found = np.zeros(cells)
        np.add.at(found, terms.key, terms.coefficient * value[terms.column])
        return found.reshape(constant.shape) + constant

    nothing = np.zeros_like(inherited.inherited_enrolled)
    np.testing.assert_allclose(told(space.entrants, nothing), flows.entrants, atol=1e-8)
    enrolled = told(space.on_roll(space.entrants), inherited.inherited_enrolled)
    load = told(space.on_roll(space.full), inherited.inherited_enrolled)
    np.testing.assert_allclose(enrolled, flows.enrolled, atol=1e-8)
    np.testing.assert_allclose(load, flows.load, atol=1e-8)
    np.testing.assert_allclose(told(space.completions, inherited.inherited_completions), flows.completions, atol=1e-8)
