"""raw/manifest.csv: what no document tells of itself, one row a file."""

import csv
import io
import re
from datetime import date
from pathlib import Path

from pipeline.model import Known

NAME = "manifest.csv"
COLUMNS = ("file", "list_name", "lead_candidate", "commune", "commune_code", "signed", "signed_on", "url")
_CODE_RE = re.compile(r"\d{5}|2[AB]\d{3}")
_SIGNED = {"": None, "true": True, "false": False, "oui": True, "non": False, "yes": True, "no": False}


class ManifestError(Exception):
    """A manifest that cannot be used; the text names file, line and remedy."""


def read_manifest(folder: Path) -> dict[str, Known]:
    """What manifest.csv says, by pact id; nothing where there is no such file.

    Commas or semicolons, with or without a BOM. Raises `ManifestError` for anything that is not right in it.
    """
    path = folder / NAME
    return parse_manifest(path.read_bytes(), str(path)) if path.is_file() else {}


def parse_manifest(data: bytes, label: str) -> dict[str, Known]:
    """What the bytes of a manifest say, by pact id; errors call it `label`. Raises what `read_manifest` raises."""
    try:
        # Any line ends, as in a file.
        text = io.TextIOWrapper(io.BytesIO(data), "utf-8-sig").read()
    except UnicodeDecodeError:
        raise ManifestError(f"{label}: is not UTF-8: save it as UTF-8") from None
    try:
        return _rows(text, label)
    except csv.Error as error:
        raise ManifestError(f"{label}: is no table ({error}): save it as CSV anew") from None


def _rows(text: str, label: str) -> dict[str, Known]:
    head = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text), delimiter=";" if head.count(";") > head.count(",") else ",")
    unknown = [name for name in reader.fieldnames or [] if name not in COLUMNS]
    if unknown or "file" not in (reader.fieldnames or []):
        wrong = f"the column {unknown[0]!r} is not known" if unknown else "the column 'file' is missing"
        raise ManifestError(f"{label}: {wrong}: the columns are {', '.join(COLUMNS)}")
    rows: dict[str, Known] = {}
    for row in reader:
        where = f"{label}:{reader.line_num}"
        if None in row or not row["file"]:
            raise ManifestError(f"{where}: not as many cells as columns, or no file: correct the row")
        if row["file"] in rows:
            raise ManifestError(f"{where}: {row['file']} stands twice: remove one")
        rows[row["file"]] = _known({name: (value or "").strip() for name, value in row.items()}, where)
    return rows


def _known(row: dict[str, str], where: str) -> Known:
    code = row.get("commune_code", "")
    if code and not _CODE_RE.fullmatch(code):
        raise ManifestError(f"{where}: {code!r} is no INSEE code: five characters, with its leading 0 (01004, 2A004)")
    signed = row.get("signed", "").lower()
    if signed not in _SIGNED:
        raise ManifestError(f"{where}: signed is {signed!r}: write true or false, or leave it empty")
    try:
        day = date.fromisoformat(row["signed_on"]) if row.get("signed_on") else None
    except ValueError:
        raise ManifestError(f"{where}: {row['signed_on']!r} is no date: write it as 2020-03-05") from None
    return Known(
        list_name=row.get("list_name") or None,
        lead_candidate=row.get("lead_candidate") or None,
        commune=row.get("commune") or None,
        commune_code=code or None,
        signed=_SIGNED[signed],
        signed_on=day,
    )
