"""The lesson at the left of the window: it tells, asks, and says what came out."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QObject,
    QPoint,
    QRect,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.lessons.lesson import LANGUAGES
from backprop_viz.desktop.lessons import words
from backprop_viz.desktop.panels.lesson.flowing_text import FlowingText
from backprop_viz.desktop.panels.lesson.lesson_list import LessonList
from backprop_viz.desktop.panels.lesson.lesson_page import LessonPage, LessonRow
from backprop_viz.desktop.panels.lesson.question_box import QuestionBox
from backprop_viz.desktop.panels.lesson.rich_text import plain_text, rich_text
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, text_scale
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.steady_scroll_area import SteadyScrollArea

NEXT_KEY = "Alt+PgDown"
BACK_KEY = "Alt+PgUp"
# Its width in pixels at 100 %; larger text makes it wider up to this many times that.
_WIDTH, _WIDER = 300, 1.35
# The lowest pixels, this many, hold no text.
_BELOW = 12
# And so many are shown above and below what has the keyboard.
_AROUND = 8


class LessonPanel(Panel):
    """Hidden while there is no lesson.

    ``next_wanted``, ``back_wanted``: another page. ``predicted`` carries what was predicted.
    With it comes the other number that it can mean, or None. ``left``: no lesson any more.
    ``contents_wanted``: the list. ``chosen`` carries a lesson's id.
    """

    next_wanted = Signal()
    back_wanted = Signal()
    predicted = Signal(float, object)
    left = Signal()
    contents_wanted = Signal()
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("LessonPanel", "Lesson"), parent)
        self._theme = DARK
        self._page: LessonPage | None = None
        self._rows: Sequence[LessonRow] = ()
        self._language = LANGUAGES[0]
        self.contents = self._link("lessonContents", self.contents_wanted)
        self.leave = self._link("lessonLeave", self.left)
        self.header.setSpacing(2)  # "Experiment 10 / 22" leaves little room
        self.header.addWidget(self.contents)
        self.header.addWidget(self.leave)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.body.addWidget(self.progress)
        self.heading = QLabel()
        self.heading.setWordWrap(True)
        self.heading.setProperty("role", "title")
        self.body.addWidget(self.heading)
        self.text, self.verdict, self.told = FlowingText(), FlowingText(), FlowingText()
        self.text.setObjectName("lessonText")
        self.told.setObjectName("lessonTold")
        self.panels = QLabel()
        self.panels.setObjectName("lessonPanels")
        self.panels.setWordWrap(True)
        self.panels.setProperty("role", "caption")
        self.question = QuestionBox()
        self.question.predicted.connect(self.predicted)
        self.try_it = QFrame()
        self.try_it.setObjectName("lessonTryIt")
        self._try_text = FlowingText()
        QVBoxLayout(self.try_it).addWidget(self._try_text)
        self._content = page = self._made_page()
        self.list = LessonList()
        self.list.chosen.connect(self.chosen)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.area)
        self._pages.addWidget(self.list)
        self.body.addWidget(self._pages, 1)
        self._add_footer()
        for key, button in ((NEXT_KEY, self.next), (BACK_KEY, self.back)):
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        # What was answered stays in view until the student scrolls.
        self._shows_answer = False
        bar = self.area.verticalScrollBar()
        bar.actionTriggered.connect(self._scrolled_by_hand)
        bar.valueChanged.connect(self._offer_more)
        bar.rangeChanged.connect(self._show_answer)
        self.area.viewport().installEventFilter(self)
        page.installEventFilter(self)
        self.question.focus_moved.connect(self._show_focus)
        self.setMinimumWidth(_WIDTH)
        self.hide()

    def _made_page(self) -> QWidget:
        """The parts of a page below each other, in an area that scrolls."""
        page = QWidget()
        self._column = column = QVBoxLayout(page)
        column.setContentsMargins(0, 2, 6, 0)
        column.setSpacing(8)
        for widget in (
            self.text,
            self.panels,
            self.question,
            self.verdict,
            self.told,
            self.try_it,
        ):
            column.addWidget(widget)
        column.addStretch(1)
        self.area = SteadyScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(page)
        for part in (page, self.area.viewport()):
            part.setAutoFillBackground(False)
        return page

    def _add_footer(self) -> None:
        self.back, self.next = QPushButton(), QPushButton()
        self.back.setObjectName("lessonBack")
        self.next.setObjectName("lessonNext")
        self.next.setProperty("role", "primary")
        self.back.clicked.connect(self.back_wanted)
        self.next.clicked.connect(self.next_wanted)
        footer = QHBoxLayout()
        footer.setSpacing(4)
        # What is below the edge is not known to be there, least of all the free experiment.
        self.more = QPushButton()
        self.more.setObjectName("lessonMore")
        self.more.clicked.connect(self._show_more)
        for button in (self.back, self.more, self.next, self.question.see):
            button.setAutoDefault(True)  # Enter presses it, as it answers a question
        footer.addWidget(self.back)
        footer.addStretch(1)
        footer.addWidget(self.more)
        footer.addWidget(self.next)
        self.body.addLayout(footer)

    # -- what is shown -----------------------------------------------------------------------

    def show_page(self, page: LessonPage, language: str) -> None:
        """Show a page of a lesson."""
        before, self._page = self._page, page
        turned = before is None or (before.title, before.number) != (page.title, page.number)
        self._say(language)
        said = words(language)
        place = said["place" if page.group == "tutorial" else "lab_place"].format(*page.place)
        self._title.setText(place)
        self.heading.setText(page.title)
        self.setAccessibleName(f"{place}: {page.title}")
        self.progress.setRange(0, page.pages)
        self.progress.setValue(page.number + (page.stage == "told"))
        self.progress.setAccessibleName(said["progress"].format(page.number + 1, page.pages))
        self.progress.setToolTip(self.progress.accessibleName())
        self._set(self.text, page.text or (said["running"] if page.stage == "running" else ""))
        self.panels.setText(page.panels)
        self.panels.setVisible(bool(page.panels))
        self.question.setVisible(page.question is not None)
        if page.question is not None:
            self.question.show_question(page, language)
        told = page.stage == "told"
        self._set(self.verdict, self._verdict(page, said) if told else "")
        problems = "\n\n".join((said["problem"], *page.problems)) if page.problems else ""
        self._set(self.told, "\n\n".join(text for text in (page.told, problems) if text))
        self.try_it.setVisible(told and bool(page.try_it))
        self._set(self._try_text, f"**{said['try_it']}** {page.try_it} *{said['aside']}*")
        self.back.setEnabled(page.number > 0 and page.stage != "running")
        self.next.setEnabled(told)
        last = page.number == page.pages - 1
        self.next.setText(said["finish" if last else "next"])
        self.next.setAccessibleName(plain_text(self.next.text()))
        self._pages.setCurrentIndex(0)
        self.contents.setVisible(True)
        self._offer_more()
        if turned:
            self.area.verticalScrollBar().setValue(0)
        self._follow(before, turned)

    @property
    def shows_page(self) -> bool:
        """Whether a page of a lesson is shown, not the list."""
        return self._pages.currentIndex() == 0

    def show_list(self, rows: Sequence[LessonRow], language: str) -> None:
        """Show the list of all lessons."""
        self._rows, self._page = rows, None
        self._say(language)
        said = words(language)
        self._title.setText(said["title"])
        self.heading.setText(said["pick"])
        self.setAccessibleName(said["title"])
        finished = sum(row.finished for row in rows)
        self.progress.setRange(0, max(len(rows), 1))
        self.progress.setValue(finished)
        self.list.show_rows(rows, language)
        self.back.setEnabled(False)
        self.next.setEnabled(False)
        self.contents.setVisible(False)
        self._pages.setCurrentIndex(1)
        self._offer_more()
        self.list.setFocus()

    def show_view_state(self, view_state: ViewState) -> None:
        """Nothing: what a lesson says is computed when its step has run."""

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
        self.setMinimumWidth(round(_WIDTH * min(max(text_scale(), 1), _WIDER)))
        self.question.set_theme(theme)
        self.list.set_theme(theme)
        green = theme.tint(theme.update, 0.12).name()
        edge = theme.tint(theme.update, 0.45).name()
        self.try_it.setStyleSheet(
            f"QFrame#lessonTryIt {{ background: {green}; border: 1px solid {edge}; "
            "border-radius: 6px; }"
        )
        if self._page is not None:
            self.show_page(self._page, self._language)

    # ----------------------------------------------------------------------------------------

    def _verdict(self, page: LessonPage, said: Mapping[str, str]) -> str:
        if page.right is None:
            return ""
        word = "right" if page.right else "other_sign" if page.other_sign else "wrong"
        verdict = f"**{said[word]}**"
        if not page.value:
            return verdict
        choice = page.question is not None and page.question[0] == "choice"
        return f"{verdict} {said['answer_choice' if choice else 'answer'].format(page.value)}"

    def _follow(self, before: LessonPage | None, turned: bool) -> None:
        """The keyboard goes where the student goes on; an answer's explanation is in view."""
        page = self._page
        if page is None or not self.isVisible():
            return
        came = turned or before is None or before.stage != page.stage
        self._shows_answer = page.stage == "told" and page.question is not None
        if not came:
            return
        if page.stage == "asking":
            self._lay_out()
            self._offer_more()
            self._take_answer()
        elif page.stage == "told":
            self.next.setFocus()
            self._lay_out()
            self._show_answer()

    def _lay_out(self) -> None:
        self._column.activate()
        QCoreApplication.sendPostedEvents(self._content, QEvent.Type.LayoutRequest)

    def _take_answer(self) -> None:
        """Let the keyboard answer what is in view; first, a page is read to its end."""
        if self.more.isHidden() or self._is_in_view(self.question):
            self.question.take_focus()
        else:
            self.more.setFocus()

    def _is_in_view(self, part: QWidget) -> bool:
        view = self.area.viewport()
        return view.rect().contains(QRect(part.mapTo(view, QPoint(0, 0)), part.size()))

    def _show_focus(self) -> None:
        """Scroll to what has the keyboard: an answer that is not seen is chosen blindly."""
        for part in self.question.focused_part():
            self._shows_answer = False
            self.area.ensureWidgetVisible(part, 0, _AROUND)

    def _show_answer(self) -> None:
        """Scroll to the verdict and what is told: the verdict at the top, if both do not fit."""
        self._offer_more()
        if not self._shows_answer:
            return
        first = self.told if self.verdict.isHidden() else self.verdict
        top = first.mapTo(self._content, QPoint(0, 0)).y() - 4
        told = self.told if not self.told.isHidden() else first
        end = told.mapTo(self._content, QPoint(0, told.height())).y() + 8
        bar = self.area.verticalScrollBar()
        bar.setValue(min(top, max(bar.value(), end - self.area.viewport().height())))

    def _offer_more(self) -> None:
        """While a page goes on below, the next thing to do is to see that."""
        bar = self.area.verticalScrollBar()
        below = self.shows_page and bar.maximum() - bar.value() > _BELOW
        if below != self.more.isHidden():
            return
        self.more.setVisible(below)
        for button, first in ((self.more, below), (self.next, not below)):
            button.setProperty("role", "primary" if first else "")
            button.style().unpolish(button)
            button.style().polish(button)

    def _show_more(self) -> None:
        """Scroll by what is in view, but for a line or two."""
        self._shows_answer = False
        bar = self.area.verticalScrollBar()
        bar.setValue(bar.value() + round(0.85 * self.area.viewport().height()))
        if not self.more.isHidden():
            return
        if self.next.isEnabled():
            self.next.setFocus()
        else:
            self.question.take_focus()

    def _scrolled_by_hand(self) -> None:
        self._shows_answer = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the answer in view while the page is laid out."""
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._show_answer()
        return super().eventFilter(watched, event)

    def _say(self, language: str) -> None:
        self._language = language
        said = words(language)
        for button, text, tip in (
            (self.contents, said["contents"], said["contents_tip"]),
            (self.leave, said["leave"], said["leave_tip"]),
            (self.back, said["back"], said["back_tip"].format(BACK_KEY)),
            (self.next, said["next"], said["next_tip"].format(NEXT_KEY)),
            (self.more, said["more"], said["more_tip"]),
        ):
            button.setText(text)
            button.setAccessibleName(text.strip("‹› ✓↓"))
            button.setToolTip(tip)

    def _set(self, label: FlowingText, text: str) -> None:
        label.setHtml(rich_text(text, self._theme) if text else "")
        label.setAccessibleName(plain_text(text))
        label.setVisible(bool(text))

    def _link(self, name: str, signal: SignalInstance | Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(signal)
        return button
