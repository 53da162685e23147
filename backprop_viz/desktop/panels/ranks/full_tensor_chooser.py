"""Chooses the tensor to put together from the ranks' shards."""

from collections.abc import Sequence
from typing import get_args

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox, QWidget

from backprop_viz.analysis.joined_shards import Sharded, full_tensor
from backprop_viz.desktop.rank_states import RanksState
from backprop_viz.desktop.texts.message_texts import message_text
from backprop_viz.recording.errors import UserError
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import notice_of
from backprop_viz.recording.trace.tensors import Array


class FullTensorChooser(QComboBox):
    """Nothing is put together before it is chosen. ``refusal`` says why what was chosen is not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("fullTensorChooser")
        self.setAccessibleName(self.tr("The whole tensor"))
        self.setToolTip(self.tr("Put the shards of all ranks together"))
        self.addItems(
            [
                self.tr("shards alone"),
                self.tr("whole gradient"),
                self.tr("whole weight before"),
                self.tr("whole weight after"),
            ]
        )
        self.refusal = ""
        self.hide()

    def tensor(
        self, state: RanksState, recordings: Sequence[Recording], name: str
    ) -> tuple[Array | None, str]:
        """What was chosen, and its title; None if nothing was, or a shard is missing."""
        which: Sequence[Sharded | None] = (None, *get_args(Sharded))
        chosen = which[max(self.currentIndex(), 0)]
        if chosen is None:
            return None, ""
        missing = state.missing
        if missing:
            text = QCoreApplication.translate(
                "ranks", "The shard of rank {0} is missing: open or attach to that rank too."
            )
            self.refusal = text.format(", ".join(map(str, missing)))
            return None, ""
        try:
            array = full_tensor(recordings, name, chosen)
        except UserError as error:
            self.refusal = message_text(notice_of(error))
            return None, ""
        return array, f"{self.currentText()} {'×'.join(map(str, array.shape))}"
