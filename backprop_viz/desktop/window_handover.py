"""Replaces the window by another one for the same run, as when the language changes."""

from PySide6.QtCore import QTimer

from backprop_viz.desktop.composer import Composer
from backprop_viz.desktop.controllers.own_loops.attached import AttachedController
from backprop_viz.desktop.controllers.saving.window_state import apply_window_state
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.style.language import language_for, use_language
from backprop_viz.desktop.window.main_window import MainWindow

# How long a lesson may take to give the user's own run back.
_LESSON_S = 5.0


def window_of(composer: Composer) -> MainWindow:
    """The composer's window; when another language is chosen, another one comes in its place."""
    composer.language.chosen.connect(
        # Not within the menu of the window that goes.
        lambda choice: QTimer.singleShot(0, lambda: hand_over(composer, language_for(choice)))
    )
    return composer.window


def hand_over(before: Composer, code: str) -> MainWindow:
    """Show the run of a window in a new one that speaks a language; training goes on meanwhile."""
    old, session = before.window, before.session
    lesson = before.lessons.player.lesson
    if lesson is not None:
        before.lessons.leave()
        session.wait_until(lambda: not session.run_is_aside, _LESSON_S)
    state = before.files.state()
    before.let_go()
    use_language(code)
    after = Composer(before.arguments, session)
    new = window_of(after)
    new.restoreGeometry(old.saveGeometry())
    new.resize(old.size())
    if isinstance(after.closing, AttachedController):
        assert isinstance(before.closing, AttachedController)
        after.closing.take_over(before.closing)
    else:
        after.files.take_over(before.files)
        after.autosave.take_over(before.autosave)
        if state is not None:
            # The layout is restored from the store already, by its name where nothing was moved.
            apply_window_state(after.context, {**state, "layout": {}})
    if session.view_state is not None:
        session.view_state_ready.emit(session.view_state)
    _keep_open(before, after)
    if before.lessons.offers:
        after.lessons.offer()
    new.show()
    old.successor = new
    old.close()
    old.deleteLater()
    if lesson is not None:
        after.lessons.begin(lesson.id)
    return new


def _keep_open(before: Composer, after: Composer) -> None:
    """Show the same pages, the same selection and the same explanation as before."""
    old, new = before.window, after.window
    new.panel(NetworkView).set_mode(old.panel(NetworkView).mode)
    if before.selection is not None:
        after.select(before.selection.kind, before.selection.key)
    program, edited = new.panel(ProgramView), old.panel(ProgramView).network
    if edited.is_editing:
        program.edit_network()
        program.network.editor.replace_text(edited.editor.toPlainText())
    program.show_page(old.panel(ProgramView).page)
    new.panel(OriginView).history = old.panel(OriginView).history
    if old.lower_row.explaining:
        after.explanations.reopen()
