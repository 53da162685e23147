"""Lists, begins and leaves lessons, and shows in the window what their steps are about."""

from collections.abc import Iterator, Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from backprop_viz.analysis.lessons.lesson import (
    PROGRAM_PAGES,
    Lesson,
    in_language,
)
from backprop_viz.analysis.selection import SelectionKind
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.explanations import ExplanationsController
from backprop_viz.desktop.controllers.lessons.answers import answer_text, is_of_other_sign
from backprop_viz.desktop.controllers.lessons.lesson_player import LessonPlayer, chosen_language
from backprop_viz.desktop.controllers.lessons.lesson_views import explained_number
from backprop_viz.desktop.controllers.saving.autosave import AutosaveController
from backprop_viz.desktop.lessons import lessons, words
from backprop_viz.desktop.panels.autograd.autograd_view import AutogradView
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.findings.findings_view import FindingsView
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.lesson.lesson_offer import LessonOffer
from backprop_viz.desktop.panels.lesson.lesson_page import LessonPage, LessonRow
from backprop_viz.desktop.panels.lesson.lesson_panel import LessonPanel
from backprop_viz.desktop.panels.network.feature_maps import Mode
from backprop_viz.desktop.panels.network.network_view import NetworkView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.plots.gradient_flow import GradientFlowPlot
from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.panels.registry import PAD_LAYOUT
from backprop_viz.desktop.style.language import language_in_use
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import text_scale
from backprop_viz.desktop.view_state import ViewState

# What would save, open or replace the user's own run, which is put away.
_OF_OWN_RUN = (
    "actionOpenSession",
    "actionSaveSession",
    "actionSaveSessionAs",
    "actionLoadWeights",
    "actionSaveWeights",
    "actionCopyScript",
    "actionSaveScript",
    "actionSaveNotebook",
)
# The panels that a page can bring to the front.
_FRONT: Mapping[str, type[Panel]] = {
    "network": NetworkView,
    "graph": AutogradView,
    "loss": LossPlot,
    "flow": GradientFlowPlot,
}
# A page that runs longer than this says so.
_LONG_MS = 400
# Pixels that the lines of the class take, those that the table of the parameters takes, and from
# which width of all panels they are given.
_PROGRAM, _PARAMETERS, _ROOMY = 394, 474, 1150
# How long a closing window waits for the user's own run.
_CLOSING_S = 5.0


class LessonsController(QObject):
    """Plays lessons in the lesson panel; what was reached is remembered between launches."""

    def __init__(
        self, context: Context, explanations: ExplanationsController, autosave: AutosaveController
    ) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._actions, self._store = context.actions, context.store
        self._explanations, self._autosave = explanations, autosave
        self._language = chosen_language(language_in_use())
        # The page that was shown last: the lesson's id and the page's number.
        self._shown: tuple[str, int] | None = None
        self.player = LessonPlayer(self._session, self)
        self.player.changed.connect(self._show)
        self.player.step_told.connect(self._show_evidence)
        self._long = QTimer(self, singleShot=True, interval=_LONG_MS)
        self._long.timeout.connect(self._show_page)
        self._panel = panel = self._window.panel(LessonPanel)
        panel.next_wanted.connect(self._next)
        panel.back_wanted.connect(lambda: self.player.go_to(self.player.number - 1))
        panel.predicted.connect(self.player.predict)
        panel.left.connect(self.leave)
        panel.contents_wanted.connect(self.show_all)
        panel.chosen.connect(self.begin)
        # What was selected of the user's own run, and the program's page: both come back with it.
        self._own_selection: tuple[SelectionKind, str] | None = None
        self._own_page = 0
        # What the network shows of it, and in which iteration the user chose that; None: no lesson.
        self._own_mode: tuple[Mode, int | None] | None = None
        self._drew = False  # the layout was that of the pad, which has no room for a lesson
        self._in_front: list[str] = []  # the docks that were seen
        self._window.picked.connect(self._note_selection)
        self._window.unpicked.connect(lambda: self._note_selection(None, ""))
        self._offer = self._window.panel(LessonOffer)
        self._offer.wanted.connect(self.first_steps)
        self._may_close = self._window.may_close
        self._window.may_close = self._leave_and_close

    def show_view_state(self, view_state: ViewState) -> None:
        """Offer the first lesson once; notice that a lesson's run has ended with its worker."""
        if view_state.origin is None and not self._store.value("lessons/offered", 0):
            self._store.setValue("lessons/offered", 1)
            self.offer()
        if self._session.run_is_aside:
            return
        if self._own_mode is not None:
            network = self._window.panel(NetworkView)
            mode, network.pinned = self._own_mode
            network.set_mode(mode)
            self._own_mode = None
        if self.player.lesson is not None:
            self.player.forget()
            self._close()
            self._window.messages.tell(words(self._language)["lost"], "error")

    @property
    def offers(self) -> bool:
        """Whether the first lesson is offered."""
        return not self._offer.isHidden()

    def offer(self) -> None:
        """Offer the first lesson."""
        self._offer.offer()

    @property
    def shows_all(self) -> bool:
        """Whether a page is shown with all that belongs to it: nothing is run or worked out."""
        if self.player.lesson is None or self.player.stage == "running":
            return False
        explained = self._window.panel(OriginView)
        opened = self._window.lower_row.explaining
        return not opened or self.player.stage == "asking" or explained.complete

    def page_text(self) -> str:
        """What the page says that is shown: its text, its question, and what is told."""
        player, language = self.player, self._language
        question = in_language(player.progress.question, language)
        title = "" if player.lesson is None else in_language(player.lesson.title, language)
        parts = (f"**{title}**", player.text(language), question, player.told(language))
        return "\n\n".join(part for part in parts if part)

    # -- commands ----------------------------------------------------------------------------

    def first_steps(self) -> None:
        """Begin the first lesson, or go on with it."""
        self.begin(lessons()[0].id)

    def toggle_list(self) -> None:
        """List all lessons, or leave the list: the panels that gave way to it come back."""
        seen = not self._panel.visibleRegion().isEmpty()  # it may be behind another tab
        if seen and not self._panel.shows_page:
            self.leave()
        else:
            self.show_all()

    def show_all(self) -> None:
        """List all lessons in the panel; a lesson that is under way waits."""
        self._note_finished()
        self._open()
        self._panel.show_list(list(self._rows()), self._language)

    def begin(self, id: str) -> None:
        """Begin a lesson at the page that was reached last; a finished one at its first."""
        lesson = next(each for each in lessons() if each.id == id)
        self._open()
        if self.player.lesson is lesson and self._session.run_is_aside:
            self._show_page()
            return
        if not self._session.run_is_aside:
            self._autosave.save()  # should the worker end, nothing of the user's own is lost
            network = self._window.panel(NetworkView)
            self._own_mode = network.mode, network.pinned
        page = self._reached(lesson)
        self.player.begin(lesson, 0 if self._is_finished(lesson) else page)
        self._enable(False)

    def leave(self) -> None:
        """Close the panel; the user's own run comes back as it was."""
        self._note_finished()
        lesson = self.player.lesson
        under_way = lesson is not None and not self._is_finished(lesson)
        self.player.leave()
        self._close()
        if under_way:
            self._window.messages.tell(words(self._language)["left"], "info")

    # -- pages -------------------------------------------------------------------------------

    def _next(self) -> None:
        lesson = self.player.lesson
        if lesson is None or self.player.stage != "told":
            return
        if self.player.number + 1 < len(lesson.steps):
            self.player.go_to(self.player.number + 1)
            return
        self.show_all()

    def _note_finished(self) -> None:
        """Note a lesson as finished once its last page is shown, however it is left."""
        lesson, player = self.player.lesson, self.player
        if lesson is None or player.stage != "told" or player.number + 1 < len(lesson.steps):
            return
        self._store.setValue(f"lessons/finished/{lesson.id}", 1)
        self._store.setValue(f"lessons/page/{lesson.id}", 0)

    def _show(self) -> None:
        """Show where the player is; what takes no time is shown when it is done."""
        self._turn_page()
        if self.player.lesson is None:
            self._long.stop()
        elif self.player.stage == "running":
            if not self._long.isActive():
                self._long.start()
        else:
            self._long.stop()
            self._store.setValue(f"lessons/page/{self.player.lesson.id}", self.player.number)
            self._show_page()

    def _show_page(self) -> None:
        if self.player.lesson is not None and self._panel.isVisible():
            self._panel.show_page(self._page(self.player.lesson), self._language)

    def _page(self, lesson: Lesson) -> LessonPage:
        player, language = self.player, self._language
        step, progress = player.step, player.progress
        question, value, snippet = None, "", player.snippet
        if step.question is not None:
            asked = step.question
            options = asked.options.get(language, ())
            question = (asked.kind, in_language(progress.question, language), options)
            if progress.value is not None and asked.kind == "choice":
                value = "" if progress.right else options[int(progress.value)]
            elif progress.value is not None:
                value = answer_text(asked.kind, progress.value, words(language))
        return LessonPage(
            group=lesson.group,
            place=self._place(lesson),
            title=in_language(lesson.title, language),
            number=player.number,
            pages=len(lesson.steps),
            stage=player.stage,
            text=player.text(language),
            question=question,
            predicted=progress.predicted,
            right=progress.right,
            other_sign=is_of_other_sign(step.question, progress.predicted, progress.value),
            value=value,
            answer=progress.value,
            told=player.told(language),
            try_it=in_language(step.try_it, language),
            problems=tuple(progress.problems) if player.stage == "told" else (),
            panels="" if snippet is None else words(language)[snippet],
        )

    def _rows(self) -> Iterator[LessonRow]:
        for lesson in lessons():
            title = in_language(lesson.title, self._language)
            page, pages = self._reached(lesson), len(lesson.steps)
            place = self._place(lesson)[0]
            finished = self._is_finished(lesson)
            yield LessonRow(lesson.id, lesson.group, place, title, page, pages, finished)

    def _place(self, lesson: Lesson) -> tuple[int, int]:
        group = [each for each in lessons() if each.group == lesson.group]
        return group.index(lesson) + 1, len(group)

    def _reached(self, lesson: Lesson) -> int:
        stored = self._store.value(f"lessons/page/{lesson.id}", 0)
        page = int(str(stored)) if str(stored).isdecimal() else 0
        return min(page, len(lesson.steps) - 1)

    def _is_finished(self, lesson: Lesson) -> bool:
        return str(self._store.value(f"lessons/finished/{lesson.id}", 0)) == "1"

    # -- the window --------------------------------------------------------------------------

    def _show_evidence(self) -> None:
        """Select what the step is about, and open where its number comes from."""
        view, view_state = self.player.step.view, self._session.view_state
        self._show_program("" if view is None else view.page or "")
        if view is None or view_state is None:
            self._close_origin()
            return
        if view.page:
            self._window.panel(ProgramView).show_page(PROGRAM_PAGES.index(view.page))
        if view.front:
            front = self._window.panel(_FRONT[view.front])
            self._window.docks.bring_forward(self._window.docks.dock_of(front))
        if view.select is not None:
            self._window.picked.emit(*view.select)
        number = explained_number(view, view_state.cursor)
        if number is None:
            self._close_origin()
        else:
            self._explanations.explain(number)
            self._panel.next.setFocus()

    def _turn_page(self) -> None:
        """Take away what was about the page before: its messages, its number, its selection."""
        player, before = self.player, self._shown
        self._shown = None if player.lesson is None else (player.lesson.id, player.number)
        if self._shown == before:
            return
        for subject in player.faults:
            self._window.messages.withdraw(subject)
        player.faults.clear()
        self._close_origin()
        if before is None or self._shown is None or before[0] != self._shown[0]:
            self._window.unpicked.emit()

    def _close_origin(self) -> None:
        """Show the plots again: the loss is to be watched where no number is asked about."""
        if self._window.lower_row.explaining:
            self._explanations.close()

    def _open(self) -> None:
        """Show the panel in place of the column beside it."""
        if not self._panel.isVisible():
            self._own_page = self._window.panel(ProgramView).page
            places = self._window.docks.places()
            self._in_front = [name for name, place in places.items() if place.in_front]
            # A lesson speaks of the class that runs; what is edited stays in the editor.
            self._window.panel(ProgramView).network.close_editor()
            self._window.panel(ProgramView).network.show_no_mistake()
            self._drew = self._window.layout_name == PAD_LAYOUT
            if self._drew:
                self._actions["actionLayoutLearn"].trigger()
            self._show_program("")
            self._offer.hide()
            self._panel.show()
        self._window.docks.reveal(self._window.docks.dock_of(self._panel))

    def _note_selection(self, kind: SelectionKind | None, key: str) -> None:
        if self.player.lesson is None:
            self._own_selection = None if kind is None else (kind, key)

    def _close(self) -> None:
        self._close_origin()
        self._shown = None
        focus = QApplication.focusWidget()
        if focus is not None and self._panel.isAncestorOf(focus):
            self._window.toolbar.run_buttons[0].setFocus()
        self._panel.hide()
        if self._own_selection is None:
            self._window.unpicked.emit()
        else:
            self._window.picked.emit(*self._own_selection)
        docks = self._window.docks
        docks.dock_of(self._window.panel(ProgramView)).need_width(0)
        self._window.panel(ProgramView).show_page(self._own_page)
        for panel in (ProgramView, DrawPanel, InspectorView, FindingsView):
            self._window.panel(panel).show()
        if self._drew and self._window.layout_name == "learn":
            self._actions["actionLayoutDraw"].trigger()
        for name in self._in_front:
            docks.bring_forward(docks.docks[name])
        self._enable(True)

    def _show_program(self, page: str) -> None:
        """Show a page of the program in place of the column at the right, or "" for that column.

        A lesson leaves no room for both.
        """
        program = self._window.panel(ProgramView)
        self._window.panel(DrawPanel).hide()
        # Its lines are read; what the network's pictures lose is free space.
        docks = self._window.docks
        roomy = page and docks.width() >= _ROOMY * text_scale()
        width = _PARAMETERS if page == "parameters" else _PROGRAM
        docks.dock_of(program).need_width(round(width * text_scale()) if roomy else 0)
        program.setVisible(bool(page))
        for right in (self._window.panel(InspectorView), self._window.panel(FindingsView)):
            right.setVisible(not page)

    def _enable(self, own: bool) -> None:
        """What is about the user's own run can be done while that is shown."""
        for name in _OF_OWN_RUN:
            self._actions[name].setEnabled(own)

    def _leave_and_close(self) -> bool:
        """Have the user's own run back before the window closes, so that it is saved."""
        if self._session.run_is_aside:
            self.leave()
            self._session.wait_idle(_CLOSING_S)
        return self._may_close()
