"""read_docx: a Word document gives the text, and the bold and italic, that the eye sees."""

import contextlib
import io
import re
import zipfile

import pytest
from docx import Document

from pipeline.limits import Limits, OverLimit
from pipeline.readers.docx import read_docx
from pipeline.readers.draft import Reading, Unreadable

OFFICE = "http://schemas.openxmlformats.org"
SPACES = (
    f'xmlns:w="{OFFICE}/wordprocessingml/2006/main" xmlns:r="{OFFICE}/officeDocument/2006/relationships"'
    f' xmlns:mc="{OFFICE}/markup-compatibility/2006" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
)
ROOTS = {"header": "hdr", "footer": "ftr"}


def package(body: str, **parts: str) -> bytes:
    """A document of that body, and of parts such as `styles`."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("_rels/.rels", relationships(officeDocument="word/document.xml"))
        archive.writestr("word/document.xml", f"<w:document {SPACES}><w:body>{body}</w:body></w:document>")
        archive.writestr("word/_rels/document.xml.rels", relationships(**{part: f"{part}.xml" for part in parts}))
        for part, xml in parts.items():
            root = ROOTS.get(part, part)
            archive.writestr(f"word/{part}.xml", f"<w:{root} {SPACES}>{xml}</w:{root}>")
    return data.getvalue()


def relationships(**targets: str) -> str:
    kind = f"{OFFICE}/officeDocument/2006/relationships"
    links = "".join(f'<Relationship Id="{k}" Type="{kind}/{k}" Target="{t}"/>' for k, t in targets.items())
    return f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{links}</Relationships>'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(*content: str, properties: str = "") -> str:
    inner = "".join(each if each.startswith("<") else run(each) for each in content)
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def styled(style: str, *content: str) -> str:
    return par(*content, properties=f'<w:pStyle w:val="{style}"/>')


def style(kind: str, name: str, run_properties: str = "", based: str = "", properties: str = "") -> str:
    base = f'<w:basedOn w:val="{based}"/>' if based else ""
    head = f'<w:style w:type="{kind}" w:styleId="{name}"><w:name w:val="Nom de {name}"/>{base}'
    return f"{head}<w:pPr>{properties}</w:pPr><w:rPr>{run_properties}</w:rPr></w:style>"


def level(depth: int, text: str, form: str = "decimal", more: str = "", start: int = 1) -> str:
    head = f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
    return f'{head}{more}<w:lvlText w:val="{text}"/></w:lvl>'


def lists(*levels: str, more: str = "") -> str:
    """One abstract list, shown as list 1."""
    abstract = f'<w:abstractNum w:abstractNumId="0">{"".join(levels)}</w:abstractNum>'
    return f'{abstract}<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>{more}'


def item(text: str, depth: int = 0, list_id: int = 1) -> str:
    number = f'<w:numPr><w:ilvl w:val="{depth}"/><w:numId w:val="{list_id}"/></w:numPr>'
    return par(*([text] if text else []), properties=number)


def cell(*paragraphs: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{''.join(paragraphs)}</w:tc>"


def table(*rows: str, properties: str = "") -> str:
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr>{''.join(f'<w:tr>{each}</w:tr>' for each in rows)}</w:tbl>"


def field(code: str, result: str = "", form: str = "") -> str:
    form = f"<w:ffData>{form}</w:ffData>" if form else ""
    return (
        f'<w:r><w:fldChar w:fldCharType="begin">{form}</w:fldChar></w:r><w:r><w:instrText>{code}</w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{result}<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def control(properties: str, content: str) -> str:
    return f"<w:sdt><w:sdtPr>{properties}</w:sdtPr><w:sdtContent>{content}</w:sdtContent></w:sdt>"


def lines(*body: str, **parts: str) -> list[str]:
    return read_docx(package("".join(body), **parts)).text.removesuffix("\n").split("\n")


def looks(reading: Reading) -> dict[str, str]:
    """For each word, "b", "i", "bi" or ""."""
    spans = {"b": reading.bold, "i": reading.italic}
    return {
        match[0]: "".join(k for k, found in spans.items() if any(a <= match.start() < b for a, b in found))
        for match in re.finditer(r"\w+", reading.text)
    }


def codes(data: bytes) -> list[str]:
    return [diagnostic.code for diagnostic in read_docx(data).diagnostics]


def test_a_document_of_python_docx_is_read() -> None:
    document = Document()
    document.add_paragraph("avant")
    document.add_heading("Mesure 1", 1)
    document.add_paragraph("puce", style="List Bullet")
    document.add_paragraph().add_run("dit", style="Emphasis")
    data = io.BytesIO()
    document.save(data)
    reading = read_docx(data.getvalue())
    assert reading.text == "avant\n\nMesure 1\n• puce\ndit\n"
    assert looks(reading)["dit"] == "i"
    assert reading.places == ((0, 1), (7, 2), (16, 3), (23, 4))


def test_a_strict_document_gives_the_same() -> None:
    data = package(par("avant", run("dit", '<w:i w:val="true"/>')), styles=style("paragraph", "P"))
    strict = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(strict, "w") as new:
        for name in old.namelist():
            xml = (
                old.read(name)
                .decode()
                .replace(f"{OFFICE}/wordprocessingml/2006", "http://purl.oclc.org/ooxml/wordprocessingml")
            )
            new.writestr(
                name, xml.replace(f"{OFFICE}/officeDocument/2006", "http://purl.oclc.org/ooxml/officeDocument")
            )
    assert b"purl.oclc.org/ooxml/wordprocessingml/main" in strict.getvalue()
    assert read_docx(strict.getvalue()) == read_docx(data)


ITALIC, BOLD, NOT_ITALIC = "<w:i/>", "<w:b/>", '<w:i w:val="0"/>'
STYLES = (
    style("paragraph", "PI", ITALIC)
    + style("paragraph", "PIB", BOLD, "PI")
    + style("paragraph", "PI0", NOT_ITALIC, "PI")
    + style("paragraph", "PII", ITALIC, "PI")
    + style("character", "CI", ITALIC)
    + style("character", "C0", NOT_ITALIC)
)


@pytest.mark.parametrize(
    ("paragraph", "run_properties", "seen"),
    [
        ("", "", ""),
        ("", ITALIC, "i"),
        ("", '<w:i w:val="off"/><w:b w:val="false"/>', ""),
        ("", '<w:i w:val="on"/><w:b w:val="1"/>', "bi"),
        ("", '<w:rStyle w:val="CI"/>', "i"),
        ("", '<w:rStyle w:val="PI"/>', ""),
        ("PI", "", "i"),
        ("PI", NOT_ITALIC, ""),
        ("PI", '<w:rStyle w:val="CI"/>', ""),
        ("PI", '<w:rStyle w:val="CI"/><w:i/>', "i"),
        ("PI", '<w:rStyle w:val="C0"/>', "i"),
        ("PIB", "", "bi"),
        ("PI0", "", ""),
        ("PII", "", "i"),
        ("PI0", '<w:rStyle w:val="CI"/>', "i"),
        ("CI", "", ""),
    ],
)
def test_styles_and_direct_formatting_give_what_the_eye_sees(paragraph: str, run_properties: str, seen: str) -> None:
    reading = read_docx(package(styled(paragraph, run("mot", run_properties)), styles=STYLES))
    assert looks(reading) == {"mot": seen}


def test_document_defaults_count_and_a_style_that_repeats_them_does_not_undo_them() -> None:
    defaults = f"<w:docDefaults><w:rPrDefault><w:rPr>{ITALIC}</w:rPr></w:rPrDefault></w:docDefaults>"
    body = (
        par("nu") + styled("PI", "style") + styled("PI0", "non") + styled("PI", run("deux", '<w:rStyle w:val="CI"/>'))
    )
    seen = looks(read_docx(package(body, styles=defaults + STYLES)))
    assert seen == {"nu": "i", "style": "i", "non": "", "deux": "i"}


def test_the_default_paragraph_style_is_that_of_unstyled_paragraphs() -> None:
    standard = style("paragraph", "Standard", BOLD).replace("w:styleId", 'w:default="1" w:styleId')
    assert looks(read_docx(package(par("mot"), styles=standard))) == {"mot": "b"}


def test_the_paragraph_mark_does_not_style_the_text() -> None:
    assert looks(read_docx(package(par("mot", properties=f"<w:rPr>{ITALIC}</w:rPr>")))) == {"mot": ""}


def test_styles_based_on_each_other_end() -> None:
    loop = style("paragraph", "A", ITALIC, "B") + style("paragraph", "B", "", "A")
    assert looks(read_docx(package(styled("B", "mot"), styles=loop))) == {"mot": "i"}


def test_a_style_takes_nothing_from_one_of_another_kind() -> None:
    crossed = style("character", "C", BOLD, "PI")
    assert looks(read_docx(package(par(run("mot", '<w:rStyle w:val="C"/>')), styles=STYLES + crossed))) == {"mot": "b"}


def test_parts_are_found_where_the_relationships_say() -> None:
    data = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(package(styled("PI", "mot"), styles=STYLES))) as old,
        zipfile.ZipFile(data, "w") as new,
    ):
        for name in old.namelist():
            moved = (
                old.read(name)
                .replace(b'"word/document.xml"', b'"/word/text.xml"')
                .replace(b'"styles.xml"', b'"../x/s.xml"')
            )
            new.writestr(name.replace("word/styles.xml", "x/s.xml").replace("/document.xml", "/text.xml"), moved)
    assert looks(read_docx(data.getvalue())) == {"mot": "i"}


def test_a_table_style_sets_off_its_first_row_where_the_table_says_so() -> None:
    part = f'<w:tblStylePr w:type="firstRow"><w:rPr>{BOLD}</w:rPr></w:tblStylePr></w:style>'
    styles = style("table", "T", ITALIC).replace("</w:style>", part)
    rows = [cell(par("tête")) + cell(par("x")), cell(par("corps")) + cell(par("y"))]
    for look, seen in (("0020", "bi"), ("0000", "i")):
        properties = f'<w:tblStyle w:val="T"/><w:tblLook w:val="{look}"/>'
        words = looks(read_docx(package(table(*rows, properties=properties), styles=styles)))
        assert (words["tête"], words["corps"]) == (seen, "i")


def test_headings_are_known_by_their_outline_level() -> None:
    title = style("paragraph", "T1", properties='<w:outlineLvl w:val="0"/>') + style("paragraph", "T2", based="T1")
    body = par("a") + styled("T2", "Titre") + par("b", properties='<w:outlineLvl w:val="2"/>')
    body += styled("T2", "c").replace("</w:pPr>", '<w:outlineLvl w:val="9"/></w:pPr>')
    assert lines(body, styles=title) == ["a", "", "Titre", "", "b", "c"]


def test_numbers_of_several_levels_count_and_begin_anew() -> None:
    numbering = lists(level(0, "%1."), level(1, "%1.%2"), level(2, "%3)", "lowerLetter"), level(3, "%4", "lowerRoman"))
    body = [item("a"), item("b", 1), item("c", 1), item("d", 2), item("e", 3), item("f"), item("g", 1), item("h", 2)]
    assert lines(*body, numbering=numbering) == ["1. a", "1.1 b", "1.2 c", "a) d", "i e", "2. f", "2.1 g", "a) h"]


def test_measure_numbers_that_are_only_list_numbers_are_kept() -> None:
    other = "".join(
        f'<w:num w:numId="{n}"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="{n}"/>'
        "</w:lvlOverride></w:num>"
        for n in (7, 25)
    )
    body = [item("a"), par("texte"), item("b"), item("c", list_id=7), item("d", list_id=7), item("e", list_id=25)]
    numbering = lists(level(0, "%1 –", start=3), more=other)
    assert lines(*body, numbering=numbering) == ["3 – a", "texte", "4 – b", "7 – c", "8 – d", "25 – e"]


def test_lists_of_one_abstract_list_go_on_counting() -> None:
    other = '<w:num w:numId="2"><w:abstractNumId w:val="0"/></w:num>'
    numbering = lists(level(0, "%1."), more=other)
    assert lines(item("a"), item("b", list_id=2), item("c"), numbering=numbering) == ["1. a", "2. b", "3. c"]


def test_an_override_may_replace_a_level() -> None:
    new = f'<w:lvlOverride w:ilvl="0">{level(0, "%1)", "upperLetter", start=3)}</w:lvlOverride>'
    other = f'<w:num w:numId="2"><w:abstractNumId w:val="0"/>{new}</w:num>'
    assert lines(item("a", list_id=2), numbering=lists(level(0, "%1."), more=other)) == ["C) a"]


@pytest.mark.parametrize(
    ("form", "text", "more", "seen"),
    [
        ("decimalZero", "#%1.", "", "#28. x"),
        ("upperRoman", "%1", "", "XXVIII x"),
        ("lowerLetter", "%1)", "", "bb) x"),
        ("none", "Note :", "", "Note : x"),
        ("none", "%1", "", "x"),
        ("decimal", "Mesure %1 – ", '<w:suff w:val="nothing"/>', "Mesure 28 – x"),
        ("decimal", "%1", '<w:suff w:val="nothing"/>', "28x"),
        ("decimal", "%1", '<w:suff w:val="space"/>', "28 x"),
        ("bullet", "\uf0b7", "", "• x"),
        ("bullet", "\uf0a8", "", "\uf0a8 x"),
        ("bullet", "o", '<w:rPr><w:rFonts w:ascii="Courier New"/></w:rPr>', "• x"),
        ("bullet", "o", '<w:rPr><w:rFonts w:ascii="Wingdings"/></w:rPr>', "\uf06f x"),
        ("decimal", "%1", "<w:rPr><w:vanish/></w:rPr>", "x"),
        ("ordinalText", "%1", "", "28 x"),
    ],
)
def test_formats_of_numbers(form: str, text: str, more: str, seen: str) -> None:
    assert lines(item("x"), numbering=lists(level(0, text, form, more, 28))) == [seen]


def test_custom_formats_show_their_zeros() -> None:
    form = (
        '<mc:AlternateContent><mc:Choice Requires="w14"><w:numFmt w:val="custom" w:format="001, 002, ..."/></mc:Choice>'
    )
    form += '<mc:Fallback><w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent>'
    numbering = lists(level(0, "%1.").replace('<w:numFmt w:val="decimal"/>', form))
    assert lines(item("x"), numbering=numbering) == ["001. x"]


def test_legal_levels_show_digits_and_levels_may_go_on() -> None:
    deep = level(1, "%1.%2", more='<w:lvlRestart w:val="0"/><w:isLgl/>')
    numbering = lists(level(0, "%1.", "upperRoman"), deep)
    assert lines(item("a"), item("b", 1), item("c"), item("d", 1), numbering=numbering) == [
        "I. a",
        "1.1 b",
        "II. c",
        "2.2 d",
    ]


def test_deeper_bullets_are_dashes_and_a_bullet_before_nothing_is_nothing() -> None:
    numbering = lists(level(0, "\uf0b7", "bullet"), level(1, "o", "bullet"))
    assert lines(item("a"), item(""), item("b", 1), numbering=numbering) == ["• a", "", "– b"]


def test_a_number_alone_on_its_line_is_kept() -> None:
    assert lines(item(""), par("Titre"), item(""), numbering=lists(level(0, "%1."))) == ["1.", "Titre", "2."]


def test_styles_number_paragraphs_and_list_zero_removes_the_number() -> None:
    styles = style("paragraph", "M", properties='<w:numPr><w:numId w:val="1"/></w:numPr>')
    styles += style("paragraph", "N", properties='<w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/></w:numPr>')
    styles += style("paragraph", "N2", based="N")
    numbering = lists(level(0, "%1.", more='<w:pStyle w:val="M"/>'), level(1, "N%2 •", more='<w:pStyle w:val="N"/>'))
    none = '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="0"/></w:numPr></w:pPr>'
    body = [
        styled("M", "a"),
        styled("N", "b"),
        styled("N2", "c"),
        styled("M", "d").replace("</w:pPr>", none),
        styled("M", "e"),
    ]
    assert lines(*body, styles=styles, numbering=numbering) == ["1. a", "N1 • b", "N2 • c", "d", "2. e"]


def test_a_list_may_be_that_of_a_list_style() -> None:
    styles = style("numbering", "L", properties='<w:numPr><w:numId w:val="1"/></w:numPr>')
    linked = '<w:abstractNum w:abstractNumId="5"><w:numStyleLink w:val="L"/></w:abstractNum>'
    other = f'{linked}<w:num w:numId="2"><w:abstractNumId w:val="5"/></w:num>'
    assert lines(item("a", list_id=2), styles=styles, numbering=lists(level(0, "(%1)"), more=other)) == ["(1) a"]


def test_rows_are_lines_of_cells() -> None:
    row = cell(par("12")) + cell(par("Titre"), par("long")) + cell(par()) + cell(par("dit"), par("encore"))
    assert lines(table(row)) == ["12\tTitre long\t\tdit", "encore"]


def test_rows_of_two_cells_are_lines_where_each_holds_a_paragraph() -> None:
    assert lines(table(cell(par("a")) + cell(par("b"), par()), cell(par("c")) + cell(par("d"), par("e")))) == [
        "a\tb",
        "c",
        "d",
        "e",
    ]


def test_merged_cells_stand_empty() -> None:
    span = '<w:gridSpan w:val="2"/>'
    rows = [
        cell(par("a"), properties=span) + cell(par("b"), properties='<w:vMerge w:val="restart"/>') + cell(par("c")),
        cell(par("d")) + cell(par("e")) + cell(par("caché"), properties="<w:vMerge/>") + cell(par("f")),
    ]
    assert lines(table(*rows)) == ["a\t\tb\tc", "d\te\t\tf"]


def test_a_span_that_no_row_divides_is_one_column() -> None:
    span = '<w:gridSpan w:val="3"/>'
    assert lines(table(*[cell(par("a"), properties=span) + cell(par("b")) + cell(par("c"))] * 2)) == ["a\tb\tc"] * 2


def test_a_table_in_a_table_is_read_in_its_place() -> None:
    inner = table(cell(par("1")) + cell(par("2")) + cell(par("3")))
    assert lines(table(cell(par("a"), inner, par("b")))) == ["a", "1\t2\t3", "b"]
    assert lines(table(cell(par("a")) + cell(inner) + cell(par("b")))) == ["a\t1 2 3\tb"]


def test_content_controls_are_looked_through() -> None:
    inline = control("<w:dropDownList/>", run("N2"))
    inner = control("", cell(par("a"))) + cell(par("b")) + cell(par(inline))
    body = control("<w:docPartObj/>", par("bloc") + f"<w:tbl>{control('', f'<w:tr>{inner}</w:tr>')}</w:tbl>")
    assert lines(body) == ["bloc", "a\tb\tN2"]


def test_check_boxes_say_their_state_whatever_they_show() -> None:
    def box(state: str, shown: str) -> str:
        return control(f"<w14:checkbox>{state}</w14:checkbox>", shown)

    on, off = '<w14:checked w14:val="1"/>', '<w14:checked w14:val="0"/>'
    glyph = '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>'
    assert lines(par(box(on, run("☐")), " Oui ", box(off, glyph), "Non")) == ["☑ Oui ☐ Non"]
    assert lines(box("", par("X")), par(box(on, ""), "N1")) == ["☐", "☑ N1"]


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ('<w:default w:val="0"/><w:checked/>', "☑ N1"),
        ('<w:default w:val="1"/>', "☑ N1"),
        ('<w:default w:val="1"/><w:checked w:val="0"/>', "☐ N1"),
        ("", "☐ N1"),
    ],
)
def test_boxes_of_old_forms_say_their_state(state: str, seen: str) -> None:
    form = f"<w:checkBox><w:sizeAuto/>{state}</w:checkBox>"
    assert lines(par(field("FORMCHECKBOX", run("?"), form), " N1")) == [seen]


def test_old_forms_give_their_values() -> None:
    entries = "".join(f'<w:listEntry w:val="N{n}"/>' for n in (1, 2, 3))
    chosen = field("FORMDROPDOWN", "", f'<w:ddList><w:result w:val="2"/>{entries}</w:ddList>')
    typed = field("FORMTEXT", run("saisi"), '<w:textInput><w:default w:val="vide"/></w:textInput>')
    assert lines(par("Niveau ", chosen, " : ", typed)) == ["Niveau N3 : saisi"]


def test_a_control_that_nobody_filled_in_has_no_value() -> None:
    data = package(par("Niveau : ", control("<w:showingPlcHdr/><w:text/>", run("Cliquez ici")), "fin"))
    assert read_docx(data).text == "Niveau : fin\n"
    assert codes(data) == ["unfilled-fields-left-out"]


def test_symbol_fonts_give_private_characters() -> None:
    wing = '<w:rFonts w:ascii="Wingdings" w:hAnsi="Wingdings"/>'
    sym = '<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r>'
    assert lines(par(sym, run(" þ\uf0a8", wing), run("þ"), run("R", wing.replace("dings", "dings 2")))) == [
        "\uf0fc \uf0fe\uf0a8þ\uf052"
    ]
    assert lines(styled("S", "þ"), styles=style("paragraph", "S", wing)) == ["\uf0fe"]


def test_fields_give_their_results() -> None:
    inner = field("MERGEFIELD", run("non"))
    nested = field(f"IF</w:instrText></w:r>{inner}<w:r><w:instrText>", run("oui"))
    simple = f'<w:fldSimple w:instr="DATE">{run(" 5 mars ")}</w:fldSimple>'
    assert lines(par(nested, simple, f"<w:hyperlink>{run('lien')}</w:hyperlink>")) == ["oui 5 mars lien"]


def test_a_field_that_never_ends_loses_nothing_behind_its_paragraph() -> None:
    assert lines(par("a", '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'), par("b")) == ["a", "b"]


def test_changes_are_read_as_accepted() -> None:
    moved = f"<w:moveFrom>{run('parti')}</w:moveFrom><w:moveTo>{run('venu')}</w:moveTo>"
    deleted = f"<w:del>{run('non').replace('w:t', 'w:delText')}</w:del>"
    data = package(
        par(f"<w:ins>{run('oui ')}</w:ins>", deleted, moved)
        + par("joint ", properties="<w:rPr><w:del/></w:rPr>")
        + item("au suivant")
        + table(cell(par("gardé"))).replace(
            "</w:tbl>", f"<w:tr><w:trPr><w:del/></w:trPr>{cell(par('ôté'))}</w:tr></w:tbl>"
        ),
        numbering=lists(level(0, "%1.")),
    )
    reading = read_docx(data)
    assert reading.text == "oui venu\n1. joint au suivant\ngardé\n"
    assert [d.message.split(":")[0] for d in reading.diagnostics] == ["5 tracked changes were read as accepted"]


def test_breaks_tabs_and_hyphens() -> None:
    tab, line = "<w:r><w:tab/></w:r>", "<w:r><w:br/></w:r>"
    assert lines(par(tab, "a", tab, "b", line, tab, "c", "<w:r><w:cr/></w:r>", "d\te")) == ["a b", "c", "d e"]
    broken = item("a").replace("<w:r>", line + "<w:r>")
    assert lines(broken, numbering=lists(level(0, "%1."))) == ["1. a"]
    assert lines(par('<w:r><w:br w:type="page"/></w:r>', "a", '<w:r><w:br w:type="page"/></w:r>')) == ["a"]
    assert lines(par("porte", "<w:r><w:noBreakHyphen/></w:r>", "cou", "<w:r><w:softHyphen/></w:r>", "pé")) == [
        "porte‑coupé"
    ]


def test_text_boxes_are_read_once() -> None:
    box = f"<w:txbxContent>{par('zone')}{par('deux')}</w:txbxContent>"
    both = f'<w:r><mc:AlternateContent><mc:Choice Requires="wps">{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>'
    assert lines(par("a", both, "b"), par("c")) == ["ab", "zone", "deux", "c"]
    assert lines(par(both.replace(f'"wps">{box}', '"wps">'))) == ["", "zone", "deux"][1:]


def test_hidden_text_is_left_out_and_told() -> None:
    hidden = style("character", "H", "<w:vanish/>")
    data = package(
        par("a", run("x", "<w:vanish/>"), run("y", '<w:rStyle w:val="H"/>'), run("B", "<w:caps/>")), styles=hidden
    )
    reading = read_docx(data)
    assert reading.text == "aB\n"
    assert [d.message for d in reading.diagnostics] == ["1 passages of hidden text were left out"]


def test_a_paragraph_with_a_hidden_mark_runs_on() -> None:
    assert lines(par("Titre. ", properties="<w:rPr><w:vanish/><w:specVanish/></w:rPr>"), par("Texte")) == [
        "Titre. Texte"
    ]


def test_notes_stand_at_the_end_and_furniture_behind_them() -> None:
    def note(n: int) -> str:
        return f'<w:r><w:footnoteReference w:id="{n}"/></w:r>'

    notes = (
        f'<w:footnote w:id="0">{par("trait")}</w:footnote><w:footnote w:id="2">{par("deux")}{par("suite")}</w:footnote>'
    )
    notes += f'<w:footnote w:id="3">{par("<w:r><w:footnoteRef/></w:r>", " trois")}</w:footnote>'
    section = '<w:sectPr><w:headerReference r:id="header"/><w:footerReference r:id="footer"/></w:sectPr>'
    body = par("a", note(3), "b", note(2), '<w:r><w:endnoteReference w:id="2"/></w:r>') + section
    reading = read_docx(
        package(
            body, footnotes=notes, endnotes=f'<w:endnote w:id="2">{par("fin")}</w:endnote>',
            header=par("Tête"), footer=par("Tête") + par("Pied ", field("PAGE", run("1"))),
            comments=f"<w:comment>{par('non')}</w:comment>",
        )
    )  # fmt: skip
    assert reading.text == "a[1]b[2][3]\n\n[1] trois\n[2] deux\nsuite\n[3] fin\nTête\nPied 1\n"
    assert [(reading.text[a:b], kind) for a, b, kind in reading.asides[2:5]] == [
        ("suite\n", "note"), ("[3] fin\n", "note"), ("Tête\n", "furniture")
    ]  # fmt: skip
    assert [d.code for d in reading.diagnostics] == ["comments-left-out"]


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "format-not-read"),
        (b"PK\x03\x04 x", "damaged"),
        (OLE + bytes(40) + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        (OLE + bytes(40), "format-not-read"),
        (package(par()), "empty"),
        (package(par("mot"))[:-40], "damaged"),
    ],
    ids=["nothing", "no-zip", "encrypted", "doc", "empty", "cut"],
)
def test_what_gives_no_text_says_why(data: bytes, code: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read_docx(data)
    assert caught.value.code == code


def test_parts_that_are_too_large_are_beyond_a_limit() -> None:
    with pytest.raises(OverLimit, match="--limit unpacked=N"):
        read_docx(package("x" * (2 << 20)), Limits(unpacked=1))


def test_broken_styles_leave_the_text() -> None:
    data = package(par("mot"), styles="<w:style")
    assert read_docx(data).text == "mot\n"
    assert codes(data) == ["damaged"]


def test_no_file_of_the_machine_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    secret = tmp_path_factory.mktemp("x") / "secret"
    secret.write_text("secret")
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        body = f"<w:document {SPACES}><w:body>{par('mot&x;')}</w:body></w:document>"
        archive.writestr("word/document.xml", f'<!DOCTYPE d [<!ENTITY x SYSTEM "{secret.as_uri()}">]>{body}')
    assert read_docx(data.getvalue()).text == "mot\n"


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("<w:tbl><w:tr><w:tc>", "</w:tc></w:tr></w:tbl>"),
        ("<w:p><w:r><w:txbxContent>", "</w:txbxContent></w:r></w:p>"),
        ("<w:sdt><w:sdtContent>", "</w:sdtContent></w:sdt>"),
    ],
)
def test_depth_up_to_the_limit_does_not_matter(opening: str, closing: str) -> None:
    body = par("avant") + opening * 60 + par("dedans") + closing * 60 + par("après")
    assert read_docx(package(body)).text.split() == ["avant", "dedans", "après"]
    for depth in (120, 10_000):
        with pytest.raises(OverLimit, match="--limit depth=N"):
            read_docx(package(opening * depth + par("dedans") + closing * depth))


def test_no_bytes_break_it() -> None:
    data = bytearray(package(item("a") + table(cell(par("b")) * 3), numbering=lists(level(0, "%1."))))
    for at in range(0, len(data), 7):
        for damaged in (bytes(data[:at]), bytes(data[:at] + bytes([data[at] ^ 0x41]) + data[at + 1 :])):
            with contextlib.suppress(Unreadable):
                read_docx(damaged)


def test_struck_text_is_left_out_and_told() -> None:
    document = Document()
    paragraph = document.add_paragraph("N1 • Acheter")
    paragraph.add_run(" et manger").font.strike = True
    paragraph.add_run(" mieux").font.double_strike = True
    paragraph.add_run(".")
    buffer = io.BytesIO()
    document.save(buffer)
    reading = read_docx(buffer.getvalue())
    assert reading.text == "N1 • Acheter.\n"
    assert [(d.severity, d.code) for d in reading.diagnostics] == [("warning", "struck-text-left-out")]
