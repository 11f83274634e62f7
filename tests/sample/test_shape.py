"""The sample has the size and the spread that its description promises."""

import csv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LAST = 2026
DICTIONARY_FOLDERS = {"industries", "programs", "reference"}
THIN = {"S06-660205-ord", "H04-460701-sng"}  # lines that lost their entrants; the rules would stop them


@pytest.fixture(scope="module")
def lines(sample):
    merged = sample.offerings.merge(sample.programs[["program", "level", "cluster"]], on="program")
    history = sample.intake_history
    last = history[history["year"] == LAST].set_index("offering")[["plan", "registered"]]
    return merged.join(last, on="offering").fillna({"plan": 0, "registered": 0})


@pytest.mark.parametrize(
    ("kind", "schools", "size"),
    [("S", 7, (58, 66, 3100, 3500)), ("H", 4, (62, 68, 4000, 4900)), ("U", 3, (19, 26, 1650, 1850))],
)
def test_schools_and_lines(lines, sample, kind, schools, size):
    mine = lines[lines["school"].str.startswith(kind)]
    assert sample.schools["school"].str.startswith(kind).sum() == schools
    assert size[0] <= len(mine) <= size[1]
    assert size[2] <= mine["registered"].sum() <= size[3]


def test_masters_are_given(lines):
    masters = lines[lines["level"] == "master"]
    assert len(masters) == 5
    assert set(masters["control"]) == {"given"}
    assert masters["plan"].sum() == 150
    assert masters["school"].nunique() == 1


def test_plan_numbers_by_level(lines):
    plan = lines.groupby("level")["plan"].sum()
    assert plan["higher_vocational"] == pytest.approx(4800, rel=0.02)
    assert plan["undergraduate"] == pytest.approx(1700, rel=0.05)


def test_roll(sample):
    roll = sample.roll[sample.roll["year"] == LAST].merge(sample.offerings[["offering", "school"]], on="offering")
    by_school = roll.groupby("school")["persons"].sum()
    assert 26000 <= by_school.sum() <= 31000
    secondary = by_school[by_school.index.str.startswith("S")]
    assert secondary.between(1150, 4000).all()
    assert by_school.idxmax() == "H01"


def test_every_track_status_and_origin(sample):
    assert set(sample.offerings["track"]) == {
        "ordinary", "five_year", "first_segment", "second_segment", "top_up", "joint", "part_time"
    }  # fmt: skip
    assert set(sample.offerings["status"]) == {"active", "suspended", "candidate"}
    assert set(sample.entrants["origin"]) == {"core", "city", "province", "other"}
    assert set(sample.offerings["control"]) == {"decide", "propose", "given"}


def test_sizes_of_the_other_tables(sample):
    assert len(sample.programs) >= 45
    assert len(sample.occupations) == 60
    assert len(sample.industries) == 15
    assert sample.units["kind"].isin(["enterprise", "association"]).sum() == 10
    years = sample.employment.groupby("industry")["year"].agg(["min", "max", "count"])
    assert (years == [2015, LAST, 12]).all().all()


def test_employed(sample):
    total = sample.employment.groupby("year")["persons"].sum()
    assert total.between(250_000, 300_000).all()
    assert sample.staffing.groupby("industry")["share"].sum().between(0.2, 0.95).all()


def test_candidates_have_no_history_and_suspended_points_no_intake(sample):
    enrolled = set(sample.intake_history.loc[sample.intake_history["year"] == LAST, "offering"])
    idle = sample.offerings[sample.offerings["status"] != "active"]
    assert not enrolled & set(idle["offering"])
    candidates = idle.loc[idle["status"] == "candidate", "offering"]
    assert not set(candidates) & set(sample.intake_history["offering"])
    assert len(candidates) >= 5


def test_last_plans_are_whole_classes(lines):
    direct = lines[(lines["entrant_group"] != "") & (lines["plan"] > 0) & (lines["level"] != "master")]
    classes = (direct["plan"] / 50).apply(lambda x: int(-(-x // 1)))
    assert (direct["plan"] >= 30 * classes).all()
    secondary = classes[direct["level"] == "secondary"]
    assert secondary.between(1, 3).all()


def test_fill(lines):
    direct = lines[(lines["entrant_group"] != "") & (lines["plan"] > 0)]
    fill = (direct["registered"] / direct["plan"]).set_axis(direct["offering"])
    assert fill.median() == pytest.approx(0.90, abs=0.025)
    assert fill.drop(list(THIN)).between(0.60, 1.02).all()
    assert (fill[list(THIN)] < 0.3).all()


def test_dropout_at_secondary_level(sample, lines):
    roll = sample.roll.merge(lines[["offering", "level", "track"]], on="offering")
    roll = roll[(roll["level"] == "secondary") & (roll["track"] != "part_time")]
    later = roll.assign(year=roll["year"] - 1, grade=roll["grade"] - 1)
    pairs = roll.merge(later, on=["offering", "year", "grade"], suffixes=("", "_later"))
    stay = pairs["persons_later"].sum() / pairs["persons"].sum()
    assert 0.05 <= 1 - stay <= 0.08


def test_promises(sample):
    agreed = sample.pathways[sample.pathways["kind"] == "agreed"]
    assert agreed["min_share"].between(0.75, 0.95).all()
    assert (sample.pathways["min_share"] <= sample.pathways["max_share"]).all()


def test_destinations(sample):
    local = sample.destinations.set_index("level")["local_retention"].to_dict()
    assert local == {"secondary": 0.8, "higher_vocational": 0.6, "undergraduate": 0.35, "master": 0.25}


def test_cost_by_level(lines):
    cost = lines[lines["track"] != "part_time"].groupby("level")["cost"].mean()
    for level, wanted in {
        "secondary": 17000,
        "higher_vocational": 18000,
        "undergraduate": 22000,
        "master": 35000,
    }.items():
        assert cost[level] == pytest.approx(wanted, rel=0.06)


def test_junior_high_leavers_fall_after_2030(sample):
    junior = sample.entrants[sample.entrants["entrant_group"].isin(["jh_exam", "jh_joined"])]
    by_year = junior.groupby("year")["persons"].sum()
    assert by_year[2036] < 0.7 * by_year[2030]
    assert by_year[2030] > 0.97 * by_year[2026]


def test_entrants_cover_last_intake(sample, lines):
    pools = sample.entrants.assign(size=sample.entrants["persons"] * sample.entrants["take_up"])
    now = pools[pools["year"] == LAST + 1].groupby("entrant_group")["size"].sum()
    drawn = lines[lines["entrant_group"] != ""].groupby("entrant_group")["registered"].sum()
    fed_inside = {"voc_exam"}  # the colleges' examination lines also take completers of the group
    for group, persons in drawn.items():
        if group not in fed_inside:
            assert 1.0 <= now[group] / persons <= 1.25, group


def test_each_row_says_how_it_is_known(sample):
    for name in vars(sample):
        frame = getattr(sample, name)
        if "basis" in frame:
            assert frame["basis"].isin(["official", "estimated", "illustrative", "reported"]).all(), name
            assert (frame["source"] != "").all(), name
    for name in ("offerings", "intake_history", "roll", "schools", "employment", "entrants", "investments", "staffing"):
        assert set(getattr(sample, name)["basis"]) == {"illustrative"}, name


def test_files_are_utf8_with_mark_and_plain_line_ends():
    for path in (ROOT / "data").glob("*/*.csv"):
        if path.parent.name in DICTIONARY_FOLDERS:
            raw = path.read_bytes()
            assert raw.startswith(b"\xef\xbb\xbf"), path
            assert b"\r" not in raw, path
            assert all(len(row) > 1 for row in csv.reader(raw.decode("utf-8-sig").splitlines())), path
