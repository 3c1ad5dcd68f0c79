"""What the document says of itself: the list, who leads it, the town, the date, what it announces."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from datetime import date

from pipeline.fold import plain
from pipeline.model import Diagnostic, Facts, Known
from pipeline.rules import TIMEOUT, FactRule, Rules

_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)
_UNITS = (
    *("zero", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze", "treize"),
    *("quatorze", "quinze", "seize"),
)
_TENS = {"vingt": 20, "trente": 30}
_PARTS = (("header", "introduction"), ("closing",))


Bodies = Sequence[tuple[str, tuple[int, int]]]
"""Blocks, as their kinds and the spans of their bodies."""


def find_facts(
    text: str, shaped: str, folded: str, opening: Bodies, closing: Bodies, rules: Rules
) -> tuple[Facts, tuple[Diagnostic, ...]]:
    """The facts of header, introduction and closing lines. The first to state one wins; a contradiction is told.

    `opening` are the blocks before the first measure or principle, `closing` those of that kind.
    """
    found: dict[str, str | bool] = {}
    diagnostics: list[Diagnostic] = []
    for rule in rules.facts:
        for start, end in _regions(opening, closing, rule):
            if rule.needs and all(folded.find(needed, start, end) < 0 for needed in rule.needs):
                continue
            try:
                match = rule.compiled.search(shaped, start, end, timeout=TIMEOUT)
            except TimeoutError:
                message = f"the rule {rule.id} took too long here and was left out: simplify its pattern"
                diagnostics.append(Diagnostic("warning", "rule-timeout", message, start, end))
                continue
            if match is None:
                continue
            values: dict[str, str | bool] = {
                name: text[slice(*match.span(name))].strip() for name in match.re.groupindex if match[name]
            }
            if rule.signed is not None:
                values["signed"] = rule.signed
            for name, value in values.items():
                known = found.setdefault(name, value)
                if isinstance(known, str) and known.isupper() and known.lower() == str(value).lower():
                    found[name] = value  # "AUBIGNAC" in a heading, "Aubignac" where it is signed
                if name != "signed" and _differ(name, known, value):
                    message = f"{name} is “{known}” above and “{value}” here: the first one was kept"
                    diagnostics.append(Diagnostic("warning", "facts-contradict", message, *match.span()))
    day, announced, signed = (found.get(name) for name in ("signed_on", "announced_measures", "signed"))
    return Facts(
        list_name=_text(found.get("list_name")),
        lead_candidate=_text(found.get("lead_candidate")),
        commune=_text(found.get("commune")),
        signed=signed if isinstance(signed, bool) else None,
        signed_on=_date(day) if isinstance(day, str) else None,
        announced_measures=_number(announced) if isinstance(announced, str) else None,
    ), tuple(diagnostics)


def with_known(facts: Facts, known: Known) -> tuple[Facts, tuple[Diagnostic, ...]]:
    """The document's facts with those that are known from outside, which win; a contradiction is told."""
    diagnostics = []
    values = {}
    for field in fields(known):
        outside, inside = getattr(known, field.name), getattr(facts, field.name)
        if outside is None:
            continue
        values[field.name] = outside
        if inside is not None and _differ(field.name, str(inside), str(outside)):
            message = f"{field.name} is “{outside}” in manifest.csv and “{inside}” in the document: correct one of them"
            diagnostics.append(Diagnostic("warning", "facts-contradict", message))
    return replace(facts, **values), tuple(diagnostics)


def _regions(opening: Bodies, closing: Bodies, rule: FactRule) -> Iterator[tuple[int, int]]:
    """The stretch of text that each part of the document takes up, from its first block to its last."""
    # A short line right before the first measure looks like a theme, and is part of the header.
    first = [body for kind, body in opening if kind in rule.within or kind == "theme"]
    if first and any(name in rule.within for name in ("header", "introduction")):
        yield first[0][0], first[-1][1]
    if closing and "closing" in rule.within:
        yield closing[0][1][0], closing[-1][1][1]


def _differ(name: str, known: str | bool, value: str | bool) -> bool:
    if not isinstance(known, str) or not isinstance(value, str):
        return known != value
    if name == "signed_on" and _date(known) is not None:
        return _date(known) != _date(value)
    first, second = ("".join(filter(str.isalnum, plain(text))) for text in (known, value))
    return first not in second and second not in first


def _text(value: str | bool | None) -> str | None:
    return " ".join(value.split()) if isinstance(value, str) else None


def _number(written: str) -> int | None:
    """A number in figures or, up to 39, in words."""
    if written.isdecimal():
        return int(written)
    words = [word for word in plain(written).replace("-", " ").split() if word != "et"]
    values = [
        _TENS.get(word)
        or (
            _UNITS.index(word.removesuffix("e"))
            if word.removesuffix("e") in _UNITS
            else _UNITS.index(word)
            if word in _UNITS
            else None
        )
        for word in words
    ]
    return sum(value for value in values if value) if values and None not in values else None


def _date(written: str) -> date | None:
    """A French date, "1er mars 2020", "01/03/2020", "trois mars deux mille vingt"; None where there is no such day."""
    parts = plain(written).replace("/", " ").replace(".", " ").replace("-", " ").split()
    at = next((i for i, part in enumerate(parts) if part in _MONTHS), None)
    if at is None:
        day, month, year = parts if len(parts) == 3 else ("", "", "")
        numbers = (day, month, year)
    else:
        numbers = (" ".join(parts[:at]), str(_MONTHS.index(parts[at]) + 1), " ".join(parts[at + 1 :]))
    first = 1 if numbers[0] in ("1er", "premier") else _number(numbers[0])
    last = _number(numbers[2].replace("deux mille", "").strip()) if "mille" in numbers[2] else _number(numbers[2])
    if first is None or last is None or not numbers[1].isdecimal():
        return None
    try:
        return date(last + 2000 if "mille" in numbers[2] else last, int(numbers[1]), first)
    except ValueError:
        return None
