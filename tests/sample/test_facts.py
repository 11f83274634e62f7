"""What the sample calls a fact is one: it stands in the fact files with a source, and in the national lists."""

import re
from pathlib import Path

import pandas as pd
import pytest
from sample_region.facts import facts


@pytest.fixture(scope="module")
def known():
    return {name: facts(name) for name in ("programs", "occupations", "industries", "program_occupation")}


def test_codes_and_names_come_from_the_fact_files(sample, known):
    for table, key in (("programs", "program"), ("occupations", "occupation"), ("industries", "industry")):
        facts_of = {row[key]: row["name_zh"] for row in known[table]}
        rows = getattr(sample, table)
        assert {code: facts_of[code] for code in rows[key]} == dict(zip(rows[key], rows["name_zh"], strict=True))


def test_every_fact_names_its_source(known):
    for rows in known.values():
        assert all(row["source"] for row in rows)
    assert all(row["source"] for row in facts("program_continuation"))


def test_code_shapes(sample):
    first = {"secondary": "67", "higher_vocational": "45"}
    for program, level in zip(sample.programs["program"], sample.programs["level"], strict=True):
        if level in first:
            assert re.fullmatch(rf"[{first[level]}]\d{{5}}K?", program)
        if level == "undergraduate":
            assert re.fullmatch(r"2\d{5}K?|08\d{4}[TK]{0,2}", program)
    assert sample.occupations["occupation"].str.fullmatch(r"\d-\d\d-\d\d-\d\d").all()


def test_official_links_are_in_the_briefs_and_others_say_so(sample, known):
    official = {(row["program"], row["occupation"]) for row in known["program_occupation"]}
    for row in sample.crosswalk.itertuples():
        if row.basis == "official":
            assert (row.program, row.occupation) in official
            assert row.relevance == 1.0
        else:
            assert row.basis == "estimated"
            assert "估计" in row.source
        if row.program.startswith("08"):  # ordinary bachelor's and master's programs have no brief
            assert row.basis == "estimated"
    assert (sample.crosswalk["basis"] == "official").mean() > 0.4


def test_every_enrolling_program_prepares_for_an_occupation(sample):
    assert set(sample.offerings["program"]) <= set(sample.crosswalk["program"])


def test_joined_pathways_follow_the_briefs(sample):
    links = {(row["from_program"], row["to_program"]) for row in facts("program_continuation")}
    program = sample.offerings.set_index("offering")["program"]
    masters = set(sample.programs.loc[sample.programs["level"] == "master", "program"])
    for row in sample.pathways.itertuples():
        pair = (program[row.from_offering], program[row.to_offering])
        if pair[1] not in masters:
            assert pair in links, row.pathway
        elif pair not in links:
            assert "估计" in row.source


def test_members_are_marked_as_fictitious(sample):
    assert sample.units["name_zh"].str.endswith("（虚构）").all()
    assert sample.units["name_en"].str.endswith("(fictitious)").all()


def test_no_real_institution(sample):
    real = (Path(__file__).parent / "real_names.txt").read_text("utf-8").split()
    names = "".join(sample.units["name_zh"])
    assert [name for name in real if name in names] == []


@pytest.mark.slow
def test_facts_agree_with_the_national_lists(reference_data, known):
    folder = reference_data / "cn"

    def read(name: str) -> pd.DataFrame:
        return pd.read_csv(folder / name, dtype=str, encoding="utf-8-sig", keep_default_na=False)

    catalogue = read("moe_vocational_catalogue.csv").set_index("code")["name"].to_dict()
    ours = {row["program"]: row["name_zh"] for row in known["programs"] if not row["program"].startswith("08")}
    assert {code: catalogue[code] for code in ours} == ours
    national = read("csco_2022_occupations.csv").set_index("code")["name"].str.replace(r"(L/S|L|S)$", "", regex=True)
    assert all(national[row["occupation"]] == row["name_zh"] for row in known["occupations"])
    pairs = set(read("program_occupation_map.csv")[["code", "occupation_code"]].itertuples(index=False, name=None))
    assert all((row["program"], row["occupation"]) in pairs for row in known["program_occupation"])
    industries = read("gbt4754_2017.csv").set_index("code")
    assert all(industries.loc[row["industry"], "name"] == row["name_zh"] for row in known["industries"])
