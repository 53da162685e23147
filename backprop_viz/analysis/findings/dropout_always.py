"""F.dropout without ``training=``: it goes on after ``model.eval()``."""

from collections.abc import Iterator

from backprop_viz.analysis.provenance import forward_events
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.finding import Finding

_OPS = ("dropout", "dropout1d", "dropout2d", "dropout3d", "alpha_dropout", "feature_alpha_dropout")
_NOT_GIVEN = "not given"


def find(recording: Recording) -> Iterator[Finding]:
    """``dropout_always``: shown by the first one; may be meant, as for Monte Carlo dropout."""
    for i, event in forward_events(recording):
        if event.op not in _OPS or event.call is None or not event.call.argument("p", 1, 0.5):
            continue
        # ``torch.dropout`` has to be told.
        if not event.call.function.startswith("torch.nn.functional."):
            continue
        if event.call.argument("training", 2, _NOT_GIVEN) == _NOT_GIVEN:
            yield Finding("dropout_always", "hint", (event.op,), event=i)
            return
