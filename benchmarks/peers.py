"""The same linear program in other modelling layers. See benchmarks/allocation.py for what is counted."""
# ruff: noqa: PLC0415

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pulp
import scipy.sparse as sp

from talentplan.program import LinearProgram

__all__ = ["PEERS"]

Row = tuple[list[int], list[float], float, float]
"""Columns, coefficients and bounds of a row."""


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _rows(program: LinearProgram) -> Iterator[Row]:
    matrix = sp.csr_array(program.matrix)
    start, column, value = matrix.indptr.tolist(), matrix.indices.tolist(), matrix.data.tolist()
    low, high = program.row_lower.tolist(), program.row_upper.tolist()
    for row in range(matrix.shape[0]):
        part = slice(start[row], start[row + 1])
        yield column[part], value[part], low[row], high[row]


class Pulp:
    """One LpVariable a column, one lpSum a row, as a manual shows it."""

    largest = "nation"

    def build(self, program: LinearProgram) -> pulp.LpProblem:
        lower, upper = program.lower.tolist(), program.upper.tolist()
        x = [
            pulp.LpVariable(f"x{n}", _finite(lo), _finite(up))
            for n, (lo, up) in enumerate(zip(lower, upper, strict=True))
        ]
        problem = pulp.LpProblem("plan", pulp.LpMinimize)
        problem += pulp.lpSum(c * x[n] for n, c in enumerate(program.cost.tolist()) if c)
        for row in _rows(program):
            self._add(problem, x, row)
        return problem

    def _add(self, problem: pulp.LpProblem, x: list[pulp.LpVariable], row: Row) -> None:
        columns, values, low, high = row
        total = pulp.lpSum(v * x[n] for n, v in zip(columns, values, strict=True))
        if low == high:
            problem += total == low
            return
        if np.isfinite(low):
            problem += total >= low
        if np.isfinite(high):
            problem += total <= high

    def hand_over(self, model: pulp.LpProblem) -> pulp.HiGHS:
        solver = pulp.HiGHS(msg=False, threads=1, solver="ipm")
        solver.createAndConfigureSolver(model)
        solver.buildSolverModel(model)
        return solver

    def solve(self, solver: pulp.HiGHS, model: pulp.LpProblem) -> float:
        solver.callSolver(model)
        return float(model.solverModel.getInfo().objective_function_value)


class PulpFast(Pulp):
    """Expressions from lists of pairs, constraints put into the problem without a check of names."""

    def _add(self, problem: pulp.LpProblem, x: list[pulp.LpVariable], row: Row) -> None:
        columns, values, low, high = row
        pairs = [(x[n], v) for n, v in zip(columns, values, strict=True)]
        sides = (
            [(pulp.LpConstraintEQ, low)] if low == high else [(pulp.LpConstraintGE, low), (pulp.LpConstraintLE, high)]
        )
        for sense, side in sides:
            if np.isfinite(side):
                name = f"r{len(problem.constraints)}"
                problem.constraints[name] = pulp.LpConstraint(pulp.LpAffineExpression(pairs), sense, name, side)


class Linopy:
    """One variable array a block of columns, one constraint array a block of rows."""

    largest = "nation"

    def build(self, program: LinearProgram) -> Any:
        import linopy
        import xarray

        model = linopy.Model()
        x = [
            model.add_variables(
                lower=xarray.DataArray(program.lower[block.positions], dims=f"d{n}"),
                upper=xarray.DataArray(program.upper[block.positions], dims=f"d{n}"), name=f"x{n}",
            )
            for n, block in enumerate(program.columns.values())
        ]  # fmt: skip
        label = np.concatenate([variable.labels.to_numpy() for variable in x])
        matrix = sp.csr_array(program.matrix)
        for n, block in enumerate(program.rows.values()):
            part = matrix[block.positions]
            count = np.diff(part.indptr)
            width = int(count.max(initial=1))
            slot = np.arange(part.nnz) - np.repeat(part.indptr[:-1], count)
            row = np.repeat(np.arange(len(block)), count)
            coefficient, variable = np.full((len(block), width), np.nan), np.full((len(block), width), -1)
            coefficient[row, slot], variable[row, slot] = part.data, label[part.indices]
            data = xarray.Dataset({"coeffs": ((f"r{n}", "_term"), coefficient), "vars": ((f"r{n}", "_term"), variable)})
            left = linopy.LinearExpression(data, model)
            low, high = program.row_lower[block.positions], program.row_upper[block.positions]
            for sign, side in (("=", np.where(low == high, low, np.nan)), (">=", np.where((low != high) & np.isfinite(low), low, np.nan)),
                               ("<=", np.where((low != high) & np.isfinite(high), high, np.nan))):  # fmt: skip
                some = ~np.isnan(side)
                if some.any():
                    right = xarray.DataArray(np.nan_to_num(side), dims=f"r{n}")
                    mask = xarray.DataArray(some, dims=f"r{n}")
                    model.add_constraints(left, sign, right, name=f"r{n}{sign}", mask=mask)
        model.add_objective(sum((xarray.DataArray(program.cost[b.positions], dims=f"d{n}") * x[n]).sum()
                                for n, b in enumerate(program.columns.values())))  # fmt: skip
        return model

    def hand_over(self, model: Any) -> Any:
        from linopy.io import to_highspy

        return to_highspy(model)

    def solve(self, solver: Any, model: Any) -> float:
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("solver", "ipm")
        solver.setOptionValue("threads", 1)
        solver.run()
        return float(solver.getInfo().objective_function_value)


class Pyomo:
    """One indexed Var, one constraint a row."""

    largest = "group"

    def build(self, program: LinearProgram) -> Any:
        from pyomo.core.expr.numeric_expr import LinearExpression
        from pyomo.environ import ConcreteModel, ConstraintList, Objective, RangeSet, Var

        model = ConcreteModel()
        lower, upper = program.lower.tolist(), program.upper.tolist()
        model.x = Var(RangeSet(0, len(lower) - 1), bounds=lambda _, n: (_finite(lower[n]), _finite(upper[n])))
        x = [model.x[n] for n in range(len(lower))]
        model.limits = ConstraintList()
        for columns, values, low, high in _rows(program):
            total = LinearExpression(linear_coefs=values, linear_vars=[x[n] for n in columns])
            model.limits.add((_finite(low), total, _finite(high)) if low != high else total == low)
        cost = np.flatnonzero(program.cost)
        model.cost = Objective(
            expr=LinearExpression(linear_coefs=program.cost[cost].tolist(), linear_vars=[x[n] for n in cost])
        )
        return model

    def hand_over(self, model: Any) -> Any:
        from pyomo.contrib.appsi.solvers import Highs

        solver = Highs()
        solver.config.load_solution = False
        solver.highs_options = {"solver": "ipm", "threads": 1}
        solver.set_instance(model)
        return solver

    def solve(self, solver: Any, model: Any) -> float:
        return float(solver.solve(model).best_feasible_objective)


PEERS = {"pulp": Pulp(), "pulp_fast": PulpFast(), "linopy": Linopy(), "pyomo": Pyomo()}
