"""Labelled sparse linear programs and solver sessions; no word of education."""

from talentplan.program.clash import Breach, Clash, Elastic, Followers, leave_out, nodes_for
from talentplan.program.deferred import solve_deferring
from talentplan.program.labels import Labels, pairs, taken
from talentplan.program.model import Block, LinearProgram, ProgramBuilder, StatedBounds, Terms
from talentplan.program.pulp_door import available_solvers, solve_through_pulp, write_program
from talentplan.program.session import Outcome, Session, residual, solver_version

__all__ = [
    "Block", "Breach", "Clash", "Elastic", "Followers", "Labels", "LinearProgram", "Outcome", "ProgramBuilder", "Session", "StatedBounds",
    "Terms", "available_solvers", "leave_out", "nodes_for", "pairs", "residual", "solve_deferring", "solve_through_pulp", "solver_version", "taken", "write_program",
]  # fmt: skip
