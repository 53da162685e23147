"""The Data menu: samples, data sets and images."""

from backprop_viz.desktop.actions.menu_command import Menu, MenuCommand, tr_noop

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
            tr_noop("Which digits are predicted as which, at the last evaluation"),
            "samples.open_matrix",
        ),
        MenuCommand(
            "actionMnistFolder",
            tr_noop("&MNIST from a folder…"),
            "",
            tr_noop("Train on MNIST's four files in a folder of this computer"),
            "mnist.choose_folder",
            separated=True,
        ),
        MenuCommand(
            "actionDownloadMnist",
            tr_noop("&Download MNIST"),
            "",
            tr_noop("Download MNIST's four files once (12 MB), and train on them"),
            "mnist.download",
        ),
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
