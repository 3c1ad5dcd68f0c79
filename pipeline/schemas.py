"""The tables: the only definition of their columns, types, keys and titles."""

import json
from dataclasses import dataclass
from typing import get_args

import pyarrow as pa

from pipeline.model import (
    BlockKind,
    Comparator,
    DocumentStatus,
    LevelMode,
    OrganisationKind,
    Severity,
    Stance,
    Status,
    WordingKind,
)


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its French title, what a row is, its schema, its key, and which columns refer to which table.

    The metadata of a field are its French `title`, its `description`, and, where there are any, the `values` that it
    can have and the `bounds` that it keeps, least and greatest, both as JSON.
    """

    title: str
    row: str
    schema: pa.Schema
    key: tuple[str, ...]
    references: tuple[tuple[tuple[str, ...], str], ...] = ()


_TEXT, _INT, _SMALL, _BOOL = pa.string(), pa.int32(), pa.int8(), pa.bool_()


def _field(
    name: str,
    kind: pa.DataType,
    title: str,
    description: str,
    *,
    null: bool = False,
    values: tuple[str, ...] = (),
    bounds: tuple[float, float] | None = None,
) -> pa.Field:
    told = {"title": title, "description": f"{description}{': ' + ', '.join(values) + '.' if values else ''}"}
    if values:
        told["values"] = json.dumps(values)
    if bounds:
        told["bounds"] = json.dumps(bounds)
    return pa.field(name, kind, nullable=null, metadata=told)


def _table(
    title: str,
    row: str,
    *fields: pa.Field,
    key: tuple[str, ...],
    references: tuple[tuple[tuple[str, ...], str], ...] = (),
) -> Table:
    return Table(title, row, pa.schema(fields), key, references)


_SHARE = (0.0, 1.0)
_STATUSES, _STANCES = get_args(Status), get_args(Stance)
_PACT = _field("pact_id", _TEXT, "Pacte", "Path of the input relative to the input folder, with /.")
_RULE = _field("rule", _TEXT, "Règle", "Id of the rule that found this row.")
_START = _field("start", _INT, "Début", "Code-point offset into documents.text where the evidence begins.")
_END = _field("end", _INT, "Fin", "Code-point offset into documents.text where the evidence ends (exclusive).")
_MEASURE = _field("measure", _INT, "Mesure", "Number of the measure as printed.")
_OF_PACT = ((("pact_id",), "documents"),)
_OF_MEASURE = (*_OF_PACT, (("pact_id", "measure"), "measures"))
_IN_MEASURE = _field("measure", _INT, "Mesure", "Measure under which it stands; null: under none.", null=True)
_IN_LEVEL = _field("level", _SMALL, "Niveau", "The one level under which it stands.", null=True)
_IN_OBSERVATION = _field(
    "observation", _INT, "Observation", "Observation in which it stands; null: in none.", null=True
)


_WORDING = (
    _field(
        "wording",
        _TEXT,
        "Libellé",
        "The same words as the catalogue's or others; local where the measure is none of the catalogue's, unknown where one of the two is not there",
        values=get_args(WordingKind),
    ),
    _field(
        "similarity",
        pa.float64(),
        "Ressemblance",
        "Share of the words of both that are the same and in the same order, 0-1; null where nothing is compared.",
        null=True,
        bounds=_SHARE,
    ),
    _field(
        "added",
        pa.list_(pa.field("element", _TEXT, nullable=False)),
        "Mots ajoutés",
        "Stretches of words that the catalogue does not have, in the source's own characters; null where nothing is compared.",
        null=True,
    ),
    _field(
        "removed",
        pa.list_(pa.field("element", _TEXT, nullable=False)),
        "Mots retirés",
        "Stretches of words that only the catalogue has, in its characters; null where nothing is compared.",
        null=True,
    ),
)
"""What was printed beside the wording of the catalogue; case, accents and punctuation make no difference."""


def _nullable(field: pa.Field) -> pa.Field:
    return field.with_nullable(True)


TABLES: dict[str, Table] = {
    "documents": _table(
        "Documents",
        "a file: the list, the date, what became of it, its whole text",
        _PACT,
        _field("sha256", _TEXT, "Empreinte", "SHA-256 of the input's bytes, in hexadecimal."),
        _field("media_type", _TEXT, "Format", "Media type, told by content."),
        _field("encoding", _TEXT, "Encodage", "Encoding that the text was read as.", null=True),
        _field("n_bytes", _INT, "Taille (octets)", "Size of the input in bytes."),
        _field("n_chars", _INT, "Taille (caractères)", "Length of text in code points."),
        _field("profile", _TEXT, "Type de pacte", "Folder of rules that read the document."),
        _field("list_name", _TEXT, "Liste", "Name of the candidate list, as printed.", null=True),
        _field("lead_candidate", _TEXT, "Tête de liste", "Who leads the list, as printed.", null=True),
        _field("commune", _TEXT, "Commune", "Name of the commune.", null=True),
        _field("commune_code", _TEXT, "Code INSEE", "INSEE code of the commune.", null=True),
        _field("signed", _BOOL, "Signé", "Whether the document says that it was signed.", null=True),
        _field("signed_on", pa.date32(), "Signé le", "Date of the signature.", null=True),
        _field("catalogue", _TEXT, "Catalogue", "Edition of the catalogue that measures are compared with."),
        _field(
            "level_mode",
            _TEXT,
            "Usage des niveaux",
            "Any set of levels, one chosen, or no levels",
            values=get_args(LevelMode),
        ),
        _field(
            "announced_measures",
            _INT,
            "Mesures annoncées",
            "How many measures the document announces.",
            null=True,
        ),
        _field("n_measures", _INT, "Mesures", "How many measures were found."),
        _field(
            "status", _TEXT, "État", "Without doubts, with warnings, or with an error", values=get_args(DocumentStatus)
        ),
        _field(
            "coverage", pa.float64(), "Couverture", "Share of the characters that were understood, 0-1.", bounds=_SHARE
        ),
        _field("n_diagnostics", _INT, "Signalements", "How many diagnostics the document has."),
        _field("parser_version", _TEXT, "Version", "Version of the parser."),
        _field("rules_fingerprint", _TEXT, "Empreinte des règles", "Hash of the rule files."),
        _field("text", _TEXT, "Texte", "The text that all offsets refer to."),
        key=("pact_id",),
    ),
    "blocks": _table(
        "Blocs",
        "a stretch of lines and what it is; together they give the text back",
        _PACT,
        _field("block", _INT, "Bloc", "Number of the block in the document, from 1."),
        _field(
            "kind",
            _TEXT,
            "Nature",
            "What the stretch is",
            values=get_args(BlockKind),
        ),
        _field("parent", _INT, "Bloc parent", "Block that this one stands under.", null=True),
        _nullable(_MEASURE),
        _field(
            "level",
            _SMALL,
            "Niveau",
            "The level that a level block prints; null for none or several.",
            null=True,
        ),
        _nullable(_RULE),
        _field("page", _INT, "Page", "Page of a PDF on which the block begins, from 1; null elsewhere.", null=True),
        _field(
            "paragraph",
            _INT,
            "Paragraphe",
            "Paragraph of the document with which the block begins, from 1 (in plain text, the line); null in a PDF.",
            null=True,
        ),
        _START,
        _END,
        key=("pact_id", "block"),
        references=(*_OF_PACT, (("pact_id", "parent"), "blocks"), (("pact_id", "measure"), "measures")),
    ),
    "principles": _table(
        "Principes",
        "a principle that the pact prints",
        _PACT,
        _field("principle", _TEXT, "Principe", "Letter of the principle."),
        _field("title", _TEXT, "Intitulé", "Title as printed."),
        _field("text", _TEXT, "Texte", "Paragraph under the title.", null=True),
        _RULE,
        _START,
        _END,
        key=("pact_id", "principle"),
        references=_OF_PACT,
    ),
    "measures": _table(
        "Mesures",
        "a measure that the pact prints, and the answer to it as a whole",
        _PACT,
        _MEASURE,
        _field("title", _TEXT, "Intitulé", "Title as printed.", null=True),
        _field("status", _TEXT, "Réponse", "What holds for the measure as a whole", values=_STATUSES),
        _field(
            "origin",
            _TEXT,
            "Origine",
            "A measure of the catalogue, or one of this pact only",
            values=("catalogue", "local"),
        ),
        *_WORDING,
        _RULE,
        _START,
        _END,
        key=("pact_id", "measure"),
        references=_OF_PACT,
    ),
    "levels": _table(
        "Niveaux",
        "a level of a measure and the list's answer",
        _PACT,
        _MEASURE,
        _field("level", _SMALL, "Niveau", "Number of the level as printed."),
        _field("status", _TEXT, "Réponse", "What the list answers", values=_STATUSES),
        _field("conditional", _BOOL, "Sous condition", "A condition bears on the level."),
        _field("excepted", _BOOL, "Avec exception", "A part of the level is left out."),
        _field("amended", _BOOL, "Modifié", "The level is taken on in another wording."),
        _field("listed", _BOOL, "Imprimé", "The level is printed under the measure."),
        _field("evidence", _TEXT, "Preuve", "What tells the status", values=("listing", "clause", "both", "none")),
        _field("clause", _INT, "Clause", "The clause that decided the status.", null=True),
        _field("text", _TEXT, "Texte", "Wording of the level, in the source's own characters.", null=True),
        *_WORDING,
        _nullable(_RULE),
        _nullable(_START),
        _nullable(_END),
        key=("pact_id", "measure", "level"),
        references=(*_OF_MEASURE, (("pact_id", "clause"), "clauses")),
    ),
    "items": _table(
        "Points",
        "a point of the list under a measure or one of its levels",
        _PACT,
        _MEASURE,
        _field("item", _INT, "Point", "Number of the item under its measure, from 1."),
        _field("level", _SMALL, "Niveau", "Level that the item stands under.", null=True),
        _field("text", _TEXT, "Texte", "Text without the bullet."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "measure", "item"),
        references=_OF_MEASURE,
    ),
    "observations": _table(
        "Observations",
        "what the list wrote, word for word",
        _PACT,
        _field("observation", _INT, "Observation", "Number of the observation in the document, from 1."),
        _field("measure", _INT, "Mesure", "Measure that it is about; null: the whole pact.", null=True),
        _field("level", _SMALL, "Niveau", "Level that it stands under, where it is about that one.", null=True),
        _field("evidence", _TEXT, "Preuve", "How it was known", values=("style", "cue", "label", "catalogue")),
        _field("bold", _BOOL, "Gras", "Whether it is set in bold, nearly throughout."),
        _field("italic", _BOOL, "Italique", "Whether it is set in italics, nearly throughout."),
        _field("text", _TEXT, "Texte", "The observation, word for word."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "observation"),
        references=_OF_MEASURE,
    ),
    "clauses": _table(
        "Clauses",
        "one assertion of an observation: its position, the levels that it bears on, what it is about",
        _PACT,
        _field("clause", _INT, "Clause", "Number of the clause in the document, from 1."),
        _field("observation", _INT, "Observation", "Observation that it is part of."),
        _nullable(_MEASURE),
        _field(
            "stance",
            _TEXT,
            "Position",
            "What is asserted",
            values=_STANCES,
        ),
        _field(
            "levels",
            pa.list_(pa.field("element", _SMALL, nullable=False)),
            "Niveaux",
            "Levels that it bears on.",
        ),
        _field("text", _TEXT, "Texte", "What it is about, in the source's own characters.", null=True),
        _RULE,
        _START,
        _END,
        key=("pact_id", "clause"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "references": _table(
        "Renvois",
        "a measure that another one, or an observation, refers to",
        _PACT,
        _field("reference", _INT, "Renvoi", "Number of the reference in the document, from 1."),
        _IN_MEASURE,
        _IN_LEVEL,
        _IN_OBSERVATION,
        _field(
            "target", _INT, "Mesure visée", "Number of the measure that is referred to; it need not be in the pact."
        ),
        _field("text", _TEXT, "Texte", "The reference as printed."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "reference"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "quantities": _table(
        "Quantités",
        "a number that a measure or an observation names: how much, for each of what, by when",
        _PACT,
        _field("quantity", _INT, "Quantité", "Number of the quantity in the document, from 1."),
        _IN_MEASURE,
        _IN_LEVEL,
        _IN_OBSERVATION,
        _field(
            "value",
            pa.float64(),
            "Valeur",
            "The number; below 0 for a reduction. Null where only a deadline is given.",
            null=True,
        ),
        _field(
            "unit", _TEXT, "Unité", "What is counted: %, €, ha, or the noun as printed; null where none is.", null=True
        ),
        _field("per", _TEXT, "Par", "For each of what: an, habitant·e par an, 3500 habitant·es.", null=True),
        _field(
            "comparator",
            _TEXT,
            "Comparaison",
            "How the number is meant; null without one",
            null=True,
            values=get_args(Comparator),
        ),
        _field("deadline", pa.int16(), "Échéance", "Year by which.", null=True),
        _field("text", _TEXT, "Texte", "The quantity as printed."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "quantity"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "organisations": _table(
        "Organismes",
        "a body that an observation names",
        _PACT,
        _field("organisation", _INT, "Organisme", "Number of the mention in the document, from 1."),
        _IN_MEASURE,
        _IN_LEVEL,
        _IN_OBSERVATION.with_nullable(False),
        _field(
            "name", _TEXT, "Nom", "The body under one spelling, whatever is printed; for a name of its own, that name."
        ),
        _field(
            "kind",
            _TEXT,
            "Nature",
            "What kind of body it is",
            values=get_args(OrganisationKind),
        ),
        _field("text", _TEXT, "Texte", "The body as printed."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "organisation"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "diagnostics": _table(
        "Signalements",
        "a doubt: where it is, and what to do about it",
        _PACT,
        _field("diagnostic", _INT, "Signalement", "Number of the diagnostic in the document, from 1."),
        _field("severity", _TEXT, "Gravité", "How much it matters", values=get_args(Severity)),
        _field("code", _TEXT, "Code", "Stable name of the kind of doubt."),
        _field("message", _TEXT, "Message", "What is doubtful, and what to do."),
        _nullable(_MEASURE),
        _nullable(_START),
        _nullable(_END),
        _field("line", _INT, "Ligne", "Line of the text, from 1.", null=True),
        _field("column", _INT, "Colonne", "Column in the line, in code points from 1.", null=True),
        key=("pact_id", "diagnostic"),
        references=_OF_PACT,
    ),
}
"""The tables whose rows come from pacts, each in the order of `pact_id`."""

CATALOGUE = _table(
    "Catalogue",
    "the title of a measure, or the wording of one of its levels, that pacts are compared with",
    _field("catalogue", _TEXT, "Catalogue", "Edition of the catalogue, as in documents.catalogue."),
    _field("measure", _INT, "Mesure", "Number of the measure."),
    _field("level", _SMALL, "Niveau", "Number of the level; 0 is the measure itself."),
    _field("label", _TEXT, "Libellé du numéro", "The measure's number as the catalogue prints it: 12, A3."),
    _field("text", _TEXT, "Texte", "Wording of the level; the title of the measure, where level is 0."),
    key=("catalogue", "measure", "level"),
)
"""What pacts are compared with, from the rules: one row for each title and each level's wording."""
ALL = {**TABLES, "catalogue": CATALOGUE}
"""All tables of an output."""
