"""Imported by the process that workers are forked off: all that each of them would load and make for itself."""

import gc
import sys
from types import ModuleType

from pipeline.forking import do_without_pandas, give_back


def _load_spacy() -> None:
    """spaCy loads its command line with itself, and a web client with that: a fifth of a second for what no worker
    calls. Empty modules stand in for it meanwhile."""
    empty = {name: ModuleType(name) for name in ("spacy.cli", "spacy.cli.info")}
    empty["spacy.cli"].__path__ = []
    empty["spacy.cli.info"].__dict__["info"] = None
    sys.modules |= empty
    try:
        import spacy  # noqa: F401
    except ImportError:  # a spaCy that asks more of it: it is loaded as a whole, with the parser
        pass
    finally:
        for name in empty:
            del sys.modules[name]


give_back()
do_without_pandas()
_load_spacy()

from pipeline.parse import parse_bytes  # noqa: E402
from pipeline.rules import RuleError  # noqa: E402
from pipeline.tabulate import tabulate  # noqa: E402
from pipeline.tasks import stamp_of  # noqa: E402
from pipeline.work import rules_of  # noqa: E402

_WARM_UP = "1 – Se doter d’une politique\nN1 • Acheter mieux\nAccord sur N1.\n"

try:
    tabulate([parse_bytes(_WARM_UP.encode(), "", rules_of(None, stamp_of(None)))])
except RuleError:
    rules_of.cache_clear()  # told by the first task
# What was made lives as long as the process, and so does most of what is remembered: looking through it for garbage
# over and over cost a tenth of the time.
gc.freeze()
gc.set_threshold(50_000, 20, 50)
