"""Proposals for program clusters from what programs share, how stable they are, and the official clusters beside them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.spatial.distance import squareform
from sklearn.metrics import adjusted_rand_score, silhouette_score
from sklearn.metrics.cluster import pair_confusion_matrix

from talentplan.matching.similarity import WEIGHTS, Features, program_features, similarity
from talentplan.workspace.case import Case

__all__ = ["Comparison", "Proposal", "propose_clusters"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]

GRID = 40  # at most so many numbers of clusters that are tried
NOTHING = 1.0 - 1e-9  # distance of two groups that share nothing
BECAUSE = {
    "no_feature": ("没有职业对照、衔接、实训需求和可识别的代码", "no occupation, link, workshop or readable code is known of it"),
    "alone": ("与其他专业没有共同点", "it shares nothing with any other program"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Comparison:
    """The proposal as a whole, and against the official clusters.

    clusters: number proposed; silhouette: mean over the programs in [-1, 1], NaN where there are fewer than two
    clusters or no cluster of two; stability: mean over the placed programs of their cluster's, in [0, 1].
    compared: programs with both a proposed and an official cluster; of their pairs, kept are together in both, split
    officially together and proposed apart, joined officially apart and proposed together; ari: adjusted Rand index
    (Hubert and Arabie, Comparing partitions, Journal of Classification 2, 1985), 1 for the same partition, about 0 for
    chance, NaN with fewer than two programs compared.
    """

    clusters: int
    silhouette: float
    stability: float
    compared: int
    kept: int
    split: int
    joined: int
    ari: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """Proposed clusters, frames sorted by their first columns; a proposal is for people to judge.

    members: program, name_zh, name_en, level, cluster (proposed, C01 ...), cluster_zh, cluster_en (after the lead
        program), official (cluster of the program, "" for none), agrees: bool, its official cluster is the one most
        members of its proposed cluster have; stability: share in [0, 1], mean over the draws of the overlap (Jaccard) of
        its cluster with the one it falls in; centrality: mean likeness to the other members in [0, 1], 1 where there
        are none; enrolment: persons; lead: bool.
    clusters: cluster, cluster_zh, cluster_en, lead_program, lead_school ("" where nobody offers a member), programs,
        schools: numbers of them; enrolment: persons; stability: mean Jaccard of Hennig; cohesion: mean likeness of two
        members, NaN for a single one; official: the official cluster most members have; official_share: share of the
        members that have it; occupations, kinds: codes that at least half of the members share (two at least), joined
        by ";", in the order of how many do.
    unplaced: program, name_zh, name_en, official, why (no_feature, alone), because_zh, because_en: programs that are
        not forced into a cluster.
    official: official cluster x proposed cluster, programs in both: official, cluster, programs.
    comparison: the scalars.
    """

    members: pd.DataFrame
    clusters: pd.DataFrame
    unplaced: pd.DataFrame
    official: pd.DataFrame
    comparison: Comparison


def propose_clusters(
    case: Case,
    *,
    continuations: pd.DataFrame | None = None,
    enrolment: pd.DataFrame | None = None,
    weights: Mapping[str, float] = WEIGHTS,
    count: int | None = None,
    mean_size: int = 5,
    draws: int = 50,
    seed: int = 0,
) -> Proposal:
    """Group the programs of a case by what they share, and say how far the groups can be trusted.

    Programs are joined by average linkage on 1 - `similarity`. The number of clusters is the one with the greatest
    mean silhouette (Rousseeuw, Silhouettes, Journal of Computational and Applied Mathematics 20, 1987; the smaller
    number where several are equal) among up to 40 numbers with `mean_size` programs or more to a cluster on average;
    groups that share nothing are never joined. Stability follows Hennig (Cluster-wise assessment of cluster stability,
    Computational Statistics and Data Analysis 52, 2007): the same clustering on resampled evidence, and for every
    cluster the mean Jaccard overlap with the most similar one found there. Occupations, links and kinds of workshop are
    drawn with replacement here, not programs: the question is whether a cluster hangs on a few links of the crosswalk.
    By Hennig's rule of thumb 0.75 and more is stable, below 0.6 not to be trusted.

    The lead program of a cluster is the member with the greatest centrality x enrolment (centrality alone where nobody
    is enrolled); the lead school the one with the greatest sum of centrality x enrolment over the members it offers
    (then of centrality). Equals are decided by code.

    Args:
        case: programs, crosswalk, needs, pathways, offerings and roll are read.
        continuations: further links between programs, from_program and to_program.
        enrolment: offering, year, enrolled (the table of a plan or of doing nothing); its first year counts. By
            default the last year of the case's roll.
        weights: weight >= 0 of occupations, continuation, workshops and code.
        count: number of clusters, instead of the silhouette's; more where more groups share nothing.
        mean_size: programs a cluster has on average at least, where the silhouette chooses. The silhouette keeps rising
            as clusters shrink to two or three programs nearly alike; how small is of use is judgement.
        draws: resamplings for the stability.
        seed: of the resamplings.
    """
    everything = program_features(case, continuations)
    table = case.table("programs").sort_values("program", ignore_index=True)
    known = everything.known(weights)
    alike = similarity(everything.some(known), weights)
    company = known.copy()
    company[known] = (alike > 0).sum(axis=1) > 1
    features, alike = everything.some(company), alike[np.ix_(company[known], company[known])]
    labels, silhouette = _clustered(alike, count, mean_size)
    stable, held = _stability(features, weights, labels, draws, seed)
    lines = _enrolment(case, enrolment)
    members = _members(table[company].reset_index(drop=True), labels, alike, held, lines)
    return Proposal(
        members=members[[c for c in members.columns if c != "label"]],
        clusters=_summary(members, stable, features, lines),
        unplaced=_unplaced(table, known, company),
        official=members.groupby(["official", "cluster"]).size().rename("programs").reset_index(),
        comparison=_compared(members, silhouette, stable[labels]),
    )


def _clustered(alike: Floats, count: int | None, mean_size: int) -> tuple[Labels, float]:
    """Labels 0, 1 ... in the order of their first program, and the mean silhouette."""
    size = len(alike)
    if size < 2:
        return np.zeros(size, dtype=np.int64), float("nan")
    distance = 1.0 - alike
    tree = _tree(distance)
    apart = int(fcluster(tree, NOTHING, "distance").max())
    if count is not None:
        labels = _cut(tree, max(count, apart))
        return labels, _silhouette(distance, labels)
    least, most = max(2, apart), max(2, apart, size // mean_size)
    tried = np.unique(np.round(np.geomspace(least, most, GRID)).astype(np.int64))
    cuts = [_cut(tree, int(k)) for k in tried]
    if apart == 1:
        cuts.insert(0, np.zeros(size, dtype=np.int64))
    scores = [_silhouette(distance, cut) for cut in cuts]
    best = int(np.argmax(np.round(np.nan_to_num(scores, nan=0.0), 12)))
    return cuts[best], scores[best]


def _tree(distance: Floats) -> Floats:
    # ties are broken by the order of the rows, which is that of the codes; rounding keeps noise from breaking them
    return np.asarray(linkage(np.round(squareform(distance, checks=False), 12), "average"), dtype=np.float64)


def _cut(tree: Floats, count: int) -> Labels:
    """At most `count` clusters, but never two groups joined that share nothing."""
    found = fcluster(tree, count, "maxclust")
    if len(np.unique(found)) < (apart := fcluster(tree, NOTHING, "distance")).max():
        found = apart
    return np.asarray(pd.factorize(found)[0], dtype=np.int64)


def _silhouette(distance: Floats, labels: Labels) -> float:
    if not 1 < labels.max() + 1 < len(labels):
        return float("nan")
    return float(silhouette_score(distance, labels, metric="precomputed"))


def _stability(
    features: Features, weights: Mapping[str, float], labels: Labels, draws: int, seed: int
) -> tuple[Floats, Floats]:
    """Mean greatest Jaccard of every cluster, and of every program the mean Jaccard of its two clusters."""
    count = int(labels.max(initial=-1)) + 1
    best, own = np.zeros(count), np.zeros(len(labels))
    if len(labels) < 2 or not draws:
        return np.full(count, np.nan), np.full(len(labels), np.nan)
    for source in np.random.SeedSequence(seed).spawn(draws):
        alike = similarity(features, weights, np.random.default_rng(source))
        other = _cut(_tree(1.0 - alike), count)
        both = np.zeros((count, other.max() + 1))
        np.add.at(both, (labels, other), 1.0)
        jaccard = both / (both.sum(axis=1)[:, None] + both.sum(axis=0)[None, :] - both)
        best += jaccard.max(axis=1)
        own += jaccard[labels, other]
    return best / draws, own / draws


def _enrolment(case: Case, given: pd.DataFrame | None) -> pd.DataFrame:
    """school, program, persons: students of every point in one year."""
    if given is None:
        roll = case.table("roll")
        given = roll[roll["year"] == roll["year"].max()].rename(columns={"persons": "enrolled"})
    first = given[given["year"] == given["year"].min()]
    lines = case.table("offerings")[["offering", "school", "program"]]
    persons = first.groupby("offering")["enrolled"].sum()
    lines = lines.assign(persons=lines["offering"].map(persons).fillna(0.0))
    return lines.groupby(["school", "program"])["persons"].sum().reset_index()


def _members(table: pd.DataFrame, labels: Labels, alike: Floats, held: Floats, lines: pd.DataFrame) -> pd.DataFrame:
    """The frame `members` and the column label."""
    count = int(labels.max(initial=-1)) + 1
    sums = np.zeros((len(labels), count))
    np.add.at(sums.T, labels, alike)
    size = np.bincount(labels, minlength=count)[labels]
    inside = sums[np.arange(len(labels)), labels] - 1.0
    frame = table[["program", "name_zh", "name_en", "level"]].assign(
        label=labels,
        cluster=[f"C{label + 1:02d}" for label in labels],
        official=table["cluster"],
        stability=held,
        centrality=np.where(size > 1, inside / np.maximum(size - 1, 1), 1.0),
        enrolment=table["program"].map(lines.groupby("program")["persons"].sum()).fillna(0.0),
    )
    ranked = frame.assign(score=frame["centrality"] * frame["enrolment"]).sort_values(
        ["label", "score", "centrality", "program"], ascending=[True, False, False, True], kind="stable"
    )
    lead = ranked.drop_duplicates("label").set_index("label")
    most = _plurality(frame)
    named = {f"cluster_{lang}": frame["label"].map(lead[f"name_{lang}"]) for lang in ("zh", "en")}
    frame = frame.assign(
        **named, lead=frame["program"].isin(lead["program"]), agrees=frame["official"] == frame["label"].map(most)
    )
    frame["agrees"] &= frame["official"] != ""
    columns = [
        "program", "name_zh", "name_en", "level", "cluster", "cluster_zh", "cluster_en", "official", "agrees",
        "stability", "centrality", "enrolment", "lead", "label",
    ]  # fmt: skip
    return frame[columns]


def _plurality(frame: pd.DataFrame) -> pd.Series:
    """The official cluster most members of every label have, the first by code among equals; "" where none has one."""
    some = frame[frame["official"] != ""].groupby(["label", "official"]).size().rename("n").reset_index()
    some = some.sort_values(["label", "n", "official"], ascending=[True, False, True])
    first = some.drop_duplicates("label").set_index("label")["official"]
    return first.reindex(np.unique(frame["label"])).fillna("")


def _summary(members: pd.DataFrame, stable: Floats, features: Features, lines: pd.DataFrame) -> pd.DataFrame:
    labels, count = members["label"].to_numpy(dtype=np.int64), len(stable)
    most, size = _plurality(members), np.bincount(labels, minlength=count)
    lead = members[members["lead"]].set_index("label").sort_index()
    points = lines.merge(members[["program", "label", "centrality"]], on="program")
    points["score"] = points["centrality"] * points["persons"]
    schools = points.groupby(["label", "school"])[["score", "centrality"]].sum().reset_index()
    schools = schools.sort_values(["label", "score", "centrality", "school"], ascending=[True, False, False, True])
    by_cluster = members.groupby("label")
    frame = lead[["cluster", "cluster_zh", "cluster_en"]].assign(
        lead_program=lead["program"],
        lead_school=schools.drop_duplicates("label").set_index("label")["school"],
        programs=size,
        schools=schools.groupby("label").size(),
        enrolment=by_cluster["enrolment"].sum(),
        stability=stable,
        cohesion=by_cluster["centrality"].mean().where(size > 1),
        official=most,
        official_share=by_cluster["agrees"].mean(),
        occupations=_shared(features.occupations, features.occupation_codes, labels, size),
        kinds=_shared(features.kinds, features.kind_codes, labels, size),
    )
    frame["lead_school"], frame["schools"] = (
        frame["lead_school"].fillna(""),
        frame["schools"].fillna(0).astype(np.int64),
    )
    return frame.reset_index(drop=True)


def _shared(
    matrix: sparse.csr_matrix, codes: NDArray[np.object_], labels: Labels, size: NDArray[np.int64]
) -> list[str]:
    """The codes that at least half of the members of every cluster have, two members at least, the commonest first."""
    row, column = matrix.nonzero()
    pairs = pd.DataFrame({"label": labels[row], "code": codes[column]})
    have = pairs.value_counts().rename("n").reset_index()
    have = have.sort_values(["label", "n", "code"], ascending=[True, False, True])
    have = have[have["n"] >= np.maximum(2.0, size[have["label"]] / 2)]
    joined = have.groupby("label")["code"].agg(";".join)
    return [str(text) for text in joined.reindex(np.arange(len(size))).fillna("")]


def _unplaced(table: pd.DataFrame, known: NDArray[np.bool_], company: NDArray[np.bool_]) -> pd.DataFrame:
    why = np.where(known, "alone", "no_feature")[~company]
    frame = table.loc[~company, ["program", "name_zh", "name_en", "cluster"]].rename(columns={"cluster": "official"})
    words = {f"because_{lang}": [BECAUSE[code][at] for code in why] for at, lang in enumerate(("zh", "en"))}
    return frame.assign(why=why, **words).reset_index(drop=True)


def _compared(members: pd.DataFrame, silhouette: float, stable: Floats) -> Comparison:
    both = members[members["official"] != ""]
    given, found = pd.factorize(both["official"])[0], both["label"].to_numpy(dtype=np.int64)
    # ordered pairs; rows by the official clusters, columns by the proposed
    pairs = pair_confusion_matrix(given, found) // 2 if len(both) > 1 else np.zeros((2, 2), dtype=np.int64)
    return Comparison(
        clusters=int(members["label"].nunique()), silhouette=silhouette,
        stability=float(stable.mean()) if len(stable) else float("nan"), compared=len(both),
        kept=int(pairs[1, 1]), split=int(pairs[1, 0]), joined=int(pairs[0, 1]),
        ari=float(adjusted_rand_score(given, found)) if len(both) > 1 else float("nan"),
    )  # fmt: skip
