"""The File menu: runs, sessions and weights."""

from backprop_viz.desktop.actions.export_menu import EXPORT_MENU
from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

NEW_RUN = Menu(
    QT_TRANSLATE_NOOP("actions", "&New run"),
    (
        MenuCommand(
            "actionNewTutorial",
            QT_TRANSLATE_NOOP("actions", "&Tutorial: one random input"),
            "Ctrl+N",
            QT_TRANSLATE_NOOP(
                "actions", "Begin the run of PyTorch's tutorial: a random input, MSE, SGD"
            ),
            "presets.new_tutorial",
            built_in=True,
        ),
        MenuCommand(
            "actionNewDigits",
            QT_TRANSLATE_NOOP("actions", "&Digits: learn to classify them"),
            "Ctrl+Shift+N",
            QT_TRANSLATE_NOOP(
                "actions",
                "Begin a run that learns the built-in digits: cross-entropy, SGD with momentum",
            ),
            "presets.new_digits",
            built_in=True,
        ),
    ),
)


FILE_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "&File"),
    (
        MenuCommand(
            "actionOpenSession",
            QT_TRANSLATE_NOOP("actions", "&Open session…"),
            "Ctrl+O",
            QT_TRANSLATE_NOOP("actions", "Open a saved session and continue its run"),
            "files.open_session",
            built_in=True,
        ),
        MenuCommand(
            "actionSaveSession",
            QT_TRANSLATE_NOOP("actions", "&Save session"),
            "Ctrl+S",
            QT_TRANSLATE_NOOP(
                "actions",
                "Save the run, the drawing and the layout in one file; training continues",
            ),
            "files.save_session",
            built_in=True,
        ),
        MenuCommand(
            "actionSaveSessionAs",
            QT_TRANSLATE_NOOP("actions", "Save session &as…"),
            "Ctrl+Alt+Shift+S",
            QT_TRANSLATE_NOOP(
                "actions", "Save the run, the drawing and the layout in another file"
            ),
            "files.save_session_as",
            built_in=True,
        ),
        MenuCommand(
            "actionLoadWeights",
            QT_TRANSLATE_NOOP("actions", "&Load weights…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions",
                "Load weights from a .safetensors file, or from a state_dict in a .pt file",
            ),
            "files.load_weights",
            separated=True,
            built_in=True,
        ),
        MenuCommand(
            "actionSaveWeights",
            QT_TRANSLATE_NOOP("actions", "Save &weights…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions", "Save the weights for other programs, as .safetensors or as a state_dict"
            ),
            "files.save_weights",
            built_in=True,
        ),
        MenuCommand(
            "actionOpenModel",
            QT_TRANSLATE_NOOP("actions", "Open &model…"),
            "Ctrl+Alt+M",
            QT_TRANSLATE_NOOP(
                "actions",
                "Run a Python file that makes model, inputs and loss, and train that model in a "
                "window of its own",
            ),
            "other_windows.open_model",
            separated=True,
        ),
        MenuCommand(
            "actionOpenRecording",
            QT_TRANSLATE_NOOP("actions", "Open &recording…"),
            "Ctrl+Alt+O",
            QT_TRANSLATE_NOOP("actions", "Look at a recording file in a window of its own"),
            "other_windows.open_recording",
        ),
        MenuCommand(
            "actionAttach",
            QT_TRANSLATE_NOOP("actions", "A&ttach to a training…"),
            "",
            QT_TRANSLATE_NOOP("actions", "Follow a training that listens, in a window of its own"),
            "other_windows.attach",
        ),
        MenuCommand(
            "actionQuit",
            QT_TRANSLATE_NOOP("actions", "&Quit"),
            "Ctrl+Q",
            QT_TRANSLATE_NOOP("actions", "Close the window"),
            "window.close",
            separated=True,
        ),
    ),
    submenus=(NEW_RUN, EXPORT_MENU),
)
