"""HTML and Markdown: what a browser shows, with its italics; the article told apart from its site."""

import pytest

from pipeline.limits import Limits, OverLimit
from pipeline.readers.draft import Reading, Unreadable
from pipeline.readers.html import read_html
from pipeline.readers.markdown import read_markdown


def page(body: str, head: str = "") -> Reading:
    return read_html(f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body>{body}</body></html>".encode())


def italics(reading: Reading) -> list[str]:
    return [reading.text[start:end] for start, end in reading.italic]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ("<p>a <em>b</em> c</p>", ""),
        ("<p>a <i>b</i> c</p>", ""),
        ('<p>a <span style="color: red; font-style: oblique">b</span> c</p>', ""),
        ('<p>a <span style="font: italic bold 12px/1.5 serif">b</span> c</p>', ""),
        ('<p>a <span class="obs avis">b</span> c</p>', "<style>.obs { font-style: italic }</style>"),
        (
            '<p>a <span class="obs">b</span> c</p>',
            "<style>@media screen { p > span.obs { font-style: italic } }</style>",
        ),
        ('<p>a <span id="o">b</span> c</p>', "<style>span { font-style: normal } #o { font-style: italic }</style>"),
        ("<p>a <b>b</b> c</p>", "<style>b { font-weight: normal; font-style: italic !important }</style>"),
        (
            '<div class="o"><p class="n">a <em>b</em> c</p></div>',
            "<style>.o { font-style: italic } .n { font: 1em x }</style>",
        ),
    ],
)
def test_italic_is_what_a_browser_shows(body: str, head: str) -> None:
    assert italics(page(body, head)) == ["b"]


@pytest.mark.parametrize(
    ("body", "head"),
    [
        ('<p>a <em style="font-style: normal">b</em> c</p>', ""),
        ('<p>a <em class="x">b</em> c</p>', "<style>em { font-style: normal }</style>"),
        ('<p>a <span class="x">b</span> c</p>', "<style media=print>.x { font-style: italic }</style>"),
        ('<p>a <span class="x">b</span> c</p>', "<style>@media print { .x { font-style: italic } }</style>"),
        ('<p>a <span class="x">b</span> c</p>', "<style>.x:hover, .x::before { font-style: italic }</style>"),
        ('<p>a <span class="x">b</span> c</p>', "<style>.x { font-style: italic } p .x { font-style: normal }</style>"),
        ('<p>a <span class="x">b</span> c</p>', "<style>/* .x { font-style: italic } */ ]]}{ .x {</style>"),
    ],
)
def test_upright_is_what_a_browser_shows(body: str, head: str) -> None:
    reading = page(body, head)
    assert reading.text == "a b c\n"
    assert reading.italic == ()


def test_blocks_are_lines_and_white_space_collapses() -> None:
    reading = page("<div>a\n  b<p>c</p>d<br>e<br><br>f</div><h2>g</h2><p>&nbsp;</p><p>h\u00a0i</p><pre>j\n  k</pre>")
    assert reading.text == "a b\nc\nd\ne\n\nf\n\ng\n\nh\u00a0i\nj\nk\n"


def test_lists_keep_their_markers_and_numbers() -> None:
    body = """<ul><li>a<ul><li>b</ul><li><p>c</p></ul><ol start=3><li>d<li value=7>e<li>f</ol>
      <ol type=a><li>g<li>h</ol><ol style="list-style-type: upper-roman"><li>i</ol><ul style="list-style: none"><li>j</ul>"""
    assert page(body).text == "• a\n– b\n• c\n3. d\n7. e\n8. f\na. g\nb. h\nI. i\nj\n"


def test_tables_are_read_row_by_row() -> None:
    body = """<table><tr><th>N°<th>Mesure<th>N1<th>N2</tr><tr><td>1<td>Acheter<br>mieux<td>✓<td></tr>
      <tr><td rowspan=2>2<td colspan=2>Manger<td>x<tr><td>a<td>b<td>c</table>"""
    assert page(body).text == "N°\tMesure\tN1\tN2\n1\tAcheter mieux\t✓\n2\tManger\t\tx\n\ta\tb\tc\n"


def test_more_merged_cells_than_a_page_can_hold_are_told() -> None:
    reading = page("<table>" + "<tr><td colspan=100>a<td>b" * 1_100 + "</table>")
    assert reading.text.count("a") == reading.text.count("b") == 1_100
    assert [found.code for found in reading.diagnostics] == ["repetitions-cut"]
    assert page("<table>" + "<tr><td colspan=100>a<td>b" * 900 + "</table>").diagnostics == ()


def test_a_table_that_lays_out_the_page_is_read_cell_by_cell() -> None:
    body = "<table><tr><td><p>a</p><p>b</p></td><td><p>c</p><table><tr><td>1<td>2<td>3</table></td></tr></table>"
    assert page(body).text == "a\nb\nc\n1\t2\t3\n"


def test_form_fields_show_their_state() -> None:
    body = """<form><label><input type=checkbox checked> N1</label> <input type=checkbox> N2
      <input type=radio checked>N3<br><input value="oui"> <input type=hidden value=x>
      <select><option>non<option selected>à l’étude</select> <textarea>sous\nréserve</textarea></form>"""
    assert page(body).text == "☑ N1 ☐ N2 ☑ N3\noui à l’étude\nsous\nréserve\n"


def test_labels_of_fields_begin_lines_and_ticks_stand_apart() -> None:
    body = """<fieldset><label><input type=radio>N1</label><label><input type=radio checked>N2</label>
      <label>Commentaire : <textarea>oui</textarea></label></fieldset>"""
    assert page(body).text == "☐ N1 ☑ N2\nCommentaire :\noui\n"


def test_letters_of_symbol_fonts_are_signs() -> None:
    body = """<p><span style='font-family:Symbol'>·<span style='font:7pt "Times New Roman"'>&nbsp; </span></span>N1 : a</p>
      <p><font face="Wingdings">þ</font> N2</p>"""
    assert page(body).text == "\uf0b7\u00a0 N1 : a\n\uf0fe N2\n"


def test_captions_are_no_running_text() -> None:
    body = (
        f"{LONG}<figure><figcaption><em>La halle</em></figcaption></figure><p class=wp-caption-text><i>Le pont</i></p>"
    )
    reading = page(body)
    assert [reading.text[start:end] for start, end, _ in reading.asides] == ["La halle\n", "Le pont\n"]


def test_signs_drawn_as_pictures_are_read() -> None:
    assert page('<p>N1 <img class="emoji" alt="✅"> <img alt="photo du marché"></p>').text == "N1 ✅\n"
    body = """<table><tr><td>9<td>Mettre fin<td><img alt="oui"><td><i class="fa fa-check-square"></i>
      <td><i class="fas fa-times"></i><td><span title="non"></span></table>"""
    assert page(body).text == "9\tMettre fin\toui\t✔\t✗\tnon\n"


def test_hidden_text_is_left_out_and_counted() -> None:
    body = "<p>a</p><p hidden>b</p><p style='display:none'>c<b>d</b></p><p class=v>e</p><p>f <del>g</del></p>"
    body += "<p><s>i</s> <span style='text-decoration: underline line-through red'>j</span></p>"
    reading = page(body, "<style>.v { visibility: hidden }</style><script>var x = '<p>h</p>'</script>")
    assert reading.text == "a\nf\n"
    assert [(d.code, d.message[:1]) for d in reading.diagnostics] == [
        ("hidden-text-left-out", "3"),
        ("struck-text-left-out", "3"),
    ]


SITE = """<a class="skip-link" href="#c">Aller au contenu</a><header id="masthead"><p>Collectif</p></header>
  <nav><ul><li>12 – Menu</ul></nav><div class="wrap has-sidebar">{main}</div>
  <div id="comments" class="comments-area"><p>Un accord sur N2 ?</p></div><aside><p>Articles</p></aside>
  <div class="cookie-notice">Cookies</div><footer>Mentions</footer>"""
LONG = "<p>" + "Se doter d’une politique d’achats. " * 9 + "</p>"


@pytest.mark.parametrize(
    "main",
    [
        f"<main><article><header><h1>LISTE</h1></header>{LONG}<footer>Publié dans Pactes</footer></article></main>",
        f'<article class="post">{LONG}<h1>LISTE</h1></article><article class="card">Autre liste</article>',
        f'<div id="content"><h1>LISTE</h1>{LONG}</div>',
        f'<div role="main"><h1>LISTE</h1>{LONG}<div class="sharedaddy">Partager</div></div>',
        f'<div><h1>LISTE</h1></div><div itemprop="articleBody">{LONG}</div>',
        f'<div class="hentry"><h3>LISTE</h3><div class="post-body entry-content">{LONG}</div><b>Tags</b></div>',
    ],
)
def test_only_the_article_is_running_text(main: str) -> None:
    reading = page(SITE.format(main=main), "<title>LISTE – Collectif</title>")
    kept = list(reading.text)
    for start, end, kind in reading.asides:
        assert kind == "furniture"
        kept[start:end] = [""] * (end - start)
    assert sorted("".join(kept).split()) == sorted(["LISTE", *LONG.replace("<p>", "").replace("</p>", "").split()])
    assert {"Collectif", "12 – Menu", "Un accord sur N2 ?", "Mentions"} <= set(
        reading.text.replace("• ", "").split("\n")
    )


def test_a_page_without_a_frame_is_all_article() -> None:
    assert page('<div class="menu">' + LONG + "</div>").asides == ()


def test_notes_are_told_apart() -> None:
    reading = page(f"{LONG}<ol class=wp-block-footnotes><li>Voir la mesure 12</ol>")
    assert [(reading.text[start:end], kind) for start, end, kind in reading.asides] == [
        ("1. Voir la mesure 12\n", "note")
    ]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        ("<p>été</p>".encode(), "utf-8"),
        ("<meta charset=iso-8859-1><p>l’été</p>".encode("cp1252"), "cp1252"),
        ("<meta charset=iso-8859-1><p>l’été</p>".encode(), "utf-8"),
        ("<meta charset=utf-8><p>l’été où l’on s’engage à agir</p>".encode("cp1252"), "cp1252"),
        ('<?xml version="1.0" encoding="utf-8"?><html><p>été</p></html>'.encode("utf-16"), "utf-16"),
        ("<meta charset=unheard-of><p>l’été où l’on s’engage à agir</p>".encode("cp1252"), "cp1252"),
    ],
)
def test_the_encoding_is_what_the_bytes_are(data: bytes, encoding: str) -> None:
    reading = read_html(data)
    assert reading.encoding == encoding
    assert "été" in reading.text


def test_depth_and_nonsense_are_read() -> None:
    assert "fin" in read_html(b"<html>" + b"<div>" * 190 + b"fin").text
    assert "fin" in read_html(b"<html>" + b"<div>" * 1500 + b"fin", Limits(depth=2000)).text
    with pytest.raises(OverLimit, match="--limit depth=N"):
        read_html(b"<html>" + b"<div>" * 1500 + b"fin")
    assert read_html(b"<html><table><td>a<tr></table></td><p>b<table><li>c").text.split() == ["a", "b", "•", "c"]
    with pytest.raises(Unreadable):
        read_html(b"<!-- -->")


def test_markdown_is_read_as_it_is_shown() -> None:
    text = """LISTE – Jean Dupont\n===\n\n## 1 – Se doter\nN1 • Acheter *mieux*\n***Un accord***\n\n3. Mener\n5) Lire\n
33- Conserver\n    - planter\n- [x] N1\n\n|a|b|c|\n|-|-|-|\n|1| |✓|\n\nl\\*été <i>vu</i><br>de 3\\_4\n"""
    reading = read_markdown(text.encode())
    assert reading.text.split("\n") == [
        *("LISTE – Jean Dupont", "===", "", "1 – Se doter", "N1 • Acheter mieux", "Un accord", "3. Mener", "5. Lire"),
        *("33- Conserver", "- planter", "• [x] N1", "a\tb\tc", "1\t\t✓", "l*été vu", "de 3_4", ""),
    ]
    assert italics(reading) == ["mieux", "Un accord", "vu"]
    assert [reading.text[start:end] for start, end in reading.bold] == ["1 – Se doter", "Un accord", "a", "b", "c"]
