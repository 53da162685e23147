"""Records how the saliency of the drawing comes about, so that its pixels can be asked about."""

from backprop_viz.capture.recorded_loop import record
from backprop_viz.recording.explanations.number import Number
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import SaliencyRecorded
from backprop_viz.worker.channel import WorkerChannel
from backprop_viz.worker.drawing_training import DrawingTraining
from backprop_viz.worker.explanation_service import ExplanationService
from backprop_viz.worker.run_state import RunState


class SaliencyRecording:
    """Runs the saliency once more, recorded, when the user asks about one of its pixels."""

    def __init__(
        self,
        state: RunState,
        channel: WorkerChannel,
        drawing_training: DrawingTraining,
        explanations: ExplanationService,
    ) -> None:
        self._state, self._channel = state, channel
        self._drawing_training, self._explanations = drawing_training, explanations

    def record(self, row: int, column: int) -> None:
        """Send the recording, with the number of the pixel; nothing if there is no drawing."""
        with record(self._state.trainer.model) as recorded:
            shown = self._drawing_training.saliency()
        if shown is None:
            return
        recording = recorded.recording
        number = _gradient_of_pixel(recording, row, column)
        self._explanations.hold(recording)
        self._channel.answer(SaliencyRecorded(number), recording)


def _gradient_of_pixel(recording: Recording, row: int, column: int) -> Number:
    """What the last node of the backward sent to the input."""
    assert recording.input_id is not None
    wanted = recording.tensors[recording.input_id].shape
    for i in range(len(recording.events) - 1, -1, -1):
        event = recording.events[i]
        for slot, tensor in enumerate(event.output_ids):
            if tensor is None or event.phase is not Phase.BACKWARD:
                continue
            if recording.tensors[tensor].shape == wanted:
                return Number(tensor, (0, 0, row, column), i, slot)
    raise LookupError("no gradient has come to the input")
