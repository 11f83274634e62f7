"""What has been decided of a line up to a year: closed or merged into another one, opened or taken over from another one."""

from __future__ import annotations

from talentplan.allocation.space import Space
from talentplan.program import Labels, Terms

__all__ = ["begun", "ended"]


def ended(space: Space, asked: Labels) -> Terms:
    """Terms by row of asked (offering, year): sum over u <= t of c[o,u] + d[o>q,u]."""
    return Terms.concat([_so_far(space, asked, "closes", "offering"), _so_far(space, asked, "merges", "from_offering")])


def begun(space: Space, asked: Labels, *, before: bool = False) -> Terms:
    """Terms by row of asked (offering, year): sum over u <= t of a[o,u] + d[q>o,u]; `before`: over u < t."""
    parts = [_so_far(space, asked, "opens", "offering", before), _so_far(space, asked, "merges", "to_offering", before)]
    return Terms.concat(parts)


def _so_far(space: Space, asked: Labels, name: str, line: str, before: bool = False) -> Terms:
    block = space.block(name)
    return Terms.empty() if block is None else space.so_far(block, asked, line=line, before=before)
