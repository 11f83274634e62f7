"""Why no plan exists: the smallest set of statements that clash, in words."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import scipy.sparse as sp

from talentplan.program import LinearProgram, Session

__all__ = ["why_impossible"]

Statement = tuple[str, str]
# rows that only define quantities: persons and hours are conserved whatever the planner wishes
DEFINITIONS = frozenset({
    "seats", "promise", "completers", "local_supply", "openings", "enrolled_is", "load_is", "running_since",
    "spent_recurrent_is", "recruits", "opened_if", "opened_before", "closed_if", "closed_means_zero", "changed_if",
    "class_least", "class_most", "class_step", "open_or_closed", "room_for_passed",
})  # fmt: skip


def why_impossible(
    program: LinearProgram, *, whole: bool = False
) -> tuple[tuple[Statement, ...], tuple[Statement, ...]]:
    """(clashing statements, repairs), each (zh, en).

    Every row that states a wish or a limit, and every lower bound on a plan number, may be broken at a price; the least
    total breach names the candidates, and a deletion filter keeps those without which a plan would exist.
    Repairs say by how much each statement of the least breach would have to give way.
    """
    elastic, rows = _elastic(program)
    session = Session(elastic)
    outcome = session.solve(gap=0.0, nodes=2000, relax=not whole)
    if outcome.status not in ("optimal", "feasible"):
        return (("这些数据无论如何放宽都无解", "no plan exists even with every limit relaxed"),), ()
    first = len(program.cost)
    breach = outcome.x[first : first + len(rows)] + outcome.x[first + len(rows) :]
    broken = np.flatnonzero(breach > 1e-6)
    repairs = tuple(_repair(program, elastic, int(rows[k]), float(breach[k])) for k in broken[:5])
    core = _core(program, elastic, rows, outcome.dual, broken, whole)
    return tuple(_words(elastic, int(rows[k])) for k in core), repairs


def _elastic(program: LinearProgram) -> tuple[LinearProgram, np.ndarray]:
    """The program with bounds of plan numbers as rows and two slack columns for every row that may give way."""
    plan = program.columns["plan"]
    lower = program.lower.copy()
    bound_rows = plan.positions[(program.lower[plan.positions] > 0) | np.isfinite(program.upper[plan.positions])]
    n, m = len(program.cost), program.matrix.shape[0]
    picker = sp.csc_array(
        (np.ones(len(bound_rows)), (np.arange(len(bound_rows)), bound_rows)), shape=(len(bound_rows), n)
    )
    soft = [b.positions for name, b in program.rows.items() if name not in DEFINITIONS]
    rows = np.concatenate([*soft, m + np.arange(len(bound_rows))]).astype(np.int64)
    total = m + len(bound_rows)
    slack = sp.csc_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(total, len(rows)))
    matrix = sp.csc_array(sp.hstack([sp.vstack([program.matrix, picker]), slack, -slack], format="csc"))
    row_lower = np.append(program.row_lower, program.lower[bound_rows])
    row_upper = np.append(program.row_upper, program.upper[bound_rows])
    upper = program.upper.copy()
    lower[bound_rows], upper[bound_rows] = 0.0, np.inf
    index = plan.index.iloc[bound_rows - plan.start].reset_index(drop=True)
    bounds = pd.DataFrame({**index, "least": program.lower[bound_rows], "most": program.upper[bound_rows]})
    block = dataclasses.replace(
        plan, name="plan_bounds", start=m, index=bounds,
        sentence=("{offering} 在 {year} 年的计划数须在 {least:g} 与 {most:g} 之间", "{offering} in {year}: the plan lies between {least:g} and {most:g}"),
    )  # fmt: skip
    extra = 2 * len(rows)
    # hard numbers count little per unit where their right side is large: breaches are priced relative to it
    size = np.maximum(
        1.0, np.abs(np.where(np.isfinite(row_upper), row_upper, np.where(np.isfinite(row_lower), row_lower, 0.0)))
    )[rows]
    cost = np.concatenate([np.zeros(n), 1.0 / size, 1.0 / size])
    return (
        LinearProgram(
            cost, np.append(lower, np.zeros(extra)), np.append(upper, np.full(extra, np.inf)),
            np.append(program.integer, np.zeros(extra, bool)), row_lower, row_upper, matrix, program.columns,
            {**program.rows, "plan_bounds": block},
        ),
        rows,
    )  # fmt: skip


def _core(
    program: LinearProgram, elastic: LinearProgram, rows: np.ndarray, dual: np.ndarray, broken: np.ndarray, whole: bool
) -> list[int]:
    """Positions in `rows` of a set without which a plan would exist and from which nothing can be left out.

    Starts from the rows that carry a price in the least breach (a proof of impossibility for a linear program) or from all
    of them in whole numbers, then drops one after another as long as the rest still clash.
    """
    priced = np.flatnonzero(np.abs(dual[rows]) > 1e-9) if not whole else np.arange(len(rows))
    keep = sorted(set(priced.tolist()) | set(broken.tolist()))
    n = len(program.cost)
    session = Session(elastic)

    def clash(kept: list[int]) -> bool:
        cost = np.zeros(len(elastic.cost))
        for half in (n, n + len(rows)):
            cost[half + np.array(kept, dtype=np.int64)] = 1.0
        session.set_costs(cost)
        outcome = session.solve(gap=0.0, nodes=500, relax=not whole)
        return outcome.status in ("optimal", "feasible") and outcome.bound > 1e-6

    chunk = max(1, len(keep) // 2)
    while True:  # drop by halves, then one by one
        position = 0
        while position < len(keep):
            rest = keep[:position] + keep[position + chunk :]
            if rest and clash(rest):
                keep = rest
            else:
                position += chunk
        if chunk == 1:
            return keep
        chunk = max(1, chunk // 2)


def _words(elastic: LinearProgram, row: int) -> Statement:
    block = elastic.row_block(row)
    low, high = elastic.row_lower[row], elastic.row_upper[row]
    zh, en = block.label(row, "zh"), block.label(row, "en")
    if block.name == "plan_bounds":
        return zh, en
    parts = [(f"≥ {low:,.6g}", f">= {low:,.6g}")] if np.isfinite(low) else []
    if np.isfinite(high) and high != low:
        parts.append((f"≤ {high:,.6g}", f"<= {high:,.6g}"))
    return f"{zh}（{'，'.join(z for z, _ in parts)}）", f"{en} ({', '.join(e for _, e in parts)})"


def _repair(program: LinearProgram, elastic: LinearProgram, row: int, amount: float) -> Statement:
    zh, en = _words(elastic, row)
    return f"{zh}：放宽 {amount:,.6g} 即可", f"{en}: give way by {amount:,.6g}"
