"""What the phases do, and what comes next, in words."""

from dataclasses import replace

from PySide6.QtCore import QCoreApplication

from backprop_viz.analysis.losses import LOSSES
from backprop_viz.analysis.phase_runs import MOVED_BY_HAND
from backprop_viz.desktop.panels.phases.held_places import held_place
from backprop_viz.desktop.panels.phases.phases import current_phase, due_phase, due_run
from backprop_viz.desktop.texts.table_texts import loss_text
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.run_settings import Settings
from backprop_viz.recording.trace.events import PhaseSpan
from backprop_viz.recording.trace.phases import Phase


def meaning(
    phase: Phase, settings: Settings | None, recording: Recording, span: PhaseSpan | None
) -> str:
    """What a phase does with these settings, after its name; None: nothing is known of them.

    ``span`` is the phase's in the recording; None where that does not have it.
    """
    translate = QCoreApplication.translate
    if phase is Phase.ZERO_GRAD and span is not None and _clears_own(recording, span):
        return translate("phases", "clears the gradients of this iteration.")
    if settings is None:
        return _meanings()[phase]
    if phase is Phase.ZERO_GRAD and not settings.clear_gradients:
        return translate("phases", "is not called: gradients accumulate.")
    loss = LOSSES[settings.loss]
    if phase is Phase.LOSS:
        return loss_text(loss.meaning)
    if phase is Phase.BACKWARD and not loss.exists:
        return translate(
            "phases",
            "takes a random gradient of the output in place of a loss, and computes that of "
            "every parameter.",
        )
    return _meanings()[phase]


def _clears_own(recording: Recording, span: PhaseSpan) -> bool:
    """Whether zero_grad cleared gradients that a backward of this recording had made."""
    before, cleared = recording.events[: span.start], recording.events[span.start : span.stop]
    made = {event.parameter for event in before if event.phase is Phase.BACKWARD} - {None}
    return any(event.parameter in made for event in cleared)


def _meanings() -> dict[Phase, str]:
    translate = QCoreApplication.translate
    return {
        Phase.ZERO_GRAD: translate("phases", "clears the gradients of the previous iteration."),
        Phase.FORWARD: translate("phases", "computes the network's output from its input."),
        Phase.LOSS: translate("phases", "computes one number from the output."),
        Phase.BACKWARD: translate(
            "phases", "computes the gradient of the loss for every parameter."
        ),
        Phase.UPDATE: translate(
            "phases", "changes the parameters by the optimizer's rule, using their gradients."
        ),
    }


def _between(name: str) -> str:
    """What runs between the phases, after its name: ``PhaseRun.name`` where that is no phase."""
    translate = QCoreApplication.translate
    if name == "clip":
        return translate("phases", "keeps the gradients from being too large for the update.")
    if name == "unscale":
        return translate("phases", "divides the gradients by the scale of the loss.")
    if name == MOVED_BY_HAND:
        return translate("phases", "changes weights by the loop's own lines.")
    return translate("phases", "makes what the next forward reads.")


def loss_formula(settings: Settings | None) -> str:
    """The loss as a formula of the output x and the target t; "" where there is none."""
    if settings is None:
        return ""
    loss = LOSSES[settings.loss]
    text = QCoreApplication.translate("phases", "{title}: {formula}")
    return text.format(title=loss_text(loss.title), formula=loss.formula) if loss.formula else ""


def as_recorded(view_state: ViewState) -> Settings | None:
    """The settings, with zero_grad as it was in the iteration shown, once it has run.

    None for a run that the program did not make itself.
    """
    if view_state.origin is not None:
        return None
    recording = view_state.cursor.recording
    if recording.preview or recording.span(Phase.ZERO_GRAD) is None:
        return view_state.settings
    return replace(view_state.settings, clear_gradients=recording.cleared)


def next_step(view_state: ViewState) -> str:
    """What F8 and F10 do next; "" if there is nothing to say."""
    translate = QCoreApplication.translate
    is_script = view_state.origin is not None
    if view_state.training and view_state.unrecorded:
        return translate("phases", "Recording has ended: the script goes on unrecorded.")
    if view_state.training and is_script and not view_state.iteration:
        return translate("phases", "The script runs, and has not trained yet. F5 pauses there.")
    if view_state.training and is_script:
        return translate("phases", "The script runs: F5 pauses.")
    if view_state.training:
        return translate("phases", "Training: F5 pauses.")
    shown = view_state.cursor.recording
    if view_state.ended and shown.error is not None and not shown.events:
        return translate("phases", "The script has ended with an error, which Findings explains.")
    is_file = view_state.origin is not None and view_state.origin.kind == "file"
    if is_file and view_state.iteration == 0:
        return translate("phases", "No iteration is in this recording yet.")
    kept = view_state.kept_iterations
    if view_state.cursor.at_end and kept.iterations and kept.shown < kept.iterations[-1]:
        text = translate(
            "phases",
            "The end of iteration {0}. F8, F10 and F11 go on in the next one that is kept.",
        )
        return text.format(f"{shown.iteration:,}")
    if is_file and view_state.cursor.at_end:
        text = translate(
            "phases",
            "The end of iteration {0}. Shift+F10 goes back by a phase, Shift+F11 by an iteration.",
        )
        return text.format(f"{shown.iteration:,}")
    if view_state.ended and not view_state.cursor.recording.events:
        return translate("phases", "The script has ended, and nothing of it was recorded.")
    one = view_state.origin is not None and view_state.origin.is_one_iteration
    if one and view_state.cursor.at_end:
        return translate("phases", "This is one iteration: go back through what is recorded.")
    watched = view_state.origin is not None and view_state.origin.kind == "watch"
    if view_state.ended and watched and view_state.cursor.at_end:
        return translate(
            "phases", "The loop is watched no longer: go back through what is recorded."
        )
    if view_state.ended and view_state.cursor.at_end:
        return translate("phases", "The script has ended: go back through what is recorded.")
    if view_state.between_cells and view_state.cursor.at_end:
        return translate("phases", "Nothing trains now. F10 or F11 holds the loop when it goes on.")
    if view_state.origin is not None and view_state.cursor.at_end:
        keys = translate(
            "phases",
            "F8 runs the script to its next event, F10 to the end of the phase, F5 on.",
        )
        return f"{held_place(view_state)} {keys}".strip()
    if view_state.iteration == 0 and view_state.cursor.recording.preview:
        return translate(
            "phases",
            "Press F10 to run one phase of training, or F5 to train. Draw a digit any time.",
        )
    due, current = due_phase(view_state), current_phase(view_state)
    run = due_run(view_state)
    if run is not None and run.name != run.phase:
        text = translate("phases", "Next (F10): {phase} {what}")
        return text.format(phase=run.name, what=_between(run.name))
    if due is not None:
        text = translate("phases", "Next (F10): {phase} {what}")
        # At the end of the recording, the next iteration follows the current settings.
        settings = view_state.settings if view_state.cursor.at_end else as_recorded(view_state)
        what = meaning(due, settings, shown, shown.span_of(view_state.cursor.position))
        return text.format(phase=due.value, what=what)
    if current is not None:
        text = translate("phases", "F8 shows the next event of {phase}, F10 its end.")
        return text.format(phase=current.value)
    return ""
