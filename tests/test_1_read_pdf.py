"""Stage 1 for PDF: from what stands where on a page to paragraphs, as a person reads it."""

import random
import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.readers.draft import Reading, Unreadable
from pipeline.readers.pdf import read_pdf

DATA = Path(__file__).parent / "data" / "pdf"
FONTS = {
    "F1": "/BaseFont /Helvetica",
    "F2": "/BaseFont /Helvetica-Bold",
    "F3": "/BaseFont /Helvetica-Oblique",
    "F4": "/BaseFont /ABCDEF+Helvetica-BoldOblique",
    "F5": "/BaseFont /ZapfDingbats",
    "F6": "/BaseFont /Courier",
}
WHITE = "/Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
LONG = "La commune s'engage avec ses habitantes et ses habitants pour que l'eau reste"


def pdf(*pages: str, annots: Sequence[str] = (), extra: str = "", page_extra: str = "") -> bytes:
    """A PDF with a content stream a page, and annotations (dictionaries without Type) on the first one."""
    fonts = " ".join(
        f"/{name} << /Type /Font /Subtype /Type1 {base} {'' if 'Zapf' in base else '/Encoding /WinAnsiEncoding'} >>"
        for name, base in FONTS.items()
    )
    first_page, first_annot = 4, 4 + 2 * len(pages)
    refs = " ".join(f"{first_annot + i} 0 R" for i in range(len(annots)))
    fields = " ".join(f"{first_annot + i} 0 R" for i, a in enumerate(annots) if "/Widget" in a)
    form = f"/AcroForm << /Fields [{fields}] /DA (/F1 11 Tf) /DR << /Font << {fonts} >> >> >>" if fields else ""
    kids = " ".join(f"{first_page + 2 * i} 0 R" for i in range(len(pages)))
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R {form} >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        f"<< {WHITE} /Type /XObject /Length 1 >>\nstream\n0\nendstream",
    ]
    for number, content in enumerate(pages):
        notes = f"/Annots [{refs}]" if refs and number == 0 else ""
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {first_page + 2 * number + 1} 0 R {notes}"
            f" {page_extra} /Resources << /Font << {fonts} >> /XObject << /Im 3 0 R >> >> >>"
        )
        objects.append(f"<< /Length {len(content.encode('cp1252'))} >>\nstream\n{content}\nendstream")
    objects.extend(f"<< /Type /Annot {annot} >>" for annot in annots)
    body, offsets = b"%PDF-1.7\n", []
    for number, text in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n".encode("cp1252")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R {extra} >>"
    return body + f"{end}\nstartxref\n{len(body)}\n%%EOF\n".encode()


def at(x: float, y: float, text: str, font: str = "F1", size: float = 11, more: str = "") -> str:
    """Text with its baseline at x, y (upwards from the lower edge)."""
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return f"BT /{font} {size} Tf {more} 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET\n"


def lines(*texts: str, x: float = 70, top: float = 780, leading: float = 13, font: str = "F6", size: float = 9) -> str:
    """Lines below each other, in letters of one width (5.4 points)."""
    return "".join(at(x, top - n * leading, text, font, size) for n, text in enumerate(texts) if text)


def body(reading: Reading) -> list[str]:
    """The lines of the running text, without empty ones."""
    end = reading.asides[0][0] if reading.asides else len(reading.text)
    return [line for line in reading.text[:end].split("\n") if line]


def styled(reading: Reading, spans: Sequence[tuple[int, int]]) -> list[str]:
    return [reading.text[start:end] for start, end in spans]


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", ["pact-chromium.pdf", "pact-lo.pdf"])
def test_a_pact_printed_as_pdf_is_the_same_lines_and_observations(name: str) -> None:
    reading = read_pdf((DATA / name).read_bytes())
    source = (DATA / "pact.txt").read_text(encoding="utf-8")
    assert body(reading) == [line for line in source.split("\n") if line.strip()]
    said = [line for line in source.split("\n") if re.match("Un accord|ni sur", line)]
    assert folded("".join(styled(reading, reading.italic))) == folded("".join(said))
    assert folded("".join(styled(reading, reading.bold))) == folded("".join(said))
    assert (reading.place_kind, reading.places[0]) == ("page", (0, 1))


def test_tables_columns_raised_letters_and_drawn_bullets_of_a_printed_page() -> None:
    text = body(read_pdf((DATA / "tables-chromium.pdf").read_bytes()))
    first = text.index("N°\tMesure\tN1\tN2\tN3")
    assert [row.split("\t") for row in text[first + 1 : first + 6]] == [
        ["1", text[first + 1].split("\t")[1], "✓", ""],  # what is empty at a row's end is left out but for one tab
        ["2", "Financer les projets de la commune par des prêts éthiques", "", "✓", "✓"],
        ["Thème des transports"],
        ["15", "Donner la priorité au vélo", "", "", "✓"],
        ["", "et à la marche", "✓", ""],
    ]
    assert text[first + 1].split("\t")[1].endswith("incluant des dispositions sociales et environnementales")
    unruled = text.index("Mesure\tN1\tN2\tN3")
    assert re.match(r"Préserver.* de la commune\t✓", text[unruled + 1])
    assert text[unruled + 2 : unruled + 4] == [
        "Mettre fin aux grandes surfaces\t\t✓",
        "Protéger la ressource en eau\t\t\t✓",
    ]
    columns = text.index("En deux colonnes")
    assert [line.split()[1] for line in text[columns + 1 : columns + 4]] == ["première", "deuxième", "dernier"]
    assert "12 m3 par an et le 1er relevé, celui du CO2, suit." in text[columns + 4]
    assert text[columns + 5] == "• un point de liste"
    assert re.fullmatch("• un autre point .* continue encore un peu", text[columns + 6])


def test_heads_feet_and_page_ends_of_a_printed_booklet_cut_nothing() -> None:
    reading = read_pdf((DATA / "pages-lo.pdf").read_bytes())
    text = body(reading)
    assert [line.split(" ")[0] for line in text[:8]] == ["1", "N1", "N2", "Un", "2", "N1", "N2", "Un"]
    assert all(line.rstrip("x\t").endswith((".", ")")) for line in text if len(line) > 60)
    rows = [line.split("\t") for line in text if "\t" in line]
    assert [row[0] for row in rows] == ["N°", *"12345678"]
    assert all(len(row) == (4 if row[0] in "2468" else 3) for row in rows[1:])
    asides = [reading.text[start:end].strip() for start, end, _ in reading.asides]
    assert [a for a in asides if a.startswith("Page")] == [f"Page {n} sur 5" for n in range(1, 6)]
    assert asides.count("Pacte pour la Transition – Ville-sur-Orge") == 5
    assert {kind for _, _, kind in reading.asides} == {"furniture"}
    assert [number for offset, number in reading.places if offset >= reading.asides[0][0]][::2][0] == 1


@pytest.mark.parametrize("name", ["synthetic-chromium.pdf", "synthetic-lo.pdf"])
def test_bold_and_italic_that_the_program_made_itself_are_seen(name: str) -> None:
    reading = read_pdf((DATA / name).read_bytes())
    assert [s.strip().lower() for s in styled(reading, reading.bold)] in (["gras", "les deux"], ["gras", "deux"])
    assert re.fullmatch(r"ital(?:ique)? (?:les )?deux", styled(reading, reading.italic)[0].strip().lower())


def test_bold_and_italic_come_from_the_font_name_the_matrix_and_the_drawing_mode() -> None:
    slanted = "BT /F1 11 Tf 1 0 0.25 1 70 600 Tm (matrice) Tj ET\n"
    page = (
        at(70, 700, "droit")
        + at(120, 700, "gras", "F2")
        + at(170, 700, "oblique", "F3")
        + at(230, 700, "les-deux", "F4")
    )
    reading = read_pdf(pdf(page + slanted + at(140, 600, "contour", more="2 Tr")))
    assert body(reading) == ["droit gras oblique les-deux", "matrice contour"]
    assert styled(reading, reading.bold) == ["gras", "les-deux", "contour"]
    assert styled(reading, reading.italic) == ["oblique les-deux", "matrice"]


def test_a_style_that_changes_within_a_word_parts_no_word() -> None:
    reading = read_pdf(pdf("BT /F2 11 Tf 70 700 Td (N) Tj /F1 11 Tf (iveau 2) Tj ET"))
    assert body(reading) == ["Niveau 2"]
    assert styled(reading, reading.bold) == ["N"]


def test_text_is_read_by_place_not_by_order_in_the_file() -> None:
    page = at(200, 700, "deux") + at(70, 500, "fin") + at(70, 700, "un")
    assert body(read_pdf(pdf(page))) == ["un deux", "fin"]


def test_letters_set_wide_apart_are_one_word() -> None:
    page = "".join(at(70 + 15 * n, 700, char) for n, char in enumerate("MESURES"))
    assert body(read_pdf(pdf(page))) == ["MESURES"]


def test_a_line_goes_on_where_the_one_before_was_full() -> None:
    page = lines(LONG, "un bien commun, et que chacun y ait droit.", "Une ligne courte.", LONG, "un bien.")
    assert body(read_pdf(pdf(page))) == [
        f"{LONG} un bien commun, et que chacun y ait droit.",
        "Une ligne courte.",
        f"{LONG} un bien.",
    ]


@pytest.mark.parametrize(
    "start",
    [
        "N2 • Organiser",
        "- organiser",
        "• organiser",
        "Niveau 2 : organiser",
        "12 – Organiser",
        "a) organiser",
        "N1-2-3 • Tout",
    ],
)
def test_a_mark_begins_a_paragraph_even_after_a_full_line(start: str) -> None:
    page = lines(LONG + ".", start + " un marché.", LONG, "un bien.")
    assert body(read_pdf(pdf(page)))[:2] == [LONG + ".", start + " un marché."]


@pytest.mark.parametrize("start", ["– et son usage –", "N2 et N3, mais pas", "12 % des logements", "-60% en 2050"])
def test_what_looks_like_a_mark_within_a_sentence_begins_none(start: str) -> None:
    page = lines(LONG, start + " un bien commun.", LONG, "un bien.")
    assert body(read_pdf(pdf(page)))[0] == f"{LONG} {start} un bien commun."


def test_a_sentence_goes_on_after_a_line_that_ends_a_little_early() -> None:
    early = "Nous voulons que l'eau reste pour tout le monde et aussi partout"
    page = lines(LONG, "un bien.", early, "un bien commun.", LONG, "un bien.")
    assert body(read_pdf(pdf(page)))[1] == f"{early} un bien commun."


def test_a_larger_gap_is_a_blank_line_and_parts_paragraphs() -> None:
    page = lines(LONG, "un bien.", "N1 • Un.", "N2 • Deux.", "N3 • Trois.") + lines(LONG, "un bien.", "Fin.", top=690)
    text = read_pdf(pdf(page)).text
    assert text == f"{LONG} un bien.\nN1 • Un.\nN2 • Deux.\nN3 • Trois.\n\n{LONG} un bien.\nFin.\n"


def test_a_paragraph_goes_on_over_the_page_and_running_lines_stand_at_the_end() -> None:
    head, foot = at(70, 810, "Pacte 2020"), "Page {} sur 3"
    pages = [head + at(280, 30, foot.format(n)) for n in (1, 2, 3)]
    pages[0] += lines("Un titre", *[LONG + "."] * 2, LONG, top=760)
    pages[1] += lines("un bien commun.", "Deux.", LONG + ".", top=760)
    pages[2] += lines("Trois, sur une page presque vide.", top=760)
    reading = read_pdf(pdf(*pages))
    assert [line for line in body(reading) if line.endswith(f"{LONG} un bien commun.")]
    assert not any("Page" in line or "Pacte" in line for line in body(reading))
    tail = reading.text[reading.asides[0][0] :].split("\n")
    assert tail == ["Pacte 2020", "Page 1 sur 3", "Pacte 2020", "Page 2 sur 3", "Pacte 2020", "Page 3 sur 3", ""]
    assert [number for _, number in reading.places][-6:] == [1, 1, 2, 2, 3, 3]


def test_a_document_of_one_page_loses_nothing() -> None:
    page = at(70, 820, "Pacte 2020") + lines("Du texte.") + at(280, 31, "2", size=5) + at(280, 24, "1", size=5)
    reading = read_pdf(pdf(page))
    assert body(reading) == ["Pacte 2020", "Du texte.", "2", "1"]
    assert not reading.asides


def test_words_divided_at_a_line_end_are_joined_and_hyphens_of_their_own_stay() -> None:
    width = len(LONG)
    wrapped = ["le développe-", "ment de la co-", "construction, celui-", "ci avec le non-", "recours et les sub-", "ventions communa-", "les de la Seine-", "Maritime"]  # fmt: skip
    page = lines(
        *(
            text.rjust(width, "x")
            if n == 0
            else text.split()[0].ljust(width - len(text) + len(text.split()[0]), "y") + text[len(text.split()[0]) :]
            for n, text in enumerate(wrapped[:-1])
        ),
        wrapped[-1],
    )
    text = body(read_pdf(pdf(page + lines("Un développement, une construction.", top=600))))[0]
    for word in ("développement", "co-construction", "celui-ci", "non-recours", "subventions", "Seine-Maritime"):
        assert word in text, text


def test_columns_are_read_one_after_the_other_below_what_runs_across_them() -> None:
    left = [f"colonne de gauche, ligne {n} du texte" for n in "abcdefgh"]
    right = [f"colonne de droite, ligne {n} du texte" for n in "abcdefgh"]
    title = at(120, 800, "Un titre qui court au-dessus des deux colonnes du texte", size=14)
    page = title + lines(*right, x=310, top=770) + lines(*left, top=770)
    text = folded(" ".join(body(read_pdf(pdf(page)))))
    assert text.startswith("Un titre qui court")
    assert text.index("gauche, ligne h") < text.index("droite, ligne a")


def grid(xs: Sequence[int], ys: Sequence[int], thin: bool) -> str:
    """A table's lines: stroked, or drawn as thin rectangles as word processors do."""
    if thin:
        level = [f"{xs[0]} {y} {xs[-1] - xs[0]} 0.5 re f\n" for y in ys]
        return "".join(level + [f"{x} {ys[-1]} 0.5 {ys[0] - ys[-1]} re f\n" for x in xs])
    return "".join(f"{a} {low} {b - a} {high - low} re S\n" for a, b in pairwise(xs) for high, low in pairwise(ys))


@pytest.mark.parametrize("thin", [True, False])
def test_rows_of_a_ruled_table_keep_empty_cells_and_wrapped_text(thin: bool) -> None:
    xs, ys = (60, 90, 300, 340, 380), (720, 700, 660, 640)
    page = grid(xs, ys, thin) + at(65, 705, "N°") + at(95, 705, "Mesure") + at(305, 705, "N1") + at(345, 705, "N2")
    page += at(65, 676, "9") + lines(
        "Mettre fin aux grandes surfaces", "sur tout le territoire", x=95, top=684, size=10
    )
    page += at(355, 676, "4", "F5") + at(65, 645, "10") + at(95, 645, "Eau") + at(315, 645, "4", "F5")
    text = read_pdf(pdf(at(60, 740, "Avant.") + page + at(60, 600, "Après."))).text
    assert text.split("\n")[:-1] == [
        "Avant.",
        "N°\tMesure\tN1\tN2",
        "9\tMettre fin aux grandes surfaces sur tout le territoire\t\t✔",
        "10\tEau\t✔",
        "Après.",
    ]


def test_two_cells_with_several_paragraphs_are_a_layout_and_one_cell_is_a_frame() -> None:
    page = (
        grid((60, 300, 540), (720, 640), False) + lines("Un.", "Deux.", x=70, top=705) + lines("Trois.", x=310, top=705)
    )
    page += grid((60, 540), (600, 560), False) + lines("Encadré.", x=70, top=580)
    assert body(read_pdf(pdf(page))) == ["Un.", "Deux.", "Trois.", "Encadré."]


def test_without_lines_a_table_is_known_by_gaps_that_go_through() -> None:
    rows = [("Mesure", "N1", "N2"), ("Se doter d'une politique", "x", ""), ("Financer les projets", "", "x")]
    page = "".join(
        at(x, 700 - 20 * n, cell)
        for n, row in enumerate(rows)
        for x, cell in zip((70, 300, 350), row, strict=True)
        if cell
    )
    assert body(read_pdf(pdf(page))) == ["Mesure\tN1\tN2", "Se doter d'une politique\tx", "Financer les projets\t\tx"]


def test_check_boxes_radio_buttons_and_text_fields_give_their_state_in_place() -> None:
    def box(x: int, state: str, kind: str = "") -> str:
        return (
            f"/Subtype /Widget /FT /Btn {kind} /T (c{x}) /F 4 /Rect [{x} 698 {x + 10} 708] /AS /{state} /V /{state}"
            " /AP << /N << /Yes << >> /Off << >> >> >>"
        )

    annots = [
        box(70, "Yes"),
        box(130, "Off"),
        box(190, "Yes", "/Ff 32768"),
        "/Subtype /Widget /FT /Tx /T (t) /F 4 /Rect [130 668 300 684] /V (Anne Martin)",
        "/Subtype /Widget /FT /Tx /T (u) /F 2 /Rect [130 468 300 484] /V (cache)",
        "/Subtype /Text /Rect [400 600 420 620] /Contents (une note)",
        "/Subtype /FreeText /Rect [300 640 400 652] /Contents (tapé sur la page) /DA (/F1 11 Tf)",
    ]
    page = at(84, 700, "N1") + at(144, 700, "N2") + at(204, 700, "N3") + at(70, 672, "Nom :")
    reading = read_pdf(pdf(page, annots=annots))
    assert body(reading) == ["☑ N1 ☐ N2 ☑ N3", "Nom : Anne Martin", "tapé sur la page"]
    assert [(d.code, d.message) for d in reading.diagnostics] == [("comments-left-out", "1 comment was left out")]


def test_pages_turned_by_the_file_or_by_the_text_are_read_upright() -> None:
    turned = "BT /F1 11 Tf 0 1 -1 0 100 100 Tm (premier mot) Tj ET BT /F1 11 Tf 0 1 -1 0 120 100 Tm (second) Tj ET"
    for extra in ("/Rotate 90", ""):
        assert body(read_pdf(pdf(turned, page_extra=extra))) == ["premier mot", "second"]


def test_a_watermark_at_an_angle_is_set_apart() -> None:
    page = "BT /F1 60 Tf 0.7 0.7 -0.7 0.7 100 200 Tm (PROJET) Tj ET\n" + lines("Du texte.", "Encore.")
    reading = read_pdf(pdf(page))
    assert body(reading) == ["Du texte.", "Encore."]
    assert reading.text[reading.asides[0][0] :] == "PROJET\n"


def test_text_that_is_not_drawn_is_the_layer_under_a_scan() -> None:
    assert body(read_pdf(pdf("595 0 0 842 0 0 cm /Im Do " + at(0.1, 0.8, "reconnu", size=0.02, more="3 Tr")))) == [
        "reconnu"
    ]


def test_a_file_without_text_says_how_to_get_some() -> None:
    with pytest.raises(Unreadable, match="ocrmypdf") as caught:
        read_pdf(pdf("595 0 0 842 0 0 cm /Im Do"))
    assert caught.value.code == "no-text-layer"


def test_pages_without_text_are_told() -> None:
    image = "595 0 0 842 0 0 cm /Im Do"
    reading = read_pdf(pdf(lines("Un."), image, image))
    assert [(d.severity, d.code) for d in reading.diagnostics] == [("warning", "page-without-text")]
    assert reading.diagnostics[0].message.startswith("pages 2, 3 ")


def test_a_password_is_told_from_damage() -> None:
    lock = f"/Encrypt << /Filter /Standard /V 1 /R 2 /P -4 /O <{'11' * 32}> /U <{'22' * 32}> >> /ID [<00> <00>]"
    with pytest.raises(Unreadable, match="password") as caught:
        read_pdf(pdf(lines("Un."), extra=lock))
    assert caught.value.code == "encrypted"
    with pytest.raises(Unreadable) as caught:
        read_pdf(b"%PDF-1.7\nnothing")
    assert caught.value.code == "damaged"


def test_a_character_without_unicode_is_kept_as_unknown() -> None:
    data = pdf(at(70, 700, "abA")).replace(b"/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>", b"/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding << /Differences [65 /g123456] >> >>")  # fmt: skip
    assert body(read_pdf(data)) == ["ab\ufffd"]


def test_no_damage_gives_anything_but_a_reading_or_unreadable() -> None:
    dice = random.Random(20)
    codes = set()
    for name in ("synthetic-lo.pdf", "pact-lo.pdf"):
        whole = (DATA / name).read_bytes()
        for _ in range(40):
            broken = bytearray(whole[: dice.randrange(1, len(whole))] if dice.random() < 0.3 else whole)
            for _ in range(dice.randrange(1, 60)):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            try:
                read_pdf(bytes(broken))
            except Unreadable as error:
                codes.add(error.code)
    assert codes <= {"damaged", "encrypted", "no-text-layer", "empty"}
