"""From a case to its openings: the one function the rooms after demand call."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.demand.employment import project_employment
from talentplan.demand.methods import Matrix, Years
from talentplan.demand.occupations import by_pair, expansion_replacement, occupation_employment
from talentplan.demand.openings import Openings
from talentplan.workspace.case import Case

__all__ = ["forecast_openings"]

_PAIR = ["occupation", "level"]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Openings before external supply, float[pair, year] in persons/year, and where each of them comes from.

    expansion + replacement = graduates + others where the openings are forecast; `held`, `given`: bool[pair, year].
    """

    expansion: Matrix
    replacement: Matrix
    graduates: Matrix
    held: NDArray[np.bool_]
    given: NDArray[np.bool_]


def forecast_openings(case: Case) -> Openings:
    """Openings of a case by occupation, level and year (section 2 of docs/how-a-plan-is-made.md).

    Covers every year of the case and every occupation x level of the education mix, of the given openings and of
    the external supply. Openings of an occupation without an education mix belong to no level and do not appear.

    `forecast.openings` decides where openings come from. "forecast": from employment. "given": from the openings
    table; the last known year of an occupation and level holds on, marked held. "both": a row of the table replaces
    the forecast of its year; where an occupation and level has no forecast its rows hold on as under "given".
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
    employed = occupation_employment(
        case.table("staffing"),
        employment.history.industries,
        employment.persons[:, np.searchsorted(employment.years, span)],
        occupations,
        span,
    )
    wanted = _from_employment(case, employed, occupations, pairs, np.clip(years, first, last) - first)
    wanted = _with_given(case, replace(wanted, held=wanted.held | (years > last)), pairs, years)
    return Openings(
        table=_table(case, wanted, pairs, years),
        employment=employment.table(),
        occupation_employment=pd.DataFrame(
            {
                "occupation": np.repeat(occupations.to_numpy(dtype=object), len(span)),
                "year": np.tile(span, len(occupations)),
                "persons": employed.ravel(),
            }
        ),
        backtest=employment.backtest(),
        choices=employment.choices(),
    )


def _pairs(case: Case) -> pd.MultiIndex:
    """Every occupation x level that any table of openings or supply names, sorted."""
    named = [case.table(name)[_PAIR] for name in ("education_mix", "openings", "external_supply")]
    return pd.MultiIndex.from_frame(pd.concat(named).drop_duplicates().sort_values(_PAIR))


def _from_employment(
    case: Case, employed: Matrix, occupations: pd.Index[str], pairs: pd.MultiIndex, column: Years
) -> _Wanted:
    """What employment asks for; `column` int[year] points each year of the case into the years of `employed`."""
    rates = case.table("occupations")
    leave_rate = (rates["exit_rate"] + rates["transfer_rate"]).to_numpy(dtype=np.float64)
    mix = case.table("education_mix")
    row = pairs.get_indexer(pd.MultiIndex.from_frame(mix[_PAIR]))
    share, graduate_share = np.zeros(len(pairs)), np.zeros(len(pairs))
    share[row], graduate_share[row] = mix["share"], mix["graduate_share"]

    of_pair = occupations.get_indexer(pairs.get_level_values("occupation"))
    expansion, replacement = (
        part[of_pair][:, column] * share[:, None] for part in expansion_replacement(employed, leave_rate)
    )
    nowhere = np.zeros(expansion.shape, dtype=bool)
    graduates = (expansion + replacement) * graduate_share[:, None]
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

    asked = (wanted.expansion != 0) | (wanted.replacement != 0)
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


def _table(case: Case, wanted: _Wanted, pairs: pd.MultiIndex, years: Years) -> pd.DataFrame:
    """Openings.table: external supply taken off, one row per pair and year."""
    supplied = np.nan_to_num(by_pair(case.table("external_supply"), pairs, years, "persons"), nan=0.0)
    external = np.minimum(wanted.graduates, supplied)
    asked = wanted.expansion + wanted.replacement
    columns = {
        "expansion": wanted.expansion,
        "replacement": wanted.replacement,
        "others": np.where(wanted.given, 0.0, asked - wanted.graduates),
        "external": external,
        "excess_external": supplied - external,
        "openings": wanted.graduates - external,
        "held": wanted.held,
        "given": wanted.given,
    }
    frame = pairs.repeat(len(years)).to_frame(index=False)
    frame["year"] = np.tile(years, len(pairs))
    return frame.assign(**{name: values.ravel() for name, values in columns.items()})
