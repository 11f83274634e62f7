import re
from importlib import resources

import yaml

from talentplan.plan.audit_words import FAMILY_WORDS
from talentplan.report.words import LANGUAGES, Words, all_words
from talentplan.workspace.dictionary import load_dictionary


def test_every_word_stands_in_both_languages_with_the_same_gaps():
    for group, words in all_words().items():
        for code, word in words.items():
            assert isinstance(code, str), (group, code)  # off, on, yes and no are no words to YAML
            assert set(word) == {"zh", "en"}, (group, code)
            assert all(text for text in word.values()), (group, code)
            gaps = [set(re.findall(r"{(\w+)}", word[lang])) for lang in LANGUAGES]
            assert gaps[0] == gaps[1], (group, code)


def test_every_code_of_the_dictionary_that_is_shown_has_a_word():
    offerings = load_dictionary()["offerings"]
    for column in ("track", "control", "authority"):
        assert set(offerings.column(column).values) == set(all_words()[column])
    assert set(offerings.column("control").values) == set(all_words()["control_long"])
    assert set(load_dictionary()["employment"].column("basis").values) == set(all_words()["basis"])


def test_every_verdict_of_the_published_tables_has_a_word():
    text = (resources.files("talentplan.plan") / "outputs.yaml").read_text("utf-8")
    doc = yaml.safe_load(text)["layout"]["columns"]["verdict"]["doc"]
    assert set(re.findall(r"\w+", doc.replace(" or ", ", "))) == set(all_words()["verdict"])


def test_every_mark_of_a_verdict_has_a_word():
    kinds = load_dictionary()["mergers"].column("kind").values
    assert set(kinds) == set(all_words()["mark"])


def test_every_family_of_limits_has_a_word():
    assert set(FAMILY_WORDS) == set(all_words()["family"])


def test_every_word_that_is_asked_for_exists():
    report = resources.files("talentplan.report")
    words = all_words()
    asked = 0
    for file in [*report.iterdir(), *(report / "templates").iterdir()]:
        if not file.name.endswith((".py", ".j2")):
            continue
        for group, code in re.findall(r'\b(?:w|words)\(\s*"(\w+)",\s*"(\w+)"', file.read_text("utf-8")):
            asked += 1
            assert code in words[group], (file.name, group, code)
    assert asked > 100


def test_a_code_without_a_word_stands_for_itself():
    assert Words("en")("family", "small_class_floor") == "small class floor"
    assert Words("zh")("family", "small_class_floor") == "small_class_floor"
