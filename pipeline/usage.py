"""What all commands share: the error of wrong usage, and the rules that a command asks for."""

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pipeline.rules import Rules

KIND = click.option("--kind", help="Folder in rules/ that reads the pacts.  [default: recognised from each document]")


class UsageError(click.ClickException):
    """Wrong usage: one line that names the remedy, exit code 2."""

    exit_code = 2


def load_rules(kind: str | None) -> "tuple[Rules, ...]":
    """The rules of one kind, or of all. Raises `UsageError` for a mistake in them."""
    from pipeline.kinds import load_all
    from pipeline.rules import RULES, RuleError, load

    try:
        return load_all() if kind is None else (load(RULES / kind),)
    except RuleError as error:
        raise UsageError(str(error)) from None
