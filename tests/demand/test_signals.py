import numpy as np
import pandas as pd
import pytest

from talentplan.demand.signals import shortage_signals

JOBS = pd.Index(["a", "b", "c"])
NO_VACANCIES = pd.DataFrame({"occupation": [], "year": [], "wanted": [], "hired": []})
NO_WAGES = pd.DataFrame({"occupation": [], "year": [], "wage": []})


def employed(**persons):
    return pd.DataFrame(
        [
            {"occupation": o, "year": 2020 + k, "persons": p}
            for o, values in persons.items()
            for k, p in enumerate(values)
        ]
    )


STAFF = employed(a=[100, 110, 121], b=[100, 100, 100], c=[100, 90, 81])


def signals(vacancies=NO_VACANCIES, wages=NO_WAGES, staff=STAFF):
    return shortage_signals(vacancies, wages, JOBS, staff).set_index("occupation")


def test_growth_alone_by_hand():
    found = signals()
    assert found["growth"].tolist() == pytest.approx([np.log(1.1), 0, np.log(0.9)])
    # median 0, deviations .0953, 0, .1054: their median .0953, times 1.4826
    deviation = 1.4826 * np.log(1.1)
    assert found["composite"].tolist() == pytest.approx([np.log(1.1) / deviation, 0, np.log(0.9) / deviation])
    assert found["signals"].tolist() == [1, 1, 1]
    assert found[["vacancy_rate", "wage_growth", "hiring_difficulty"]].isna().all(axis=None)


def test_vacancies_by_hand():
    survey = pd.DataFrame(
        {
            "occupation": ["a", "a", "b"],
            "year": [2020, 2022, 2021],
            "wanted": [50.0, 12.1, 5.0],
            "hired": [0.0, 3.025, np.nan],
        }
    )
    found = signals(survey)
    assert found.loc["a", ["vacancy_rate", "hiring_difficulty"]].tolist() == pytest.approx([0.1, 0.75])  # of 2022
    assert found.loc["b", "vacancy_rate"] == pytest.approx(0.05)
    assert np.isnan(found.loc["b", "hiring_difficulty"])  # nobody said how many were found
    assert found["signals"].tolist() == [3, 2, 1]


def test_wages_count_beyond_what_all_wages_did():
    wages = pd.DataFrame(
        {"occupation": ["a", "a", "b", "b"], "year": [2020, 2022, 2020, 2021], "wage": [100.0, 144.0, 100.0, 110.0]}
    )
    found = signals(wages=wages)
    mean = (np.log(1.2) + np.log(1.1)) / 2
    assert found["wage_growth"].tolist()[:2] == pytest.approx([np.log(1.2) - mean, np.log(1.1) - mean])
    assert np.isnan(found.loc["c", "wage_growth"])


def test_the_composite_is_the_mean_of_the_scores_there_are():
    survey = pd.DataFrame(
        {"occupation": ["a", "b", "c"], "year": 2022, "wanted": [12.1, 10.0, 0.0], "hired": [12.1, 0.0, 0.0]}
    )
    found = signals(survey)
    growth = found["growth"] / (1.4826 * np.log(1.1))
    rates = np.array([0.1, 0.1, 0.0])  # two alike: the deviation is 0, the sign says nothing
    assert found["vacancy_rate"].tolist() == pytest.approx(rates)
    difficulty = np.array([-0.5, 0.5]) / (1.4826 * 0.5)  # c wanted nobody
    assert found.loc["a", "composite"] == pytest.approx((growth["a"] + 0 + difficulty[0]) / 3)
    assert found.loc["c", "composite"] == pytest.approx((growth["c"] + 0) / 2)


def test_an_outlier_counts_three_deviations_and_no_more():
    staff = employed(a=[1, 1, 1e6], b=[100, 101, 102], c=[100, 99, 98])
    assert signals(staff=staff).loc["a", "composite"] == 3


def test_an_occupation_nobody_works_in_has_no_rate():
    survey = pd.DataFrame({"occupation": ["a"], "year": [2022], "wanted": [5.0], "hired": [5.0]})
    found = signals(survey, staff=employed(a=[0, 0, 0], b=[1, 1, 1], c=[1, 2, 3]))
    assert found.loc["a", ["growth", "vacancy_rate"]].isna().all()
    assert found.loc["a", "hiring_difficulty"] == 0
