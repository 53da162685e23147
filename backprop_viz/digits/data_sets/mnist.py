"""MNIST, from a folder or downloaded."""

from typing import Any

from backprop_viz.digits.data_set import DataSet, DownloadSource, RootFolder, ScriptSamples
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _load(root: str, batch_size: int) -> tuple[Any, Any]:
    from backprop_viz.digits.mnist import load_mnist

    return load_mnist(root)


def _script(root: str, batch_size: int) -> ScriptSamples:
    from backprop_viz.digits.mnist import script_samples

    return script_samples(root)


DATA_SET = DataSet(
    name="mnist",
    title="MNIST",
    tooltip=QT_TRANSLATE_NOOP("data sets", "70,000 handwritten digits, in four files (12 MB)"),
    load=_load,
    root=RootFolder(
        holds="the folder of its four files",
        missing=QT_TRANSLATE_NOOP(
            "errors",
            "MNIST needs the folder that holds its four files: give its path.",
        ),
        chooser=QT_TRANSLATE_NOOP("data sets", "The folder with MNIST's four files"),
    ),
    download=DownloadSource(
        urls=(
            "https://ossci-datasets.s3.amazonaws.com/mnist/",
            "https://storage.googleapis.com/cvdf-datasets/mnist/",
        ),
        files={
            "train-images-idx3-ubyte.gz": (
                "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"
            ),
            "train-labels-idx1-ubyte.gz": (
                "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"
            ),
            "t10k-images-idx3-ubyte.gz": (
                "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"
            ),
            "t10k-labels-idx1-ubyte.gz": (
                "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"
            ),
        },
        title="MNIST",
        megabytes=12,
    ),
    script=_script,
    order=2,
)
