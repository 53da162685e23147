"""The File menu: runs, sessions and weights."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

NEW_RUN = Menu(
    tr_noop("&New run"),
    (
        MenuCommand(
            "actionNewTutorial",
            tr_noop("&Tutorial: one random input"),
            "Ctrl+N",
            tr_noop("Begin the run of PyTorch's tutorial: a random input, MSE, SGD"),
            "presets.new_tutorial",
        ),
        MenuCommand(
            "actionNewDigits",
            tr_noop("&Digits: learn to classify them"),
            "Ctrl+Shift+N",
            tr_noop(
                "Begin a run that learns the built-in digits: cross-entropy, SGD with momentum"
            ),
            "presets.new_digits",
        ),
    ),
)


FILE_MENU = Menu(
    tr_noop("&File"),
    (
        MenuCommand(
            "actionOpenSession",
            tr_noop("&Open session…"),
            "Ctrl+O",
            tr_noop("Open a saved session and continue its run"),
            "files.open_session",
        ),
        MenuCommand(
            "actionSaveSession",
            tr_noop("&Save session"),
            "Ctrl+S",
            tr_noop("Save the run, the drawing and the layout in one file; training continues"),
            "files.save_session",
        ),
        MenuCommand(
            "actionSaveSessionAs",
            tr_noop("Save session &as…"),
            "Ctrl+Shift+S",
            tr_noop("Save the run, the drawing and the layout in another file"),
            "files.save_session_as",
        ),
        MenuCommand(
            "actionLoadWeights",
            tr_noop("&Load weights…"),
            "",
            tr_noop("Load weights from a .safetensors file, or from a state_dict in a .pt file"),
            "files.load_weights",
            separated=True,
        ),
        MenuCommand(
            "actionSaveWeights",
            tr_noop("Save &weights…"),
            "",
            tr_noop("Save the weights for other programs, as .safetensors or as a state_dict"),
            "files.save_weights",
        ),
        MenuCommand(
            "actionQuit",
            tr_noop("&Quit"),
            "Ctrl+Q",
            tr_noop("Close the window"),
            "window.close",
            separated=True,
        ),
    ),
    submenus=(NEW_RUN,),
)
