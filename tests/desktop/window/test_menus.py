"""The menus: every entry has its own mnemonic, and separators stand between groups."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from backprop_viz.desktop.actions.mnemonics import give_mnemonics, mnemonic
from backprop_viz.desktop.window.main_window import MainWindow


def assert_distinct(actions: Sequence[QAction]) -> None:
    letters = [mnemonic(a.text()) for a in actions if not a.isSeparator()]
    assert all(letter.isalnum() for letter in letters), [a.text() for a in actions]
    assert len(set(letters)) == len(letters), [a.text() for a in actions]


def test_each_entry_has_a_mnemonic_of_its_own(open_window: Callable[..., MainWindow]) -> None:
    window = open_window("--preset", "tutorial")
    bar = window.menuBar().actions()
    assert_distinct(bar)
    for title in bar:
        assert title.menu().toolTipsVisible()  # they say why an entry is grey
        entries = title.menu().actions()
        assert_distinct(entries)
        separators = [entry.isSeparator() for entry in entries]
        assert any(separators), title.text()
        assert not separators[0]
        assert not separators[-1]
        assert not any(a and b for a, b in pairwise(separators))


def test_pause_keeps_the_run_menus_mnemonics_apart(open_window: Callable[..., MainWindow]) -> None:
    window = open_window("--preset", "tutorial")
    titles = window.menuBar().actions()  # older PySide lets go of a menu with its title
    (run,) = (title.menu() for title in titles if title.text() == "&Run")
    train = window.findChild(QAction, "actionTrain")
    train.trigger()
    try:
        assert_distinct(run.actions())
    finally:
        train.trigger()
    assert window.session.wait_idle(30)
    assert_distinct(run.actions())


def test_buttons_show_no_ampersand(open_window: Callable[..., MainWindow]) -> None:
    window = open_window("--preset", "tutorial")
    for button in window.toolbar.run_buttons:
        assert "&" not in button.text() + button.accessibleName()


def test_an_entry_without_a_mnemonic_is_given_a_free_letter(qapp: QApplication) -> None:
    texts = ("&Samples", "MNIST from a folder", "Download MNIST", "Sample MNIST", "smn")
    entries = [QAction(text) for text in texts]
    give_mnemonics(entries)
    assert [entry.text() for entry in entries] == [
        "&Samples",
        "&MNIST from a folder",
        "&Download MNIST",
        "S&ample MNIST",
        "sm&n",
    ]


def test_an_entry_gives_its_letter_to_one_that_has_no_other(qapp: QApplication) -> None:
    entries = [QAction(text) for text in ("Abc", "Ba", "b", "&d")]
    give_mnemonics(entries)
    assert [entry.text() for entry in entries] == ["Ab&c", "B&a", "&b", "&d"]
