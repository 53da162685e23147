"""No text under 11 pixels at 100 %."""

import re
from pathlib import Path

import backprop_viz.desktop

# A font of so many pixels; what a text may shrink to; a size in a style sheet.
SMALL = re.compile(
    r"_font\((?:[1-9]|10)\b|fitting\(.*, (?:[1-9]|10)\)|"
    r"setPixelSize\((?:[1-9]|10)\)|font-size: ?(?:[1-9]|10)px"
)


def test_no_text_is_smaller_than_can_be_read() -> None:
    folder = Path(backprop_viz.desktop.__file__).parent
    found = [
        f"{path.relative_to(folder)}:{number}: {line.strip()}"
        for path in sorted(folder.rglob("*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if SMALL.search(line)
    ]
    assert found == []


def test_what_is_found_is_small() -> None:
    assert SMALL.search("painter.setFont(code_font(10))")
    assert SMALL.search("font = fitting(font, text, width, 9)")
    assert not SMALL.search("painter.setFont(code_font(11))")
    assert not SMALL.search("font = fitting(body_font(12), text, width, 11)")
