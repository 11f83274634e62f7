"""The plan lines of the sample region: who offers what, by which track, in how many classes last year."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["AGREED", "EXAMINATION_TARGETS", "GROUPS", "KINDS", "TOP_UP_SOURCES", "Line", "lines"]

# kind of line: track, years of study by level, entrant group by level ("" is entered by pathways only)
KINDS: dict[str, tuple[str, dict[str, int], dict[str, str]]] = {
    "ord": (
        "ordinary",
        {"secondary": 3, "higher_vocational": 3, "undergraduate": 4, "master": 3},
        {"secondary": "jh_exam", "higher_vocational": "sh_unified", "undergraduate": "sh_degree", "master": "ug_exam"},
    ),
    "sng": ("ordinary", {"higher_vocational": 3}, {"higher_vocational": "sh_single"}),
    "exm": ("ordinary", {"higher_vocational": 3}, {"higher_vocational": "voc_exam"}),
    "fs": (
        "first_segment",
        {"secondary": 3, "higher_vocational": 3},
        {"secondary": "jh_joined", "higher_vocational": "sh_unified"},
    ),
    "seg": ("second_segment", {"higher_vocational": 2, "undergraduate": 2}, {}),
    "seg4": ("second_segment", {"undergraduate": 4}, {}),
    "top": ("top_up", {"undergraduate": 2}, {}),
    "five": ("five_year", {"higher_vocational": 5}, {"higher_vocational": "jh_joined"}),
    "jnt": ("joint", {"undergraduate": 4}, {"undergraduate": "sh_degree"}),
    "pt": (
        "part_time",
        {"secondary": 3, "higher_vocational": 3},
        {"secondary": "workers", "higher_vocational": "workers"},
    ),
}

GROUPS = ("jh_exam", "jh_joined", "sh_unified", "sh_single", "voc_exam", "workers", "sh_degree", "ug_exam")


@dataclass(frozen=True, slots=True)
class Line:
    """One plan line. `classes` of `size` students last year; `since` and `until` bound its intakes."""

    school: str
    program: str
    kind: str
    classes: int
    size: int
    fill: float | None = None
    since: int = 2015
    until: int = 2026
    status: str = "active"
    marks: dict[str, float] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """Code of the plan line, ASCII."""
        return f"{self.school}-{self.program}-{self.kind}"


def _active(school: str, text: str) -> list[Line]:
    """Lines written as `program kind classes x size [key=value ...]`, one a line."""
    found = []
    for row in text.strip().splitlines():
        program, kind, classes, *options = row.split()
        number, size = classes.split("x")
        given = dict(option.split("=") for option in options)
        found.append(
            Line(
                school,
                program,
                kind,
                int(number),
                int(size),
                fill=float(given["fill"]) if "fill" in given else None,
                since=int(given.get("since", 2015)),
                until=int(given.get("until", 2026)),
                status=given.get("status", "active"),
            )
        )
    return found


SECONDARY = {
    # the largest: numerical control full to the last place; its joined promises exceed the college's seats
    "S01": """
660103 ord 2x45 fill=0.99
660103 fs 2x40 fill=0.99
660101 ord 1x45
660301 ord 2x45
660303 fs 2x40 fill=0.98
660105 ord 1x40 fill=0.88
660302 ord 2x45
660109 ord 1x40
660108 ord 2x45 fill=0.80
660306 ord 1x40 status=candidate
""",
    "S02": """
660301 ord 2x45
660301 fs 1x45 fill=0.96
660302 ord 2x45
660201 ord 1x40
660203 ord 1x40 fill=0.78
660101 ord 2x45 fill=0.86
660205 ord 1x40
660103 ord 1x45 fill=0.97
660303 ord 1x40 status=candidate
""",
    "S03": """
660103 ord 2x45 fill=1.00
660103 fs 1x40 fill=1.02
660102 ord 2x45
660108 ord 2x45 fill=0.76
660109 ord 1x45
660303 ord 1x45 fill=0.98 since=2020
660301 ord 1x45
460103 five 1x45 fill=0.97 since=2019
660106 ord 1x40 status=suspended until=2022 fill=0.62
""",
    # the maritime school: teachers and a welding hall, entrants thin
    "S04": """
660501 ord 1x45 fill=0.93
660501 fs 1x40 fill=0.95
660502 ord 1x50 fill=0.87
660503 ord 1x45
660503 fs 1x40 fill=0.94
660105 ord 1x45 fill=0.92
660105 fs 1x45 fill=0.96 since=2019
660302 ord 2x45
660701 ord 2x40 fill=0.82
660301 ord 1x45 status=candidate
""",
    # the motor-vehicle school: full of students in a surplus family, and over its teacher ratio
    "S05": """
660701 ord 3x45 fill=0.90
660701 fs 2x45 fill=0.97
660702 ord 2x45 fill=0.95
660702 fs 1x40 fill=0.98 since=2019
660301 ord 2x45
460702 five 1x45 fill=0.96 since=2019
660108 ord 1x40 fill=0.78
""",
    # the eastern county: welding suspended when its teachers left; a refrigeration class nobody fills
    "S06": """
660103 ord 1x45 fill=0.93
660302 ord 2x45
660205 ord 1x40 fill=0.26
660701 ord 2x45 fill=0.84
660301 ord 2x45
660101 ord 2x45
660204 fs 1x40 fill=0.90 since=2020
660203 ord 1x40 fill=0.80
660105 ord 1x40 status=suspended until=2024 fill=0.80
""",
    # the northern county, beside the bearing works
    "S07": """
660102 ord 2x45
660101 ord 1x45
660103 ord 2x45 fill=0.95
660103 fs 1x40 fill=0.98
660701 ord 2x45 fill=0.85
660302 ord 1x45
660109 ord 1x45 fill=0.92
660102 pt 1x45 fill=0.92 since=2020
660702 ord 1x45 status=candidate
660201 ord 1x40 status=suspended until=2023 fill=0.62
""",
}

COLLEGES = {
    # the large public college
    "H01": """
460103 ord 3x50 fill=0.98
460103 exm 2x45 fill=0.97
460103 seg 1x48
460305 ord 2x45 fill=0.98 since=2018
460305 exm 1x45 fill=0.97 since=2018
460305 fs 1x45 fill=0.99 since=2019
460305 seg 2x40 since=2018
460301 ord 4x45
460301 exm 2x45
460301 pt 1x50 fill=0.85 since=2019
460306 ord 4x45
460306 exm 2x45
460101 ord 2x50 fill=0.90
460101 sng 2x45
460104 ord 3x50 fill=0.92
460104 exm 2x45
460102 ord 2x45
460113 ord 2x45 fill=0.80
460119 ord 2x45
460201 ord 2x45
460110 ord 1x40 fill=0.90
460303 ord 2x45
460701 ord 2x50 fill=0.90
460702 ord 4x50 fill=0.95
460702 seg 1x36 since=2022
460704 ord 2x45 since=2020
460208 ord 1x45 status=candidate
""",
    "H02": """
460301 ord 3x50
460301 sng 2x45
460301 fs 1x45 fill=0.97 since=2019
460301 seg 1x40
460306 ord 3x45
460306 exm 1x45
460104 ord 3x45
460202 sng 1x45
460203 ord 1x45 fill=0.82
460205 ord 1x45
460204 ord 1x45
460204 seg 1x35 since=2023
460103 ord 1x45 fill=0.96
460113 sng 1x45 fill=0.78
460201 ord 3x45
460301 pt 1x50 fill=0.86 since=2019
460107 ord 1x40 status=suspended until=2022 fill=0.65
460305 ord 1x45 status=candidate
""",
    # the maritime college
    "H03": """
460501 ord 2x45 fill=0.93
460501 fs 1x40 fill=0.95 since=2019
460501 seg 1x36
460502 ord 2x45 fill=0.90
460503 ord 2x45 fill=0.92
460503 seg 1x36
460504 ord 1x40 fill=0.88
460504 exm 1x40 fill=0.90
460504 seg 1x38 since=2022
460510 ord 1x45
460306 ord 2x45
460301 ord 2x45
460110 sng 1x40 fill=0.86
""",
    # the private college: low fill
    "H04": """
460701 ord 2x45 fill=0.66
460701 seg 1x30
460702 ord 2x45 fill=0.70
460704 ord 1x45 fill=0.63 since=2020
460102 sng 1x45 fill=0.66
460301 ord 1x50 fill=0.68
460306 sng 1x45 fill=0.64
460701 sng 1x40 fill=0.24 since=2019
460312 ord 1x40 status=candidate
""",
}

UNDERGRADUATE = {
    "U01": """
080202 ord 4x45 fill=1.00
080601 ord 3x45 fill=1.00
080803T ord 2x40 fill=0.99 since=2018
081901 ord 2x45 fill=0.97
080207 ord 2x45 fill=0.99
085501 ord 1x40 fill=1.00
085505 ord 1x30 fill=0.95
085509 ord 1x35 fill=1.00 since=2020
085510 ord 1x25 fill=1.00 since=2020
085801 ord 1x20 fill=1.00
""",
    "U02": """
080202 ord 2x45 fill=0.97
080202 seg4 1x36 since=2018
080202 top 2x45
080204 ord 3x45 fill=0.96
080204 seg 1x38 since=2022
080601 top 2x40
080213T jnt 1x40 fill=0.98 since=2020
080203 ord 2x40 fill=0.92
""",
    "U03": """
260102 ord 2x45 fill=0.95 since=2020
260103 ord 2x45 fill=0.94 since=2020
260304 seg 1x42 since=2022
260501 ord 2x40 fill=0.93 since=2020
260501 seg 1x36 since=2022
260702 ord 2x45 fill=0.96 since=2020
260301 top 2x45 since=2020
""",
}

# joined pathways: from, to, promised share, greatest share, seats a year, first autumn
AGREED: list[tuple[str, str, float, float, int | None, int]] = [
    ("S01-660103-fs", "H01-460103-seg", 0.92, 0.95, None, 2018),
    ("S07-660103-fs", "H01-460103-seg", 0.90, 0.95, None, 2018),
    ("S01-660303-fs", "H01-460305-seg", 0.88, 0.95, 70, 2018),
    ("S02-660301-fs", "H02-460301-seg", 0.85, 0.92, 40, 2018),
    ("S04-660501-fs", "H03-460501-seg", 0.80, 0.90, 36, 2018),
    ("S04-660503-fs", "H03-460503-seg", 0.80, 0.90, 36, 2018),
    ("S04-660105-fs", "H03-460504-seg", 0.85, 0.92, 38, 2022),
    ("S05-660702-fs", "H01-460702-seg", 0.85, 0.92, 36, 2022),
    ("S05-660701-fs", "H04-460701-seg", 0.90, 0.95, 30, 2018),
    ("S06-660204-fs", "H02-460204-seg", 0.78, 0.88, 35, 2023),
    ("S03-660103-fs", "U02-080202-seg4", 0.95, 0.95, 36, 2018),
    ("H01-460305-fs", "U03-260304-seg", 0.90, 0.95, 42, 2022),
    ("H02-460301-fs", "U02-080204-seg", 0.85, 0.92, 38, 2022),
    ("H03-460501-fs", "U03-260501-seg", 0.75, 0.90, 36, 2022),
]

# examination lines of the colleges take completers of every secondary line whose program continues to theirs
EXAMINATION_TARGETS = (
    "H01-460103-exm",
    "H01-460305-exm",
    "H01-460301-exm",
    "H01-460306-exm",
    "H01-460104-exm",
    "H02-460306-exm",
    "H03-460504-exm",
)

# top-up lines take completers of ordinary college lines whose program continues to theirs
TOP_UP_SOURCES: dict[str, tuple[str, ...]] = {
    "U02-080202-top": ("460101", "460104"),
    "U02-080601-top": ("460306",),
    "U03-260301-top": ("460301", "460202"),
}


def lines() -> list[Line]:
    """Every plan line, in the order of schools."""
    found: list[Line] = []
    for block in (SECONDARY, COLLEGES, UNDERGRADUATE):
        for school, text in block.items():
            found.extend(_active(school, text))
    return found
