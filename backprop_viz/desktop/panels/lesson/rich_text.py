"""A lesson's text as rich text: paragraphs, lists, **bold**, *emphasis* and `code`."""

import re
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


def rich_text(text: str, theme: Theme) -> str:
    """HTML of a text; ``theme`` colours its code. Whatever it holds beside marks stays text."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return "".join(_block(block, theme) for block in blocks if block.strip())


def plain_text(text: str) -> str:
    """The text without its marks, as a screen reader says it."""
    return re.sub(r"[`*]|^```$", "", text, flags=re.MULTILINE).strip()


def _block(block: str, theme: Theme) -> str:
    lines = block.strip().splitlines()
    if lines[0].startswith("```"):
        code = "\n".join(line for line in lines if not line.startswith("```"))
        family = code_font().families()[0]
        return (
            f"<pre style=\"font-family: '{family}', monospace; font-size: {scaled(11)}px; "
            f'white-space: pre-wrap; margin: 4px 0 8px 0; color: {theme.text}">{escape(code)}</pre>'
        )
    if all(line.startswith(("- ", "  ")) for line in lines):
        items = re.split(r"^- ", block.strip(), flags=re.MULTILINE)[1:]
        rows = "".join(f"<li>{_marked(item, theme)}</li>" for item in items)
        return f'<ul style="margin: 0 0 8px -22px">{rows}</ul>'
    return f'<p style="margin: 0 0 9px 0; line-height: 135%">{_marked(" ".join(lines), theme)}</p>'


def _marked(text: str, theme: Theme) -> str:
    """Marks outside of code become tags; what is in code stays as it is."""
    parts = _CODE.split(text)
    done = []
    for i, part in enumerate(parts):
        safe = escape(part, quote=False)
        if i % 2:
            family = ", ".join(f"'{name}'" for name in code_font().families())
            done.append(f'<span style="font-family: {family}; color: {theme.accent}">{safe}</span>')
            continue
        for pattern, tag in _MARKS:
            safe = pattern.sub(tag, safe)
        done.append(safe)
    return "".join(done)
