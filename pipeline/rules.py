"""Rule files to checked, compiled rules. A mistake in a file is told with file, line, rule id and remedy."""

import csv
import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import regex
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from regex import Pattern

from pipeline.fold import plain

R = TypeVar("R", bound="_Rule")
RULES = Path(__file__).resolve().parent.parent / "rules"
DEFAULT_KIND = "pacte-transition"
TIMEOUT = 1.0
"""Seconds that one pattern may take on one line before the line is given up as unknown."""


class RuleError(Exception):
    """A rule file that cannot be used; the text names file, line, rule and remedy."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Rule(_Strict):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]+$")
    why: str = Field(min_length=10)
    match: tuple[str, ...] = Field(min_length=1)
    no_match: tuple[str, ...] = Field(min_length=1)


class _RegexRule(_Rule):
    regex: str

    @cached_property
    def compiled(self) -> "Pattern[str]":
        return regex.compile(self.regex, regex.VERBOSE | regex.V0)

    @model_validator(mode="after")
    def _compiles(self) -> "_RegexRule":
        try:
            self.compiled  # noqa: B018 - compiled here so that a mistake shows on loading
        except regex.error as error:
            raise ValueError(f"the pattern does not compile ({error}): correct `regex`") from None
        return self


class LineRule(_RegexRule):
    """Which lines open a block of `kind`. The first rule in the file that matches the whole line takes it.

    `continues`: it only goes on with the observation before. `inline`: it may also open a later sentence of a
    level's line. `next`: only before a block of that kind. `diagnostic`: the code of a warning to give.
    """

    kind: Literal["furniture", "closing", "observation", "principle", "level", "measure", "item", "theme"]
    on: Literal["plain", "shape"] = "plain"
    evidence: Literal["cue", "label"] | None = None
    continues: bool = False
    inline: bool = False
    next: Literal["measure"] | None = None
    diagnostic: str | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> "LineRule":
        literals = re.sub(r"\\.|\(\?P?<\w+>|#.*", "", self.regex)
        wrong = sorted({char for char in literals if self.on == "plain" and plain(char) != char})
        if wrong:
            raise ValueError(f"{' '.join(wrong)} cannot match a folded line: write {plain(''.join(wrong))!r}")
        if (self.kind == "observation") != (self.evidence is not None):
            raise ValueError("`evidence` goes with kind = 'observation', and only there: add or remove it")
        return self


class FactRule(_RegexRule):
    """A pattern whose named groups are facts about the document."""

    within: tuple[Literal["header", "introduction", "closing"], ...]
    signed: bool | None = None


class _TokenRule(_Rule):
    patterns: tuple[tuple[dict[str, Any], ...], ...] = Field(min_length=1)

    @cached_property
    def folded(self) -> list[list[dict[str, Any]]]:
        return [[_fold_token(token) for token in pattern] for pattern in self.patterns]


class ReferenceRule(_TokenRule):
    means: Literal["all", "none", "this", "measure", "others", "up_to", "from"]


class ClauseRule(_TokenRule):
    """A cue: what it means, where its levels stand, and what its text is."""

    role: Literal["real", "pseudo", "terminating"] = "real"
    stance: Literal["agree", "refuse", "not_competent", "done", "undecided", "condition", "except", "amend"] | None = (
        None
    )
    levels: Literal["after", "before", "either"] = "either"
    text: Literal["aside", "cue", "rest"] = "aside"

    @model_validator(mode="after")
    def _has_stance(self) -> "ClauseRule":
        if (self.role == "real") != (self.stance is not None):
            raise ValueError("`stance` goes with role = 'real', and only there: add or remove it")
        return self


class LevelWords(_Strict):
    numbers: tuple[int, ...] = Field(min_length=1)
    prefixes: tuple[str, ...]
    nouns: tuple[str, ...]


class _Kind(_Strict):
    title: str
    edition: str
    levels: LevelWords


@dataclass(frozen=True, slots=True)
class CatalogueMeasure:
    """A measure of the catalogue; `short` says that the title is a name for it, not the printed one."""

    title: str
    short: bool
    levels: dict[int, str]


@dataclass(frozen=True)
class Rules:
    """All rules of one kind of pact."""

    name: str
    title: str
    edition: str
    words: LevelWords
    lines: tuple[LineRule, ...]
    facts: tuple[FactRule, ...]
    references: tuple[ReferenceRule, ...]
    clauses: tuple[ClauseRule, ...]
    catalogue: dict[int, CatalogueMeasure]
    fingerprint: str


def load(folder: Path = RULES / DEFAULT_KIND) -> Rules:
    """Load and check the rules of one kind. Raises `RuleError` for anything that is not right in them."""
    if not folder.is_dir():
        raise RuleError(f"{folder}: no such folder of rules: name one that holds kind.toml")
    kind = _load_kind(folder / "kind.toml")
    lines = _load_rules(folder / "structure.toml", LineRule)
    facts = _load_rules(folder / "facts.toml", FactRule)
    references = _load_rules(folder / "references.toml", ReferenceRule)
    clauses = _load_rules(folder / "clauses.toml", ClauseRule)
    _check_unique(folder, [rule.id for rules in (lines, facts, references, clauses) for rule in rules])
    digest = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return Rules(
        name=folder.name,
        title=kind.title,
        edition=kind.edition,
        words=kind.levels,
        lines=lines,
        facts=facts,
        references=references,
        clauses=clauses,
        catalogue=_load_catalogue(folder, kind.levels.numbers),
        fingerprint=digest.hexdigest()[:16],
    )


def _load_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise RuleError(f"{path}: cannot be read ({error.strerror}): restore the file") from None
    except UnicodeDecodeError:
        raise RuleError(f"{path}: is not UTF-8: save it as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"{path}: is not TOML: {error}: correct that line") from None


def _load_kind(path: Path) -> _Kind:
    try:
        return _Kind.model_validate(_load_toml(path))
    except ValidationError as error:
        raise RuleError(f"{path}: {_explain(error)}") from None


def _load_rules(path: Path, model: type[R]) -> tuple[R, ...]:
    rows = _load_toml(path).get("rule", [])
    if not rows:
        raise RuleError(f"{path}: holds no [[rule]]: add one, or restore the file")
    return tuple(_load_rule(path, index, row, model) for index, row in enumerate(rows))


def _load_rule(path: Path, index: int, row: dict[str, Any], model: type[R]) -> R:
    try:
        return model.model_validate(row)
    except ValidationError as error:
        heads = re.finditer(r"^\[\[rule\]\]", path.read_text("utf-8"), re.MULTILINE)
        line = path.read_text("utf-8")[: list(heads)[index].start()].count("\n") + 1
        raise RuleError(f"{path}:{line}: rule {row.get('id', '?')}: {_explain(error)}") from None


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")


def _check_unique(folder: Path, ids: list[str]) -> None:
    twice = sorted({name for name in ids if ids.count(name) > 1})
    if twice:
        raise RuleError(f"{folder}: rule {twice[0]}: the id stands twice: rename one of them")


def _load_catalogue(folder: Path, numbers: tuple[int, ...]) -> dict[int, CatalogueMeasure]:
    wordings: dict[int, dict[int, str]] = {}
    for line, row in _read_csv(folder / "levels.csv", ["measure", "level", "text"]):
        if not row["measure"].isdecimal() or row["level"] not in [str(number) for number in numbers]:
            raise RuleError(f"{folder / 'levels.csv'}:{line}: measure and level must be numbers of the kind")
        wordings.setdefault(int(row["measure"]), {})[int(row["level"])] = row["text"]
    catalogue: dict[int, CatalogueMeasure] = {}
    for line, row in _read_csv(folder / "measures.csv", ["measure", "title", "short"]):
        where = f"{folder / 'measures.csv'}:{line}"
        if not row["measure"].isdecimal() or row["short"] not in ("true", "false"):
            raise RuleError(f"{where}: `measure` must be a number, `short` true or false")
        if int(row["measure"]) in catalogue:
            raise RuleError(f"{where}: measure {row['measure']} stands twice: remove one")
        number = int(row["measure"])
        catalogue[number] = CatalogueMeasure(row["title"], row["short"] == "true", wordings.pop(number, {}))
    if wordings:
        raise RuleError(f"{folder / 'levels.csv'}: measure {min(wordings)} is not in measures.csv: add it there")
    return catalogue


def _read_csv(path: Path, columns: list[str]) -> list[tuple[int, dict[str, str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = [(reader.line_num, row) for row in reader]
    except OSError as error:
        raise RuleError(f"{path}: cannot be read ({error.strerror}): restore the file") from None
    if list(reader.fieldnames or []) != columns or any(None in (*row, *row.values()) for _, row in rows):
        raise RuleError(f"{path}: the columns must be {','.join(columns)} in every row: correct the file")
    return rows


def _fold_token(token: dict[str, Any]) -> dict[str, Any]:
    """Fold the words of a token pattern; labels and operators stay as they are."""
    return {key: _fold_value(value) if key in ("LOWER", "TEXT") else value for key, value in token.items()}


def _fold_value(value: Any) -> Any:
    if isinstance(value, str):
        return plain(value)
    if isinstance(value, dict):
        return {k: v if k == "REGEX" else [plain(w) for w in v] for k, v in value.items()}
    return value
