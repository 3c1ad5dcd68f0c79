"""A site of a few pacts for the tests: two lists of one commune, one that is hostile, one of another kind, one unread."""

from pathlib import Path

from pipeline.batch import Options, parse_all
from pipeline.output import Output, open_output
from pipeline.report.site import write_site
from tests.conftest import ROOT, SEED

HOSTILE = "<script>alert(1)</script>"
_HOSTILE_PACT = f"""{HOSTILE} – Anne LE GOFF

9 – Mettre fin au développement de grandes surfaces commerciales sur le territoire.
N1 • <img src=x onerror=alert(2)> Interdire toute artificialisation des terres agricoles
NB : un accord se fait sur N1 (</span><script>alert(3)</script>), mais pas sur N2 (http://example.org/x.png) \u202eetlac\u202c

33 – <b>Planter</b> des arbres
N1 • Un arbre.
"""
_CHARTER = """Charte du logement juste signée par la liste Toit pour tous

A1 – Tenir un registre public des logements vacants de la commune.
Socle : Publier la liste.
Nous sommes d’accord avec le socle.
"""


def make_output(folder: Path) -> Output:
    """The tables of the pact in raw/, the five examples, and three odd ones."""
    own = folder / "own"
    own.mkdir(parents=True)
    (own / "hostile.txt").write_text(_HOSTILE_PACT, "utf-8")
    (own / "charte.txt").write_text(_CHARTER, "utf-8")
    (own / "lettre.txt").write_text("Madame, Monsieur,\n\nNous vous écrirons bientôt.\n", "utf-8")
    inputs = [str(own), str(ROOT / "docs" / "examples" / "pactes"), str(SEED)]
    parse_all(inputs, str(folder / "output"), Options(jobs=1), lambda _: None)
    return open_output(folder / "output")


def make_site(folder: Path) -> Path:
    """The site of these tables."""
    write_site(make_output(folder), folder / "site")
    return folder / "site"
