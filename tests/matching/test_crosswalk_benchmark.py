"""The benchmark of suggestions: its definitions by hand, that nothing held out leaks, and the measured aims."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from benchmarks.crosswalk import baseline, held_out_scores, judge, main, read_task, run, task_of
from click.testing import CliRunner


def small_task(seed: int = 0, changed: str = ""):
    """120 programs of 12 classes whose names share a word with their occupations; the links of one class may be replaced."""
    dice = np.random.default_rng(seed)
    words = [chr(0x4E00 + 3 * n) + chr(0x4E01 + 3 * n) for n in range(24)]
    jobs = pd.DataFrame({"occupation": [f"J{n:02}" for n in range(48)], "text": "",
                         "name": [words[n % 24] + ("工" if n < 24 else "员") for n in range(48)]})  # fmt: skip
    codes = [f"4{c:02}{n:03}" for c in range(12) for n in range(10)]
    topic = [(2 * (n // 10) + n % 2) % 24 for n in range(120)]
    programs = pd.DataFrame({"program": codes, "name": [words[t] + "技术" + chr(0x5E00 + n) for n, t in enumerate(topic)],
                             "level": "higher", "text": ""})  # fmt: skip
    class_ = pd.Series([code[1:3] for code in codes], index=codes)
    links = [
        (code, f"J{t + 24 * k:02}")
        for code, t in zip(codes, topic, strict=True)
        for k in (0, 1)
        if k == 0 or dice.random() < 0.6
    ]
    frame = pd.DataFrame(links, columns=["program", "occupation"])
    if changed:
        other = frame["program"].map(class_) == changed
        frame.loc[other, "occupation"] = [f"J{n:02}" for n in dice.integers(0, 48, int(other.sum()))]
    return task_of(programs, jobs, frame.drop_duplicates(), class_, None)


def test_recall_and_reciprocal_rank_by_hand():
    scores = np.stack([np.arange(12, 0, -1), np.arange(1, 13), np.ones(12)]).astype(float)
    truth = np.zeros((3, 12))
    truth[0, [0, 6]] = 1  # ranks 1 and 7 of 3 links: one leads to an occupation that the list lacks
    truth[1, [0, 4]] = 1  # ranks 12 and 8
    truth[2, 2] = 1  # equal scores: the third column
    found = judge(scores, truth, np.array([3, 2, 1]))
    assert found["mrr"] == pytest.approx((1 + 1 / 8 + 1 / 3) / 3)
    assert found["recall_at_5"] == pytest.approx((1 / 3 + 0 + 1) / 3)
    assert found["recall_at_10"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)


@pytest.mark.parametrize("hidden", ["class", "program"])
def test_what_is_held_out_reaches_neither_weights_nor_features(hidden):
    task, other = small_task(), small_task(changed="03")
    own = [k for k, code in enumerate(task.evidence.programs["program"]) if code[1:3] == "03"]
    assert not np.array_equal(task.truth[own], other.truth[own])
    if hidden == "program":  # only the links of the program judged are hidden: change one program's links only
        other.truth[own[1:]] = task.truth[own[1:]]
        own = own[:1]
    np.testing.assert_allclose(
        held_out_scores(task, hidden)[own], held_out_scores(other, hidden)[own], rtol=0, atol=1e-12
    )


def test_suggestions_beat_the_plain_methods_on_the_small_task():
    task = small_task()
    found = judge(held_out_scores(task, "class"), task.truth, task.true)
    plain = judge(baseline(task, None, False), task.truth, task.true)
    assert found["recall_at_10"] >= plain["recall_at_10"] - 1e-9
    assert found["recall_at_5"] > 0.9


def test_keys_of_the_json():
    found = run(small_task())
    assert {"recall_at_5", "recall_at_10", "mrr", "leave_one_out", "baseline", "seconds", "limits"} <= set(found)
    assert {"recall_at_5", "recall_at_10", "mrr"} == set(found["leave_one_out"])
    assert set(found["baseline"]) == {"names", "briefs", "votes", "leave_one_out"}
    assert json.loads(json.dumps(found)) == found
    kinds = [v["share"] for k, v in found["limits"].items() if k.startswith("linked_")]
    assert sum(kinds) + found["limits"]["not_listed"] == pytest.approx(1)


def test_without_the_reference_data_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("TALENTPLAN_REFERENCE_DATA", str(tmp_path / "nowhere"))
    answer = CliRunner().invoke(main, ["--json"])
    assert answer.exit_code == 1
    assert "TALENTPLAN_REFERENCE_DATA" in answer.output


@pytest.mark.slow
def test_the_aims_on_the_national_links(reference_data: Path):
    task = read_task(reference_data)
    assert (len(task.true), int(task.true.sum())) == (1587, 6464)
    assert judge(held_out_scores(task, "class"), task.truth, task.true)["recall_at_10"] >= 0.72
    assert judge(held_out_scores(task, "program"), task.truth, task.true)["recall_at_10"] >= 0.80
