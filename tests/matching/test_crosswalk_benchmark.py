"""The measure of the crosswalk's suggestions: it does not see what it hides, and it counts as it says."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from benchmarks import crosswalk
from benchmarks.crosswalk import (
    Scores,
    Task,
    baseline,
    by_programs,
    held_out_scores,
    judge,
    limits,
    run,
    task_of,
    turned_task,
)
from click.testing import CliRunner
from tests.matching.themed_links import themed_links

from talentplan.matching.ranker import Hidden, learn_ranker

FOLDS = 5


@pytest.fixture(scope="module")
def task() -> Task:
    themed = themed_links()
    class_ = themed.programs["program"].str[1:4].set_axis(themed.programs["program"])
    return task_of(themed.programs, themed.occupations, themed.links, class_, None)


@pytest.fixture(scope="module")
def scores(task: Task) -> dict[Hidden, Scores]:
    return {hidden: held_out_scores(task, hidden, FOLDS) for hidden in ("class", "program")}


def rows_of(task: Task, hidden: Hidden, row: int) -> np.ndarray:
    """What is held out together with a program."""
    return np.flatnonzero(task.class_ == task.class_[row]) if hidden == "class" else np.array([row])


def with_other_links(task: Task, rows: np.ndarray) -> Task:
    """Every link of the rows becomes none, every pair without a link one."""
    truth = task.truth.copy()
    truth[rows] = 1.0 - truth[rows]
    return replace(task, truth=truth)


@pytest.mark.parametrize("row", [0, 37, 149])
@pytest.mark.parametrize("hidden", ["class", "program"])
def test_held_out_links_reach_no_score_of_their_programs(
    task: Task, scores: dict[Hidden, Scores], hidden: Hidden, row: int
) -> None:
    rows = rows_of(task, hidden, row)
    assert learn_ranker(task.evidence, task.truth, hidden) is not None  # weights are learned here, not fixed
    changed = held_out_scores(with_other_links(task, rows), hidden, FOLDS)
    np.testing.assert_array_equal(changed[rows], scores[hidden][rows])
    assert not np.array_equal(np.delete(changed, rows, axis=0), np.delete(scores[hidden], rows, axis=0))


def test_one_left_out_may_look_at_its_class_and_a_class_held_out_may_not(
    task: Task, scores: dict[Hidden, Scores]
) -> None:
    sibling = with_other_links(task, np.array([1]))  # of the class of row 0
    assert task.class_[0] == task.class_[1]
    np.testing.assert_array_equal(held_out_scores(sibling, "class", FOLDS)[0], scores["class"][0])
    assert not np.array_equal(held_out_scores(sibling, "program", FOLDS)[0], scores["program"][0])
    recall = {hidden: judge(found, task.truth, task.true)["recall_at_5"] for hidden, found in scores.items()}
    assert recall["program"] > recall["class"]  # three programs of ten have no word that tells


@pytest.mark.parametrize("hidden", ["class", "program"])
def test_baselines_do_not_see_what_they_hide_either(task: Task, hidden: Hidden) -> None:
    rows = rows_of(task, hidden, 37)
    changed = baseline(with_other_links(task, rows), hidden, briefs=True)
    np.testing.assert_array_equal(changed[rows], baseline(task, hidden, briefs=True)[rows])


def test_recall_and_reciprocal_rank_by_hand() -> None:
    scores = np.array([
        [0.9, 0.5, 0.4, 0.1],  # true: columns 1 and 3, ranks 2 and 4
        [0.2, 0.7, 0.7, 0.1],  # true: column 2, a tie with column 1 that stands before it, rank 2
        [0.1, 0.2, 0.3, 0.4],  # true: column 0, rank 4, and an occupation that is not listed
    ])  # fmt: skip
    truth = np.array([[0, 1, 0, 1], [0, 0, 1, 0], [1, 0, 0, 0]])
    found = judge(scores, truth, np.array([2, 1, 2]))
    assert found["mrr"] == pytest.approx((1 / 2 + 1 / 2 + 1 / 4) / 3)
    assert found["recall_at_5"] == found["recall_at_10"] == pytest.approx((1 + 1 + 1 / 2) / 3)


def test_only_the_first_five_and_ten_count() -> None:
    scores = -np.arange(12.0)[None, :]
    truth = np.zeros((1, 12))
    truth[0, [4, 5, 9, 10]] = 1  # ranks 5, 6, 10 and 11
    assert judge(scores, truth, np.array([4])) == {"recall_at_5": 0.25, "recall_at_10": 0.75, "mrr": 0.2}


def test_a_program_whose_occupations_are_all_unlisted_counts_as_nothing_found() -> None:
    assert judge(np.ones((1, 12)), np.zeros((1, 12)), np.array([1])) == {
        "recall_at_5": 0.0,
        "recall_at_10": 0.0,
        "mrr": 0.0,
    }


def test_limits_divide_every_true_link(task: Task, scores: dict[Hidden, Scores]) -> None:
    kinds = {f"linked_{place}_{word}" for place in ("elsewhere", "nowhere_else") for word in ("word_shared", "no_word")}
    one_unlisted = replace(task, true=task.true + (np.arange(len(task.true)) == 0))
    found = limits(one_unlisted, scores["class"])
    assert sum(found[kind]["share"] for kind in kinds) + found["not_listed"] == pytest.approx(1.0)
    assert found["not_listed"] == pytest.approx(1 / one_unlisted.true[0] / len(task.true))
    recall = sum(found[kind]["share"] * found[kind]["recall"] for kind in kinds)
    judged = judge(scores["class"], task.truth, one_unlisted.true)["recall_at_10"]
    assert recall == pytest.approx(judged)
    assert np.mean(list(found["recall_by_level"].values())) == pytest.approx(judged)  # both levels have 75 programs
    assert found["ceiling_at_10"] == pytest.approx(1.0 - found["not_listed"])  # no program has more than ten


def test_the_json_has_the_keys_that_are_asked_for(task: Task, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALENTPLAN_REFERENCE_DATA", str(tmp_path))
    monkeypatch.setattr(crosswalk, "read_task", lambda _folder: task)
    result = CliRunner().invoke(crosswalk.main, ["--json"], catch_exceptions=False)
    found = json.loads(result.output)
    measures = {"recall_at_5", "recall_at_10", "mrr"}
    assert set(found) == measures | {
        "programs", "occupations", "links", "classes", "leave_one_out", "baseline", "seconds", "limits",
        "programs_for_occupations",
    }  # fmt: skip
    assert (found["programs"], found["occupations"], found["classes"]) == (150, 75, 15)
    assert found["links"] == int(task.truth.sum())
    assert set(found["leave_one_out"]) == measures
    assert {name: set(values) for name, values in found["baseline"].items()} == dict.fromkeys(
        ("names", "briefs", "votes", "leave_one_out"), measures
    )
    assert 0 < found["recall_at_5"] < found["leave_one_out"]["recall_at_5"] <= 1
    said = CliRunner().invoke(crosswalk.main, [], catch_exceptions=False).output
    [line] = [line for line in said.splitlines() if line.startswith("class held out ")]
    assert [float(cell) for cell in line.split()[-3:]] == [
        round(found[key], 3) for key in ("recall_at_5", "recall_at_10", "mrr")
    ]


def test_without_the_data_the_folder_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TALENTPLAN_REFERENCE_DATA", str(tmp_path / "none"))
    result = CliRunner().invoke(crosswalk.main, ["--json"])
    assert result.exit_code == 1
    assert str(tmp_path / "none") in result.output


def test_links_of_an_occupation_reach_no_score_of_it(task: Task) -> None:
    turned = turned_task(task)
    for hidden in ("class", "program"):
        rows = rows_of(turned, hidden, 7)
        found = held_out_scores(turned, hidden, FOLDS)
        changed = held_out_scores(with_other_links(turned, rows), hidden, FOLDS)
        np.testing.assert_array_equal(changed[rows], found[rows])
        assert not np.array_equal(changed, found)
    less = replace(task, truth=np.where(np.arange(task.truth.shape[1]) == 7, np.float32(0), task.truth))
    np.testing.assert_array_equal(by_programs(less, FOLDS)[7], by_programs(task, FOLDS)[7])


@pytest.mark.slow
def test_suggestions_reach_the_aims_on_the_national_links(reference_data: Path) -> None:
    found = run(crosswalk.read_task(reference_data))
    assert (found["programs"], found["links"]) == (1587, 6464)
    assert found["recall_at_10"] >= 0.72
    assert found["leave_one_out"]["recall_at_10"] >= 0.80
    assert found["recall_at_10"] > found["baseline"]["votes"]["recall_at_10"]
    assert found["leave_one_out"]["recall_at_10"] > found["baseline"]["leave_one_out"]["recall_at_10"]
    assert found["recall_at_10"] <= found["limits"]["ceiling_at_10"]
    turned = found["programs_for_occupations"]
    assert turned["leave_one_out"]["recall_at_10"] > turned["baseline_scores_of_programs"]["recall_at_10"]
