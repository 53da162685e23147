"""Presets, and the switches for the tutorial's experiments."""

from dataclasses import replace

from PySide6.QtCore import QObject

from backprop_viz.analysis.losses import WITHOUT_LOSS
from backprop_viz.desktop.actions.menus import MENU_COMMANDS
from backprop_viz.desktop.controllers.context import Context
from backprop_viz.desktop.controllers.training.training import TrainingController
from backprop_viz.desktop.panels.phases.phase_bar import PhaseBar
from backprop_viz.desktop.panels.program.program_view import ProgramView
from backprop_viz.desktop.view_state import ViewState
from backprop_viz.digits.data_sets import DATA_SETS
from backprop_viz.recording.iteration import Recording
from backprop_viz.recording.settings.presets import PRESETS
from backprop_viz.recording.settings.run_settings import Settings

# The switch for the input's form stands in the forward cell, under the name of what it does.
_BUTTON_TEXTS = {command.id: command.button_text for command in MENU_COMMANDS}
# The input without its batch dimension, and without its first dimension as of a batch.
_IMAGES = ((1, 32, 32), (32, 32))


def takes_images(recording: Recording) -> bool | None:
    """Whether the network that is shown was given images; None before it was given anything."""
    given = [layer.shape for layer in recording.layers.layers if layer.tensor is not None]
    return any(shape in _IMAGES for shape in given) if given else None


class PresetsController(QObject):
    """Starts runs from presets; switches accumulation, the input's form, and the loss."""

    def __init__(self, context: Context, running: TrainingController) -> None:
        super().__init__(context.window)
        self._actions, self._training_controller = context.actions, running
        self._view_state: ViewState | None = None
        self._takes_images: bool | None = None  # what is shown; None: nothing is known of it
        context.window.panel(PhaseBar).set_switches(
            {
                "zero_grad": [self._actions["actionAccumulate"]],
                "forward": [self._actions["actionUnbatched"]],
            }
        )

        context.window.panel(ProgramView).mend_wanted.connect(lambda: self.toggle_unsqueezing(True))

    def show_view_state(self, view_state: ViewState) -> None:
        """Set the switches as the run is."""
        if self._view_state is None or view_state.settings != self._view_state.settings:
            self._view_state = view_state
            self._show()
        takes = takes_images(view_state.cursor.recording)
        if takes is not self._takes_images and view_state.origin is None:
            self._takes_images = takes
            # A lesson's own small network has another input.
            self._actions["actionUnbatched"].setVisible(takes is not False)
        self._view_state = view_state

    # -- commands ----------------------------------------------------------------------------

    def new_tutorial(self) -> None:
        """Start the tutorial's run."""
        self._begin("tutorial")

    def new_digits(self) -> None:
        """Start a run that learns the built-in digits."""
        self._begin("digits")

    def toggle_accumulating(self, wanted: bool) -> None:
        """Leave zero_grad out, or call it again."""
        self._want(clear_gradients=not wanted)

    def toggle_unbatched(self, wanted: bool) -> None:
        """Use one input without its batch dimension, or whole batches again."""
        self._want(input_form="single" if wanted else "batch")

    def toggle_unsqueezing(self, wanted: bool) -> None:
        """Add the batch dimension by unsqueeze(0), or leave it out again."""
        self._want(input_form="unsqueezed" if wanted else "single")

    def toggle_output_gradient(self, wanted: bool) -> None:
        """Backpropagate a random gradient from the output, or a loss again."""
        if self._view_state is not None:
            usual = DATA_SETS[self._view_state.settings.data].usual_loss
            self._want(loss=WITHOUT_LOSS.name if wanted else usual)

    # -- how the run is ----------------------------------------------------------------------

    def _begin(self, preset: str) -> None:
        if self._view_state is not None:
            self._training_controller.begin(
                Settings(**PRESETS[preset], seed=self._view_state.settings.seed)
            )

    def _want(self, **changes: object) -> None:
        if self._view_state is not None:
            self._training_controller.want(replace(self._view_state.settings, **changes))  # type: ignore[arg-type]
        self._show()

    def _show(self) -> None:
        """Set the switches as the run is, until a change has been carried out."""
        if self._view_state is None:
            return
        settings = self._view_state.settings
        unbatched = settings.input_form != "batch"
        for name, on in (
            ("actionAccumulate", not settings.clear_gradients),
            ("actionUnbatched", unbatched),
            ("actionUnsqueeze", settings.input_form == "unsqueezed"),
            ("actionOutputGradient", settings.loss == WITHOUT_LOSS.name),
        ):
            self._actions[name].setChecked(on)
        self._actions["actionUnsqueeze"].setEnabled(unbatched)
        name = "actionUnsqueeze" if settings.input_form == "unsqueezed" else "actionUnbatched"
        self._actions["actionUnbatched"].setIconText(_BUTTON_TEXTS[name])
