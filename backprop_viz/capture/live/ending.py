"""How a script that raised has ended."""

import traceback

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
