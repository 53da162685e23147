"""The File menu's Export: what leaves the program, to be shown and worked with elsewhere."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

EXPORT_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "&Export"),
    (
        MenuCommand(
            "actionSaveScript",
            QT_TRANSLATE_NOOP("actions", "&Script…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions",
                "Save the run so far as a Python script, with its samples in "
                "a file beside it if many",
            ),
            "scripts.save",
            built_in=True,
        ),
        MenuCommand(
            "actionSaveNotebook",
            QT_TRANSLATE_NOOP("actions", "&Notebook…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions", "Save the run so far as a Jupyter notebook that needs torch alone"
            ),
            "scripts.save_notebook",
            built_in=True,
        ),
        MenuCommand(
            "actionExportPage",
            QT_TRANSLATE_NOOP("actions", "&Web page…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions",
                "Save the iteration shown as a page with its events, graph and numbers, "
                "for any browser",
            ),
            "web_pages.export",
            separated=True,
        ),
        MenuCommand(
            "actionSaveRecording",
            QT_TRANSLATE_NOOP("actions", "&Recording…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions", "Save all iterations that are kept as a recording file (.bprec)"
            ),
            "recordings.save",
        ),
        MenuCommand(
            "actionExportAnimation",
            QT_TRANSLATE_NOOP("actions", "&Animation…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions",
                "Save the cursor's walk through an iteration or the kept ones, "
                "as GIF, APNG, WebP or MP4",
            ),
            "animations.export",
        ),
        MenuCommand(
            "actionExportData",
            QT_TRANSLATE_NOOP("actions", "&Data…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions",
                "Save the curves, a tensor that is shown, or all of the iteration's, as CSV or NPZ",
            ),
            "data_exports.export",
        ),
        MenuCommand(
            "actionSavePanelPicture",
            QT_TRANSLATE_NOOP("actions", "Save &picture of the panel…"),
            "Ctrl+Alt+S",
            QT_TRANSLATE_NOOP(
                "actions",
                "Save what the panel with the keyboard shows as PNG, SVG or PDF",
            ),
            "pictures.save_panel",
            separated=True,
        ),
        MenuCommand(
            "actionSaveWindowPicture",
            QT_TRANSLATE_NOOP("actions", "Save picture of the w&indow…"),
            "",
            QT_TRANSLATE_NOOP("actions", "Save the whole window as PNG, SVG or PDF"),
            "pictures.save_window",
        ),
        MenuCommand(
            "actionSaveChosenPicture",
            QT_TRANSLATE_NOOP("actions", "Save picture with si&ze and colours…"),
            "",
            QT_TRANSLATE_NOOP(
                "actions", "Save a panel or the window at any size, in light or dark colours"
            ),
            "pictures.save_chosen",
        ),
        MenuCommand(
            "actionCopyPanelPicture",
            QT_TRANSLATE_NOOP("actions", "&Copy picture of the panel"),
            "Ctrl+Shift+S",
            QT_TRANSLATE_NOOP(
                "actions", "Put a picture of the panel with the keyboard on the clipboard"
            ),
            "pictures.copy_panel",
        ),
    ),
    after="actionAttach",
)
