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

    The metadata of a field are its French `title`, its `description`, the same in French (`description_fr`), and, where
    there are any, the `values` that it can have and the `bounds` that it keeps, least and greatest, both as JSON.
    """

    title: str
    row: str
    row_in_french: str
    schema: pa.Schema
    key: tuple[str, ...]
    references: tuple[tuple[tuple[str, ...], str], ...] = ()


_TEXT, _INT, _SMALL, _BOOL = pa.string(), pa.int32(), pa.int8(), pa.bool_()


def _field(
    name: str,
    kind: pa.DataType,
    title: str,
    description: str,
    in_french: str,
    *,
    null: bool = False,
    values: tuple[str, ...] = (),
    bounds: tuple[float, float] | None = None,
) -> pa.Field:
    listed = f"{', '.join(values)}."
    told = {
        "title": title,
        "description": f"{description}: {listed}" if values else description,
        "description_fr": f"{in_french} : {listed}" if values else in_french,
    }
    if values:
        told["values"] = json.dumps(values)
    if bounds:
        told["bounds"] = json.dumps(bounds)
    return pa.field(name, kind, nullable=null, metadata=told)


def _table(
    title: str,
    row: str,
    row_in_french: str,
    *fields: pa.Field,
    key: tuple[str, ...],
    references: tuple[tuple[tuple[str, ...], str], ...] = (),
) -> Table:
    return Table(title, row, row_in_french, pa.schema(fields), key, references)


_SHARE = (0.0, 1.0)
_STATUSES, _STANCES = get_args(Status), get_args(Stance)
# One line a column: a table reads better than a paragraph.
# fmt: off
_PACT = _field("pact_id", _TEXT, "Pacte", "Path of the input relative to the input folder, with /.", "Chemin du fichier dans le dossier d’entrée, avec des /.")
_RULE = _field("rule", _TEXT, "Règle", "Id of the rule that found this row.", "Identifiant de la règle qui a trouvé cette ligne.")
_START = _field("start", _INT, "Début", "Code-point offset into documents.text where the evidence begins.", "Position dans documents.text, en points de code, où commence la preuve.")
_END = _field("end", _INT, "Fin", "Code-point offset into documents.text where the evidence ends (exclusive).", "Position dans documents.text, en points de code, juste après la preuve.")
_MEASURE = _field("measure", _INT, "Mesure", "Number of the measure as printed.", "Numéro de la mesure, tel qu’imprimé.")
_OF_PACT = ((("pact_id",), "documents"),)
_OF_MEASURE = (*_OF_PACT, (("pact_id", "measure"), "measures"))
_IN_MEASURE = _field("measure", _INT, "Mesure", "Measure under which it stands; null: under none.", "Mesure sous laquelle cela se trouve ; vide : sous aucune.", null=True)
_IN_LEVEL = _field("level", _SMALL, "Niveau", "The one level under which it stands.", "Seul niveau sous lequel cela se trouve.", null=True)
_IN_OBSERVATION = _field("observation", _INT, "Observation", "Observation in which it stands; null: in none.", "Observation dans laquelle cela se trouve ; vide : dans aucune.", null=True)


_WORDING = (
    _field("wording", _TEXT, "Libellé", "The same words as the catalogue's or others; local where the measure is none of the catalogue's, unknown where one of the two is not there", "Mêmes mots que le catalogue, ou autres ; local pour une mesure hors catalogue, unknown s’il manque l’un des deux textes", values=get_args(WordingKind)),
    _field("similarity", pa.float64(), "Ressemblance", "Share of the words of both that are the same and in the same order, 0-1; null where nothing is compared.", "Part des mots des deux textes qui sont les mêmes et dans le même ordre, de 0 à 1 ; vide sans comparaison.", null=True, bounds=_SHARE),
    _field("added", pa.list_(pa.field("element", _TEXT, nullable=False)), "Mots ajoutés", "Stretches of words that the catalogue does not have, in the source's own characters; null where nothing is compared.", "Suites de mots que le catalogue n’a pas, telles qu’imprimées ; vide sans comparaison.", null=True),
    _field("removed", pa.list_(pa.field("element", _TEXT, nullable=False)), "Mots retirés", "Stretches of words that only the catalogue has, in its characters; null where nothing is compared.", "Suites de mots que seul le catalogue a ; vide sans comparaison.", null=True),
)
"""What was printed beside the wording of the catalogue; case, accents and punctuation make no difference."""


def _nullable(field: pa.Field) -> pa.Field:
    return field.with_nullable(True)


TABLES: dict[str, Table] = {
    "documents": _table(
        "Documents",
        "a file: the list, the date, what became of it, its whole text",
        "un fichier : la liste, la date, ce qui en a été lu, son texte entier",
        _PACT,
        _field("sha256", _TEXT, "Empreinte", "SHA-256 of the input's bytes, in hexadecimal.", "SHA-256 des octets du fichier, en hexadécimal."),
        _field("media_type", _TEXT, "Format", "Media type, told by content.", "Type de média, reconnu au contenu."),
        _field("encoding", _TEXT, "Encodage", "Encoding that the text was read as.", "Encodage selon lequel le texte a été lu.", null=True),
        _field("n_bytes", _INT, "Taille (octets)", "Size of the input in bytes.", "Taille du fichier, en octets."),
        _field("n_chars", _INT, "Taille (caractères)", "Length of text in code points.", "Longueur du texte, en points de code."),
        _field("profile", _TEXT, "Type de pacte", "Folder of rules that read the document.", "Dossier des règles qui ont lu le document."),
        _field("list_name", _TEXT, "Liste", "Name of the candidate list, as printed.", "Nom de la liste candidate, tel qu’imprimé.", null=True),
        _field("lead_candidate", _TEXT, "Tête de liste", "Who leads the list, as printed.", "Qui conduit la liste, tel qu’imprimé.", null=True),
        _field("commune", _TEXT, "Commune", "Name of the commune.", "Nom de la commune.", null=True),
        _field("commune_code", _TEXT, "Code INSEE", "INSEE code of the commune.", "Code INSEE de la commune.", null=True),
        _field("signed", _BOOL, "Signé", "Whether the document says that it was signed.", "Si le document dit avoir été signé.", null=True),
        _field("signed_on", pa.date32(), "Signé le", "Date of the signature.", "Date de la signature.", null=True),
        _field("catalogue", _TEXT, "Catalogue", "Edition of the catalogue that measures are compared with.", "Édition du catalogue auquel les mesures sont comparées."),
        _field("level_mode", _TEXT, "Usage des niveaux", "Any set of levels, one chosen, or no levels", "Des niveaux quelconques, un seul choisi, ou aucun niveau", values=get_args(LevelMode)),
        _field("announced_measures", _INT, "Mesures annoncées", "How many measures the document announces.", "Nombre de mesures que le document annonce.", null=True),
        _field("n_measures", _INT, "Mesures", "How many measures were found.", "Nombre de mesures trouvées."),
        _field("status", _TEXT, "État", "Without doubts, with warnings, or with an error", "Sans doute, avec des avertissements, ou avec une erreur", values=get_args(DocumentStatus)),
        _field("coverage", pa.float64(), "Couverture", "Share of the characters that were understood, 0-1.", "Part des caractères qui ont été compris, de 0 à 1.", bounds=_SHARE),
        _field("n_diagnostics", _INT, "Signalements", "How many diagnostics the document has.", "Nombre de signalements du document."),
        _field("parser_version", _TEXT, "Version", "Version of the parser.", "Version du lecteur."),
        _field("rules_fingerprint", _TEXT, "Empreinte des règles", "Hash of the rule files.", "Empreinte des fichiers de règles."),
        _field("text", _TEXT, "Texte", "The text that all offsets refer to.", "Le texte auquel se rapportent toutes les positions."),
        key=("pact_id",),
    ),
    "blocks": _table(
        "Blocs",
        "a stretch of lines and what it is; together they give the text back",
        "un passage et sa nature ; mis bout à bout, ils redonnent le texte",
        _PACT,
        _field("block", _INT, "Bloc", "Number of the block in the document, from 1.", "Numéro du bloc dans le document, à partir de 1."),
        _field("kind", _TEXT, "Nature", "What the stretch is", "Ce qu’est ce passage", values=get_args(BlockKind)),
        _field("parent", _INT, "Bloc parent", "Block that this one stands under.", "Bloc sous lequel se trouve celui-ci.", null=True),
        _nullable(_MEASURE),
        _field("level", _SMALL, "Niveau", "The level that a level block prints; null for none or several.", "Niveau qu’un bloc de niveau imprime ; vide pour aucun ou plusieurs.", null=True),
        _nullable(_RULE),
        _field("page", _INT, "Page", "Page of a PDF on which the block begins, from 1; null elsewhere.", "Page d’un PDF où commence le bloc, à partir de 1 ; vide ailleurs.", null=True),
        _field("paragraph", _INT, "Paragraphe", "Paragraph of the document with which the block begins, from 1 (in plain text, the line); null in a PDF.", "Paragraphe du document où commence le bloc, à partir de 1 (la ligne, dans un texte) ; vide dans un PDF.", null=True),
        _START,
        _END,
        key=("pact_id", "block"),
        references=(*_OF_PACT, (("pact_id", "parent"), "blocks"), (("pact_id", "measure"), "measures")),
    ),
    "principles": _table(
        "Principes",
        "a principle that the pact prints",
        "un principe que le pacte imprime",
        _PACT,
        _field("principle", _TEXT, "Principe", "Letter of the principle.", "Lettre du principe."),
        _field("title", _TEXT, "Intitulé", "Title as printed.", "Intitulé, tel qu’imprimé."),
        _field("text", _TEXT, "Texte", "Paragraph under the title.", "Paragraphe sous l’intitulé.", null=True),
        _RULE,
        _START,
        _END,
        key=("pact_id", "principle"),
        references=_OF_PACT,
    ),
    "measures": _table(
        "Mesures",
        "a measure that the pact prints, and the answer to it as a whole",
        "une mesure que le pacte imprime, et la réponse à la mesure entière",
        _PACT,
        _MEASURE,
        _field("title", _TEXT, "Intitulé", "Title as printed.", "Intitulé, tel qu’imprimé.", null=True),
        _field("status", _TEXT, "Réponse", "What holds for the measure as a whole", "Ce qui vaut pour la mesure entière", values=_STATUSES),
        _field("origin", _TEXT, "Origine", "A measure of the catalogue, or one of this pact only", "Mesure du catalogue, ou propre à ce pacte", values=("catalogue", "local")),
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
        "un niveau d’une mesure et la réponse de la liste",
        _PACT,
        _MEASURE,
        _field("level", _SMALL, "Niveau", "Number of the level as printed.", "Numéro du niveau, tel qu’imprimé."),
        _field("status", _TEXT, "Réponse", "What the list answers", "Ce que la liste répond", values=_STATUSES),
        _field("conditional", _BOOL, "Sous condition", "A condition bears on the level.", "Une condition porte sur ce niveau."),
        _field("excepted", _BOOL, "Avec exception", "A part of the level is left out.", "Une partie du niveau est exclue."),
        _field("amended", _BOOL, "Modifié", "The level is taken on in another wording.", "Le niveau est pris sous une autre forme."),
        _field("listed", _BOOL, "Imprimé", "The level is printed under the measure.", "Le niveau est imprimé sous la mesure."),
        _field("evidence", _TEXT, "Preuve", "What tells the status", "Ce dont la réponse est tirée", values=("listing", "clause", "both", "none")),
        _field("clause", _INT, "Clause", "The clause that decided the status.", "La clause qui a décidé de la réponse.", null=True),
        _field("text", _TEXT, "Texte", "Wording of the level, in the source's own characters.", "Libellé du niveau, tel qu’imprimé.", null=True),
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
        "un point de la liste sous une mesure ou l’un de ses niveaux",
        _PACT,
        _MEASURE,
        _field("item", _INT, "Point", "Number of the item under its measure, from 1.", "Numéro du point sous sa mesure, à partir de 1."),
        _field("level", _SMALL, "Niveau", "Level that the item stands under.", "Niveau sous lequel se trouve le point.", null=True),
        _field("text", _TEXT, "Texte", "Text without the bullet.", "Texte sans la puce."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "measure", "item"),
        references=_OF_MEASURE,
    ),
    "observations": _table(
        "Observations",
        "what the list wrote, word for word",
        "ce que la liste a écrit, mot pour mot",
        _PACT,
        _field("observation", _INT, "Observation", "Number of the observation in the document, from 1.", "Numéro de l’observation dans le document, à partir de 1."),
        _field("measure", _INT, "Mesure", "Measure that it is about; null: the whole pact.", "Mesure dont elle parle ; vide : le pacte entier.", null=True),
        _field("level", _SMALL, "Niveau", "Level that it stands under, where it is about that one.", "Niveau sous lequel elle se trouve, si elle parle de celui-là.", null=True),
        _field("evidence", _TEXT, "Preuve", "How it was known", "À quoi elle a été reconnue", values=("style", "cue", "label", "catalogue")),
        _field("bold", _BOOL, "Gras", "Whether it is set in bold, nearly throughout.", "Si elle est en gras, presque partout."),
        _field("italic", _BOOL, "Italique", "Whether it is set in italics, nearly throughout.", "Si elle est en italique, presque partout."),
        _field("text", _TEXT, "Texte", "The observation, word for word.", "L’observation, mot pour mot."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "observation"),
        references=_OF_MEASURE,
    ),
    "clauses": _table(
        "Clauses",
        "one assertion of an observation: its position, the levels that it bears on, what it is about",
        "une affirmation d’une observation : sa position, les niveaux sur lesquels elle porte, ce dont elle parle",
        _PACT,
        _field("clause", _INT, "Clause", "Number of the clause in the document, from 1.", "Numéro de la clause dans le document, à partir de 1."),
        _field("observation", _INT, "Observation", "Observation that it is part of.", "Observation dont elle fait partie."),
        _nullable(_MEASURE),
        _field("stance", _TEXT, "Position", "What is asserted", "Ce qui est affirmé", values=_STANCES),
        _field("levels", pa.list_(pa.field("element", _SMALL, nullable=False)), "Niveaux", "Levels that it bears on.", "Niveaux sur lesquels elle porte."),
        _field("text", _TEXT, "Texte", "What it is about, in the source's own characters.", "Ce dont elle parle, tel qu’imprimé.", null=True),
        _RULE,
        _START,
        _END,
        key=("pact_id", "clause"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "references": _table(
        "Renvois",
        "a measure that another one, or an observation, refers to",
        "une mesure à laquelle une autre, ou une observation, renvoie",
        _PACT,
        _field("reference", _INT, "Renvoi", "Number of the reference in the document, from 1.", "Numéro du renvoi dans le document, à partir de 1."),
        _IN_MEASURE,
        _IN_LEVEL,
        _IN_OBSERVATION,
        _field("target", _INT, "Mesure visée", "Number of the measure that is referred to; it need not be in the pact.", "Numéro de la mesure visée ; elle n’est pas forcément dans le pacte."),
        _field("text", _TEXT, "Texte", "The reference as printed.", "Le renvoi, tel qu’imprimé."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "reference"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "quantities": _table(
        "Quantités",
        "a number that a measure or an observation names: how much, for each of what, by when",
        "un nombre que nomme une mesure ou une observation : combien, pour chaque quoi, pour quand",
        _PACT,
        _field("quantity", _INT, "Quantité", "Number of the quantity in the document, from 1.", "Numéro de la quantité dans le document, à partir de 1."),
        _IN_MEASURE,
        _IN_LEVEL,
        _IN_OBSERVATION,
        _field("value", pa.float64(), "Valeur", "The number; below 0 for a reduction. Null where only a deadline is given.", "Le nombre ; négatif pour une réduction. Vide s’il n’y a qu’une échéance.", null=True),
        _field("unit", _TEXT, "Unité", "What is counted: %, €, ha, or the noun as printed; null where none is.", "Ce qui est compté : %, €, ha, ou le nom tel qu’imprimé ; vide s’il n’y en a pas.", null=True),
        _field("per", _TEXT, "Par", "For each of what: an, habitant·e par an, 3500 habitant·es.", "Pour chaque quoi : an, habitant·e par an, 3500 habitant·es.", null=True),
        _field("comparator", _TEXT, "Comparaison", "How the number is meant; null without one", "Comment le nombre est entendu ; vide sans nombre", null=True, values=get_args(Comparator)),
        _field("deadline", pa.int16(), "Échéance", "Year by which.", "Année d’échéance.", null=True),
        _field("text", _TEXT, "Texte", "The quantity as printed.", "La quantité, telle qu’imprimée."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "quantity"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "organisations": _table(
        "Organismes",
        "a body that an observation names",
        "un organisme que nomme une observation",
        _PACT,
        _field("organisation", _INT, "Organisme", "Number of the mention in the document, from 1.", "Numéro de la mention dans le document, à partir de 1."),
        _IN_MEASURE,
        _IN_LEVEL,
        _IN_OBSERVATION.with_nullable(False),
        _field("name", _TEXT, "Nom", "The body under one spelling, whatever is printed; for a name of its own, that name.", "L’organisme sous une seule graphie, quelle que soit celle imprimée ; pour un nom propre, ce nom."),
        _field("kind", _TEXT, "Nature", "What kind of body it is", "Nature de l’organisme", values=get_args(OrganisationKind)),
        _field("text", _TEXT, "Texte", "The body as printed.", "L’organisme, tel qu’imprimé."),
        _RULE,
        _START,
        _END,
        key=("pact_id", "organisation"),
        references=(*_OF_MEASURE, (("pact_id", "observation"), "observations")),
    ),
    "diagnostics": _table(
        "Signalements",
        "a doubt: where it is, and what to do about it",
        "un doute : où, et que faire",
        _PACT,
        _field("diagnostic", _INT, "Signalement", "Number of the diagnostic in the document, from 1.", "Numéro du signalement dans le document, à partir de 1."),
        _field("severity", _TEXT, "Gravité", "How much it matters", "Son importance", values=get_args(Severity)),
        _field("code", _TEXT, "Code", "Stable name of the kind of doubt.", "Nom stable de cette sorte de doute."),
        _field("message", _TEXT, "Message", "What is doubtful, and what to do.", "Ce qui est douteux, et que faire."),
        _nullable(_MEASURE),
        _nullable(_START),
        _nullable(_END),
        _field("line", _INT, "Ligne", "Line of the text, from 1.", "Ligne du texte, à partir de 1.", null=True),
        _field("column", _INT, "Colonne", "Column in the line, in code points from 1.", "Colonne dans la ligne, en points de code, à partir de 1.", null=True),
        key=("pact_id", "diagnostic"),
        references=_OF_PACT,
    ),
}
"""The tables whose rows come from pacts, each in the order of `pact_id`."""

CATALOGUE = _table(
    "Catalogue",
    "the title of a measure, or the wording of one of its levels, that pacts are compared with",
    "l’intitulé d’une mesure, ou le libellé d’un de ses niveaux, auquel les pactes sont comparés",
    _field("catalogue", _TEXT, "Catalogue", "Edition of the catalogue, as in documents.catalogue.", "Édition du catalogue, comme dans documents.catalogue."),
    _field("measure", _INT, "Mesure", "Number of the measure.", "Numéro de la mesure."),
    _field("level", _SMALL, "Niveau", "Number of the level; 0 is the measure itself.", "Numéro du niveau ; 0 pour la mesure elle-même."),
    _field("label", _TEXT, "Libellé du numéro", "The measure's number as the catalogue prints it: 12, A3.", "Numéro de la mesure, tel que le catalogue l’imprime : 12, A3."),
    _field("text", _TEXT, "Texte", "Wording of the level; the title of the measure, where level is 0.", "Libellé du niveau ; intitulé de la mesure si level vaut 0."),
    key=("catalogue", "measure", "level"),
)
"""What pacts are compared with, from the rules: one row for each title and each level's wording."""
# fmt: on
ALL = {**TABLES, "catalogue": CATALOGUE}
"""All tables of an output."""
