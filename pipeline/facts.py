"""What the document says of itself: the list, who leads it, the date, what it announces."""

from collections.abc import Iterable
from datetime import date

from pipeline.fold import plain, shape
from pipeline.model import Block, Diagnostic, Facts, Source
from pipeline.rules import TIMEOUT, Rules

_MONTHS = (
    *("janvier", "fevrier", "mars", "avril", "mai", "juin"),
    *("juillet", "aout", "septembre", "octobre", "novembre", "decembre"),
)


def find_facts(source: Source, blocks: Iterable[Block], rules: Rules) -> tuple[Facts, tuple[Diagnostic, ...]]:
    """The facts of header, introduction and closing lines. The first to state one wins; a contradiction is told."""
    found: dict[str, str | bool] = {}
    diagnostics: list[Diagnostic] = []
    shaped = shape(source.text)
    for block in blocks:
        for rule in rules.facts:
            if block.kind not in rule.within:
                continue
            try:
                match = rule.compiled.search(shaped, *block.body, timeout=TIMEOUT)
            except TimeoutError:
                message = f"the rule {rule.id} took too long here and was left out: simplify its pattern"
                diagnostics.append(Diagnostic("warning", "rule-timeout", message, *block.body))
                continue
            if match is None:
                continue
            values: dict[str, str | bool] = {
                name: source.text[slice(*match.span(name))].strip() for name in match.re.groupindex if match[name]
            }
            if rule.signed is not None:
                values["signed"] = rule.signed
            for name, value in values.items():
                known = found.setdefault(name, value)
                if _differ(known, value):
                    message = f"{name} is “{known}” above and “{value}” here: the first one was kept"
                    diagnostics.append(Diagnostic("warning", "facts-contradict", message, *match.span()))
    day = found.get("signed_on")
    announced = found.get("announced_measures")
    signed = found.get("signed")
    return Facts(
        list_name=_text(found.get("list_name")),
        lead_candidate=_text(found.get("lead_candidate")),
        commune=_text(found.get("commune")),
        signed=signed if isinstance(signed, bool) else None,
        signed_on=_date(day) if isinstance(day, str) else None,
        announced_measures=int(announced) if isinstance(announced, str) else None,
    ), tuple(diagnostics)


def _differ(known: str | bool, value: str | bool) -> bool:
    if isinstance(known, str) and isinstance(value, str):
        return plain(known).split() != plain(value).split()
    return known != value


def _text(value: str | bool | None) -> str | None:
    return value if isinstance(value, str) else None


def _date(written: str) -> date | None:
    """A French date, "1er mars 2020" or "01/03/2020"; None for a day that does not exist."""
    parts = plain(written).replace("/", " ").replace(".", " ").replace("-", " ").split()
    day, month, year = parts
    number = int(month) if month.isdecimal() else _MONTHS.index(month) + 1 if month in _MONTHS else 0
    try:
        return date(int(year), number, int(day.removesuffix("er")))
    except ValueError:
        return None
