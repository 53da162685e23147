"""The Data menu: samples, data sets and images."""

from collections.abc import Iterator

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand
from backprop_viz.digits.data_sets import DATA_SETS, DataSet
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP

# The data sets whose files can be downloaded, or be in a folder already.
DOWNLOADABLE = tuple(entry for entry in DATA_SETS.values() if entry.download is not None)


def download_action(entry: DataSet) -> str:
    """The objectName of the action that downloads a data set: "actionDownloadMnist"."""
    return f"actionDownload{_camel(entry)}"


def _camel(entry: DataSet) -> str:
    return entry.name.title().replace("_", "")


def _of_data_sets() -> Iterator[MenuCommand]:
    for number, entry in enumerate(DOWNLOADABLE):
        assert entry.download is not None
        yield MenuCommand(
            f"action{_camel(entry)}Folder",
            QT_TRANSLATE_NOOP("actions", "{0} from a folder…"),
            "",
            QT_TRANSLATE_NOOP("actions", "Train on the files of {0} in a folder of this computer"),
            f"data_folders.of.{entry.name}.choose_folder",
            separated=number == 0,
            names=(entry.title,),
        )
        yield MenuCommand(
            download_action(entry),
            QT_TRANSLATE_NOOP("actions", "Download {0}"),
            "",
            QT_TRANSLATE_NOOP(
                "actions", "Download the files of {0} once ({1} MB), and train on them"
            ),
            f"data_folders.of.{entry.name}.download",
            names=(entry.title, str(entry.download.megabytes)),
        )


DATA_MENU = Menu(
    QT_TRANSLATE_NOOP("actions", "D&ata"),
    (
        MenuCommand(
            "actionSamples",
            QT_TRANSLATE_NOOP("actions", "&Samples…"),
            "Ctrl+D",
            QT_TRANSLATE_NOOP(
                "actions",
                "Browse the samples: which are misclassified, which have the highest loss",
            ),
            "samples.open",
        ),
        MenuCommand(
            "actionConfusion",
            QT_TRANSLATE_NOOP("actions", "&Confusion matrix…"),
            "Ctrl+Shift+D",
            QT_TRANSLATE_NOOP(
                "actions", "Which classes are predicted as which, at the last evaluation"
            ),
            "samples.open_matrix",
        ),
        *_of_data_sets(),
        MenuCommand(
            "actionOpenFolder",
            QT_TRANSLATE_NOOP("actions", "Image &folder…"),
            "",
            QT_TRANSLATE_NOOP("actions", "Train on PNG and JPEG images in subfolders named 0 to 9"),
            "images.open_folder",
        ),
        MenuCommand(
            "actionOpenImage",
            QT_TRANSLATE_NOOP("actions", "&Open image…"),
            "Ctrl+Shift+O",
            QT_TRANSLATE_NOOP(
                "actions",
                "Put a PNG or JPEG image on the pad for the net to classify "
                "(or drop it on the window)",
            ),
            "images.open_image",
            separated=True,
        ),
        MenuCommand(
            "actionPasteImage",
            QT_TRANSLATE_NOOP("actions", "&Paste image"),
            "Ctrl+V",
            QT_TRANSLATE_NOOP("actions", "Put the image from the clipboard on the pad"),
            "images.paste",
        ),
    ),
    built_in=True,
)
