"""The Drawing menu: the pad, its tools, and training on the drawing."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

DRAWING_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "&Drawing"),
    (
        MenuCommand(
            "actionClearDrawing",
            QT_TRANSLATE_NOOP("actions", "&Clear"),
            "Del",
            QT_TRANSLATE_NOOP("actions", "Clear the drawing"),
            "drawing.clear_drawing",
        ),
        MenuCommand(
            "actionUndoStroke",
            QT_TRANSLATE_NOOP("actions", "&Undo stroke"),
            "Ctrl+Z",
            QT_TRANSLATE_NOOP("actions", "Remove the last stroke"),
            "drawing.undo_stroke",
        ),
        MenuCommand(
            "actionRedoStroke",
            QT_TRANSLATE_NOOP("actions", "&Redo stroke"),
            "Ctrl+Shift+Z",
            QT_TRANSLATE_NOOP("actions", "Draw the removed stroke again"),
            "drawing.redo_stroke",
        ),
        MenuCommand(
            "actionEraser",
            QT_TRANSLATE_NOOP("actions", "&Eraser"),
            "E",
            QT_TRANSLATE_NOOP(
                "actions",
                "Erase instead of drawing; the right button and a stylus's other end always erase",
            ),
            "drawing.toggle_eraser",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionThinner",
            QT_TRANSLATE_NOOP("actions", "&Thinner pen"),
            "[",
            QT_TRANSLATE_NOOP("actions", "Use a thinner pen"),
            "drawing.thinner",
        ),
        MenuCommand(
            "actionThicker",
            QT_TRANSLATE_NOOP("actions", "Thic&ker pen"),
            "]",
            QT_TRANSLATE_NOOP("actions", "Use a thicker pen"),
            "drawing.thicker",
        ),
        MenuCommand(
            "actionUseAsBatch",
            QT_TRANSLATE_NOOP("actions", "Use as &batch"),
            "Ctrl+U",
            QT_TRANSLATE_NOOP(
                "actions",
                "Make the drawing, with its label, the batch from the next iteration on, or go "
                "back to the data",
            ),
            "drawing_training.use_as_batch",
            checkable=True,
            separated=True,
        ),
        MenuCommand(
            "actionTrainOnThis",
            QT_TRANSLATE_NOOP("actions", "Trai&n on this"),
            "Ctrl+T",
            QT_TRANSLATE_NOOP("actions", "One optimizer step on the drawing with its label"),
            "drawing_training.train_on_this",
        ),
        MenuCommand(
            "actionUndoTraining",
            QT_TRANSLATE_NOOP("actions", "Un&do training on this"),
            "Ctrl+Alt+Z",
            QT_TRANSLATE_NOOP(
                "actions", "Undo the last step on a drawing: everything is as it was before"
            ),
            "drawing_training.undo_training",
        ),
        MenuCommand(
            "actionSaliency",
            QT_TRANSLATE_NOOP("actions", "&Saliency"),
            "Ctrl+I",
            QT_TRANSLATE_NOOP(
                "actions",
                "Show how the digit's logit changes with each pixel, and the feature maps",
            ),
            "drawing_training.show_saliency",
            checkable=True,
            separated=True,
        ),
    ),
    built_in=True,
)
