"""Varied pacts made from the one in raw/: the same measures, other lists, other observations.

    python -m tests.bench.pacts FOLDER N

Real pacts share the catalogue's wording and differ in what the list wrote; so do these. In the model nine of thirteen
observations are the collective's own sentence, with the catalogue's wording in parentheses; four are the list's own.
"""

import csv
import hashlib
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.bench import ROOT

MODEL = ROOT / "raw" / "champigny-alternance.txt"
LEVELS = ROOT / "rules" / "pacte-transition" / "levels.csv"
PER_FOLDER = 1_000
KEPT = 0.93
PRINTED = 0.87
"""How often a level is printed: so chosen that pacts come out as long as the model, 34 KB."""
OBSERVED = 13 / 27
"""How often a measure with levels has an observation: about 13 in a pact."""
FREE = 4 / 13
"""How often an observation is the list's own, said as no other pact says it."""
STANDARD = "un accord se fait sur {yes} , mais pas sur {no}"
"""The collective's sentence in the model."""
COPIED = 0.6
"""How often a wording is copied to the letter: so chosen that one line in fifteen stands in no other pact."""

BOTH = (
    "un accord se fait sur {yes} , mais pas sur {no}",
    "un accord se fait sur {yes}, mais pas sur {no}.",
    "un accord se fait sur {yes} qui est à définir avec {partner}, mais pas sur {no}",
    "accord sur {yes} ; pas d’accord sur {no}",
    "la liste s’engage sur {yes}, mais ne s’engage pas sur {no}",
    "nous sommes d’accord avec {yes}, en revanche pas avec {no}",
    "oui pour {yes}, non pour {no}",
    "{name} retient {yes}, sous réserve {condition}, et ne retient pas {no}",
    "notre équipe prend {yes} en lien avec {partner}. Pas d’accord en revanche sur {no}",
)
REFUSED = (
    "{no} relève d’une autre responsabilité, celle de {partner}.",
    "{no} ne relève pas de la compétence de la commune, c’est {partner} qui décide.",
    "nous ne nous prononçons pas sur {no}",
    "accord sur {yes}. Reste à l’étude avec {partner} : {no}",
    "la liste ne s’engage pas sur {no}",
)
AGREED = (
    "un accord se fait sur {yes}, cette mesure devant être réalisée avec {partner}.",
    "un accord sur les mesures de {yes} sauf sur : {part}.",
    "accord sur {yes} à condition {condition}.",
    "la liste s’engage sur {yes} en partenariat avec {partner}.",
    "nous sommes d’accord avec {yes}, déjà en place depuis {year} dans le quartier de {quarter}.",
    "un accord qui est à définir avec {partner}.",
    "oui pour {yes}, à l’exception de ceci : {part}.",
    "déjà réalisé depuis {year} à {quarter} ; {name} s’engage à poursuivre.",
)
AMENDED = (
    "le pacte retient ce niveau sous la forme suivante : {new}",
    "accord sur {yes}, avec l’ajout de : {new}",
    "nous prenons {yes} en remplaçant {year} par 2024 : {new}",
)
"""What lists write: {yes} are the levels agreed to, {no} the others with their wording in parentheses."""
CONDITIONS = (
    "d’un financement de {partner} à hauteur de {n} %",
    "d’une étude menée avec {partner}",
    "d’un vote des habitant·es après {n} mois d’essai",
    "de l’accord de {partner}",
    "d’un coût inférieur à {n} € par habitant·e",
)
PARTNERS = (
    "l’agglomération de {town}",
    "le Département et {town}",
    "l’Établissement public territorial {town}",
    "la communauté de communes de {town}",
    "le syndicat mixte de {town}",
    "la métropole de {town}",
)
LIST_NAMES = (
    "Ensemble pour {town}",
    "{town} en commun",
    "Vivre à {town}",
    "{town} autrement",
    "Demain {town}",
    "Un nouvel élan pour {town}",
    "{town} écologique et solidaire",
    "Citoyens de {town}",
    "{town} avenir",
)
FIRST_NAMES = ("Anne", "Jean-Luc", "Malika", "Pierre", "Élodie", "Thierry", "Fatou", "Gérard", "Sophie", "Yann")
LAST_NAMES = ("MARTIN", "LE GOFF", "BENALI", "N’GUYEN", "DUPONT-MOREL", "FAURE", "de La TOUR", "PETIT", "HAMON", "ROY")
TOWN_STARTS = ("Saint-", "Ville", "Mont", "Champ", "Beau", "Roche", "Font", "Haute", "Belle", "Clair", "Neuf", "Bois")
TOWN_ENDINGS = ("igny", "court", "fort", "ville", "mont", "vigne", "pré", "lieu", "rive", "val", "claire", "combe")
TOWN_TAILS = ("", "", "-sur-Marne", "-le-Roi", "-les-Bains", "-en-Brie", "-sous-Bois", "-la-Forêt", "-lès-Lille")

_HEADING = re.compile(r"(\d+) ?[–-] ")
_LEVEL = re.compile(r"N(\d)(?:-\d)*\b")
_OBSERVATION = re.compile(r"Un accord|ni sur|Le niveau \d relève")
_LEFT_OUT = re.compile(r"(?:(?:pas|ni) sur N|Le niveau )(\d)[^(\n]*\(")
_LINE = re.compile(r"N\d|[–•-]|\d+ ?[–-]")


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of the model: its heading, its levels as lines to print, the wording of each as lines without mark,
    and lines that belong to no level."""

    heading: str
    plain: tuple[str, ...]
    printed: dict[int, tuple[str, ...]]
    wordings: dict[int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Model:
    """The introduction of the model, and its measures."""

    opening: str
    measures: tuple[Measure, ...]


def read_model() -> Model:
    """The model taken to pieces; levels that it does not print come from its parentheses or from the catalogue."""
    text = MODEL.read_text(encoding="utf-8")
    opening, *rest = re.split(r"\n\n(?=\d+ ?[–-] )", text.strip())
    with LEVELS.open(encoding="utf-8", newline="") as file:
        catalogue = {(int(row["measure"]), int(row["level"])): row["text"] for row in csv.DictReader(file)}
    return Model(opening, tuple(_measure(part, catalogue) for part in rest))


def _measure(part: str, catalogue: dict[tuple[int, int], str]) -> Measure:
    heading, *lines = part.splitlines()
    number_found = _HEADING.match(heading)
    if number_found is None:
        raise ValueError(f"{MODEL}: {heading[:40]!r} is no heading: correct _HEADING")
    number = int(number_found[1])
    first = next((i for i, line in enumerate(lines) if _OBSERVATION.match(line)), len(lines))
    plain: list[str] = []
    printed: dict[int, list[str]] = {}
    level = None
    for line in lines[:first]:
        if found := _LEVEL.match(line):
            level = int(found[1])
        (plain if level is None else printed.setdefault(level, [])).append(line)
    wordings = {each: _unmarked(told) for each, told in printed.items()}
    # What the list left out stands in its observation, with the items that the catalogue's file leaves away.
    for left, text in _left_out("\n".join(lines[first:])):
        wordings[left] = _unmarked(text.splitlines())
    for each in (1, 2, 3):
        if (number, each) in catalogue and not (each in wordings or "N1-2-3" in part):
            wordings[each] = (catalogue[number, each],)
    whole = {each: tuple(printed.get(each) or _marked(each, told)) for each, told in sorted(wordings.items())}
    return Measure(heading, tuple(plain), whole, wordings)


def _left_out(observation: str) -> list[tuple[int, str]]:
    """Levels and wordings of the parentheses of the model's observations, without the outer brackets."""
    found = list(_LEFT_OUT.finditer(observation))
    ends = [*(after.start() for after in found[1:]), len(observation)]
    texts = [observation[one.end() : end].strip() for one, end in zip(found, ends, strict=False)]
    return [(int(one[1]), text.removesuffix(")").strip()) for one, text in zip(found, texts, strict=True)]


def _unmarked(lines: list[str]) -> tuple[str, ...]:
    text = re.sub(r"^(?:N\d(?:-\d)*)?\s*(?:•\s*)?", "", "\n".join(lines))
    return tuple(text.splitlines())


def _marked(level: int, wording: tuple[str, ...]) -> tuple[str, ...]:
    return (f"N{level} • {wording[0]}", *wording[1:])


def write_pacts(folder: Path, n: int, seed: int = 1, free: float = FREE) -> None:
    """Write `n` pacts of about 34 KB, UTF-8, into sub-folders of 1,000. Each is the same whatever `n`.

    `free` is the share (0-1) of observations that are the list's own; with 1, no two pacts have one in common.
    """
    model = read_model()
    for number in range(n):
        sub = folder / f"{number // PER_FOLDER:03}"
        if number % PER_FOLDER == 0:
            sub.mkdir(parents=True, exist_ok=True)
        text = compose(model, Random(f"{seed}/{number}"), free)
        (sub / f"pact-{number:06}.txt").write_text(text, encoding="utf-8", newline="\n")


def compose(model: Model, random: Random, free: float) -> str:
    """One pact drawn from the model."""
    town = _town(random)
    name = random.choice(LIST_NAMES).format(town=town)
    lead = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
    opening = model.opening.replace("CHAMPIGNY ALTERNANCE", name.upper()).replace("Laurent JEANNE", lead)
    kept = [measure for measure in model.measures if random.random() < KEPT]
    vocabulary = [word for measure in kept for word in measure.heading.split() if word.isalpha() and len(word) > 4]
    return "\n\n".join([opening, *(_draw(measure, vocabulary, name, random, free) for measure in kept)]) + "\n"


def _draw(measure: Measure, vocabulary: list[str], name: str, random: Random, free: float) -> str:
    lines = [measure.heading, *measure.plain]
    if measure.printed:
        levels = list(measure.printed)
        taken = [level for level in levels if random.random() < PRINTED] or [random.choice(levels)]
        for level in taken:
            lines += measure.printed[level]
        if random.random() < OBSERVED:
            left = [level for level in levels if level not in taken]
            if left and random.random() >= free:
                lines.append(_standard(measure, taken, left))
            elif left or random.random() < free:
                lines.append(_observe(measure, taken, left, vocabulary, name, random))
    return "\n".join(lines)


def _standard(measure: Measure, taken: list[int], left: list[int]) -> str:
    yes = " et ".join(f"N{level}" for level in taken)
    no = "\nni sur ".join(f"N{level} ({chr(10).join(measure.wordings[level])})" for level in left)
    said = STANDARD.format(yes=yes, no=no)
    return said[:1].upper() + said[1:]


def _observe(
    measure: Measure, taken: list[int], left: list[int], vocabulary: list[str], name: str, random: Random
) -> str:
    """An observation: the levels printed agreed to, those left out refused with their wording in parentheses."""

    def wording(level: int) -> str:
        first, *others = measure.wordings[level]
        changed = [_change(first, vocabulary, random)]
        changed += [_change(line, vocabulary, random) if random.random() < 0.05 else line for line in others]
        return "\n".join(changed)

    refused = ""
    for position, level in enumerate(left):
        mark = random.choice(("N{}", "N{}", "le niveau {}")).format(level)
        refused += random.choice(("\nni sur ", "\nni sur ", " ni ")) * (position > 0) + f"{mark} ({wording(level)})"
    shapes = (BOTH, BOTH, BOTH, REFUSED) if left else (AGREED, AGREED, AMENDED)
    part = _change(measure.wordings[taken[0]][0], vocabulary, random).split(" : ")[-1].rstrip(" .;:,")
    slots = {
        "yes": _reference(taken, random),
        "no": refused,
        "partner": _partner(random),
        "condition": random.choice(CONDITIONS).format(partner=_partner(random), n=random.randint(2, 95)),
        "part": part[:1].lower() + part[1:],
        "new": _change(measure.wordings[taken[-1]][0], vocabulary, random),
        "year": str(random.randint(2001, 2019)),
        "quarter": _town(random),
        "name": name,
    }
    said = random.choice(random.choice(shapes)).format(**slots)
    return said[:1].upper() + said[1:]


def _reference(levels: list[int], random: Random) -> str:
    if len(levels) == 3:
        return random.choice(("les 3 niveaux", "les 3 niveaux", "N1, N2 et N3", "tous les niveaux"))
    numbers = " et ".join(map(str, levels))
    words = f"les niveaux {numbers}" if len(levels) > 1 else f"le niveau {numbers}"
    return random.choice((" et ".join(f"N{level}" for level in levels),) * 3 + (words,))


def _change(line: str, vocabulary: list[str], random: Random) -> str:
    """A line, half the time as it is, else with some words changed or left out, at times cut; marks stay."""
    if random.random() < COPIED:
        return line
    words = line.split(" ")
    if len(words) > 12 and random.random() < 0.3:
        words = words[: random.randint(10, len(words))]
    kept = [words[0]]
    for word in words[1:]:
        chance = random.random()
        if chance > 0.1 or not word.isalpha():
            kept.append(word)
        elif chance > 0.05 and vocabulary:
            kept.append(random.choice(vocabulary))
    return " ".join(kept)


def _town(random: Random) -> str:
    return random.choice(TOWN_STARTS) + random.choice(TOWN_ENDINGS) + random.choice(TOWN_TAILS)


def _partner(random: Random) -> str:
    return random.choice(PARTNERS).format(town=_town(random))


def floor(data: bytes) -> None:
    """The least that anything could do with a document: decode and hash it, and try one regular expression on every
    line."""
    text = data.decode("utf-8")
    hashlib.sha256(data).hexdigest()
    for line in text.split("\n"):
        _LINE.match(line)


if __name__ == "__main__":
    write_pacts(Path(sys.argv[1]), int(sys.argv[2]))
