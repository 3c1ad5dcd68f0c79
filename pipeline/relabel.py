"""What was corrected in Label Studio, as labelled texts of the corpus: the way back of `annotate`."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, TypeAdapter, ValidationError

from pipeline.annotate import DOUBTFUL, LEVEL, MEASURE, OBSERVATION, PRINTED, STANCES, Region
from pipeline.labels import FACTS, QUALIFIERS, LabelError


class _Value(BaseModel):
    start: int = 0
    end: int = 0
    text: str | list[str] | None = None
    labels: list[str] = []
    choices: list[str] = []
    number: int | None = None


class _Result(BaseModel):
    """What one control says of one region. A relation between two has neither id nor value."""

    id: str = ""
    from_name: str = ""
    value: _Value = _Value()


class _Annotation(BaseModel):
    result: list[_Result]
    was_cancelled: bool = False
    updated_at: str = ""


class _Data(BaseModel):
    pact_id: str
    text: str


class _Task(BaseModel):
    data: _Data
    annotations: list[_Annotation]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A text and what people say of it: `regions`, `facts` as lines ("list: Vivre mieux")."""

    pact_id: str
    text: str
    regions: tuple[Region, ...]
    facts: tuple[str, ...]
    doubtful: bool


def read_export(data: bytes, where: str) -> list[Corrected]:
    """The tasks of an export of Label Studio ("JSON") that someone annotated.

    Raises `LabelError` for what is no such export, or an annotation that cannot be a label; errors call it `where`.
    """
    try:
        tasks = TypeAdapter(list[_Task]).validate_json(data)
    except ValidationError as error:
        first = error.errors()[0]
        told = f"{'.'.join(map(str, first['loc']))}: {first['msg']}".removeprefix(": ")
        remedy = "export the project from Label Studio as JSON (not JSON-MIN), of tasks that pacte annotate made"
        raise LabelError(f"{where}: {told}: {remedy}") from None
    found = []
    for task in tasks:
        done = [each for each in task.annotations if not each.was_cancelled]
        if done:
            last = max(done, key=lambda each: each.updated_at)
            found.append(_corrected(task.data, last.result, f"{where}: {task.data.pact_id}"))
    return found


def _corrected(data: _Data, results: Sequence[_Result], where: str) -> Corrected:
    values: dict[str, dict[str, _Value]] = defaultdict(dict)
    for result in results:
        values[result.id][result.from_name] = result.value
    regions = [_region(said, data.text, where) for said in values.values() if "label" in said]
    facts = [line.strip() for said in values.values() for line in _lines(said.get("facts")) if line.strip()]
    return Corrected(
        pact_id=data.pact_id,
        text=data.text,
        regions=tuple(sorted(regions, key=lambda region: region.start)),
        facts=tuple(facts),
        doubtful=any(said[DOUBTFUL].choices for said in values.values() if DOUBTFUL in said),
    )


def _lines(value: _Value | None) -> list[str]:
    written = value.text if value is not None else None
    return [line for text in ([written] if isinstance(written, str) else written or []) for line in text.split("\n")]


def _region(said: Mapping[str, _Value], text: str, where: str) -> Region:
    nothing = _Value()
    value, label = said["label"], "".join(said["label"].labels)
    start, end = _span(value, text, where)
    what = f"{where}: “{text[start:end][:40]}”"
    if label not in (MEASURE, LEVEL, OBSERVATION, *STANCES):
        raise LabelError(f"{what}: {value.labels} is not one label of pacte annotate: choose one")
    number = said.get("measure", nothing).number
    status = "".join(said.get("status", nothing).choices) or None
    levels = said.get("levels", nothing).choices
    if number is None and label in (MEASURE, LEVEL):
        raise LabelError(f"{what}: a {label} without the number of its measure: give it")
    if status is None and label in (MEASURE, LEVEL):
        raise LabelError(f"{what}: a {label} without status: choose it")
    if label == LEVEL and len(levels) != 1:
        raise LabelError(f"{what}: a level has one number: choose it")
    return Region(
        label=label,
        start=start,
        end=end,
        measure=number,
        levels=tuple(sorted(int(name.removeprefix("N")) for name in levels)),
        status=status,
        marks=tuple(said.get("marks", nothing).choices),
        about="\n".join(_lines(said.get("about"))) or None,
    )


def _span(value: _Value, text: str, where: str) -> tuple[int, int]:
    """Offsets in code points. Old versions of Label Studio count UTF-16 units, which the text that it gives betrays."""
    start, end, said = value.start, value.end, value.text
    if not isinstance(said, str) or text[start:end] == said:
        return start, end
    units = text.encode("utf-16-le")
    start, end = (len(units[: 2 * at].decode("utf-16-le", "ignore")) for at in (start, end))
    if text[start:end] != said:
        raise LabelError(f"{where}: “{said[:40]}” does not stand where it is said to: mark it anew")
    return start, end


def labelled_text(corrected: Corrected) -> str:
    """The labelled text that `labels.read_corpus` reads. Raises `LabelError` for a text that cannot hold the marks."""
    text = corrected.text if corrected.text.endswith("\n") else corrected.text + "\n"
    if re.search(r"[⟦⟧]|^%%", text, re.MULTILINE):
        raise LabelError(
            f"{corrected.pact_id}: holds ⟦, ⟧ or a line that begins with %%, which are the marks of labels"
        )
    head = [*_fact_lines(corrected), *(["%% doubtful"] if corrected.doubtful else [])]
    inserts: list[tuple[int, int, str]] = []
    for region in corrected.regions:
        if region.label == OBSERVATION:
            inserts += [(region.start, 2, "⟦"), (region.end, 0, "⟧")]
    inserts += [(at, 1, "".join(f"{line}\n" for line in lines)) for at, lines in _expectations(corrected, text)]
    parts, at = ["".join(f"{line}\n" for line in head)], 0
    for offset, _, mark in sorted(inserts):
        parts += [text[at:offset], mark]
        at = offset
    return "".join([*parts, text[at:]])


def _fact_lines(corrected: Corrected) -> Iterator[str]:
    for fact in corrected.facts:
        name, _, value = fact.partition(": ")
        if name not in FACTS or not value:
            raise LabelError(
                f"{corrected.pact_id}: {fact!r} is no fact: write “list: Vivre mieux”, with {', '.join(FACTS)}"
            )
        yield f"%% {fact}"


def _expectations(corrected: Corrected, text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines of each measure, and where they go: at the end of its text, before the next heading."""
    headings = [region for region in corrected.regions if region.label == MEASURE]
    counts = Counter(heading.measure for heading in headings)
    twice = next((measure for measure, count in counts.items() if count > 1), None)
    if twice is not None:
        raise LabelError(f"{corrected.pact_id}: measure {twice} is marked twice: leave the label on its first heading")
    ends = [text.rfind("\n", 0, heading.start) + 1 for heading in headings[1:]] + [len(text)] * bool(headings)
    known = {heading.measure for heading in headings}
    for heading, end in zip(headings, ends, strict=True):
        yield end, _of_measure(heading, corrected.regions)
    rest = [region for region in corrected.regions if region.label in (LEVEL, *STANCES) and region.measure not in known]
    lost = next((region for region in rest if region.measure is not None), None)
    if lost is not None:
        raise LabelError(f"{corrected.pact_id}: measure {lost.measure} is spoken of and not marked: mark its heading")
    if rest:
        yield len(text), [_clause_line(region) for region in rest]


def _of_measure(heading: Region, regions: Sequence[Region]) -> list[str]:
    own = [region for region in regions if region.measure == heading.measure]
    levels = sorted((region for region in own if region.label == LEVEL), key=lambda region: region.levels)
    told = ", ".join(_level(region) for region in levels)
    line = f"%% measure {heading.measure} {heading.status}{' : ' + told if told else ''}"
    return [line, *(_clause_line(region) for region in own if region.label in STANCES)]


def _level(region: Region) -> str:
    name = f"N{region.levels[0]}"
    marks = [mark for mark in QUALIFIERS if mark in region.marks]
    return " ".join([name if PRINTED in region.marks else f"({name})", region.status or "", *marks])


def _clause_line(region: Region) -> str:
    levels = "".join(f" {level}" for level in region.levels)
    about = "" if region.about is None else " = " + " ".join(region.about.split())
    return f"%% clause {'*' if region.measure is None else region.measure} {region.label}{levels}{about}"
