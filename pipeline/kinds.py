"""Which kind of pact a document is: the one whose name and whose titles stand in it."""

from collections.abc import Sequence
from functools import lru_cache

from pipeline.catalogue import catalogue_of, squeeze
from pipeline.fold import plain_of
from pipeline.model import Diagnostic, Source
from pipeline.rules import RULES, Rules, kinds, load

_NAME_WEIGHT = 2
"""A kind's name weighs as much as this many of its titles."""


@lru_cache(1)
def load_all() -> tuple[Rules, ...]:
    """The rules of every kind, the default first. Raises `RuleError` for anything that is not right in them."""
    return tuple(load(RULES / name) for name in kinds())


def recognise(source: Source, among: Sequence[Rules]) -> tuple[Rules, tuple[Diagnostic, ...]]:
    """The kind of a document, and a diagnostic where nothing in it tells: then the first is taken."""
    if len(among) == 1:
        return among[0], ()
    folded = plain_of(source.text)
    named = [rules for rules in among if any(name in folded for name in rules.names)]
    if len(named) == 1:
        return named[0], ()
    squeezed = squeeze(folded)
    scores = [_score(folded, squeezed, rules) for rules in among]
    best = max(scores)
    if best > 0:
        return among[scores.index(best)], ()
    message = f"nothing tells the kind of this pact: read as {among[0].name}; name another with --kind"
    return among[0], (Diagnostic("info", "kind-assumed", message),)


def _score(folded: str, squeezed: str, rules: Rules) -> int:
    titles = sum(opening in squeezed for opening in catalogue_of(rules).openings.values())
    return titles + _NAME_WEIGHT * any(name in folded for name in rules.names)
