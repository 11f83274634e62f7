"""How well crosswalk suggestions find known links: the national program-occupation links, held out and ranked again.

    python -m benchmarks.crosswalk [--json] [--english]

Reads the reference data (TALENTPLAN_REFERENCE_DATA, else ../shared/data beside the repository): 6,464 links of 1,587
programs on four levels to 1,634 occupations. Programs of one class (digits 2-4 of the code, all levels together) are
ranked with the links of that whole class hidden; then every program with only its own links hidden (leave one out).

Definitions. recall@k is the mean over programs of |top k and true| / |true|, with true all occupations of the program,
also those that the list of occupations lacks. MRR is the mean over programs of 1 / rank of the first true occupation
among all occupations of the list. A program may be ranked by its own name, level, brief (occupation groups, posts,
certificates) and continuation links: they are no program-occupation links. Nothing else of it is known.

No leak: programs are dealt to FOLDS folds, whole classes at a time. The weights that rank a fold are learned without
any link of the fold, so a held-out link can reach neither weights nor features; tests change held-out links and find
the same scores. Penalty, neighbours and candidates are constants of the package, set once on all of the data.

The other way round, programs are ranked for occupations whose links are hidden, one occupation or one whole group (the
code without its last part) at a time, under the same definitions.

Baselines are the plain methods the package has to beat, with the same folds and definitions: names (TF-IDF of character
1-3-grams), names and briefs, these plus half the votes of the 20 most similar programs of other classes (or, leaving one
out, of all others). For occupations: names, and the scores that the programs give an occupation no program is linked to.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from talentplan.matching.evidence import Evidence, gather_evidence, turn_evidence
from talentplan.matching.likeness import SharedWords, plain
from talentplan.matching.ranker import Hidden, hide, learn_ranker, score_pairs

FOLDS = 10
LEVEL_OF_TARGET = {"bachelor": "普通本科"}
GREEN_DIGITAL = r"(?<=[^A-Za-z])[LS](/[LS])?$"  # marks of green and digital occupations behind the name
NOT_SAID = r"职业技能等级证书|职业资格证书|暂无"

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Task:
    """What is ranked: evidence; truth float[program, occupation]; true int[program], links also to occupations not listed;
    class_ str[program], what is held out together."""

    evidence: Evidence
    truth: NDArray[np.float32]
    true: NDArray[np.int64]
    class_: NDArray[Any]


def reference_folder() -> Path:
    """Where the reference data lies."""
    default = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("TALENTPLAN_REFERENCE_DATA", default))


def task_of(
    programs: pd.DataFrame,
    occupations: pd.DataFrame,
    links: pd.DataFrame,
    class_: pd.Series,
    continuation: pd.DataFrame | None,
) -> Task:
    """Put frames as `suggest_links` takes them together with the class held out (indexed by program)."""
    evidence = gather_evidence(programs, occupations, continuation)
    code = evidence.programs["program"]
    true = links.drop_duplicates().groupby("program").size().reindex(code, fill_value=0)
    return Task(
        evidence, evidence.link_matrix(links), true.to_numpy(dtype=np.int64), class_.loc[code].to_numpy(dtype=str)
    )


def read_task(folder: Path) -> Task:
    """The Chinese tables: the map, the briefs, the occupations of 2022 and the continuation links."""
    tables = {
        name: pd.read_csv(folder / "cn" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("program_occupation_map", "program_briefs_flat", "csco_2022_occupations", "program_continuation")
    }
    links = tables["program_occupation_map"]
    programs = links.drop_duplicates("code")[["code", "name", "level"]].rename(columns={"code": "program"})
    briefs = tables["program_briefs_flat"].drop_duplicates("code").set_index("code")
    certificates = briefs["certificates"].str.replace(NOT_SAID, "|", regex=True)
    text = briefs["occupation_groups"] + "|" + briefs["posts"] + "|" + certificates
    programs["text"] = programs["program"].map(text).fillna("")
    every = tables["csco_2022_occupations"].drop_duplicates(["level", "code"])
    jobs = every[every["level"] == "4"]
    groups = every[every["level"].isin(["2", "3"])].sort_values("level").drop_duplicates("code", keep="last")
    group = groups.set_index("code")["name"]
    small, middle = jobs["code"].str[:7] + "-00", jobs["code"].str[:4] + "-00-00"
    occupations = pd.DataFrame({
        "occupation": jobs["code"], "name": jobs["name"].str.replace(GREEN_DIGITAL, "", regex=True), "text": jobs["alias"],
        "group": small.map(group).fillna(middle.map(group)).fillna(""),
    })  # fmt: skip
    known = links[["code", "occupation_code"]].set_axis(["program", "occupation"], axis=1)
    class_ = programs["program"].str[1:4].set_axis(programs["program"])
    return task_of(programs, occupations, known, class_, _continuation(tables["program_continuation"], programs))


def _continuation(links: pd.DataFrame, programs: pd.DataFrame) -> pd.DataFrame:
    """Targets without a code become the program of that name and level, else a word of their own."""
    level = links["to_level"].map(LEVEL_OF_TARGET).fillna(links["to_level"])
    code = programs.drop_duplicates(["level", "name"]).set_index(["level", "name"])["program"]
    named = code.reindex(pd.MultiIndex.from_arrays([level, links["to_name"]])).to_numpy(dtype=object)
    to = np.where(links["to_code"] != "", links["to_code"], np.where(pd.isna(named), level + links["to_name"], named))
    return pd.DataFrame({"from": links["from_code"], "to": to})


def read_english(folder: Path) -> Task:
    """The American crosswalk of programs (CIP 2020) and occupations (SOC 2018) by titles alone; a class is a CIP of 4 digits."""
    links = pd.read_csv(folder / "us_california" / "cip_soc.csv", dtype=str).dropna()
    links = links[~links["SOC2018Code"].str.startswith("99")]
    programs = links.drop_duplicates("CIP2020Code")[["CIP2020Code", "CIP2020Title"]].set_axis(
        ["program", "name"], axis=1
    )
    jobs = links.drop_duplicates("SOC2018Code")[["SOC2018Code", "SOC2018Title"]].set_axis(
        ["occupation", "name"], axis=1
    )
    known = links[["CIP2020Code", "SOC2018Code"]].set_axis(["program", "occupation"], axis=1)
    class_ = programs["program"].str[:5].set_axis(programs["program"])
    return task_of(programs.assign(level="", text=""), jobs.assign(text=""), known, class_, None)


def held_out_scores(task: Task, hidden: Hidden, folds: int = FOLDS) -> Scores:
    """Every program scored without its own links, or without those of its class: float[program, occupation]."""
    every = np.arange(len(task.true))
    key = task.class_ if hidden == "class" else every
    fold = np.unique(key, return_inverse=True)[1] % folds
    found = np.zeros(task.truth.shape)
    for number in range(folds):
        rows = np.flatnonzero(fold == number)
        if len(rows):
            rest = np.where((fold == number)[:, None], np.float32(0.0), task.truth)
            ranker = learn_ranker(task.evidence, rest, hidden)
            found[rows] = score_pairs(task.evidence, task.truth, ranker, rows, key[rows][:, None] != key[None, :])
    return found


def judge(scores: NDArray[Any], truth: NDArray[Any], true: NDArray[np.int64]) -> dict[str, float]:
    """recall_at_5, recall_at_10, mrr as defined above; equal scores rank in the order of the columns."""
    hit = np.take_along_axis(truth > 0, np.argsort(-scores, axis=1, kind="stable"), axis=1)
    first = np.where(hit.any(axis=1), 1.0 / (1.0 + hit.argmax(axis=1)), 0.0)
    recall = {f"recall_at_{k}": float((hit[:, :k].sum(axis=1) / true).mean()) for k in (5, 10)}
    return {**recall, "mrr": float(first.mean())}


def baseline(task: Task, hidden: Hidden | None, briefs: bool) -> Scores:
    """TF-IDF of character 1-3-grams, with votes of the 20 most similar programs where something is hidden."""
    programs, jobs = task.evidence.programs, task.evidence.occupations["name"].tolist()
    texts = (programs["name"] + (" " + programs["text"].str.replace("|", " ") if briefs else "")).tolist()
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3)).fit(jobs + texts)
    mine = vectorizer.transform(texts)
    scores = (mine @ vectorizer.transform(jobs).T).toarray()
    if hidden is None:
        return np.asarray(scores)
    alike = (mine @ mine.T).toarray()
    key = task.class_ if hidden == "class" else np.arange(len(texts))
    alike[key[:, None] == key[None, :]] = 0.0
    last = np.sort(alike, axis=1)[:, [-min(20, len(alike))]]
    weight = np.where(alike >= last, alike, 0.0)
    return np.asarray(scores + 0.5 * (weight @ task.truth) / (weight.sum(axis=1, keepdims=True) + 1e-9))


def limits(task: Task, scores: Scores) -> dict[str, Any]:
    """What keeps recall@10 with classes held out from 1: shares of the true links, every program counting the same.

    Of each kind of link: share, and recall, the part of it found in the top 10.
    """
    row, column = np.nonzero(task.truth > 0)
    top = np.argsort(-scores, axis=1, kind="stable")[:, :10]
    found = (top[row] == column[:, None]).any(axis=1)
    weight = 1.0 / task.true[row] / len(task.true)
    pairs = pd.DataFrame({"class": task.class_[row], "occupation": column})
    classes = pairs.drop_duplicates().groupby("occupation").size()
    elsewhere = (pairs["occupation"].map(classes) > 1).to_numpy()
    programs, jobs = (
        (f["name"] + "|" + f["text"]).map(plain).tolist() for f in (task.evidence.programs, task.evidence.occupations)
    )
    shared = SharedWords(jobs)
    word = np.array([bool(shared.between(programs[p], o, 1)) for p, o in zip(row, column, strict=True)])

    def kind(chosen: NDArray[np.bool_]) -> dict[str, float]:
        part = float(weight[chosen].sum())
        return {"share": part, "recall": float(weight[chosen & found].sum()) / max(part, 1e-12)}

    level = task.evidence.programs["level"].to_numpy(dtype=str)
    return {
        "not_listed": float(1.0 - weight.sum()),
        "ceiling_at_10": float((np.minimum((task.truth > 0).sum(axis=1), 10) / task.true).mean()),
        "linked_elsewhere_word_shared": kind(elsewhere & word),
        "linked_elsewhere_no_word": kind(elsewhere & ~word),
        "linked_nowhere_else_word_shared": kind(~elsewhere & word),
        "linked_nowhere_else_no_word": kind(~elsewhere & ~word),
        "recall_by_level": {
            name: float((weight * found)[level[row] == name].sum() * len(level) / (level == name).sum())
            for name in sorted(set(level.tolist()))
        },
    }


def turned_task(task: Task) -> Task:
    """The same links asked from the occupations; what is held out together is a group of occupations."""
    evidence = turn_evidence(task.evidence)
    truth = np.ascontiguousarray(task.truth.T)
    return Task(evidence, truth, np.asarray(truth.sum(axis=1), dtype=np.int64), evidence.class_)


def by_programs(task: Task, folds: int = FOLDS) -> Scores:
    """Baseline for an occupation without links: the scores the programs give it, learned from all other links."""
    every = np.arange(len(task.true))
    found = np.zeros(task.truth.T.shape)
    for number in range(folds):
        columns = np.arange(task.truth.shape[1]) % folds == number
        rest = np.where(columns[None, :], np.float32(0.0), task.truth)
        ranker = learn_ranker(task.evidence, rest, "program")
        scores = score_pairs(task.evidence, rest, ranker, every, hide(task.evidence, every, "program"))
        found[columns] = scores[:, columns].T
    return found


def run_occupations(task: Task) -> dict[str, Any]:
    """The other way round: programs found for occupations without links, over all occupations that have some."""
    turned = turned_task(task)
    linked = turned.true > 0
    truth, true = turned.truth[linked], turned.true[linked]
    scores: dict[str, NDArray[Any]] = {
        "group_held_out": held_out_scores(turned, "class"),
        "leave_one_out": held_out_scores(turned, "program"),
        "baseline_names": turned.evidence.texts["name"],
        "baseline_scores_of_programs": by_programs(task),
    }
    return {
        "occupations": int(linked.sum()),
        "ceiling_at_10": float((np.minimum(true, 10) / true).mean()),
        **{name: judge(found[linked], truth, true) for name, found in scores.items()},
    }


def run(task: Task) -> dict[str, Any]:
    """Everything measured, ready for JSON."""
    started = time.perf_counter()
    by_class = held_out_scores(task, "class")
    by_one = held_out_scores(task, "program")
    seconds = time.perf_counter() - started
    plain_methods: Sequence[tuple[str, Hidden | None, bool]] = (
        ("names", None, False), ("briefs", None, True), ("votes", "class", True), ("leave_one_out", "program", True),
    )  # fmt: skip
    found: dict[str, Any] = {
        "programs": len(task.true), "occupations": task.truth.shape[1], "links": int(task.true.sum()),
        "classes": len(set(task.class_)),
        **judge(by_class, task.truth, task.true),
        "leave_one_out": judge(by_one, task.truth, task.true),
        "baseline": {n: judge(baseline(task, h, b), task.truth, task.true) for n, h, b in plain_methods},
        "seconds": seconds, "limits": limits(task, by_class),
    }  # fmt: skip
    return {**found, "programs_for_occupations": run_occupations(task)}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--english", is_flag=True, help="Judge on the American CIP-SOC crosswalk instead (titles only).")
def main(as_json: bool, english: bool) -> None:
    """Judge the suggestions of the crosswalk on known links."""
    folder = reference_folder()
    if not folder.is_dir():
        raise click.ClickException(f"no folder {folder} (set TALENTPLAN_REFERENCE_DATA)")
    found = run(read_english(folder) if english else read_task(folder))
    click.echo(json.dumps(found, ensure_ascii=False, indent=1) if as_json else _said(found))


def _said(found: dict[str, Any]) -> str:
    rows = {
        "class held out": found,
        "one left out": found["leave_one_out"],
        **{f"baseline {k}": v for k, v in found["baseline"].items()},
    }
    lines = [f"{found['programs']} programs, {found['occupations']} occupations, {found['links']} links"]
    lines.append(f"{'':24} {'recall@5':>9} {'recall@10':>9} {'MRR':>6}")
    lines += [f"{k:24} {v['recall_at_5']:9.3f} {v['recall_at_10']:9.3f} {v['mrr']:6.3f}" for k, v in rows.items()]
    lines += [
        f"{key}: {value}" for part in ("limits", "programs_for_occupations") for key, value in found[part].items()
    ]
    return "\n".join([*lines, f"{found['seconds']:.0f} s"])


if __name__ == "__main__":
    main()
