"""Imported by the process that workers are forked off: all that each of them would load and make for itself."""

import gc
import sys
from importlib.abc import MetaPathFinder


class _NoPandas(MetaPathFinder):
    """pyarrow looks for pandas whenever it makes an array: nothing here needs it, and it takes a fifth of a second."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "pandas":
            raise ImportError("a worker does without pandas")


sys.meta_path.insert(0, _NoPandas())

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
