from tests.demand import tables

from talentplan.matching import placement_arcs

LEVELS = [
    {"level": "secondary", "rank": 1, "name_zh": "中职", "name_en": "secondary"},
    {"level": "higher", "rank": 2, "name_zh": "高职", "name_en": "higher"},
    {"level": "undergraduate", "rank": 3, "name_zh": "本科", "name_en": "undergraduate"},
]
PROGRAMS = [
    {"program": "660101", "name_zh": "机械制造", "level": "secondary"},
    {"program": "460101", "name_zh": "机械制造", "level": "higher"},
    {"program": "260101", "name_zh": "机械制造", "level": "undergraduate"},
]


def arcs(crosswalk, mix=(), openings=(), steps=1, levels=LEVELS):
    case = tables.case(
        first_year=2025,
        policy={"over_qualified_steps": steps},
        levels=levels,
        programs=PROGRAMS,
        crosswalk=crosswalk,
        education_mix=[{"occupation": j, "level": lv, "share": 0.5} for j, lv in mix],
        openings=[{"occupation": j, "level": lv, "year": 2025, "persons": 1} for j, lv in openings],
    )
    return list(placement_arcs(case).itertuples(index=False, name=None))


def test_an_arc_for_every_level_within_the_policy():
    links = [{"program": p["program"], "occupation": "J", "relevance": 0.8} for p in PROGRAMS]
    mix = [("J", "secondary"), ("J", "higher"), ("K", "secondary")]
    assert arcs(links, mix) == [
        ("260101", "J", "higher", 1, 0.8, False),
        ("460101", "J", "higher", 0, 0.8, False),
        ("460101", "J", "secondary", 1, 0.8, False),
        ("660101", "J", "secondary", 0, 0.8, False),
    ]


def test_the_policy_widens_and_narrows_the_steps():
    link = [{"program": "260101", "occupation": "J"}]
    mix = [("J", lv["level"]) for lv in LEVELS]
    reach = {n: [(lv, steps) for _, _, lv, steps, _, _ in arcs(link, mix, steps=n)] for n in (0, 1, 2)}
    assert reach[0] == [("undergraduate", 0)]
    assert reach[1] == [("higher", 1), ("undergraduate", 0)]
    assert reach[2] == [("higher", 1), ("secondary", 2), ("undergraduate", 0)]


def test_one_level_up_only_where_the_link_allows_it():
    mix = [("J", "higher"), ("J", "undergraduate"), ("K", "higher")]
    links = [
        {"program": "660101", "occupation": "J", "under_qualified_ok": True},
        {"program": "660101", "occupation": "K"},
    ]
    assert arcs(links, mix) == [("660101", "J", "higher", -1, 1.0, True)]  # never two levels up


def test_given_openings_count_as_levels_of_the_job_and_are_not_doubled():
    link = [{"program": "460101", "occupation": "J"}]
    assert arcs(link, [("J", "higher")], [("J", "higher"), ("J", "secondary")]) == [
        ("460101", "J", "higher", 0, 1.0, False),
        ("460101", "J", "secondary", 1, 1.0, False),
    ]


def test_steps_follow_ranks_not_the_order_of_rows():
    spread = [dict(LEVELS[0], rank=1), dict(LEVELS[1], rank=3), dict(LEVELS[2], rank=2)]
    link = [{"program": "460101", "occupation": "J"}]
    assert arcs(link, [("J", "secondary"), ("J", "undergraduate")], levels=spread) == [
        ("460101", "J", "undergraduate", 1, 1.0, False)
    ]


def test_no_link_no_arc():
    assert arcs([], [("J", "higher")]) == []
    assert arcs([{"program": "460101", "occupation": "J"}]) == []
