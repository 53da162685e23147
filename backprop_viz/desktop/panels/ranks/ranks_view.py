"""The ranks of a run side by side: gradients before and after the all-reduce, and who differs."""

import time

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from backprop_viz.analysis.joined_ranks import own_gradient
from backprop_viz.analysis.numbers.measures import measure_of
from backprop_viz.analysis.numbers.number_origin import grad_number, loss_number
from backprop_viz.analysis.ranks import RankGradient, all_reduce_in, gradient_on_ranks
from backprop_viz.analysis.selection import Selection
from backprop_viz.desktop.panels.ranks.full_tensor_chooser import FullTensorChooser
from backprop_viz.desktop.panels.ranks.rank_pictures import RankPictures
from backprop_viz.desktop.panels.ranks.rank_table import RankTable
from backprop_viz.desktop.panels.ranks.rank_texts import (
    mean_text,
    missing_text,
    waits_text,
    weights_text,
)
from backprop_viz.desktop.panels.ranks.standing_texts import standing_text
from backprop_viz.desktop.rank_states import RanksState
from backprop_viz.desktop.style.panel import Panel
from backprop_viz.desktop.style.theme import DARK, Theme, body_font
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.sentence import Sentence
from backprop_viz.desktop.widgets.steady_scroll_area import SteadyScrollArea
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase

# How long a rank has been silent is told anew so often.
_AGAIN_MS = 1000


class RanksView(Panel):
    """All of an iteration on every rank, wherever the cursor is in it.

    ``rank_wanted`` carries the place of a rank that is to be shown in every panel;
    ``rank_number_picked`` the place of a rank, a Number of its recording, and that recording.
    ``other_ranks_wanted``: the files of ranks that are missing are to be opened.
    """

    rank_wanted = Signal(int)
    rank_number_picked = Signal(int, object, object)
    other_ranks_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("RanksView", "Ranks"), parent)
        self._theme = DARK
        self._state: RanksState | None = None
        self._wanted: frozenset[str] = frozenset()  # the parameters that were selected
        self.gradient: RankGradient | None = None
        self._gradient_of: tuple[str, tuple[Recording, ...]] | None = None
        self.chooser = QComboBox()
        self.chooser.setObjectName("rankChooser")
        name = self.tr("The rank that every panel shows")
        self.chooser.setAccessibleName(name)
        self.chooser.setToolTip(self.tr("{0} (Ctrl+Shift+PgUp, Ctrl+Shift+PgDown)").format(name))
        self.chooser.activated.connect(self.rank_wanted)
        self.header.addWidget(self.chooser)
        self.pictures = RankPictures()
        self.pictures.number_picked.connect(self._ask)
        self.table = RankTable()
        self.table.rank_wanted.connect(self.rank_wanted)
        self.table.loss_asked.connect(self._ask_loss)
        self.table.norm_asked.connect(self._ask_norm)
        self.mean, self.weights, self.waits, self.standing = (Sentence() for _ in range(4))
        self.origin = QToolButton()
        self.origin.setObjectName("meanOrigin")
        self.origin.setText(self.tr("Where does it come from?"))
        self.origin.setAccessibleName(self.tr("Where does the mean come from?"))
        self.origin.setToolTip(
            self.tr("Show the mean as the sum of each rank's gradient; every number can be clicked")
        )
        self.origin.setProperty("role", "link")
        self.origin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.origin.clicked.connect(self._ask_mean)
        self.missing = Sentence()
        self.others = QToolButton()
        self.others.setObjectName("openOtherRanks")
        self.others.setText(self.tr("Open the other ranks’ files…"))
        self.others.setAccessibleName(self.tr("Open the other ranks’ files"))
        self.others.setToolTip(
            self.tr("Choose the files of the other ranks, and look at all in another window")
        )
        self.others.setProperty("role", "link")
        self.others.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.others.clicked.connect(self.other_ranks_wanted)
        self.full = FullTensorChooser()
        self.full.activated.connect(self._show_full)
        self.header.addWidget(self.full)
        self.pictures.pointed.connect(self.subtitle.setText)
        self._place_all()
        self._again = QTimer(self, interval=_AGAIN_MS)
        self._again.timeout.connect(self._tell_standing)
        self.hide()

    def _place_all(self) -> None:
        told = QVBoxLayout()
        told.setSpacing(3)
        told.setContentsMargins(0, 0, 0, 0)
        for sentence in (self.missing, self.standing, self.mean, self.weights, self.waits):
            sentence.setFont(body_font(11))
        told.addWidget(self.missing)
        told.addWidget(self.others, 0, Qt.AlignmentFlag.AlignLeft)
        told.addWidget(self.standing)
        told.addWidget(self.mean)
        told.addWidget(self.origin, 0, Qt.AlignmentFlag.AlignLeft)
        for sentence in (self.weights, self.waits):
            told.addWidget(sentence)
        for link in (self.origin, self.others):
            link.setFont(body_font(11))
        told.addStretch(1)
        numbers = QVBoxLayout()
        numbers.setSpacing(6)
        numbers.addWidget(self.pictures, 3)
        numbers.addWidget(self.table, 2)
        page = QWidget()
        page.setLayout(told)
        # Where there is little height the sentences scroll, and the numbers have it all.
        sentences = SteadyScrollArea()
        sentences.setAccessibleName(self.tr("Messages about the ranks"))
        sentences.setWidgetResizable(True)
        sentences.setFrameShape(QFrame.Shape.NoFrame)
        sentences.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        sentences.setMinimumSize(180, 60)
        sentences.setWidget(page)
        for each in (sentences.viewport(), page):
            each.setAutoFillBackground(False)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addLayout(numbers, 8)
        row.addWidget(sentences, 3)
        self.body.addLayout(row, 1)

    # -- what is shown -----------------------------------------------------------------------

    def show_view_state(self, view_state: ViewState) -> None:
        """Show the iteration of the cursor on all ranks; nothing where there is but one."""
        state = self._state = view_state.ranks
        if self.isHidden() == (state is not None):
            self.setVisible(state is not None)
        if state is None:
            self._again.stop()
            return
        self._offer(state)
        self.gradient = self._gradient(state)
        self.pictures.setVisible(self.gradient is not None)
        if self.gradient is not None:
            self.pictures.show_gradient(state, self.gradient, view_state.full_precision)
        self._show_full()
        self._tell(state)
        self._tell_standing()
        self._again.start()

    def select(self, selection: Selection | None) -> None:
        """Show the gradient of the first of the selected parameters."""
        names = frozenset() if selection is None else selection.parameters
        if names and names != self._wanted:
            self._wanted = names
            if self._state is not None:
                self._show_gradient(self._state)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.pictures.set_theme(theme)
        self.table.set_theme(theme)
        for sentence in (self.mean, self.waits):
            sentence.setStyleSheet(f"color: {theme.muted};")
        self.standing.setStyleSheet(f"color: {theme.error};")
        if self._state is not None:
            self._tell(self._state)
            self._tell_standing()

    def _show_gradient(self, state: RanksState) -> None:
        self.gradient = self._gradient(state)
        if self.gradient is not None:
            self.pictures.show_gradient(state, self.gradient, full_precision=False)
        self._show_full()
        self._tell(state)
        self._tell_standing()

    def _show_full(self) -> None:
        """Put the shards together, if that was asked for; else say whose is missing."""
        recordings = None if self._state is None else self._state.recordings
        sharded = self.gradient is not None and self.gradient.full_shape is not None
        self.full.setVisible(sharded)
        self.full.refusal = ""
        if self._state is None or self.gradient is None or recordings is None or not sharded:
            return
        array, title = self.full.tensor(self._state, recordings, self.gradient.name)
        self.pictures.show_full(array, title, self.gradient.name)
        self._tell(self._state)

    def _offer(self, state: RanksState) -> None:
        texts = [self.tr("rank {0}").format(one.rank) for one in state.ranks]
        if texts != [self.chooser.itemText(i) for i in range(self.chooser.count())]:
            self.chooser.clear()
            self.chooser.addItems(texts)
        self.chooser.setCurrentIndex(state.shown)

    def _gradient(self, state: RanksState) -> RankGradient | None:
        """The selected parameter's gradient, or that of the first that has one."""
        recordings = state.recordings
        if recordings is None:
            self._gradient_of = None
            return None
        wanted = (p.name for p in recordings[state.shown].parameters if p.name in self._wanted)
        name = next(wanted, None) or _first_parameter(recordings[state.shown])
        if any(name not in recording.by_parameter for recording in recordings):
            return None
        # The same arrays give the same comparison: an update a second costs nothing.
        key = (name, recordings)
        same = self._gradient_of is not None and self._gradient_of[0] == name
        if not same or any(
            one is not other
            for one, other in zip(self._gradient_of[1], recordings, strict=False)  # type: ignore[index]
        ):
            self.gradient = gradient_on_ranks(name, recordings)
        self._gradient_of = key
        return self.gradient

    def _tell(self, state: RanksState) -> None:
        gradient = self.gradient
        self.subtitle.setText(self._subtitle(state))
        said = "" if gradient is None else mean_text(gradient, state, is_over=_is_over(state))
        self.mean.setText(self.full.refusal or said)
        self.origin.setVisible(gradient is not None and gradient.reduced)
        self.weights.setText(weights_text(state))
        color = self._theme.update if state.difference is None else self._theme.error
        self.weights.setStyleSheet(f"color: {color};")
        self.waits.setText(waits_text(state))
        self.missing.setText(missing_text(state))
        self.missing.setVisible(bool(state.missing))
        of_files = all(o.origin is not None and o.origin.kind == "file" for o in state.ranks)
        self.others.setVisible(bool(state.missing) and of_files)

    def _subtitle(self, state: RanksState) -> str:
        if self.gradient is None:
            lacking = ", ".join(str(one.rank) for one in state.ranks if one.recording is None)
            if lacking:
                return self.tr("rank {0} has not recorded this iteration").format(lacking)
            return self.tr("not every rank has this iteration")
        recordings = state.recordings
        told = (
            None
            if recordings is None
            else all_reduce_in(recordings[state.shown], self.gradient.name)
        )
        if told is None:
            return self.gradient.name
        text = self.tr("{name} · bucket {bucket} of {buckets} · {backend}")
        return text.format(
            name=self.gradient.name,
            bucket=told.bucket + 1,
            buckets=told.buckets,
            backend=told.backend,
        )

    def _tell_standing(self) -> None:
        """Say which rank does not get on, as of now."""
        state = self._state
        if state is None:
            return
        now = time.time()
        said = standing_text(state, now)
        self.standing.setText(said)
        self.standing.setVisible(bool(said))
        self.table.show_ranks(state, self.gradient, now)

    # -- what is asked -----------------------------------------------------------------------

    def _ask_mean(self) -> None:
        found = self.pictures.mean_number()
        if found is not None:
            self._ask(*found)

    def _ask(self, place: int, number: Number) -> None:
        recording = None if self._state is None else self._state.ranks[place].recording
        if recording is not None:
            self.rank_number_picked.emit(place, number, recording)

    def _ask_loss(self, place: int) -> None:
        recording = None if self._state is None else self._state.ranks[place].recording
        number = None if recording is None else loss_number(recording.at(len(recording.events)))
        if number is not None:
            self.rank_number_picked.emit(place, number, recording)

    def _ask_norm(self, place: int, before: bool) -> None:
        """Ask about the norm of a rank's own gradient, or of what it had after the ranks talked."""
        recording = None if self._state is None else self._state.ranks[place].recording
        if recording is None or self.gradient is None:
            return
        name, end = self.gradient.name, recording.at(len(recording.events))
        whole = grad_number(end, name, ())
        if before and self.gradient.reduced:
            whole = own_gradient(recording, name, 0, ())
        norm = measure_of(whole, "norm")
        if norm is not None:
            self.rank_number_picked.emit(place, norm, recording)


def _is_over(state: RanksState) -> bool:
    """Whether the shown iteration has come to its update on every rank."""
    return all(one.span(Phase.UPDATE) is not None for one in state.recordings or ())


def _first_parameter(recording: Recording) -> str:
    """The first parameter with several dimensions that has a gradient; else the first."""
    names = [p.name for p in recording.parameters if p.requires_grad]
    wide = [p.name for p in recording.parameters if p.requires_grad and p.value.ndim > 1]
    return next(iter((*wide, *names)), "")
