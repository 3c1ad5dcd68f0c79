"""What is sent to a worker, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa

from pipeline.inputs import Input
from pipeline.model import Known


@dataclass(frozen=True, slots=True)
class Task:
    """Some consecutive inputs, what is known of them from outside, and the kind of pact that the user named."""

    inputs: tuple[Input, ...]
    known: tuple[Known | None, ...]
    kind: str | None

    def singly(self) -> "list[Task]":
        """The same inputs in tasks of one."""
        return [Task((each,), (known,), self.kind) for each, known in zip(self.inputs, self.known, strict=True)]


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
    """All rows of a task's inputs. Raises `RuleError` for a mistake in the rules; nothing for what the inputs are."""
    from pipeline.work import parse_inputs  # the parser is loaded where it works

    return pack(parse_inputs(task.inputs, task.known, task.kind))


def give_up_task(task: Task, reason: str, reads: bool = True) -> Packed:
    """The rows of a task of one input that took too long, or killed its worker: a failed document.

    Without `reads` its bytes are not looked at again, for that may be what took so long.
    """
    from pipeline.work import give_up

    (given,), (known,) = task.inputs, task.known
    return pack(give_up(given, known, task.kind, reason, reads))
