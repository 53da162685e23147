"""A lesson's text as rich text: paragraphs, lists, **bold**, *emphasis* and `code`."""

import re
from collections.abc import Iterator
from html import escape

from backprop_viz.desktop.style.theme import Theme, code_font, scaled

_MARKS = (
    (re.compile(r"\*\*(.+?)\*\*"), r"<b>\1</b>"),
    # Letters of other scripts may touch it, as a Korean particle does; 3*4*5 is no emphasis.
    (
        re.compile(r"(?<![A-Za-z0-9_*])\*(?!\s)(.+?)(?<!\s)\*(?![A-Za-z0-9_*])"),
        r"<i>\1</i>",
    ),
)
_CODE = re.compile(r"`([^`]+)`")
_PERCENT = re.compile(r"(?<=\d) (?=%)")  # a number and its sign stay on one line
_FENCED = re.compile(r"(^```\n.*?^```$)", re.DOTALL | re.MULTILINE)
# Heights of lines in percent. Fonts with Hangul leave room above and below by themselves.
_HANGUL = re.compile("[가-힣]")
_LATIN_LINE, _HANGUL_LINE = 135, 112


def rich_text(text: str, theme: Theme) -> str:
    """HTML of a text; ``theme`` colours its code. Whatever it holds beside marks stays text."""
    return "".join(_block(block, theme) for block in _blocks(text))


def plain_text(text: str) -> str:
    """The text without its marks, as a screen reader says it."""
    return re.sub(r"[`*]|^```$", "", text, flags=re.MULTILINE).strip()


def _blocks(text: str) -> Iterator[str]:
    """What empty lines part; those within code are code."""
    for part in _FENCED.split(text.strip()):
        if part.startswith("```"):
            yield part
        else:
            yield from (block for block in re.split(r"\n\s*\n", part) if block.strip())


def _block(block: str, theme: Theme) -> str:
    lines = block.strip().splitlines()
    if lines[0].startswith("```"):
        code = "\n".join(line for line in lines if not line.startswith("```"))
        return (
            f'<pre style="font-family: {_code_families()}; font-size: {scaled(11)}px; '
            f'white-space: pre-wrap; margin: 4px 0 8px 0; color: {theme.text}">{escape(code)}</pre>'
        )
    if all(line.startswith(("- ", "  ")) for line in lines):
        items = re.split(r"^- ", block.strip(), flags=re.MULTILINE)[1:]
        rows = "".join(f"<li>{_marked(item, theme)}</li>" for item in items)
        return f'<ul style="margin: 0 0 8px -22px">{rows}</ul>'
    whole = " ".join(lines)
    height = _HANGUL_LINE if _HANGUL.search(whole) else _LATIN_LINE
    return f'<p style="margin: 0 0 9px 0; line-height: {height}%">{_marked(whole, theme)}</p>'


def _code_families() -> str:
    """All that may be installed: Qt takes no other fonts for the name ``monospace``."""
    return ", ".join(f"'{name}'" for name in code_font().families())


def _marked(text: str, theme: Theme) -> str:
    """Marks outside of code become tags; what is in code stays as it is."""
    parts = _CODE.split(text)
    done = []
    for i, part in enumerate(parts):
        safe = escape(part, quote=False)
        if i % 2:
            style = f"font-family: {_code_families()}; color: {theme.accent}"
            done.append(f'<span style="{style}">{safe}</span>')
            continue
        for pattern, tag in _MARKS:
            safe = pattern.sub(tag, safe)
        safe = _PERCENT.sub("\u00a0", safe)
        done.append(safe)
    return "".join(done)
