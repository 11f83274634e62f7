"""Students as an absorbing Markov chain over years of study: completing and leaving are its ends.

A state is a line, a year of study and how often its students have repeated so far. Q[s, u] is the share of those in
state s who are in state u a year later, N = (I - Q)^-1 the expected years in u of somebody who starts in s (Kemeny and
Snell, Finite Markov Chains, 1960; for students: Stone, Demographic Accounting and Model-Building, OECD 1971).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.linalg import splu

from talentplan.supply.grades import Grades

__all__ = [
    "GradeFlow",
    "by_grade",
    "completion_shares",
    "entrant_states",
    "expected_years",
    "fundamental",
    "grade_flow",
    "step",
]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class GradeFlow:
    """The chain of a case.

    line, grade, repeated: int[state], position of the offering, year of study (1 is the first), years repeated so far.
    onward: float[state, state], sparse, Q. completing: float[state], share who complete in the summer that follows.
    first: int[offering], the state of its entrants. lines: float[state, offering], sparse, 1 where the state is one of
    the line's. finishing: float[state, offering], sparse, who completes the line.
    """

    line: Ints
    grade: Ints
    repeated: Ints
    onward: sp.csr_array
    completing: Floats
    first: Ints
    lines: sp.csr_array
    finishing: sp.csr_array


def grade_flow(grades: Grades) -> GradeFlow:
    """The states of all lines and what leads from one to another."""
    width = grades.more_years + 1
    size = grades.duration * width
    first = np.cumsum(size) - size
    line = np.repeat(np.arange(len(size)), size)
    state = np.arange(len(line))
    year, repeated = np.divmod(state - first[line], width)
    go_on, repeat = grades.go_on[line, year], grades.repeat[line, year]
    last = year == grades.duration[line] - 1
    again = repeated < grades.more_years
    moves = grades.moves
    move, times = np.repeat(np.arange(len(moves)), width), np.tile(np.arange(width), len(moves))
    source, target, grade, share = (moves[c].to_numpy()[move] for c in ("source", "target", "grade", "share"))
    start = np.concatenate([state[~last], state[again], first[source] + (grade - 1) * width + times])
    end = np.concatenate([state[~last] + width, state[again] + 1, first[target] + grade * width + times])
    shares = np.concatenate([go_on[~last], repeat[again], share])
    some = shares > 0
    shape = (len(state), len(state))
    completing = np.where(last, go_on, 0.0)
    lines = sp.csr_array((np.ones(len(state)), (state, line)), shape=(len(state), len(size)))
    return GradeFlow(
        line=line,
        grade=year + 1,
        repeated=repeated,
        onward=sp.csr_array(sp.coo_array((shares[some], (start[some], end[some])), shape=shape)),
        completing=completing,
        first=first,
        lines=lines,
        finishing=sp.csr_array(sp.diags_array(completing) @ lines),
    )


def entrant_states(flow: GradeFlow) -> sp.csr_array:
    """float[offering, state], sparse: 1 where the entrants of each line begin."""
    lines = len(flow.first)
    return sp.csr_array((np.ones(lines), (np.arange(lines), flow.first)), shape=(lines, len(flow.line)))


def step(flow: GradeFlow, start: Floats, entrants: Floats) -> tuple[Floats, Floats]:
    """Those on roll, float[state, year], in every autumn, and completions, float[offering, year], in the summer before it.

    start: float[state], persons on roll in the autumn before the first year; entrants: float[offering, year], persons who
    enter in autumn.
    """
    present, onward, finishing = np.asarray(start, dtype=np.float64), flow.onward.T.tocsr(), flow.finishing.T.tocsr()
    on_roll = np.zeros((len(present), entrants.shape[1]))
    completions = np.zeros(entrants.shape)
    for year in range(entrants.shape[1]):
        completions[:, year] = finishing @ present
        present = onward @ present
        present[flow.first] += entrants[:, year]
        on_roll[:, year] = present
    return on_roll, completions


def by_grade(flow: GradeFlow, on_roll: Floats) -> Floats:
    """float[offering, grade, year]: persons on roll by year of study, from float[state, year]."""
    found = np.zeros((len(flow.first), int(flow.grade.max(initial=1)), on_roll.shape[1]))
    np.add.at(found, (flow.line, flow.grade - 1), on_roll)
    return found


def fundamental(flow: GradeFlow) -> sp.csr_array:
    """float[state, state], sparse, N = (I - Q)^-1: expected years in the column's state of who starts in the row's."""
    size = len(flow.line)
    return sp.csr_array(splu(_rest(flow)).solve(np.eye(size)))


def expected_years(flow: GradeFlow) -> Floats:
    """float[offering]: years an entrant is on roll, in whichever line, N 1."""
    return np.asarray(splu(_rest(flow)).solve(np.ones(len(flow.line)))[flow.first])


def completion_shares(flow: GradeFlow) -> Floats:
    """float[offering]: share of entrants who complete, in whichever line; the absorption probability N c."""
    return np.asarray(splu(_rest(flow)).solve(flow.completing)[flow.first])


def _rest(flow: GradeFlow) -> sp.csc_array:
    """I - Q."""
    return sp.csc_array(sp.eye_array(len(flow.line)) - flow.onward)
