"""read, OpenDocument: what the eye sees in an .odt or .fodt, for documents that are built here."""

import io
import zipfile
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest

from pipeline.limits import LIMITS, OverLimit
from pipeline.readers.container import has_entities, parse_xml
from pipeline.readers.draft import Reading, Unreadable
from pipeline.readers.odt import read_odt

_ODF = "urn:oasis:names:tc:opendocument:xmlns:"
_NAMES = {name: f"{_ODF}{name}:1.0" for name in ("office", "style", "text", "table", "form")} | {
    "draw": f"{_ODF}drawing:1.0",
    "fo": f"{_ODF}xsl-fo-compatible:1.0",
    "svg": f"{_ODF}svg-compatible:1.0",
    "loext": "urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0",
    "field": "urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0",
}
_SPACES = " ".join(f'xmlns:{prefix}="{space}"' for prefix, space in _NAMES.items())


def _flat(body: str, automatic: str = "", common: str = "", masters: str = "") -> bytes:
    return (
        f"<office:document {_SPACES}><office:styles>{common}</office:styles>"
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:master-styles>{masters}</office:master-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document>"
    ).encode()


def _zip(members: dict[str, str | bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, text in members.items():
            package.writestr(name, text)
    return file.getvalue()


def _package(body: str, automatic: str = "", styles: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    content = (
        f"<office:document-content {_SPACES}><office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    outer = f"<office:document-styles {_SPACES}>{styles}</office:document-styles>"
    return _zip({"content.xml": content, "styles.xml": outer, **(more or {})})


def _p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def _style(name: str, says: str = "", family: str = "paragraph", more: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" {more}><style:text-properties {says}/></style:style>'
    )


def _list(*items: str, style: str = "A", more: str = "") -> str:
    return f'<text:list text:style-name="{style}" {more}>{"".join(items)}</text:list>'


def _inner(*items: str, more: str = "") -> str:
    return f"<text:list {more}>{''.join(items)}</text:list>"


def _item(*parts: str, more: str = "") -> str:
    return f"<text:list-item {more}>{''.join(parts)}</text:list-item>"


def _number(level: int, form: str = "1", prefix: str = "", suffix: str = ".", more: str = "") -> str:
    return (
        f'<text:list-level-style-number text:level="{level}" style:num-format="{form}" style:num-prefix="{prefix}" '
        f'style:num-suffix="{suffix}" {more}/>'
    )


def _list_style(*levels: str, name: str = "A", more: str = "") -> str:
    return f'<text:list-style style:name="{name}" {more}>{"".join(levels)}</text:list-style>'


def _cell(*paragraphs: str, more: str = "") -> str:
    return f"<table:table-cell {more}>{''.join(paragraphs)}</table:table-cell>"


def _row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def _table(*rows: str) -> str:
    return f"<table:table>{''.join(rows)}</table:table>"


def _lines(body: str, automatic: str = "", common: str = "") -> list[str]:
    return read_odt(_flat(body, automatic, common)).text.split("\n")[:-1]


def _shown(reading: Reading, kind: str) -> list[str]:
    spans = reading.italic if kind == "italic" else reading.bold
    return [reading.text[start:end] for start, end in spans]


LEVELS = _list_style(_number(1), _number(2, "a", "", ")"), _number(3, "i", "(", ")"))


# --- italic and bold


def test_a_paragraph_style_gives_its_look_and_a_span_takes_it_away() -> None:
    common = _style("Remarque", 'fo:font-style="italic" fo:font-weight="bold"')
    automatic = _style("P1", 'fo:font-weight="normal"', more='style:parent-style-name="Remarque"') + _style(
        "T1", 'fo:font-style="normal"', "text"
    )
    reading = read_odt(_flat(_p('oui <text:span text:style-name="T1">droit</text:span> non', "P1"), automatic, common))
    assert reading.text == "oui droit non\n"
    assert _shown(reading, "italic") == ["oui ", " non"]
    assert _shown(reading, "bold") == []


def test_an_inner_span_inherits_what_it_does_not_set() -> None:
    automatic = _style("I", 'fo:font-style="oblique"', "text") + _style("B", 'fo:font-weight="700"', "text")
    body = _p('a<text:span text:style-name="I">b<text:span text:style-name="B">c</text:span></text:span>d')
    reading = read_odt(_flat(body, automatic))
    assert _shown(reading, "italic") == ["bc"]
    assert _shown(reading, "bold") == ["c"]


def test_the_default_style_and_chains_of_text_styles_count() -> None:
    common = (
        '<style:default-style style:family="paragraph"><style:text-properties fo:font-weight="800"/></style:default-style>'
        + _style("Emph", 'fo:font-style="italic"', "text")
    )
    automatic = _style("T1", 'fo:font-weight="normal"', "text", 'style:parent-style-name="Emph"')
    reading = read_odt(_flat(_p('gras <text:span text:style-name="T1">penché</text:span>'), automatic, common))
    assert _shown(reading, "bold") == ["gras "]
    assert _shown(reading, "italic") == ["penché"]


def test_styles_that_are_their_own_parents_end() -> None:
    common = _style("A", "", more='style:parent-style-name="B"') + _style("B", "", more='style:parent-style-name="A"')
    assert read_odt(_flat(_p("texte", "A"), "", common)).text == "texte\n"


def test_letters_in_a_font_of_symbols_are_symbols() -> None:
    automatic = _style("W", 'fo:font-family="Wingdings"', "text")
    assert _lines(_p('<text:span text:style-name="W">þ</text:span> N1'), automatic) == ["\uf0fe N1"]


# --- lists


def test_numbers_letters_and_levels_print_as_they_show() -> None:
    body = _list(
        _item(_p("un"), _p("suite"), _inner(_item(_p("sous")), _item(_p("sous", ""), _inner(_item(_p("bas")))))),
        _item(_p("deux"), _inner(_item(_p("sous")))),
    )
    assert _lines(body, LEVELS) == ["1. un", "suite", "a) sous", "b) sous", "(i) bas", "2. deux", "a) sous"]


def test_several_levels_show_in_one_number() -> None:
    style = _list_style(_number(1, suffix=""), _number(2, more='text:display-levels="2"'))
    body = _list(_item(_inner(_item(_p("a")), _item(_p("b")))), _item(_p("c"), _inner(_item(_p("d")))))
    assert _lines(body, style) == ["1.1. a", "1.2. b", "2 c", "2.1. d"]


def test_start_values_of_levels_and_items_count() -> None:
    style = _list_style(_number(1, more='text:start-value="5"'))
    assert _lines(_list(_item(_p("a")), _item(_p("b"), more='text:start-value="9"'), _item(_p("c"))), style) == [
        "5. a",
        "9. b",
        "10. c",
    ]


def test_a_new_list_begins_anew_and_a_continued_one_goes_on() -> None:
    other = _list_style(_number(1, "A"), name="B")
    body = (
        _list(_item(_p("a")), more='xml:id="x"')
        + _list(_item(_p("b")))
        + _list(_item(_p("c")), more='text:continue-numbering="true"')
        + _list(_item(_p("d")), style="B")
        + _list(_item(_p("e")), more='text:continue-list="x" xml:id="y"')
        + _list(_item(_p("f")), more='text:continue-list="y"')
        + _list(_item(_p("g")), style="B", more='text:continue-numbering="true"')
    )
    expected = ["1. a", "1. b", "2. c", "A. d", "2. e", "3. f", "A. g"]
    assert _lines(body, LEVELS + other) == expected


def test_a_second_list_within_an_item_begins_anew() -> None:
    inner = _inner(_item(_p("y")))
    body = _list(
        _item(_p("x"), inner, inner, _inner(_item(_p("z")), more='text:continue-numbering="true"')),
        f"<text:list-header>{_p('titre')}</text:list-header>",
        _item(_p("w")),
    )
    assert _lines(body, LEVELS) == ["1. x", "a) y", "a) y", "b) z", "titre", "2. w"]


def test_a_list_within_a_header_goes_on_and_what_follows_a_list_in_its_item_has_no_number() -> None:
    header = f"<text:list-header>{_p('titre')}{_inner(_item(_p('b')))}</text:list-header>"
    body = _list(_item(_p("x"), _inner(_item(_p("a")))), header, _item(_inner(_item(_p("c"))), _p("reste")))
    assert _lines(body, LEVELS) == ["1. x", "a) a", "titre", "b) b", "c) c", "reste"]


def test_an_item_may_have_a_style_of_its_own() -> None:
    other = _list_style(_number(1, "A"), name="B")
    body = _list(_item(_p("a")), _item(_p("b"), more='text:style-override="B"'), _item(_p("c")))
    assert _lines(body, LEVELS + other) == ["1. a", "B. b", "3. c"]


def test_bullets_show_their_depth() -> None:
    style = _list_style(
        *(f'<text:list-level-style-bullet text:level="{n}" text:bullet-char="o"/>' for n in (1, 2)),
    )
    assert _lines(_list(_item(_p("un"), _inner(_item(_p("deux"))))), style) == ["• un", "– deux"]


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (_number(1, "I"), ["IV. a", "V. b"]),
        (_number(1, "a", more='style:num-letter-sync="true"'), ["d. a", "e. b"]),
        (_number(1, "", "", ""), ["a", "b"]),
        (_number(1, "", "– ", ""), ["– a", "– b"]),
        (_number(1, more='loext:num-list-format="Mesure %1% :"'), ["Mesure 4 : a", "Mesure 5 : b"]),
        (_number(1, "01, 02, 03, ..."), ["04. a", "05. b"]),
    ],
)
def test_each_format_of_numbers(level: str, expected: list[str]) -> None:
    body = _list(_item(_p("a"), more='text:start-value="4"'), _item(_p("b")))
    assert _lines(body, _list_style(level)) == expected


def test_letters_after_z_are_doubled_or_combined() -> None:
    plain, synced = _number(1, "a"), _number(1, "a", more='style:num-letter-sync="true"')
    body = _list(_item(_p("x"), more='text:start-value="28"'))
    assert _lines(body, _list_style(plain)) == ["ab. x"]
    assert _lines(body, _list_style(synced)) == ["bb. x"]


def test_one_count_may_run_through_all_levels() -> None:
    style = _list_style(_number(1), _number(2), more='text:consecutive-numbering="true"')
    body = _list(_item(_p("a"), _inner(_item(_p("b")))), _item(_p("c")))
    assert _lines(body, style) == ["1. a", "2. b", "3. c"]


def test_the_paragraph_style_names_the_list_style_where_the_list_does_not() -> None:
    common = LEVELS + _style("PL", more='style:list-style-name="A"')
    assert _lines(_inner(_item(_p("a", "PL"))) + _p("b", "PL"), "", common) == ["1. a", "b"]


def test_an_empty_numbered_paragraph_shows_its_number() -> None:
    rows = [
        _row(_cell(_list(_item(_p("")), more='text:continue-numbering="true"')), _cell(_p(title)), _cell(_p("x")))
        for title in ("Air", "Eau")
    ]
    assert _lines(_table(*rows), LEVELS) == ["1.\tAir\tx", "2.\tEau\tx"]


def test_numbered_paragraphs_stand_alone() -> None:
    one = '<text:numbered-paragraph text:list-id="l" text:style-name="A" text:level="{}">{}</text:numbered-paragraph>'
    body = one.format(1, _p("a")) + _p("entre") + one.format(2, _p("b")) + one.format(1, _p("c"))
    assert _lines(body, LEVELS) == ["1. a", "entre", "a) b", "2. c"]


def test_headings_are_numbered_by_the_outline_and_stand_apart() -> None:
    outline = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="1" style:num-suffix=" –"/>'
        '<text:outline-level-style text:level="2" style:num-format="1" text:display-levels="2"/></text:outline-style>'
    )
    common = (
        outline + _style("T1", more='style:default-outline-level="1"') + _style("T0", more='style:list-style-name=""')
    )

    def heading(text: str, level: int, style: str = "T1", more: str = "") -> str:
        return f'<text:h text:style-name="{style}" text:outline-level="{level}" {more}>{text}</text:h>'

    body = (
        _p("intro")
        + heading("Un", 1)
        + heading("Sous", 2)
        + heading("Nu", 1, "T0")
        + heading("Tête", 1, more='text:is-list-header="true"')
        + _p("Deux", "T1")
        + heading("Sept", 1, more='text:restart-numbering="true" text:start-value="7"')
    )
    expected = ["intro", "", "1 – Un", "", "1.1 Sous", "", "Nu", "", "Tête", "", "2 – Deux", "", "7 – Sept"]
    assert _lines(body, "", common) == expected


# --- tables


def test_a_row_is_a_line_of_cells() -> None:
    body = _table(
        "<table:table-header-rows>"
        + _row(_cell(_p("N°")), _cell(_p("Mesure")), _cell(_p("N")))
        + "</table:table-header-rows>",
        _row(_cell(_p("1")), _cell(_p("a"), _p("b")), _cell(_p("x"), _p("y"))),
        _row(
            _cell(_p("2")),
            _cell(_p("c"), more='table:number-columns-spanned="2"'),
            f"<table:covered-table-cell>{_p('couvert')}</table:covered-table-cell>",
        ),
        _row(_cell(_p("")), _cell(_p("tab<text:tab/>ici")), _cell(_p("d"))),
    )
    assert _lines(body) == ["N°\tMesure\tN", "1\ta b\tx", "y", "2\tc\t".rstrip(), "\ttab ici\td"]


def test_tables_that_lay_out_the_page_are_read_cell_by_cell() -> None:
    nested = _table(_row(_cell(_p("u")), _cell(_p("v"))))
    body = _table(_row(_cell(_p("a"), _p("b"))), _row(_cell(_p("c")), _cell(_p("d"), nested)))
    assert _lines(body) == ["a", "b", "c", "d", "u\tv"]


def test_repeated_cells_and_rows_are_read_and_bounded() -> None:
    row = _row(_cell(_p("x"), more='table:number-columns-repeated="3"'), more='table:number-rows-repeated="2"')
    assert _lines(_table(row)) == ["x\tx\tx", "x\tx\tx"]
    many = 'table:number-{}-repeated="1000000"'
    huge = _row(_cell(_p("texte"), more=many.format("columns")), more=many.format("rows"))
    empty = _row(_cell(_p("z")), _cell("", more=many.format("columns")), more="") + _row(
        _cell(""), more=many.format("rows")
    )
    for _ in range(20):
        huge = _row(_cell(_table(huge), more=many.format("columns")), more=many.format("rows"))
    reading = read_odt(_flat(_table(huge, empty)))
    assert len(reading.text) < 500_000
    assert [d.code for d in reading.diagnostics] == ["repetitions-cut"]
    assert read_odt(_flat(_table(empty))).diagnostics == ()


# --- fields and boxes


FORMS = (
    '<office:forms><form:form><form:checkbox xml:id="c1" form:label="N1" form:current-state="checked"/>'
    '<form:checkbox xml:id="c2" form:state="checked" form:current-state="unchecked"/>'
    '<form:checkbox form:id="c3" form:state="checked"/><form:radio xml:id="c4" form:current-selected="true"/>'
    '<form:listbox xml:id="c5"><form:option form:label="Un" form:selected="true"/>'
    '<form:option form:label="Deux" form:current-selected="true"/></form:listbox>'
    '<form:combobox xml:id="c6" form:current-value="Trois"><form:item form:label="Un"/></form:combobox>'
    '<form:text xml:id="c7" form:value="Quatre"/></form:form></office:forms>'
)


@pytest.mark.parametrize(
    ("control", "expected"),
    [
        ("c1", "☑ N1 ."),
        ("c2", "☐ ."),
        ("c3", "☑ ."),
        ("c4", "☑ ."),
        ("c5", "Deux ."),
        ("c6", "Trois ."),
        ("c7", "Quatre ."),
    ],
)
def test_a_control_shows_its_state(control: str, expected: str) -> None:
    assert _lines(FORMS + _p(f'<draw:control draw:control="{control}"/> .')) == [expected]


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('<loext:content-control loext:checkbox="true" loext:checked="true">X</loext:content-control> N1', "☑ N1"),
        ('<loext:content-control loext:checkbox="true">☒</loext:content-control><text:s/>N1', "☐ N1"),
        ('<loext:content-control loext:showing-place-holder="true">Choisir</loext:content-control>N1', "N1"),
        ('<text:drop-down><text:label text:value="A"/><text:label text:value="B" text:current-selected="true"/>?</text:drop-down>', "B"),
        ('<field:fieldmark field:type="x.FORMCHECKBOX"><field:param field:name="Checkbox_Checked" field:value="true"/></field:fieldmark>N1', "☑ N1"),
        ("<text:text-input>saisi</text:text-input>", "saisi"),
        ('<text:variable-set text:display="none">9</text:variable-set>N1', "N1"),
    ],
)  # fmt: skip
def test_a_field_shows_its_value(field: str, expected: str) -> None:
    assert _lines(_p(field)) == [expected]


def test_white_space_shows_as_on_the_page() -> None:
    body = _p(
        '<text:tab/>\n  a <text:span> b</text:span><text:tab/> c<text:s text:c="2"/>d<text:line-break/>e<text:soft-page-break/>f '
    )
    assert _lines(body) == ["a b c  d", "ef"]
    assert len(read_odt(_flat(_p('a<text:s text:c="99999999"/>b'))).text) < 100


def test_notes_stand_at_the_end() -> None:
    note = (
        '<text:note text:note-class="footnote"><text:note-citation>{0}</text:note-citation>'
        "<text:note-body><text:p>note {0}</text:p></text:note-body></text:note>"
    )
    reading = read_odt(_flat(_p("a" + note.format("1") + " b") + _p("c" + note.format("i"))))
    assert reading.text == "a[1] b\nc[i]\n\n[1] note 1\n[i] note i\n"
    assert [(reading.text[start:end], kind) for start, end, kind in reading.asides] == [
        ("[1] note 1\n", "note"),
        ("[i] note i\n", "note"),
    ]


def test_a_text_box_is_read_once_and_parts_no_sentence() -> None:
    box = "<draw:frame><draw:text-box>{0}</draw:text-box><draw:text-box>{0}</draw:text-box><svg:desc>Z</svg:desc></draw:frame>"
    boxed = box.format(_p("dedans"))
    assert _lines(_p(f"avant {boxed} après") + _p(f"{boxed}seul")) == ["avant après", "dedans", "dedans", "seul"]


def test_changes_are_accepted_and_comments_and_hidden_text_left_out() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><text:p>SUPPRIMÉ</text:p></text:deletion></text:changed-region>"
        "<text:changed-region><text:insertion/></text:changed-region></text:tracked-changes>"
        + _p(
            "a<text:change/><text:change-start/>b<text:change-end/><office:annotation><text:p>NON</text:p></office:annotation>"
        )
        + _p('<text:span text:style-name="H">caché<text:span> encore</text:span></text:span>vu')
        + _p("caché", "H")
        + f'<text:section text:display="none">{_p("caché")}</text:section>'
        + f'<text:section text:display="condition" text:is-hidden="false">{_p("section")}</text:section>'
        + _p('c<text:hidden-text text:is-hidden="true">caché</text:hidden-text>')
        + _p('caché<text:hidden-paragraph text:is-hidden="true"/>')
    )
    hide = 'text:display="none"'
    reading = read_odt(_flat(body, _style("H", hide, "text") + _style("H", hide)))
    assert reading.text == "ab\nvu\nsection\nc\n"
    assert [(d.code, d.message.split()[0]) for d in reading.diagnostics] == [
        ("tracked-changes", "2"),
        ("comments-left-out", "1"),
        ("hidden-text-left-out", "5"),
    ]


def test_a_table_of_contents_is_read_as_its_lines() -> None:
    body = (
        "<text:table-of-content><text:table-of-content-source><text:index-title-template>X</text:index-title-template>"
        f"</text:table-of-content-source><text:index-body><text:index-title>{_p('Sommaire')}</text:index-title>"
        f"{_p('<text:a>1 Air<text:tab/>3</text:a>')}</text:index-body></text:table-of-content>"
    )
    assert _lines(body) == ["Sommaire", "1 Air 3"]


def test_heads_and_feet_of_the_pages_in_use_are_furniture() -> None:
    page = '<style:master-page style:name="{}" {}><style:header>{}</style:header>{}</style:master-page>'
    masters = (
        page.format("Standard", "", _p("jamais"), "")
        + page.format(
            "Une",
            'style:next-style-name="Deux"',
            _p("tête"),
            f"<style:footer>{_p('pied <text:page-number>1</text:page-number>')}</style:footer>",
        )
        + page.format(
            "Deux", "", _p("tête") + _p("tête deux"), f'<style:footer style:display="false">{_p("non")}</style:footer>'
        )
    )
    automatic = _style("P1", more='style:master-page-name="Une"')
    reading = read_odt(_flat(_p("a", "P1") + _p("b"), automatic, "", masters))
    assert reading.text == "a\nb\ntête\npied 1\ntête deux\n"
    assert [reading.text[start:end] for start, end, kind in reading.asides if kind == "furniture"] == [
        "tête\n",
        "pied 1\n",
        "tête deux\n",
    ]


def test_places_are_numbers_of_paragraphs() -> None:
    reading = read_odt(_flat(_p("a") + _p("") + _p("b")))
    assert reading.place_kind == "paragraph"
    assert reading.places == ((0, 1), (3, 3))


# --- files


def test_a_package_and_a_flat_file_give_the_same() -> None:
    automatic = _style("P1", 'fo:font-style="italic"')
    # The names of automatic styles in styles.xml are other styles: those of heads and feet.
    bold = _style("P1", 'fo:font-weight="bold"')
    styles = (
        f"<office:styles/><office:automatic-styles>{bold}</office:automatic-styles>"
        '<office:master-styles><style:master-page style:name="Standard"><style:footer>'
        f"{_p('pied', 'P1')}</style:footer></style:master-page></office:master-styles>"
    )
    reading = read_odt(_package(_p("a", "P1"), automatic, styles))
    assert reading.text == "a\npied\n"
    assert _shown(reading, "italic") == ["a"]
    assert _shown(reading, "bold") == ["pied"]
    assert read_odt(_flat(_p("a", "P1"), automatic)).text == "a\n"


def test_a_protected_document_says_so() -> None:
    manifest = (
        f'<m:manifest xmlns:m="{_ODF}manifest:1.0"><m:file-entry m:full-path="content.xml"><m:encryption-data/>'
        "</m:file-entry></m:manifest>"
    )
    with pytest.raises(Unreadable, match="without one") as caught:
        read_odt(_zip({"content.xml": b"\x93\x01", "META-INF/manifest.xml": manifest}))
    assert caught.value.code == "encrypted"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "damaged"),
        (b"PK\x03\x04", "damaged"),
        (b"<a", "damaged"),
        (b"<a/>", "format-not-read"),
        (_zip({"other.xml": "<a/>"}), "damaged"),
        (_zip({"content.xml": "<a>"}), "damaged"),
        (_flat(_p(" ")), "empty"),
        (_flat("<text:section>" * 10_000 + "</text:section>" * 10_000), "over-limit"),
        (_zip({"content.xml": bytes(65 << 20)}), "over-limit"),
    ],
    ids=range(9),
)
def test_what_gives_no_text_says_why(data: bytes, code: str) -> None:
    with pytest.raises((Unreadable, OverLimit)) as caught:
        read_odt(data)
    assert getattr(caught.value, "code", None) == code


def test_entities_are_not_read_from_files_or_blown_up() -> None:
    kinds = '<!ENTITY file SYSTEM "file:///etc/hostname"><!ENTITY one "aaaa"><!ENTITY two "&one;&one;">'
    data = f"<!DOCTYPE x [{kinds}]>".encode() + _flat(_p("avant &file;&two; après"))
    assert read_odt(data).text == "avant après\n"


def test_an_id_given_twice_is_no_damage() -> None:
    assert _lines(_list(_item(_p("a")), more='xml:id="x"') + _list(_item(_p("b")), more='xml:id="x"'), LEVELS)


def test_any_damage_gives_a_reading_or_a_reason() -> None:
    random = Random(5)
    body = (
        FORMS
        + _list(_item(_p("a")))
        + _table(_row(_cell(_p("b")), _cell(_p("c"))))
        + _p('d<draw:control draw:control="c1"/>')
    )
    for data in (_package(body, LEVELS), _flat(body, LEVELS)):
        for _ in range(300):
            damaged = bytearray(data)
            for _ in range(random.randint(1, 4)):
                damaged[random.randrange(len(damaged))] = random.randrange(256)
            with suppress(Unreadable):
                read_odt(bytes(damaged[: random.choice([len(damaged), random.randrange(len(damaged))])]))


def test_struck_text_is_left_out_and_told() -> None:
    style = '<style:style style:name="S" style:family="text"><style:text-properties style:text-line-through-style="solid"/></style:style>'
    reading = read_odt(_flat(_p('N1<text:span text:style-name="S"> barré</text:span> reste'), style))
    assert reading.text == "N1 reste\n"
    assert [(d.severity, d.code) for d in reading.diagnostics] == [("warning", "struck-text-left-out")]


def test_no_entity_of_a_declaration_is_loaded(tmp_path: Path) -> None:
    """What would be loaded is no declaration: were it loaded, the document could not be parsed without mending."""
    (tmp_path / "secret").write_text("secret")
    url = (tmp_path / "secret").as_uri()
    data = f'<!DOCTYPE x SYSTEM "{url}" [<!ENTITY % p SYSTEM "{url}"> %p;]>'.encode() + _flat(_p("mot"))
    root = parse_xml(data, LIMITS)
    assert root is not None
    assert has_entities(root)
    assert read_odt(data).text == "mot\n"
