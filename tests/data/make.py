"""Makes the documents of this folder: one published pact in seven formats, one invented pact in hard layouts.

    .venv/bin/python tests/data/make.py            everything
    .venv/bin/python tests/data/make.py champigny  only files whose names begin so

It needs python-docx and markdown-it-py (both in .venv) and LibreOffice's `soffice` on the path, and reads
raw/champigny-alternance.txt and the catalogue in rules/pacte-transition/. Files come out the same to the eye every
time, not to the byte: word processors write dates and random names into them. wordpress.html and the
*.expected.json files are written by hand and are not touched.

Observations of the published pact are found by this rule: one begins at a line that starts with "Un accord " or
with "Le niveau " and a digit, and goes on to the next empty line, for it always closes its measure.
"""

import csv
import html
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import Any, Literal, NamedTuple

import docx
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from markdown_it import MarkdownIt

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
N_OBSERVATIONS = 13

Kind = Literal["title", "principle", "measure", "text", "observation"]


class Line(NamedTuple):
    """A line of the published pact; lines of one group stand without an empty line between."""

    kind: Kind
    text: str
    group: int


# ---------------------------------------------------------------------------------------- the published pact


def published() -> list[Line]:
    """The lines of the pact in raw/, each with what it is."""
    text = (ROOT / "raw/champigny-alternance.txt").read_text(encoding="utf-8")
    lines: list[Line] = []
    kind: Kind = "text"
    group, after_gap = 0, True
    for n, raw in enumerate(text.splitlines()):
        if not raw.strip():
            group, after_gap = group + 1, True
            continue
        if n == 0:
            kind = "title"
        elif re.match(r"Principe [A-C] :", raw):
            kind = "principle"
        elif after_gap and re.match(r"\d+ ?[–-] ", raw):
            kind = "measure"
        elif re.match(r"Un accord |Le niveau \d", raw):
            kind, group = "observation", group + 1
        elif kind != "observation" or after_gap:
            kind = "text"
        lines.append(Line(kind, raw.rstrip(), group))
        after_gap = False
    found = {line.group for line in lines if line.kind == "observation"}
    assert len(found) == N_OBSERVATIONS, f"{len(found)} observations, not {N_OBSERVATIONS}"
    assert sum(line.kind == "measure" for line in lines) == 30
    return lines


def blocks(lines: Iterable[Line]) -> Iterator[tuple[Kind, list[str]]]:
    """Runs of lines of one kind and one group: an observation comes as one, whatever its length."""
    for (kind, _), run in groupby(lines, lambda line: (line.kind, line.group)):
        yield kind, [line.text for line in run]


def escape_markdown(text: str) -> str:
    """The characters that Markdown would take for marks of its own, and what would begin a list."""
    text = re.sub(r"([\\`*_\[\]<>#|~])", r"\\\1", text)
    text = re.sub(r"^(\d+)([.)-])(?=\s)", r"\1\\\2", text)
    return re.sub(r"^([-+])", r"\\\1", text)


def champigny_md() -> None:
    """Headings, `***…***` a paragraph; `N1` alone and the long observation of 24 with hard line breaks."""
    parts: list[str] = []
    for kind, texts in blocks(published()):
        marked = [escape_markdown(text) for text in texts]
        if kind == "title":
            parts += [f"# {text}" for text in marked]
        elif kind in ("principle", "measure"):
            parts += [f"## {text}" for text in marked]
        elif kind == "observation" and any("loi SRU" in text for text in texts):
            parts.append("***" + "\\\n".join(marked) + "***")
        elif kind == "observation":
            parts += [f"***{text}***" for text in marked]
        else:
            parts += "\n\n".join(marked).replace("N1\n\n•", "N1  \n•").split("\n\n")
    written = "\n\n".join(parts) + "\n"
    rendered = html.unescape(re.sub(r"<[^>]+>", "", MarkdownIt("commonmark").render(written)))
    assert [x for x in rendered.splitlines() if x] == [x.text for x in published()]
    (HERE / "champigny.md").write_text(written, encoding="utf-8")


FRAME = """<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<title>CHAMPIGNY ALTERNANCE – Collectif Transition</title>
<style>
body {{ font-family: sans-serif; max-width: 70em; margin: auto; }}
#page {{ display: flex; gap: 2em; }}
aside {{ flex: 0 0 14em; }}
/* les observations de la liste */
p.avis-liste, .avis-liste p {{ font-style: italic; font-weight: bold; }}
.bandeau {{ position: fixed; bottom: 0; left: 0; right: 0; background: #eee; padding: 1em; }}
</style>
</head>
<body>
<header>
<p><a href="/">Collectif Transition de Champigny</a></p>
<p>Des citoyens qui suivent les engagements de leurs élus</p>
</header>
<nav>
<ul>
<li><a href="/">Accueil</a></li>
<li><a href="/pactes/">Les pactes signés</a>
<ul>
<li><a href="/pactes/a">LISTE VOISINE – Prénom NOM</a></li>
<li><a href="/pactes/b">CHAMPIGNY ALTERNANCE- Laurent JEANNE</a></li>
</ul>
</li>
<li><a href="/contact/">Contact</a></li>
</ul>
</nav>
<div id="page">
<article>
{article}
</article>
<aside>
<h3>Articles récents</h3>
<ul>
<li><a href="/2020/03/reunion">3 – 4 avril : réunion publique</a></li>
<li><a href="/2020/02/mesures">Les 32 mesures du Pacte</a></li>
</ul>
<h3>Recherche</h3>
<form><input type="search"><button>Rechercher</button></form>
</aside>
</div>
<section id="comments" class="comments-area">
<h2>2 commentaires</h2>
<ol>
<li><p><b>Odile</b> dit :</p><p><em><strong>Un accord sur N2 seulement ? Dommage.</strong></em></p></li>
<li><p><b>Karim</b> dit :</p><p>Bravo à toutes et tous !</p></li>
</ol>
<h3>Laisser un commentaire</h3>
</section>
<footer>
<p>© 2020 Collectif Transition – Mentions légales – Fièrement propulsé par WordPress</p>
</footer>
<div class="bandeau" role="dialog" aria-label="cookies">
<p>Ce site utilise des cookies. En poursuivant, vous donnez votre accord.</p>
<button>Accepter</button> <button>Refuser</button>
</div>
</body>
</html>
"""


def champigny_html() -> None:
    """A small site; observations carry a class, on the paragraph itself or on a box around several."""
    out: list[str] = []
    for kind, texts in blocks(published()):
        quoted = [html.escape(text, quote=False) for text in texts]
        if kind in ("title", "principle", "measure"):
            tag = {"title": "h1", "principle": "h3", "measure": "h2"}[kind]
            out += [f"<{tag}>{text}</{tag}>" for text in quoted]
        elif kind == "observation" and len(quoted) == 1:
            out.append(f'<p class="avis-liste">{quoted[0]}</p>')
        elif kind == "observation":
            out += ['<div class="avis-liste">', *(f"<p>{text}</p>" for text in quoted), "</div>"]
        else:
            out += [f"<p>{text}</p>" for text in quoted]
    (HERE / "champigny.html").write_text(FRAME.format(article="\n".join(out)), encoding="utf-8")


def new_document() -> Document:
    """An empty document in French, in fonts that are on every Linux."""
    document = docx.Document()
    for lang in document.styles.element.iter(qn("w:lang")):
        lang.set(qn("w:val"), "fr-FR")
    for fonts in document.styles.element.iter(qn("w:rFonts")):
        for name in list(fonts.attrib):
            del fonts.attrib[name]
        fonts.set(qn("w:ascii"), "Liberation Sans")
        fonts.set(qn("w:hAnsi"), "Liberation Sans")
    document.styles["Normal"].font.size = Pt(10)
    return document


def champigny_docx() -> None:
    """Styles say everything: a paragraph style for observations of one line, a character style for longer ones."""
    document = new_document()
    by_paragraph: Any = document.styles.add_style("Observation de la liste", WD_STYLE_TYPE.PARAGRAPH)
    by_paragraph.base_style = document.styles["Normal"]
    by_run: Any = document.styles.add_style("Avis de la liste", WD_STYLE_TYPE.CHARACTER)
    for style in (by_paragraph, by_run):
        style.font.bold = style.font.italic = True
    for kind, texts in blocks(published()):
        for text in texts:
            if kind == "observation" and len(texts) > 1:
                document.add_paragraph().add_run(text, by_run)
            else:
                names = {"title": "Title", "principle": "Heading 3", "measure": "Heading 2"}
                document.add_paragraph(text, by_paragraph if kind == "observation" else names.get(kind))
    document.save(str(HERE / "champigny.docx"))


def convert(source: Path, target: Path) -> None:
    """A document in the format that the target's ending names, by LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", "-env:UserInstallation=file:///tmp/lo-fixtures", "--headless", "--convert-to"]
        command += [target.suffix[1:], "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        shutil.move(Path(folder, source.stem + target.suffix), target)


def champigny_lo() -> None:
    """What LibreOffice makes of the .docx, and of its own .odt."""
    convert(HERE / "champigny.docx", HERE / "champigny.odt")
    convert(HERE / "champigny.docx", HERE / "champigny.pdf")
    convert(HERE / "champigny.odt", HERE / "champigny-lo.docx")
    convert(HERE / "champigny.odt", HERE / "champigny-lo.html")


# ----------------------------------------------------------------------------------------- the invented pact

TOWN = "Saint-Aubrac-sur-Lignon"
TITLE = "LIGNON EN COMMUN – Maëlle LE GUENNEC"
THEMES: dict[str, dict[int, tuple[int, ...]]] = {
    "Énergie et finances": {2: (2, 3), 3: (1, 2)},
    "Alimentation et commerce": {7: (1,), 9: (2,)},
    "Déplacements": {14: (1, 2, 3)},
    "Espace public": {22: (2,)},
}
RETAINED = {number: levels for theme in THEMES.values() for number, levels in theme.items()}
# An observation is paragraphs of runs, cut as Word cuts them; a run that begins with "|" is upright where the rest
# is italic.
OBSERVATIONS: dict[int, list[list[str]]] = {
    2: [["Un accord se fait sur N2", " et N3,", " mais pas sur N1 (la commune n’a qu’un seul emprunt en cours)."]],
    3: [
        [
            "Nous nous engageons sur les nive",
            "aux 1 et 2. Le niveau 3 relève de la compétence de l’",
            "|agglomération",
            ".",
        ]
    ],
    9: [
        ["La liste s’engage sur le niveau 2", ", sous réserve de financements."],
        ["En revanche, nous ne nous ", "engageons pas sur le niveau 1 : il reste trop peu de terres à bâtir."],
    ],
    14: [["Accord sur les 3 niveaux", " sauf sur : le doublement du budget des transports en commun."]],
    22: [["N1 est déjà réalisé : ", "la commune n’a plus aucun panneau publicitaire depuis 2016."]],
}
PLACE_AND_DATE = f"Fait à {TOWN}, le 5 mars 2020."


def catalogue() -> tuple[dict[int, str], dict[tuple[int, int], str]]:
    """Titles of measures and wordings of levels."""
    folder = ROOT / "rules/pacte-transition"
    with (folder / "measures.csv").open(encoding="utf-8", newline="") as file:
        titles = {int(row["measure"]): row["title"] for row in csv.DictReader(file)}
    with (folder / "levels.csv").open(encoding="utf-8", newline="") as file:
        wordings = {(int(row["measure"]), int(row["level"])): row["text"] for row in csv.DictReader(file)}
    return titles, wordings


def observation_lines(number: int) -> list[str]:
    """The paragraphs of an observation, whole."""
    return ["".join(run.removeprefix("|") for run in runs) for runs in OBSERVATIONS.get(number, [])]


def add_observation(paragraph: Paragraph, runs: list[str]) -> None:
    for run in runs:
        paragraph.add_run(run.removeprefix("|")).italic = None if run.startswith("|") else True


W_ABSTRACT = """<w:abstractNum {ns} w:abstractNumId="90"><w:multiLevelType w:val="singleLevel"/>
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1 –"/><w:lvlJc w:val="left"/>
<w:pPr><w:ind w:left="567" w:hanging="567"/></w:pPr><w:rPr><w:b/></w:rPr></w:lvl></w:abstractNum>"""
W_NUM = """<w:num {ns} w:numId="{id}"><w:abstractNumId w:val="90"/>
<w:lvlOverride w:ilvl="0"><w:startOverride w:val="{start}"/></w:lvlOverride></w:num>"""
W_NUM_PR = '<w:numPr {ns}><w:ilvl w:val="0"/><w:numId w:val="{id}"/></w:numPr>'


def themes_docx() -> None:
    """Numbers that only the list numbering knows, with restarts at 2, 7, 9, 14 and 22; levels as bullets."""
    titles, wordings = catalogue()
    document = new_document()
    numbering = document.part.numbering_part.element
    ns = nsdecls("w")
    numbering.insert(0, parse_xml(W_ABSTRACT.format(ns=ns)))
    document.add_paragraph(TITLE, "Title")
    document.add_paragraph(
        f"Pacte pour la Transition signé à {TOWN} le 5 mars 2020. La liste a retenu 6 des 32 mesures, que nous avons "
        "rangées par thème. Les observations de la liste sont en italique."
    )
    num_id, before = 90, 0
    for theme, measures in THEMES.items():
        document.add_heading(theme, 1)
        for number, levels in measures.items():
            if number != before + 1:
                num_id += 1
                numbering.append(parse_xml(W_NUM.format(ns=ns, id=num_id, start=number)))
            before = number
            paragraph = document.add_paragraph()
            paragraph.add_run(titles[number]).bold = True
            paragraph._p.get_or_add_pPr().append(parse_xml(W_NUM_PR.format(ns=ns, id=num_id)))
            for level in levels:
                document.add_paragraph(f"Niveau {level} : {wordings[number, level]}", "List Bullet")
            for runs in OBSERVATIONS.get(number, []):
                add_observation(document.add_paragraph(), runs)
    document.add_paragraph(PLACE_AND_DATE)
    document.save(str(HERE / "themes.docx"))


W_BOX = """<w:sdt {ns} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"><w:sdtPr><w:id w:val="{id}"/>
<w14:checkbox><w14:checked w14:val="{ticked}"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>
<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/></w14:checkbox></w:sdtPr><w:sdtContent>{content}</w:sdtContent>
</w:sdt>"""
W_GLYPH = """<w:r><w:rPr><w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/>
</w:rPr><w:t>{glyph}</w:t></w:r>"""
COLUMNS = ("N°", "Mesure", "N1", "N2", "N3", "Observations de la liste")
GRID_INTRO = (
    f"Pacte pour la Transition signé à {TOWN} : une case cochée par niveau retenu. Les observations de la liste sont "
    "en italique, dans la dernière colonne."
)


def add_checkbox(cell: _Cell, ticked: bool, box_id: int, around_cell: bool) -> None:
    """A check box as Word writes it: within the paragraph, or, where it is all that a cell holds, around the cell."""
    glyph = W_GLYPH.format(glyph="☒" if ticked else "☐")
    values = {"ns": nsdecls("w"), "id": box_id, "ticked": int(ticked)}
    paragraph = cell.paragraphs[0]._p
    if not around_cell:
        paragraph.append(parse_xml(W_BOX.format(content=glyph, **values)))
        return
    paragraph.append(parse_xml(glyph.replace("<w:r>", f"<w:r {nsdecls('w')}>", 1)))
    box = parse_xml(W_BOX.format(content="", **values))
    tc: Any = cell._tc
    tc.getparent().replace(tc, box)
    box.find(qn("w:sdtContent")).append(tc)


def grid_docx() -> None:
    """A table whose ticks are content controls: those of N1 around their cells, the others within."""
    titles, _ = catalogue()
    document = new_document()
    section = document.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Cm(29.7), Cm(21)
    document.add_paragraph(TITLE, "Title")
    document.add_paragraph(GRID_INTRO)
    table = document.add_table(rows=1, cols=len(COLUMNS), style="Table Grid")
    table.autofit = False
    widths = [Cm(w) for w in (1.2, 9, 1.2, 1.2, 1.2, 9)]
    for cell, name in zip(table.rows[0].cells, COLUMNS, strict=True):
        cell.paragraphs[0].add_run(name).bold = True
    for number in RETAINED:
        cells = table.add_row().cells
        cells[0].text = str(number)
        cells[1].text = titles[number]
        for n, runs in enumerate(OBSERVATIONS.get(number, [])):
            add_observation(cells[5].paragraphs[0] if n == 0 else cells[5].add_paragraph(), runs)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    for row in table.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    rows = [list(row.cells) for row in table.rows]
    for cells, (number, levels) in zip(rows[1:], RETAINED.items(), strict=True):
        for level in (1, 2, 3):
            add_checkbox(cells[level + 1], level in levels, 1000 * number + level, level == 1)
    document.add_paragraph(PLACE_AND_DATE)
    document.save(str(HERE / "grid.docx"))


def grid_html() -> None:
    """A table as someone types it: a check mark or nothing."""
    titles, _ = catalogue()
    rows = []
    for number, levels in RETAINED.items():
        ticks = "".join(f"<td>{'✓' if level in levels else ''}</td>" for level in (1, 2, 3))
        said = "<br>\n".join(html.escape(line, quote=False) for line in observation_lines(number))
        comment = f"<i>{said}</i>" if said else "&nbsp;"
        rows.append(f"<tr>\n<td>{number}</td>\n<td>{titles[number]}</td>\n{ticks}\n<td>{comment}</td>\n</tr>")
    head = "".join(f"<th>{name}</th>" for name in COLUMNS)
    (HERE / "grid.html").write_text(
        f"""<!DOCTYPE html>
<html lang="fr">
<head>
<meta charset="utf-8">
<title>{TITLE}</title>
<style>
table {{ border-collapse: collapse }}
td, th {{ border: 1px solid #888; padding: .4em; vertical-align: top }}
</style>
</head>
<body>
<h1>{TITLE}</h1>
<p>{GRID_INTRO.replace("case cochée", "coche")}</p>
<table>
<thead>
<tr>{head}</tr>
</thead>
<tbody>
{chr(10).join(rows)}
</tbody>
</table>
<p>{PLACE_AND_DATE}</p>
</body>
</html>
""",
        encoding="utf-8",
    )


FODT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" office:version="1.3"
 xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0"
 office:mimetype="application/vnd.oasis.opendocument.text">
<office:font-face-decls>
<style:font-face style:name="Liberation Serif" svg:font-family="'Liberation Serif'"/>
<style:font-face style:name="DejaVu Sans" svg:font-family="'DejaVu Sans'"/>
</office:font-face-decls>
<office:styles>
<style:default-style style:family="paragraph"><style:text-properties style:font-name="Liberation Serif"
 fo:font-size="{size}pt" fo:language="fr" fo:country="FR" fo:hyphenate="true"/></style:default-style>
<style:style style:name="Standard" style:family="paragraph"><style:paragraph-properties fo:margin-bottom="0.12cm"/>
</style:style>
<style:style style:name="Titre" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties fo:margin-bottom="0.4cm"/><style:text-properties fo:font-size="16pt" fo:font-weight="bold"/>
</style:style>
<style:style style:name="Courant" style:family="paragraph"><style:paragraph-properties fo:text-align="center"/>
<style:text-properties fo:font-size="8pt"/></style:style>
{styles}
</office:styles>
<office:automatic-styles>
{automatic}
<style:page-layout style:name="pm1"><style:page-layout-properties fo:page-width="{width}" fo:page-height="{height}"
 style:print-orientation="{orientation}" fo:margin="1.5cm"/>
<style:header-style><style:header-footer-properties fo:margin-bottom="0.3cm"/></style:header-style>
<style:footer-style><style:header-footer-properties fo:margin-top="0.3cm"/></style:footer-style></style:page-layout>
</office:automatic-styles>
<office:master-styles>
<style:master-page style:name="Standard" style:page-layout-name="pm1">{furniture}</style:master-page>
</office:master-styles>
<office:body><office:text>
{body}
</office:text></office:body>
</office:document>
"""
A4_LANDSCAPE = {"width": "29.7cm", "height": "21cm", "orientation": "landscape", "size": 11}
A5_PORTRAIT = {"width": "14.8cm", "height": "21cm", "orientation": "portrait", "size": 10}


def p(style: str, text: str) -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def odt_italic(runs: list[str]) -> str:
    """Runs in italic, but for those marked upright."""
    quoted = [html.escape(run, quote=False) for run in runs]
    return "".join(
        run[1:] if run.startswith("|") else f'<text:span text:style-name="Italique">{run}</text:span>' for run in quoted
    )


def grid_odt() -> None:
    """A table with box characters; its .pdf is printed from it."""
    titles, _ = catalogue()
    automatic = '<style:style style:name="Case" style:family="table-cell"><style:table-cell-properties \
fo:border="0.5pt solid #000000" fo:padding="0.1cm"/></style:style>'
    for n, size in enumerate((1.2, 9.6, 1.1, 1.1, 1.1, 12.4)):
        automatic += f'<style:style style:name="Col{n}" style:family="table-column"><style:table-column-properties \
style:column-width="{size}cm"/></style:style>'
    styles = """<style:style style:name="Italique" style:family="text"><style:text-properties
 fo:font-style="italic"/></style:style>
<style:style style:name="Coche" style:family="paragraph" style:parent-style-name="Standard">
<style:paragraph-properties fo:text-align="center"/><style:text-properties style:font-name="DejaVu Sans"/></style:style>
<style:style style:name="Entete" style:family="paragraph" style:parent-style-name="Standard">
<style:text-properties fo:font-weight="bold"/></style:style>"""

    def row(cells: Iterable[str]) -> str:
        inner = "".join(f'<table:table-cell table:style-name="Case">{cell}</table:table-cell>' for cell in cells)
        return f"<table:table-row>{inner}</table:table-row>"

    rows = [f"<table:table-header-rows>{row(p('Entete', name) for name in COLUMNS)}</table:table-header-rows>"]
    for number, levels in RETAINED.items():
        ticks = [p("Coche", "☑" if level in levels else "☐") for level in (1, 2, 3)]
        said = "".join(p("Standard", odt_italic(runs)) for runs in OBSERVATIONS.get(number, []))
        rows.append(row([p("Standard", str(number)), p("Standard", titles[number]), *ticks, said or p("Standard", "")]))
    columns = "".join(f'<table:table-column table:style-name="Col{n}"/>' for n in range(len(COLUMNS)))
    body = p("Titre", TITLE) + p("Standard", GRID_INTRO)
    body += f'<table:table table:name="Mesures">{columns}{"".join(rows)}</table:table>' + p("Standard", PLACE_AND_DATE)
    print_fodt(HERE / "grid.odt", body, styles, automatic, "", A4_LANDSCAPE)
    convert(HERE / "grid.odt", HERE / "grid.pdf")


def print_fodt(target: Path, body: str, styles: str, automatic: str, furniture: str, page: dict[str, Any]) -> None:
    """A flat OpenDocument text, converted."""
    with tempfile.TemporaryDirectory() as folder:
        flat = Path(folder, target.stem + ".fodt")
        written = FODT.format(body=body, styles=styles, automatic=automatic, furniture=furniture, **page)
        flat.write_text(written, encoding="utf-8")
        convert(flat, target)


def soften(text: str) -> str:
    """Soft hyphens where French may divide a word: before a consonant and a vowel, two letters from either end.

    Machines without a French hyphenation dictionary print the same lines so.
    """
    vowels = "aeiouyéèêëàâîïôöûùü"
    groups = {
        "bl",
        "br",
        "ch",
        "cl",
        "cr",
        "dr",
        "fl",
        "fr",
        "gl",
        "gn",
        "gr",
        "ph",
        "pl",
        "pr",
        "qu",
        "th",
        "tr",
        "vr",
    }

    def divide(match: re.Match[str]) -> str:
        word = match[0]
        cuts = []
        for at in range(2, len(word) - 2):
            tail = word[at:].lower()
            onset = 2 if tail[:2] in groups else 1
            before, after = word[at - 1].lower(), tail[onset : onset + 1]
            inside = (word[at - 1 : at + 1]).lower() in groups
            if tail[0] not in vowels and after and after in vowels and not inside and before.isalpha():
                cuts.append(at)
        return "".join(("\u00ad" if at in cuts else "") + char for at, char in enumerate(word))

    return re.sub(r"[^\W\d_]{6,}", divide, text)


def columns_pdf() -> None:
    """Two columns to a page, a running head, page numbers, divided words; observations in bold italic."""
    titles, wordings = catalogue()
    styles = """<style:style style:name="Italique" style:family="text"><style:text-properties fo:font-style="italic"
 fo:font-weight="bold"/></style:style>
<style:style style:name="Texte" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties
 fo:text-align="justify" fo:hyphenation-ladder-count="no-limit"/><style:text-properties fo:hyphenate="true"
 fo:hyphenation-remain-char-count="2" fo:hyphenation-push-char-count="2"/></style:style>
<style:style style:name="Mesure" style:family="paragraph" style:parent-style-name="Standard"><style:paragraph-properties
 fo:margin-top="0.25cm" fo:keep-with-next="always"/><style:text-properties fo:font-weight="bold"/></style:style>"""
    automatic = """<style:style style:name="DeuxColonnes" style:family="section"><style:section-properties
 text:dont-balance-text-columns="true"><style:columns fo:column-count="2" fo:column-gap="0.6cm">
<style:column style:rel-width="1*" fo:end-indent="0.3cm"/><style:column style:rel-width="1*" fo:start-indent="0.3cm"/>
</style:columns></style:section-properties></style:style>"""
    furniture = "<style:header>" + p("Courant", f"Pacte pour la Transition – {TOWN}") + "</style:header><style:footer>"
    furniture += p("Courant", "Page <text:page-number/> sur <text:page-count/>") + "</style:footer>"
    body = [
        p(
            "Texte",
            soften(
                "La liste Lignon en commun, conduite par Maëlle Le Guennec, a retenu six mesures. "
                "Ses observations sont en gras et en italique. Le texte complet est sur notre site."
            ),
        )
    ]
    for number, levels in RETAINED.items():
        body.append(p("Mesure", f"{number} – {soften(titles[number])}"))
        body += [p("Texte", f"N{level} • {soften(wordings[number, level])}") for level in levels]
        for line in observation_lines(number):
            body.append(p("Texte", odt_italic([soften(line)])))
    body.append(p("Texte", PLACE_AND_DATE))
    section = f'<text:section text:style-name="DeuxColonnes" text:name="Texte">{"".join(body)}</text:section>'
    print_fodt(HERE / "columns.pdf", p("Titre", TITLE) + section, styles, automatic, furniture, A5_PORTRAIT)


MAKERS: dict[str, Callable[[], None]] = {
    "champigny.md": champigny_md,
    "champigny.html": champigny_html,
    "champigny.docx": champigny_docx,
    "champigny by LibreOffice": champigny_lo,
    "themes.docx": themes_docx,
    "grid.docx": grid_docx,
    "grid.html": grid_html,
    "grid.odt": grid_odt,
    "columns.pdf": columns_pdf,
}

if __name__ == "__main__":
    for name, maker in MAKERS.items():
        if name.startswith(sys.argv[1] if len(sys.argv) > 1 else ""):
            print(name, file=sys.stderr)
            maker()
