"""Every command of the window, a row each: its name, its key, its tooltip, what it calls."""

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence


@dataclass(frozen=True, slots=True)
class Command:
    """``id`` is the action's objectName, ``call`` what it calls: a controller and its method.

    ``menu`` and ``text`` mark their mnemonics with "&"; a ``separated`` row has a line above it.
    The rows of a menu stand in its order.
    """

    id: str
    menu: str
    text: str
    key: str
    tip: str
    call: str
    checkable: bool = False
    separated: bool = False


def _(text: str) -> str:
    """Mark a text for translation; it is translated when the action is made."""
    return str(QT_TRANSLATE_NOOP("actions", text))


MENUS = (_("&File"), _("&Run"), _("H&istory"), _("D&ata"), _("&Drawing"), _("&View"), _("&Help"))

# What stands on the buttons of commands whose names are too long for one; code is not translated.
SHORT = {
    "actionAccumulate": "Σ grad",
    "actionUnbatched": "1×32×32",
    "actionUnsqueeze": "unsqueeze(0)",
}

# Menus within menus, by the one that they are in.
SUBMENUS = {_("&File"): (_("&New run"),)}

COMMANDS = (
    Command(
        "actionNewTutorial",
        "&New run",
        _("&Tutorial: one random input"),
        "Ctrl+N",
        _("Begin the run of PyTorch's tutorial: a random input, MSE, SGD"),
        "choices.new_tutorial",
    ),
    Command(
        "actionNewDigits",
        "&New run",
        _("&Digits: learn to read them"),
        "Ctrl+Shift+N",
        _("Begin a run that learns the built-in digits: cross-entropy, SGD with momentum"),
        "choices.new_digits",
    ),
    Command(
        "actionOpenSession",
        "&File",
        _("&Open session…"),
        "Ctrl+O",
        _("Open a saved session and continue its run"),
        "files.open_session",
    ),
    Command(
        "actionSaveSession",
        "&File",
        _("&Save session"),
        "Ctrl+S",
        _("Save the run, the drawing and the layout in one file; training continues"),
        "files.save_session",
    ),
    Command(
        "actionSaveSessionAs",
        "&File",
        _("Save session &as…"),
        "Ctrl+Shift+S",
        _("Save the run, the drawing and the layout in another file"),
        "files.save_session_as",
    ),
    Command(
        "actionLoadWeights",
        "&File",
        _("&Load weights…"),
        "",
        _("Load weights from a .safetensors file, or from a state_dict in a .pt file"),
        "files.load_weights",
        separated=True,
    ),
    Command(
        "actionSaveWeights",
        "&File",
        _("Save &weights…"),
        "",
        _("Save the weights for other programs, as .safetensors or as a state_dict"),
        "files.save_weights",
    ),
    Command(
        "actionQuit",
        "&File",
        _("&Quit"),
        "Ctrl+Q",
        _("Close the window"),
        "window.close",
        separated=True,
    ),
    Command(
        "actionStep",
        "&Run",
        _("&Step"),
        "F10",
        _("Run the next phase"),
        "running.step",
    ),
    Command(
        "actionStepBack",
        "&Run",
        _("Step &back"),
        "Shift+F10",
        _("Go back to the end of the previous phase"),
        "running.step_back",
    ),
    Command(
        "actionIteration",
        "&Run",
        _("&Iteration"),
        "F11",
        _("Run to the end of the iteration"),
        "running.iterate",
    ),
    Command(
        "actionTrain",
        "&Run",
        _("&Train"),
        "F5",
        _("Train until paused"),
        "running.toggle_training",
        checkable=True,
    ),
    Command(
        "actionReset",
        "&Run",
        _("&Reset"),
        "Ctrl+R",
        _("Start again with a new network and the same settings"),
        "running.reset",
    ),
    Command(
        "actionStartAgain",
        "&Run",
        _("Start torc&h again"),
        "",
        _("Start the process that runs torch again, and continue the run from its last autosave"),
        "restarting.start_again",
    ),
    Command(
        "actionBackwardTwice",
        "&Run",
        _("Backward t&wice"),
        "Ctrl+2",
        _("Call backward a second time, to see torch's error: the graph has been freed"),
        "running.backward_twice",
        separated=True,
    ),
    Command(
        "actionBackwardRetained",
        "&Run",
        _("Backward twice, &graph retained"),
        "Ctrl+Shift+2",
        _("Call backward twice with retain_graph=True, to see the gradients accumulate"),
        "running.backward_twice_retained",
    ),
    Command(
        "actionAccumulate",
        "&Run",
        _("Gradients acc&umulate"),
        "Ctrl+G",
        _("Leave zero_grad out, so that each backward adds to every .grad"),
        "choices.toggle_accumulating",
        True,
        separated=True,
    ),
    Command(
        "actionOutputGradient",
        "&Run",
        _("out.backward(r&andom)"),
        "Ctrl+Shift+G",
        _("Backward from the output with a random gradient, without a loss"),
        "choices.toggle_output_gradient",
        True,
    ),
    Command(
        "actionUnbatched",
        "&Run",
        _("Input without batch di&mension"),
        "Ctrl+Shift+X",
        _("Give the network one input of shape 1×32×32, to see what torch says of it"),
        "choices.toggle_unbatched",
        True,
    ),
    Command(
        "actionUnsqueeze",
        "&Run",
        _("Mend it b&y unsqueeze(0)"),
        "Ctrl+Shift+U",
        _("Give the network that input as a batch of one: x.unsqueeze(0)"),
        "choices.toggle_unsqueezing",
        True,
    ),
    Command(
        "actionOptions",
        "&Run",
        _("Training &options…"),
        "Ctrl+,",
        _("Options of the optimizer and the schedule, and what zero_grad does"),
        "running.show_options",
        separated=True,
    ),
    Command(
        "actionCopyScript",
        "&Run",
        _("&Copy as script"),
        "Ctrl+Shift+C",
        _("Copy the run so far as a Python script that needs torch alone"),
        "scripting.copy",
    ),
    Command(
        "actionSaveScript",
        "&Run",
        _("Sa&ve as script…"),
        "",
        _("Save the run so far as a Python script, with its samples in a file beside it if many"),
        "scripting.save",
    ),
    Command(
        "actionFirst",
        "H&istory",
        _("Go to &start"),
        "Ctrl+Home",
        _("Show the start of the iteration"),
        "travelling.to_start",
    ),
    Command(
        "actionEventBack",
        "H&istory",
        _("&Previous event"),
        "Shift+F8",
        _("Go back by one event"),
        "travelling.event_back",
    ),
    Command(
        "actionPlay",
        "H&istory",
        _("P&lay"),
        "F6",
        _("Move the cursor forward by itself, or stop it"),
        "travelling.toggle_playing",
    ),
    Command(
        "actionEvent",
        "H&istory",
        _("&Next event"),
        "F8",
        _("Go forward by one event; past the last one, run the next phase"),
        "travelling.event_forward",
    ),
    Command(
        "actionLast",
        "H&istory",
        _("Go to &end"),
        "Ctrl+End",
        _("Show the end of what was recorded of the iteration"),
        "travelling.to_end",
    ),
    Command(
        "actionIterationBack",
        "H&istory",
        _("Previous &iteration"),
        "Shift+F11",
        _("Go back to the start of the iteration, then to the previous one"),
        "travelling.iteration_back",
        separated=True,
    ),
    Command(
        "actionContinue",
        "H&istory",
        _("&Continue from here"),
        "Ctrl+Shift+F5",
        _("Continue the run from the end of the iteration shown"),
        "travelling.continue_from_here",
    ),
    Command(
        "actionToggleBreakpoint",
        "H&istory",
        _("&Toggle breakpoint"),
        "F9",
        _("Set or remove a breakpoint at the current line of the program"),
        "travelling.toggle_line",
        separated=True,
    ),
    Command(
        "actionBreakpoints",
        "H&istory",
        _("&Breakpoints…"),
        "Ctrl+B",
        _("Places and conditions at which training stops"),
        "travelling.show_breakpoints",
    ),
    Command(
        "actionBudget",
        "H&istory",
        _("History &memory…"),
        "",
        _("How much memory past iterations may use"),
        "travelling.ask_for_budget",
        separated=True,
    ),
    Command(
        "actionSamples",
        "D&ata",
        _("&Samples…"),
        "Ctrl+D",
        _("Browse the samples: which are misclassified, which have the highest loss"),
        "samples.open",
    ),
    Command(
        "actionConfusion",
        "D&ata",
        _("&Confusion matrix…"),
        "Ctrl+Shift+D",
        _("Which digits are predicted as which, at the last evaluation"),
        "samples.open_matrix",
    ),
    Command(
        "actionMnistFolder",
        "D&ata",
        _("&MNIST from a folder…"),
        "",
        _("Train on MNIST's four files in a folder of this computer"),
        "mnist.choose_folder",
        separated=True,
    ),
    Command(
        "actionDownloadMnist",
        "D&ata",
        _("&Download MNIST"),
        "",
        _("Download MNIST's four files once (12 MB), and train on them"),
        "mnist.download",
    ),
    Command(
        "actionOpenFolder",
        "D&ata",
        _("Image &folder…"),
        "",
        _("Train on PNG and JPEG images in subfolders named 0 to 9"),
        "images.open_folder",
    ),
    Command(
        "actionOpenImage",
        "D&ata",
        _("&Open image…"),
        "Ctrl+Shift+O",
        _("Put a PNG or JPEG image on the pad for the net to classify (or drop it on the window)"),
        "images.open_image",
        separated=True,
    ),
    Command(
        "actionPasteImage",
        "D&ata",
        _("&Paste image"),
        "Ctrl+V",
        _("Put the image from the clipboard on the pad"),
        "images.paste",
    ),
    Command(
        "actionClearDrawing",
        "&Drawing",
        _("&Clear"),
        "Del",
        _("Clear the drawing"),
        "drawing.clear_drawing",
    ),
    Command(
        "actionUndoStroke",
        "&Drawing",
        _("&Undo stroke"),
        "Ctrl+Z",
        _("Remove the last stroke"),
        "drawing.undo_stroke",
    ),
    Command(
        "actionRedoStroke",
        "&Drawing",
        _("&Redo stroke"),
        "Ctrl+Shift+Z",
        _("Draw the removed stroke again"),
        "drawing.redo_stroke",
    ),
    Command(
        "actionEraser",
        "&Drawing",
        _("&Eraser"),
        "E",
        _("Erase instead of drawing; the right button and a stylus's other end always erase"),
        "drawing.toggle_eraser",
        checkable=True,
        separated=True,
    ),
    Command(
        "actionThinner",
        "&Drawing",
        _("&Thinner pen"),
        "[",
        _("Use a thinner pen"),
        "drawing.thinner",
    ),
    Command(
        "actionThicker",
        "&Drawing",
        _("Thic&ker pen"),
        "]",
        _("Use a thicker pen"),
        "drawing.thicker",
    ),
    Command(
        "actionUseAsBatch",
        "&Drawing",
        _("Use as &batch"),
        "Ctrl+U",
        _("Make the drawing, with its label, the next batch, or go back to the data"),
        "teaching.use_as_batch",
        checkable=True,
        separated=True,
    ),
    Command(
        "actionTrainOnThis",
        "&Drawing",
        _("Trai&n on this"),
        "Ctrl+T",
        _("One optimizer step on the drawing with its label"),
        "teaching.train_on_this",
    ),
    Command(
        "actionUndoTraining",
        "&Drawing",
        _("Un&do training on this"),
        "Ctrl+Alt+Z",
        _("Undo the last step on a drawing: everything is as it was before"),
        "teaching.undo_training",
    ),
    Command(
        "actionSaliency",
        "&Drawing",
        _("&Saliency"),
        "Ctrl+I",
        _("Show how the digit's logit changes with each pixel, and the drawing's feature maps"),
        "teaching.show_saliency",
        checkable=True,
        separated=True,
    ),
    Command(
        "actionThemeSystem",
        "&View",
        _("&System theme"),
        "",
        _("Light or dark, as the system is set"),
        "viewing.theme_system",
        checkable=True,
    ),
    Command(
        "actionThemeLight",
        "&View",
        _("&Light theme"),
        "",
        _("Use light colours"),
        "viewing.theme_light",
        checkable=True,
    ),
    Command(
        "actionThemeDark",
        "&View",
        _("&Dark theme"),
        "",
        _("Use dark colours"),
        "viewing.theme_dark",
        checkable=True,
    ),
    Command(
        "actionResetLayout",
        "&View",
        _("&Reset layout"),
        "Ctrl+Shift+L",
        _("Give every panel its default size"),
        "viewing.reset_layout",
        separated=True,
    ),
    Command(
        "actionCheatSheet",
        "&Help",
        _("&Keyboard shortcuts"),
        "F1",
        _("All keyboard shortcuts on one page"),
        "helping.cheat_sheet",
    ),
    Command(
        "actionAbout",
        "&Help",
        _("&About backprop_viz"),
        "",
        _("Version and licence"),
        "helping.about",
        separated=True,
    ),
)


def translated(text: str) -> str:
    """A text of these tables in the user's language."""
    return QCoreApplication.translate("actions", text)


def native(action: QAction) -> str:
    """An action's key as the system writes it."""
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)


def plain(action: QAction) -> str:
    """An action's text without the "&" of its mnemonic."""
    return bare(action.text())


def bare(text: str) -> str:
    """A menu's text without the "&" of its mnemonic."""
    return text.replace("&", "")


def explain(action: QAction, why: str) -> None:
    """Add to an action's tooltip why it is disabled; "": nothing."""
    tip, key = action.statusTip(), native(action)
    tip = f"{tip} ({key})" if key else tip
    tip = f"{tip}\n{why}" if why else tip
    if action.toolTip() != tip:
        action.setToolTip(tip)


def make_actions(parent: QObject) -> Iterator[tuple[Command, QAction]]:
    """An action for each row, with its tooltip naming its shortcut."""
    for command in COMMANDS:
        action = QAction(translated(command.text), parent)
        if command.id in SHORT:
            action.setIconText(SHORT[command.id])
        action.setObjectName(command.id)
        action.setShortcut(QKeySequence(command.key))
        action.setCheckable(command.checkable)
        tip = translated(command.tip)
        key = native(action)
        action.setToolTip(f"{tip} ({key})" if key else tip)
        action.setStatusTip(tip)
        yield command, action
