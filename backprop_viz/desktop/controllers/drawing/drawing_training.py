"""Trains the network on the drawing: its label, steps on it, its saliency."""

from PySide6.QtCore import QObject

from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.panels.drawing.batch_mark import BatchMark
from backprop_viz.desktop.panels.drawing.draw_pad import DrawPanel
from backprop_viz.desktop.panels.drawing.saliency_dialog import SaliencyDialog
from backprop_viz.desktop.style.action_texts import show_reason
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.stream.commands import (
    ChooseLabel,
    ExplainDrawing,
    TrainOnDrawing,
    UndoDrawing,
    UseDrawing,
)


class DrawingTrainingController(QObject):
    """Trains the network on the drawing: its label, steps on it, its saliency."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.window)
        self._window, self._actions = context.window, context.actions
        self._session = context.session
        self._train = self._actions["actionTrainOnThis"]
        self._undo = self._actions["actionUndoTraining"]
        self._batch = self._actions["actionUseAsBatch"]
        self._shows_saliency = self._actions["actionSaliency"]
        row = self._window.panel(DrawPanel).training_row
        row.set_actions(self._train, self._undo, self._shows_saliency)
        row.label_chosen.connect(self._choose)
        self._window.panel(BatchMark).data_wanted.connect(self._back_to_data)
        self._window.panel(SaliencyDialog).wanted.connect(self._explain)
        for action in (self._train, self._undo, self._batch):
            action.setEnabled(False)

    def show_view_state(self, view_state: ViewState) -> None:
        """Enable what can be done with the drawing now."""
        labelled = (
            view_state.prediction is not None and view_state.drawing_training.label is not None
        )
        self._train.setEnabled(labelled)
        self._batch.setEnabled(labelled and not view_state.training)
        self._batch.setChecked(view_state.drawing_training.is_batch)
        self._undo.setEnabled(view_state.drawing_training.can_undo and not view_state.training)
        self._say_why(view_state)

    def _say_why(self, view_state: ViewState) -> None:
        """Say in the tooltip of each disabled command why it is disabled."""
        needs = ""
        if view_state.prediction is None:
            needs = self.tr("Draw a digit and choose its label first.")
        elif view_state.drawing_training.label is None:
            needs = self.tr("Choose the label of the drawing first.")
        paused = self.tr("Pause the training first.") if view_state.training else ""
        undo = (
            ""
            if view_state.drawing_training.can_undo
            else self.tr("The newest step was not on a drawing.")
        )
        for action, why in (
            (self._train, needs),
            (self._batch, needs or paused),
            (self._undo, undo or paused),
        ):
            show_reason(action, why)
        self._window.panel(DrawPanel).training_row.explain(needs, undo or paused)

    def use_as_batch(self, wanted: bool) -> None:
        """Use the drawing as the batch, or the data again."""
        self._session.send(UseDrawing(wanted))

    def train_on_this(self) -> None:
        """One optimizer step on the drawing."""
        self._session.send(TrainOnDrawing())

    def undo_training(self) -> None:
        """Undo the last step on a drawing."""
        self._session.send(UndoDrawing())

    def show_saliency(self, wanted: bool) -> None:
        """Open or close the saliency window."""
        self._window.panel(SaliencyDialog).setVisible(wanted)

    def _choose(self, label: int | None) -> None:
        self._session.send(ChooseLabel(label))

    def _back_to_data(self) -> None:
        self._session.send(UseDrawing(False))

    def _explain(self, wanted: bool) -> None:
        self._shows_saliency.setChecked(wanted)
        self._session.send(ExplainDrawing(wanted))
