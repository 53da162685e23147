"""See what back-propagation does, on a real PyTorch network, while it does it.

>>> import backprop_viz as bv
>>> trainer = bv.Trainer(data="random", loss="mse", optimizer="sgd", lr=0.01, batch_size=1)
>>> recording = trainer.record()

Names are imported on first use, so that ``import backprop_viz`` loads neither torch nor Qt.
"""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from backprop_viz.recording import saving
from backprop_viz.recording.explanations import explaining
from backprop_viz.recording.notices import finding

if TYPE_CHECKING:
    from backprop_viz.analysis.joined_shards import full_tensor as full_tensor
    from backprop_viz.analysis.ranks import compare_ranks as compare_ranks
    from backprop_viz.capture.live.scalars import log as log
    from backprop_viz.capture.live.show import show as show
    from backprop_viz.capture.live.watching import watch as watch
    from backprop_viz.capture.recorded_loop import record as record
    from backprop_viz.capture.recorder import Recorder as Recorder
    from backprop_viz.digits.lenet import LeNet as LeNet
    from backprop_viz.recording.files.recording_file import RecordingFile as RecordingFile
    from backprop_viz.recording.files.recording_file import load as load
    from backprop_viz.recording.files.recording_file_writer import (
        RecordingFileWriter as RecordingFileWriter,
    )
    from backprop_viz.recording.iteration import Recording as Recording
    from backprop_viz.recording.trace.events import Event as Event
    from backprop_viz.recording.trace.graph import Graph as Graph
    from backprop_viz.recording.trace.phases import Phase as Phase
    from backprop_viz.training.five_phases import PhaseError as PhaseError
    from backprop_viz.training.trainer import Trainer as Trainer

__version__ = "0.1.0"

_HOME = {
    "LeNet": ".digits.lenet",
    "Recorder": ".capture.recorder",
    "record": ".capture.recorded_loop",
    "compare_ranks": ".analysis.ranks",
    "full_tensor": ".analysis.joined_shards",
    "show": ".capture.live.show",
    "log": ".capture.live.scalars",
    "watch": ".capture.live.watching",
    "load": ".recording.files.recording_file",
    "RecordingFile": ".recording.files.recording_file",
    "RecordingFileWriter": ".recording.files.recording_file_writer",
    "Event": ".recording.trace.events",
    "Graph": ".recording.trace.graph",
    "Phase": ".recording.trace.phases",
    "Recording": ".recording.iteration",
    "PhaseError": ".training.five_phases",
    "Trainer": ".training.trainer",
}
__all__ = ["__version__", *_HOME]


def _explained(recording: Any, number: Any) -> Any:
    try:
        engine = import_module(".capture.explaining.explainer", __name__)
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise RuntimeError(
            "PyTorch computes explanations, and it is not installed here: pip install torch."
        ) from error
    return engine.explain_number(recording, number)


def _found(recording: Any) -> Any:
    return import_module(".analysis.findings", __name__).findings(recording)


def _saved(recording: Any, path: Any) -> None:
    import_module(".recording.files.recording_file_writer", __name__).save_recording(
        recording, path
    )


def _saved_as_page(recording: Any, path: Any) -> None:
    import_module(".analysis.web_page.page", __name__).save_page(
        recording, path, version=__version__
    )


explaining.set_engine(_explained)
saving.set_save(_saved, _saved_as_page)
finding.set_search(_found)


def __getattr__(name: str) -> object:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if sys.modules.get("torch") is None:
        return getattr(import_module(_HOME[name], __name__), name)
    # What is imported asks torch about itself, and a mode of the script's is not to hear of that.
    unheard = import_module(".capture.tensors.unheard", __name__).unheard
    with unheard():
        return getattr(import_module(_HOME[name], __name__), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOME])
