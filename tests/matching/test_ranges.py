"""Certain ranges: by hand, against every possible hiring pattern, against a textbook formulation, and properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pulp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talentplan.matching import Ranges, certain_ranges

YEAR = 2030


def ranges(supply, demand, arcs, clusters=None, year=YEAR) -> Ranges:
    """supply: {program: persons}; demand: {(occupation, level): persons}; arcs: (program, occupation, level[, steps])."""
    return certain_ranges(
        pd.DataFrame([(p, year, n) for p, n in supply.items()], columns=["program", "year", "persons"]),
        pd.DataFrame([(o, lv, year, n) for (o, lv), n in demand.items()], columns=["occupation", "level", "year", "persons"]),
        pd.DataFrame([(*a, 0)[:4] for a in arcs], columns=["program", "occupation", "level", "steps"]),
        clusters,
    )  # fmt: skip


def of(frame: pd.DataFrame, code: str) -> tuple[float, float, str]:
    key = frame.columns[0]
    [row] = frame[frame[key] == code].to_dict("records")
    return row["least"], row["greatest"], row["verdict"]


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_a_graduate_with_two_doors_makes_neither_gap_certain():
    # 10 completers for 10 turners and 10 millers: one of the two goes without, nobody knows which
    found = ranges({"P": 10}, {("T", "s"): 10, ("M", "s"): 10}, [("P", "T", "s"), ("P", "M", "s")])
    assert of(found.occupations, "T") == (0, 10, "no_verdict")
    assert of(found.occupations, "M") == (0, 10, "no_verdict")
    assert of(found.programs, "P") == (0, 0, "placed")
    # the point gap halves them: 5 short each, and neither is certain
    assert found.occupations["point"].tolist() == pytest.approx([5, 5])
    assert found.occupations["point_verdict"].tolist() == ["gap", "gap"]
    assert found.uncertain_share == 1.0


def test_what_nobody_can_fill_is_a_definite_gap():
    # Q fills only T; of T's 12, 8 by Q and at most 10 by P: T lacks 0 to 4, M lacks 6 to 10, X lacks all its 3
    found = ranges(
        {"P": 10, "Q": 8}, {("T", "s"): 12, ("M", "s"): 12, ("X", "s"): 3},
        [("P", "T", "s"), ("P", "M", "s"), ("Q", "T", "s")],
    )  # fmt: skip
    assert of(found.occupations, "T") == (0, 4, "no_verdict")
    assert of(found.occupations, "M") == (2, 6, "gap")
    assert of(found.occupations, "X") == (3, 3, "gap")


def test_only_greatest_placements_count():
    # P could leave M empty by taking T from Q, but then one fewer is placed
    found = ranges(
        {"P": 5, "Q": 5}, {("T", "s"): 5, ("M", "s"): 5}, [("P", "T", "s"), ("P", "M", "s"), ("Q", "T", "s")]
    )
    assert of(found.occupations, "M") == (0, 0, "filled")
    assert of(found.programs, "Q") == (0, 0, "placed")
    # by the point gap T gets 7.5 for 5, rightly too many, and M lacks 2.5, which is not so
    assert found.occupations.set_index("occupation")["point"].to_dict() == pytest.approx({"M": 2.5, "T": -2.5})
    assert found.uncertain_share == 0.5


def test_surplus_of_programs_and_of_their_cluster():
    # 9 openings for 6 + 6: each program leaves 0 to 3, the two together exactly 3
    found = ranges(
        {"P": 6, "Q": 6, "R": 2}, {("T", "s"): 9}, [("P", "T", "s"), ("Q", "T", "s")], {"P": "A", "Q": "A", "R": ""}
    )
    assert of(found.programs, "P") == (0, 6 - 3, "no_verdict")
    assert of(found.programs, "Q") == (0, 3, "no_verdict")
    assert of(found.programs, "R") == (2, 2, "surplus")
    assert of(found.clusters, "A") == (3, 3, "surplus")
    assert found.clusters["cluster"].tolist() == ["A"]


def test_levels_of_an_occupation_stand_together():
    # 4 at s and 4 at h; 6 completers reach both levels: 2 short in all, whichever level it is
    found = ranges({"P": 6}, {("T", "s"): 4, ("T", "h"): 4}, [("P", "T", "s", 1), ("P", "T", "h", 0)])
    assert of(found.occupations, "T") == (2, 2, "gap")


def test_the_point_gap_keeps_to_the_own_level_where_there_is_one():
    found = ranges(
        {"P": 6, "Q": 3}, {("T", "s"): 4, ("T", "h"): 4, ("U", "s"): 2},
        [("P", "T", "s", 1), ("P", "T", "h", 0), ("Q", "U", "s", 1)],
    )  # fmt: skip
    assert dict(zip(found.occupations["occupation"], found.occupations["point"], strict=True)) == {"T": 2, "U": -1}
    assert found.occupations["point_verdict"].tolist() == ["gap", "too_many"]


def test_half_a_person_is_the_line():
    # T lacks .5 and .6 of a person; U is fed by both and never certain
    for lacking, verdict in ((0.5, "filled"), (0.6, "gap")):
        found = ranges({"P": 10 - lacking}, {("T", "s"): 10}, [("P", "T", "s")])
        assert of(found.occupations, "T") == (pytest.approx(lacking), pytest.approx(lacking), verdict)
    found = ranges({"P": 10.0}, {("T", "s"): 9.4}, [("P", "T", "s")])
    assert of(found.programs, "P")[2] == "surplus"


def test_years_are_apart_and_rows_without_anybody_left_out():
    supply = pd.DataFrame([("P", 2030, 5.0), ("P", 2031, 0.0)], columns=["program", "year", "persons"])
    demand = pd.DataFrame(
        [("T", "s", 2030, 5.0), ("T", "s", 2031, 4.0), ("U", "s", 2031, 0.0)],
        columns=["occupation", "level", "year", "persons"],
    )
    arcs = pd.DataFrame([("P", "T", "s", 0), ("P", "U", "s", 0)], columns=["program", "occupation", "level", "steps"])
    found = certain_ranges(supply, demand, arcs)
    assert found.occupations[["occupation", "year", "least"]].values.tolist() == [["T", 2030, 0.0], ["T", 2031, 4.0]]
    assert found.programs["year"].tolist() == [2030]
    assert found.clusters.empty


def test_nothing_at_all():
    found = ranges({}, {}, [])
    assert found.occupations.empty
    assert found.programs.empty
    assert np.isnan(found.uncertain_share)


def test_no_crosswalk_leaves_everything_short_and_over():
    found = ranges({"P": 3}, {("T", "s"): 4}, [])
    assert of(found.occupations, "T") == (4, 4, "gap")
    assert of(found.programs, "P") == (3, 3, "surplus")


# -- every possible hiring pattern -------------------------------------------------------------------------------------


def patterns(supply, demand, arcs):
    """Of every whole-number placement of the greatest size: what is left of the programs and of the jobs."""
    best, kept = -1, set()

    def place(k, left, open_, placed):
        nonlocal best, kept
        if k == len(arcs):
            if placed > best:
                best, kept = placed, set()
            if placed == best:
                kept.add((left, open_))
            return
        p, d = arcs[k]
        for n in range(min(left[p], open_[d]) + 1):
            place(
                k + 1, (*left[:p], left[p] - n, *left[p + 1 :]), (*open_[:d], open_[d] - n, *open_[d + 1 :]), placed + n
            )

    place(0, tuple(supply), tuple(demand), 0)
    return kept


def brute_force_agrees(seed: int) -> None:
    dice = np.random.default_rng(seed)
    programs, occupations, levels = (int(dice.integers(1, n)) for n in (4, 4, 3))
    jobs = [(f"O{o}", f"l{n}") for o in range(occupations) for n in range(levels)]
    supply, demand = dice.integers(0, 4, programs).tolist(), dice.integers(0, 4, len(jobs)).tolist()
    pairs = [(p, d) for p in range(programs) for d in range(len(jobs)) if dice.random() < 0.5][:7]
    cluster = {f"P{p}": f"C{p % 2}" for p in range(programs)}
    found = ranges(
        {f"P{p}": n for p, n in enumerate(supply)}, dict(zip(jobs, demand, strict=True)),
        [(f"P{p}", *jobs[d]) for p, d in pairs], cluster,
    )  # fmt: skip
    every = patterns(supply, demand, pairs)
    left = [{f"P{p}": n for p, n in enumerate(programs_left)} for programs_left, _ in every]
    short = [
        {o: sum(n for (code, _), n in zip(jobs, jobs_open, strict=True) if code == o) for o, _ in jobs}
        for _, jobs_open in every
    ]
    of_cluster = [{c: sum(n for p, n in one.items() if cluster[p] == c) for c in set(cluster.values())} for one in left]
    for frame, seen in ((found.occupations, short), (found.programs, left), (found.clusters, of_cluster)):
        for code, _, low, high in frame[[frame.columns[0], "year", "least", "greatest"]].itertuples(
            index=False, name=None
        ):
            numbers = [one[code] for one in seen]
            assert (low, high) == pytest.approx((min(numbers), max(numbers)), abs=1e-6), (seed, code)


@pytest.mark.parametrize("start", range(0, 120, 20))
def test_every_hiring_pattern(start):
    for seed in range(start, start + 20):
        brute_force_agrees(seed)


@pytest.mark.slow
def test_every_hiring_pattern_of_500_crosswalks():
    for seed in range(1000, 1500):
        brute_force_agrees(seed)


# -- a textbook formulation, fractions of persons ----------------------------------------------------------------------


def textbook(supply, demand, arcs, sign: int, of_jobs) -> float:
    """PuLP, in two steps: the greatest number placed, then the least (1) or greatest (-1) number in these jobs."""
    problem = pulp.LpProblem("placement", pulp.LpMinimize)
    flow = [pulp.LpVariable(f"x{k}", 0) for k in range(len(arcs))]
    for p, n in enumerate(supply):
        problem += pulp.lpSum(x for x, (a, _) in zip(flow, arcs, strict=True) if a == p) <= n
    for d, n in enumerate(demand):
        problem += pulp.lpSum(x for x, (_, b) in zip(flow, arcs, strict=True) if b == d) <= n
    problem += -pulp.lpSum(flow)
    problem.solve(pulp.PULP_CBC_CMD(msg=False))
    most = -pulp.value(problem.objective)
    problem += pulp.lpSum(flow) >= most - 1e-9
    chosen = pulp.lpSum(x for x, (_, b) in zip(flow, arcs, strict=True) if b in of_jobs)
    problem.setObjective(sign * chosen)
    problem.solve(pulp.PULP_CBC_CMD(msg=False))
    return float(pulp.value(chosen) or 0.0)


@pytest.mark.parametrize("seed", range(4))
def test_two_textbook_programs_say_the_same(seed):
    dice = np.random.default_rng(seed)
    jobs = [(f"O{o}", f"l{n}") for o in range(5) for n in range(2)]
    supply, demand = dice.uniform(0, 30, 6), dice.uniform(0, 20, len(jobs))
    arcs = [(p, d) for p in range(6) for d in range(len(jobs)) if dice.random() < 0.35]
    found = ranges(
        {f"P{p}": n for p, n in enumerate(supply)}, dict(zip(jobs, demand, strict=True)),
        [(f"P{p}", *jobs[d]) for p, d in arcs],
    )  # fmt: skip
    for o in range(5):
        mine = {d for d, (code, _) in enumerate(jobs) if code == f"O{o}"}
        openings = sum(demand[d] for d in mine)
        ends = openings - textbook(supply, demand, arcs, -1, mine), openings - textbook(supply, demand, arcs, 1, mine)
        assert of(found.occupations, f"O{o}")[:2] == pytest.approx(ends, abs=1e-5)


# -- properties --------------------------------------------------------------------------------------------------------


def random_market(seed: int):
    dice = np.random.default_rng(seed)
    years = [2030, 2031, 2032]
    supply = pd.DataFrame(
        [(f"P{p}", y, dice.uniform(0, 40)) for p in range(8) for y in years], columns=["program", "year", "persons"]
    )
    demand = pd.DataFrame(
        [(f"O{o}", f"l{n}", y, dice.uniform(0, 25)) for o in range(7) for n in range(2) for y in years],
        columns=["occupation", "level", "year", "persons"],
    )
    arcs = pd.DataFrame(
        [(f"P{p}", f"O{o}", f"l{n}", 0) for p in range(8) for o in range(7) for n in range(2) if dice.random() < 0.25],
        columns=["program", "occupation", "level", "steps"],
    )
    return supply, demand, arcs, {f"P{p}": f"C{p % 3}" for p in range(8)}


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_row_order_never_matters(seed):
    *frames, clusters = random_market(seed)
    found = certain_ranges(*frames, clusters)
    other = certain_ranges(*(frame.sample(frac=1, random_state=seed) for frame in frames), clusters)
    for name in ("occupations", "programs", "clusters"):
        pd.testing.assert_frame_equal(getattr(found, name), getattr(other, name))


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_ends_enclose_and_add_up(seed):
    supply, demand, arcs, clusters = random_market(seed)
    found = certain_ranges(supply, demand, arcs, clusters)
    for frame, size in ((found.occupations, "openings"), (found.programs, "local"), (found.clusters, "local")):
        assert (frame["least"] >= 0).all()
        assert (frame["least"] <= frame["greatest"] + 1e-6).all()
        assert (frame["greatest"] <= frame[size] + 1e-6).all()
    # all shortages together are openings less the greatest number placed, and lie between the sums of the ends
    ends = found.occupations.groupby("year")[["least", "greatest", "openings"]].sum()
    left = found.programs.groupby("year")[["least", "greatest", "local"]].sum()
    assert (ends["openings"] - ends["greatest"] <= left["local"] - left["least"] + 1e-6).all()
    assert (left["local"] - left["greatest"] <= ends["openings"] - ends["least"] + 1e-6).all()
    # a cluster is never surer than its programs allow
    own = found.programs.assign(cluster=found.programs["program"].map(clusters)).groupby(["cluster", "year"])
    both = found.clusters.set_index(["cluster", "year"]).join(own[["least", "greatest"]].sum(), rsuffix="_sum")
    assert (both["least"] >= both["least_sum"] - 1e-6).all()
    assert (both["greatest"] <= both["greatest_sum"] + 1e-6).all()


@settings(max_examples=15)
@given(st.integers(0, 10_000))
def test_another_door_never_makes_a_gap_larger_for_certain(seed):
    supply, demand, arcs, _ = random_market(seed)
    more = pd.concat([arcs, pd.DataFrame([("P0", "O0", "l0", 0), ("P1", "O3", "l1", 0)], columns=arcs.columns)])
    before, after = (certain_ranges(supply, demand, links).occupations for links in (arcs, more))
    assert (after["least"] <= before["least"] + 1e-6).all()
