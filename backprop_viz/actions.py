"""Every command of the window, a row each: what it is called, its key, its tip, what it calls."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence


@dataclass(frozen=True, slots=True)
class Command:
    """``id`` is the action's objectName, ``call`` what it calls: a controller and its method."""

    id: str
    menu: str
    text: str
    key: str
    tip: str
    call: str
    checkable: bool = False


def _(text: str) -> str:
    """Mark a text for translation; it is translated when the action is made."""
    return str(QT_TRANSLATE_NOOP("actions", text))


MENUS = (_("&File"), _("&Run"), _("&Travel"), _("D&ata"), _("&Drawing"), _("&View"), _("&Help"))

COMMANDS = (
    Command(
        "actionOpenSession",
        "&File",
        _("Open session…"),
        "Ctrl+O",
        _("Go on with a session that was saved"),
        "files.open_session",
    ),
    Command(
        "actionSaveSession",
        "&File",
        _("Save session"),
        "Ctrl+S",
        _("Save the run, the drawing and the panels in one file; training goes on"),
        "files.save_session",
    ),
    Command(
        "actionSaveSessionAs",
        "&File",
        _("Save session as…"),
        "Ctrl+Shift+S",
        _("Save the run, the drawing and the panels in another file"),
        "files.save_session_as",
    ),
    Command(
        "actionLoadWeights",
        "&File",
        _("Load weights…"),
        "",
        _("Go on with the weights of a .safetensors file, or of a state_dict in a .pt file"),
        "files.load_weights",
    ),
    Command(
        "actionSaveWeights",
        "&File",
        _("Save weights…"),
        "",
        _("Save the weights for other programs, as .safetensors or as a state_dict"),
        "files.save_weights",
    ),
    Command("actionStep", "&Run", _("Step"), "F10", _("Run the phase that is due"), "running.step"),
    Command(
        "actionStepBack",
        "&Run",
        _("Step back"),
        "Shift+F10",
        _("Show the end of the phase before"),
        "running.step_back",
    ),
    Command(
        "actionIteration",
        "&Run",
        _("Iteration"),
        "F11",
        _("Run to the end of the iteration"),
        "running.iterate",
    ),
    Command(
        "actionTrain",
        "&Run",
        _("Train"),
        "F5",
        _("Train until paused"),
        "running.toggle_training",
        True,
    ),
    Command(
        "actionReset",
        "&Run",
        _("Reset"),
        "Ctrl+R",
        _("Begin again with a fresh network and the same settings"),
        "running.reset",
    ),
    Command(
        "actionOptions",
        "&Run",
        _("Training options…"),
        "Ctrl+,",
        _("Options of the optimizer, and what zero_grad does"),
        "running.show_options",
    ),
    Command(
        "actionCopyScript",
        "&Run",
        _("Copy as script"),
        "Ctrl+Shift+C",
        _("Copy this training as a Python script that runs by itself"),
        "running.copy_script",
    ),
    Command(
        "actionFirst",
        "&Travel",
        _("To the start"),
        "Ctrl+Home",
        _("Show the start of the iteration"),
        "travelling.to_start",
    ),
    Command(
        "actionEventBack",
        "&Travel",
        _("Event back"),
        "Shift+F8",
        _("Go back by one event"),
        "travelling.event_back",
    ),
    Command(
        "actionPlay",
        "&Travel",
        _("Play"),
        "F6",
        _("Let the cursor move on by itself, or stop it"),
        "travelling.toggle_playing",
    ),
    Command(
        "actionEvent",
        "&Travel",
        _("Event forward"),
        "F8",
        _("Go forward by one event; past the last one, run the next phase"),
        "travelling.event_forward",
    ),
    Command(
        "actionLast",
        "&Travel",
        _("To the end"),
        "Ctrl+End",
        _("Show the end of what was recorded of the iteration"),
        "travelling.to_end",
    ),
    Command(
        "actionIterationBack",
        "&Travel",
        _("Iteration back"),
        "Shift+F11",
        _("Go back to the start of the iteration, then to the one before"),
        "travelling.iteration_back",
    ),
    Command(
        "actionContinue",
        "&Travel",
        _("Continue from here"),
        "Ctrl+Shift+F5",
        _("Take the run up again as it was after the iteration shown"),
        "travelling.continue_from_here",
    ),
    Command(
        "actionToggleBreakpoint",
        "&Travel",
        _("Break at this line"),
        "F9",
        _("Set or remove a breakpoint at the line of the program"),
        "travelling.toggle_line",
    ),
    Command(
        "actionBreakpoints",
        "&Travel",
        _("Breakpoints…"),
        "Ctrl+B",
        _("Where training stops: places and conditions"),
        "travelling.show_breakpoints",
    ),
    Command(
        "actionBudget",
        "&Travel",
        _("Memory for iterations…"),
        "",
        _("How much memory past iterations may take"),
        "travelling.ask_for_budget",
    ),
    Command(
        "actionBackwardTwice",
        "&Run",
        _("Backward twice"),
        "Ctrl+2",
        _("Run backward a second time, to see torch refuse: the graph is freed"),
        "running.backward_twice",
    ),
    Command(
        "actionBackwardRetained",
        "&Run",
        _("Backward twice, graph retained"),
        "Ctrl+Shift+2",
        _("Run backward twice with retain_graph=True, to see the gradients add up"),
        "running.backward_twice_retained",
    ),
    Command("actionQuit", "&File", _("Quit"), "Ctrl+Q", _("Close the window"), "window.close"),
    Command(
        "actionMnistFolder",
        "D&ata",
        _("MNIST from a folder…"),
        "",
        _("Train on MNIST's four files in a folder of this computer"),
        "mnist.choose_folder",
    ),
    Command(
        "actionDownloadMnist",
        "D&ata",
        _("Download MNIST"),
        "",
        _("Download MNIST's four files once (12 MB), and train on them"),
        "mnist.download",
    ),
    Command(
        "actionOpenFolder",
        "D&ata",
        _("Image folder…"),
        "",
        _("Train on PNG and JPEG images in sub-folders named 0 to 9"),
        "images.open_folder",
    ),
    Command(
        "actionOpenImage",
        "D&ata",
        _("Open image…"),
        "Ctrl+Shift+O",
        _("Put a PNG or JPEG image on the pad, for the net to read; or drop it on the window"),
        "images.open_image",
    ),
    Command(
        "actionPasteImage",
        "D&ata",
        _("Paste image"),
        "Ctrl+V",
        _("Put the image in the clipboard on the pad"),
        "images.paste",
    ),
    Command(
        "actionClearDrawing",
        "&Drawing",
        _("Clear"),
        "Del",
        _("Clear the drawing"),
        "drawing.clear_drawing",
    ),
    Command(
        "actionUndoStroke",
        "&Drawing",
        _("Undo stroke"),
        "Ctrl+Z",
        _("Take back the last stroke"),
        "drawing.undo_stroke",
    ),
    Command(
        "actionRedoStroke",
        "&Drawing",
        _("Redo stroke"),
        "Ctrl+Shift+Z",
        _("Draw the stroke again that was taken back"),
        "drawing.redo_stroke",
    ),
    Command(
        "actionEraser",
        "&Drawing",
        _("Eraser"),
        "E",
        _("Rub out instead of drawing; the right button and a stylus's other end always do"),
        "drawing.toggle_eraser",
        True,
    ),
    Command(
        "actionThinner",
        "&Drawing",
        _("Thinner pen"),
        "[",
        _("Take a thinner pen"),
        "drawing.thinner",
    ),
    Command(
        "actionThicker",
        "&Drawing",
        _("Thicker pen"),
        "]",
        _("Take a thicker pen"),
        "drawing.thicker",
    ),
    Command(
        "actionSamples",
        "D&ata",
        _("Samples…"),
        "Ctrl+D",
        _("Look at the samples one by one: which are read wrong, which have the highest loss"),
        "samples.open",
    ),
    Command(
        "actionConfusion",
        "D&ata",
        _("Confusion matrix…"),
        "Ctrl+Shift+D",
        _("Which digits are taken for which, by the last evaluation"),
        "samples.open_matrix",
    ),
    Command(
        "actionUseAsBatch",
        "&Drawing",
        _("Use as batch"),
        "Ctrl+U",
        _("Step on the drawing with its label, or on the data again"),
        "teaching.use_as_batch",
        True,
    ),
    Command(
        "actionTrainOnThis",
        "&Drawing",
        _("Train on this"),
        "Ctrl+T",
        _("One optimizer step on the drawing with its label"),
        "teaching.train_on_this",
    ),
    Command(
        "actionUndoTraining",
        "&Drawing",
        _("Undo training on this"),
        "Ctrl+Alt+Z",
        _("Take the last step on a drawing back: everything is as it was before"),
        "teaching.undo_training",
    ),
    Command(
        "actionSaliency",
        "&Drawing",
        _("Saliency"),
        "Ctrl+I",
        _("Show which pixels speak for the digit, and the maps that the drawing excites"),
        "teaching.show_saliency",
        True,
    ),
    Command(
        "actionThemeSystem",
        "&View",
        _("Colours of the system"),
        "",
        _("Light or dark, as the system is"),
        "viewing.theme_system",
        True,
    ),
    Command(
        "actionThemeLight", "&View", _("Light"), "", _("Light colours"), "viewing.theme_light", True
    ),
    Command(
        "actionThemeDark", "&View", _("Dark"), "", _("Dark colours"), "viewing.theme_dark", True
    ),
    Command(
        "actionResetLayout",
        "&View",
        _("Reset layout"),
        "Ctrl+Shift+L",
        _("Give every panel its first size again"),
        "viewing.reset_layout",
    ),
    Command(
        "actionCheatSheet",
        "&Help",
        _("Keys"),
        "F1",
        _("Every key on one page"),
        "helping.cheat_sheet",
    ),
    Command(
        "actionAbout",
        "&Help",
        _("About backprop_viz"),
        "",
        _("What this program is"),
        "helping.about",
    ),
)


def translated(text: str) -> str:
    """A text of these tables in the user's language."""
    return QCoreApplication.translate("actions", text)


def native(action: QAction) -> str:
    """An action's key as the system writes it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def make_actions(parent: QObject) -> Iterator[tuple[Command, QAction]]:
    """An action for each row, with its tooltip naming its shortcut."""
    for command in COMMANDS:
        action = QAction(translated(command.text), parent)
        action.setObjectName(command.id)
        action.setShortcut(QKeySequence(command.key))
        action.setCheckable(command.checkable)
        tip = translated(command.tip)
        key = native(action)
        action.setToolTip(f"{tip} ({key})" if key else tip)
        action.setStatusTip(tip)
        yield command, action
