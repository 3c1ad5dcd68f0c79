"""Rule files to checked, compiled rules. A mistake in a file is told with file, line, rule id and remedy."""

import csv
import hashlib
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

import regex
from pydantic import Field, ValidationError, model_validator
from regex import Pattern

from pipeline.fold import plain
from pipeline.model import OrganisationKind, Stance
from pipeline.patterns import compile_once, kept
from pipeline.ticks import BOX, CHECKED, EMPTY, SIGNS, TICK
from pipeline.words import LevelWords, MeasureWords, Strict, any_of

R = TypeVar("R", bound="_Rule")
RULES = Path(__file__).resolve().parent.parent / "rules"
DEFAULT_KIND = "pacte-transition"
TIMEOUT = 1.0
"""Seconds that one pattern may take on one line before the line is given up as unknown."""


FIRST = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZàâäçéèêëîïôöùûüÀÂÇÉÈÊËÎÏÔÖÙÛÜ0123456789•-·*#\"'(["
)
"""The characters with which nearly all lines begin; of others a rule is always tried."""
_SECOND = ("", "q", " q", "1", "'")


class RuleError(Exception):
    """A rule file that cannot be used; the text names file, line, rule and remedy."""


class _Rule(Strict):
    id: str = Field(pattern=r"^[a-z][a-z0-9-]+$")
    why: str = Field(min_length=10)
    match: tuple[str, ...] = Field(min_length=1)
    no_match: tuple[str, ...] = Field(min_length=1)


class _RegexRule(_Rule):
    """`written` is the pattern as the file has it, `regex` with its placeholders filled in."""

    regex: str
    written: str = ""

    @cached_property
    def compiled(self) -> "Pattern[str]":
        return compile_once(self.regex)

    @model_validator(mode="after")
    def _compiles(self) -> "_RegexRule":
        try:
            self.compiled  # noqa: B018 - compiled here so that a mistake shows on loading
        except regex.error as error:
            raise ValueError(f"the pattern does not compile ({error}): correct `regex`") from None
        return self


class LineRule(_RegexRule):
    """Which lines open a block of `kind`. The first rule in the file that matches the whole line takes it.

    `continues`: it only goes on with the observation before. `closes`: it may also
    stand behind the last colon or dash of a line. `inline`: it may also open a later sentence of a
    level's line. `next`: only before a block of that kind. `diagnostic`: the code of a warning to give.
    `sure`: a measure only where the catalogue confirms it. `about`: the observation is about the whole pact.
    `answers`: its first words are an answer, which may begin with a small letter behind a line that is not wrapped.
    `longest`: no longer line, in characters, is tried. `needs`: only a line that holds one of these is tried
    ("%BOX%": a sign of a box). `holds`: a pattern that stands in every match; in a long line the rule is not tried
    behind the last of them.
    """

    @cached_property
    def starts(self) -> frozenset[str]:
        """The characters of `FIRST` with which a line that the rule matches can begin."""
        # A second character lets the patterns decide that must not begin with some word ("(?!mesure)").
        return frozenset(
            char for char in FIRST if any(self.compiled.fullmatch(char + more, partial=True) for more in _SECOND)
        )

    kind: Literal["furniture", "contents", "closing", "observation", "principle", "level", "measure", "item", "theme"]
    on: Literal["plain", "shape"] = "plain"
    evidence: Literal["cue", "label"] | None = None
    continues: bool = False
    inline: bool = False
    closes: bool = False
    next: Literal["measure"] | None = None
    sure: bool = False
    answers: bool = False
    longest: int | None = None
    needs: tuple[str, ...] = ()
    holds: str | None = None
    about: Literal["pact"] | None = None
    diagnostic: str | None = None

    @cached_property
    def held(self) -> "Pattern[str] | None":
        """The pattern `holds`."""
        return None if self.holds is None else compile_once(self.holds)

    @model_validator(mode="after")
    def _is_whole(self) -> "LineRule":
        literals = re.sub(r"\\.|\(\?P?<\w+>|#.*|%[A-Z]+%", "", self.written)
        wrong = sorted({char for char in literals if self.on == "plain" and plain(char) != char})
        if wrong:
            raise ValueError(f"{' '.join(wrong)} cannot match a folded line: write {plain(''.join(wrong))!r}")
        if (self.kind == "observation") != (self.evidence is not None):
            raise ValueError("`evidence` goes with kind = 'observation', and only there: add or remove it")
        return self


class FactRule(_RegexRule):
    """A pattern whose named groups are facts about the document; "^" and "$" are the ends of a line.

    `needs`: one of these stands, folded, in every text that the rule finds something in; without it it is not tried.
    """

    within: tuple[Literal["header", "introduction", "closing"], ...]
    needs: tuple[str, ...] = ()
    signed: bool | None = None

    @cached_property
    def compiled(self) -> "Pattern[str]":
        return compile_once(self.regex, regex.MULTILINE)


class MentionRule(_RegexRule):
    """A pattern for a measure that is referred to, a quantity, or a year by which; its groups say what it finds.

    `needs`: one of these, or a `figure`, stands in every text that the rule finds something in. `holds`: a simpler
    pattern that stands in every match; where it is not found the rule is not tried. `prefix`:
    whether `Rules.before_number` may, or must, stand right before it. `not_after`: folded words right before which make
    it none.
    """

    fact: Literal["reference", "quantity", "deadline"]
    needs: tuple[str, ...] = ()
    figure: bool = False
    holds: str
    prefix: Literal["may", "must"] | None = None
    not_after: str | None = None

    @cached_property
    def held(self) -> "re.Pattern[str]":
        """The pattern `holds`."""
        return re.compile(self.holds, re.VERBOSE)

    @cached_property
    def stopped(self) -> "re.Pattern[str] | None":
        """The pattern `not_after`."""
        return None if self.not_after is None else re.compile(self.not_after, re.VERBOSE)


class Unit(Strict):
    """A unit as the tables have it, the forms in which it is printed, and how many of it one of these is."""

    unit: str
    forms: str
    factor: float = 1.0

    @cached_property
    def compiled(self) -> "Pattern[str]":
        return compile_once(self.forms)


_ASKABLE = frozenset(
    ["LOWER", "TEXT", "LENGTH", "SHAPE", "IS_ALPHA", "IS_ASCII", "IS_DIGIT", "IS_PUNCT", "LIKE_NUM", "ENT_TYPE", "OP"]
)
"""What a token pattern may ask for: what a match is remembered by, a word's text and whether a level stands there."""


class _TokenRule(_Rule):
    patterns: tuple[tuple[dict[str, Any], ...], ...] = Field(min_length=1)

    @cached_property
    def folded(self) -> list[list[dict[str, Any]]]:
        return [[_fold_token(token) for token in pattern] for pattern in self.patterns]

    @model_validator(mode="after")
    def _is_spacys(self) -> "_TokenRule":
        # spaCy's own schema, which refuses misspelt attributes and operators.
        from spacy.schemas import validate_token_pattern

        for number, pattern in enumerate(self.folded, start=1):
            for error in validate_token_pattern(pattern):
                raise ValueError(f"pattern {number} is not spaCy's ({error}): correct `patterns`")
            strange = sorted({name for token in pattern for name in token} - _ASKABLE)
            if strange:
                raise ValueError(f"pattern {number} asks for {strange[0]}: ask only for {', '.join(sorted(_ASKABLE))}")
        return self


class ReferenceRule(_TokenRule):
    """A way to name levels; `levels` are those of means = "these"."""

    means: Literal[
        "all", "none", "this", "measure", "others", "up_to", "from", "below", "above", "beyond", "some", "these"
    ]
    levels: tuple[int, ...] = ()

    @model_validator(mode="after")
    def _has_levels(self) -> "ReferenceRule":
        if (self.means == "these") != bool(self.levels):
            raise ValueError("`levels` goes with means = 'these', and only there: add or remove it")
        return self


class ClauseRule(_TokenRule):
    """A cue: what it means, what it means in a negation, where its levels stand, and what its text is.

    `about`: "own" asks that nothing but the measure can be its object, "level" that a level or the measure is named.
    `follows`: only after a cue of that stance. `same`: it says what was said before. `clause`: it opens a subordinate
    clause, whose words say nothing of their own. `bound`: only beside an agreement. `alone`: what a qualifier asserts
    where nothing is agreed to that it could qualify. `weak`: a comment, where
    another sentence says yes or no outright. `look`: so many last tokens of
    its patterns are looked at and not part of it. `participle`: only behind an auxiliary, a level or a stop. `worded`:
    it says something only where its text is what one level says. `opens`: only at the head of a sentence.
    """

    role: Literal["real", "pseudo", "terminating"] = "real"
    stance: Stance | None = None
    denied: Stance | None = None
    levels: Literal["after", "before", "either"] = "either"
    text: Literal["aside", "cue", "rest", "before", "around"] = "aside"
    about: Literal["level", "own", "any"] = "any"
    follows: Stance | None = None
    look: int = 0
    bound: bool = False
    alone: Stance | None = None
    weak: bool = False
    participle: bool = False
    worded: bool = False
    opens: bool = False
    same: bool = False
    clause: bool = False

    @model_validator(mode="after")
    def _has_stance(self) -> "ClauseRule":
        if (self.role == "real") != (self.stance is not None or self.denied is not None or self.same):
            raise ValueError("`stance` or `denied` goes with role = 'real', and only there: add or remove it")
        return self


class OrganisationRule(_TokenRule):
    """A body that observations name: its one spelling (without `name`, what is printed), and what kind of body it is.

    `named`: a name of its own may follow, which is then its spelling ("l'association Les Jardins de Tobie"); `proper`:
    it must. `capital`: only where the body is printed with a capital. `body`: a pattern for those words of a match that
    are the body; the others only tell that it is one.
    """

    name: str | None = None
    kind: OrganisationKind
    named: bool = False
    proper: bool = False
    capital: bool = False
    body: str | None = None

    @cached_property
    def is_body(self) -> "re.Pattern[str]":
        """A pattern for the folded words that are the body itself."""
        return re.compile(self.body or ".+")


class _Kind(Strict):
    title: str
    edition: str
    year: int | None = None
    names: tuple[str, ...] = ()
    levels: LevelWords
    measures: MeasureWords = MeasureWords()


@dataclass(frozen=True, slots=True)
class CatalogueMeasure:
    """A measure of the catalogue, as printed: its label ("12", "A3"), its title, its levels' wordings.

    `short` says that the title is a name for it, not the printed one.
    """

    label: str
    title: str
    short: bool
    levels: dict[int, str]


@dataclass(frozen=True)
class Rules:
    """All rules of one kind of pact."""

    name: str
    title: str
    edition: str
    names: tuple[str, ...]
    words: LevelWords
    lines: tuple[LineRule, ...]
    facts: tuple[FactRule, ...]
    references: tuple[ReferenceRule, ...]
    clauses: tuple[ClauseRule, ...]
    catalogue: dict[int, CatalogueMeasure]
    classes: dict[str, str]
    measures: MeasureWords
    year: int | None
    """That of the election: a pact sets no deadline before it."""
    mentions: tuple[MentionRule, ...]
    not_nouns: "re.Pattern[str]"
    """Words behind a number that are nothing to be counted, folded."""
    before_number: "Pattern[str]"
    """What stands right before a number and says how it is meant, to the end of the text that it is looked for in."""
    units: tuple[Unit, ...]
    numbers: dict[str, float]
    """What number words and fractions are worth, by their folded forms."""
    organisations: tuple[OrganisationRule, ...]
    fingerprint: str

    @cached_property
    def glue(self) -> "re.Pattern[str]":
        """A pattern for the level of a row with the number of the next glued to it: "Niveau 22Financer"."""
        nouns = "|".join(sorted(map(plain, self.words.nouns), key=len, reverse=True))
        digits, upper = "".join(map(str, self.words.numbers)), r"[^\W\d_a-zà-öø-ÿ]"
        return re.compile(
            rf"(?:{nouns})\s*[{digits}](?=\s*0*(?:{self.measures.label})\s*(?-i:{upper}))", re.VERBOSE | re.IGNORECASE
        )

    @cached_property
    def head(self) -> "Pattern[str]":
        """A pattern for levels where a title would begin, and what follows: "niveaux 1 et 2. Le 3 est trop cher"."""
        return compile_once(
            rf"(?:(?i:les?|aux?)\s++)?{self.words.several}\s*+(?P<rest>(?:[.;]\s*+$|[.;,(]|\p{{Ll}}).*|)"
        )

    @cached_property
    def tail(self) -> "Pattern[str]":
        """A pattern for levels at the end of a heading: " (niveau 2)", " – N1 et N2", ").Niveau 2"."""
        several, signs = self.words.several, r"[\[(:=→>|-]"
        return regex.compile(
            # What stands before the levels is looked for from its first character on, and from nowhere inside it.
            rf"(?:(?<!\s)\s++(?:{signs}++\s*+)?|(?<!\s|{signs}){signs}++\s*+|(?<=[\p{{Ll}}).…]))"
            rf"(?P<levels>{several})\s*+(?:[\])]\s*+)?(?:[.;]\s*+)?$",
            regex.VERBOSE | regex.V0,
        )


def kinds(folder: Path = RULES) -> list[str]:
    """The kinds of pact that there are rules for, the default first."""
    found = sorted(path.parent.name for path in folder.glob("*/kind.toml"))
    return sorted(found, key=lambda name: name != DEFAULT_KIND)


def fingerprint(folder: Path) -> str:
    """The hash of the rule files of one kind, its own and the common ones.

    Raises `RuleError` where there is no such kind.
    """
    if not folder.is_dir():
        raise RuleError(f"{folder}: no such folder of rules: name one that holds kind.toml")
    digest = hashlib.sha256()
    for path in sorted([*folder.iterdir(), *(folder.parent / "common").iterdir()]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def load(folder: Path = RULES / DEFAULT_KIND) -> Rules:
    """Load and check the rules of one kind: its own, then those in `common` beside it, in this order.

    Raises `RuleError` for anything that is not right in them.
    """
    if not folder.is_dir():
        raise RuleError(f"{folder}: no such folder of rules: name one that holds kind.toml")
    if folder.parent != RULES:
        return _load(folder)
    with kept(folder.name, fingerprint(folder)):
        return _load(folder)


def _load(folder: Path) -> Rules:
    kind = _load_kind(folder / "kind.toml")
    common = folder.parent / "common"
    fill = _Fill(kind, _load_classes(common / "lexicon.toml"))
    lines = _load_both(folder, common, "structure.toml", LineRule, fill)
    facts = _load_both(folder, common, "facts.toml", FactRule, fill)
    references = _load_both(folder, common, "references.toml", ReferenceRule, fill)
    clauses = _load_both(folder, common, "clauses.toml", ClauseRule, fill)
    mentions, not_nouns, before_number, units, numbers = _load_mentions(common / "mentions.toml", fill)
    organisations = _load_both(folder, common, "organisations.toml", OrganisationRule, fill)
    every = (lines, facts, references, clauses, mentions, organisations)
    _check_unique(folder, [rule.id for rules in every for rule in rules])
    return Rules(
        name=folder.name,
        title=kind.title,
        edition=kind.edition,
        names=tuple(plain(name) for name in kind.names),
        words=kind.levels,
        lines=lines,
        facts=facts,
        references=references,
        clauses=clauses,
        catalogue=_load_catalogue(folder, kind.levels.numbers),
        classes=fill.classes,
        measures=kind.measures,
        year=kind.year,
        mentions=mentions,
        not_nouns=not_nouns,
        before_number=before_number,
        units=units,
        numbers=numbers,
        organisations=organisations,
        fingerprint=fingerprint(folder),
    )


@lru_cache(16)
def _parse_toml(text: str) -> dict[str, Any]:
    return tomllib.loads(text)


def _load_toml(path: Path) -> dict[str, Any]:
    try:
        return _parse_toml(path.read_text("utf-8"))
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


@dataclass(frozen=True, slots=True)
class _Fill:
    """What stands for %LEVEL%, %LEVELS%, %NUMBER%, %MEASURE% in patterns, and for CLASS in token patterns."""

    kind: _Kind
    classes: dict[str, str]
    """Patterns by name: word classes, and the parts that patterns are built of."""

    def regex(self, pattern: str) -> str:
        words = {
            "%LEVELS%": self.kind.levels.several,
            "%LEVEL%": self.kind.levels.one,
            "%NOUN%": rf"(?i:{any_of(self.kind.levels.nouns)})",
            "%NUMBER%": self.kind.measures.label,
            "%TICK%": TICK,
            "%BOX%": BOX,
            "%CHECKED%": CHECKED,
            "%EMPTY%": EMPTY,
            "%MEASURE%": rf"(?i:{any_of(self.kind.measures.nouns)})",
        }
        for name, value in words.items():
            pattern = pattern.replace(name, value)
        for name, value in self.classes.items():
            pattern = pattern.replace(f"%{name}%", f"(?:{value})")
        return pattern

    def token(self, token: dict[str, Any]) -> dict[str, Any]:
        name = token.get("CLASS")
        if name is None:
            return token
        if name not in self.classes:
            raise ValueError(f"CLASS {name!r} is not in lexicon.toml: use one of {', '.join(sorted(self.classes))}")
        rest = {key: value for key, value in token.items() if key != "CLASS"}
        return {"LOWER": {"REGEX": f"^(?:{self.classes[name]})$"}, **rest}

    def row(self, row: dict[str, Any]) -> dict[str, Any]:
        filled = dict(row)
        if isinstance(row.get("regex"), str):
            filled |= {"regex": self.regex(row["regex"]), "written": row["regex"]}
        if row.get("needs") == ["%BOX%"]:
            filled["needs"] = list(SIGNS)
        if isinstance(row.get("holds"), str):
            filled["holds"] = self.regex(row["holds"])
        if isinstance(row.get("patterns"), list):
            filled["patterns"] = [[self.token(token) for token in pattern] for pattern in row["patterns"]]
        return filled


def _load_classes(path: Path) -> dict[str, str]:
    """Word classes by name; each is a pattern for the whole of a folded word."""
    classes = {}
    for name, words in _load_toml(path).get("classes", {}).items():
        pattern = "|".join(words)
        if plain(pattern) != pattern:
            raise RuleError(f"{path}: class {name}: write the words folded, without accents and capitals")
        try:
            re.compile(pattern)
        except re.error as error:
            raise RuleError(f"{path}: class {name}: does not compile ({error}): correct it") from None
        classes[name] = pattern
    return classes


def _load_mentions(
    path: Path, fill: _Fill
) -> tuple[tuple[MentionRule, ...], "re.Pattern[str]", "Pattern[str]", tuple[Unit, ...], dict[str, float]]:
    """The rules for what is mentioned, what counts nothing, what may stand before a number, units, number words."""
    table = _load_toml(path)
    try:
        units = tuple(Unit.model_validate(row) for row in table.get("unit", []))
    except ValidationError as error:
        raise RuleError(f"{path}: unit: {_explain(error)}") from None
    numbers = {**table.get("numbers", {}), **table.get("fractions", {})}
    wrong = next((word for word, value in numbers.items() if not isinstance(value, int | float)), None)
    if wrong is not None or not units or not numbers:
        raise RuleError(f"{path}: {wrong or 'unit and numbers'}: units and number words need values: add them")
    parts = {"UNIT": "|".join(f"(?:{unit.forms})" for unit in units), "FRACTION": any_of(table["fractions"])}
    for name, pattern in table.get("parts", {}).items():
        parts[name] = _Fill(fill.kind, parts).regex(pattern)
    whole = _Fill(fill.kind, parts)
    try:
        before = compile_once(whole.regex(table["prefix"]["regex"]))
        nouns = re.compile(table["nouns"]["none"])
    except (KeyError, TypeError, regex.error, re.error) as error:
        told = f"{path}: [prefix] or [nouns] has no pattern, or one that does not compile ({error}): correct it"
        raise RuleError(told) from None
    return _load_rules(path, MentionRule, whole), nouns, before, units, numbers


def _load_both(folder: Path, common: Path, name: str, model: type[R], fill: _Fill) -> tuple[R, ...]:
    own = _load_rules(folder / name, model, fill) if (folder / name).exists() else ()
    return own + _load_rules(common / name, model, fill)


def _load_rules(path: Path, model: type[R], fill: _Fill) -> tuple[R, ...]:
    rows = _load_toml(path).get("rule", [])
    if not rows:
        raise RuleError(f"{path}: holds no [[rule]]: add one, or restore the file")
    return tuple(_load_rule(path, index, row, model, fill) for index, row in enumerate(rows))


_MADE: dict[tuple[type, str], Any] = {}


def _load_rule(path: Path, index: int, row: dict[str, Any], model: type[R], fill: _Fill) -> R:
    try:
        filled = fill.row(row)
        # Most rules in common are the same for every kind: they are made once.
        key = (model, repr(filled))
        if key not in _MADE:
            _MADE[key] = model.model_validate(filled)
        made: R = _MADE[key]
        return made
    except ValueError as error:
        told = _explain(error) if isinstance(error, ValidationError) else str(error)
        heads = re.finditer(r"^\[\[rule\]\]", path.read_text("utf-8"), re.MULTILINE)
        line = path.read_text("utf-8")[: list(heads)[index].start()].count("\n") + 1
        raise RuleError(f"{path}:{line}: rule {row.get('id', '?')}: {told}") from None


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
    for line, row in _read_csv(folder / "measures.csv", ["measure", "label", "title", "short"]):
        where = f"{folder / 'measures.csv'}:{line}"
        if not row["measure"].isdecimal() or row["short"] not in ("true", "false"):
            raise RuleError(f"{where}: `measure` must be a number, `short` true or false")
        if int(row["measure"]) in catalogue:
            raise RuleError(f"{where}: measure {row['measure']} stands twice: remove one")
        number = int(row["measure"])
        catalogue[number] = CatalogueMeasure(
            row["label"], row["title"], row["short"] == "true", wordings.pop(number, {})
        )
    if wordings:
        raise RuleError(f"{folder / 'levels.csv'}: measure {min(wordings)} is not in measures.csv: add it there")
    return catalogue


def catalogues(folder: Path = RULES) -> dict[str, dict[int, CatalogueMeasure]]:
    """The catalogue of every kind of pact, by its edition. Raises `RuleError` for a mistake in it."""
    found = {}
    for name in kinds(folder):
        kind = _load_kind(folder / name / "kind.toml")
        found[kind.edition] = _load_catalogue(folder / name, kind.levels.numbers)
    return found


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
