"""Illustrative history: every line's intake, roll and completers, stepped year by year with noise."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sample_region.lines import AGREED, KINDS, Line

__all__ = ["LAST", "LEAVING", "History", "simulate"]

FIRST, LAST = 2010, 2026

# share of those in a year of study who go on to the next one or complete, by level
LEAVING: dict[str, tuple[float, ...]] = {
    "secondary": (0.925, 0.94, 0.95),
    "higher_vocational": (0.965, 0.975, 0.98, 0.98, 0.98),
    "undergraduate": (0.985, 0.99, 0.99, 0.99),
    "master": (0.985, 0.99, 0.98),
}


@dataclass(slots=True)
class History:
    """By line code and autumn: plan, admitted, registered, roll (by grade) and completers (summer of that year)."""

    plan: dict[tuple[str, int], int] = field(default_factory=dict)
    admitted: dict[tuple[str, int], int] = field(default_factory=dict)
    registered: dict[tuple[str, int], int] = field(default_factory=dict)
    roll: dict[tuple[str, int, int], int] = field(default_factory=dict)
    completed: dict[tuple[str, int], int] = field(default_factory=dict)
    passed: dict[tuple[str, str, int], int] = field(default_factory=dict)


def simulate(lines: list[Line], level: dict[str, str], rng: np.random.Generator) -> History:
    """Steps all lines from 2010 to 2026; `level` gives the level of a program."""
    history = History()
    habits = {line.code: (_fill(line, rng), *_shift(line, rng)) for line in lines}
    for year in range(FIRST, LAST + 1):
        for line in lines:
            _complete(history, line, level[line.program], year, rng)
        for line in lines:
            if not max(line.since, FIRST) <= year <= line.until or line.status == "candidate":
                continue
            if line.kind in ("seg", "seg4"):
                _receive(history, line, year, rng)
            else:
                _enrol(history, line, year, habits[line.code], rng)
            history.roll[line.code, year, 1] = history.registered[line.code, year]
    return history


def _fill(line: Line, rng: np.random.Generator) -> float:
    drawn = float(np.clip(rng.normal(0.9, 0.035), 0.8, 1.0))
    if line.fill is not None:
        return line.fill
    return 0.97 if line.kind == "top" else drawn


def _shift(line: Line, rng: np.random.Generator) -> tuple[int, int]:
    """A year before which the line had `classes` more or fewer."""
    year = int(rng.integers(2021, 2026))
    step = int(rng.choice([-1, 0, 0, 1], p=[0.3, 0.3, 0.2, 0.2]))
    return year, step if line.classes + step >= 1 else 0


def _enrol(history: History, line: Line, year: int, habits: tuple[float, int, int], rng: np.random.Generator) -> None:
    """Intake of a direct line or a top-up; `habits`: fill, and a year before which it had `step` more classes."""
    fill, moved, step = habits
    classes = line.classes + (step if year < moved else 0)
    plan = classes * line.size
    if fill < 0.5:  # a line that lost its entrants: fuller in earlier years
        fill = {LAST: fill, LAST - 1: fill + 0.02, LAST - 2: 0.48}.get(year, 0.75)
    came = int(plan * float(np.clip(fill + rng.normal(0, 0.012), 0.2, 1.02)))
    history.plan[line.code, year] = plan
    history.registered[line.code, year] = came
    history.admitted[line.code, year] = max(came, min(plan, round(came * 1.04)))


def _receive(history: History, line: Line, year: int, rng: np.random.Generator) -> None:
    """Intake of a second segment: what its agreements promise, as far as the seats reach."""
    room = line.classes * line.size
    wishes: list[tuple[str, float]] = []
    for sender, receiver, promised, _, seats, first in AGREED:
        if receiver != line.code or year < first:
            continue
        share = promised * float(np.clip(rng.normal(0.96, 0.02), 0.85, 1.0))
        wishes.append((sender, min(share * history.completed.get((sender, year), 0), seats or room)))
    scale = min(1.0, room / max(sum(wish for _, wish in wishes), 1.0))
    passed = 0
    for sender, wish in wishes:
        history.passed[sender, line.code, year] = int(wish * scale)
        passed += int(wish * scale)
    history.plan[line.code, year] = history.admitted[line.code, year] = passed
    history.registered[line.code, year] = passed


def _complete(history: History, line: Line, level: str, year: int, rng: np.random.Generator) -> None:
    """Moves every grade of the autumn before into this year."""
    duration = KINDS[line.kind][1][level]
    for grade in range(1, duration + 1):
        before = history.roll.get((line.code, year - 1, grade), 0)
        if before == 0:
            continue
        stay = LEAVING[level][grade - 1] - (0.02 if line.kind == "pt" else 0.0)
        left = int(rng.binomial(before, min(stay, 1.0)))
        if grade == duration:
            history.completed[line.code, year] = left
        else:
            history.roll[line.code, year, grade + 1] = left
