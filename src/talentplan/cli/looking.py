"""What `validate`, `forecast` and `match` print: looks at the input before anything is decided."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from talentplan.cli.console import interruptible, language, out, pick, step
from talentplan.cli.console import table as table_text
from talentplan.cli.planning import run_folder
from talentplan.cli.summary import stamp
from talentplan.demand import Openings, forecast_openings
from talentplan.plan import Match, match_supply
from talentplan.plan.write import write_folder, write_notes, write_table
from talentplan.report import write_forecast_page, write_match_page
from talentplan.report.basis import made_up
from talentplan.report.words import Words
from talentplan.workspace import Case, load_dictionary, read_case, unlinked

__all__ = ["look_at_demand", "look_at_input", "look_at_match"]

TOP = 10
METHOD = 4
"""Column of the method in the table of industries."""
MOST = 40
"""Programs and occupations without a link that are listed; the rest is counted."""
PAGE, MATCH_PAGE = "forecast.html", "match.html"
OF_A_PLAN = frozenset({"intake", "investment", "sharing", "hiring", "budget", "limits"})
"""Tables of doing nothing that say nothing of programs and jobs."""


def look_at_input(model: Path, scenario: str | None) -> None:
    """Read, check, and say what there is."""
    case = _read(model, scenario)
    out(_case_text(case))
    alone = unlinked(case.settings, case.tables)
    if len(alone):
        out("\n" + _no_linktext(alone))


def look_at_demand(model: Path, scenario: str | None, root: Path) -> None:
    """The openings, their tables and a summary."""
    case = _read(model, scenario)
    with step(pick("正在预测", "forecasting")):
        openings = interruptible(lambda: forecast_openings(case))
    tables = {
        "openings": openings.table, "employment": openings.employment,
        "occupation_employment": openings.occupation_employment, "backtest": openings.backtest,
        "choices": openings.choices, "methods": openings.methods, "track_record": openings.track_record,
        "signals": openings.signals,
    }  # fmt: skip
    folder = _write(
        case, tables, root, "forecast", lambda at: write_forecast_page(openings, case, at / PAGE, language())
    )
    out(_forecast_text(case, openings))
    out(pick(f"\n数据表：{folder}\n图表：{folder / PAGE}", f"\nTables: {folder}\nCharts: {folder / PAGE}"))


def look_at_match(model: Path, scenario: str | None, root: Path) -> None:
    """Who could fill what, the balance if nothing changes, and what of it is certain."""
    case = _read(model, scenario)
    with step(pick("正在匹配", "matching")):
        match = interruptible(lambda: match_supply(case))
    tables = {name: frame for name, frame in match.tables.items() if name not in OF_A_PLAN}
    tables["programs"] = _programs(case, match.table("arcs"))
    folder = _write(case, tables, root, "match", lambda at: write_match_page(match, case, at / MATCH_PAGE, language()))
    out(_match_text(case, match, tables))
    out(pick(f"\n数据表：{folder}\n图表：{folder / MATCH_PAGE}", f"\nTables: {folder}\nCharts: {folder / MATCH_PAGE}"))


def _read(model: Path, scenario: str | None) -> Case:
    with step(pick("正在读取和检查数据", "reading and checking the input")):
        return interruptible(lambda: read_case(model, scenario))


def _case_text(case: Case) -> str:
    lang, dictionary = language(), load_dictionary()
    at = 0 if lang == "zh" else 1
    rows = [[pick("数据表", "table"), pick("行数", "rows"), pick("层级", "tier"), pick("文件", "file")]]
    tiers = {"bureau": ("教育局", "bureau"), "survey": ("调查", "survey"), "reference": ("参考", "reference")}
    rows += [
        [f"{spec.label(lang)} {name}" if lang == "zh" else f"{name}: {spec.en}", f"{len(case.table(name)):,}",
         tiers[spec.tier][at], Path(case.files.get(name, "")).name]
        for name, spec in dictionary.tables.items() if len(case.table(name))
    ]  # fmt: skip
    settings = case.settings
    title = settings.title.zh if lang == "zh" else settings.title.en
    last = case.first_year + settings.horizon.years - 1
    heads = [f"{title}  {case.first_year}–{last}  {case.scenario_title[at]}", *stamp(made_up(case))]
    parts = [*heads, table_text(rows, right=[1])]
    if case.applied:
        parts += [pick("情景所作修改：", "Changes of the scenario:"), *(f"  {text}" for text in case.applied)]
    if case.defaulted:
        parts += [
            pick("由默认值代替或不起作用：", "Defaulted or without effect:"),
            *(f"  {d.zh if lang == 'zh' else d.en}" for d in case.defaulted),
        ]
    parts.append(
        pick(f"数据没有问题。指纹 {case.fingerprint}", f"The input is in order. Fingerprint {case.fingerprint}")
    )
    return "\n".join(parts)


def _write(
    case: Case, tables: dict[str, pd.DataFrame], root: Path, kind: str, page: Callable[[Path], None] | None = None
) -> Path:
    """<out>/<case>/<scenario>.<kind>/, beside the run folder, which holds nothing but a plan."""

    def fill(place: Path) -> None:
        for name, frame in tables.items():
            write_table(frame, name, place, list(frame.columns))
        write_notes(place, {"name": case.name, "scenario": case.scenario, "applied": list(case.applied),
                            "fingerprint": case.fingerprint})  # fmt: skip
        if page is not None:
            page(place)

    plan = run_folder(root, case)
    folder = plan.with_name(f"{plan.name}.{kind}")
    write_folder(folder, fill)
    return folder


def _names(case: Case, name: str, key: str) -> dict[str, str]:
    frame = case.table(name)
    labels = frame[f"name_{language()}"]
    return dict(zip(frame[key], labels.where(labels != "", frame["name_zh"]), strict=True))


def _forecast_text(case: Case, openings: Openings) -> str:
    first, last = int(case.plan_years[0]), int(case.plan_years[-1])
    parts = [
        *stamp(made_up(case)),
        pick("各行业就业（人）", "Employment by industry (persons)"),
        _industries(case, openings),
    ]
    within = openings.table[openings.table["year"].isin(case.plan_years)]
    top = within.pivot_table(index="occupation", columns="year", values="openings", aggfunc="sum")
    sums = top.sum(axis=1).sort_values(ascending=False, kind="stable")
    parts.append(
        pick(
            f"\n对毕业生的岗位需求最多的 {TOP} 个职业（人/年）",
            f"\nThe {TOP} occupations with most openings (persons a year)",
        )
    )
    names = _names(case, "occupations", "occupation")
    rows = [[pick("职业", "occupation"), str(first), str(last), pick("规划期合计", "all years")]]
    rows += [
        [names.get(job, job), *(f"{top.loc[job, y]:,.0f}" for y in (first, last)), f"{sums[job]:,.0f}"]
        for job in sums.index[:TOP]
    ]
    total = within.groupby("year")["openings"].sum()
    rows.append(
        [
            pick("全部职业", "all occupations"),
            *(f"{total.get(y, 0.0):,.0f}" for y in (first, last)),
            f"{total.sum():,.0f}",
        ]
    )
    parts.append(table_text(rows, right=[1, 2, 3]))
    return "\n".join(parts)


def _industries(case: Case, openings: Openings) -> str:
    """Last counted year, end of the forecast with its interval, and the methods used, below where it is one for all."""
    names, words = _names(case, "industries", "industry"), Words(language())
    methods = sorted(set(openings.employment["method"]) - {"history"})
    one = len(methods) == 1
    history = openings.employment[openings.employment["method"] == "history"]
    zh, en = (
        ("行业", "末次统计", "预测末年", "八成区间", "方法", "误差 MASE"),
        ("industry", "last count", "forecast", "80% interval", "method", "MASE"),
    )
    rows = [[head for k, head in enumerate(zh if language() == "zh" else en) if k != METHOD or not one]]
    error = openings.choices.groupby("industry")["mase"].mean()
    for code, series in openings.employment.groupby("industry", sort=True):
        counted = history[history["industry"] == code]
        last = counted.loc[counted["year"].idxmax()] if len(counted) else None
        end = series.loc[series["year"].idxmax()]
        mase = float(error.get(code, math.nan))
        rows.append([
            names.get(str(code), str(code)),
            "–" if last is None else f"{last['persons']:,.0f} ({last['year']})",
            f"{end['persons']:,.0f} ({end['year']})",
            f"{end['lo80']:,.0f}–{end['hi80']:,.0f}" if "lo80" in end else "–",
            *([] if one else [words("method", str(end["method"]))]),
            "–" if math.isnan(mase) else f"{mase:.2f}",
        ])  # fmt: skip
    text = table_text(rows, right=[1, 2, 3, len(rows[0]) - 1])
    return text + (pick("\n方法：", "\nMethod: ") + words("method", methods[0]) if one else "")


def _programs(case: Case, arcs: pd.DataFrame) -> pd.DataFrame:
    """Every program offered and the occupations it leads to: program, name, level, occupations, names (joined by ;)."""
    jobs = _names(case, "occupations", "occupation")
    links = arcs.drop_duplicates(["program", "occupation"]).sort_values(["program", "occupation"])
    joined = links.groupby("program")["occupation"].agg(tuple)
    frame = case.table("programs")
    frame = frame[frame["program"].isin(case.table("offerings")["program"])].reset_index(drop=True)
    found = [joined.get(code, ()) for code in frame["program"]]
    names = _names(case, "programs", "program")
    return frame[["program", "level"]].assign(
        name=[names[code] for code in frame["program"]],
        occupations=[";".join(codes) for codes in found],
        names=[";".join(jobs.get(code, code) for code in codes) for codes in found],
    )[["program", "name", "level", "occupations", "names"]]  # fmt: skip


def _match_text(case: Case, match: Match, tables: dict[str, pd.DataFrame]) -> str:
    programs, balance, surplus = tables["programs"], tables["balance"], tables["surplus"]
    arcs, no_link = tables["arcs"], tables["unlinked"]
    without = no_link.loc[no_link["kind"] == "program", "code"]
    alone = programs[(programs["occupations"] == "") & ~programs["program"].isin(without)]
    parts = [
        *stamp(made_up(case)),
        pick(
            f"{len(programs)} 个专业，{len(arcs):,} 条专业—岗位对应关系。",
            f"{len(programs)} programs, {len(arcs):,} links from programs to jobs.",
        ),
        _versions_text(case.table("crosswalk")),
    ]
    if len(alone):
        listed = ", ".join(alone["name"])
        parts.append(pick(f"没有对应岗位的专业：{listed}", f"Programs that lead to no job with openings: {listed}"))
    if len(no_link):
        parts.append(_no_linktext(no_link))
    wanted = balance[balance["openings"] > 0][["occupation", "level"]].drop_duplicates()
    reached = wanted.merge(arcs[["occupation", "level"]].drop_duplicates(), how="left", indicator=True)
    jobs = _names(case, "occupations", "occupation")
    unreached = [jobs.get(j, j) for j in reached.loc[reached["_merge"] == "left_only", "occupation"].unique()]
    if unreached:
        zh, en = "、".join(unreached), ", ".join(unreached)
        parts.append(
            pick(
                f"有岗位但没有专业对应（至少一个层次）：{zh}",
                f"Jobs that no program leads to (at one level at least): {en}",
            )
        )
    span = f"{case.plan_years[0]}–{case.plan_years[-1]}"
    parts.append(
        pick(
            f"\n维持现状时缺口最大的职业（{span} 年合计，人年；是多种同样可行的匹配之一）",
            f"\nLargest shortages if nothing changes ({span}, person-years; one of many placements as good)",
        )
    )
    parts.append(_largest(balance, "occupation", jobs, ("openings", "placed", "shortage")))
    parts += _certain_text(match, jobs, span)
    parts.append(
        pick(
            f"\n维持现状时富余最多的专业（{span} 年合计，人年）",
            f"\nLargest surpluses if nothing changes ({span}, person-years)",
        )
    )
    parts.append(_largest(surplus, "program", _names(case, "programs", "program"), ("local", "placed", "surplus")))
    return "\n".join(parts)


def _certain_text(match: Match, jobs: dict[str, str], span: str) -> list[str]:
    """The definite gaps, and how much of the point gaps is not certain."""
    table = match.table("certain_shortages")
    sure = table[table["verdict"] == "gap"]
    found = [pick(f"\n确有缺口的职业（{span} 年合计，人年）", f"\nDefinite gaps ({span}, person-years)")]
    if sure.empty:
        found.append(pick("  无", "  none"))
    else:
        every = table[table["occupation"].isin(sure["occupation"])].assign(gap=table["verdict"] == "gap")
        sums = every.groupby("occupation").agg(years=("gap", "sum"), least=("least", "sum"), most=("greatest", "sum"))
        sums = sums.sort_values(["least", "most"], ascending=False, kind="stable").head(TOP)
        rows = [[pick("职业", "occupation"), pick("年数", "years"), pick("最小", "least"), pick("最大", "greatest")]]
        rows += [
            [jobs.get(str(code), str(code)), f"{row['years']:.0f}", f"{row['least']:,.0f}", f"{row['most']:,.0f}"]
            for code, row in sums.iterrows()
        ]
        found.append(table_text(rows, right=[1, 2, 3]))
    if not math.isnan(match.uncertain_share):
        share = Words(language()).share(match.uncertain_share)
        found.append(pick(f"按岗位数比例分配毕业生得出的缺口与富余中，{share} 并不确定。",
                          f"Of the gaps and surpluses that sharing completers out in proportion to openings shows, {share} are not certain."))  # fmt: skip
    return found


def _versions_text(links: pd.DataFrame) -> str:
    """How many links come from which version of the mapping."""
    counts = links["version"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    none = pick("未注明", "not stated")
    return pick("对照版本：", "Versions of the crosswalk: ") + pick("、", ", ").join(
        f"{version or none} {count:,}" for version, count in counts.items()
    )


def _no_linktext(alone: pd.DataFrame) -> str:
    """Programs and occupations without a link, by name, and what helps."""
    kinds = {"program": pick("专业", "program"), "occupation": pick("职业", "occupation")}
    means = {"program": pick("求职毕业生全部计为富余", "all completers who seek work count as surplus"),
             "occupation": pick("岗位全部计为缺口", "all openings count as shortage")}  # fmt: skip
    names = alone[f"name_{language()}"]
    names = names.where(names != "", alone["name_zh"])
    rows = [
        [kinds[kind], code, name, means[kind]]
        for kind, code, name in zip(alone["kind"], alone["code"], names, strict=True)
    ]
    head = pick(f"专业职业对照中没有对应关系的（{len(rows)} 个）：", f"Without a link in the crosswalk ({len(rows)}):")
    more = len(rows) - MOST
    rest = [pick(f"  … 另有 {more} 个", f"  … and {more} more")] if more > 0 else []
    repair = pick(
        "改法：talentplan crosswalk suggest 列出建议，逐条确认或否决；确实没有的可以不理。",
        "Repair: talentplan crosswalk suggest proposes links to confirm or reject; leave alone what truly has none.",
    )
    return "\n".join([head, table_text(rows[:MOST]), *rest, repair])


def _largest(frame: pd.DataFrame, key: str, names: dict[str, str], columns: tuple[str, str, str]) -> str:
    words = {
        "occupation": ("职业", "occupation"), "program": ("专业", "program"), "openings": ("岗位需求", "openings"),
        "placed": ("匹配", "placed"), "shortage": ("缺口", "shortage"), "local": ("本地求职", "seek work"),
        "surplus": ("富余", "surplus"),
    }  # fmt: skip
    sums = frame.groupby(key)[list(columns)].sum().sort_values(columns[-1], ascending=False, kind="stable").head(TOP)
    sums = sums[sums[columns[-1]] >= 0.5]
    if sums.empty:
        return pick("  无", "  none")
    rows = [[pick(*words[c]) for c in (key, *columns)]]
    rows += [[names.get(str(code), str(code)), *(f"{row[c]:,.0f}" for c in columns)] for code, row in sums.iterrows()]
    return table_text(rows, right=[1, 2, 3])
