"""Fields, form controls, spaces, changes and hidden passages of an OpenDocument text."""

from pipeline.readers.draft import TICKED, UNTICKED
from pipeline.readers.odt_styles import (
    Element,
    attribute,
    name_of,
    number_in,
    tag_of,
)
from pipeline.readers.odt_walk import Close, Walk, leave_out, show


def open_comment(walk: Walk, element: Element) -> Close:
    walk.comments += 1
    return leave_out


def open_changes(walk: Walk, element: Element) -> Close:
    """Deleted text stands here, and only here; inserted text stands in the document."""
    walk.changes += sum(1 for _ in element.iterchildren(tag_of("text:changed-region")))
    return leave_out


def open_section(walk: Walk, element: Element) -> Close:
    display = attribute(element, "text:display")
    if display != "none" and not (display == "condition" and attribute(element, "text:is-hidden") == "true"):
        return None
    walk.hidden += any(text.strip() for text in element.itertext())
    return leave_out


def open_hidden_text(walk: Walk, element: Element) -> Close:
    if attribute(element, "text:is-hidden") != "true":
        return None
    walk.hidden += 1
    return leave_out


def open_hidden_paragraph(walk: Walk, element: Element) -> Close:
    if walk.line is not None and attribute(element, "text:is-hidden") == "true":
        walk.hidden += not walk.line.is_hidden
        walk.line.is_hidden = True
    return leave_out


def open_space(walk: Walk, element: Element) -> Close:
    line = walk.line
    if line is not None and line.runs and not walk.is_unseen:
        wide = number_in(attribute(element, "text:c"), 1, 1, 64)
        is_behind_box = line.runs[-1].text in (f"{TICKED} ", f"{UNTICKED} ")
        line.add(" " * (wide - is_behind_box))
    return leave_out


def open_tab(walk: Walk, element: Element) -> Close:
    line = walk.line
    if line is not None and line.runs and not walk.is_unseen:
        line.add("" if line.runs[-1].text.endswith((" ", "\n")) else " ")
        line.spaced = True
    return leave_out


def open_break(walk: Walk, element: Element) -> Close:
    line = walk.line
    if line is not None and not walk.is_unseen:
        line.add("\n")
        line.spaced = True
    return leave_out


def open_control(walk: Walk, element: Element) -> Close:
    control = walk.controls.get(attribute(element, "draw:control") or "")
    return leave_out if control is None else show(walk, control_text(control))


def control_text(control: Element) -> str:
    """What a form's control shows: its state now, or else the one that it begins with."""
    kind = name_of(control.tag)
    label = attribute(control, "form:label") or ""
    if kind in ("form:checkbox", "form:radio"):
        states = [attribute(control, name) for name in ("form:current-state", "form:current-selected")]
        states += [attribute(control, name) for name in ("form:state", "form:selected")]
        state = next((state for state in states if state is not None), "")
        return f"{TICKED if state in ('checked', 'true') else UNTICKED} {label}"
    if kind == "form:listbox":
        options = list(control.iter(tag_of("form:option")))
        is_current = any(attribute(option, "form:current-selected") is not None for option in options)
        name = "form:current-selected" if is_current else "form:selected"
        chosen = [option for option in options if attribute(option, name) == "true"]
        return ", ".join(attribute(option, "form:label") or attribute(option, "form:value") or "" for option in chosen)
    if kind in ("form:fixed-text", "form:frame"):
        return label
    if kind in ("form:password", "form:hidden", "form:button", "form:image", "form:file"):
        return ""
    current = attribute(control, "form:current-value")
    text = "\n".join("".join(p.itertext()) for p in control.iterchildren(tag_of("text:p")))
    return current if current is not None else text or attribute(control, "form:value") or ""


def open_content_control(walk: Walk, element: Element) -> Close:
    if attribute(element, "loext:checkbox") == "true":
        return show(walk, f"{TICKED if attribute(element, 'loext:checked') == 'true' else UNTICKED} ")
    # A placeholder ("choose an item") is no value.
    return leave_out if attribute(element, "loext:showing-place-holder") == "true" else None


def open_dropdown(walk: Walk, element: Element) -> Close:
    for label in element.iterchildren(tag_of("text:label")):
        if attribute(label, "text:current-selected") == "true":
            return show(walk, attribute(label, "text:value") or "")
    return None


def open_fieldmark(walk: Walk, element: Element) -> Close:
    """A field of an old Word form, as LibreOffice keeps it."""
    kind = attribute(element, "field:type") or ""
    said = [
        (attribute(param, "field:name") or "", attribute(param, "field:value") or "")
        for param in element.iterchildren(tag_of("field:param"))
    ]
    if kind.endswith("FORMCHECKBOX"):
        return show(walk, f"{TICKED if ('Checkbox_Checked', 'true') in said else UNTICKED} ")
    if kind.endswith("FORMDROPDOWN"):
        entries = [value for name, value in said if name == "Dropdown_ListEntry"]
        chosen = number_in(dict(said).get("Dropdown_Selected"), 0)
        return show(walk, entries[chosen] if chosen < len(entries) else "")
    return None
