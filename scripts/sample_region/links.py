"""Crosswalk of programs and occupations.

Links are facts where the briefs of 2022 name them. Links of ordinary bachelor's and master's programs, and of programs
added in December 2025, are estimated from the nearest program that has a brief, and say so.
"""

from __future__ import annotations

from sample_region.facts import Row, facts

__all__ = ["continuations", "crosswalk"]

# programs without a brief of their own: the program whose links they borrow
BORROWED = {
    "460208": "460103",
    "460312": "460305",
    "080202": "260101",
    "080204": "260301",
    "080207": "260702",
    "080213T": "260102",
    "080601": "260302",
    "080803T": "260304",
    "081901": "260501",
    "080203": "460107",
    "085501": "260101",
    "085505": "260501",
    "085509": "260102",
    "085510": "260304",
    "085801": "260302",
}
# links without a brief, by judgement
JUDGED = [
    ("080203", "2-02-07-09"),
    ("080203", "2-02-07-06"),
    ("080202", "2-02-29-03"),
    ("080601", "2-02-11-01"),
    ("085801", "2-02-11-01"),
    ("460204", "6-28-01-12"),
    ("080803T", "2-02-38-06"),
    ("085501", "2-02-31-01"),
    ("460306", "6-31-01-03"),
    ("460306", "6-29-03-02"),
    ("460104", "6-31-01-02"),
    ("460501", "6-29-03-04"),
    ("460119", "6-31-03-04"),
    ("460119", "6-31-03-05"),
    ("660105", "6-23-02-01"),
]

BRIEFS = "2022 年修订简介"  # what the official links were read from; estimated ones have no dated mapping
OTHER_CLUSTER = 0.25  # less relevant when the occupation belongs to another cluster
UNDER_QUALIFIED = ("6-18-02-04", "6-23-02-01")  # employers take secondary completers for these


def crosswalk(programs: set[str]) -> list[dict[str, object]]:
    """Rows of the crosswalk table of these programs."""
    info = {row["program"]: row for row in facts("programs")}
    linked: dict[str, list[Row]] = {}
    for row in facts("program_occupation"):
        linked.setdefault(row["program"], []).append(row)
    rows: list[dict[str, object]] = []
    for program in sorted(programs):
        rows.extend(
            _link(info[program], row["occupation"], row["source"], official=True) for row in linked.get(program, [])
        )
        near = BORROWED.get(program, "")
        for row in linked.get(near, []):
            text = f"{program} 无职业面向简介，按相近专业 {near} {info[near]['name_zh']} 的对照估计"
            if row["occupation"].startswith("2-02") or info[program]["level"] == "higher_vocational":
                rows.append(_link(info[program], row["occupation"], text, official=False))
    for program, occupation in JUDGED:
        if program in programs:
            text = f"{program} 简介未列此职业，按课程与岗位估计"
            rows.append(_link(info[program], occupation, text, official=False))
    first = {(str(row["program"]), str(row["occupation"])): row for row in reversed(rows)}
    return [first[key] for key in sorted(first)]


def _link(program: Row, occupation: str, evidence: str, *, official: bool) -> dict[str, object]:
    cluster = {row["occupation"]: row["cluster"] for row in facts("occupations")}
    foreign = cluster[occupation] != program["cluster"]
    estimated = foreign or not official
    return {
        "program": program["program"],
        "occupation": occupation,
        "relevance": (1.0 if official else 0.9) - (OTHER_CLUSTER if foreign else 0.0),
        "evidence": evidence,
        "version": BRIEFS if official else "",
        "under_qualified_ok": program["level"] == "secondary" and occupation in UNDER_QUALIFIED,
        "basis": "estimated" if estimated else "official",
        "source": "相关度为估计：跨专业群减 0.25，无简介减 0.1" if estimated else evidence,
    }


def continuations(programs: set[str]) -> list[dict[str, object]]:
    """Continuation links of the programs of the sample, whether the group offers the program they lead to or not."""
    return [
        {
            "from_program": row["from_program"],
            "to_program": row["to_program"],
            "basis": "official",
            "source": row["source"],
        }
        for row in facts("program_continuation")
        if row["from_program"] in programs
    ]
