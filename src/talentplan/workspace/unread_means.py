"""Means that no plan can use: hours, teachers and places that nobody lacks, bought, lent or owned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from talentplan.workspace.case import Defaulted
from talentplan.workspace.keys import rows_at, values_at
from talentplan.workspace.notes import without_effect
from talentplan.workspace.settings import Settings

__all__ = ["unread_means"]

Tables = Mapping[str, pd.DataFrame]
Mask = NDArray[np.bool_]


def unread_means(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Resources, agreements and options without effect, and lines that lack the hours they need."""
    needed = _needed(tables)
    yield from _hours(settings, tables, needed)
    yield from _agreements(tables, needed)
    yield from _options(tables, needed)
    yield from _late(settings, tables)


def _needed(tables: Tables) -> pd.DataFrame:
    """school, kind: hours that a line of the school needs; no rows where training hours are not judged."""
    needs = tables["needs"]
    wanted = needs.loc[needs["hours"] > 0, ["program", "kind"]]
    pairs = tables["offerings"][["school", "program"]].merge(wanted, on="program")[["school", "kind"]]
    return pairs.drop_duplicates(ignore_index=True).iloc[: 0 if tables["resources"].empty else None]


def _among(rows: pd.DataFrame, pairs: pd.DataFrame) -> Mask:
    """bool[row]: the row stands among the pairs; both with the same columns, in the same order."""
    unique = pairs.drop_duplicates()
    return np.asarray(rows_at([unique[c] for c in unique], [rows[c] for c in rows]) >= 0)


def _hours(settings: Settings, tables: Tables, needed: pd.DataFrame) -> Iterable[Defaulted]:
    """Kinds that nobody needs, and needs of a school that nothing there can meet."""
    if needed.empty:
        return
    resources = tables["resources"]
    idle = sorted(set(resources["kind"]) - set(needed["kind"]))
    yield from without_effect(
        "resources", idle,
        "没有计划行需要实训类型 {}，这些资源未使用",
        "no plan line needs training of the kind {}: these resources are not used",
    )  # fmt: skip
    bare = needed[~_among(needed, _supplied(settings, tables))].sort_values(["school", "kind"])
    yield from without_effect(
        "needs", bare["school"] + " " + bare["kind"],
        "以下院校的实训类型没有任何学时来源（自有、借用或投资）：{}；需要它的计划行不能招收新生",
        "no resource, agreement or investment gives these schools hours of the kind: {}; lines that need them cannot enrol "
        "anybody new",
    )  # fmt: skip


def _supplied(settings: Settings, tables: Tables) -> pd.DataFrame:
    """school, kind: hours that a school owns, may borrow in some plan year or may buy."""
    resources, lent, limit = tables["resources"], tables["agreements"], settings.policy.travel_limit
    owned = resources[resources["workplaces"] * resources["hours"] > 0].rename(columns={"unit": "school"})
    first, years = settings.horizon.first_year, settings.horizon.years
    used = (lent["last_year"] >= first) & (lent["first_year"] < first + years)
    used &= lent["hours_max"] * lent["delivery_rate"] > 0
    if limit is not None:
        used &= ~(lent["minutes"] > limit)
    borrowed = lent.loc[used, ["school", "resource"]].merge(owned[["resource", "kind"]], on="resource")
    parts = [table[["school", "kind"]] for table in (owned, borrowed, _users(tables))]
    return pd.concat(parts, ignore_index=True)


def _users(tables: Tables) -> pd.DataFrame:
    """investment, school, kind of every school that may use the hours of an option."""
    options, users = tables["investments"], tables["investment_users"]
    hours = options.loc[options["adds"] == "hours", ["investment", "school", "kind"]]
    joint = users[["investment", "school"]].merge(hours[["investment", "kind"]], on="investment")
    return pd.concat([hours[~hours["investment"].isin(users["investment"])], joint], ignore_index=True)


def _agreements(tables: Tables, needed: pd.DataFrame) -> Iterable[Defaulted]:
    """Agreements whose borrower needs no such hours, or is not judged on such teachers."""
    lent = tables["agreements"].merge(tables["resources"][["resource", "kind"]], on="resource")
    idle = ~_among(lent[["school", "kind"]], needed) & (len(needed) > 0)
    yield from without_effect(
        "agreements", lent.loc[idle, "agreement"],
        "共享协议 {} 的借用院校没有计划行需要这类学时，不起作用",
        "no line of the borrowing school needs such hours under the agreements {}: without effect",
    )  # fmt: skip
    taught, judged = tables["teacher_agreements"], _judged(tables)
    place = taught[["to_school", "cluster"]].rename(columns={"to_school": "school"})
    idle = ~taught["to_school"].isin(judged).to_numpy() & ~_among(place, _judged_clusters(tables))
    yield from without_effect(
        "teacher_agreements", taught.loc[idle, "agreement"],
        "教师共享协议 {} 的接收院校不考核教师数，不起作用",
        "the borrowing school of the agreements {} is not judged on teachers: without effect",
    )  # fmt: skip


def _judged(tables: Tables) -> set[str]:
    """Schools judged on students per teacher: teachers and a ratio are given, and there is a line."""
    schools, lines, levels = tables["schools"], tables["offerings"], tables["levels"]
    counted = schools[["teachers_general", "teachers_specialist"]].notna().any(axis=1)
    level = lines["program"].map(tables["programs"].set_index("program")["level"])
    ratio = values_at(levels["level"], levels["students_per_teacher"], level)
    stated = schools["school"].isin(lines.loc[~np.isnan(ratio), "school"]) | schools["students_per_teacher"].notna()
    return set(schools.loc[counted & stated & schools["school"].isin(lines["school"]), "school"])


def _judged_clusters(tables: Tables) -> pd.DataFrame:
    """school, cluster judged on students per specialist teacher: specialists and a ratio are given, and there is a line."""
    special, clusters, lines = tables["specialists"], tables["clusters"], tables["offerings"]
    ratio = values_at(clusters["cluster"], clusters["students_per_specialist"], special["cluster"])
    cluster = lines["program"].map(tables["programs"].set_index("program")["cluster"])
    taught = pd.DataFrame({"school": lines["school"], "cluster": cluster})
    pairs = special[["school", "cluster"]]
    return pairs[~np.isnan(ratio) & _among(pairs, taught)]


def _options(tables: Tables, needed: pd.DataFrame) -> Iterable[Defaulted]:
    """Options that add to what is not limited."""
    options, code = tables["investments"], tables["investments"]["investment"]
    users = _users(tables)
    limited = {
        "school_places": options["school"].isin(_with_places(tables["schools"], "school")),
        "offering_places": options["offering"].isin(_with_places(tables["offerings"], "offering")),
        "hours": code.isin(users.loc[_among(users[["school", "kind"]], needed), "investment"]),
        "teachers": options["school"].isin(_judged(tables)),
    }
    says = {
        "school_places": ("所在院校没有办学容量上限", "the places of the school are not limited"),
        "offering_places": ("所在计划行没有办学容量上限", "the places of the plan line are not limited"),
        "hours": ("使用院校没有考核这类实训学时", "no school that uses them is judged on such training hours"),
        "teachers": ("所在院校不考核生师比", "the school is not judged on students per teacher"),
    }
    for adds, within in limited.items():
        zh, en = says[adds]
        yield from without_effect(
            "investments", code[(options["adds"] == adds) & ~within],
            f"{zh}，投资选项 {{}} 不起作用", f"{en}: the options {{}} are without effect",
        )  # fmt: skip


def _with_places(table: pd.DataFrame, key: str) -> pd.Series:
    return table.loc[table["places"].notna(), key]


def _late(settings: Settings, tables: Tables) -> Iterable[Defaulted]:
    """Options that would be ready only after the last plan year."""
    options, years = tables["investments"], settings.horizon.years
    last = settings.horizon.first_year + years - 1
    yield from without_effect(
        "investments", options.loc[options["lead"] >= years, "investment"],
        f"投资选项 {{}} 的建设周期太长，{last} 年（规划期末）前不能投入使用",
        f"the lead of the options {{}} is so long that none is in use by {last}, the last plan year",
    )  # fmt: skip
