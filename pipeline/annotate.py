"""A parse as suggestions for whoever corrects it: spans for spaCy, and a task for Label Studio.

What comes back from Label Studio is made into a labelled text by `relabel`.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pipeline.labels import QUALIFIERS
from pipeline.model import Pact, Stance, Status

MEASURE, LEVEL, OBSERVATION = "measure", "level", "observation"
STANCES: tuple[str, ...] = get_args(Stance)
STATUSES: tuple[str, ...] = get_args(Status)
PRINTED, DOUBTFUL = "printed", "doubtful"
_LEVEL_NAMES = tuple(f"N{level}" for level in range(1, 10))


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of the text and what is said of it.

    `label` is measure, level, observation or a stance. `levels` are those of a level or a clause, `marks` qualifiers,
    and "printed" for a level that the pact prints; `about` is the text of a clause.
    """

    label: str
    start: int
    end: int
    measure: int | None = None
    levels: tuple[int, ...] = ()
    status: str | None = None
    marks: tuple[str, ...] = ()
    about: str | None = None


def regions_of(pact: Pact) -> list[Region]:
    """What a parse says, as regions, in the order of the text; a level that nothing speaks of has none."""
    found = [Region(MEASURE, row.start, row.end, row.measure, status=row.status) for row in pact.measures]
    headings = {row.measure: (row.start, row.end) for row in pact.measures}
    for row in pact.levels:
        marks = {"conditional": row.conditional, "excepted": row.excepted, "amended": row.amended, PRINTED: row.listed}
        said = tuple(name for name, is_so in marks.items() if is_so)
        if row.status == "unstated" and not said:
            continue
        start, end = headings[row.measure] if row.start is None or row.end is None else (row.start, row.end)
        found.append(Region(LEVEL, start, end, row.measure, (row.level,), row.status, said))
    found += [Region(OBSERVATION, row.start, row.end, row.measure) for row in pact.observations]
    found += [Region(row.stance, row.start, row.end, row.measure, row.levels, about=row.text) for row in pact.clauses]
    return sorted(found, key=lambda region: (region.start, -region.end))


# ── Label Studio ──


def task_of(pact: Pact) -> str:
    """The tasks of a project in Label Studio, with the parse as a prediction: JSON to be imported there.

    Offsets are code points, as Label Studio counts.
    """
    text, results = pact.source.text, []
    for number, region in enumerate(regions_of(pact), start=1):
        where = {"start": region.start, "end": region.end}
        results += [
            {"id": f"r{number}", "to_name": "text", "from_name": name, "type": kind, "value": {**where, **value}}
            for name, kind, value in _values(region, text)
        ]
    results += [
        {"id": name, "to_name": "text", "from_name": name, "type": kind, "value": value}
        for name, kind, value in _of_document(pact)
    ]
    task = {
        "data": {"pact_id": pact.source.pact_id, "text": text},
        "predictions": [{"model_version": f"pacte {pact.rules_fingerprint}", "result": results}],
    }
    return json.dumps([task], ensure_ascii=False, indent=1) + "\n"


def _values(region: Region, text: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is said of a region: name of the control, its type, its value."""
    yield "label", "labels", {"labels": [region.label], "text": text[region.start : region.end]}
    if region.measure is not None:
        yield "measure", "number", {"number": region.measure}
    if region.levels:
        yield "levels", "choices", {"choices": [f"N{level}" for level in region.levels]}
    if region.status is not None:
        yield "status", "choices", {"choices": [region.status]}
    if region.marks:
        yield "marks", "choices", {"choices": list(region.marks)}
    if region.about is not None:
        yield "about", "textarea", {"text": [region.about]}


def _of_document(pact: Pact) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """What is said of the whole document: facts, a line each, and whether it is doubtful."""
    facts = pact.facts
    signed = None if facts.signed is None else "yes" if facts.signed else "no"
    told = {
        "kind": pact.profile,
        "list": facts.list_name,
        "lead": facts.lead_candidate,
        "commune": facts.commune,
        "signed": signed,
        "signed_on": facts.signed_on.isoformat() if facts.signed_on else None,
        "announced": facts.announced_measures,
        "level_mode": pact.level_mode,
    }
    lines = [f"{name}: {value}" for name, value in told.items() if value is not None]
    yield "facts", "textarea", {"text": lines}
    if pact.status != "complete":
        yield DOUBTFUL, "choices", {"choices": [DOUBTFUL]}


def interface() -> str:
    """The labelling interface of the project: XML for Label Studio's settings."""
    labels = "".join(f'\n    <Label value="{name}"/>' for name in (MEASURE, LEVEL, OBSERVATION, *STANCES))
    clauses = ",".join(STANCES)
    return f"""<View>
  <Style>.htx-text {{ white-space: pre-wrap; }}</Style>
  <Labels name="label" toName="text">{labels}
  </Labels>
  <Number name="measure" toName="text" perRegion="true" min="1"/>
{_choices("levels", _LEVEL_NAMES, f"{LEVEL},{clauses}", "multiple")}
{_choices("status", STATUSES, f"{MEASURE},{LEVEL}", "single")}
{_choices("marks", (PRINTED, *QUALIFIERS), LEVEL, "multiple")}
  <TextArea name="about" toName="text" perRegion="true" whenTagName="label" whenLabelValue="{clauses}" editable="true"/>
  <Text name="text" value="$text" granularity="word"/>
  <TextArea name="facts" toName="text" editable="true"/>
  <Choices name="{DOUBTFUL}" toName="text"><Choice value="{DOUBTFUL}"/></Choices>
</View>
"""


def _choices(name: str, values: Iterable[str], labels: str, choice: str) -> str:
    listed = "".join(f'<Choice value="{value}"/>' for value in values)
    when = f'whenTagName="label" whenLabelValue="{labels}"'
    return f'  <Choices name="{name}" toName="text" perRegion="true" {when} choice="{choice}">{listed}</Choices>'


# ── spaCy ──


def doc_bin_of(pact: Pact) -> bytes:
    """A DocBin of one Doc, French tokens: blocks, observations, clauses, quantities, references, organisations as
    `doc.spans`, labelled with their kinds, where `kb_id` tells the measure and levels ("9 N1 N2")."""
    import spacy
    from spacy.tokens import Doc, DocBin, Span

    plain = spacy.blank("fr").make_doc(pact.source.text)
    groups: dict[str, list[tuple[int, int, str, str]]] = {
        "blocks": [(b.start, b.end, b.kind, _about(b.measure, b.levels)) for b in pact.blocks],
        "observations": [(o.start, o.end, OBSERVATION, _about(o.measure, ())) for o in pact.observations],
        "clauses": [(c.start, c.end, c.stance, _about(c.measure, c.levels)) for c in pact.clauses],
    }
    edges = sorted({edge for spans in groups.values() for start, end, _, _ in spans for edge in (start, end)})
    words, spaces, starts = _cut([(token.idx, token.text, bool(token.whitespace_)) for token in plain], edges)
    doc = Doc(plain.vocab, words=words, spaces=spaces)
    ends = [start + len(word) for start, word in zip(starts, words, strict=True)]
    for name, spans in groups.items():
        doc.spans[name] = [
            Span(doc, bisect_left(starts, start), bisect_right(ends, end), label=label, kb_id=about)
            for start, end, label, about in spans
        ]
    doc.user_data["pact_id"] = pact.source.pact_id
    return DocBin(docs=[doc], store_user_data=True).to_bytes()


def _about(measure: int | None, levels: Sequence[int]) -> str:
    return " ".join(["*" if measure is None else str(measure), *(f"N{level}" for level in levels)])


def _cut(tokens: Sequence[tuple[int, str, bool]], edges: Sequence[int]) -> tuple[list[str], list[bool], list[int]]:
    """Words, whether a space follows, and where they begin: tokens, cut where a span begins or ends within one."""
    words, spaces, starts = [], [], []
    for start, text, spaced in tokens:
        within = edges[bisect_right(edges, start) : bisect_left(edges, start + len(text))]
        for left, right in zip([start, *within], [*within, start + len(text)], strict=True):
            words.append(text[left - start : right - start])
            spaces.append(False)
            starts.append(left)
        spaces[-1] = spaced
    return words, spaces, starts
