"""Which of torch's own functions has called what runs, from the frames of this thread."""

import sys
from types import FrameType


def is_scaling() -> bool:
    """Whether a GradScaler is scaling a loss."""
    frame: FrameType | None = sys._getframe(2)
    for _ in range(6):
        if frame is None:
            break
        code = frame.f_code
        if code.co_name == "scale" and code.co_filename.endswith("grad_scaler.py"):
            return True
        frame = frame.f_back
    return False


def clipping_function() -> str | None:
    """The function of ``torch.nn.utils.clip_grad`` that is running, if one is."""
    frame: FrameType | None = sys._getframe(2)
    found = None
    for _ in range(12):
        if frame is None:
            break
        code = frame.f_code
        if code.co_name.startswith("clip_grad") and code.co_filename.endswith("clip_grad.py"):
            found = code.co_name
        frame = frame.f_back
    return found
