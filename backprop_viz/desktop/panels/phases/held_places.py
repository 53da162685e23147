"""Where a script is that a breakpoint of a line holds, in words."""

from PySide6.QtCore import QCoreApplication

from backprop_viz.desktop.view_state import ViewState


def is_held_between(view_state: ViewState) -> bool:
    """Whether a breakpoint holds a script where no iteration is under way."""
    if not view_state.before_line or view_state.training:
        return False
    recording = view_state.cursor.recording
    return not recording.events or recording.iteration <= view_state.iteration


def line_shown(view_state: ViewState) -> int | None:
    """The number that the program panel gives to the line at which a script is held."""
    lines = view_state.program.lines
    rows = (row for row, line in enumerate(lines, 1) if line.key == view_state.line)
    return next(rows, view_state.line)


def held_place(view_state: ViewState) -> str:
    """Where a breakpoint of a line holds a script; "" where the phases say it."""
    translate = QCoreApplication.translate
    if not view_state.before_line or view_state.training or not view_state.cursor.at_end:
        return ""
    between, done = is_held_between(view_state), view_state.iteration
    if not (between or view_state.gradients_off):
        return ""
    where = translate("phases", "Before line {line}, within iteration {next}.")
    if between and done:
        where = translate("phases", "Before line {line}, between iterations {done} and {next}.")
    elif between:
        where = translate("phases", "Before line {line}, before the first iteration.")
    said = where.format(line=line_shown(view_state), done=f"{done:,}", next=f"{done + 1:,}")
    if not view_state.gradients_off:
        return said
    off = translate("phases", "Gradients are off here: no backward goes through what runs.")
    return f"{said} {off}"
