"""Solving in memory with HiGHS: load once, change bounds and costs, solve again from the last basis."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from talentplan.errors import SolverError
from talentplan.program.model import LinearProgram

__all__ = ["Outcome", "Session", "residual", "solver_version"]

Floats = NDArray[np.float64]
_STATUS = highspy.HighsModelStatus
PRICED = 1e-7  # smaller prices are rounding
NO_LIMIT = 2**31 - 1
# steps of simplex after which interior point takes over: so many, or a share of the columns if that is more (measured on the
# sample: where there is a point 2,000 find it in 0.5 s; where there is none simplex may take 45 s and interior point 2 s)
STEPS, SHARE = 4000, 0.1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one solve found.

    status: optimal | feasible (stopped by gap, nodes or time with a solution) | infeasible | unbounded | limit (none).
    objective, bound: in the unit of the costs; gap: (objective - bound) / max(|objective|, 1e-9), 0 for a solved LP.
    x: float[column]; dual: float[row] and reduced: float[column], for linear programs only.
    """

    status: str
    objective: float
    bound: float
    gap: float
    x: Floats
    dual: Floats
    reduced: Floats


def solver_version() -> str:
    """Name and version of the solver in memory."""
    return f"HiGHS {highspy.Highs().version()}"


class Session:
    """One program held by the solver. Deterministic: one thread, fixed seed."""

    def __init__(self, program: LinearProgram, *, time_limit: float | None = None) -> None:
        self.program = program
        self._highs = highspy.Highs()
        self._option("output_flag", False)
        self._option("threads", 1)
        self._option("random_seed", 0)
        if time_limit is not None:
            self._option("time_limit", float(time_limit))
        self._integer = program.integer.copy()
        self._long = False
        self._pass(program)

    def _option(self, name: str, value: bool | float | str) -> None:
        if self._highs.setOptionValue(name, value) == highspy.HighsStatus.kError:
            raise SolverError(f"HiGHS refused the option {name}={value}")

    def _pass(self, program: LinearProgram) -> None:
        matrix = program.matrix
        n, m = matrix.shape[1], matrix.shape[0]
        status = self._highs.passModel(
            n, m, matrix.nnz, 0, 1, 1, 1, program.offset,
            program.cost, program.lower, program.upper, program.row_lower, program.row_upper,
            matrix.indptr[:-1].astype(np.int32), matrix.indices.astype(np.int32), matrix.data,
            np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0), program.integer.astype(np.int32),
        )  # fmt: skip
        if status == highspy.HighsStatus.kError:
            raise SolverError("HiGHS refused the program")

    def solve(
        self,
        *,
        gap: float = 0.0,
        nodes: int | None = None,
        relax: bool = False,
        method: str = "choose",
        cold: bool = False,
        iterations: int | None = None,
    ) -> Outcome:
        """Solve with what is in memory now; `relax` ignores that columns are whole. Stops by gap, nodes or steps of simplex.

        method: simplex, ipm or choose, for linear programs; `cold` forgets the last basis, so that presolve can work.
        """
        if cold:
            self._highs.clearSolver()
        mixed = bool(self._integer.any()) and not relax
        self._option("solver", "choose" if mixed else method)
        self._option("solve_relaxation", relax)
        self._option("mip_rel_gap", float(gap))
        self._option("mip_max_nodes", NO_LIMIT if nodes is None else int(nodes))
        self._option("simplex_iteration_limit", NO_LIMIT if iterations is None else int(iterations))
        self._highs.run()
        return self._outcome(mixed)

    def any_point(self) -> Outcome:
        """Some point of the relaxation, or that there is none: by simplex from nothing where that is short, else by interior point.

        For programs in which nothing costs anything. Once simplex was long it is not asked again.
        """
        if not self._long:
            steps = max(STEPS, int(SHARE * len(self._integer)))
            found = self.solve(relax=True, method="simplex", cold=True, iterations=steps)
            self._long = found.status == "limit"
        return self.solve(relax=True, method="ipm", cold=True) if self._long else found

    def optimum(self) -> float:
        """The least objective of what is in memory now, a linear program, by simplex from the last basis; nan where none.

        Nothing else is read back: for many small changes of bounds in a row.
        """
        self._option("solver", "simplex")
        self._option("simplex_iteration_limit", NO_LIMIT)
        self._highs.run()
        best = self._highs.getModelStatus() == _STATUS.kOptimal
        return float(self._highs.getInfo().objective_function_value) if best else float("nan")

    def _outcome(self, mixed: bool) -> Outcome:
        model, info = self._highs.getModelStatus(), self._highs.getInfo()
        n, m = self.program.matrix.shape[1], self.program.matrix.shape[0]
        found = info.primal_solution_status == 2
        names = {_STATUS.kOptimal: "optimal", _STATUS.kInfeasible: "infeasible", _STATUS.kUnbounded: "unbounded",
                 _STATUS.kUnboundedOrInfeasible: "infeasible", _STATUS.kModelEmpty: "optimal"}  # fmt: skip
        status = names.get(model, "feasible" if mixed and found else "limit")
        if status in ("infeasible", "unbounded", "limit"):
            nan = float("nan")
            return Outcome(status, nan, nan, nan, np.full(n, nan), np.full(m, nan), np.full(n, nan))
        solution = self._highs.getSolution()
        objective = float(info.objective_function_value)
        bound = float(info.mip_dual_bound) if mixed else objective
        gap = max(0.0, (objective - bound) / max(abs(objective), 1e-9)) if mixed else 0.0
        duals = (
            (np.asarray(solution.row_dual), np.asarray(solution.col_dual)) if not mixed else (np.zeros(m), np.zeros(n))
        )
        if mixed and gap > 0 and status == "optimal":
            status = "optimal" if gap <= 1e-6 else "feasible"
        return Outcome(status, objective, bound, gap, np.asarray(solution.col_value), duals[0], duals[1])

    def stay_on_optimal_face(self, best: Outcome) -> None:
        """Keep to the points as good as `best`, a solved linear program with its duals.

        By complementary slackness these are the feasible points at which every column with a reduced cost and every row with a
        price stays where `best` has it.
        """
        priced = np.flatnonzero(np.abs(best.reduced) > PRICED)
        self.set_bounds(priced, best.x[priced], best.x[priced])
        rows = np.flatnonzero(np.abs(best.dual) > PRICED)
        value = np.where(best.dual[rows] > 0, self.program.row_lower[rows], self.program.row_upper[rows])
        self.set_row_bounds(rows.astype(np.int64), value, value)

    def basis(self) -> highspy.HighsBasis:
        """The basis of the last linear program solved."""
        return self._highs.getBasis()

    def start_from_basis(self, basis: highspy.HighsBasis) -> None:
        """Start the next linear program from a basis of this session."""
        self._highs.setBasis(basis)

    def start_from(self, x: Floats) -> None:
        """Offer a solution to the next whole-number search."""
        solution = highspy.HighsSolution()
        solution.col_value = x.tolist()
        self._highs.setSolution(solution)

    def set_bounds(self, columns: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        """New bounds for some columns."""
        self._highs.changeColsBounds(len(columns), columns.astype(np.int32), lower, upper)

    def set_costs(self, cost: Floats) -> None:
        """New costs for every column."""
        n = len(cost)
        self._highs.changeColsCost(n, np.arange(n, dtype=np.int32), cost)

    def set_row_bounds(self, rows: NDArray[np.int64], lower: Floats, upper: Floats) -> None:
        """New bounds for some rows."""
        self._highs.changeRowsBounds(len(rows), rows.astype(np.int32), lower, upper)  # type: ignore[attr-defined]  # not in its stubs

    def drop_integrality(self) -> None:
        """Make every column continuous from now on."""
        n = len(self._integer)
        self._integer = np.zeros(n, bool)
        self._highs.changeColsIntegrality(n, np.arange(n, dtype=np.int32), np.zeros(n, np.uint8))

    def add_row(self, coefficients: Floats, lower: float, upper: float) -> None:
        """One more row over all columns."""
        columns = np.flatnonzero(coefficients)
        self._highs.addRow(lower, upper, len(columns), columns.astype(np.int32), coefficients[columns])


def residual(program: LinearProgram, x: Floats) -> float:
    """Largest violation of rows and bounds at x, relative to max(1, |bound|)."""
    value = sp.csr_array(program.matrix) @ x
    worst = 0.0
    for v, lo, hi in ((value, program.row_lower, program.row_upper), (x, program.lower, program.upper)):
        scale_lo = np.maximum(1.0, np.abs(np.where(np.isfinite(lo), lo, 0.0)))
        scale_hi = np.maximum(1.0, np.abs(np.where(np.isfinite(hi), hi, 0.0)))
        if len(v):
            worst = max(worst, float(np.max((lo - v) / scale_lo)), float(np.max((v - hi) / scale_hi)))
    return worst
