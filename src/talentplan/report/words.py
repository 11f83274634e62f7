"""The words of the report, in one language at a time."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import yaml

__all__ = ["LANGUAGES", "Lang", "Words", "all_words"]

Lang = Literal["zh", "en"]
LANGUAGES: tuple[Lang, Lang] = ("zh", "en")


@cache
def all_words() -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """words.yaml, forecast_words.yaml and match_words.yaml: group -> code -> language -> text."""
    words: dict[str, dict[str, dict[str, str]]] = {}
    for name in ("words.yaml", "forecast_words.yaml", "match_words.yaml"):
        words |= yaml.safe_load(resources.files(__package__).joinpath(name).read_text("utf-8"))
    return words


class Words:
    """Words and numbers as one language writes them; a code without a word stands for itself."""

    def __init__(self, lang: Lang) -> None:
        self.lang = lang
        self.comma, self.stop, self.list_comma = ("，", "。", "、") if lang == "zh" else (", ", ". ", ", ")

    def __call__(self, group: str, code: str, **values: Any) -> str:
        """The word of a code, its {names} filled in."""
        found = all_words()[group].get(code)
        if found is None:
            return code.replace("_", " ") if self.lang == "en" else code
        return found[self.lang].format(**values) if values else found[self.lang]

    def codes(self, group: str) -> list[str]:
        """The codes of a group, in the order of words.yaml."""
        return list(all_words()[group])

    def persons(self, value: float) -> str:
        """A number of persons, whole, with thousands separators; a dash where there is none.

        >>> Words("zh").persons(1234.6), Words("zh").persons(-0.2), Words("en").persons(float("nan"))
        ('1,235', '0', '–')
        """
        return "–" if math.isnan(value) else f"{round(value) + 0:,}".replace("-", "−")

    def signed(self, value: float) -> str:
        """A change of persons with its sign.

        >>> Words("zh").signed(1234), Words("zh").signed(-40), Words("zh").signed(0.3)
        ('+1,234', '−40', '0')
        """
        whole = round(value)
        return "0" if whole == 0 else f"{'+' if whole > 0 else '−'}{abs(whole):,}"

    def share_places(self, values: Iterable[float]) -> int:
        """Decimals of these shares in per cent: none where all are whole.

        >>> Words("zh").share_places([0.5, 1.0, float("nan")]), Words("zh").share_places([0.5, 0.123])
        (0, 1)
        """
        tenths = (1000 * value for value in values if not math.isnan(value))
        return 1 if any(round(each) % 10 for each in tenths) else 0

    def share(self, value: float, places: int | None = None) -> str:
        """A share in per cent; `places`: decimals of its column, else those that it needs itself.

        >>> Words("zh").share(0.1234), Words("zh").share(1.0), Words("zh").share(-0.05)
        ('12.3%', '100%', '−5%')
        """
        if math.isnan(value):
            return "–"
        places = self.share_places([value]) if places is None else places
        return f"{round(100 * value, places) + 0.0:.{places}f}%".replace("-", "−")

    def difference(self, value: float, kind: str) -> str:
        """A difference with its sign, in the manner of its kind; shares differ by percentage points.

        >>> Words("en").difference(-0.0625, "share"), Words("zh").difference(2_000_000, "money")
        ('−6.2 points', '+200')
        """
        if math.isnan(value):
            return "–"
        if kind == "share":
            size = f"{abs(100 * value):.1f}".removesuffix(".0")
            unit = self("unit", "points_share")
        else:
            size = {"money": self.money, "persons": self.persons}.get(kind, self.number)(abs(value))
            unit = ""
        sign = "" if float(size.replace(",", "")) == 0 else "+" if value > 0 else "−"
        return f"{sign}{size}{unit}"

    @property
    def money_scale(self) -> float:
        """CNY in one unit of money as this language shows it (万元, million CNY)."""
        return 1e4 if self.lang == "zh" else 1e6

    def money_places(self, values: Iterable[float]) -> int:
        """Decimals that keep the least of these sums of CNY readable: none in 万元, two below a million CNY.

        >>> Words("zh").money_places([34_000]), Words("en").money_places([34_000, 7e6]), Words("en").money_places([0, 7e6])
        (0, 2, 1)
        """
        return 0 if self.lang == "zh" else 2 if any(5e3 <= abs(value) < 9.95e5 for value in values) else 1

    def money(self, value: float, places: int | None = None) -> str:
        """CNY as 万元 or million CNY, without the unit; `places`: decimals of its column, else those that it needs itself.

        >>> Words("zh").money(12_345_678), Words("en").money(12_345_678), Words("en").money(34_000), Words("zh").money(-3)
        ('1,235', '12.3', '0.03', '0')
        """
        if math.isnan(value):
            return "–"
        places = self.money_places([value]) if places is None else places
        return f"{round(value / self.money_scale, places) + 0.0:,.{places}f}".replace("-", "−")

    def number(self, value: float, places: int = 2) -> str:
        """Any other number, at most so many decimals.

        >>> Words("en").number(1234.5), Words("en").number(2.0), Words("en").number(-0.5)
        ('1,234.5', '2', '−0.5')
        """
        if math.isnan(value):
            return "–"
        text = f"{round(value, places) + 0.0:,.{places}f}".replace("-", "−")
        return text.rstrip("0").rstrip(".") if "." in text else text

    def tenths(self, value: float) -> str:
        """A number to one decimal, so that a column of them stands in line.

        >>> Words("en").tenths(7.0), Words("en").tenths(-0.01)
        ('7.0', '0.0')
        """
        return self._decimals(value, 1)

    def hundredths(self, value: float) -> str:
        """A number to two decimals, so that a column of them stands in line.

        >>> Words("en").hundredths(5.2), Words("en").hundredths(-0.674)
        ('5.20', '−0.67')
        """
        return self._decimals(value, 2)

    @staticmethod
    def _decimals(value: float, places: int) -> str:
        return "–" if math.isnan(value) else f"{round(value, places) + 0.0:,.{places}f}".replace("-", "−")

    def tiny(self, value: float) -> str:
        """A tolerance.

        >>> Words("en").tiny(0.0), Words("en").tiny(2.5e-9)
        ('0', '2.5e-09')
        """
        return f"{value:.1e}" if value else "0"

    def bracket(self, text: str) -> str:
        """A text in brackets, to stand behind another one.

        >>> Words("zh").bracket("合并"), Words("en").bracket("merge")
        ('（合并）', ' (merge)')
        """
        return f"（{text}）" if self.lang == "zh" else f" ({text})"

    def yes(self, value: bool) -> str:
        """Yes or no."""
        return self("yesno", "yes" if value else "no")
