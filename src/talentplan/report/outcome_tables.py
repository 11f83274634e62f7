"""Tables of what the plan leads to: indicators, shortages, destinations, students on roll."""

from __future__ import annotations

import pandas as pd

from talentplan.report.tables import Column, Published, Source, View, columns, kind_of_unit, totalled

__all__ = [
    "balance", "by_year", "destinations", "enrolment", "flow_end", "flow_frame", "flows", "gaps", "indicators",
    "progression", "surplus", "surplus_rows",
]  # fmt: skip


def indicators(source: Source, *, every_year: bool = False) -> View:
    """The plan beside doing nothing, over the plan years (and year by year); persons differ by what is shown of them.

    Students on roll are no sum: the row of all years is that of the last, and says so.
    """
    words = source.words
    frame = source.plan.table("indicators")
    if not every_year:
        frame = frame[frame["year"] == 0]
    persons = frame["unit"].map(kind_of_unit) == "persons"
    of_last = (frame["indicator"] == "enrolled") & (frame["year"] == 0)  # a number of the last year, no sum
    exact, whole = frame["plan"] - frame["do_nothing"], frame["plan"].round() - frame["do_nothing"].round()
    shown = pd.DataFrame(
        {
            "indicator": frame[source.lang].mask(of_last, frame[source.lang] + words.bracket(str(source.years[-1]))),
            "unit": [words("unit", unit) for unit in frame["unit"]],
            "year": [words("general", "all_years") if year == 0 else str(year) for year in frame["year"]],
            "do_nothing": frame["do_nothing"],
            "the_plan": frame["plan"],
            "difference": whole.where(persons, exact),
            "unit_code": frame["unit"],
        }
    ).reset_index(drop=True)
    year = columns(words, year="text") if every_year else ()
    shape = (
        *columns(words, indicator="text", unit="text"),
        *year,
        *columns(words, do_nothing="by_unit", the_plan="by_unit", difference="difference"),
    )
    return View("indicators", words("head", "indicators"), shape, shown)


def by_year(source: Source) -> View:
    """Openings, shortage and surplus of each plan year, plan and do nothing."""
    words = source.words
    plan, nothing = source.table("balance"), source.nothing.table("balance")
    frame = pd.DataFrame({"year": source.years})
    parts = {
        "openings": (plan, "openings"),
        "shortage_nothing": (nothing, "shortage"),
        "shortage_plan": (plan, "shortage"),
        "surplus_nothing": (source.nothing.table("surplus"), "surplus"),
        "surplus_plan": (source.table("surplus"), "surplus"),
    }
    for key, (table, value) in parts.items():
        frame[key] = table.groupby("year")[value].sum().reindex(source.years, fill_value=0.0).to_numpy()
    shape = columns(
        words, year="year", openings="persons", shortage_nothing="persons", shortage_plan="persons",
        surplus_nothing="persons", surplus_plan="persons",
    )  # fmt: skip
    return totalled(View("by_year", words("head", "by_year"), shape, frame, unit="persons"), *parts)


def gaps(source: Source, most: int = 25) -> tuple[View, int]:
    """Shortage by occupation and year, do nothing (`n<year>`) and plan (`p<year>`), and how many occupations there are.

    The occupations with the largest sum over the plan years in either case, largest first.
    """
    names = source.names.occupation
    both = {}
    for prefix, way in (("n", source.nothing), ("p", source)):
        table = way.table("balance")
        wide = table.pivot_table(index="occupation", columns="year", values="shortage", aggfunc="sum")
        both[prefix] = wide.reindex(columns=source.years, fill_value=0.0).fillna(0.0).add_prefix(prefix)
    frame = pd.concat(both.values(), axis=1).fillna(0.0)
    sums = {prefix: frame.filter(regex=f"^{prefix}\\d").sum(axis=1) for prefix in both}
    frame = frame.assign(n_sum=sums["n"], p_sum=sums["p"], largest=pd.concat(sums, axis=1).max(axis=1))
    frame = frame.rename_axis("code").reset_index()
    frame = frame.sort_values(["largest", "code"], ascending=[False, True], kind="stable")
    everything = len(frame)
    frame = frame[frame["largest"] > 0.5].head(most).reset_index(drop=True)
    frame["occupation"] = frame["code"].map(lambda code: names.get(code, code))
    years = [Column(f"{p}{year}", str(year), "persons") for p in ("n", "p") for year in source.years]
    shape = (Column("occupation", source.words("column", "occupation")), *years)
    return View("gaps", source.words("head", "heat"), shape, frame), everything


def _by_year(source: Source, frame: pd.DataFrame, keys: list[str], sums: list[str], each: str) -> pd.DataFrame:
    """One row per key: sums over the plan years, and one of the columns year by year (named by the year)."""
    total = frame.groupby(keys)[sums].sum()
    wide = frame.pivot_table(index=keys, columns="year", values=each, aggfunc="sum").reindex(columns=source.years)
    wide.columns = [str(year) for year in source.years]
    return total.join(wide.fillna(0.0)).reset_index()


def _year_columns(source: Source, what: str) -> tuple[Column, ...]:
    return tuple(Column(str(year), f"{year} {source.words('column', what)}", "persons") for year in source.years)


def balance(source: Source) -> View:
    """Every occupation and level with something to fill: sums over the plan years, and its shortage year by year."""
    words, names = source.words, source.names
    keys, sums = ["occupation", "level"], ["openings", "external", "placed", "shortage", "settled"]
    nothing = source.nothing.table("balance").groupby(keys)["shortage"].sum().rename("shortage_nothing")
    frame = _by_year(source, source.table("balance"), keys, sums, "shortage").join(nothing, on=keys)
    frame = frame[(frame["openings"] > 0) | (frame["external"] > 0)].reset_index(drop=True)
    shown = frame.assign(
        occupation_code=frame["occupation"],
        occupation_name=frame["occupation"].map(lambda code: names.occupation.get(code, code)),
        level=frame["level"].map(lambda code: names.level.get(code, code)),
        shortage_nothing=frame["shortage_nothing"].fillna(0.0),
    )
    shape = columns(
        words, occupation_code="text", occupation_name="text", level="text", openings="persons", external="persons",
        placed="persons", shortage="persons", settled="persons", shortage_nothing="persons",
    )  # fmt: skip
    shape = (*shape, *_year_columns(source, "shortage"))
    return totalled(View("balance", words("sheet", "balance"), shape, shown), *(c.key for c in shape[3:]))


def surplus_rows(source: Source) -> View:
    """Every program with completers who seek work in the region: sums, and its surplus year by year."""
    words, names = source.words, source.names
    frame = _by_year(source, source.table("surplus"), ["program", "level"], ["local", "placed", "surplus"], "surplus")
    frame = frame[frame["local"] > 0].reset_index(drop=True)
    shown = frame.assign(
        program_code=frame["program"],
        program_name=frame["program"].map(lambda code: names.program.get(code, code)),
        level=frame["level"].map(lambda code: names.level.get(code, code)),
    )
    shape = columns(
        words, program_code="text", program_name="text", level="text", local="persons", placed="persons",
        surplus="persons",
    )  # fmt: skip
    shape = (*shape, *_year_columns(source, "surplus"))
    return totalled(View("surplus", words("sheet", "surplus"), shape, shown), *(c.key for c in shape[3:]))


def surplus(source: Source, most: int = 10) -> View:
    """The programs with the largest surplus over the plan years, beside doing nothing."""
    words, names = source.words, source.names
    sums = source.table("surplus").groupby(["program", "level"])[["local", "surplus"]].sum()
    nothing = source.nothing.table("surplus").groupby(["program", "level"])["surplus"].sum()
    frame = sums.rename(columns={"surplus": "surplus_plan"}).assign(surplus_nothing=nothing)
    frame = frame.fillna(0.0).reset_index()
    frame = frame[frame["surplus_plan"] > 0.5].sort_values(
        ["surplus_plan", "program"], ascending=[False, True], kind="stable"
    )
    shown = frame.head(most).reset_index(drop=True)
    shown["program"] = shown["program"].map(lambda code: names.program.get(code, code))
    shown["level"] = shown["level"].map(lambda code: names.level.get(code, code))
    shape = columns(
        words, program="text", level="text", local="persons", surplus_plan="persons", surplus_nothing="persons"
    )
    return View("surplus", words("head", "surplus"), shape, shown, unit="person-years")


def progression(source: Source) -> View:
    """Every pathway with completers or a promise: sums over the plan years, and those who pass year by year.

    Those who pass into a line that has stopped recruiting (`taught_out`) only where there are any. Completers have no total: those
    of a line stand beside each of its pathways.
    """
    words, names = source.words, source.names
    keys = ["pathway", "from_offering", "to_offering"]
    sums = ["completers", "promised", "passed", "taught_out", "broken"]
    frame = _by_year(source, source.table("progression"), keys, sums, "passed")
    frame = frame[(frame["completers"] > 0) | (frame["promised"] > 0)].reset_index(drop=True)
    shown = frame.assign(
        from_line=frame["from_offering"].map(lambda code: names.line.get(code, code)),
        to_line=frame["to_offering"].map(lambda code: names.line.get(code, code)),
    )
    shape = columns(
        words, pathway="text", from_line="text", to_line="text", completers="persons", promised="persons",
        passed="persons", taught_out="persons", broken="persons",
    )  # fmt: skip
    if not shown["taught_out"].any():
        shape = tuple(column for column in shape if column.key != "taught_out")
    shape = (*shape, *_year_columns(source, "passed"))
    return totalled(View("progression", words("sheet", "progression"), shape, shown), *(c.key for c in shape[4:]))


def destinations(source: Source, most: int = 10) -> View:
    """The pathways whose promises are broken, summed over the plan years, worst first."""
    words = source.words
    rows = progression(source).frame
    found = rows[rows["broken"] > 0.5].sort_values(["broken", "pathway"], ascending=[False, True], kind="stable")
    shape = columns(words, from_line="text", to_line="text", promised="persons", passed="persons", broken="persons")
    return View("broken", words("head", "broken"), shape, found.head(most).reset_index(drop=True), unit="person-years")


def flow_frame(source: Published) -> pd.DataFrame:
    """Where completers go: year, level, track, to_code (passed, outside, in_job, away, local), to_level, persons.

    Inside pathways lead to the level they enter; what they leave of a line's completions goes outside, stays in its job,
    goes away or seeks work here.
    """
    lines = source.lines[["offering", "level", "track"]]
    done = source.table("completions").merge(lines, on="offering")
    kept = [
        done[["year", "level", "track"]].assign(to_code=code, to_level="", persons=done[code])
        for code in ("outside", "in_job", "away", "local")
    ]
    entered = lines[["offering", "level"]].rename(columns={"offering": "to_offering", "level": "to_level"})
    passed = source.table("progression").merge(lines, left_on="from_offering", right_on="offering")
    passed = passed.merge(entered, on="to_offering").assign(to_code="passed")
    kept.append(passed.rename(columns={"passed": "persons"})[kept[0].columns])
    keys = ["year", "level", "track", "to_code", "to_level"]
    frame = pd.concat(kept).groupby(keys)["persons"].sum().reset_index()
    orders = {"level": source.levels(), "track": source.words.codes("track"), "to_code": source.words.codes("flow")}
    ranks = {name: {code: rank for rank, code in enumerate(codes)} for name, codes in orders.items()}
    return frame.sort_values(keys, key=lambda c: c.map(ranks[str(c.name)]) if c.name in ranks else c, kind="stable")


def flows(source: Published) -> list[View]:
    """`flow_frame` in words, one table a plan year."""
    words, level = source.words, source.names.level
    frame = flow_frame(source)
    frame = frame[frame["persons"] > 0.05]
    frame = frame.assign(
        **{
            "from": [
                f"{level.get(a, a)} · {words('track', b)}" for a, b in zip(frame["level"], frame["track"], strict=True)
            ],
            "to": [flow_end(source, a, b) for a, b in zip(frame["to_code"], frame["to_level"], strict=True)],
        }
    )
    label = Column("persons", words("unit", "persons"), "persons")
    shape = (*(Column(key, words("column", key)) for key in ("from", "to")), label)
    views = [
        View(
            f"flow_{year}", words("head", "flow", year=year), shape, frame[frame["year"] == year].reset_index(drop=True)
        )
        for year in source.years
    ]
    return [totalled(view, "persons") for view in views]


def flow_end(source: Published, code: str, level: str) -> str:
    """Where a flow leads, in words."""
    return source.words("flow", code, level=source.names.level.get(level, level))


def enrolment(source: Source) -> View:
    """Students on roll each autumn by level: plan, and do nothing in total."""
    words = source.words
    level = source.lines.set_index("offering")["level"]
    frame = pd.DataFrame({"year": [source.first - 1, *source.years]})
    shape = [Column("year", words("column", "year"), "year")]
    before = pd.Series(source.cohorts.enrolled_before).groupby(source.cohorts.offerings["level"].to_numpy()).sum()
    for code, name in ((code, source.names.level.get(code, code)) for code in source.levels()):
        frame[code] = [float(before.get(code, 0.0)), *_enrolled(source, level == code)]
        shape.append(Column(code, name, "persons"))
    total = words("general", "total")
    frame["total"] = frame[source.levels()].sum(axis=1)
    frame["n_total"] = [float(before.sum()), *_enrolled(source.nothing, level.notna())]
    shape.append(Column("total", total, "persons"))
    shape.append(Column("n_total", words("column", "enrolled_nothing", level=total), "persons"))
    return View("enrolment", words("head", "enrolled"), tuple(shape), frame, unit="persons")


def _enrolled(way: Published, lines: pd.Series) -> list[float]:
    """Students on roll in every plan year of the lines that are marked: bool by offering."""
    table = way.table("enrolment")
    own = table[table["offering"].map(lines).to_numpy(dtype=bool)]
    return [float(persons) for persons in own.groupby("year")["enrolled"].sum().reindex(way.years, fill_value=0.0)]
