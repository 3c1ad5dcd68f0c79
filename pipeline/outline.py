"""What is decided over a whole document, before it is read line by line: tables, styles, headings."""

from pipeline.contrast import recurring_labels
from pipeline.headings import mark_headings
from pipeline.lines import Context, Page, make_page
from pipeline.model import Source
from pipeline.rules import Rules
from pipeline.scan import FEWEST
from pipeline.styles import mark_styles
from pipeline.tables import cut_tables
from pipeline.ticks import crosses_refuse


def outline(source: Source, rules: Rules) -> Page:
    """The lines of a document, with what was decided about them."""
    page = make_page(source, rules)
    cut_tables(page)
    mark_styles(page)
    mark_headings(page)
    page.context = Context(
        labels=recurring_labels(page),
        crosses_refuse=crosses_refuse(page.matched),
        is_scanned=sum(line.text.n_scan_signs for line in page.lines) >= FEWEST,
        has_measures=any(mark.kind == "measure" for mark in page.marks.values()),
    )
    return page
