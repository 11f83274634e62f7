"""A first whole-class plan from the linear program: fix decisions in rounds, solve again from the last basis."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from talentplan.program import LinearProgram, Outcome, Session

__all__ = ["dive"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
YES = 0.3  # openings and closures the relaxation wants less are left out
ROUNDS = 5


def dive(program: LinearProgram, session: Session, relaxed: Floats) -> Outcome | None:
    """A feasible point of the whole program near its relaxation `relaxed` float[column], or None where rounding fails.

    `session` holds the relaxation, just solved; its bounds and integrality are used up. First what opens, closes and changes is
    decided in rounds, then classes, purchases and whole numbers; after each the linear program is solved again. Nothing
    here proves anything: the bound comes from the relaxation.
    """
    session.drop_integrality()
    point = _decide(program, session, relaxed)
    for step in (_classes, _purchases):
        columns, *choices = step(program, point)
        if not len(columns):
            continue
        for value in choices:
            session.set_bounds(columns, value, value)
            outcome = session.solve()
            if outcome.status == "optimal":
                point = outcome.x
                break
        else:
            return None
    return _whole_numbers(program, session, point)


def _decide(program: LinearProgram, session: Session, x: Floats) -> Floats:
    """Say yes to the decisions the relaxation wants most, a part of what is allowed at a time; in the end no to the rest."""
    families = [
        (name, _block(program, name), least) for name, least in (("opens", YES), ("closes", YES), ("changes", 0.0))
    ]
    families = [(name, columns, least) for name, columns, least in families if len(columns)]
    for turn in range(ROUNDS + 1):
        columns, values = [], []
        for name, block, least in families:
            taken = x[block] > 1 - 1e-6
            if turn == ROUNDS:
                chosen, value = block, taken.astype(np.float64)
            else:
                room = _allowed(program, name) - int(taken.sum())
                order = np.argsort(-np.where(taken, -1.0, x[block]), kind="stable")[: max(0, -(-room // 2))]
                chosen = np.union1d(block[taken], block[order[x[block[order]] > max(least, 1e-6)]])
                value = np.ones(len(chosen))
            columns.append(chosen)
            values.append(value)
        if not columns:
            return x
        fixed = np.concatenate(columns)
        session.set_bounds(fixed, np.concatenate(values), np.concatenate(values))
        outcome = session.solve()
        if outcome.status != "optimal":
            session.set_bounds(fixed, program.lower[fixed], program.upper[fixed])
            return x
        x = outcome.x
    return x


def _allowed(program: LinearProgram, name: str) -> int:
    """How many decisions of a family may be yes in the whole-class years together."""
    rows = program.rows.get({"opens": "open", "closes": "close", "changes": "points_changed"}[name])
    block = program.columns[name]
    years = np.unique(block.index["year"].to_numpy()[_block(program, name) - block.start])
    if rows is None:
        return len(block)
    mine = np.isin(rows.index["year"].to_numpy(), years)
    return int(np.floor(program.row_upper[rows.positions[mine]].sum() + 1e-9))


def _block(program: LinearProgram, name: str) -> Ints:
    """Whole columns of a block."""
    found = program.columns.get(name)
    return np.zeros(0, np.int64) if found is None else found.positions[program.integer[found.positions]]


def _classes(program: LinearProgram, x: Floats) -> tuple[Ints, *tuple[Floats, ...]]:
    """The number of classes nearest to what the plan number asks for."""
    columns = _block(program, "classes")
    if not len(columns):
        return columns, np.zeros(0)
    rows = program.rows["class_most"]
    # p <= class_max k and p >= class_min k: read p and the sizes back from the rows
    matrix = program.matrix[rows.positions][:, columns].diagonal()
    largest = -matrix
    smallest = -program.matrix[program.rows["class_least"].positions][:, columns].diagonal()
    plan = x[_plans_of(program, columns)]
    fewest = np.ceil(plan / largest - 1e-6)
    fits = fewest * smallest <= plan + 1e-6
    lower = np.maximum(fewest - 1, 0)
    nearer = np.abs(plan - lower * largest) < np.abs(fewest * smallest - plan)
    return columns, np.where(fits | ~nearer, fewest, lower)


def _plans_of(program: LinearProgram, classes: Ints) -> Ints:
    plan, block = program.columns["plan"], program.columns["classes"]
    key = plan.index.set_index(["offering", "year"]).index
    wanted = block.index.iloc[classes - block.start].set_index(["offering", "year"]).index
    return np.asarray(plan.start + key.get_indexer(wanted), dtype=np.int64)


def _purchases(program: LinearProgram, x: Floats) -> tuple[Ints, *tuple[Floats, ...]]:
    columns = _block(program, "bought")
    return columns, np.round(x[columns]), np.floor(x[columns] + 1e-6)


def _whole_numbers(program: LinearProgram, session: Session, x: Floats) -> Outcome | None:
    """Round half of the numbers that are not whole at a time, those nearest to a whole number first; one by one where that fails."""
    left, share = np.flatnonzero(program.integer), 2
    while True:
        away = np.abs(x[left] - np.round(x[left]))
        done = left[away <= 1e-6]
        session.set_bounds(done, np.round(x[done]), np.round(x[done]))
        left = left[np.argsort(away, kind="stable")][len(done) :]
        if not len(left):
            outcome = session.solve()
            return outcome if outcome.status == "optimal" else None
        take = left[: max(1, (len(left) + 1) // share)]
        choices = [np.round(x[take])] if len(take) > 1 else [np.round(x[take]), np.floor(x[take]), np.ceil(x[take])]
        for value in choices:
            session.set_bounds(take, value, value)
            outcome = session.solve()
            if outcome.status == "optimal":
                x, left = outcome.x, left[len(take) :]
                break
        else:
            if len(take) == 1:
                return None
            session.set_bounds(take, program.lower[take], program.upper[take])
            share = len(left) + 1
