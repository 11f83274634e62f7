from typing import Any

import pytest
import yaml
from tests.workspace.disk import Disk

from talentplan.errors import InputError
from talentplan.workspace import RULE_KINDS, scenario_names

TITLE = {"title": {"zh": "情景", "en": "Scenario"}}
PACK = {
    "pack": "rules1",
    "title": {"zh": "规则", "en": "Rules"},
    "borrowed_outside": "福建",
    "rules": [
        {"id": "three-years", "kind": "close_without_intake", "text": {"zh": "三年", "en": "three years"},
         "source": "通知", "date": "2017-06-01", "parameters": {"years": 3}, "exempt": ["zz1"]},
        {"id": "own", "kind": "max_new_per_school", "text": {"zh": "新增", "en": "new"}, "source": "通知", "date": 2017,
         "borrowed": False, "parameters": {"count": 3}},
        {"id": "off", "kind": "max_new_per_school", "text": {"zh": "新增", "en": "new"}, "source": "通知", "date": 2017,
         "on": False, "parameters": {"count": 3}},
    ],
}  # fmt: skip


def write(disk: Disk, name: str, patches: list[Any], **more: Any) -> None:
    folder = disk.folder / "scenarios"
    folder.mkdir(exist_ok=True)
    text = yaml.safe_dump({**more, **TITLE, "patches": patches}, allow_unicode=True, sort_keys=False)
    (folder / f"{name}.yaml").write_text(text, "utf-8")


def pack(disk: Disk, raw: dict[str, Any], name: str = "rules1") -> None:
    (disk.folder / "rules").mkdir(exist_ok=True)
    (disk.folder / "rules" / f"{name}.yaml").write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")


def patched(disk: Disk, *patches: Any) -> Any:
    write(disk, "s", list(patches))
    return disk.read("s")


def column(case: Any, table: str, name: str, **where: Any) -> list[Any]:
    frame = case.table(table)
    for k, v in where.items():
        frame = frame[frame[k] == v]
    return frame[name].tolist()


def test_set_one_value_where_it_matches(disk: Disk) -> None:
    case = patched(
        disk, {"set": {"table": "offerings", "where": {"school": ["zz1", "bk1"]}, "column": "cost", "value": 1}}
    )
    costs = dict(zip(case.table("offerings")["offering"], case.table("offerings")["cost"], strict=True))
    assert costs["zz1-sk"] == costs["bk1-sk"] == 1
    assert costs["gz1-sk"] == 18000
    assert case.applied[0].startswith("s: {set: {table: offerings")
    assert case.applied[0].endswith("(6)")
    assert case.scenario == "s"
    assert case.scenario_title == ("情景", "Scenario")
    assert case.fingerprint != disk.read().fingerprint


def test_set_follows_references_and_empties_cells(disk: Disk) -> None:
    where = {"program.level": "higher_vocational", "school.school.district": "north"}
    case = patched(disk, {"set": {"table": "offerings", "where": where, "column": "places", "value": None}})
    assert case.table("offerings")["places"].isna().all()


def test_scale_a_range_of_years(disk: Disk) -> None:
    where = {"year": {"from": 2026}, "entrant_group": "junior_high"}
    case = patched(disk, {"scale": {"table": "entrants", "where": where, "column": "persons", "by": 0.5}})
    assert column(case, "entrants", "persons", origin="city", entrant_group="junior_high") == [220, 100, 90]
    assert column(case, "entrants", "persons", origin="city", entrant_group="senior_high") == [180, 160, 140]


def test_scaled_rows_are_those_that_hold_a_number(disk: Disk) -> None:
    """Of the ten lines of the tiny region one alone has places, 300 of them."""
    case = patched(disk, {"scale": {"table": "offerings", "column": "places", "by": 0.5}})
    assert column(case, "offerings", "places", offering="gz1-sk") == [150.0]
    assert case.applied[0].endswith("(1)")


def test_add_and_drop_rows(disk: Disk) -> None:
    row = {"driver": "mill", "name_zh": "新厂", "industry": 35, "year": 2027, "persons": "1,200"}
    case = patched(
        disk, {"add": {"table": "drivers", "rows": [row]}}, {"drop": {"table": "drivers", "where": {"driver": "plant"}}}
    )
    assert case.table("drivers")[["driver", "industry", "persons", "probability"]].to_numpy().tolist() == [
        ["mill", "35", 1200.0, 1.0]
    ]


def test_rows_can_be_added_to_a_table_that_was_not_given(disk: Disk) -> None:
    case = patched(disk, {"add": {"table": "needs", "rows": [{"program": 660103, "kind": "lathe", "hours": 100}]}})
    assert column(case, "needs", "program") == ["660103"]


def test_settings_are_set_and_scaled(disk: Disk) -> None:
    case = patched(
        disk,
        {"set": {"setting": "policy.discount_rate", "value": 0.05}},
        {"scale": {"setting": "budget.amount", "where": {"kind": "recurrent"}, "by": 0.5}},
        {"scale": {"setting": "budget.investment", "by": 2}},
        {"set": {"setting": "totals", "value": [{"level": "secondary", "greatest": 200}]}},
    )
    assert case.settings.policy.discount_rate == 0.05
    assert [b.amount for b in case.settings.budget] == [20_000_000, 6_000_000]
    assert case.settings.totals[0].greatest == 200


def test_a_scenario_extends_another_and_has_the_last_word(disk: Disk) -> None:
    write(
        disk,
        "base",
        [{"set": {"setting": "horizon.years", "value": 3}}, {"set": {"setting": "policy.teacher_cost", "value": 7}}],
    )
    write(disk, "next", [{"scale": {"setting": "policy.teacher_cost", "by": 2}}], extends="base")
    write(disk, "last", [{"set": {"setting": "horizon.years", "value": 4}}], extends="next")
    case = disk.read("last")
    assert (case.settings.horizon.years, case.settings.policy.teacher_cost) == (4, 14)
    assert [a.partition(":")[0] for a in case.applied] == ["base", "base", "next", "last"]
    assert scenario_names(disk.model) == ["baseline", "base", "last", "next"]


def test_rule_packs_are_switched_on_by_a_scenario(disk: Disk) -> None:
    pack(disk, PACK)
    assert disk.read().rules == ()
    case = patched(disk, {"set": {"rules": "rules1", "on": True}})
    assert [(r.id, r.borrowed, r.exempt, r.date) for r in case.rules] == [
        ("own", False, (), "2017"), ("three-years", True, ("zz1",), "2017-06-01"),
    ]  # fmt: skip
    assert dict(case.rules[1].parameters) == {"years": 3}
    write(disk, "off", [{"set": {"rules": "rules1", "on": False}}], extends="s")
    assert disk.read("off").rules == ()


def test_the_baseline_may_have_a_file(disk: Disk) -> None:
    write(disk, "baseline", [{"set": {"setting": "horizon.years", "value": 2}}])
    assert disk.read().settings.horizon.years == 2
    assert disk.read("baseline").settings.horizon.years == 2


ALL = {"table": "offerings", "column": "cost"}
FAULTS: list[tuple[str, Any, str, str]] = [
    ("nothing matches", {"set": {**ALL, "where": {"school": "xx"}, "value": 1}}, "patches.0.set.where.school", "match something"),
    ("a code that is almost one", {"set": {**ALL, "where": {"school": "zz11"}, "value": 1}}, "patches.0.set.where.school", "did you mean zz1"),
    ("conditions that exclude one another", {"set": {**ALL, "where": {"school": "zz1", "program.level": "undergraduate"}, "value": 1}}, "patches.0.set.where", "match something"),
    ("unknown table", {"set": {"table": "offering", "column": "cost", "value": 1}}, "patches.0.set.table", "offerings"),
    ("unknown column", {"set": {"table": "offerings", "column": "costs", "value": 1}}, "patches.0.set.column", "cost"),
    ("unknown column to select by", {"set": {**ALL, "where": {"levle": 1}, "value": 1}}, "patches.0.set.where.levle", "no such"),
    ("no reference to follow", {"set": {**ALL, "where": {"cost.level": 1}, "value": 1}}, "patches.0.set.where.cost.level", "no table"),
    ("value of the wrong kind", {"set": {**ALL, "value": "much"}}, "patches.0.set.value", "a number"),
    ("value out of range", {"set": {**ALL, "value": -1}}, "patches.0.set.value", ">= 0"),
    ("scaled beyond the range", {"scale": {"table": "entrants", "column": "take_up", "by": 2}}, "patches.0.scale.by", "<= 1"),
    ("no number to scale by", {"scale": {**ALL, "by": "half"}}, "patches.0.scale.by", "a number"),
    ("text scaled", {"scale": {"table": "offerings", "column": "track", "by": 2}}, "patches.0.scale.column", "quantity"),
    ("empty cells scaled", {"scale": {"table": "offerings", "column": "max_plan", "by": 2}}, "patches.0.scale.column", "empty"),
    ("everything dropped", {"drop": {"table": "offerings"}}, "patches.0.drop", "where must be given"),
    ("key missing", {"set": ALL}, "patches.0.set", "value must be given"),
    ("key unknown", {"set": {**ALL, "value": 1, "wher": {}}}, "patches.0.set.wher", "no such key"),
    ("range of text", {"set": {**ALL, "where": {"school": {"from": 1}}, "value": 1}}, "patches.0.set.where.school", "range"),
    ("added row with an unknown code", {"add": {"table": "catchments", "rows": [{"school": "xx", "origin": "city"}]}}, "school", "schools"),
    ("added row with an unknown column", {"add": {"table": "catchments", "rows": [{"school": "gz1", "origin": "a", "age": 1}]}}, "age", "no such column"),
    ("added row that repeats a key", {"add": {"table": "catchments", "rows": [{"school": "zz1", "origin": "city"}]}}, "origin", "same school, origin"),
    ("rows that are none", {"add": {"table": "catchments", "rows": "zz1"}}, "patches.0.add.rows", "list of rows"),
    ("dangling references", {"drop": {"table": "schools", "where": {"school": "bk1"}}}, "school", "schools"),
    ("unknown setting", {"set": {"setting": "policy.discont_rate", "value": 1}}, "patches.0.set.setting", "discount_rate"),
    ("setting out of range", {"set": {"setting": "policy.discount_rate", "value": 7}}, "policy.discount_rate", "must be <= 1"),
    ("setting that is no number", {"scale": {"setting": "policy.change", "by": 2}}, "patches.0.scale.setting", "only a number"),
    ("items selected by a key that there is not", {"scale": {"setting": "budget.amount", "where": {"knd": "recurrent"}, "by": 2}}, "patches.0.scale.where.knd", "did you mean kind"),
    ("items selected where there are none", {"set": {"setting": "policy.discount_rate", "where": {"year": 2026}, "value": 0.1}}, "patches.0.set.where", "has no list to select from"),
    ("a list for a cell", {"set": {**ALL, "value": [1, 2]}}, "patches.0.set.value", "a cell holds one value"),
    ("a mapping for a code", {"set": {"table": "offerings", "column": "program", "value": {"a": 1}}}, "patches.0.set.value", "a cell holds one value"),
    ("a list within an added row", {"add": {"table": "catchments", "rows": [{"school": ["gz1"], "origin": "city"}]}}, "school", "a cell holds one value"),
    ("conditions on a setting that are a list", {"set": {"setting": "budget.amount", "where": ["kind"], "value": 1}}, "patches.0.set.where", "must be a mapping"),
    ("a range with another word", {"set": {**ALL, "where": {"duration": {"from": 3, "until": 4}}, "value": 1}}, "patches.0.set.where.duration", "write it as {from: 2026"),
    ("a range from its end", {"set": {**ALL, "where": {"duration": {"from": 4, "to": 3}}, "value": 1}}, "patches.0.set.where.duration.from", "exchange the two"),
    ("a switch in quotes", {"set": {"rules": "rules1", "on": "true"}}, "patches.0.set.on", "without quotes"),
    ("no item matches", {"scale": {"setting": "budget.amount", "where": {"year": 1999}, "by": 2}}, "patches.0.scale.setting", "match something"),
    ("unknown key to select items by", {"set": {"setting": "budget.amount", "where": {"yaer": None}, "value": 1}}, "patches.0.set.where.yaer", "no such key"),
    ("nothing to select from", {"set": {"setting": "policy.teacher_cost", "where": {"school": "zz1"}, "value": 1}}, "patches.0.set.where", "no list"),
    ("a whole list and items of it", {"set": {"setting": "budget", "where": {"kind": "recurrent"}, "value": []}}, "patches.0.set.where", "no list"),
    ("items selected by a word", {"set": {"setting": "budget.amount", "where": "recurrent", "value": 1}}, "patches.0.set.where", "a mapping"),
    ("unknown rule pack", {"set": {"rules": "rules9", "on": True}}, "rules.0.pack", "must exist"),
    ("rule pack that is not on", {"set": {"rules": "rules9", "on": False}}, "patches.0.set.rules", "match something"),
    ("two verbs", {"set": {**ALL, "value": 1}, "drop": {"table": "roll", "where": {}}}, "patches.0", "exactly one verb"),
    ("unknown verb", {"change": {**ALL}}, "patches.0.change.[key]", "set"),
    ("nothing named", {"set": {"value": 1}}, "patches.0.set", "name one of"),
    ("a setting is never dropped", {"drop": {"setting": "budget"}}, "patches.0.drop", "cannot change a setting"),
]  # fmt: skip


@pytest.mark.parametrize(("patch", "place", "words"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_patches_that_cannot_be_applied_are_reported(disk: Disk, patch: Any, place: str, words: str) -> None:
    write(disk, "s", [patch])
    with pytest.raises(InputError) as caught:
        disk.read("s")
    said = [(p.column, p.sentence("en")) for p in caught.value.problems]
    assert any(c == place and words in s for c, s in said), said


def test_a_patch_is_reported_at_its_line(disk: Disk) -> None:
    write(disk, "s", [{"set": {**ALL, "value": 1}}, {"set": {**ALL, "value": "x"}}])
    text = (disk.folder / "scenarios" / "s.yaml").read_text("utf-8")
    line = text.splitlines().index("    value: x") + 1
    with pytest.raises(InputError, match=f"s.yaml:{line}:5"):
        disk.read("s")


def test_unknown_and_circular_scenarios(disk: Disk) -> None:
    write(disk, "growth", [])
    with pytest.raises(InputError, match="did you mean growth") as caught:
        disk.read("grwoth")
    assert [(p.file, p.column) for p in caught.value.problems] == [("scenarios/grwoth.yaml", None)]
    write(disk, "a", [], extends="b")
    write(disk, "b", [], extends="a")
    with pytest.raises(InputError, match="a -> b -> a"):
        disk.read("a")


RULES: list[tuple[str, dict[str, Any], str, str]] = [
    ("unknown kind", {"kind": "no_more"}, "rules.0.kind", "no such kind"),
    ("unknown parameter", {"parameters": {"years": 3, "count": 2}}, "rules.0.parameters.count", "no such parameter"),
    ("missing parameter", {"parameters": {}}, "rules.0.parameters", "years must be given"),
    ("parameter out of range", {"parameters": {"years": 0}}, "rules.0.parameters.years", ">= 1"),
    ("parameter that is a text", {"parameters": {"years": "3"}}, "rules.0.parameters.years", ">= 1"),
    ("unknown exemption", {"exempt": ["xx"]}, "rules.0.exempt.0", "code of an offering"),
    ("unknown code of its scope", {"scope": ["xx"]}, "rules.0.scope.0", "a cluster or a level"),
    ("nothing it would limit by", {"kind": "restricted_conditions", "parameters": {"level": "secondary"}},
     "rules.0.parameters", "one of students_per_teacher, teaching_area, equipment must be given"),
    ("an indicator without its share", {"kind": "no_expansion_below_quality",
     "parameters": {"indicator": "local", "dual_share": 0.5}}, "rules.0.parameters.indicator", "needs share"),
    ("a share of nothing", {"kind": "no_expansion_below_quality", "parameters": {"share": 0.5}},
     "rules.0.parameters.share", "needs the indicator"),
    ("years without a count", {"kind": "max_new_per_school", "parameters": {"count": 3, "new_college_years": 3}},
     "rules.0.parameters.new_college_years", "needs count_new_college"),
    ("unknown indicator", {"kind": "reduce_lowest", "parameters": {"share": 0.1, "years": 2, "indicator": "wage"}},
     "rules.0.parameters.indicator", "first_destination, employed"),
    ("unknown key", {"sorce": "x"}, "rules.0.sorce", "did you mean source"),
    ("almost a kind", {"kind": "close_without_intakes"}, "rules.0.kind", "did you mean close_without_intake"),
    ("a share in per cent", {"kind": "adjust_share", "parameters": {"share": "10%"}}, "rules.0.parameters.share", "write 0.1"),
    ("a share above one", {"kind": "adjust_share", "parameters": {"share": 10}}, "rules.0.parameters.share", "if 10 per cent is meant, write 0.1"),
    ("a level in words", {"kind": "programs_per_school", "parameters": {"students_per_program": 9, "level": "中职"}},
     "rules.0.parameters.level", "the codes are higher_vocational, none, secondary, undergraduate"),
    ("a text in one language", {"text": "三年"}, "rules.0.text", "write it as {zh: 中文, en: English}"),
    ("a date that is a text", {"date": "去年秋天"}, "rules.0.date", "2023, 2023-08 or 2023-08-15"),
    ("a date of another country", {"date": "01.06.2017"}, "rules.0.date", "a year and month, or a day"),
    ("a month that there is not", {"date": "2017-13"}, "rules.0.date", "a year and month, or a day"),
    ("a day that there is not", {"date": "2017-02-30"}, "rules.0.date", "a year and month, or a day"),
    ("a year of two digits", {"date": 17}, "rules.0.date", "Got 17"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "place", "words"), [r[1:] for r in RULES], ids=[r[0] for r in RULES])
def test_rules_are_checked(disk: Disk, change: dict[str, Any], place: str, words: str) -> None:
    pack(disk, {**PACK, "rules": [{**PACK["rules"][0], **change}]})  # type: ignore[index, dict-item]
    write(disk, "s", [{"set": {"rules": "rules1", "on": True}}])
    with pytest.raises(InputError) as caught:
        disk.read("s")
    assert any(p.column == place and words in p.sentence("en") for p in caught.value.problems), str(caught.value)


def test_packs_must_agree_with_their_file_and_one_another(disk: Disk) -> None:
    pack(disk, PACK)
    pack(disk, PACK, "rules2")
    write(disk, "s", [{"set": {"rules": "rules1", "on": True}}, {"set": {"rules": "rules2", "on": True}}])
    with pytest.raises(InputError) as caught:
        disk.read("s")
    said = str(caught.value)
    assert "pack must be the name of the file" in said
    assert "may stand only once. Got own" in said
    where = (disk.folder / "rules" / "rules1.yaml").read_text("utf-8").splitlines()
    line = next(i for i, text in enumerate(where, 1) if "id: own" in text)
    [twice] = [p for p in caught.value.problems if p.value == "own"]
    assert twice.file.startswith("rules2.yaml:")
    assert twice.column == "rules.1.id"
    assert f"rules1.yaml:{line}:" in twice.repair_en
    assert f"rules1.yaml:{line}:" in twice.repair_zh


def test_the_same_rule_in_a_pack_that_is_off_is_no_fault(disk: Disk) -> None:
    pack(disk, PACK)
    pack(disk, {**PACK, "pack": "rules2"}, "rules2")
    write(disk, "s", [{"set": {"rules": "rules1", "on": True}}])
    assert len(disk.read("s").rules) == 2


@pytest.mark.parametrize("date", ["2017", "2017-06", "2017-06-01", 2017])
def test_a_rule_is_dated_by_a_year_a_month_or_a_day(disk: Disk, date: str | int) -> None:
    pack(disk, {**PACK, "rules": [{**PACK["rules"][0], "date": date}]})  # type: ignore[index, dict-item]
    write(disk, "s", [{"set": {"rules": "rules1", "on": True}}])
    assert disk.read("s").rules[0].date == str(date)


def test_a_pack_that_is_named_twice_is_reported_at_its_second_place(disk: Disk) -> None:
    pack(disk, PACK)
    raw = {**disk.settings, "rules": [{"pack": "rules1", "on": True}, {"pack": "rules1", "on": False}]}
    disk.model.write_text(yaml.safe_dump(raw, allow_unicode=True), "utf-8")
    with pytest.raises(InputError) as caught:
        disk.read()
    [found] = caught.value.problems
    assert found.file.startswith("tiny.yaml:")
    assert (found.column, found.value) == ("rules.1.pack", "rules1")


def test_an_unknown_pack_is_reported_with_the_one_that_is_perhaps_meant(disk: Disk) -> None:
    pack(disk, PACK)
    write(disk, "s", [{"set": {"rules": "rules", "on": True}}])
    with pytest.raises(InputError, match="did you mean rules1") as caught:
        disk.read("s")
    assert "是否指 rules1" in caught.value.problems[0].repair_zh


def test_rules_are_not_blamed_for_a_table_that_is_not_there(disk: Disk) -> None:
    pack(disk, {**PACK, "rules": [{**PACK["rules"][0], "kind": "programs_per_school",  # type: ignore[index, dict-item]
                                   "parameters": {"students_per_program": 300, "level": "secondary"}}]})  # fmt: skip
    write(disk, "s", [{"set": {"rules": "rules1", "on": True}}])
    disk.path("levels").unlink()
    disk.path("schools").unlink()
    with pytest.raises(InputError) as caught:
        disk.read("s")
    assert "rules" not in {p.table for p in caught.value.problems}


def test_every_kind_of_rule_has_known_parameters() -> None:
    assert set(RULE_KINDS) == {
        "no_new_if_offerings_over", "no_new_if_school_share_over", "close_without_intake", "no_intake_right",
        "reduce_lowest", "programs_per_school", "max_new_per_school", "no_expansion_below_quality",
        "restricted_conditions", "adjust_share", "expert_review",
    }  # fmt: skip
