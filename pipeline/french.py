"""How the values of the tables are said in French, wherever collectives read them."""

STATUSES = {
    "agreed": "d’accord",
    "refused": "refusé",
    "not_competent": "relève d’un autre",
    "done": "déjà fait",
    "undecided": "réservé",
    "unstated": "non précisé",
}
MARKS = {"conditional": "sous condition", "excepted": "avec exception", "amended": "modifié"}
STANCES = {
    "agree": "accord",
    "refuse": "refus",
    "not_competent": "relève d’un autre",
    "done": "déjà fait",
    "undecided": "réserve",
    "condition": "condition",
    "except": "exception",
    "amend": "modification",
}
DOCUMENTS = {"complete": "sans doute", "partial": "à vérifier", "failed": "non lu"}
BLOCKS = {
    "header": "en-tête",
    "introduction": "introduction",
    "principle": "principe",
    "measure": "mesure",
    "level": "niveau",
    "item": "point",
    "text": "texte",
    "observation": "observation",
    "theme": "thème",
    "closing": "fin",
    "note": "note",
    "furniture": "habillage",
    "blank": "",
    "unknown": "non compris",
}
COMPARATORS = {
    "exactly": "",
    "at_least": "au moins",
    "at_most": "au plus",
    "more_than": "plus de",
    "less_than": "moins de",
    "about": "environ",
}
SEVERITIES = {"info": "pour information", "warning": "à vérifier", "error": "erreur"}
WORDINGS = {
    "verbatim": "mot pour mot",
    "reworded": "reformulé",
    "local": "mesure locale",
    "unknown": "sans comparaison",
}
