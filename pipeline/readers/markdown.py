"""Markdown: rendered to HTML by markdown-it, read as a page; numbers stay as they were typed."""

from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from pipeline.limits import LIMITS, Limits
from pipeline.readers.draft import Reading
from pipeline.readers.html import read_markup
from pipeline.readers.text import decode

_SHORTCODES = {":white_check_mark:": "✅", ":heavy_check_mark:": "✔", ":ballot_box_with_check:": "☑", ":x:": "❌"}
"""What code forges and pads show as signs."""


class _Renderer(RendererHTML):
    """HTML in which an item keeps the number that was typed ("3." after "1."), and a line break is one."""

    def list_item_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        token = tokens[idx]
        if token.info.isdecimal():
            token.attrSet("value", token.info)
        return self.renderToken(tokens, idx, options, env)

    def softbreak(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        return "<br>\n"


def read_markdown(data: bytes, limits: Limits = LIMITS) -> Reading:
    """Read Markdown (CommonMark with tables and strike-through). Raises `Unreadable` where no encoding fits."""
    text, encoding, doubts = decode(data)
    # Indented lines are lists that a person has aligned, not code; a row of dashes under a line is a rule.
    parser = MarkdownIt("commonmark", {"html": True}, renderer_cls=_Renderer)
    parser.enable(["table", "strikethrough"]).disable(["code", "lheading", "reference"])
    for code, sign in _SHORTCODES.items():
        text = text.replace(code, sign)
    return read_markup(parser.render(text), encoding, doubts, limits)
