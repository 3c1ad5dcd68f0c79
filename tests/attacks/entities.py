"""Documents within a document type: entities that grow, and those that are other files."""

from tests.attacks.attack import HERE, HTTP, SECRET_FILE, TRAP
from tests.attacks.bombs import Packed, packed

UNTOLD = ("partial", "failed")


def laughs(depth: int = 9, leaf: str = "lol", width: int = 10) -> str:
    """A document type of entities, each of which is ten of the one before."""
    lines = [f'<!ENTITY l0 "{leaf}">']
    lines += [f'<!ENTITY l{n} "{f"&l{n - 1};" * width}">' for n in range(1, depth + 1)]
    return f"<!DOCTYPE x [{''.join(lines)}]>"


def outside(target: str) -> str:
    """A document type whose entity is another file."""
    return f'<!DOCTYPE x [<!ENTITY e SYSTEM "{target}">]>'


def parameter(target: str) -> str:
    """A document type that takes its rules from another file, which may send a third one away."""
    return f'<!DOCTYPE x SYSTEM "{target}" [<!ENTITY % p SYSTEM "{target}"> %p; <!ENTITY % f SYSTEM "{SECRET_FILE.as_uri()}"> %f;]>'


def local(target: str) -> str:
    """A document type that bends one which stands on this machine, so that its entity is another file."""
    inner = f'<!ENTITY &#x25; f SYSTEM "{target}"> <!ENTITY &#x25; g "<!ENTITY e &#x27;&#x25;f;&#x27;>"> &#x25;g;'
    return f"<!DOCTYPE x SYSTEM \"{(HERE / 'local.dtd').as_uri()}\" [<!ENTITY % extra '{inner}'>]>"


XI = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" parse="text" href="{}"/>'
PLACES = {"passwd": "file:///etc/passwd", "file": SECRET_FILE.as_uri(), "pipe": TRAP.as_uri(), "http": f"{HTTP}/entity"}


def filled(xml: str, piece: bytes, times: int) -> Packed:
    """An XML part in which a piece stands for §, so many times."""
    head, tail = xml.split("§")
    return packed((head.encode(), 1), (piece, times), (tail.encode(), 1))


def deep(open_: str, close: str, depth: int, inside: str = "") -> str:
    """An element inside itself so many times."""
    return open_ * depth + inside + close * depth
