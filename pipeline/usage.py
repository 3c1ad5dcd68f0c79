"""What all commands share: the error of wrong usage, and the rules that a command asks for."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline import limits
from pipeline.limits import LimitError, Limits, limit_lines, parse_limits
from pipeline.terminal import safe

if TYPE_CHECKING:
    from pipeline.model import Pact
    from pipeline.rules import Rules

KIND = click.option("--kind", help="Folder in rules/ that reads the pacts.  [default: recognised from each document]")


LIMIT = click.option(
    "--limit",
    "given_limits",
    metavar="NAME=N",
    multiple=True,
    help="Raise or lower a limit on what a file may ask for (pages=2000); pacte parse --help lists them. Repeatable.",
)
LIMITS_TOLD = "\b\nLimits; a file beyond one of them fails, alone:\n" + "\n".join(f"  {line}" for line in limit_lines())
TIMEOUT = click.option(
    "--timeout",
    type=click.FloatRange(0.1),
    default=limits.TIMEOUT,
    show_default=True,
    help="Seconds that one file may take; one that takes longer fails, alone.",
)


class UsageError(click.ClickException):
    """Wrong usage: one line that names the remedy, exit code 2."""

    exit_code = 2

    def __init__(self, message: str) -> None:
        super().__init__(safe(message))


def limits_of(given: tuple[str, ...]) -> Limits:
    """The limits that were given. Raises `UsageError`."""
    try:
        return parse_limits(given)
    except LimitError as error:
        raise UsageError(str(error)) from None


def load_rules(kind: str | None) -> "tuple[Rules, ...]":
    """The rules of one kind, or of all. Raises `UsageError` for a mistake in them."""
    from pipeline.kinds import load_all
    from pipeline.rules import RULES, RuleError, load

    try:
        return load_all() if kind is None else (load(RULES / kind),)
    except RuleError as error:
        raise UsageError(str(error)) from None


@contextmanager
def told(inputs: Sequence[str], output: str = "") -> Iterator[None]:
    """Errors of usage, each as one line with its remedy."""
    from pipeline.batch import NoCluster, NoInput
    from pipeline.commit import Busy, JournalError
    from pipeline.dataset import DatasetError
    from pipeline.inputs import InputError
    from pipeline.manifest import ManifestError
    from pipeline.output import Damaged, NoOutput
    from pipeline.pool import GivenUp, NoWorkers
    from pipeline.rules import RuleError
    from pipeline.staged import Occupied

    try:
        yield
    except GivenUp as error:
        raise click.ClickException(safe(str(error))) from None
    except FileNotFoundError as error:
        raise UsageError(f"{error}: no such file or folder: check the path") from None
    except NoInput:
        what = "put the pacts there (.txt, .md, .html, .docx, .odt or .pdf)"
        raise UsageError(f"{inputs[0]}: no file in it: {what}") from None
    except (InputError, ManifestError, DatasetError, RuleError, NoCluster, NoWorkers) as error:
        raise UsageError(str(error)) from None
    except (Busy, JournalError, Damaged, NoOutput, Occupied) as error:
        raise UsageError(str(error)) from None
    except ValueError as error:
        raise UsageError(f"{error}: give the folder that holds both") from None
    except OSError as error:
        if not output:
            raise UsageError(f"{inputs[0]}: cannot be read ({error.strerror or error}): check its rights") from None
        raise UsageError(
            f"{output}: cannot be written ({error.strerror or error}); what was in it is untouched: "
            "make room, or name another folder with -o"
        ) from None


def parse_file(file: Path, kind: str | None, timeout: float, given_limits: tuple[str, ...]) -> "Pact":
    """Parse one file in a process that can be killed. Raises `UsageError` where there is no such file."""
    from pipeline.forking import prepare
    from pipeline.inputs import Input

    if not file.exists():
        raise UsageError(f"{file}: no such file: check the path")
    if file.is_dir():
        raise UsageError(f"{file}: is a folder: name one file in it")
    prepare()
    from pipeline.pool import parse_alone
    from pipeline.tasks import Task, stamp_of

    with told([str(file)]):
        task = Task((Input(file.name, str(file)),), (None,), kind, stamp_of(kind), limits_of(given_limits))
        return parse_alone(task, timeout)
