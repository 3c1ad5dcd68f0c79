"""What an attack is, what it tries to read, and how one sees that it did."""

import os
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
SECRET_FILE = HERE / "secret.txt"
TRAPS = Path(tempfile.gettempdir()) / f"pacte-attacks-{os.getpid()}"
"""Where the runner puts a pipe that nobody may open, and looks for files that nobody may write."""
TRAP = TRAPS / "pipe"
PORT = 47_123
"""Where the runner listens: whoever knocks there has loaded something from outside."""
HTTP = f"http://127.0.0.1:{PORT}"
SECRETS = (SECRET_FILE.read_text("utf-8").split()[-1].rstrip("."), "root:x:0:0:")
_UNSHOWN_RE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


@dataclass(frozen=True, slots=True)
class Attack:
    """A hostile file: its name, how it is made, and what may come of it."""

    name: str
    file: str
    make: Callable[[], bytes]
    status: tuple[str, ...]
    """Any of these: of the worst document, or "refused" where the command gives up an archive as a whole."""
    codes: tuple[str, ...] = ()
    """Diagnostics that must be there."""
    cheap: bool = True
    """Whether it takes less than about a second, so that it is tried with the tests."""
    today: str = ""
    """What comes of it now, where that is wrong."""


READ = ("complete", "partial")
ANY = ("complete", "partial", "failed")
FAILED = ("failed",)
OVER = ("over-limit",)


def leaks(text: str) -> bool:
    """Whether a text holds what it could only have from another file."""
    return any(secret in text for secret in SECRETS)


def unshown(text: str) -> list[str]:
    """Control characters that a terminal would obey."""
    return _UNSHOWN_RE.findall(text.replace("\r\n", "\n"))
