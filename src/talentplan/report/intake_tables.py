"""Tables of the enrolment plan: the books, the totals, the lines, the changes of points."""

from __future__ import annotations

import numpy as np
import pandas as pd

from talentplan.report.tables import Column, Source, View, columns, spans, totalled

__all__ = [
    "authorities", "changes", "controls", "layout", "levels", "lines", "mergers", "moved_seats", "orders", "reconciliation",
    "schools",
]  # fmt: skip

# A point that opens or closes is a decision of its own, beside the seats it moves.
OPENS_OR_CLOSES = ("add", "resume", "suspend", "close")


def reconciliation(source: Source) -> View:
    """Last year's plan, registrations and roll by level: the input tables beside what the plan starts from.

    The left side sums the tables intake_history and roll as they were read; the right side is what the published
    enrolment plan and the cohorts carry. Roll is compared where the bureau brought a roll, in total and by level.
    """
    case, words = source.case, source.words
    last = source.first - 1
    level_of = source.lines.set_index("offering")["level"]
    history = case.table("intake_history")
    history = history[history["year"] == last]
    roll = case.table("roll")
    roll = roll[roll["year"] == last]
    lines = source.cohorts.offerings
    carried = pd.DataFrame(
        {
            "level": lines["level"].to_numpy(),
            "registered": lines["last_registered"].to_numpy(),
            "roll": source.cohorts.enrolled_before,
        }
    )
    intake = source.next_intake()
    pairs = [
        ("plan", _by_level(history, "plan", level_of), intake.groupby("level")["last_plan"].sum()),
        (
            "registered",
            _by_level(history, "registered", level_of),
            carried.groupby("level")["registered"].sum(),
        ),
    ]
    if len(roll):
        pairs.append(("roll", _by_level(roll, "persons", level_of), carried.groupby("level")["roll"].sum()))
    rows = []
    for measure, given, taken in pairs:
        each = [(level, float(given.get(level, 0.0)), float(taken.get(level, 0.0))) for level in source.levels()]
        each = [row for row in each if row[1] or row[2]]
        total = ("", sum(row[1] for row in each), sum(row[2] for row in each))
        for level, left, right in [*each, total]:
            name = words("general", "total") if level == "" else source.names.level.get(level, level)
            rows.append((words("measure", measure), measure, level, name, left, right, right - left))
    frame = pd.DataFrame(rows, columns=["measure", "code", "level_code", "level", "in_input", "carried", "difference"])
    shape = columns(words, measure="text", level="text", in_input="persons", carried="persons", difference="change")
    return View("reconciliation", words("head", "reconcile"), shape, frame, unit="persons")


def _by_level(frame: pd.DataFrame, value: str, level_of: pd.Series) -> pd.Series:
    return frame[value].groupby(frame["offering"].map(level_of).to_numpy()).sum()


def _totals(source: Source, name: str, by: list[str]) -> pd.DataFrame:
    """Next year's plan beside last year's, summed by these columns of the intake table."""
    intake = source.next_intake().assign(lines=1)
    intake["lines"] = ((intake["plan"] > 0) | (intake["last_plan"] > 0)).astype(int)
    sums = intake.groupby(by, sort=True)[["lines", "last_plan", "plan", "registered"]].sum().reset_index()
    sums["change"] = sums["plan"] - sums["last_plan"]
    sums = sums[sums["lines"] > 0].reset_index(drop=True)
    sums.attrs["name"] = name
    return sums


def _totals_view(source: Source, name: str, frame: pd.DataFrame, *first: str) -> View:
    words = source.words
    numbers = columns(words, lines="whole", last_plan="persons", plan="persons", change="change", registered="persons")
    shape = (*(Column(key, words("column", key)) for key in first), *numbers)
    view = View(name, words("head", name), shape, frame)
    return totalled(view, "lines", "last_plan", "plan", "change", "registered")


def authorities(source: Source) -> View:
    """Totals by authority and by what the planner may do with them."""
    frame = _totals(source, "authority", ["authority", "control"])
    order = {code: rank for rank, code in enumerate(("city", "province", "ministry", "human_resources"))}
    frame = frame.sort_values("authority", key=lambda codes: codes.map(order), kind="stable")
    frame["authority"] = [source.words("authority", code) for code in frame["authority"]]
    frame["control"] = [source.words("control_long", code) for code in frame["control"]]
    return _totals_view(source, "authority", frame, "authority", "control")


def levels(source: Source) -> View:
    """Totals by level, lowest first."""
    frame = _totals(source, "level", ["level"])
    order = {code: rank for rank, code in enumerate(source.levels())}
    frame = frame.sort_values("level", key=lambda codes: codes.map(order), kind="stable")
    frame["level"] = frame["level"].map(lambda code: source.names.level.get(code, code))
    return _totals_view(source, "level", frame, "level")


def schools(source: Source) -> View:
    """Totals by school."""
    frame = _totals(source, "school", ["school"])
    frame["school"] = frame["school"].map(lambda code: source.names.school.get(code, code))
    return _totals_view(source, "school", frame, "school")


def controls(source: Source) -> View:
    """Next year's plan by who decides it."""
    frame = _totals(source, "control", ["control"])
    order = {code: rank for rank, code in enumerate(("decide", "propose", "given"))}
    frame = frame.sort_values("control", key=lambda codes: codes.map(order), kind="stable")
    frame["control_code"] = frame["control"]
    frame["control"] = [source.words("control_long", code) for code in frame["control"]]
    return _totals_view(source, "control", frame, "control")


def lines(source: Source) -> View:
    """The enrolment plan as it is filed: every line that enrols this year or did last year, by school."""
    words, names, case = source.words, source.names, source.case
    intake = source.next_intake()
    intake = intake[(intake["plan"] > 0) | (intake["last_plan"] > 0)]
    own = source.lines[["offering", "duration", "entrant_group"]]
    rank = {code: order for order, code in enumerate(source.levels())}
    frame = intake.merge(own, on="offering", how="left").assign(rank=lambda f: f["level"].map(rank))
    frame = frame.sort_values(["school", "rank", "program", "track", "offering"], kind="stable")
    group = frame["entrant_group"].map(lambda code: case.settings.label(code, source.lang))
    fed = frame["entrant_group"] == ""
    shown = pd.DataFrame(
        {
            "school_code": frame["school"],
            "school_name": frame["school"].map(lambda code: names.school.get(code, code)),
            "program_code": frame["program"],
            "program_name": frame["program"].map(lambda code: names.program.get(code, code)),
            "level": frame["level"].map(lambda code: names.level.get(code, code)),
            "track": [words("track", code) for code in frame["track"]],
            "duration": frame["duration"],
            "entrant_group": group.where(~fed, words("origin", "pathway")),
            "authority": [words("authority", code) for code in frame["authority"]],
            "control": [words("control", code) for code in frame["control"]],
            "control_code": frame["control"],
            "last_plan": frame["last_plan"],
            "plan": frame["plan"],
            "change": frame["plan"] - frame["last_plan"],
            "classes": frame["classes"].where(frame["classes"] >= 0, np.nan),
            "registered": frame["registered"],
        }
    ).reset_index(drop=True)
    shape = columns(
        words, school_code="text", school_name="text", program_code="text", program_name="text", level="text",
        track="text", duration="whole", entrant_group="text", authority="text", control="text", last_plan="persons",
        plan="persons", change="change", classes="whole", registered="persons",
    )  # fmt: skip
    held = _reserved(source).reindex(frame["offering"]).fillna(0.0).to_numpy()
    if held.any():
        shown["reserved"] = np.minimum(held, frame["plan"].to_numpy())
        shape = (*shape, *columns(words, reserved="persons"))
    return View("intake", words("sheet", "intake"), shape, shown)


def _reserved(source: Source) -> pd.Series:
    """Persons of next year's plan reserved for order classes and earmarks, by offering."""
    table = source.case.table("reserved_seats")
    now = table[table["year"].isin([0, source.first])]
    return now.groupby("offering")["seats"].sum()


def layout(source: Source) -> View:
    """Every point with its verdict and reason."""
    words, names = source.words, source.names
    frame = source.plan.table("layout")
    shown = pd.DataFrame(
        {
            "school_code": frame["school"],
            "school_name": frame["school"].map(lambda code: names.school.get(code, code)),
            "program_code": frame["program"],
            "program_name": frame["program"].map(lambda code: names.program.get(code, code)),
            "level": frame["level"].map(lambda code: names.level.get(code, code)),
            "control": [words("control", code) for code in frame["control"]],
            "last_plan": frame["last_plan"],
            "plan": frame["next_plan"],
            "change": frame["change"],
            "verdict": [
                words("verdict", code) + (words.bracket(words("mark", mark)) if mark else "")
                for code, mark in zip(frame["verdict"], frame["mark"], strict=True)
            ],
            "list": [words("list", code) if code else "" for code in frame["list"]],
            "because": frame[f"because_{source.lang}"],
            "limited": frame[f"limited_{source.lang}"],
            "illustrative": frame["illustrative"],
            "school": frame["school"],
            "verdict_code": frame["verdict"],
            "control_code": frame["control"],
        }
    ).reset_index(drop=True)
    shape = columns(
        words, school_code="text", school_name="text", program_code="text", program_name="text", level="text",
        control="text", last_plan="persons", plan="persons", change="change", verdict="text", list="text",
        because="text", limited="text", illustrative="share",
    )  # fmt: skip
    return View("layout", words("sheet", "layout"), shape, shown)


def mergers(source: Source) -> View:
    """Lines that merge or move into another one, when, and how many of their seats go along."""
    words, line = source.words, source.names.line
    frame = source.table("mergers").sort_values(["year", "from_offering", "to_offering"], kind="stable")
    shown = frame.reset_index(drop=True).assign(
        from_line=[line.get(code, code) for code in frame["from_offering"]],
        to_line=[line.get(code, code) for code in frame["to_offering"]],
        kind=[words("mark", code) for code in frame["kind"]],
    )
    shape = columns(words, from_line="text", to_line="text", kind="text", year="year", seats="persons")
    return View("mergers", words("sheet", "mergers"), shape, shown)


def moved_seats(source: Source) -> pd.Series:
    """Seat-years by (school, program): sum over its lines that are not given of |plan - last plan| x duration, where above 0."""
    intake = source.next_intake().merge(source.lines[["offering", "duration"]], on="offering", how="left")
    moved = ((intake["plan"] - intake["last_plan"]).abs() * intake["duration"]).where(intake["control"] != "given", 0.0)
    seats = moved.groupby([intake["school"], intake["program"]]).sum()
    return seats[seats > 0]


def orders(source: Source) -> View:
    """Order classes and earmarks by partner: the line that recruits for them, and in which years how many of their seats it fills.

    ordered: seats reserved a year; held: of them in the plan number, in proportion where it holds less than is reserved in all;
    filled: persons of these who are expected to register. Years with the same figures share a row.
    """
    words, names = source.words, source.names
    table = source.case.table("reserved_seats").merge(pd.DataFrame({"at": source.years}), how="cross")
    table = table[(table["year"] == 0) | (table["year"] == table["at"])]
    intake = source.table("intake").set_index(["offering", "year"])[["plan", "registered"]]
    found = table.join(intake, on=["offering", "at"])
    stated = found.groupby(["offering", "at"])["seats"].transform("sum")
    held = found["seats"] * (found["plan"] / stated).clip(upper=1.0)
    comes = (found["registered"] / found["plan"]).where(found["plan"] > 0, 0.0)
    found = found.assign(ordered=found["seats"].round(3), held=held.round(3), filled=(held * comes).round(3))
    keys = ["partner", "offering", "reservation", "kind", "occupation", "ordered", "held", "filled"]
    rows = found.groupby(keys)["at"].agg(years=list, begins="min").reset_index()
    rows = rows.sort_values(["partner", "offering", "reservation", "begins"], kind="stable").reset_index(drop=True)
    shown = rows.assign(
        partner=rows["partner"].where(rows["partner"] != "", rows["reservation"]),
        kind=[words("reservation", code) for code in rows["kind"]],
        line=[names.line.get(code, code) for code in rows["offering"]],
        in_years=[spans(years) for years in rows["years"]],
        works_as=[names.occupation.get(code, code) if code else words("general", "any") for code in rows["occupation"]],
    )
    shape = columns(
        words, partner="text", kind="text", line="text", in_years="text", ordered="persons", held="persons",
        filled="persons", works_as="text",
    )  # fmt: skip
    return View("orders", words("sheet", "orders"), shape, shown)


def changes(source: Source) -> pd.DataFrame:
    """Points that change, the most important first: the rows of `layout` with their `seat_years`.

    seat_years as in `moved_seats`, doubled where the point opens, resumes, suspends or closes. Points that stay as they are are
    left out; ties by school and program.
    """
    seats = moved_seats(source)
    frame = layout(source).frame
    index = pd.MultiIndex.from_arrays([frame["school"], frame["program_code"]])
    weight = np.where(frame["verdict_code"].isin(OPENS_OR_CLOSES), 2.0, 1.0)
    frame = frame.assign(seat_years=seats.reindex(index).fillna(0.0).to_numpy() * weight)
    changed = ~frame["verdict_code"].isin(("keep", "not_opened"))
    frame = frame[changed & (frame["seat_years"] > 0)]
    return frame.sort_values(
        ["seat_years", "school", "program_code"], ascending=[False, True, True], kind="stable"
    ).reset_index(drop=True)
