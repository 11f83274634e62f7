"""The pages keep their word: links lead somewhere, targets and commands exist, examples work."""

import re
import shutil
from pathlib import Path

import pytest

from talentplan import read_case
from talentplan.cli.main import app

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
FENCE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    heads = HEADING.findall(FENCE.sub("", page.read_text("utf-8")))
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


def broken(page: Path) -> list[str]:
    """The links of a page inside the repository that lead nowhere."""
    found = []
    for link in LINK.findall(FENCE.sub("", page.read_text("utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            found.append(link)
    return found


@pytest.mark.parametrize("page", PAGES, ids=[str(p.relative_to(ROOT)) for p in PAGES])
def test_links_lead_somewhere(page):
    assert broken(page) == []


def test_a_broken_link_is_noticed(tmp_path):
    (tmp_path / "other.md").write_text("# One head\n", "utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](no.md) [b](other.md) [c](other.md#one-head) [d](other.md#two) [e](https://example.org)\n", "utf-8"
    )
    assert broken(page) == ["no.md", "other.md#two"]


def test_every_page_is_reached_from_the_readme():
    seen, ahead = set(), [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in seen:
            continue
        seen.add(page)
        links = (link.partition("#")[0] for link in LINK.findall(page.read_text("utf-8")))
        ahead += [
            target for link in links if link.endswith(".md") and (target := (page.parent / link).resolve()).is_file()
        ]
    assert [str(page.relative_to(ROOT)) for page in PAGES if page not in seen] == []


def test_make_targets_that_the_readme_names_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(
        re.findall(
            r"\bmake ([a-z]+)\b",
            " ".join(re.findall(r"`[^`]*`|^make .*$", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)),
        )
    )
    assert {"demo", "test"} <= named <= targets


def test_commands_that_the_pages_name_exist():
    text = "\n".join(page.read_text("utf-8") for page in PAGES)
    shown = re.findall(r"^talentplan .*$", "\n".join(FENCE.findall(text)), re.MULTILINE)
    shown += re.findall(r"`(talentplan [^`\n]*)`", FENCE.sub("", text))
    named = {re.sub(r"--lang (zh|en) ", "", line).split()[1] for line in shown}
    assert named == set(app.commands)


def test_the_readme_names_every_command_in_its_table():
    table = re.findall(r"^\| `talentplan ([a-z]+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    assert sorted(table) == sorted(app.commands)


@pytest.fixture(scope="module")
def example_model(tmp_path_factory):
    """The sample's model in a folder of its own, with the scenarios of docs/your-own-region.md."""
    folder = tmp_path_factory.mktemp("region")
    shutil.copytree(ROOT / "models", folder / "models")
    shutil.copytree(ROOT / "data", folder / "data")
    text = (ROOT / "docs" / "your-own-region.md").read_text("utf-8")
    blocks = [
        block for block in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE) if "patches:" in block
    ]
    for name, block in zip(("new_workshop", "tight"), blocks, strict=True):
        (folder / "models" / "scenarios" / f"{name}.yaml").write_text(block, "utf-8")
    return folder / "models" / "dalian.yaml"


@pytest.mark.parametrize(("scenario", "patches"), [("new_workshop", 4), ("tight", 7)])
def test_the_scenarios_shown_work(example_model, scenario, patches):
    case = read_case(example_model, scenario)
    assert len(case.applied) == patches
    assert case.fingerprint != read_case(example_model).fingerprint
