"""The terminal: two languages, tables with wide characters, progress on stderr. Imports nothing heavy."""

from __future__ import annotations

import itertools
import os
import re
import shutil
import sys
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TextIO, TypeVar

import click

__all__ = [
    "LANGUAGES", "WORKER", "State", "fit_streams", "interruptible", "language", "note", "out", "pick", "screen",
    "state", "step", "table", "width", "wrapped",
]  # fmt: skip

LANGUAGES = ("zh", "en")
WORKER = "talentplan-work"
PATIENCE = 1.0
HEARTBEAT = 30.0
NARROWEST = 12  # columns that a wrapped text keeps
PIECES = re.compile(
    r"\s*(?:[（《“]*[\u2e80-\uffef][，。；：、）》”]*|[^\s\u2e80-\uffef]+)\s*"
)  # what stays on one line

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class State:
    """What every command knows: the language, and whether unexpected errors show their traceback."""

    lang: str = "zh"
    debug: bool = False


def state() -> State:
    """The state of the command that is running."""
    context = click.get_current_context(silent=True)
    found = context.find_root().obj if context is not None else None
    return found if isinstance(found, State) else State()


def language() -> Literal["zh", "en"]:
    """zh or en."""
    return "en" if state().lang == "en" else "zh"


def pick(zh: str, en: str) -> str:
    """The text in the language of this run."""
    return en if language() == "en" else zh


def out(text: str = "") -> None:
    """A line of results."""
    click.echo(text)


def note(text: str) -> None:
    """A line that is not a result: progress, warnings, errors."""
    click.echo(text, err=True)


def fit_streams() -> None:
    """Let Chinese through: a stream that cannot encode it becomes UTF-8, and nothing ever fails on a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is None:
            continue
        try:
            "方案 → ≤".encode(stream.encoding or "ascii")
            reconfigure(errors="replace")
        except (UnicodeEncodeError, LookupError):
            reconfigure(encoding="utf-8", errors="replace")


def width(text: str) -> int:
    """Columns a text takes in a terminal: two for a wide character, none for a combining one.

    >>> width("abc"), width("招生"), width("é")
    (3, 4, 1)
    """
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def screen() -> int:
    """Columns of the terminal, or what COLUMNS says; 0 where output goes to a file or another program."""
    if "COLUMNS" in os.environ or sys.stdout.isatty():
        return shutil.get_terminal_size((0, 0)).columns
    return 0


def wrapped(text: str, room: int) -> list[str]:
    """A text in lines of at most so many columns, later ones set in by two; a longer word stays whole.

    Chinese may be broken between any two characters, but no line begins with a closing mark or ends with an opening one.

    >>> wrapped("Machining technology", 12), wrapped("数控技术应用（虚构）", 12)
    (['Machining', '  technology'], ['数控技术应用', '  （虚构）'])
    """
    lines = [""]
    for piece in PIECES.findall(text):
        if lines[-1].strip() and width(lines[-1] + piece.rstrip()) > room:
            lines.append("  " + piece.lstrip())
        else:
            lines[-1] += piece
    return [line.rstrip() for line in lines]


def table(rows: Sequence[Sequence[str]], right: Sequence[int] = (), indent: str = "  ") -> str:
    """Rows as aligned text, the first being the heading; columns numbered in `right` stand at the right.

    Where the terminal is too narrow the widest of the other columns are wrapped.

    >>> print(table([["层次", "计划"], ["中职", "40"], ["x", "1,200"]], right=[1], indent=""))
    层次   计划
    中职     40
    x     1,200
    """
    if not rows:
        return ""
    widths = [max(width(row[k]) for row in rows) for k in range(len(rows[0]))]
    space = screen() - len(indent) - 2 * (len(widths) - 1)
    texts = [k for k in range(len(widths)) if k not in right]
    while screen() and sum(widths) > space and texts:
        widest = max(texts, key=widths.__getitem__)
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1

    def cell(k: int, text: str) -> str:
        gap = " " * (widths[k] - width(text))
        return gap + text if k in right else text + gap

    found: list[tuple[str, ...]] = []
    for row in rows:
        parts = [wrapped(text, widths[k]) if k in texts else [text] for k, text in enumerate(row)]
        found += itertools.zip_longest(*parts, fillvalue="")
    return "\n".join((indent + "  ".join(cell(k, text) for k, text in enumerate(line))).rstrip() for line in found)


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say on stderr what is going on if it takes longer than a second: a line, or a spinner on a terminal."""
    done = threading.Event()
    stream = sys.stderr
    began = time.perf_counter()
    teller = threading.Thread(target=_tell, args=(text, done, stream, stream.isatty()), daemon=True)
    teller.start()
    try:
        yield
    finally:
        done.set()
        teller.join()
        took = time.perf_counter() - began
        if took > PATIENCE and not stream.isatty():
            print(f"{text}  {took:.1f} s", file=stream, flush=True)


def _tell(text: str, done: threading.Event, stream: TextIO, terminal: bool) -> None:
    began = time.perf_counter()
    if done.wait(PATIENCE):
        return
    if not terminal:
        while True:
            print(f"{text} …", file=stream, flush=True)
            if done.wait(HEARTBEAT):
                return
    line, frame = "", 0
    while not done.wait(0.2):
        line = f"{'|/-' + chr(92)}"[frame % 4] + f" {text} {time.perf_counter() - began:.0f} s"
        stream.write("\r" + line)
        stream.flush()
        frame += 1
    stream.write("\r" + " " * width(line) + "\r")
    stream.flush()


def interruptible(work: Callable[[], Result]) -> Result:
    """The result of `work`, done in a thread so that Ctrl-C answers at once even while the solver runs.

    After Ctrl-C the thread goes on until the process ends: `work` must not write anything.
    """
    box: list[tuple[bool, Any]] = []

    def run() -> None:
        try:
            box.append((True, work()))
        except BaseException as error:  # it is raised again below, where the caller waits
            box.append((False, error))

    worker = threading.Thread(target=run, name=WORKER, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(0.1)
    good, value = box[0]
    if not good:
        raise value
    result: Result = value
    return result
