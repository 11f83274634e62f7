"""Plan numbers, who enters, and the passages between offerings."""

from __future__ import annotations

import numpy as np

from talentplan.allocation.constraints.teach_out import unpromised
from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms, taken
from talentplan.workspace.keys import rows_at

RULE_WORDS = (
    ("{offering} {year} 年：规则“{rule}”（{source}）", "{offering} in {year}: rule “{rule}” ({source})"),
    ("{year} 年：规则“{rule}”（{source}）", "in {year}: rule “{rule}” ({source})"),
)
CEILING_WORDS = {
    "max_plan": (
        ("{offering} {year} 年的最高计划数", "{offering} in {year}: its max_plan"),
        ("{year} 年各计划行不超过最高计划数", "in {year} no line exceeds its max_plan"),
    ),
    "classes_max": (
        ("{offering} {year} 年的最多班数", "{offering} in {year}: its classes_max"),
        ("{year} 年各计划行不超过最多班数", "in {year} no line exceeds its classes_max"),
    ),
    "released": (
        ("{offering} {year} 年增加名额不超过允许幅度", "{offering} in {year}: growth within the change policy"),
        ("{year} 年各计划行增加名额不超过允许幅度", "in {year} no line grows by more than the change policy allows"),
    ),
}

__all__ = ["completions", "entrants", "pathways", "plan_numbers", "seats_of_fed_lines"]


def plan_numbers(space: Space) -> None:
    """Columns p[o,t], persons/year, plan years only; `plan_bounds`: min_plan <= p <= max_plan, given lines p = last year's.

    A pathway-fed given line is only bounded above: whoever was promised a seat decides how many come.
    """
    table = space.offerings
    n, years = len(table), space.plan_count
    last = table["last_plan"].to_numpy(dtype=np.float64)
    given = (table["control"] == "given").to_numpy()
    fed = ~space.direct
    lower = np.where(last > 0, table["min_plan"].to_numpy(dtype=np.float64), 0.0)
    lower = np.where(given, np.where(fed, 0.0, last), lower)[:, None].repeat(years, axis=1)
    upper = np.where(given[:, None], last[:, None], space.upper)
    offering, year = space.grid(np.arange(n), np.arange(years))
    index = space.labels(offering, year)
    whole = (year < space.case.settings.solving.whole_class_years) & ~given[offering]
    whole &= (table["class_step"].to_numpy() == 1)[offering] | fed[offering]
    block = space.builder.add_columns("plan", index, lower=lower.ravel(), upper=upper.ravel(), integer=whole)
    own = given[offering]
    space.builder.state_bounds(
        "given", block, lower=np.where(own & ~fed[offering], lower.ravel(), -np.inf), upper=np.where(own, upper.ravel(), np.inf),
        sentence=("{offering} {year} 年的给定计划数", "{offering} in {year}: its given number"),
        together=("{year} 年给定的计划行保持给定计划数", "in {year} given lines keep their given numbers"),
    )  # fmt: skip
    space.builder.state_bounds(
        "min_plan", block, lower=np.where(~own & (lower.ravel() > 0), lower.ravel(), -np.inf),
        sentence=("{offering} {year} 年的最低计划数", "{offering} in {year}: its min_plan"),
        together=("{year} 年各计划行不低于最低计划数", "in {year} no line falls below its min_plan"),
    )  # fmt: skip
    rules = {f"ceiling:{rule.id}": rule for rule in space.case.rules}
    for kind, ceiling in space.ceilings:
        if kind == f"ceiling:{space.waived}":
            continue
        rule = rules.get(kind)
        known = {} if rule is None else {"rule": rule.id, "source": f"{rule.source} {rule.date}".strip()}
        space.builder.state_bounds(
            kind, block, upper=np.where(own, np.inf, ceiling.ravel()), labels=known,
            sentence=CEILING_WORDS.get(kind, RULE_WORDS)[0], together=CEILING_WORDS.get(kind, RULE_WORDS)[1],
        )  # fmt: skip


def entrants(space: Space) -> None:
    """e[o,t]: fill x plan for direct lines, the persons who pass for pathway-fed ones; columns z (`passed`) and b (`broken`).

    z[a,t] in [0, seats] from the pathway's first year on; b[a,t] >= 0 costs `broken_promise` a person.
    """
    case, paths = space.case, space.case.table("pathways")
    years = len(space.years)
    path, year = space.grid(np.arange(len(paths)), np.arange(years))
    live = space.years[year] >= paths["first_year"].to_numpy()[path]
    path, year = path[live], year[live]
    index = taken(paths, path, "pathway") | {"year": space.years[year]}
    seats = paths["seats"].to_numpy(dtype=np.float64)
    seats = np.where(np.isnan(seats), np.inf, seats)
    firm = unpromised(space, path, year)
    block = space.builder.add_columns("passed", index, upper=np.where(firm, 0.0, seats[path]))
    space.builder.state_bounds(
        "pathway_seats", block, upper=np.where(firm, np.inf, seats[path]),
        sentence=("衔接 {pathway} {year} 年的席位", "seats on {pathway} in {year}"),
    )  # fmt: skip
    promised = paths["min_share"].to_numpy()[path] > 0
    cost = case.settings.objective.broken_promise * space.discount[year[promised]]
    space.builder.add_columns("broken", taken(index, promised), cost=cost)

    direct = space.where(space.direct)
    offering, when = space.grid(direct, np.arange(years))
    fill = space.offerings["fill"].to_numpy(dtype=np.float64)[offering]
    column, cell = space.plan_column(offering, when), space.cell(offering, when)
    target = space.positions(paths["to_offering"])[path]
    fed = ~space.direct[target]
    passed = Terms(space.cell(target, year)[fed], block.positions[fed], np.ones(int(fed.sum())))
    space.entrants = Terms.concat([Terms(cell, column, fill), passed])
    fed_lines, fed_years = space.grid(space.where(~space.direct), np.arange(space.plan_count))
    seats_now = Terms(
        space.cell(fed_lines, fed_years), space.plan_column(fed_lines, fed_years), np.ones(len(fed_lines))
    )
    tail = fed & (year >= space.plan_count)
    later = Terms(space.cell(target, year)[tail], block.positions[tail], np.ones(int(tail.sum())))
    space.full = Terms.concat([Terms(cell, column, np.maximum(fill, 1.0)), seats_now, later])


def seats_of_fed_lines(space: Space) -> None:
    """Pathway-fed lines: p[o,t] = e[o,t]; e <= p <= e + 1 with p whole in the whole-class years; max_plan holds in the tail."""
    fed = space.where(~space.direct)
    if not len(fed):
        return
    years = len(space.years)
    offering, year = space.grid(fed, np.arange(years))
    row = np.full(len(space.offerings) * years, -1, dtype=np.int64)
    row[space.cell(offering, year)] = np.arange(len(offering))
    arriving = space.entrants.mapped(row)
    planned = year < space.plan_count
    own = Terms(
        np.flatnonzero(planned), space.plan_column(offering[planned], year[planned]), np.ones(int(planned.sum()))
    )
    index = space.labels(offering, year)
    given = (space.offerings["control"] == "given").to_numpy()[offering]
    whole = (year < space.case.settings.solving.whole_class_years) & ~given
    ceiling = np.where(given, space.offerings["last_plan"].to_numpy()[offering], space.upper[offering, -1])
    space.builder.add_rows(
        "seats", index, Terms.concat([own, arriving.scaled(-np.ones(len(offering)))]),
        lower=np.where(planned, 0.0, -ceiling), upper=np.where(planned, np.where(whole, 1.0, 0.0), np.inf),
        sentence=("{offering} 在 {year} 年的计划数等于升入人数", "{offering} in {year}: the plan equals those who pass into it"),
    )  # fmt: skip


def completions(space: Space) -> None:
    """G[o,t] = sum over k of c[o,k] e[o,t-k] + who changed to o + inherited: terms by cell, no columns."""
    space.completions = space.completing(space.entrants)


def pathways(space: Space) -> None:
    """z + b + w >= min_share G; z <= max_share G; sum of z out of o <= G; sum of z into a direct line <= its entrants."""
    paths = space.case.table("pathways")
    passed = space.builder.columns["passed"]
    if not len(passed):
        return
    years, inherited = len(space.years), space.cohorts.inherited_completions.ravel()
    path = rows_at([paths["pathway"]], [passed.labels["pathway"]])
    year = passed.labels["year"] - space.years[0]
    source, target = space.positions(paths["from_offering"])[path], space.positions(paths["to_offering"])[path]
    cell = space.cell(source, year)
    for name, share, block in (
        ("promise", paths["min_share"].to_numpy()[path], space.builder.columns["broken"]),
        ("transfer_ceiling", paths["max_share"].to_numpy()[path], None),
    ):
        chosen = np.flatnonzero(share > 0 if block is not None else share < 1)
        if not len(chosen):
            continue
        parts = [Terms(np.arange(len(chosen)), passed.positions[chosen], np.ones(len(chosen)))]
        if block is not None:
            parts.append(Terms(np.arange(len(chosen)), block.positions, np.ones(len(chosen))))
            parts.append(_lapsed(space, taken(passed.labels, chosen)))
        parts.append(space.completions.at(cell[chosen], -share[chosen]))
        constant = share[chosen] * inherited[cell[chosen]]
        bounds = {"lower": constant} if block is not None else {"upper": constant}
        space.builder.add_rows(
            name, taken(passed.labels, chosen), Terms.concat(parts), **bounds,
            sentence=("衔接 {pathway} 在 {year} 年的升学比例", "share of completers who pass on {pathway} in {year}"),
        )  # fmt: skip
    out = np.unique(cell)
    row = np.full(len(inherited), -1, dtype=np.int64)
    row[out] = np.arange(len(out))
    leaving = Terms(row[cell], passed.positions, np.ones(len(cell)))
    index = space.labels(out // years, out % years)
    space.builder.add_rows(
        "completers", index, Terms.concat([leaving, space.completions.mapped(row).scaled(-np.ones(len(out)))]),
        upper=inherited[out],
        sentence=("{offering} {year} 年升学人数不超过毕业生", "{offering} in {year}: no more pass on than complete"),
    )  # fmt: skip
    into = space.direct[target]
    entry = np.unique(space.cell(target[into], year[into]))
    if not len(entry):
        return
    row[:] = -1
    row[entry] = np.arange(len(entry))
    coming = Terms(row[space.cell(target[into], year[into])], passed.positions[into], np.ones(int(into.sum())))
    index = space.labels(entry // years, entry % years)
    space.builder.add_rows(
        "room_for_passed", index, Terms.concat([coming, space.entrants.mapped(row).scaled(-np.ones(len(entry)))]), upper=0.0,
        sentence=("{offering} {year} 年升入人数不超过报到数", "{offering} in {year}: no more pass in than register"),
    )  # fmt: skip


def _lapsed(space: Space, index: Labels) -> Terms:
    """Columns w of the rows that have one: seats into a line that closed before those who complete now began."""
    block = space.block("lapsed")
    if block is None:
        return Terms.empty()
    row = rows_at([*index.values()], [*block.labels.values()])
    return Terms(row, block.positions, np.ones(len(block)))
