"""PuLP as the door to every other solver and to .lp/.mps files an auditor can read.

Names are ASCII positions (c12, r7); the labels stay in the program's blocks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pulp
import scipy.sparse as sp

from talentplan.errors import SolverError
from talentplan.program.model import LinearProgram
from talentplan.program.session import Outcome

__all__ = ["available_solvers", "solve_through_pulp", "write_program"]


def available_solvers() -> list[str]:
    """Names PuLP can reach on this machine."""
    return list(pulp.listSolvers(onlyAvailable=True))


def _problem(program: LinearProgram) -> tuple[pulp.LpProblem, list[pulp.LpVariable]]:
    problem = pulp.LpProblem("talentplan", pulp.LpMinimize)
    category = np.where(program.integer, pulp.LpInteger, pulp.LpContinuous)

    def bound(value: float) -> float | None:
        return None if np.isinf(value) else float(value)

    variables = [
        pulp.LpVariable(f"c{k}", bound(lo), bound(hi), str(cat))
        for k, (lo, hi, cat) in enumerate(zip(program.lower, program.upper, category, strict=True))
    ]
    used = np.flatnonzero(program.cost)
    problem += pulp.LpAffineExpression([(variables[k], float(program.cost[k])) for k in used], constant=program.offset)
    rows = sp.csr_array(program.matrix)
    for r in range(rows.shape[0]):
        span = slice(rows.indptr[r], rows.indptr[r + 1])
        items = [(variables[c], float(v)) for c, v in zip(rows.indices[span], rows.data[span], strict=True)]
        lower, upper = program.row_lower[r], program.row_upper[r]
        if lower == upper:
            problem += pulp.LpConstraint(pulp.LpAffineExpression(items), pulp.LpConstraintEQ, f"r{r}", float(lower))
            continue
        for sense, value, tag in ((pulp.LpConstraintGE, lower, "a"), (pulp.LpConstraintLE, upper, "b")):
            if np.isfinite(value):
                problem += pulp.LpConstraint(pulp.LpAffineExpression(items), sense, f"r{r}{tag}", float(value))
    return problem, variables


def solve_through_pulp(
    program: LinearProgram, solver: str, *, gap: float = 0.0, time_limit: float | None = None
) -> Outcome:
    """Solve with a solver of PuLP, for instance CBC (PULP_CBC_CMD), GUROBI_CMD, CPLEX_CMD, SCIP_CMD.

    Raises SolverError where the solver is not on this machine. Duals are not read.
    """
    name = {"cbc": "PULP_CBC_CMD", "gurobi": "GUROBI_CMD", "cplex": "CPLEX_CMD", "scip": "SCIP_CMD"}.get(
        solver.lower(), solver
    )
    if name not in available_solvers():
        raise SolverError(
            f"solver {solver!r} is not available here; available: {', '.join(['highs', *available_solvers()])}"
        )
    problem, variables = _problem(program)
    problem.solve(pulp.getSolver(name, msg=False, gapRel=gap or None, timeLimit=time_limit))
    n, m = len(variables), program.matrix.shape[0]
    nan = float("nan")
    if problem.sol_status not in (pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible):
        status = "infeasible" if problem.status == pulp.LpStatusInfeasible else "limit"
        return Outcome(status, nan, nan, nan, np.full(n, nan), np.full(m, nan), np.full(n, nan))
    # a variable in no row and without cost is unknown to PuLP's solvers: it may stay at its bound nearest 0
    x = np.array([np.clip(0.0, lo, hi) if v.varValue is None else v.varValue
                  for v, lo, hi in zip(variables, program.lower, program.upper, strict=True)], dtype=np.float64)  # fmt: skip
    objective = float(program.cost @ x) + program.offset
    proven = problem.sol_status == pulp.LpSolutionOptimal and gap == 0
    bound = objective if proven else objective - gap * abs(objective)
    return Outcome(
        "optimal" if proven else "feasible", objective, bound, 0.0 if proven else gap, x, np.zeros(m), np.zeros(n)
    )


def write_program(program: LinearProgram, path: Path) -> None:
    """Write .lp or .mps, by the ending of the path."""
    problem, _ = _problem(program)
    if path.suffix == ".mps":
        problem.writeMPS(str(path))
    else:
        problem.writeLP(str(path))
