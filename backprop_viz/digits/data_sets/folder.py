"""The user's own images, in one subfolder for each digit."""

from typing import Any

from backprop_viz.digits.data_set import DataSet, RootFolder
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _load(root: str, batch_size: int) -> tuple[Any, Any]:
    from backprop_viz.digits.folder_digits import load_folder  # and Pillow with it

    return load_folder(root)


DATA_SET = DataSet(
    name="folder",
    title=QT_TRANSLATE_NOOP("data sets", "Image folder"),
    tooltip=QT_TRANSLATE_NOOP("data sets", "PNG and JPEG images in subfolders named 0 to 9"),
    load=_load,
    root=RootFolder(
        holds="a folder with subfolders 0 to 9 of PNG and JPEG images",
        missing=QT_TRANSLATE_NOOP(
            "errors", "A folder of images has subfolders 0 to 9: give its path."
        ),
        chooser=QT_TRANSLATE_NOOP("data sets", "Open a folder with subfolders 0 to 9 of images"),
    ),
    digits=False,  # its classes may be anything
    read_in_window=True,
    order=1000,
)
