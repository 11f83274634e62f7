"""A made-up crosswalk large enough to learn from: 15 classes of 10 programs, each with a word and five occupations of its own."""

import random
from dataclasses import dataclass

import pandas as pd

_THEMES = [
    "焊接",
    "护理",
    "会计",
    "物流",
    "园林",
    "测绘",
    "烹饪",
    "纺织",
    "航海",
    "采矿",
    "印刷",
    "养殖",
    "翻译",
    "消防",
    "酿酒",
]
_ENDINGS = ["技术", "工程", "管理", "应用", "设计", "服务", "检验", "运营", "维护", "智能"]
_POSTS = ["工", "员", "技师", "师", "操作手"]
_PER_THEME = len(_POSTS)
_WORDLESS = {2, 5, 8}  # programs that only their class tells


@dataclass(frozen=True, slots=True)
class Themed:
    """Frames as `suggest_links` takes them."""

    programs: pd.DataFrame
    occupations: pd.DataFrame
    links: pd.DataFrame


def themed_links() -> Themed:
    """Every program carries two or three occupations of its theme, every third program one of the next theme besides."""
    rng = random.Random(7)
    programs, occupations, links = [], [], []
    for theme, word in enumerate(_THEMES):
        for number, post in enumerate(_POSTS):
            occupations.append((f"6-{theme + 1:02d}-01-{number + 1:02d}", word + post, ""))
        for number, ending in enumerate(_ENDINGS):
            code = f"4{theme + 101}{number + 1:02d}"
            name = f"{ending}{theme + 1}" if number in _WORDLESS else word + ending
            programs.append((code, name, "higher" if number % 2 else "lower", ""))
            chosen = {theme * _PER_THEME + at for at in rng.sample(range(_PER_THEME), 2 + number % 2)}
            if number % 3 == 0:
                chosen.add((theme + 1) % len(_THEMES) * _PER_THEME + rng.randrange(_PER_THEME))
            links += [(code, at) for at in sorted(chosen)]
    jobs = pd.DataFrame(occupations, columns=["occupation", "name", "text"])
    pairs = pd.DataFrame(links, columns=["program", "occupation"])
    return Themed(
        pd.DataFrame(programs, columns=["program", "name", "level", "text"]),
        jobs,
        pairs.assign(occupation=jobs["occupation"].to_numpy()[pairs["occupation"]]),
    )
