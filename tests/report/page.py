"""Reads a report page back: its tables by caption, its headings, and everything it would fetch."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "input", "br", "link", "img"}
FETCHING = {"src", "href", "srcset", "action", "data", "poster"}


@dataclass
class Table:
    lang: str
    caption: str = ""
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    cells_without_scope: int = 0


class Page(HTMLParser):
    """Tables, headings, ids and references of a page; raises where tags are not closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[tuple[str, str]] = []
        self.tables: list[Table] = []
        self.headings: list[tuple[str, int]] = []
        self.ids: list[str] = []
        self.references: list[str] = []
        self.unnamed_charts = 0
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"left open: {self.open}"

    @property
    def lang(self) -> str:
        return next((lang for _, lang in reversed(self.open) if lang), "")

    def table(self, lang: str, caption: str) -> Table:
        return next(t for t in self.tables if t.lang == lang and t.caption.startswith(caption))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.references += [value for name, value in given.items() if name in FETCHING]
        self.ids += [given["id"]] if "id" in given else []
        if given.get("role") == "img" and not given.get("aria-label"):
            self.unnamed_charts += 1
        if tag in VOID:
            return
        self.open.append((tag, given.get("lang", "")))
        if tag == "table":
            self.tables.append(Table(self.lang))
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in {"th", "td"}:
            self.tables[-1].rows[-1].append("")
            self.tables[-1].cells_without_scope += tag == "th" and "scope" not in given
        elif tag in {"h1", "h2", "h3"}:
            self.headings.append((self.lang, int(tag[1])))

    def handle_endtag(self, tag: str) -> None:
        last, _ = self.open.pop()
        assert last == tag, f"{tag} closes {last} at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        tags = [tag for tag, _ in self.open]
        if "script" in tags or "style" in tags:
            return
        self.text.append(data)
        if "caption" in tags:
            self.tables[-1].caption += data.strip()
        elif tags and ("th" in tags or "td" in tags):
            self.tables[-1].rows[-1][-1] += data.strip()


def number(text: str) -> float:
    """A number of the page as a number."""
    return float(text.replace(",", "").replace("−", "-").replace("+", "").rstrip("%"))
