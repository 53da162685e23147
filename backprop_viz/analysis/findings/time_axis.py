"""A recurrent layer that takes the batch for time: batch_first was left out."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding
from backprop_viz.recording.trace.phases import Phase

_LAYERS = ("lstm", "gru", "rnn_tanh", "rnn_relu")
_BATCH_FIRST = 8  # its place among the arguments of torch.lstm and the others


def find(recording: Recording) -> Iterator[Finding]:
    """``batch_taken_for_time``: the loss has as many targets as the layer has steps."""
    targets = {
        len(read)
        for _, event in forward_events(recording)
        if event.phase is Phase.LOSS and event.op in ("cross_entropy", "nll_loss")
        for read in event.inputs[1:2]
        if read is not None and read.ndim == 1
    }
    for i, event in forward_events(recording):
        if event.op not in _LAYERS or event.call is None or event.inputs[0] is None:
            continue
        shape = event.inputs[0].shape
        if event.call.argument("batch_first", _BATCH_FIRST, True) is not False:
            continue
        if len(shape) == 3 and shape[0] in targets and shape[1] not in targets and shape[1] > 1:
            values = (event.op, shape[0], shape[1])
            yield Finding("batch_taken_for_time", "warning", values, event=i)
            return
