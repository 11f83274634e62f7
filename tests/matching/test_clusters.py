"""Proposed clusters: planted ones are found, noise is not trusted, order changes nothing, leads as worked by hand."""

import math

import numpy as np
import pandas as pd
import pytest
from tests.demand import tables

from talentplan import read_case
from talentplan.matching import propose_clusters
from talentplan.matching.similarity import WEIGHTS, code_classes, program_features, similarity

OCCUPATIONS_ONLY = {"occupations": 1.0}
BLIND = {name: weight for name, weight in WEIGHTS.items() if name != "code"}


def case_of(crosswalk=(), *, programs=None, official=None, needs=(), pathways=(), offerings=(), roll=()):
    """A case of programs p00, p01 ... (codes that show no class) or the given ones."""
    named = sorted({p for p, *_ in crosswalk}) if programs is None else programs
    official = official or {}
    return tables.case(
        first_year=2025,
        programs=[
            {
                "program": p,
                "name_zh": f"专业{p}",
                "name_en": f"program {p}",
                "level": "L",
                "cluster": official.get(p, ""),
            }
            for p in named
        ],
        crosswalk=[{"program": p, "occupation": j, "relevance": r} for p, j, r in crosswalk],
        needs=[{"program": p, "kind": k, "hours": h} for p, k, h in needs],
        offerings=[{"offering": o, "school": s, "program": p, "duration": 3} for o, s, p in offerings],
        pathways=[{"pathway": f"{a}~{b}", "from_offering": a, "to_offering": b} for a, b in pathways],
        roll=[{"offering": o, "year": y, "grade": 1, "persons": n} for o, y, n in roll],
    )


def planted(groups=4, size=6, jobs=5, keep=0.8, noise=0.0, seed=1):
    """Programs of `groups` clusters, each with jobs of its own; a program keeps most and catches some of the others'."""
    count, mine = groups * size, np.arange(groups * jobs) // jobs
    group = np.arange(count) % groups  # clusters are scattered over the codes
    chance = np.where(mine == group[:, None], keep, noise)
    held = np.argwhere(np.random.default_rng(seed).random(chance.shape) < chance)
    return case_of(
        [(f"p{program:02d}", f"j{job:02d}", 1.0) for program, job in held],
        official={f"p{program:02d}": f"g{group[program]}" for program in range(count)},
    )


def alike(case, weights=WEIGHTS, continuations=None):
    features = program_features(case, continuations)
    return pd.DataFrame(similarity(features, weights), index=features.programs, columns=features.programs)


def test_likeness_of_occupations_by_hand():
    # p0 (1, .5), p1 (1, 0), p2 (0, 1) over two jobs: cosines 1 / sqrt(1.25), .5 / sqrt(1.25), 0
    found = alike(case_of([("p0", "a", 1.0), ("p0", "b", 0.5), ("p1", "a", 1.0), ("p2", "b", 1.0)]))
    assert found.loc["p0", "p1"] == pytest.approx(1 / math.sqrt(1.25))
    assert found.loc["p0", "p2"] == pytest.approx(0.5 / math.sqrt(1.25))
    assert found.loc["p1", "p2"] == 0
    assert (np.diag(found) == 1).all()


def test_signs_that_exist_share_the_weight():
    # p0, p1: no common job (0, weight .5), the same workshop (1, weight .2); p2 has no job: workshop alone counts
    case = case_of(
        [("p0", "a", 1.0), ("p1", "b", 1.0)],
        programs=["p0", "p1", "p2"],
        needs=[("p0", "cnc", 90.0), ("p1", "cnc", 60.0), ("p2", "cnc", 30.0), ("p2", "weld", 40.0)],
    )
    found = alike(case)
    assert found.loc["p0", "p1"] == pytest.approx(0.2 / 0.7)
    assert found.loc["p0", "p2"] == pytest.approx(0.6)


def test_continuation_by_hand():
    # a pathway p0 -> p1, a continuation p2 -> p1: neighbourhoods {0, 1}, {0, 1, 2}, {1, 2}
    case = case_of(
        programs=["p0", "p1", "p2", "p3"],
        offerings=[("o0", "S", "p0"), ("o1", "S", "p1")],
        pathways=[("o0", "o1")],
    )
    links = pd.DataFrame({"from_program": ["p2", "p2", "nobody"], "to_program": ["p1", "p1", "p0"]})
    found = alike(case, continuations=links)
    assert found.loc["p0", "p1"] == pytest.approx(2 / math.sqrt(6))
    assert found.loc["p0", "p2"] == pytest.approx(1 / 2)
    assert found.loc["p0", "p3"] == 0
    assert alike(case).loc["p0", "p1"] == pytest.approx(1)  # joined to each other alone


def test_codes_of_a_class():
    codes = np.array(["460101", "660102", "460201", "560101", "080202", "080801K", "7x"], dtype=object)
    scheme, classes = code_classes(codes)
    assert classes.tolist() == ["6601", "6601", "6602", "7601", "0802", "0808", ""]
    assert scheme.tolist() == ["vocational"] * 4 + ["undergraduate"] * 2 + [""]
    found = alike(case_of(programs=list(codes)))
    # 56 is news and communication, 46 equipment manufacturing, though digits 2 to 4 are the same
    assert found.loc["460101", ["660102", "460201", "560101", "080202", "7x"]].tolist() == pytest.approx(
        [1, 0.5, 0, 0, 0]
    )
    assert found.loc["080202", "080801K"] == pytest.approx(0.5)


def test_planted_clusters_are_found():
    proposal = propose_clusters(planted())
    found = proposal.comparison
    assert found.clusters == 4
    assert found.ari == 1
    assert (found.kept, found.split, found.joined) == (4 * 15, 0, 0)
    assert found.stability > 0.8
    assert proposal.members["agrees"].all()
    assert proposal.official["programs"].tolist() == [6, 6, 6, 6]
    assert proposal.unplaced.empty


def test_planted_clusters_are_found_among_stray_links():
    assert propose_clusters(planted(groups=4, size=8, jobs=8, keep=0.7, noise=0.05)).comparison.ari > 0.9


def test_noise_is_not_trusted():
    noise = propose_clusters(planted(keep=0.15, noise=0.15), weights=OCCUPATIONS_ONLY)
    clear = propose_clusters(planted(), weights=OCCUPATIONS_ONLY)
    assert noise.comparison.stability < 0.6 < clear.comparison.stability
    assert noise.comparison.ari < 0.3
    assert (noise.clusters["stability"] < 0.75).all()


def test_row_order_changes_nothing():
    case = planted(noise=0.1)
    links = pd.DataFrame({"from_program": ["p01", "p03", "p02"], "to_program": ["p05", "p07", "p06"]})
    enrolled = pd.DataFrame({"offering": [], "year": [], "enrolled": []})
    one = propose_clusters(case, continuations=links, enrolment=enrolled)
    back = {name: frame[::-1] for name, frame in case.tables.items()}
    turned = type(case)(case.name, case.scenario, case.settings, back, case.rules, case.tail_years, case.fingerprint)
    other = propose_clusters(turned, continuations=links[::-1], enrolment=enrolled)
    for name in ("members", "clusters", "unplaced", "official"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name), check_exact=True)
    assert one.comparison == other.comparison


def test_the_seed_moves_the_stability_and_nothing_else():
    case = planted(keep=0.5, noise=0.1)
    one, same, other = (propose_clusters(case, seed=seed) for seed in (0, 0, 1))
    pd.testing.assert_frame_equal(one.members, same.members, check_exact=True)
    assert one.members["cluster"].tolist() == other.members["cluster"].tolist()
    assert one.comparison.stability != other.comparison.stability


def test_programs_without_company_are_named_and_not_forced():
    crosswalk = [(f"p{n}", "a", 1.0) for n in range(6)] + [("lone", "z", 1.0)]
    case = case_of(crosswalk, programs=[*(f"p{n}" for n in range(6)), "lone", "void"], official={"void": "g"})
    found = propose_clusters(case)
    assert found.unplaced[["program", "why", "official"]].to_numpy().tolist() == [
        ["lone", "alone", ""],
        ["void", "no_feature", "g"],
    ]
    assert found.unplaced["because_zh"].str.len().gt(0).all()
    assert found.members["program"].tolist() == [f"p{n}" for n in range(6)]
    assert found.members["cluster"].unique().tolist() == ["C01"]  # all alike: one cluster
    assert found.comparison.compared == 0
    assert math.isnan(found.comparison.ari)


def test_groups_that_share_nothing_are_never_joined():
    links = [(f"p{n}", f"j{n // 2}", 1.0) for n in range(10)]  # five pairs
    assert propose_clusters(case_of(links), count=2).comparison.clusters == 5


def test_nothing_at_all():
    found = propose_clusters(case_of(programs=["p0", "p1"]))
    assert found.members.empty
    assert found.clusters.empty
    assert found.unplaced["why"].tolist() == ["no_feature", "no_feature"]
    assert found.comparison.clusters == 0
    assert propose_clusters(case_of()).unplaced.empty


def lead_case(persons):
    # p0 shares a job with each of the others, they share none: centrality 1/sqrt(2), and (1/sqrt(2)) / 2
    return case_of(
        [("p0", "a", 1.0), ("p0", "b", 1.0), ("p1", "a", 1.0), ("p2", "b", 1.0)],
        offerings=[("o0", "S1", "p0"), ("o1", "S2", "p1"), ("o2", "S2", "p2")],
        needs=[("p0", "cnc", 1.0), ("p1", "cnc", 1.0)],
        roll=[(o, y, n) for o, n in zip(("o0", "o1", "o2"), persons, strict=True) for y in (2023, 2024)],
    )


@pytest.mark.parametrize(
    ("persons", "program", "school"),
    [
        ((100.0, 190.0, 5.0), "p0", "S1"),  # 70.7 against 67.2
        ((100.0, 210.0, 0.0), "p1", "S2"),  # 70.7 against 74.2
        ((100.0, 150.0, 60.0), "p0", "S2"),  # the school's programs together: 53.0 + 21.2
        ((0.0, 0.0, 0.0), "p0", "S1"),  # nobody on roll: the most central; S2 together has as much: by code
    ],
)
def test_lead_program_and_lead_school(persons, program, school):
    found = propose_clusters(lead_case(persons), weights=OCCUPATIONS_ONLY, count=1)
    cluster = found.clusters.iloc[0]
    assert found.members["centrality"].tolist() == pytest.approx([0.5**0.5, 0.5**0.5 / 2, 0.5**0.5 / 2])
    assert (cluster["lead_program"], cluster["lead_school"]) == (program, school)
    assert cluster["cluster_zh"] == f"专业{program}"
    assert cluster["enrolment"] == sum(persons)
    assert cluster["cohesion"] == pytest.approx(0.5**0.5 * 2 / 3)
    assert cluster["occupations"] == "a;b"  # two of three members each
    assert cluster["kinds"] == "cnc"
    assert found.members.set_index("program")["lead"].to_dict() == {p: p == program for p in ("p0", "p1", "p2")}


def test_enrolment_of_a_plan_takes_the_place_of_the_roll():
    enrolled = pd.DataFrame({"offering": ["o1", "o0", "o1"], "year": [2026, 2025, 2025], "enrolled": [9e9, 10.0, 40.0]})
    found = propose_clusters(lead_case((500.0, 0.0, 0.0)), weights=OCCUPATIONS_ONLY, count=1, enrolment=enrolled)
    assert found.members["enrolment"].tolist() == [10, 40, 0]


def test_comparison_by_hand():
    # proposed {0 1 2} and {3 4 5}; official {0 1} {2 3 4}, 5 in none: pairs of 0..4 kept: 01, 34; split: 23, 24;
    # joined: 02, 12
    official = {"p0": "u", "p1": "u", "p2": "v", "p3": "v", "p4": "v"}
    case = case_of([(f"p{n}", "ab"[n // 3], 1.0) for n in range(6)], official=official)
    found = propose_clusters(case)
    one = found.comparison
    assert (one.clusters, one.compared, one.kept, one.split, one.joined) == (2, 5, 2, 2, 2)
    assert one.ari == pytest.approx((2 - 1.6) / (4 - 1.6))  # expected 4 x 4 / 10 pairs
    assert one.silhouette == pytest.approx(1)
    assert found.members["agrees"].tolist() == [True, True, False, True, True, False]
    assert found.clusters["official"].tolist() == ["u", "v"]
    assert found.clusters["official_share"].tolist() == pytest.approx([2 / 3, 2 / 3])
    assert found.official.to_numpy().tolist() == [["", "C02", 1], ["u", "C01", 2], ["v", "C01", 1], ["v", "C02", 2]]


def test_the_sample():
    case = read_case("models/dalian.yaml")
    found = propose_clusters(case)
    programs = set(case.table("programs")["program"])
    assert set(found.members["program"]) | set(found.unplaced["program"]) == programs
    assert found.clusters["programs"].sum() == len(found.members)
    assert found.comparison.ari > 0.5
    assert found.members["stability"].between(0, 1).all()
    assert set(found.clusters["lead_school"]) <= set(case.table("schools")["school"])
    blind = propose_clusters(case, weights=BLIND)
    print(f"\nsample: {found.comparison}\nwithout the class of the code: {blind.comparison}")
    assert blind.comparison.ari > 0.4


def national(folder, majors=()):
    """The programs of some major classes (or of all) with their occupations; official cluster: the class of the code."""
    read = {
        name: pd.read_csv(folder / "cn" / f"{name}.csv", dtype=str, keep_default_na=False)
        for name in ("moe_vocational_catalogue", "program_occupation_map", "program_continuation")
    }
    catalogue = read["moe_vocational_catalogue"]
    if majors:
        catalogue = catalogue[catalogue["category_code"].isin(majors)]
    links = read["program_occupation_map"].drop_duplicates(["code", "occupation_code"])
    links = links[links["code"].isin(catalogue["code"]) & (links["occupation_code"] != "")]
    onward = read["program_continuation"].rename(columns={"from_code": "from_program", "to_code": "to_program"})
    names = {code: f"{major}{name}" for code, major, name in catalogue[["code", "category", "class"]].to_numpy()}
    case = tables.case(
        first_year=2025,
        programs=[
            {"program": code, "name_zh": name, "level": "L", "cluster": names[code]}
            for code, name in catalogue[["code", "name"]].to_numpy()
        ],
        crosswalk=[{"program": p, "occupation": j} for p, j in links[["code", "occupation_code"]].to_numpy()],
    )
    return case, onward[["from_program", "to_program"]]


def test_the_classes_of_the_national_catalogue_are_read_from_its_codes(reference_data):
    """The class shown by a code joins the levels of one class and nothing else."""
    case, _ = national(reference_data)
    programs = case.table("programs")
    scheme, classes = code_classes(programs["program"].to_numpy(dtype=object))
    assert set(scheme) == {"vocational"}
    assert programs["cluster"].groupby(classes).nunique().max() == 1
    assert len(set(classes)) == programs["cluster"].nunique()


def test_national_equipment_manufacturing_against_its_classes(reference_data):
    case, onward = national(reference_data, ["66", "46", "26"])
    found = propose_clusters(case, continuations=onward, weights=BLIND)  # the class itself may not help to find it
    print(f"\nclasses 66 / 46 / 26: {found.comparison}")
    assert found.comparison.ari > 0.3
    assert found.comparison.stability > 0.5
    apart = found.members[found.members["official"].str.contains("船舶|汽车")]
    assert apart.groupby("cluster")["official"].nunique().max() == 1


def test_the_whole_national_catalogue(reference_data):
    case, onward = national(reference_data)
    found = propose_clusters(case, continuations=onward, weights=BLIND, draws=3)
    print(f"\nnational: {found.comparison}, unplaced {len(found.unplaced)}")
    assert len(found.members) + len(found.unplaced) == len(case.table("programs"))
    assert found.comparison.ari > 0.15
