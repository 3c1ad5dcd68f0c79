"""Hostile files, made by code: `python -m tests.attacks` runs each through the command and measures it."""

from tests.attacks.attack import SECRETS, Attack, leaks
from tests.attacks.odf import ODF_ATTACKS
from tests.attacks.packs import PACK_ATTACKS
from tests.attacks.prints import PDF_ATTACKS
from tests.attacks.texts import TEXT_ATTACKS
from tests.attacks.web import WEB_ATTACKS
from tests.attacks.word import WORD_ATTACKS

__all__ = ["ATTACKS", "SECRETS", "Attack", "leaks"]

ATTACKS: list[Attack] = [*WORD_ATTACKS, *ODF_ATTACKS, *WEB_ATTACKS, *TEXT_ATTACKS, *PDF_ATTACKS, *PACK_ATTACKS]
