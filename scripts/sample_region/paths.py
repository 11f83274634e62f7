"""Pathways between lines. The links are facts (briefs of 2022); shares and seats are illustrative."""

from __future__ import annotations

from sample_region.facts import facts
from sample_region.lines import AGREED, EXAMINATION_TARGETS, TOP_UP_SOURCES, Line

__all__ = ["EXAM_SHARE", "TOP_UP_SHARE", "pathways"]

EXAM_SHARE, TOP_UP_SHARE, MASTER_SHARE = 0.35, 0.25, 0.15
TOP_UP_QUOTA = 0.13  # share of college completers for whom the province sets top-up places aside
NUMBERS = "比例与名额为示例"

# bachelor's lines whose completers sit the master's examination of the same field (four-year lines only: longer routes
# would lengthen the tail after the horizon without adding persons)
MASTERS = {
    "U01-085501-ord": ("U01-080202-ord", "U02-080202-ord", "U03-260103-ord"),
    "U01-085505-ord": ("U01-081901-ord", "U03-260501-ord"),
    "U01-085509-ord": ("U02-080213T-jnt", "U03-260102-ord"),
    "U01-085510-ord": ("U01-080803T-ord", "U03-260102-ord"),
    "U01-085801-ord": ("U01-080601-ord",),
}


def pathways(lines: list[Line], level: dict[str, str]) -> list[dict[str, object]]:
    """Rows of the pathways table, agreed ones first."""
    links = {(row["from_program"], row["to_program"]): row["source"] for row in facts("program_continuation")}
    by_code = {line.code: line for line in lines}

    def row(sender: str, receiver: str, share: tuple[float, float], seats: int | None = None) -> dict[str, object]:
        pair = (by_code[sender].program, by_code[receiver].program)
        known = links.get(pair, f"{pair[0]}→{pair[1]} 同类专业接续，简介未列，按专业类估计")
        return {
            "pathway": f"{sender}~{receiver}",
            "from_offering": sender,
            "to_offering": receiver,
            "kind": "agreed" if share[0] > TOP_UP_SHARE else "examination",
            "first_year": 0,
            "min_share": share[0],
            "max_share": share[1],
            "seats": seats,
            "basis": "illustrative",
            "source": f"{known}；{NUMBERS}",
        }

    found = [row(sender, receiver, (least, most), seats) for sender, receiver, least, most, seats, _ in AGREED]
    for target in EXAMINATION_TARGETS:
        for line in lines:
            open_line = line.kind == "ord" and line.status != "candidate" and level[line.program] == "secondary"
            if open_line and (line.program, by_code[target].program) in links:
                found.append(row(line.code, target, (0.0, EXAM_SHARE)))
    for target, programs in TOP_UP_SOURCES.items():
        found.extend(
            row(line.code, target, (TOP_UP_QUOTA, TOP_UP_SHARE))
            for line in lines
            if line.program in programs and line.kind in ("ord", "sng", "exm") and line.status == "active"
        )
    for target, senders in MASTERS.items():
        found.extend(row(sender, target, (0.0, MASTER_SHARE)) for sender in senders)
    return found
