"""The lesson at the left of the window: it tells, asks, and says what came out."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QCoreApplication, QEvent, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.lessons.lesson import LANGUAGES
from backprop_viz.desktop.lessons import words
from backprop_viz.desktop.panels.lesson.lesson_list import LessonList
from backprop_viz.desktop.panels.lesson.lesson_page import LessonPage, LessonRow
from backprop_viz.desktop.panels.lesson.question_box import QuestionBox
from backprop_viz.desktop.panels.lesson.rich_text import plain_text, rich_text
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme
from backprop_viz.desktop.view_state import ViewState

NEXT_KEY = "Alt+PgDown"
BACK_KEY = "Alt+PgUp"


class LessonPanel(Panel):
    """Hidden while there is no lesson.

    ``next_wanted``, ``back_wanted``: another page. ``predicted`` carries what was predicted.
    ``left``: no lesson any more. ``contents_wanted``: the list. ``chosen`` carries a lesson's id,
    ``language_chosen`` a language.
    """

    next_wanted = Signal()
    back_wanted = Signal()
    predicted = Signal(float)
    left = Signal()
    contents_wanted = Signal()
    chosen = Signal(str)
    language_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("LessonPanel", "Lesson"), parent)
        self._theme = DARK
        self._page: LessonPage | None = None
        self._rows: Sequence[LessonRow] = ()
        self._language = LANGUAGES[0]
        self.contents = self._link("lessonContents", self.contents_wanted)
        self.leave = self._link("lessonLeave", self.left)
        self.header.addWidget(self.contents)
        self.header.addWidget(self.leave)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.body.addWidget(self.progress)
        self.heading = QLabel()
        self.heading.setWordWrap(True)
        self.heading.setProperty("role", "title")
        self.body.addWidget(self.heading)
        self.text, self.verdict, self.told = self._label(), self._label(), self._label()
        self.text.setObjectName("lessonText")
        self.told.setObjectName("lessonTold")
        self.question = QuestionBox()
        self.question.predicted.connect(self.predicted)
        self.try_it = QFrame()
        self.try_it.setObjectName("lessonTryIt")
        self._try_text = self._label()
        QVBoxLayout(self.try_it).addWidget(self._try_text)
        self._content = page = QWidget()
        self._column = column = QVBoxLayout(page)
        column.setContentsMargins(0, 6, 6, 6)
        column.setSpacing(8)
        for widget in (self.text, self.question, self.verdict, self.told, self.try_it):
            column.addWidget(widget)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setWidget(page)
        for part in (page, self.area.viewport()):
            part.setAutoFillBackground(False)
        self.list = LessonList()
        self.list.chosen.connect(self.chosen)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.area)
        self._pages.addWidget(self.list)
        self.body.addWidget(self._pages, 1)
        self.back, self.next = QPushButton(), QPushButton()
        self.back.setObjectName("lessonBack")
        self.next.setObjectName("lessonNext")
        self.next.setProperty("role", "primary")
        self.back.clicked.connect(self.back_wanted)
        self.next.clicked.connect(self.next_wanted)
        self.language = self._link("lessonLanguage", self._change_language)
        footer = QHBoxLayout()
        footer.setSpacing(4)
        footer.addWidget(self.back)
        footer.addStretch(1)
        footer.addWidget(self.language)
        footer.addStretch(1)
        footer.addWidget(self.next)
        self.body.addLayout(footer)
        for key, button in ((NEXT_KEY, self.next), (BACK_KEY, self.back)):
            QShortcut(QKeySequence(key), self).activated.connect(button.click)
        self.setMinimumWidth(260)
        self.hide()

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
        if turned:
            self.area.verticalScrollBar().setValue(0)
        self._follow(turned)

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
        self.list.setFocus()

    def show_view_state(self, view_state: ViewState) -> None:
        """Nothing: what a lesson says is computed when its step has run."""

    def set_theme(self, theme: Theme) -> None:
        """Paint in the colours of a theme."""
        self._theme = theme
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
        verdict = f"**{said['right' if page.right else 'wrong']}**"
        return f"{verdict} {said['answer'].format(page.value)}" if page.value else verdict

    def _follow(self, turned: bool) -> None:
        """The keyboard goes where the student goes on; what was told scrolls into view."""
        page = self._page
        if page is None or not self.isVisible():
            return
        mine = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else turned
        if page.stage == "asking" and (mine or turned):
            self.question.take_focus()
        elif page.stage == "told":
            if mine or turned:
                self.next.setFocus()
            if page.question is not None:
                self._column.activate()
                QCoreApplication.sendPostedEvents(self._content, QEvent.Type.LayoutRequest)
                self.area.ensureWidgetVisible(self.told, 0, 40)

    def _say(self, language: str) -> None:
        self._language = language
        said = words(language)
        for button, text, tip in (
            (self.contents, said["contents"], said["contents_tip"]),
            (self.leave, said["leave"], said["leave_tip"]),
            (self.back, said["back"], said["back_tip"].format(BACK_KEY)),
            (self.next, said["next"], said["next_tip"].format(NEXT_KEY)),
        ):
            button.setText(text)
            button.setAccessibleName(text.strip("‹› ✓"))
            button.setToolTip(tip)
        name = words(self._other_language)["language"]
        self.language.setText(name)
        self.language.setAccessibleName(name)
        self.language.setToolTip(name)

    @property
    def _other_language(self) -> str:
        following = LANGUAGES.index(self._language) + 1
        return LANGUAGES[following % len(LANGUAGES)]

    def _change_language(self) -> None:
        self.language_chosen.emit(self._other_language)

    def _set(self, label: QLabel, text: str) -> None:
        label.setText(rich_text(text, self._theme) if text else "")
        label.setAccessibleName(plain_text(text))
        label.setVisible(bool(text))

    def _label(self) -> QLabel:
        label = QLabel()
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.RichText)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return label

    def _link(self, name: str, signal: SignalInstance | Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setProperty("role", "link")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(signal)
        return button
