"""The saliency of an image: the gradient of a logit by its pixels, and its feature maps."""

import torch
from torch import Tensor, nn

from backprop_viz.recording.requests.drawing_training import Saliency


def saliency(model: nn.Module, image: Tensor, digit: int | None = None) -> Saliency:
    """d logit[digit] / d image for an image (1, 1, 32, 32); None: for the likeliest digit.

    Only a copy of the image is differentiated for: every ``.grad`` stays as it is.
    """
    maps: list[tuple[str, Tensor]] = []
    handles = [
        module.register_forward_hook(
            lambda _module, _inputs, output, name=name: maps.append((name, output))
        )
        for name, module in model.named_modules()
        if isinstance(module, nn.Conv2d)
    ]
    pixels = image.detach().clone().requires_grad_()
    try:
        with torch.enable_grad():
            logits = model(pixels)[0]
            shown = int(logits.argmax()) if digit is None else digit
            (gradient,) = torch.autograd.grad(logits[shown], pixels)
    finally:
        for handle in handles:
            handle.remove()
    return Saliency(
        digit=shown,
        chosen=digit is not None,
        seen=image[0, 0].numpy(),
        gradient=gradient[0, 0].numpy(),
        maps=tuple((name, torch.relu(output.detach()[0]).numpy()) for name, output in maps),
    )
