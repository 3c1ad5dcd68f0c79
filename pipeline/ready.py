"""Imported by the process that workers are forked off: all that each of them would load and make for itself."""

import gc

from pipeline.parse import parse_bytes
from pipeline.rules import RuleError
from pipeline.work import rules_of

_WARM_UP = "1 – Se doter d’une politique\nN1 • Acheter mieux\nAccord sur N1.\n"

try:
    parse_bytes(_WARM_UP.encode(), "", rules_of(None))
except RuleError:
    rules_of.cache_clear()  # told by the first task
# What was made lives as long as the process, and so does most of what is remembered: looking through it for garbage
# over and over cost a tenth of the time.
gc.freeze()
gc.set_threshold(50_000, 20, 50)
