"""Fashion-MNIST: articles of clothing, in files of MNIST's format."""

from typing import Any

from backprop_viz.digits.data_set import DataSet, DownloadSource, RootFolder, ScriptSamples
from backprop_viz.recording.translation import QT_TRANSLATE_NOOP


def _load(root: str, batch_size: int) -> tuple[Any, Any]:
    from backprop_viz.digits.mnist import load_mnist

    return load_mnist(root, "Fashion-MNIST")


def _script(root: str, batch_size: int) -> ScriptSamples:
    from backprop_viz.digits.mnist import script_samples

    return script_samples(root)


DATA_SET = DataSet(
    name="fashion_mnist",
    title="Fashion-MNIST",
    tooltip=QT_TRANSLATE_NOOP(
        "data sets", "70,000 pictures of clothes and shoes, in four files (31 MB)"
    ),
    classes=(
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    ),
    load=_load,
    root=RootFolder(
        holds="the folder of its four files",
        missing=QT_TRANSLATE_NOOP(
            "errors",
            "Fashion-MNIST needs the folder that holds its four files: give its path.",
        ),
        chooser=QT_TRANSLATE_NOOP("data sets", "The folder with Fashion-MNIST's four files"),
    ),
    download=DownloadSource(
        urls=(
            "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
            "https://github.com/zalandoresearch/fashion-mnist/raw/master/data/fashion/",
        ),
        # The checksums that its authors published.
        files={
            "train-images-idx3-ubyte.gz": "md5:8d4fb7e6c68d591d4c3dfef9ec88bf0d",
            "train-labels-idx1-ubyte.gz": "md5:25c81989df183df01b3e8a0aad5dffbe",
            "t10k-images-idx3-ubyte.gz": "md5:bef4ecab320f06d8554ea6380940ec79",
            "t10k-labels-idx1-ubyte.gz": "md5:bb300cfdad3c16e7a12a480ee83cd310",
        },
        title="Fashion-MNIST",
        megabytes=31,
    ),
    digits=False,
    script=_script,
    order=3,
)
