"""Rules: mistakes in their files are told with a remedy. That each is reached by its own examples: tests/test_8_check.py."""

import re
import shutil
import sys
from pathlib import Path

import pytest
import regex

from pipeline import patterns
from pipeline.fold import plain, shape
from pipeline.labels import read_corpus
from pipeline.rules import DEFAULT_KIND, FIRST, RULES, RuleError, Rules, kinds, load
from tests.conftest import ROOT, SEED


def test_the_catalogue(rules: Rules) -> None:
    assert sorted(rules.catalogue) == list(range(1, 33))
    assert [number for number, measure in sorted(rules.catalogue.items()) if measure.short] == [6, 29, 32]


@pytest.mark.parametrize("kind", kinds())
def test_every_kind_of_pact_loads(kind: str) -> None:
    rules = load(RULES / kind)
    assert len(rules.catalogue) >= 8
    assert all(measure.levels for number, measure in rules.catalogue.items() if number == 1)


def test_no_rule_names_a_measure_or_a_town(rules: Rules) -> None:
    """The words of the titles and of the pact in raw/ stay out of the rules that all kinds share."""
    files = sorted((RULES / "common").glob("*.toml"))
    assert len(files) == 7
    patterns = "\n".join(
        [
            line
            for file in files
            for line in plain(file.read_text("utf-8")).split("\n")
            if not line.startswith(("match", "no_match", "why", "#"))
        ]
    )
    rare = [
        "achats",
        "logiciel",
        "restauration",
        "hydraulique",
        "publicite",
        "champigny",
        "jeanne",
        "paris-est",
        "logistique",
        "trames",
    ]
    assert not [word for word in rare if re.search(rf"\b{word}\b", patterns)]


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("common/structure.toml", 'id = "item-bullet"', 'id = "item bullet"', "structure.toml:"),
        ("common/structure.toml", "[[rule]]", "[[rule]", "is not TOML"),
        ("common/structure.toml", "de\\s+page", "de(", "does not compile"),
        ("common/structure.toml", "haut\\s+de", "Haut\\s+de", "cannot match a folded line"),
        ("common/structure.toml", 'kind = "item"', 'kind = "point"', "rule item-bullet"),
        ("common/clauses.toml", 'stance = "amend"', 'stance = "amended"', "rule amend"),
        ("common/clauses.toml", 'id = "amend"', 'id = "except"', "stands twice"),
        ("common/clauses.toml", 'CLASS = "commit"', 'CLASS = "comit"', "is not in lexicon.toml"),
        ("common/lexicon.toml", "'objections?'", "'Objections?'", "without accents and capitals"),
        ("common/lexicon.toml", "'objections?'", "'objections('", "does not compile"),
        ("kind/measures.csv", "measure,label,title", "number,label,title", "the columns must be"),
        ("kind/measures.csv", "\n32,", "\n31,", "stands twice"),
        ("kind/kind.toml", "edition", "editon", "edition"),
    ],
)
def test_a_mistake_is_told(tmp_path: Path, file: str, old: str, new: str, told: str) -> None:
    shutil.copytree(RULES / DEFAULT_KIND, tmp_path / "kind")
    shutil.copytree(RULES / "common", tmp_path / "common")
    folder = tmp_path / "kind"
    text = (tmp_path / file).read_text("utf-8")
    assert old in text
    (tmp_path / file).write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(RuleError) as error:
        load(folder)
    assert told in str(error.value)
    assert str(tmp_path) in str(error.value)


def test_the_fingerprint_changes_with_the_rules(tmp_path: Path, rules: Rules) -> None:
    folder = tmp_path / DEFAULT_KIND
    shutil.copytree(RULES / DEFAULT_KIND, folder)
    shutil.copytree(RULES / "common", tmp_path / "common")
    assert load(folder).fingerprint == rules.fingerprint
    with (tmp_path / "common" / "clauses.toml").open("a") as file:
        file.write("\n# a remark\n")
    assert load(folder).fingerprint != rules.fingerprint


def test_no_line_is_lost_by_its_first_character(rules: Rules) -> None:
    """The shortcut by first characters gives what the pattern alone gives, on every line of the corpus."""
    texts = [labelled.text for labelled in read_corpus(ROOT / "tests" / "corpus")] + [SEED.read_text("utf-8")]
    lines = {line.strip() for text in texts for line in text.split("\n") if line.strip()}
    assert len(lines) > 2000
    tried = 0
    for rule in rules.lines:
        for line in lines:
            text = plain(line) if rule.on == "plain" else shape(line)
            if text[0] in FIRST and text[0] not in rule.starts:
                tried += 1
                assert not rule.compiled.fullmatch(text), (rule.id, line)
    assert tried > len(lines)


def test_no_fact_is_lost_by_the_words_that_its_rule_needs(rules: Rules) -> None:
    texts = [labelled.text[:5_000] for labelled in read_corpus(ROOT / "tests" / "corpus")]
    found = [(rule, match) for rule in rules.facts for text in texts for match in rule.compiled.finditer(shape(text))]
    needing = [(rule, plain(match.group())) for rule, match in found if rule.needs]
    assert len(needing) > 100
    assert not [(rule.id, text) for rule, text in needing if not any(needed in text for needed in rule.needs)]


def test_patterns_are_compiled_once_for_as_long_as_the_rules_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled: list[str] = []

    def compile_anew(pattern: str, flags: int) -> object:
        compiled.append(pattern)
        return compile_it(pattern, flags)

    def read(fingerprint: str) -> list[str]:
        """What a process compiles that reads these rules."""
        monkeypatch.setattr(patterns, "_COMPILED", {})
        compiled.clear()
        with patterns.kept("kind", fingerprint):
            assert patterns.compile_once("a b").fullmatch("ab")
            assert patterns.compile_once("^c", regex.MULTILINE).search("b\nc")
        return [*compiled]

    compile_it = regex.compile
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path))
    monkeypatch.setattr(regex, "compile", compile_anew)
    assert read("1") == ["a b", "^c"]
    assert read("1") == []
    assert read("2") == ["a b", "^c"]
    (file,) = tmp_path.rglob("*.patterns")  # that for other rules is gone
    file.write_bytes(file.read_bytes()[:-1])
    assert read("2") == ["a b", "^c"]
    assert read("2") == []
    file.unlink()
    file.mkdir()  # it cannot be written
    assert read("2") == read("2") == ["a b", "^c"]
    assert [file] == [*tmp_path.rglob("*.*")]
