"""The command line: what can be said, and nothing of how it is done.

Every command imports what it needs when it runs, so that `--help` answers at once.
"""
# ruff: noqa: PLC0415

from __future__ import annotations

import os
import re
import sys
import threading
import warnings
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import click

from talentplan.cli.app import App, argument, command, commands, option, shared_options
from talentplan.cli.console import WORKER, out, pick

__all__ = ["app", "main"]

FILE = FOLDER = click.Path(path_type=Path)  # what is wrong with them is said where they are read or written
ENDINGS = (".lp", ".mps")


@click.command(
    cls=App,
    name="talentplan",
    invoke_without_command=True,
    zh="职业院校招生计划：哪所院校办哪些专业、各招多少、钱用在哪里，并说明理由。",
    en="Which school offers which program, how many it enrols, where the money goes, and why.",
)
@partial(shared_options, env="TALENTPLAN_LANG")
@option("--version", is_flag=True, zh="显示版本。", en="Show the version.")
@click.pass_context
def app(ctx: click.Context, version: bool) -> None:
    """Without a command: the version, or what there is."""
    if version:
        out(f"talentplan {metadata.version('talentplan')}")
        ctx.exit()
    if ctx.invoked_subcommand is None:
        out(ctx.get_help())


def model_argument(function: Any) -> Any:
    """MODEL, the planning model."""
    return argument("model", type=FILE)(function)


def scenario_option(function: Any) -> Any:
    """--scenario, once."""
    return option("--scenario", metavar="NAME", zh="情景名（默认基准）。", en="A scenario (default: baseline).")(
        function
    )


def out_option(function: Any) -> Any:
    """--out, where results go."""
    return option(
        "--out", "root", type=FOLDER, default=Path("runs"), metavar="DIR",
        zh="结果放在哪个文件夹下（默认 runs）。", en="Folder for the results (default: runs).",
    )(function)  # fmt: skip


def json_option(function: Any) -> Any:
    """--json, key figures for programs."""
    return option(
        "--json", "as_object", is_flag=True, zh="以 JSON 输出关键数字。", en="Print the key figures as JSON."
    )(function)


def _plain_name(ctx: click.Context, parameter: click.Parameter, value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise click.BadParameter(pick("只能用英文字母、数字、_ 和 -", "letters, digits, _ and - only"), ctx, parameter)
    return value


@command(
    app,
    "init",
    zh="新建工作区：规划模型和空白的 Excel 数据表。",
    en="Start a workspace: model and empty tables.",
)
@argument("folder", type=FOLDER, default=Path())
@option("--name", default="region", callback=_plain_name, metavar="NAME",
        zh="模型的名字（默认 region）。", en="Name of the model (default: region).")  # fmt: skip
def init(folder: Path, name: str) -> None:
    """Starter model and templates."""
    from talentplan.cli.start import start

    start(folder, name)


@command(
    app,
    "validate",
    zh="检查数据，一次列出全部问题和改法。",
    en="Check the input; all problems at once.",
)
@model_argument
@scenario_option
def validate(model: Path, scenario: str | None) -> None:
    """Read and check, nothing else."""
    from talentplan.cli.looking import look_at_input

    look_at_input(model, scenario)


@command(
    app,
    "forecast",
    zh="预测各行业就业和各职业岗位需求。",
    en="Forecast employment and openings.",
)
@model_argument
@scenario_option
@out_option
def forecast(model: Path, scenario: str | None, root: Path) -> None:
    """The tables of Openings and their summary."""
    from talentplan.cli.looking import look_at_demand

    look_at_demand(model, scenario, root)


@command(
    app,
    "match",
    zh="专业与职业对照，维持现状时的供需平衡。",
    en="Programs and jobs; the balance today.",
)
@model_argument
@scenario_option
@out_option
def match(model: Path, scenario: str | None, root: Path) -> None:
    """The placement arcs and the do-nothing balance."""
    from talentplan.cli.looking import look_at_match

    look_at_match(model, scenario, root)


@command(
    app,
    "plan",
    zh="编制招生计划：预测、求解、核对，写出表格和报告。",
    en="Make the plan and its report.",
)
@model_argument
@option("--scenario", "scenarios", multiple=True, metavar="NAME",
        zh="情景名；可多次给出，各成一个方案。", en="A scenario; given several times, one plan each.")  # fmt: skip
@option("--solver", metavar="NAME", zh="求解器：highs（默认）、cbc、gurobi、cplex、scip 等。",
        en="Solver: highs (default), cbc, gurobi, cplex, scip ...")  # fmt: skip
@option("--time-limit", type=click.FloatRange(min=0, min_open=True), metavar="S",
        zh="求解秒数上限；到时保留已得的最好方案。",
        en="Seconds the solver may take; the best plan so far is kept.")  # fmt: skip
@option("--write-program", "program", type=FILE, metavar="FILE",
        zh="另把数学模型写成 .lp 或 .mps 文件，供核查。", en="Also write the program (.lp, .mps).")  # fmt: skip
@out_option
@json_option
@click.pass_context
def plan(ctx: click.Context, /, *, program: Path | None, as_object: bool, **wanted: Any) -> None:
    """One run folder per scenario."""
    if program is not None and program.suffix not in ENDINGS:
        raise click.BadParameter(
            pick("须以 .lp 或 .mps 结尾", "it must end in .lp or .mps"), ctx, param_hint="--write-program"
        )
    from talentplan.cli.planning import make_plans

    ctx.exit(make_plans(**wanted, program=program, as_object=as_object))


@command(
    app,
    "prices",
    zh="约束、规则、资源共享和投资经费各值多少。",
    en="What limits, rules, sharing and money are worth.",
)
@model_argument
@scenario_option
@out_option
def prices(model: Path, scenario: str | None, root: Path) -> None:
    """Each thing changed, the program solved again."""
    from talentplan.cli.pricing import show_prices

    show_prices(model, scenario, root)


crosswalk = commands(
    app, "crosswalk",
    zh="维护专业职业对照：列出建议，由人确认。", en="Upkeep of the crosswalk: suggested links, confirmed by a person.",
)  # fmt: skip


@command(crosswalk, "suggest", zh="为没有对应关系的专业和职业列出建议，写成待填的表。",
         en="Suggest links for programs and occupations without any; writes a form to fill in.")  # fmt: skip
@model_argument
@scenario_option
@option("--for", "wanted", multiple=True, metavar="CODE",
        zh="只为此专业或职业；可多次给出。", en="For this program or occupation only; may be given several times.")  # fmt: skip
@option("--top", type=click.IntRange(min=1), default=10, metavar="N",
        zh="每个专业或职业至多几条（默认 10）。", en="Links for each at most (default: 10).")  # fmt: skip
@option("--reviewed", multiple=True, type=FILE, metavar="FILE",
        zh="已填过的表，其中否决的不再列出；可多次给出。",
        en="A form filled in before: what it rejects is not offered again; may be given several times.")  # fmt: skip
@option("--out", "target", type=FILE, default=Path("crosswalk_review.csv"), metavar="FILE",
        zh="写入此 .csv 或 .xlsx 文件（默认 crosswalk_review.csv），不覆盖已有文件。",
        en="The form, .csv or .xlsx (default: crosswalk_review.csv); never written over a file.")  # fmt: skip
@click.pass_context
def suggest(ctx: click.Context, /, *, target: Path, **wanted: Any) -> None:
    """A form of suggested links; nothing is applied."""
    _table_file(ctx, target)
    from talentplan.cli.upkeep import suggest as write_suggestions

    write_suggestions(**wanted, target=target)


@command(crosswalk, "apply", zh="把表中确认的对应关系写入新的专业职业对照。",
         en="Write a crosswalk with the links that a form confirms.")  # fmt: skip
@model_argument
@argument("file", type=FILE)
@option("--out", "target", type=FILE, metavar="FILE",
        zh="写入此 .csv 或 .xlsx 文件（默认 crosswalk.csv），不覆盖已有文件。",
        en="The new crosswalk, .csv or .xlsx (default: crosswalk.csv); never written over a file.")  # fmt: skip
@option("--in-place", is_flag=True,
        zh="直接更新模型的 crosswalk.csv，原文件另存为 .bak。", en="Update the model's own CSV file; the old one is kept as .bak.")  # fmt: skip
@option("--version", default="", metavar="TEXT",
        zh="写入新对应关系的版本（默认今天的日期）。", en="Version of the new links (default: today's date).")  # fmt: skip
@click.pass_context
def apply(ctx: click.Context, /, *, target: Path | None, in_place: bool, **given: Any) -> None:
    """A new crosswalk; the input stays as it is unless asked otherwise."""
    if in_place and target is not None:
        raise click.UsageError(pick("--out 与 --in-place 只能用一个", "use --out or --in-place, not both"), ctx)
    if target is not None:
        _table_file(ctx, target)
    from talentplan.cli.upkeep import apply_review

    apply_review(**given, target=target, in_place=in_place)


def _table_file(ctx: click.Context, target: Path) -> None:
    if target.suffix.lower() not in {".csv", ".xlsx"}:
        raise click.BadParameter(
            pick("须以 .csv 或 .xlsx 结尾", "it must end in .csv or .xlsx"), ctx, param_hint="--out"
        )


@command(app, "compare", zh="并排比较两个或更多方案（结果文件夹）。", en="Put plans (run folders) side by side.")
@argument("runs", nargs=-1, required=True, type=FOLDER, metavar="RUN RUN...")
@option("--out", "folder", type=FOLDER, metavar="DIR",
        zh="另把比较表写入此文件夹。", en="Also write the tables of the comparison into this folder.")  # fmt: skip
def compare(runs: tuple[Path, ...], folder: Path | None) -> None:
    """Indicators, plan numbers and verdicts that differ."""
    from talentplan.cli.comparing import put_side_by_side

    put_side_by_side(runs, folder)


@command(app, "demo", zh="规划自带的示例区域。", en="Plan the sample region that comes with talentplan.")
@out_option
@json_option
@click.pass_context
def demo(ctx: click.Context, root: Path, as_object: bool) -> None:
    """The sample region's plan."""
    from talentplan.cli.planning import make_plans
    from talentplan.cli.sample import sample_model

    ctx.exit(make_plans(sample_model(), root=root, as_object=as_object))


@command(app, "doctor", zh="检查安装：Python、依赖、求解器、编码、写入权限。",
         en="Check the installation: Python, packages, solver, encoding, write access.")  # fmt: skip
@click.pass_context
def doctor(ctx: click.Context) -> None:
    """One line per thing that has to work."""
    from talentplan.cli.health import examine

    ctx.exit(examine())


def main() -> None:
    """The console script."""
    if not sys.warnoptions and "--debug" not in sys.argv:
        warnings.simplefilter("ignore")  # what libraries announce is for those who develop, and the tests show it
    try:
        app.main()
    except SystemExit as left:
        if any(thread.name == WORKER for thread in threading.enumerate()):
            # Ctrl-C while the solver runs: it cannot be stopped, and an orderly exit would wait for it or crash in it
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(left.code if isinstance(left.code, int) else 1)
        raise
