"""The Drawing menu: the pad, its tools, and training on the drawing."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

DRAWING_MENU = Menu(
    tr_noop("&Drawing"),
    (
        MenuCommand(
            "actionClearDrawing",
            tr_noop("&Clear"),
            "Del",
            tr_noop("Clear the drawing"),
            "drawing.clear_drawing",
        ),
        MenuCommand(
            "actionUndoStroke",
            tr_noop("&Undo stroke"),
            "Ctrl+Z",
            tr_noop("Remove the last stroke"),
            "drawing.undo_stroke",
        ),
        MenuCommand(
            "actionRedoStroke",
            tr_noop("&Redo stroke"),
            "Ctrl+Shift+Z",
            tr_noop("Draw the removed stroke again"),
            "drawing.redo_stroke",
        ),
        MenuCommand(
            "actionEraser",
            tr_noop("&Eraser"),
            "E",
            tr_noop(
                "Erase instead of drawing; the right button and a stylus's other end always erase"
            ),
            "drawing.toggle_eraser",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionThinner",
            tr_noop("&Thinner pen"),
            "[",
            tr_noop("Use a thinner pen"),
            "drawing.thinner",
        ),
        MenuCommand(
            "actionThicker",
            tr_noop("Thic&ker pen"),
            "]",
            tr_noop("Use a thicker pen"),
            "drawing.thicker",
        ),
        MenuCommand(
            "actionUseAsBatch",
            tr_noop("Use as &batch"),
            "Ctrl+U",
            tr_noop("Make the drawing, with its label, the next batch, or go back to the data"),
            "drawing_training.use_as_batch",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionTrainOnThis",
            tr_noop("Trai&n on this"),
            "Ctrl+T",
            tr_noop("One optimizer step on the drawing with its label"),
            "drawing_training.train_on_this",
        ),
        MenuCommand(
            "actionUndoTraining",
            tr_noop("Un&do training on this"),
            "Ctrl+Alt+Z",
            tr_noop("Undo the last step on a drawing: everything is as it was before"),
            "drawing_training.undo_training",
        ),
        MenuCommand(
            "actionSaliency",
            tr_noop("&Saliency"),
            "Ctrl+I",
            tr_noop(
                "Show how the digit's logit changes with each pixel, and the drawing's feature maps"
            ),
            "drawing_training.show_saliency",
            checkable=True,
            separated=True,
        ),
    ),
)
