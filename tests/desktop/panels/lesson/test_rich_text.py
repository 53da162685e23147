"""A lesson's marks become tags; whatever else it holds stays text."""

from PySide6.QtGui import QTextDocument

from backprop_viz.desktop.panels.lesson.rich_text import plain_text, rich_text
from backprop_viz.desktop.style.theme import DARK, code_font


def test_marks_become_tags(qapp: object) -> None:
    html = rich_text("A **bold** and *soft* `code`.\n\nNext.", DARK)
    assert "<b>bold</b>" in html
    assert "<i>soft</i>" in html
    assert ">code</span>" in html
    assert html.count("<p ") == 2


def test_nothing_else_is_taken_for_a_tag(qapp: object) -> None:
    html = rich_text("if 1 < 2: `<script>` & 2 * 3 * 4", DARK)
    assert "1 &lt; 2" in html
    assert "&lt;script&gt;" in html
    assert "&amp; 2 * 3 * 4" in html
    assert "<i>" not in html


def test_code_keeps_its_stars_and_lines(qapp: object) -> None:
    html = rich_text("```\nfor f in net:\n    a * b * c\n```", DARK)
    assert "for f in net:\n    a * b * c" in html
    assert "<i>" not in html


def test_a_screen_reader_hears_no_marks() -> None:
    assert plain_text("A **bold** `code`\n\n```\nx\n```") == "A bold code\n\n\nx"


def test_emphasis_may_end_before_a_korean_particle(qapp: object) -> None:
    html = rich_text("*신경망*을 **모두**가 `conv1`의 *값*은", DARK)
    assert "<i>신경망</i>을" in html
    assert "<b>모두</b>가" in html
    assert "<i>값</i>은" in html
    assert "*" not in html
    assert "<i>" not in rich_text("3*4*5 and a*b*c", DARK)


def test_a_block_of_code_is_in_the_fonts_of_code(qapp: object) -> None:
    document = QTextDocument()
    document.setHtml(rich_text("```\na = b\n```", DARK))
    block = document.begin()
    while "a = b" not in block.text():
        block = block.next()
    families = block.begin().fragment().charFormat().fontFamilies()
    assert list(families) == code_font().families()


def test_a_number_and_its_percent_sign_stay_together(qapp: object) -> None:
    assert "10\u00a0%" in rich_text("Within 10 % is right.", DARK)
    assert "10 %" in rich_text("`10 %`", DARK)


def test_an_empty_line_within_code_ends_no_code() -> None:
    html = rich_text("Two:\n\n```\na = 1\n\nb = 2\n```\n\nAnd:\n\n```\nc\n```\n", DARK)
    assert html.count("<pre") == html.count("</pre>") == html.count("<p ") == 2
    assert "a = 1\n\nb = 2</pre>" in html
    assert "`" not in html
