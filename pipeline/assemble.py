"""Join the parts of a document into a pact: what it says of itself, and whether it says what it announces."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from pipeline.facts import find_facts, with_known
from pipeline.lines import Page
from pipeline.model import Diagnostic, DocumentStatus, Known, Pact, Part, Placed, moved
from pipeline.rules import Rules

_FRENCH_SHARE = 0.1
"""Less than this share of the commonest words (0-1) is another language; French prose has 0.25 to 0.4."""
_FEWEST_WORDS = 60
_SAMPLE = 20_000


def assemble(page: Page, parts: Sequence[tuple[int, Part]], doubts: Iterable[Diagnostic], known: Known) -> Pact:
    """The pact of a document. `parts` come with their offsets; `known` is what else is known of the document."""
    source, rules = page.source, page.rules
    placed = tuple(_place(source.text, parts))
    opening = [(kind, moved(body, each.at)) for each in placed[:1] for kind, body in each.part.opening]
    closing = [(kind, moved(body, each.at)) for each in placed for kind, body in each.part.closing]
    printed, unclear = find_facts(source.text, page.shaped, page.folded, opening, closing, rules)
    facts, contradicted = with_known(printed, known)
    found = [*source.diagnostics, *doubts, *page.diagnostics, *unclear, *contradicted]
    found += [_diagnostic(diagnostic, each.at) for each in placed for diagnostic in each.part.diagnostics]
    _check_text(page, found)
    n_measures = sum(len(part.measures) for _, part in parts)
    found += _unknown_references(placed, rules)
    if facts.announced_measures is not None and facts.announced_measures != n_measures:
        message = f"{facts.announced_measures} measures are announced, and {n_measures} were found: look for the others"
        found.append(Diagnostic("warning", "count-differs", message))
    if not n_measures and not any(d.severity == "error" for d in found):
        message = "no measure was found: check that this is a signed pact and that its measures are numbered"
        found.append(Diagnostic("error", "no-measure", message))
    n_dark = sum(part.n_dark for _, part in parts)
    n_unknown = sum(part.n_unknown for _, part in parts)
    return Pact(
        source=source,
        profile=rules.name,
        catalogue=rules.edition,
        rules_fingerprint=rules.fingerprint,
        facts=facts,
        status=_document_status(found),
        coverage=(n_dark - n_unknown) / n_dark if n_dark else 0.0,
        level_mode=_level_mode([part for _, part in parts]),
        parts=placed,
        diagnostics=tuple(
            # A line that was looked at twice may have been told twice.
            sorted(dict.fromkeys(found), key=lambda d: (d.start if d.start is not None else -1, d.code, d.message))
        ),
    )


def _place(text: str, parts: Sequence[tuple[int, Part]]) -> Iterator[Placed]:
    line = before = blocks = observations = clauses = references = quantities = organisations = 0
    for at, part in parts:
        line += text.count("\n", before, at)
        before = at
        yield Placed(part, at, line, blocks, observations, clauses, references, quantities, organisations)
        blocks += len(part.blocks)
        observations += len(part.observations)
        clauses += len(part.clauses)
        references += len(part.references)
        quantities += len(part.quantities)
        organisations += len(part.organisations)


def _diagnostic(found: Diagnostic, by: int) -> Diagnostic:
    if found.start is None or found.end is None or not by:
        return found
    return replace(found, start=found.start + by, end=found.end + by)


def _unknown_references(parts: Iterable[Placed], rules: Rules) -> Iterator[Diagnostic]:
    """Measures that are referred to and stand neither in the pact nor in the catalogue."""
    known = {row.measure for placed in parts for row in placed.part.measures} | rules.catalogue.keys()
    for placed in parts:
        for row in placed.part.references:
            if row.target not in known:
                message = f"measure {row.target} is neither in this pact nor in {rules.edition}: check the number"
                span = moved((row.start, row.end), placed.at)
                yield Diagnostic("info", "reference-unknown", message, *span, row.measure)


def _check_text(page: Page, found: list[Diagnostic]) -> None:
    """Whether the text is damaged, or not French."""
    if page.context.is_scanned:
        message = "this text came out of a scan: words are damaged, compare with the original"
        found.append(Diagnostic("warning", "scan-damaged", message))
    look_alike = next((line for line in page.lines if line.text.look_alike is not None), None)
    if look_alike is not None and look_alike.text.look_alike is not None:
        message = "letters that look like others, or turn the direction of text, stand here: compare with the original"
        at = look_alike.start + look_alike.text.look_alike
        found.append(Diagnostic("warning", "characters-look-alike", message, at, at + 1))
    sample = [line.text for line in page.lines if line.start < _SAMPLE]
    words = sum(text.n_words for text in sample)
    if words > _FEWEST_WORDS and sum(text.n_french for text in sample) < _FRENCH_SHARE * words:
        message = "this hardly reads like French: only numbers and levels can be trusted, read the observations by hand"
        found.append(Diagnostic("warning", "language-doubtful", message))


def _level_mode(parts: Sequence[Part]) -> Literal["set", "single", "none"]:
    """One level chosen under each measure, or sets of them, or no levels; a clause may speak of those printed."""
    listed = frozenset[tuple[int | None, int]]().union(*[part.listed for part in parts])
    spoken = frozenset[tuple[int | None, int]]().union(*[part.spoken for part in parts])
    if not spoken and not listed:
        return "none"
    measures = {measure for measure, _ in listed}
    return "single" if len(measures) > 1 and len(measures) == len(listed) and spoken <= listed else "set"


def _document_status(found: Iterable[Diagnostic]) -> DocumentStatus:
    severities = {diagnostic.severity for diagnostic in found}
    return "failed" if "error" in severities else "partial" if "warning" in severities else "complete"
