"""The Data menu: samples, data sets and images."""

from collections.abc import Iterator

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop
from backprop_viz.digits.data_sets import DATA_SETS, DataSet

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
            tr_noop("{0} from a folder…"),
            "",
            tr_noop("Train on the files of {0} in a folder of this computer"),
            f"data_folders.of.{entry.name}.choose_folder",
            separated=number == 0,
            names=(entry.title,),
        )
        yield MenuCommand(
            download_action(entry),
            tr_noop("Download {0}"),
            "",
            tr_noop("Download the files of {0} once ({1} MB), and train on them"),
            f"data_folders.of.{entry.name}.download",
            names=(entry.title, str(entry.download.megabytes)),
        )


DATA_MENU = Menu(
    tr_noop("D&ata"),
    (
        MenuCommand(
            "actionSamples",
            tr_noop("&Samples…"),
            "Ctrl+D",
            tr_noop("Browse the samples: which are misclassified, which have the highest loss"),
            "samples.open",
        ),
        MenuCommand(
            "actionConfusion",
            tr_noop("&Confusion matrix…"),
            "Ctrl+Shift+D",
            tr_noop("Which classes are predicted as which, at the last evaluation"),
            "samples.open_matrix",
        ),
        *_of_data_sets(),
        MenuCommand(
            "actionOpenFolder",
            tr_noop("Image &folder…"),
            "",
            tr_noop("Train on PNG and JPEG images in subfolders named 0 to 9"),
            "images.open_folder",
        ),
        MenuCommand(
            "actionOpenImage",
            tr_noop("&Open image…"),
            "Ctrl+Shift+O",
            tr_noop(
                "Put a PNG or JPEG image on the pad for the net to classify "
                "(or drop it on the window)"
            ),
            "images.open_image",
            separated=True,
        ),
        MenuCommand(
            "actionPasteImage",
            tr_noop("&Paste image"),
            "Ctrl+V",
            tr_noop("Put the image from the clipboard on the pad"),
            "images.paste",
        ),
    ),
)
