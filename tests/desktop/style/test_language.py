"""The window in another language: which one, every text of it, and nothing hard-wired."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLabel, QMenu, QWidget

from backprop_viz.desktop.style.language import (
    can_be_drawn,
    language_for,
    languages,
    locale_of_dates,
    own_name,
    use_language,
)
from backprop_viz.desktop.system.preferences import settings_store
from backprop_viz.desktop.window.main_window import MainWindow
from tests.conftest import OpenWindow
from tests.waiting import until_idle

ROOT = Path(__file__).parents[3]
# Words that are the same in every language: of torch, of code and formulas, of keys, of units.
WORD = re.compile(r"[^\W\d_][\w.]*")
NAMES = re.compile(r"(conv|pool|fc)\d(\.weight|\.bias)?(\.grad)?|F\d+|[a-z]|lr")
CODE = {
    *("zero_grad", "forward", "loss", "backward", "update", "grad", "torch.Size", "float32"),
    *("leaf", "requires_grad", "backprop_viz", "LeNet", "cpu", "ms", "s", "min", "max", "NaN"),
    *("Inf", "step", "Ctrl", "Shift", "Esc", "Del", "Enter", "Σ"),
}


def is_code(text: str) -> bool:
    """Whether a text has nothing to translate, as a line of source with its number."""
    if re.match(r"\d+  \w+ = ", text) or text.replace("&", "") in map(own_name, languages()):
        return True
    return all(word in CODE or NAMES.fullmatch(word) for word in WORD.findall(text))


@pytest.fixture
def english() -> Iterator[None]:
    yield
    use_language("en")


@pytest.mark.usefixtures("english")
def test_dates_are_written_as_the_system_does_or_else_as_the_language(qapp: QApplication) -> None:
    nothing = QLocale.c()
    assert locale_of_dates(QLocale("de_DE")).name() == "de_DE"
    assert locale_of_dates(nothing).name() == "en_US"
    use_language("ko")
    assert locale_of_dates(nothing).name() == "ko_KR"
    assert locale_of_dates(QLocale("de_DE")).name() == "de_DE"


class Marking(QTranslator):
    """Puts brackets around every text that is translated."""

    def translate(
        self, context: str, source: str, disambiguation: str | None = None, n: int = -1
    ) -> str:
        return f"⟦{source}⟧"

    def isEmpty(self) -> bool:  # noqa: N802 - Qt's name
        return False


def texts_of(window: MainWindow) -> Iterator[tuple[str, str]]:
    """Every text of the window's widgets and actions, with what has it."""
    for action in window.findChildren(QAction):
        if not isinstance(action.parent(), QMenu):
            yield f"action {action.objectName()}", action.text()
            yield f"tooltip of {action.objectName()}", action.toolTip()
    for widget in window.findChildren(QWidget):
        name = f"{type(widget).__name__} {widget.objectName()}"
        yield f"tooltip of {name}", widget.toolTip()
        yield f"accessible name of {name}", widget.accessibleName()
        if isinstance(widget, QLabel | QAbstractButton) and widget.isVisible():
            yield name, widget.text()
        if isinstance(widget, QComboBox) and widget.isVisible():
            for i in range(widget.count()):
                yield f"item of {name}", widget.itemText(i)


def test_a_choice_is_followed_and_else_the_system() -> None:
    assert {"en", "ko"} <= set(languages())
    assert language_for("ko", []) == "ko"
    assert language_for("system", ["fr-FR", "ko-KR", "en-US"]) == "ko"
    assert language_for("system", ["ko_KR.UTF-8"]) == "ko"
    assert language_for("system", ["C"]) == "en"
    assert language_for("no such language", ["en-GB"]) == "en"
    assert (own_name("en"), own_name("ko")) == ("English", "한국어")
    assert can_be_drawn("en")


def test_texts_and_qts_own_are_korean_until_they_are_english_again(
    qapp: QApplication, english: None
) -> None:
    use_language("ko")
    assert QCoreApplication.translate("phases", "clears the gradients of the previous iteration.")
    assert QCoreApplication.translate("LossPlot", "Loss") == "손실"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "취소"
    use_language("en")
    assert QCoreApplication.translate("LossPlot", "Loss") == "Loss"
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"


def test_every_catalogue_is_complete_and_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / ".ci" / "translations"), "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "ko.ts: 0 not translated" in done.stdout


def test_the_window_opens_in_korean(open_window: OpenWindow, english: None) -> None:
    window = open_window("--preset", "digits", "--language", "ko", size=(1280, 800))
    assert window.findChild(QAction, "actionStep").text() == "한 단계(&S)"
    assert [button.text().split("  ")[0] for button in window.toolbar.run_buttons] == [
        "한 단계",
        "반복",
        "학습",
        "초기화",
    ]
    assert window.minimumSizeHint().width() <= 1280
    window.session.iterate()
    until_idle(window.session)
    assert window.width() == 1280


def test_no_text_of_the_window_is_hard_wired(
    qapp: QApplication, open_window: OpenWindow, english: None
) -> None:
    marking = Marking(qapp)
    window = None
    try:
        qapp.installTranslator(marking)
        window = open_window("--preset", "digits", size=(1600, 1000))
        window.session.iterate()
        until_idle(window.session)
        texts = dict.fromkeys(texts_of(window))
    finally:
        qapp.removeTranslator(marking)
    assert len(texts) > 200
    assert sum("⟦" in text for _, text in texts) > 150
    plain = [(what, text) for what, text in texts if "⟦" not in text and not is_code(text)]
    assert plain == [], "\n".join(f"{what}: {text!r}" for what, text in plain)


def test_a_language_that_is_chosen_is_that_of_the_next_launch(
    open_window: OpenWindow, english: None
) -> None:
    window = open_window("--preset", "tutorial", "--language", "en")
    settings_store().setValue("language", "ko")
    window.close()
    again = open_window("--preset", "tutorial")
    assert again.toolbar.run_buttons[0].text().startswith("한 단계")
    assert again.findChild(QAction, "actionLanguage_ko").isChecked()


def test_the_menu_shows_the_language_that_was_given(open_window: OpenWindow, english: None) -> None:
    window = open_window("--preset", "tutorial", "--language", "ko")
    assert window.findChild(QAction, "actionLanguage_ko").isChecked()
