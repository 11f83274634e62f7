"""Click with two languages and one policy for exits.

Exit codes: 0 done; 1 the plan cannot exist; 2 bad input or usage; 3 no solver, or a limit was hit; 70 an error of
talentplan itself; 130 interrupted.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import click

from talentplan.cli.console import LANGUAGES, State, fit_streams, note, out, pick
from talentplan.cli.faults import INTERRUPTED, explain_error, usage_words

__all__ = ["App", "argument", "command", "commands", "option", "shared_options"]

ENV_LANG = "TALENTPLAN_LANG"


class _Spoken:
    """Help in the language of the run, headings included."""

    zh: str
    en: str

    def format_usage(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        pieces = self.collect_usage_pieces(ctx)  # type: ignore[attr-defined]
        formatter.write_usage(ctx.command_path, " ".join(pieces), prefix=pick("用法：", "Usage: "))

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(pick(self.zh, self.en))

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [p for p in self.get_params(ctx) if isinstance(p, click.Option)]  # type: ignore[attr-defined]
        records = [record for p in options if (record := p.get_help_record(ctx))]
        with formatter.section(pick("选项", "Options")):
            formatter.write_dl(records)
        if isinstance(self, click.Group):
            rows = [(name, pick(c.zh, c.en)) for name, c in sorted(self.commands.items()) if isinstance(c, _Spoken)]
            with formatter.section(pick("命令", "Commands")):
                formatter.write_dl(rows)

    def get_help_option(self, ctx: click.Context) -> click.Option:
        def show(context: click.Context, _: click.Parameter, wanted: bool) -> None:
            if wanted and not context.resilient_parsing:
                click.echo(context.get_help(), color=context.color)
                context.exit()

        return SpokenOption(
            ["--help"], is_flag=True, is_eager=True, expose_value=False, callback=show,
            zh="显示这段说明。", en="Show this message.",
        )  # fmt: skip


class SpokenCommand(_Spoken, click.Command):
    """A command whose help is said in both languages."""

    def __init__(self, *args: Any, zh: str = "", en: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zh, self.en = zh, en


class SpokenOption(click.Option):
    """An option whose help is said in both languages."""

    def __init__(self, *args: Any, zh: str = "", en: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "help": en})
        self.zh, self.en = zh, en

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Option and what it does, in the language of the run."""
        self.help = pick(self.zh, self.en)
        return super().get_help_record(ctx)


class App(_Spoken, click.Group):
    """The group of commands; every way out of the program passes through `main`."""

    def __init__(self, *args: Any, zh: str = "", en: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zh, self.en = zh, en

    def main(self, args: Sequence[str] | None = None, **extra: Any) -> NoReturn:  # type: ignore[override]
        """Run and exit; nothing but `--debug` ever shows a traceback."""
        fit_streams()
        words = list(sys.argv[1:] if args is None else args)
        known = extra.setdefault("obj", _state(words))
        extra["prog_name"] = "talentplan"
        logging.basicConfig(level=logging.WARNING, handlers=[_StderrHandler()], force=True)
        try:
            found = super().main(args=words, **{**extra, "standalone_mode": False})
            code = found if isinstance(found, int) else 0
        except click.exceptions.Abort:
            code = INTERRUPTED
            note(_in(known.lang, "已中断，没有留下写了一半的结果。", "Interrupted; nothing half-written is left."))
        except click.ClickException as error:
            code = error.exit_code
            note(usage_words(error, known.lang))
        except Exception as error:
            if known.debug:
                raise
            code = explain_error(error, known.lang)
        sys.exit(code)


class _StderrHandler(logging.Handler):
    """Warnings of the rooms as plain lines on stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        note(record.getMessage())


def _in(lang: str, zh: str, en: str) -> str:
    return en if lang == "en" else zh


def _state(words: Sequence[str]) -> State:
    """Language and debug flag, wherever they stand on the line, so that help and errors speak the right language."""
    lang = os.environ.get(ENV_LANG, "")
    before = list(words[: words.index("--")] if "--" in words else words)
    for k, word in enumerate(before):
        if word == "--lang":
            lang = "".join(before[k + 1 : k + 2])
        elif word.startswith("--lang="):
            lang = word.removeprefix("--lang=")
    return State(lang if lang in LANGUAGES else LANGUAGES[0], "--debug" in before)


def option(*names: str, zh: str, en: str, **attributes: Any) -> Callable[[Any], Any]:
    """An option with its help in both languages."""
    return click.option(*names, cls=SpokenOption, zh=zh, en=en, **attributes)


def argument(*names: str, **attributes: Any) -> Callable[[Any], Any]:
    """A positional argument."""
    return click.argument(*names, **attributes)


def shared_options(function: Any, *, env: str | None = None) -> Any:
    """The options that every command has; their values are read from the whole line by `App.main`."""
    lang = option(
        "--lang", type=click.Choice(LANGUAGES), expose_value=False, is_eager=True, envvar=env,
        zh="语言：zh 中文（默认）或 en 英文；也可设环境变量 TALENTPLAN_LANG。",
        en="Language: zh (default) or en; or set TALENTPLAN_LANG.",
    )  # fmt: skip
    debug = option(
        "--debug",
        is_flag=True,
        expose_value=False,
        zh="出现意外错误时显示详细信息。",
        en="Show the traceback of an unexpected error.",
    )
    return lang(debug(function))


class Commands(_Spoken, click.Group):
    """Commands that belong together under one name."""

    def __init__(self, *args: Any, zh: str = "", en: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zh, self.en = zh, en


def commands(app: App, name: str, *, zh: str, en: str) -> click.Group:
    """Add a name under which further commands stand; alone it shows them."""

    @click.pass_context
    def show(ctx: click.Context) -> None:
        if ctx.invoked_subcommand is None:
            out(ctx.get_help())

    return app.group(name, cls=Commands, invoke_without_command=True, zh=zh, en=en)(shared_options(show))


def command(app: click.Group, name: str, *, zh: str, en: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Add a function to the application as a command with the shared options."""

    def add(function: Callable[..., Any]) -> click.Command:
        return app.command(name, cls=SpokenCommand, zh=zh, en=en)(shared_options(function))

    return add
