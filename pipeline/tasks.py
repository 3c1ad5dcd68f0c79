"""What is sent to a worker, and what comes back."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from pipeline.inputs import Input
from pipeline.limits import LIMITS, Limits
from pipeline.model import Known
from pipeline.rules import RULES, fingerprint, kinds

if TYPE_CHECKING:
    from pipeline.model import Pact


@dataclass(frozen=True, slots=True)
class Task:
    """Some consecutive inputs, what is known of them from outside, the kind of pact that the user named, the limits."""

    inputs: tuple[Input, ...]
    known: tuple[Known | None, ...]
    kind: str | None
    stamp: str
    """Changes when the rules do: a worker that has others loads them anew."""
    limits: Limits = LIMITS

    def singly(self) -> "list[Task]":
        """The same inputs in tasks of one."""
        pairs = zip(self.inputs, self.known, strict=True)
        return [replace(self, inputs=(given,), known=(known,)) for given, known in pairs]


def stamp_of(kind: str | None) -> str:
    """A hash of all that rows depend on beside the inputs: the parser's own code, the rules, the kind asked for.

    Raises `RuleError` where there is no such kind.
    """
    code = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        code.update(path.read_bytes())
    return digest({"code": code.hexdigest(), "rules": fingerprints(kind), "kind": kind})


def fingerprints(kind: str | None) -> dict[str, str]:
    """The hash of the rule files of one kind of pact, or of all, by kind. Raises as `stamp_of` does."""
    return {name: fingerprint(RULES / name) for name in ([kind] if kind else kinds())}


def digest(value: object) -> str:
    """A short hash of what JSON can write."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()[:16]


Packed = dict[str, bytes]
"""The tables of some pacts, each as an Arrow stream: what passes between processes."""


def pack(tables: Mapping[str, pa.Table]) -> Packed:
    """Some tables, ready to be sent."""
    packed = {}
    for name, table in tables.items():
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, table.schema) as stream:
            stream.write_table(table)
        packed[name] = sink.getvalue().to_pybytes()
    return packed


def unpack(packed: Packed) -> dict[str, pa.Table]:
    """The tables that a worker sent."""
    return {name: pa.ipc.open_stream(stream).read_all() for name, stream in packed.items()}


def parse_task(task: Task) -> Packed:
    """All rows of a task's inputs. Raises what `parse_inputs` raises, and `RuleError` for a mistake in the rules."""
    from pipeline.work import parse_inputs, rules_of  # the parser is loaded where it works

    return pack(parse_inputs(task.inputs, task.known, rules_of(task.kind, task.stamp), task.limits))


def parse_one(task: Task) -> "Pact":
    """The pact of a task of one input. Raises `RuleError` for a mistake in the rules."""
    from pipeline.work import parse_input, rules_of

    (given,), (known,) = task.inputs, task.known
    return parse_input(given, rules_of(task.kind, task.stamp), known, task.limits)


def give_up_task(task: Task, reason: str, reads: bool = True) -> Packed:
    """The rows of a task of one input that took too long, or killed its worker: a failed document.

    Without `reads` its bytes are not looked at again, for that may be what took so long.
    """
    from pipeline.work import give_up, rules_of

    (given,), (known,) = task.inputs, task.known
    return pack(give_up(given, known, rules_of(task.kind, task.stamp), task.limits, reason, reads))
