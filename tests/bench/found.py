"""Finds every regular expression that `pipeline/` runs, and how it runs it, so that none can be forgotten.

Each call of `re` and `regex` that is made while all modules are imported, all rules loaded and some pacts parsed is
noted; calls that were not made are taken from the source; one of which neither can be told is an error.
"""

import ast
import enum
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import regex

from tests.bench import ROOT
from tests.bench.hostile import parse_samples

PIPELINE = ROOT / "pipeline"
CALLS = ("compile", "match", "fullmatch", "search", "findall", "finditer", "split", "sub", "subn")
_CALL_RE = re.compile(rf"\b(?:re|regex)\.(?:{'|'.join(CALLS)})\(")
_OF_WORDS = ("token_rules.py:", "rules.py:_load_classes", "negation.py:", "language.py:", "references.py:", "scope.py:")
"""Patterns of these only see words of an observation, which are cut to a length."""


@dataclass(slots=True)
class Found:
    """A pattern, the methods that are called on it, and examples of what it meets."""

    name: str
    pattern: Any
    methods: set[str] = field(default_factory=set)
    examples: tuple[str, ...] = ()
    longest: int | None = None
    """It is tried on no longer text, in characters."""
    of_lines: bool = False
    """It never sees a line end."""


@dataclass(frozen=True, slots=True)
class _Call:
    """A call of `re` or `regex` in the source: its line and column, what it is called on, the name of what it makes,
    and the methods that are called on that (none where it does not show)."""

    file: str
    place: tuple[int, int]
    module: str
    name: str
    used: frozenset[str]


class Recorder:
    """Notes the calls of `re` and `regex` that `pipeline/` makes from here on: to be made before it is imported."""

    def __init__(self) -> None:
        if "pipeline.rules" in sys.modules:
            raise RuntimeError("the package was imported before its patterns could be noted: use a new process")
        self.seen: dict[tuple[str, int], dict[tuple[Any, int], Any]] = {}
        for module in (re, regex):
            for name in CALLS:
                setattr(module, name, self._noting(module, getattr(module, name)))

    def _noting(self, module: ModuleType, function: Callable[..., Any]) -> Callable[..., Any]:
        compiled = module.compile

        def noting(pattern: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(PIPELINE):
                flags = next((arg for arg in (*args, *kwargs.values()) if isinstance(arg, enum.Flag)), 0)
                made = compiled(pattern, flags)
                place = (str(path.relative_to(PIPELINE)), frame.f_lineno)
                self.seen.setdefault(place, {})[_key(made)] = made
            return function(pattern, *args, **kwargs)

        return noting


def find_patterns(recorder: Recorder) -> list[Found]:
    """Every pattern that the package runs. Raises RuntimeError where one may have been missed."""
    names = [info.name for info in pkgutil.walk_packages([str(PIPELINE)], "pipeline.")]
    # That one changes the process that imports it. If it made a pattern, the call would be found in its source.
    modules = [importlib.import_module(name) for name in names if name != "pipeline.ready"]
    found = _of_rules()
    parse_samples()
    of_rules = {*found}
    calls = _calls()
    missed = []
    for call in calls:
        made = [*recorder.seen.get((call.file, call.place[0]), {}).values()] or _evaluated(call, modules)
        if not made:
            missed.append(f"{call.file}:{call.place[0]}")
        for number, pattern in enumerate(made):
            if _key(pattern) not in of_rules:
                name = f"{call.file}:{call.name}" + (f" #{number}" if len(made) > 1 else "")
                one = found.setdefault(_key(pattern), Found(name, pattern, longest=_longest(name)))
                one.methods |= call.used or {"finditer", "fullmatch"}
    if missed:
        raise RuntimeError(f"no sample in tests/bench/hostile.py runs these, add one that does: {', '.join(missed)}")
    written = sum(len(_CALL_RE.findall(path.read_text("utf-8"))) for path in PIPELINE.rglob("*.py"))
    if len(calls) < written:
        raise RuntimeError(f"{written} calls are written and {len(calls)} were found: mend tests/bench/found.py")
    return list(found.values())


def _of_rules() -> dict[tuple[Any, int], Found]:
    from pipeline.kinds import load_all
    from pipeline.mentions import MOST_BEFORE

    found: dict[tuple[Any, int], Found] = {}
    for kind in load_all():
        for rule in kind.lines:
            methods = {"fullmatch", "match"} if rule.continues else {"fullmatch"}
            one = Found(
                rule.id, rule.compiled, methods, (*rule.match, *rule.no_match), rule.longest, not rule.continues
            )
            found.setdefault(_key(rule.compiled), one)
        for fact in kind.facts:
            one = Found(fact.id, fact.compiled, {"search"}, (*fact.match, *fact.no_match))
            found.setdefault(_key(fact.compiled), one)
        for mention in kind.mentions:
            for name, pattern in ((mention.id, mention.compiled), (f"{mention.id} holds", mention.held)):
                found.setdefault(_key(pattern), Found(name, pattern, {"finditer"}, mention.match))
        before = Found("mentions prefix", kind.before_number, {"search"}, longest=MOST_BEFORE)
        found.setdefault(_key(kind.before_number), before)
    return found


def _longest(name: str) -> int | None:
    """The longest text, in characters, that the code gives a pattern to read."""
    from pipeline.interpret import LONGEST_WORD
    from pipeline.linetext import LONGEST_TAIL

    if name.startswith(_OF_WORDS):
        return LONGEST_WORD
    return LONGEST_TAIL if name.startswith("rules.py:tail") else None


def _key(pattern: Any) -> tuple[Any, int]:
    return pattern.pattern, pattern.flags


def _calls() -> list[_Call]:
    """All calls of `re` and `regex` in the source, with the methods called on what they compile."""
    trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(PIPELINE.rglob("*.py"))}
    used: dict[str, set[str]] = {}
    for tree in trees.values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in CALLS:
                used.setdefault(_last_name(node.value), set()).add(node.attr)
    found = []
    for path, tree in trees.items():
        above = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
        for call in _called(tree):
            function, name = call.func, _name(call, above)
            methods = {function.attr} if function.attr != "compile" else {name} & {*CALLS} or used.get(name, set())
            file, place = str(path.relative_to(PIPELINE)), (call.lineno, call.col_offset)
            found.append(_Call(file, place, function.value.id, name, frozenset(methods)))
    return found


def _called(tree: ast.AST) -> Iterator[Any]:
    """The nodes of a source that call a function of `re` or `regex` that takes a pattern."""
    for node in ast.walk(tree):
        function = node.func if isinstance(node, ast.Call) else None
        if not isinstance(function, ast.Attribute) or not isinstance(function.value, ast.Name):
            continue
        if function.value.id in ("re", "regex") and function.attr in CALLS:
            yield node


def _name(node: Any, above: dict[ast.AST, ast.AST]) -> str:
    """What the source calls a pattern: the name that it is given, the function that returns it, or the method that is
    called on it at once."""
    if node.func.attr == "compile" and isinstance(above[node], ast.Attribute):
        return _last_name(above[node])
    while not isinstance(node, ast.stmt | ast.keyword):
        node = above[node]
    if isinstance(node, ast.keyword):
        return node.arg or ""
    if isinstance(node, ast.Assign | ast.AnnAssign):
        return _last_name(node.targets[0] if isinstance(node, ast.Assign) else node.target)
    while not isinstance(node, ast.FunctionDef | ast.Module):
        node = above[node]
    return str(getattr(node, "name", ""))


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _evaluated(call: _Call, modules: Iterable[ModuleType]) -> list[Any]:
    """The pattern of a call that was not run, where its arguments are known in its module."""
    path = PIPELINE / call.file
    names = next((vars(module) for module in modules if module.__file__ == str(path)), {})
    for node in _called(ast.parse(path.read_text("utf-8"))):
        if (node.lineno, node.col_offset) == call.place:
            flags = [arg for arg in node.args[1:] if "re." in ast.unparse(arg)]
            try:
                given = [eval(ast.unparse(arg), names) for arg in (node.args[0], *flags)]
            except NameError:  # a name inside a function
                return []
            return [(re if call.module == "re" else regex).compile(*given)]
    return []
