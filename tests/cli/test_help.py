"""Help must answer at once: it loads nothing but click."""

import json
import subprocess
import sys

import pytest

from talentplan.cli.main import app

HEAVY = ["pandas", "numpy", "pydantic", "yaml", "scipy", "highspy", "pulp", "jinja2", "xlsxwriter"]
COMMANDS = ["init", "validate", "forecast", "match", "crosswalk", "plan", "prices", "compare", "demo", "doctor"]
ASK = """
import json, sys
from talentplan.cli.main import app
try:
    app.main(json.loads(sys.argv[1]))
except SystemExit as left:
    print(json.dumps([left.code, [name for name in json.loads(sys.argv[2]) if name in sys.modules]]))
"""


def ask(*words: str) -> tuple[str, int, list[str]]:
    """What the command prints, its exit code, and the heavy packages it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", ASK, json.dumps(words), json.dumps(HEAVY)],
        capture_output=True, text=True, encoding="utf-8", check=True,
    )  # fmt: skip
    *text, last = done.stdout.splitlines()
    code, loaded = json.loads(last)
    return "\n".join(text), code, loaded


def test_every_command_is_there() -> None:
    assert sorted(app.commands) == sorted(COMMANDS)


@pytest.mark.parametrize("words", [[], ["--help"], ["--version"], *([name, "--help"] for name in COMMANDS)])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    text, code, loaded = ask(*words)
    assert (code, loaded) == (0, [])
    assert text


def test_public_names_load_on_first_use_only() -> None:
    code = (
        "import sys, talentplan\n"
        "assert 'pandas' not in sys.modules\n"
        "missing = [n for n in talentplan.__all__ if not hasattr(talentplan, n)]\n"
        "assert not missing, missing\n"
        "assert set(talentplan.__all__) <= set(dir(talentplan))\n"
        "assert 'pandas' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--help"], "用法：talentplan"),
        (["--lang", "en", "--help"], "Usage: talentplan"),
        (["--help", "--lang=en"], "Usage: talentplan"),
        (["plan", "--help", "--lang", "en"], "one plan each"),
        (["plan", "--help"], "各成一个方案"),
    ],
)
def test_help_speaks_the_language_asked_for(words: list[str], says: str) -> None:
    assert says in ask(*words)[0]
