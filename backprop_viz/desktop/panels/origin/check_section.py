"""The check of a gradient: the loss along a number, the error over h, and the verdict."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.desktop.panels.origin.check_button import CHECK_SHORTCUT, CheckButton
from backprop_viz.desktop.panels.origin.check_texts import (
    Name,
    along_text,
    asked_text,
    brief_text,
    check_description,
    longest_asked_text,
    never_text,
    no_check_text,
    ranks_text,
    step_text,
    values_text,
    verdict_ink,
    verdict_text,
)
from backprop_viz.desktop.style.elided import ElidedLabel, line_height
from backprop_viz.desktop.style.theme import DARK, Theme, code_font
from backprop_viz.desktop.widgets.fields.number_field import NumberField
from backprop_viz.desktop.widgets.late_widget import LateWidget
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.explanations.number_explanation import Fact, GradientCheck
from backprop_viz.recording.requests.loss_surface import WeightPlace
from backprop_viz.recording.settings.quantities import Quantity

if TYPE_CHECKING:
    from backprop_viz.desktop.panels.origin.error_plot import ErrorPlot
    from backprop_viz.desktop.panels.origin.loss_along_plot import LossAlongPlot

CHECK_STEP = Quantity(0.0, 1e3, above=True, least=1e-15)
FIRST_STEP = 1e-6
# A number that is only passed by is not checked.
_REST_MS = 400
# The height in pixels from which on a long sentence leaves enough to the plots.
_ROOMY = 220
# Below this even a second line is too much.
_LOW = 160
# The width in pixels from which on the verdict is a sentence.
_WIDE = 420
# The width of the field of h, and in little room.
_FIELD, _NARROW_FIELD = 110, 84
_PROGRESS, _UNBOUNDED = 90, 16_777_215
_PARTS = 1000


class CheckSection(QWidget):
    """Shows one check at a time, and asks for it.

    ``wanted`` carries the number, the step h, and how far the curve is to reach to either side
    (None: its own measure). ``cancelled``: the check is to be left off; ``dropped``: and what it
    has found is not wanted, for another number is shown. ``picked`` carries the number of a unit
    that switched, which the user wants to see.
    """

    wanted = Signal(object, float, object)
    cancelled = Signal()
    dropped = Signal()
    picked = Signal(object)
    surface_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("checkSection")
        self.setAccessibleName(self.tr("Check by finite differences"))
        self._theme = DARK
        self._number: Number | None = None
        self._name: Name = str
        self._check: GradientCheck | None = None
        self._reason: Fact | None = None
        self._span: float | None = None
        self._running = False
        self._values_fitted = True
        self._idle = True
        self._rest = QTimer(self, singleShot=True, interval=_REST_MS)
        self._rest.timeout.connect(self.run)
        self._title = QLabel(self.tr("Check"))
        self._title.setProperty("role", "title")
        self.subtitle = ElidedLabel()
        self.subtitle.setProperty("role", "caption")
        # The verdict has the room before what it is about.
        self.subtitle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.verdict = ElidedLabel()
        self.verdict.setObjectName("checkVerdict")
        self._late_loss = LateWidget(self._make_loss_plot)
        self._late_error = LateWidget(self._make_error_plot)
        self.values = ElidedLabel()
        self.values.setObjectName("checkValues")
        self.values.setFont(code_font(11))
        self.given = QLabel()
        self.given.setObjectName("checkGiven")
        self.sentence = QLabel()
        self.sentence.setObjectName("checkSentence")
        self.sentence.setWordWrap(True)
        self.sentence.setProperty("role", "caption")
        self.sentence.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.sentence.linkActivated.connect(self._pick)
        self.step = NumberField(CHECK_STEP, self.tr("step h"), FIRST_STEP)
        self.step.setObjectName("checkStep")
        self.step.setToolTip(
            self.tr("h, the step to look at closely: the loss at x - h and at x + h is compared.")
        )
        self.step.changed.connect(lambda _: self.run())
        self.button = CheckButton()
        self.button.clicked.connect(self.run_or_cancel)
        self._weight: WeightPlace | None = None
        self._backwards = 1
        self._of = ""
        self.surface = QToolButton()
        self.surface.setObjectName("surfaceAlong")
        self.surface.setProperty("role", "link")
        self.surface.setText(self.tr("Loss surface"))
        self.surface.setAccessibleName(self.tr("Loss surface along this weight"))
        self.surface.setToolTip(self.tr("The loss of the data along this weight and another one"))
        self.surface.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.surface.clicked.connect(lambda: self.surface_wanted.emit(self._weight))
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setRange(0, _PARTS)
        self.progress.setAccessibleName(self.tr("Progress of the check"))
        shortcut = QShortcut(QKeySequence(CHECK_SHORTCUT), self)
        shortcut.setContext(Qt.ShortcutContext.WindowShortcut)
        shortcut.activated.connect(self.run_or_cancel)
        self._lay_out()
        self._show()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self.subtitle, 1)
        head.addWidget(self.surface)
        head.addWidget(self.verdict)
        plots = QHBoxLayout()
        plots.setSpacing(8)
        plots.addWidget(self._late_loss, 3)
        plots.addWidget(self._late_error, 2)
        for plot in (self._late_loss, self._late_error):
            plot.setMinimumSize(110, 44)  # the button below is seen whole in any case
        self._label = label = QLabel(self.tr("h"))
        label.setProperty("role", "caption")
        label.setBuddy(self.step)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(label)
        row.addWidget(self.step)
        row.addWidget(self.given)
        row.addWidget(self.button)
        row.addWidget(self.progress)
        row.addWidget(self.values, 1)
        row.addStretch(0)  # in place of the values, where these are hidden
        self._row = row
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(plots, 1)
        column.addWidget(self.sentence)
        column.addLayout(row)
        self.step.setFixedWidth(_FIELD)
        self.step.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def loss_plot(self) -> "LossAlongPlot":
        """The loss along the number, made when it is first seen."""
        return self._late_loss.widget

    @property
    def error_plot(self) -> "ErrorPlot":
        """The error by the step, made when it is first seen."""
        return self._late_error.widget

    def _make_loss_plot(self) -> "LossAlongPlot":
        # Imported here: pyqtgraph would take a third of the time in which a window opens.
        from backprop_viz.desktop.panels.origin.loss_along_plot import LossAlongPlot

        plot = LossAlongPlot()
        plot.step_dragged.connect(self._ask_step)
        plot.span_wanted.connect(self._ask_span)
        plot.set_theme(self._theme)
        plot.name_loss(self._of)
        plot.show_check(self._check)
        return plot

    def _make_error_plot(self) -> "ErrorPlot":
        from backprop_viz.desktop.panels.origin.error_plot import ErrorPlot

        plot = ErrorPlot()
        plot.step_chosen.connect(self._ask_step)
        plot.set_theme(self._theme)
        plot.show_check(self._check)
        return plot

    # -- what is shown ---------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a check is under way."""
        return self._running

    def show_number(
        self, number: Number | None, name: Name, backwards: int = 1, of: str = ""
    ) -> None:
        """Turn to a number of a recording; ``name`` gives what a number of it is called.

        ``backwards``: how many are added up in the number. A check is of one of them. ``of``: the
        symbol of what is differentiated in place of the loss.

        Where the section is seen and nothing trains, its check begins by itself.
        """
        if self._running:
            self.dropped.emit()
        self._number, self._name, self._span = number, name, None
        self._weight, self._backwards, self._of = None, backwards, of
        self._check = self._reason = None
        self._running = False
        self._start_soon()
        self._show()

    def offer_surface(self, weight: WeightPlace | None) -> None:
        """Offer the loss surface along a weight, whose value or gradient the number is."""
        self._weight = weight
        self.surface.setVisible(weight is not None)

    def set_idle(self, idle: bool) -> None:
        """Tell whether a check may begin by itself: not while the network trains."""
        self._idle = idle
        self._start_soon()

    def show_check(
        self, check: GradientCheck | None, reason: Fact | None = None, share: float = 1.0
    ) -> None:
        """Show as much of the check as there is; ``reason``: why there is no more of it."""
        self._check = check or (None if self._check is None else self._check)
        self._reason = reason
        self._running = share < 1.0 and reason is None
        self.progress.setValue(round(share * _PARTS))
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        for late in (self._late_loss, self._late_error):
            if late.made is not None:
                late.made.set_theme(theme)
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In little room the plots keep theirs; tooltips have the whole sentence, the values."""
        super().resizeEvent(event)
        self.step.setFixedWidth(_NARROW_FIELD if self.width() < _WIDE else _FIELD)
        spare = self.width() - self.wanted_width - self._row.spacing()
        self.progress.setFixedWidth(min(max(spare, 0), _PROGRESS))
        self._give_sentence_room()
        before = event.oldSize()
        lower = any((self.height() < most) != (before.height() < most) for most in (_LOW, _ROOMY))
        wider = (self.width() < _WIDE) != (before.width() < _WIDE)
        if lower or wider or self.values_fit != self._values_fitted:
            self._show()

    def _give_sentence_room(self) -> None:
        """A line or two in little room; all there is where no check is to be drawn."""
        nothing = self._check is None and self._reason is not None
        for plot in (self._late_loss, self._late_error):
            plot.setVisible(not nothing)
        line = line_height(self.sentence, self._title.text())
        lines = 1 if self.height() < _LOW else 2
        low = self.height() < _ROOMY and not nothing
        self.sentence.setMaximumHeight(lines * line + 2 if low else _UNBOUNDED)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin the check that was not begun while the section was hidden."""
        super().showEvent(event)
        self._start_soon()

    def _show(self) -> None:
        check, theme = self._check, self._theme
        for late in (self._late_loss, self._late_error):
            if late.made is not None:
                late.made.show_check(check)
        if self._late_loss.made is not None:
            self._late_loss.made.name_loss(self._of)
        number = self._number
        named = "" if number is None else self._name(check.number if check else number)
        ranks = () if check is None else check.ranks
        self.subtitle.setText(along_text(named, self._of, ranks) if named else "")
        # The first steps may be far off, and a kink is looked for last.
        known = check is not None and (not self._running or verdict_ink(check.verdict) == "update")
        self.verdict.setText(
            verdict_text(check, short_of_room=self.width() < _WIDE)
            if check is not None and known
            else ""
        )
        ink = theme.muted if check is None else getattr(theme, verdict_ink(check.verdict))
        self.verdict.setStyleSheet(f"color: {ink};")
        self.values.setText("" if check is None else values_text(check))
        told = "" if check is None or not known else verdict_text(check)
        self.verdict.setToolTip(f"{told}\n{self.values.text()}".strip())
        self.given.setText("" if check is None else asked_text(check))
        ink = theme.muted if check is None else getattr(theme, verdict_ink(check.asked_verdict))
        self.given.setStyleSheet(f"color: {ink};")
        never = never_text(self._reason)
        self.button.show_running(self._running, never)
        self.progress.setVisible(self._running)
        low = self.height() < _ROOMY
        said = "" if check is None else step_text(check, self._name, short_of_room=low)
        if check is not None and self.height() < _LOW:
            said = brief_text(check, self._name)
        whole = "" if check is None else check_description(check, self._name)
        if check is not None and self._backwards > 1:
            of_one = self.tr("Of one backward: .grad holds the sum of {0}.")
            said, whole = (f"{of_one.format(self._backwards)} {text}" for text in (said, whole))
        if check is not None and (of_ranks := ranks_text(check.ranks)):
            said, whole = (f"{of_ranks} {text}" for text in (said, whole))
        if self._reason is not None:
            said = whole = no_check_text(self._reason)
        self._values_fitted = self.values_fit
        self.values.setVisible(self._values_fitted)
        if self.values.text() and not self._values_fitted and not low:
            said = f"{said}<br>{escape(self.values.text())}"
        self._give_sentence_room()
        # Qt paints links in a palette's blue, whatever the style sheet says.
        self.sentence.setText(said.replace("<a ", f'<a style="color: {theme.accent}" '))
        self.sentence.setToolTip(whole)
        self.setAccessibleDescription(whole)
        for control in (self.button, self.step):
            control.setEnabled(number is not None and not never)
        self.surface.setVisible(self._weight is not None)

    @property
    def wanted_width(self) -> int:
        """The width in pixels in which the button and what stands before it are not cut."""
        given = self.given.fontMetrics().horizontalAdvance(longest_asked_text()) + 2
        words = self._label.sizeHint().width() + max(given, self.given.sizeHint().width())
        field = _NARROW_FIELD if self.width() < _WIDE else _FIELD
        return words + field + self.button.wanted_width + 4 * self._row.spacing()

    @property
    def values_fit(self) -> bool:
        """Whether all of the values stand beside the button; else the sentence has them."""
        progress = self.progress.width() + self._row.spacing() if self._running else 0
        text = self.values.fontMetrics().horizontalAdvance(self.values.text()) + 4
        return self.wanted_width + progress + text + self._row.spacing() <= self.width()

    # -- what is asked ---------------------------------------------------------------------------

    def run(self) -> None:
        """Ask for the check of the number with the step in the field."""
        self._rest.stop()
        if self._number is None:
            return
        self._running, self._reason = True, None
        self.progress.setValue(0)
        self._show()
        self.wanted.emit(self._number, float(self.step.value()), self._span)

    def run_or_cancel(self) -> None:
        """What the button does: run the check, or leave off the one that runs."""
        if self._running:
            self.cancelled.emit()
        elif self.isVisible() and self.button.isEnabled():
            self.run()

    def _start_soon(self) -> None:
        fresh = self._number is not None and self._check is None and self._reason is None
        if fresh and self._idle and self.isVisible() and not self._running:
            self._rest.start()
        else:
            self._rest.stop()

    def _ask_step(self, step: float) -> None:
        self.step.setValue(step)
        self.run()

    def _ask_span(self, span: float) -> None:
        self._span = span
        self.run()

    def _pick(self, place: str) -> None:
        assert self._check is not None
        self.picked.emit(self._check.switches[int(place)].number)
