"""Labelled pacts: texts with their expectations written in by hand. The format is told in tests/corpus/README.md."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.model import Stance, Status

_KEY_RE = re.compile(r"%% (?P<key>[a-z_]+): (?P<value>.+)")
_MEASURE_RE = re.compile(r"%% measure (?P<measure>\d+) (?P<status>[a-z_]+)\s*(?::\s*(?P<levels>.*))?")
_LEVEL_RE = re.compile(r"(?P<open>\()?N(?P<level>\d)\)? (?P<status>[a-z_]+)(?P<marks>(?: [a-z]+)*)")
_CLAUSE_RE = re.compile(r"%% clause (?P<measure>\d+|\*) (?P<stance>[a-z_]+)(?P<levels>(?: \d)*)(?: = (?P<text>.+))?")
# "%% quantity 3 -40 %, by 2030"   "%% quantity 2 1 projet per an, at_least"   "%% quantity 13 by 2024"
_QUANTITY_RE = re.compile(
    r"""%%[ ]quantity[ ] (?P<measure>\d+|\*)
      (?: [ ] (?P<value>-?\d+(?:\.\d+)?) (?: [ ] (?P<unit>(?!per[ ])[^,]+?) )?? (?: [ ]per[ ] (?P<per>[^,]+) )? )?
      (?: ,[ ] (?P<comparator>[a-z]+_[a-z]+|about) )? (?: ,?[ ] by[ ] (?P<deadline>\d{4}) )?""",
    re.VERBOSE,
)
_REFERENCE_RE = re.compile(r"%% reference (?P<measure>\d+|\*) (?P<target>\d+)")
_ORGANISATION_RE = re.compile(r"%% organisation (?P<measure>\d+|\*) (?P<kind>[a-z]+) = (?P<name>.+)")
_MARK_RE = re.compile(r"⟦(?P<stance>[a-z_]+)(?P<levels>(?: \d)*)\|(?P<said>[^⟦⟧]*)⟧")
_FRAME_RE = re.compile(r"@(?P<frame>N\d|-) (?P<sentence>.*)")
_STATUSES = ("agreed", "refused", "not_competent", "done", "undecided", "unstated")
_STANCES = ("agree", "refuse", "not_competent", "done", "undecided", "condition", "except", "amend")
QUALIFIERS = ("conditional", "excepted", "amended")
FACTS = ("kind", "list", "lead", "commune", "signed", "signed_on", "announced", "level_mode")
_HEADING = "40 – Planter dans la commune"
_WORDINGS = ("Planter des arbres.", "Planter des haies.", "Planter des forêts.")


class LabelError(Exception):
    """A label that cannot be read; the text names file, line and remedy."""


@dataclass(frozen=True, slots=True)
class ExpectedLevel:
    status: Status
    marks: frozenset[str]
    listed: bool


@dataclass(frozen=True, slots=True)
class ExpectedMeasure:
    """`line` is that of the label; `start` and `end` enclose what stands between the label before and this one."""

    status: Status
    levels: dict[int, ExpectedLevel]
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class ExpectedClause:
    measure: int | None
    stance: Stance
    levels: tuple[int, ...]
    text: str | None
    line: int


Mention = tuple[object, ...]
"""A measure (None: the whole pact), and what is mentioned: value, unit, per, comparator and deadline of a quantity, the
target of a reference, kind and name of an organisation."""
MENTIONS = ("quantities", "references", "organisations")


@dataclass(slots=True)
class Labelled:
    """A text without its marks, and what they say of it. `observations` are texts with their lines."""

    path: Path
    line: int = 1
    text: str = ""
    forms: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)
    doubtful: bool = False
    measures: dict[int, ExpectedMeasure] | None = field(default_factory=dict)
    clauses: list[ExpectedClause] = field(default_factory=list)
    mentions: dict[str, list[tuple[Mention, int]]] | None = None
    """Quantities, references and organisations, with their lines; None where nobody labelled them."""
    observations: list[tuple[str, int]] = field(default_factory=list)


def read_corpus(folder: Path) -> list[Labelled]:
    """All labelled texts of a folder, in the order of their paths. Raises `LabelError` for one that cannot be read."""
    found: list[Labelled] = []
    for path in sorted(folder.rglob("*.txt")) if folder.is_dir() else [folder]:
        text = path.read_text("utf-8")
        found += _sentences(path, text) if path.name.startswith("sentences") else [_pact(path, text)]
    return found


def _pact(path: Path, marked: str) -> Labelled:
    labelled = Labelled(path)
    kept: list[str] = []
    length, since, opened = 0, 0, None
    for number, line in enumerate(marked.split("\n"), start=1):
        if line.startswith("%%"):
            since = _expectation(labelled, line, number, since, length)
            continue
        for part in re.split(r"([⟦⟧])", line):
            if part == "⟦":
                opened = (length, number)
            elif part == "⟧":
                if opened is None:
                    raise LabelError(f"{path}:{number}: ⟧ without its ⟦: add it")
                labelled.observations.append(("".join(kept)[opened[0] :].strip(), opened[1]))
                opened = None
            else:
                kept.append(part)
                length += len(part)
        kept.append("\n")
        length += 1
    if opened is not None:
        raise LabelError(f"{path}:{opened[1]}: ⟦ without its ⟧: add it")
    labelled.text = "".join(kept).rstrip("\n") + "\n"
    return labelled


def _expectation(labelled: Labelled, line: str, number: int, since: int, length: int) -> int:
    """Take in one line of expectations; where the text of the next measure begins."""
    where = f"{labelled.path}:{number}"
    if line == "%% doubtful":
        labelled.doubtful = True
    elif line == "%% mentions":
        labelled.mentions = {name: [] for name in MENTIONS}
    elif (mention := _mention(line)) is not None:
        if labelled.mentions is None:
            raise LabelError(f"{where}: a mention, and nothing says that all are labelled: write “%% mentions” above")
        labelled.mentions[mention[0]].append((mention[1], number))
    elif match := _KEY_RE.fullmatch(line):
        if match["key"] == "form":
            labelled.forms = tuple(re.split(r"[, ]+", match["value"]))
        elif match["key"] in FACTS:
            labelled.facts[match["key"]] = match["value"].strip()
        else:
            raise LabelError(f"{where}: {match['key']} is not known: use one of {', '.join(FACTS)}")
    elif match := _MEASURE_RE.fullmatch(line):
        assert labelled.measures is not None
        status = _one_of(match["status"], _STATUSES, where)
        if int(match["measure"]) in labelled.measures:
            raise LabelError(f"{where}: measure {match['measure']} is labelled twice: remove one")
        levels = _levels(match["levels"] or "", where)
        labelled.measures[int(match["measure"])] = ExpectedMeasure(status, levels, number, since, length)  # type: ignore[arg-type]
        return length
    elif match := _CLAUSE_RE.fullmatch(line):
        stance = _one_of(match["stance"], _STANCES, where)
        measure = None if match["measure"] == "*" else int(match["measure"])
        named = tuple(map(int, match["levels"].split()))
        labelled.clauses.append(ExpectedClause(measure, stance, named, match["text"], number))  # type: ignore[arg-type]
    else:
        raise LabelError(f"{where}: not a label: write it as tests/corpus/README.md tells")
    return since


def _mention(line: str) -> tuple[str, Mention] | None:
    """A quantity, reference or organisation that a line labels; None where it labels none."""
    if match := _QUANTITY_RE.fullmatch(line):
        value = None if match["value"] is None else float(match["value"])
        comparator = None if value is None else match["comparator"] or "exactly"
        deadline = None if match["deadline"] is None else int(match["deadline"])
        if value is not None or deadline is not None:
            return "quantities", (_whose(match), value, match["unit"], match["per"], comparator, deadline)
    if match := _REFERENCE_RE.fullmatch(line):
        return "references", (_whose(match), int(match["target"]))
    if match := _ORGANISATION_RE.fullmatch(line):
        return "organisations", (_whose(match), match["kind"], match["name"])
    return None


def _whose(match: "re.Match[str]") -> int | None:
    return None if match["measure"] == "*" else int(match["measure"])


def _levels(written: str, where: str) -> dict[int, ExpectedLevel]:
    levels = {}
    for part in filter(None, (part.strip() for part in written.split(","))):
        match = _LEVEL_RE.fullmatch(part)
        if match is None:
            raise LabelError(f"{where}: {part!r} is not a level: write “N2 agreed” or “(N2) refused”")
        marks = frozenset(_one_of(mark, QUALIFIERS, where) for mark in match["marks"].split())
        status = _one_of(match["status"], _STATUSES, where)
        levels[int(match["level"])] = ExpectedLevel(status, marks, match["open"] is None)  # type: ignore[arg-type]
    return levels


def _one_of(word: str, among: tuple[str, ...], where: str) -> str:
    if word not in among:
        raise LabelError(f"{where}: {word!r} is not known: use one of {', '.join(among)}")
    return word


def _sentences(path: Path, text: str) -> list[Labelled]:
    lines = enumerate(text.split("\n"), start=1)
    return [_sentence(path, n, line) for n, line in lines if line.strip() and not line.startswith("#")]


def _sentence(path: Path, number: int, line: str) -> Labelled:
    """A sentence as a pact of one measure, under the levels that its frame asks for."""
    frame = _FRAME_RE.fullmatch(line)
    marked = (frame["sentence"] if frame else line).replace("⏎", "\n").strip()
    clauses = []
    for match in _MARK_RE.finditer(marked):
        said = re.match(r"[^{]*\{(.*)\}", match["said"], re.DOTALL)
        levels = tuple(map(int, match["levels"].split()))
        stance = _one_of(match["stance"], _STANCES, f"{path}:{number}")
        clauses.append(ExpectedClause(40, stance, levels, said[1] if said else None, number))  # type: ignore[arg-type]
    sentence = "\n".join(part.strip() for part in re.sub(r"[{}]", "", _MARK_RE.sub(r"\g<said>", marked)).split("\n"))
    if re.search(r"[⟦⟧]", sentence):
        raise LabelError(f"{path}:{number}: a mark that is not “⟦stance levels|…⟧”: correct it")
    printed = [f"N{n} • {wording}" for n, wording in enumerate(_WORDINGS, start=1)]
    above, below = printed, printed[:0]
    if frame and frame["frame"] == "-":
        above = []
    elif frame:  # under its level, others behind it, so that it cannot be about all of them
        own = int(frame["frame"][1]) - 1
        above, below = [printed[own]], printed[:own] + printed[own + 1 :]
    text = "\n".join([_HEADING, *above, sentence, *below]) + "\n"
    return Labelled(
        path, number, text, ("sentence",), measures=None, clauses=clauses, observations=[(sentence, number)]
    )
