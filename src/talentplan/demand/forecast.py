"""From a case to its openings: the one function the rooms after demand call."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.education import mix_shares
from talentplan.demand.employment import Employment, project_employment
from talentplan.demand.intervals import Paths
from talentplan.demand.methods import Years
from talentplan.demand.occupations import by_pair, expansion_replacement, occupation_employment
from talentplan.demand.openings import Openings
from talentplan.demand.signals import shortage_signals
from talentplan.workspace.case import Case

__all__ = ["forecast_openings"]

_PAIR = ["occupation", "level"]
Cube = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Openings before external supply, float[path, pair, year] in persons/year, and where each of them comes from.

    expansion + replacement = graduates + others where the openings are forecast; `held`, `given`: bool[pair, year].
    """

    expansion: Cube
    replacement: Cube
    graduates: Cube
    held: NDArray[np.bool_]
    given: NDArray[np.bool_]


def forecast_openings(case: Case) -> Openings:
    """Openings of a case by occupation, level and year (section 2 of docs/how-a-plan-is-made.md).

    Covers every year of the case and every occupation x level of the education mix, of the given openings and of
    the external supply. Openings of an occupation without an education mix belong to no level and do not appear.

    `forecast.openings` decides where openings come from. "forecast": from employment. "given": from the openings
    table; the last known year of an occupation and level holds on, marked held. "both": a row of the table replaces
    the forecast of its year; where an occupation and level has no forecast its rows hold on as under "given".
    Openings are worked out on every sample path of employment and the mean is taken: a floor at 0 on a mean would lose
    the openings of the paths above it.
    Given openings are for new graduates already: graduate shares do not apply to them, external supply does.
    """
    years = case.all_years
    pairs = _pairs(case)
    counted = case.table("employment")["year"]
    flat_after = years[-1] if counted.empty else counted.max() + case.settings.forecast.hold_after
    first, last = min(years[0], flat_after), min(years[-1], flat_after)

    employment = project_employment(case, int(first) - 1, int(last))
    occupations: pd.Index[str] = pd.Index(case.table("occupations")["occupation"], dtype=object)
    span = np.arange(first - 1, last + 1)
    at = np.searchsorted(employment.years, span)
    employed, on_paths = (
        occupation_employment(case.table("staffing"), employment.history.industries, persons, occupations, span)
        for persons in (employment.persons[:, at], _paths_of(employment)[:, :, at])
    )
    wanted = _from_employment(case, on_paths, occupations, pairs, np.clip(years, first, last) - first, span)
    wanted = _with_given(case, replace(wanted, held=wanted.held | (years > last)), pairs, years)
    jobs = pd.DataFrame(
        {
            "occupation": np.repeat(occupations.to_numpy(dtype=object), len(span)),
            "year": np.tile(span, len(occupations)),
            "persons": employed.ravel(),
        }
    )
    table, paths = _table(case, wanted, pairs, years)
    return Openings(
        table=table,
        employment=employment.table(),
        occupation_employment=jobs,
        backtest=employment.scores(),
        choices=employment.choices(),
        track_record=employment.backtest.track_record(),
        methods=employment.all_methods(),
        signals=shortage_signals(case.table("vacancies"), case.table("wages"), occupations, jobs),
        employment_paths=employment.paths,
        path_industries=tuple(employment.history.industries),
        path_employment_years=tuple(int(y) for y in employment.years),
        paths=paths,
    )


def _paths_of(employment: Employment) -> Cube:
    """Paths to take the expectation over; the forecast itself, in full precision, where it is the only one."""
    return employment.paths if len(employment.paths) > 1 else employment.persons[None]


def _pairs(case: Case) -> pd.MultiIndex:
    """Every occupation x level that any table of openings or supply names, sorted."""
    named = [case.table(name)[_PAIR] for name in ("education_mix", "openings", "external_supply")]
    return pd.MultiIndex.from_frame(pd.concat(named).drop_duplicates().sort_values(_PAIR))


def _from_employment(
    case: Case, employed: Cube, occupations: pd.Index[str], pairs: pd.MultiIndex, column: Years, span: Years
) -> _Wanted:
    """What employment asks for on every path.

    employed: float[path, occupation, year of span]. column: int[year] points each year of the case into the openings
    of span, which begin a year after it.
    """
    rates = case.table("occupations")
    leave_rate = (rates["exit_rate"] + rates["transfer_rate"]).to_numpy(dtype=employed.dtype)
    share, graduate_share = (
        part[:, column].astype(employed.dtype) for part in mix_shares(case.table("education_mix"), pairs, span[1:])
    )
    of_pair = occupations.get_indexer(pairs.get_level_values("occupation"))
    expansion, replacement = (
        part[:, of_pair][:, :, column] * share for part in expansion_replacement(employed, leave_rate)
    )
    nowhere = np.zeros(expansion.shape[1:], dtype=bool)
    graduates = (expansion + replacement) * graduate_share
    return _Wanted(expansion, replacement, graduates, held=nowhere, given=nowhere)


def _with_given(case: Case, wanted: _Wanted, pairs: pd.MultiIndex, years: Years) -> _Wanted:
    """The same with given openings put in, as `forecast.openings` says."""
    mode = case.settings.forecast.openings
    if mode == "forecast":
        return wanted
    table = case.table("openings")
    known_years = np.arange(min(table["year"].min(), years[0]) if len(table) else years[0], years[-1] + 1)
    known = by_pair(table, pairs, known_years, "persons")
    latest = np.maximum.accumulate(np.where(np.isfinite(known), np.arange(len(known_years)), -1), axis=1)
    carried = np.take_along_axis(known, np.maximum(latest, 0), axis=1)[:, -len(years) :]
    present = np.isfinite(known[:, -len(years) :])

    asked = ((wanted.expansion != 0) | (wanted.replacement != 0)).any(axis=0)
    forecast = asked.any(axis=1, keepdims=True) & (mode == "both")
    given = present | (np.isfinite(carried) & ~forecast)
    keep = forecast & ~given
    return _Wanted(
        expansion=np.where(keep, wanted.expansion, 0.0),
        replacement=np.where(keep, wanted.replacement, 0.0),
        graduates=np.where(given, carried, np.where(keep, wanted.graduates, 0.0)),
        held=(keep & wanted.held) | (given & ~present),
        given=given,
    )


def _table(case: Case, wanted: _Wanted, pairs: pd.MultiIndex, years: Years) -> tuple[pd.DataFrame, Paths]:
    """Openings.table, the mean over paths with external supply taken off on each, and Openings.paths."""
    supplied = np.nan_to_num(by_pair(case.table("external_supply"), pairs, years, "persons"), nan=0.0)
    external = np.minimum(wanted.graduates, supplied)
    openings = wanted.graduates - external
    expansion, replacement, graduates, absorbed, left = (
        part.mean(axis=0, dtype=np.float64)
        for part in (wanted.expansion, wanted.replacement, wanted.graduates, external, openings)
    )
    columns = {
        "expansion": expansion,
        "replacement": replacement,
        "others": np.where(wanted.given, 0.0, expansion + replacement - graduates),
        "external": absorbed,
        "excess_external": supplied - absorbed,
        "openings": left,
        "held": wanted.held,
        "given": wanted.given,
    }
    frame = pairs.repeat(len(years)).to_frame(index=False)
    frame["year"] = np.tile(years, len(pairs))
    return frame.assign(**{name: values.ravel() for name, values in columns.items()}), openings.astype(np.float32)
