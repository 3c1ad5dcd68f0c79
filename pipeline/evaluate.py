"""Measure the parser against labelled pacts: precision, recall and F1, and the errors that nobody was told of."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field

from pipeline.labels import MENTIONS, ExpectedClause, ExpectedLevel, Labelled, Mention
from pipeline.model import Diagnostic, Pact, ResolvedClause
from pipeline.parse import parse_bytes
from pipeline.readers.damage import repaired
from pipeline.rules import Rules
from pipeline.terminal import json_of, safe

CATEGORIES = ("measures", "levels", "statuses", "qualifiers", "observations", "clauses", "facts", *MENTIONS)
_BY_FORM = ("measures", "statuses", "qualifiers", "observations", "clauses")
_ABOUT_ALL = ("language-doubtful", "scan-damaged")
"""Diagnostics that make a reader doubt every row of a document."""
_OUTER = " \n\t.,;:()«»“”\"'’"
_UNSTATED = ExpectedLevel("unstated", frozenset(), False)


@dataclass(slots=True)
class Count:
    """How many were right, how many the parser gave, how many the labels ask for."""

    right: int = 0
    found: int = 0
    expected: int = 0

    def add(self, other: "Count") -> None:
        """Sum up."""
        self.right += other.right
        self.found += other.found
        self.expected += other.expected

    @property
    def precision(self) -> float:
        """The share of what was found that is right (0-1); 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of what was expected that was found (0-1); 1 where nothing was expected."""
        return self.right / self.expected if self.expected else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both (0-1)."""
        total = self.found + self.expected
        return 2 * self.right / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Error:
    """One thing that is not as labelled; `silent`: a wrong status with no diagnostic about its measure."""

    category: str
    silent: bool
    file: str
    line: int
    message: str


@dataclass(slots=True)
class Score:
    """Counts by category, the errors, and the statuses that they are a share of."""

    documents: int = 0
    counts: dict[str, Count] = field(default_factory=lambda: {name: Count() for name in CATEGORIES})
    errors: list[Error] = field(default_factory=list)

    def add(self, other: "Score") -> None:
        """Sum up."""
        self.documents += other.documents
        self.errors += other.errors
        for name, count in other.counts.items():
            self.counts[name].add(count)

    @property
    def silent_share(self) -> float:
        """Wrong statuses without a diagnostic, as a share of the statuses expected (0-1)."""
        expected = self.counts["statuses"].expected
        return sum(error.silent for error in self.errors) / expected if expected else 0.0


def score(labelled: Labelled, pact: Pact) -> Score:
    """Compare one parse with its labels."""
    result = Score(documents=1)
    _compare(result, labelled, "observations", *_observations(labelled, pact))
    _clauses(result, labelled, pact)
    if labelled.measures is None:  # a sentence: its labels speak of nothing else
        return result
    lines = {number: measure.line for number, measure in labelled.measures.items()}
    _compare(result, labelled, "measures", {(n,): line for n, line in lines.items()}, _measure_keys(pact))
    expected, given = _levels(labelled, pact)
    for category, take in (("levels", _listed), ("qualifiers", _marks)):
        wanted = {key: lines.get(n, 1) for n, levels in expected.items() for key in take(n, levels)}
        _compare(result, labelled, category, wanted, (key for n, levels in given.items() for key in take(n, levels)))
    _statuses(result, labelled, pact, expected, given)
    _facts(result, labelled, pact)
    _mentions(result, labelled, pact)
    return result


def evaluate_corpus(labelled: Sequence[Labelled], rules: Sequence[Rules]) -> list[Score]:
    """Parse and score each labelled text, in order; its kind is recognised among `rules`."""
    return [score(text, parse_bytes(text.text.encode(), text.path.name, rules)) for text in labelled]


def lines_of(labelled: Sequence[Labelled], scores: Sequence[Score], n_worst: int) -> Iterator[str]:
    """The figures as a table for the terminal, then the worst errors with file and line."""
    total = Score()
    for result in scores:
        total.add(result)
    pacts = sum(text.measures is not None for text in labelled)
    yield f"{pacts} pacts, {len(labelled) - pacts} sentences"
    yield f"{'':14}{'precision':>10}{'recall':>10}{'F1':>10}{'right':>8}{'found':>8}{'expected':>10}"
    for name, c in total.counts.items():
        yield f"{name:14}{c.precision:10.3f}{c.recall:10.3f}{c.f1:10.3f}{c.right:8}{c.found:8}{c.expected:10}"
    silent = sum(error.silent for error in total.errors)
    yield f"silent errors: {silent} of {total.counts['statuses'].expected} statuses ({total.silent_share:.1%})"
    yield ""
    yield f"{'F1 by form':14}{'texts':>10}" + "".join(f"{name:>14}" for name in _BY_FORM)
    for form, result in by_form(labelled, scores).items():
        figures = "".join(_figure(result.counts[name]) for name in _BY_FORM)
        yield f"{form:14}{result.documents:10}{figures}"
    if total.errors and n_worst:
        yield ""
        yield f"the worst of {len(total.errors)} errors"
        for error in worst(total.errors)[:n_worst]:
            told = "silent " if error.silent else ""
            yield safe(f"{error.file}:{error.line}: {told}{error.category}: {error.message}")


def _figure(count: Count) -> str:
    return f"{count.f1:14.3f}" if count.found or count.expected else f"{'-':>14}"


def to_json(labelled: Sequence[Labelled], scores: Sequence[Score]) -> str:
    """All figures and errors, overall and by form."""
    total = Score()
    for result in scores:
        total.add(result)
    forms = {form: _counts(result) for form, result in by_form(labelled, scores).items()}
    errors = [asdict(error) for error in worst(total.errors)]
    figures = {"silent_share": total.silent_share, "overall": _counts(total), "forms": forms, "errors": errors}
    return json_of(figures)


def _counts(result: Score) -> dict[str, dict[str, float]]:
    return {
        name: {"precision": c.precision, "recall": c.recall, "f1": c.f1, **asdict(c)}
        for name, c in result.counts.items()
    }


def by_form(labelled: Sequence[Labelled], scores: Sequence[Score]) -> dict[str, Score]:
    """The sums of the documents that are examples of each form."""
    forms: dict[str, Score] = defaultdict(Score)
    for text, result in zip(labelled, scores, strict=True):
        for form in text.forms:
            forms[form].add(result)
    return dict(sorted(forms.items()))


def worst(errors: Iterable[Error]) -> list[Error]:
    """Errors, the worst first: silent ones, then by category, then by place."""
    order = ("statuses", "measures", "levels", "qualifiers", "clauses", "observations", "facts", *MENTIONS)
    return sorted(errors, key=lambda e: (not e.silent, order.index(e.category), e.file, e.line))


def _compare(
    result: Score,
    labelled: Labelled,
    category: str,
    expected: dict[tuple[object, ...], int],
    found: Iterable[tuple[object, ...]],
) -> None:
    given = set(found)
    result.counts[category].add(Count(len(expected.keys() & given), len(given), len(expected)))
    for key in sorted(expected.keys() - given, key=str):
        _error(result, labelled, category, expected[key], f"missing: {_words(key)}")
    for key in sorted(given - expected.keys(), key=str):
        _error(result, labelled, category, labelled.line, f"not expected: {_words(key)}")


def _error(result: Score, labelled: Labelled, category: str, line: int, message: str, silent: bool = False) -> None:
    result.errors.append(Error(category, silent, str(labelled.path), line, message))


def _words(key: tuple[object, ...]) -> str:
    return " ".join(str(part) for part in key).replace("\n", " ⏎ ")


def _observations(labelled: Labelled, pact: Pact) -> tuple[dict[tuple[object, ...], int], Iterator[tuple[object, ...]]]:
    """By exact text; the same text twice is two."""
    return (
        dict(_numbered((repaired(text)[0], line) for text, line in labelled.observations)),
        (key for key, _ in _numbered((row.text, 0) for row in pact.observations)),
    )


def _numbered(texts: Iterable[tuple[str, int]]) -> Iterator[tuple[tuple[object, ...], int]]:
    seen: Counter[str] = Counter()
    for text, line in texts:
        seen[text] += 1
        yield (f"“{text}”", seen[text]), line


def _measure_keys(pact: Pact) -> Iterator[tuple[object, ...]]:
    return ((row.measure,) for row in pact.measures)


def _levels(
    labelled: Labelled, pact: Pact
) -> tuple[dict[int, dict[int, ExpectedLevel]], dict[int, dict[int, ExpectedLevel]]]:
    """Measure → level → what is expected of it, and what the parser says; the measure as a whole is level 0."""
    assert labelled.measures is not None
    expected = {n: {0: ExpectedLevel(m.status, frozenset(), False), **m.levels} for n, m in labelled.measures.items()}
    given: dict[int, dict[int, ExpectedLevel]] = {
        row.measure: {0: ExpectedLevel(row.status, frozenset(), False)} for row in pact.measures
    }
    for row in pact.levels:
        marks = {"conditional": row.conditional, "excepted": row.excepted, "amended": row.amended}
        told = frozenset(name for name, is_so in marks.items() if is_so)
        given[row.measure][row.level] = ExpectedLevel(row.status, told, row.listed)
    return expected, given


def _listed(measure: int, levels: dict[int, ExpectedLevel]) -> Iterator[tuple[object, ...]]:
    return ((f"measure {measure} N{n}",) for n, level in levels.items() if level.listed)


def _marks(measure: int, levels: dict[int, ExpectedLevel]) -> Iterator[tuple[object, ...]]:
    return ((f"measure {measure} N{n}", mark) for n, level in levels.items() for mark in sorted(level.marks))


def _statuses(
    result: Score,
    labelled: Labelled,
    pact: Pact,
    expected: dict[int, dict[int, ExpectedLevel]],
    given: dict[int, dict[int, ExpectedLevel]],
) -> None:
    """Statuses but `unstated`, of levels and measures. A wrong one is silent if no diagnostic is about its measure."""
    count = result.counts["statuses"]
    assert labelled.measures is not None
    for measure in sorted(expected.keys() | given.keys()):
        wanted, said = expected.get(measure, {}), given.get(measure, {})
        label = labelled.measures.get(measure)
        span = (label.start, label.end) if label else None
        told = any(_tells(found, measure, span) for found in pact.diagnostics)
        for level in sorted(wanted.keys() | said.keys()):
            want, got = wanted.get(level, _UNSTATED).status, said.get(level, _UNSTATED).status
            count.add(Count(want == got != "unstated", got != "unstated", want != "unstated"))
            if want != got:
                name = f"N{level} of measure {measure}" if level else f"measure {measure}"
                line = label.line if label else labelled.line
                _error(result, labelled, "statuses", line, f"{name} is {want}, the parser says {got}", not told)


def _tells(found: Diagnostic, measure: int, span: tuple[int, int] | None) -> bool:
    """Whether a diagnostic would make a reader look at this measure."""
    if found.severity == "info":
        return False
    if found.severity == "error" or found.measure == measure or found.code in _ABOUT_ALL:
        return True
    return found.start is not None and span is not None and span[0] <= found.start < span[1]


def _clauses(result: Score, labelled: Labelled, pact: Pact) -> None:
    rest = list(pact.clauses)
    missing: list[ExpectedClause] = []
    for clause in labelled.clauses:
        same = next((row for row in rest if _is_same(clause, row)), None)
        if same is None:
            missing.append(clause)
        else:
            rest.remove(same)
    expected = len(labelled.clauses)
    result.counts["clauses"].add(Count(expected - len(missing), len(pact.clauses), expected))
    for clause in missing:
        said = (clause.measure, clause.stance, clause.levels, clause.text)
        _error(result, labelled, "clauses", clause.line, f"missing: {_words(said)}")
    for row in rest:
        said = (row.measure, row.stance, row.levels, row.text)
        _error(result, labelled, "clauses", labelled.line, f"not expected: {_words(said)}")


def _is_same(clause: ExpectedClause, row: ResolvedClause) -> bool:
    if (clause.measure, clause.stance, clause.levels) != (row.measure, row.stance, row.levels):
        return False
    return clause.text is None or _bare(repaired(clause.text)[0]) == _bare(row.text or "")


def _bare(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip(_OUTER)


def _facts(result: Score, labelled: Labelled, pact: Pact) -> None:
    facts = pact.facts
    day = facts.signed_on.isoformat() if facts.signed_on else None
    found = {
        "kind": pact.profile,
        "list": facts.list_name,
        "lead": facts.lead_candidate,
        "commune": facts.commune,
        "signed": None if facts.signed is None else "yes" if facts.signed else "no",
        "signed_on": day,
        "announced": None if facts.announced_measures is None else str(facts.announced_measures),
        "level_mode": pact.level_mode,
    }
    for name in ("kind", "level_mode"):
        if name not in labelled.facts:
            del found[name]
    given = ((name, value) for name, value in found.items() if value is not None)
    _compare(result, labelled, "facts", dict.fromkeys(labelled.facts.items(), 1), given)
    if labelled.doubtful and pact.status == "complete":
        _error(result, labelled, "facts", 1, "doubtful, and the parser told nothing")


def _mentions(result: Score, labelled: Labelled, pact: Pact) -> None:
    """What is mentioned, where a person labelled it; the same twice is two."""
    if labelled.mentions is None:
        return
    found: dict[str, list[Mention]] = {
        "quantities": [(q.measure, q.value, q.unit, q.per, q.comparator, q.deadline) for q in pact.quantities],
        "references": [(r.measure, r.target) for r in pact.references],
        "organisations": [(o.measure, o.kind, o.name) for o in pact.organisations],
    }
    for name in MENTIONS:
        expected = dict(_counted(labelled.mentions[name]))
        _compare(result, labelled, name, expected, (key for key, _ in _counted((each, 0) for each in found[name])))


def _counted(mentions: Iterable[tuple[Mention, int]]) -> Iterator[tuple[Mention, int]]:
    seen: Counter[Mention] = Counter()
    for mention, line in mentions:
        seen[mention] += 1
        yield (*mention, seen[mention]), line
