"""How a script, or a notebook's cell, that raised has ended."""

import traceback

from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.notices.notice import CELL_SUBJECT, Notice
from backprop_viz.recording.trace.phases import Phase
from backprop_viz.stream.messages import RunEnded


def ended_by(error: BaseException, path: str, status: int = 1) -> RunEnded:
    """What is told of an exception that ended a script, and its last line in the script."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == path]
    if isinstance(error, SyntaxError) and error.filename == path:
        lines.append(error.lineno)
    details = "".join(traceback.format_exception(error))
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return RunEnded(status, said, details, lines[-1] if lines else None)


def raised_in_cell(error: BaseException, path: str) -> Notice | None:
    """What is told of an exception that ended a cell; nothing of Ctrl+C, which was meant."""
    if not isinstance(error, Exception):
        return None
    told = ended_by(error, path)
    where = "" if told.line is None else str(told.line)
    return Notice("cell_raised", (told.error, where), CELL_SUBJECT, told.details)


def has_begun(left: Recording | None) -> Recording | None:
    """What was ``left`` of an iteration that was under way; None if it had not really begun.

    After the last one nothing but its gradients may have been cleared.
    """
    if left is None or left.error or any(e.phase is Phase.FORWARD for e in left.events):
        return left
    return None
