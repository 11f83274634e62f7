"""Where the ladders of the group end, and rungs the national catalogue has and the group does not."""

from __future__ import annotations

import pandas as pd

from talentplan.workspace.case import Case

__all__ = ["dead_ends", "missing_links"]


def dead_ends(case: Case) -> pd.DataFrame:
    """Offerings whose completers have no next level in the group: no pathway leads out of them, nor are they at the top.

    The top is the highest level that has an offering. One row per offering, sorted: offering, school, program, level,
    status; whole_program (bool: no offering of the program leads on); offered, absent: the programs in which the national
    catalogue (table `continuations`) continues it that the group offers, and those that it does not, codes joined by /.
    """
    levels = case.table("levels").set_index("level")["rank"]
    lines = case.table("offerings").merge(case.table("programs")[["program", "level"]], on="program")
    rank = lines["level"].map(levels)
    leads = lines["offering"].isin(case.table("pathways")["from_offering"])
    ends = lines[~leads & (rank < rank.max())]
    ends = ends.assign(whole_program=~ends["program"].isin(lines.loc[leads, "program"]))
    links = case.table("continuations")
    here = links["to_program"].isin(_offered(case))
    for name, some in (("offered", links[here]), ("absent", links[~here])):
        codes = some.sort_values("to_program").groupby("from_program")["to_program"].agg("/".join)
        ends[name] = ends["program"].map(codes).fillna("").astype(object)
    columns = ["offering", "school", "program", "level", "status", "whole_program", "offered", "absent"]
    return pd.DataFrame(ends.sort_values("offering", ignore_index=True)[columns])


def missing_links(case: Case, links: pd.DataFrame | None = None) -> pd.DataFrame:
    """Continuations of the national catalogue between two programs that the group offers, without any pathway.

    Args:
        case: the case.
        links: columns from_program, to_program (codes); the table `continuations` where None.

    One row per link, sorted: from_program, to_program, from_lines, to_lines (numbers of their offerings). A candidate
    is not offered yet; programs that nobody here offers are left out.
    """
    named = case.table("continuations") if links is None else links
    offered = _offered(case)
    program = case.table("offerings").set_index("offering")["program"]
    paths = case.table("pathways")
    there = pd.MultiIndex.from_arrays([paths["from_offering"].map(program), paths["to_offering"].map(program)])
    found = named[["from_program", "to_program"]].drop_duplicates()
    found = found[found["from_program"].isin(offered) & found["to_program"].isin(offered)]
    found = found[~pd.MultiIndex.from_frame(found).isin(there)]
    found = found.assign(
        from_lines=found["from_program"].map(offered).astype("int64"),
        to_lines=found["to_program"].map(offered).astype("int64"),
    )
    return found.sort_values(["from_program", "to_program"], ignore_index=True)


def _offered(case: Case) -> dict[str, int]:
    """Number of offerings by program, candidates left out."""
    lines = case.table("offerings")
    counts = lines.loc[lines["status"] != "candidate", "program"].value_counts()
    return {str(program): int(number) for program, number in counts.items()}
