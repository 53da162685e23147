"""Asks where the number comes from that the user picked, and shows what the worker answers."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from shiboken6 import isValid

from backprop_viz.analysis.joined_ranks import source_on_rank
from backprop_viz.analysis.numbers.batch_axis import at_sample
from backprop_viz.analysis.numbers.number_origin import (
    counterpart,
    first_number,
    loss_number,
    scalar_of,
)
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.drawing.saliency_dialog import SaliencyDialog
from backprop_viz.desktop.panels.findings.findings_view import FindingsView
from backprop_viz.desktop.panels.inspector.inspector import InspectorView
from backprop_viz.desktop.panels.origin.origin_view import OriginView
from backprop_viz.desktop.panels.origin.question_history import AskedNumber
from backprop_viz.desktop.panels.plots.plots import LossPlot
from backprop_viz.desktop.panels.ranks.ranks_view import RanksView
from backprop_viz.desktop.run.explanation_requests import Question
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.desktop.widgets.told_number import ToldNumber
from backprop_viz.desktop.widgets.told_rates import told_rate
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import Notice
from backprop_viz.stream.commands import RecordSaliency, RecordWhole
from backprop_viz.stream.messages import (
    ChainFollowed,
    ExplanationAnswer,
    Filed,
    GradientChecked,
    NumberExplained,
)

# The subject of the message that is withdrawn once a question is put.
_PAUSE_FIRST = "pause_first"


class ExplanationsController(QObject):
    """Opens the panel where the plots are, and closes it."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._session = context.window, context.session
        self._action = context.actions["actionOrigin"]
        self._view_state: ViewState | None = None
        self._focus_before: QWidget | None = None
        # The iteration that is to be recorded whole.
        self._whole_wanted: int | None = None
        self._restarting = False
        # The recording and the sample that were shown when last a number was asked or followed.
        self._shown_serial: int | None = None
        self._sample = 0
        # The iteration whose loss is to be explained once it is shown.
        self._loss_wanted: int | None = None
        # What was asked while training ran: it is answered once that is paused.
        self._awaited: Callable[[], None] | None = None
        self._panel = panel = self._window.panel(OriginView)
        self._window.number_picked.connect(self.explain)
        self._window.panel(FindingsView).number_shown.connect(self._explain_shown)
        self._window.panel(LossPlot).loss_asked.connect(self._explain_loss)
        self._window.panel(RanksView).rank_number_picked.connect(self._explain_on_rank)
        inspector = self._window.panel(InspectorView)
        inspector.update_section.difference_picked.connect(self._explain_difference)
        comparison = inspector.comparison
        comparison.number_picked.connect(self.explain)
        comparison.then_picked.connect(self._explain_then)
        comparison.difference_picked.connect(self._explain_difference)
        self._session.explained.connect(self._show)
        self._session.saliency_recorded.connect(self._explain_saliency)
        self._window.panel(SaliencyDialog).pixel_asked.connect(self._ask_saliency)
        self._session.run_began.connect(self._run_began)
        self._session.told.connect(self._told)
        self._session.filed.connect(self._filed)
        panel.asked.connect(self._ask)
        panel.marks_changed.connect(self._window.mark_numbers)
        panel.closed.connect(self.close)
        panel.maximized.connect(self._window.lower_row.maximize)
        panel.sample_wanted.connect(self._show_sample)
        panel.whole_wanted.connect(self._record_whole)
        panel.rate_asked.connect(self._explain_rate)
        panel.columns.check.wanted.connect(self._ask_check)
        panel.columns.check.cancelled.connect(self._session.checks.cancel)
        panel.columns.check.dropped.connect(self._session.checks.drop)
        self._session.checked.connect(self._show_check)

    def show_view_state(self, view_state: ViewState) -> None:
        """Remember where the cursor is; ask about the same number of the iteration shown."""
        self._view_state = view_state
        awaited = None if view_state.training else self._awaited
        if awaited is not None:
            self._awaited = None
            self._window.messages.withdraw(_PAUSE_FIRST)
            awaited()
        self._ask_wanted_loss()
        asked, shown = self._panel.history.current, view_state.cursor.recording
        if asked is None or asked.of_drawing or asked.then:  # which are of no single iteration
            return
        if self._whole_wanted == shown.iteration and shown.samples is None:
            self._whole_wanted = None
            if asked.recording.iteration == shown.iteration and _same(asked, shown):
                self._panel.ask(shown, asked.number)
                return
        if self._window.lower_row.explaining and not view_state.training:
            self._follow(asked, view_state)

    def _follow(self, asked: AskedNumber, view_state: ViewState) -> None:
        """Ask about the same number of the iteration, and of the sample, that came to be shown.

        What was gone back to, in an iteration of its own, stays.
        """
        shown, recording, number = view_state.cursor.recording, asked.recording, asked.number
        before = self._shown_serial
        if shown.serial == recording.serial or (
            shown.serial != before and recording.serial != before
        ):
            self._shown_serial = shown.serial
        elif shown.serial != before:
            found = counterpart(recording, number, shown)
            if found is not None:
                self._shown_serial = shown.serial
                recording, number = shown, found
        if view_state.sample != self._sample and recording.serial == shown.serial:
            self._sample = view_state.sample
            number = at_sample(recording, number, view_state.sample)
        if (recording.serial, number) != (asked.recording.serial, asked.number):
            self._panel.follow(recording, number)
            self._panel.show_view_state(view_state)

    def _told(self, notice: Notice) -> None:
        self._restarting |= notice.code in ("worker_restarted", "started_again")
        if notice.code == "explaining_ended":
            self._panel.say(message_text(notice))

    def _run_began(self) -> None:
        # A new worker's run is not another one of the user's: what was asked can be looked at.
        if self._restarting:
            self._restarting = False
        else:
            self._forget()

    def _forget(self) -> None:
        """Another run began: what was asked belongs to a network that is gone."""
        self._awaited = None
        self._window.messages.withdraw(_PAUSE_FIRST)
        self._panel.history.clear()
        if self._window.lower_row.explaining:
            self.close()
        self._panel.forget()

    def _filed(self, filed: Filed) -> None:
        if filed.what == "opened" and filed.refusal is None:
            self._forget()

    def explain(self, number: Number | ToldNumber, recording: Recording | None = None) -> None:
        """Show where a number of the iteration at the cursor comes from, or one that is told.

        ``recording`` is the one that the number is of; None: the one at the cursor. While training
        runs it may be an earlier one, and the answer is about the iteration that is paused at.
        """
        if isinstance(number, ToldNumber):
            self._tell(number)
            return
        if self._view_state is None:
            return
        shown = self._view_state.cursor.recording
        recording = recording or shown
        if self._is_training(partial(self.explain, number, recording)):
            return
        self._window.messages.withdraw(_PAUSE_FIRST)
        same = recording.serial == shown.serial
        found = number if same else counterpart(recording, number, shown)
        if found is not None:
            self._open()
            self._remember_shown(self._view_state)
            self._panel.ask(shown, found)
            self._panel.show_view_state(self._view_state)

    def _tell(self, told: ToldNumber) -> None:
        """Show a number of no recorded tensor, which needs no worker."""
        if self._view_state is None or self._is_training(partial(self._tell, told)):
            return
        self._window.messages.withdraw(_PAUSE_FIRST)
        self._open()
        self._panel.tell(told)
        self._panel.show_view_state(self._view_state)

    def _explain_rate(self, rate: float) -> None:
        if self._view_state is not None:
            self._tell(told_rate(self._view_state, rate))

    def _explain_shown(self, number: Number, recording: Recording) -> None:
        """Explain what the user went to, in place of what was explained before it."""
        if self._window.lower_row.explaining:
            self.explain(number, recording)

    def _explain_loss(self, iteration: int) -> None:
        """Show an iteration that is kept, and where its loss comes from."""
        if not self._is_training(partial(self._explain_loss, iteration)):
            self._loss_wanted = iteration
            self._session.shown.show_iteration(iteration)
            self._ask_wanted_loss()

    def _ask_wanted_loss(self) -> None:
        cursor = None if self._view_state is None else self._view_state.cursor
        if cursor is None or cursor.recording.iteration != self._loss_wanted:
            return
        self._loss_wanted = None
        number = loss_number(cursor.recording.at(len(cursor.recording.events)))
        if number is not None:
            self.explain(number)

    def _explain_then(self, recording: Recording, number: Number) -> None:
        """Show a number of the recording that is compared with, in its own iteration."""
        if self._view_state is None or self._is_training():
            return
        self._open()
        self._remember_shown(self._view_state)
        self._panel.ask(recording, number)
        self._panel.show_view_state(self._view_state)

    def _explain_difference(self, now: Number, recording: Recording, then: Number) -> None:
        """Show a number less the one that it is compared with."""
        if self._view_state is None or self._is_training():
            return
        self._open()
        shown = self._view_state.cursor.recording
        self._panel.ask_difference(AskedNumber(shown, now, then=AskedNumber(recording, then)))
        self._panel.show_view_state(self._view_state)

    def _remember_shown(self, view_state: ViewState) -> None:
        self._shown_serial = view_state.cursor.recording.serial
        self._sample = view_state.sample

    def _explain_on_rank(self, place: int, number: Number, recording: Recording) -> None:
        """Show where a number of another rank comes from, with that rank in every panel.

        Where it was asked while training ran, it is the one of the iteration that is shown now.
        """
        ranks = self._session.shown.ranks
        again = partial(self._explain_on_rank, place, number, recording)
        if ranks is not None and not self._is_training(again):
            self._session.shown.show_rank(place)
            if ranks.shown == place:
                self.explain(number, recording)

    def _goes_to_rank(self, recording: Recording, number: Number) -> bool:
        """Whether a number of another rank was asked about, which is then shown as its own."""
        ranks = self._session.shown.ranks
        if ranks is None or self._is_training():
            return False
        found = source_on_rank(recording, number, ranks.others(recording.iteration))
        if found is not None:
            other = ranks.others(recording.iteration)[found.rank]
            assert other is not None
            self._session.shown.show_rank(found.rank)
            self._panel.follow(other, found.number)
            if self._view_state is not None:
                self._panel.show_view_state(self._view_state)
            return True
        place = ranks.place_of(recording)
        if place is not None:  # back to what was asked on another rank
            self._session.shown.show_rank(place)
        return False

    def _ask_saliency(self, row: int, column: int) -> None:
        """Have the saliency recorded, to show where a pixel's gradient comes from."""
        if not self._is_training(partial(self._ask_saliency, row, column)):
            self._session.send(RecordSaliency(row, column))

    def _explain_saliency(self, recording: Recording, number: Number) -> None:
        if self._view_state is None or self._is_training():
            return
        self._open()
        number = self._window.panel(SaliencyDialog).asked_in(recording, number)
        self._panel.ask(recording, number, of_drawing=True)
        self._panel.show_view_state(self._view_state)

    def toggle(self) -> None:
        """Show the number asked about last, or one to begin with; if it is shown, the plots."""
        if self._window.lower_row.explaining:
            self.close()
            return
        self._action.setChecked(False)
        if self._view_state is None or self._is_training(self.toggle):
            return
        if self._panel.history.shown is not None:
            self.reopen()
            return
        choice = self._window.panel(InspectorView).chosen
        parameter = choice[1] if choice is not None and choice[0] == "parameter" else None
        number = first_number(self._view_state.cursor, parameter)
        if number is None:
            text = self.tr("Nothing is computed yet: press F11 to run an iteration.")
            self._window.messages.tell(text, "info")
        else:
            self.explain(number)

    def reopen(self) -> None:
        """Show again what was asked about last, also while training runs."""
        self._open()
        self._panel.ask_again()

    def close(self) -> None:
        """Show the plots again, and give the keyboard back to what had it."""
        self._action.setChecked(False)
        self._panel.maximize.setChecked(False)
        self._window.lower_row.show_plots()
        self._panel.forget()
        before, self._focus_before = self._focus_before, None
        # It may have been in a dialog that is gone.
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus()

    def _open(self) -> None:
        if not self._window.lower_row.explaining:
            self._focus_before = QApplication.focusWidget()
            self._window.lower_row.explain()
        self._action.setChecked(True)
        self._panel.setFocus()

    def _is_training(self, asked: Callable[[], None] | None = None) -> bool:
        """Whether training runs, during which nothing is asked; then it is said.

        What was ``asked`` last is done once training is paused.
        """
        training = self._view_state is not None and self._view_state.training
        if training:
            self._awaited = asked
            text = self.tr("Pause training (F5) to ask where a number comes from.")
            self._window.messages.tell(text, "info", _PAUSE_FIRST)
        return training

    def _record_whole(self) -> None:
        """Have the iteration that is explained recorded again, with all of its batch."""
        if (asked := self._panel.history.current) is not None:
            self._whole_wanted = asked.recording.iteration
            self._session.send(RecordWhole(asked.recording.iteration))

    def _show_sample(self, sample: int) -> None:
        """Let the other panels show the sample that the chosen term is of."""
        asked, shown = self._panel.history.current, self._view_state
        if asked is None or shown is None or shown.sample == sample:
            return
        if asked.recording.serial == shown.cursor.recording.serial:
            self._sample = sample  # the number that is explained stays the same
            self._session.shown.choose_sample(sample)

    def _ask(self, recording: Recording, number: Number) -> None:
        if self._goes_to_rank(recording, number):
            return
        if not self._session.explain(Question(recording, number)):
            said = self.tr("There is no worker to ask: choose Run > Start torch again.")
            if self._view_state is not None and self._view_state.origin is not None:
                said = self.tr("This needs torch, which is not installed here: pip install torch.")
            self._panel.say(said)

    def _ask_check(self, number: Number, step: float, span: float | None) -> None:
        asked = self._panel.history.current
        if asked is not None and not self._is_training():
            ranks = self._session.shown.ranks
            others = () if ranks is None else ranks.checked_with(asked.recording, number)
            self._session.checks.ask(Question(asked.recording, number, others), step, span)

    def _show_check(self, answer: GradientChecked) -> None:
        self._panel.columns.check.show_check(answer.check, answer.reason, answer.share)

    def _show(self, answer: ExplanationAnswer) -> None:
        if not self._window.lower_row.explaining:
            return
        if isinstance(answer, NumberExplained):
            self._panel.show_explanation(answer.explanation)
        elif isinstance(answer, ChainFollowed):
            self._panel.show_chain(answer.chain)
        else:
            self._panel.show_effects(answer.effects)


def _same(asked: AskedNumber, recording: Recording) -> bool:
    """Whether a number is at the same place in another recording of its iteration."""
    try:
        then, now = (scalar_of(each, asked.number) for each in (asked.recording, recording))
    except (IndexError, ValueError):
        return False
    # Bit for bit, for which NaN is NaN.
    return now.ndim == 0 and bool(then.tobytes() == now.tobytes())
