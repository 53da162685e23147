"""Operations that networks use beyond the common layers, as functions of weight and input."""

from tests.capture.explaining.used_algebra import FOURIER, INDEXING, LINALG
from tests.capture.explaining.used_functions import LOSSES, OWN, SPECIAL
from tests.capture.explaining.used_images import ATTENTION, IMAGES
from tests.capture.explaining.used_layers import LAYERS

GROUPS = {
    "linalg": LINALG,
    "fourier": FOURIER,
    "indexing": INDEXING,
    "attention": ATTENTION,
    "images": IMAGES,
    "layers": LAYERS,
    "losses": LOSSES,
    "special": SPECIAL,
    "own": OWN,
}
USED = {f"{group}: {name}": used for group, all_ in GROUPS.items() for name, used in all_.items()}
