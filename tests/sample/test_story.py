"""The sample tells the story of docs/sample-region.md, before anything is optimised."""

from pathlib import Path

import pytest

from talentplan.plan import do_nothing
from talentplan.supply import cohorts
from talentplan.workspace import read_case, scenario_names

MODEL = Path(__file__).resolve().parents[2] / "models" / "dalian.yaml"
SCENARIOS = {"baseline", "strong_growth", "budget_cut", "fewer_entrants", "big_plant", "borrowed_rules"}


@pytest.fixture(scope="module")
def case():
    return read_case(MODEL)


@pytest.fixture(scope="module")
def idle(case):
    return do_nothing(case)


def test_scenarios_are_read(case):
    assert set(scenario_names(MODEL)) == SCENARIOS
    cases = {name: read_case(MODEL, name) for name in sorted(SCENARIOS)}
    assert len({c.fingerprint for c in cases.values()}) == len(SCENARIOS)
    assert cases["baseline"].fingerprint == case.fingerprint
    assert {name: len(c.rules) > 0 for name, c in cases.items() if c.rules} == {"borrowed_rules": True}
    assert all(rule.borrowed for rule in cases["borrowed_rules"].rules)
    assert all(c.scenario_title[0] and c.scenario_title[1] for c in cases.values())


def test_nothing_is_defaulted(case):
    assert case.defaulted == ()


def test_openings_against_local_completers(idle):
    openings = idle["balance"].groupby("year")["openings"].sum()
    local = idle["surplus"].groupby("year")["local"].sum()
    assert (openings / local).between(0.8, 1.3).all()


def test_shortages_and_surpluses_stand_side_by_side(idle):
    balance = idle["balance"].groupby("year")[["openings", "shortage"]].sum()
    surplus = idle["surplus"].groupby("year")[["local", "surplus"]].sum()
    assert (balance["shortage"] / balance["openings"]).between(0.1, 0.4).all()
    assert (surplus["surplus"] / surplus["local"]).between(0.05, 0.25).all()


def test_where_they_are(idle):
    shortage = idle["balance"].groupby("occupation")[["openings", "shortage"]].sum()
    for occupation in ("6-18-01-07", "6-31-07-03", "6-18-02-04", "6-23-02-01"):
        assert shortage.loc[occupation, "shortage"] > 0.1 * shortage.loc[occupation, "openings"], occupation
    surplus = idle["surplus"].groupby("program")[["local", "surplus"]].sum()
    for program in ("660701", "460702", "660108", "460113"):
        assert surplus.loc[program, "surplus"] > 0.25 * surplus.loc[program, "local"], program


def test_promises_beyond_the_seats(idle):
    soon = idle["progression"][idle["progression"]["year"] == 2028].set_index("pathway")["broken"]
    assert soon["S05-660701-fs~H04-460701-seg"] > 20
    assert soon[["S01-660103-fs~H01-460103-seg", "S07-660103-fs~H01-460103-seg"]].sum() > 20


def test_one_school_over_its_ratio(case):
    roll = case.table("roll").merge(case.table("offerings")[["offering", "school"]], on="offering")
    students = roll[roll["year"] == 2026].groupby("school")["persons"].sum()
    schools = case.table("schools").set_index("school")
    ratio = students / (schools["teachers_general"] + schools["teachers_specialist"]) / schools["students_per_teacher"]
    assert list(ratio[ratio > 1].index) == ["S05"]


def test_points_the_rules_would_stop(case):
    history = case.table("intake_history")
    recent = history[history["year"] >= 2024].groupby("offering")["registered"].sum()
    offerings = case.table("offerings")
    without = {
        code for code in offerings.loc[offerings["status"] == "suspended", "offering"] if recent.get(code, 0) == 0
    }
    assert without == {"S03-660106-ord", "S07-660201-ord", "H02-460107-ord"}
    two = history[history["year"] >= 2025].groupby("offering")[["plan", "registered"]].agg(["sum", "count"])
    thin = two[two["registered", "sum"] < 0.3 * two["plan", "sum"]]
    assert set(thin.index) == {"S06-660205-ord", "H04-460701-sng"}


def test_recurrent_budget_is_just_enough(idle):
    limits = idle["limits"]
    money = limits[(limits["family"] == "recurrent_budget") & (limits["year"] == 2027)]
    assert (money["used"] / money["stated"]).between(0.95, 1.0).all()
    assert len(money) == 1


def test_private_college_fills_two_thirds(case):
    rates = cohorts(case).offerings
    private = rates[(rates["school"] == "H04") & ~rates["pathway_fed"] & (rates["last_plan"] > 0)]
    registered = (private["fill"] * private["last_plan"]).sum() / private["last_plan"].sum()
    assert 0.55 <= registered <= 0.75
