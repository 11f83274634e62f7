"""How the linear program of a case is solved from nothing: the method by size, running lines deferred."""

from __future__ import annotations

from talentplan.program import LinearProgram, Outcome, Session, solve_deferring

__all__ = ["LARGE", "linear_optimum", "method_of"]

LARGE = 5000  # columns from which interior point with crossover beats simplex (measured: 3.2 s against 11 s at 35 000)


def method_of(program: LinearProgram) -> str:
    """The method that is fastest from nothing at this size."""
    return "ipm" if len(program.cost) > LARGE else "choose"


def linear_optimum(program: LinearProgram, session: Session) -> Outcome:
    """The optimum with whole numbers let go, from nothing.

    Which lines run whole (`running`) only matters where the recurrent budget binds, so that it is asked last.
    """
    return solve_deferring(session, "running", "running_since", method=method_of(program))
