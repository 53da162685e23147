"""One training step of models that are not ours, each recorded as its own script would run it."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn import functional

import backprop_viz as bv
from backprop_viz.recording.iteration import Recording
from tests.foreign.nets import (
    GPT,
    VAE,
    Conv3d,
    Discriminator,
    Generator,
    Regression,
    SequenceTagger,
    SmallResNet,
    TwoInputs,
)

MICRO_BATCHES = 4
CLIP = 0.5


def gpt() -> Recording:
    """Tokens, four micro-batches, clipping, AdamW with two groups."""
    torch.manual_seed(0)
    model = GPT(blocks=2)
    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "lr": 3e-4}, {"params": others, "lr": 1e-4, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.1)
    tokens = torch.randint(0, model.vocabulary, (MICRO_BATCHES, 4, 9))
    with bv.record(model, optimizer) as rec:
        optimizer.zero_grad(set_to_none=True)
        for micro in tokens:
            logits = model(micro[:, :-1])
            loss = (
                functional.cross_entropy(logits.flatten(0, 1), micro[:, 1:].flatten())
                / MICRO_BATCHES
            )
            loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimizer.step()
    return rec.recording


def resnet() -> Recording:
    """An image in three channels, batch norm, a residual block."""
    torch.manual_seed(0)
    model = SmallResNet()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9)
    images, labels = torch.rand(4, 3, 16, 16), torch.randint(0, 5, (4,))
    with bv.record(model, optimizer) as rec:
        optimizer.zero_grad()
        functional.cross_entropy(model(images), labels).backward()
        optimizer.step()
    return rec.recording


def lstm() -> Recording:
    """A sequence of features, a target for each place of it."""
    torch.manual_seed(0)
    model = SequenceTagger()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    series, target = torch.randn(3, 12, 5), torch.randn(3, 12, 2)
    with bv.record(model, optimizer) as rec:
        optimizer.zero_grad()
        functional.mse_loss(model(series), target).backward()
        optimizer.step()
    return rec.recording


def gan() -> Recording:
    """The discriminator's step and the generator's, each with its own optimizer."""
    torch.manual_seed(0)
    gan = nn.ModuleDict({"generator": Generator(), "discriminator": Discriminator()})
    generator, discriminator = gan["generator"], gan["discriminator"]
    g_step = torch.optim.Adam(generator.parameters(), lr=2e-4, betas=(0.5, 0.999))
    d_step = torch.optim.SGD(discriminator.parameters(), lr=0.05)
    real, noise = torch.randn(6, 8), torch.randn(6, 4)
    ones, zeros = torch.ones(6, 1), torch.zeros(6, 1)
    with bv.record(discriminator, [d_step, g_step]) as rec:
        d_step.zero_grad()
        fake = generator(noise)
        loss_real = functional.binary_cross_entropy_with_logits(discriminator(real), ones)
        loss_fake = functional.binary_cross_entropy_with_logits(discriminator(fake.detach()), zeros)
        (loss_real + loss_fake).backward()
        d_step.step()
        g_step.zero_grad()
        functional.binary_cross_entropy_with_logits(discriminator(fake), ones).backward()
        g_step.step()
    return rec.recording


def vae() -> Recording:
    """Two losses that are added; random numbers in forward."""
    torch.manual_seed(0)
    model = VAE()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    x = torch.rand(5, 12)
    with bv.record(model, optimizer) as rec:
        optimizer.zero_grad()
        out, mean, log_variance = model(x)
        reconstruction = functional.binary_cross_entropy(out, x, reduction="sum")
        divergence = -0.5 * (1 + log_variance - mean.pow(2) - log_variance.exp()).sum()
        (reconstruction + divergence).backward()
        optimizer.step()
    return rec.recording


def regression() -> Recording:
    """Rows of a table, targets that are floats."""
    torch.manual_seed(0)
    model = Regression()
    optimizer = torch.optim.RMSprop(model.parameters(), lr=0.01)
    rows, prices = torch.randn(8, 6), torch.randn(8)
    with bv.record(model, optimizer) as rec:
        optimizer.zero_grad()
        functional.smooth_l1_loss(model(rows), prices).backward()
        optimizer.step()
    return rec.recording


def volume() -> Recording:
    """A 3-d convolution: five dimensions with the batch's."""
    torch.manual_seed(0)
    model = Conv3d()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    volumes = torch.randn(2, 2, 5, 6, 7)
    with bv.record(model, optimizer) as rec:
        optimizer.zero_grad()
        model(volumes).pow(2).mean().backward()
        optimizer.step()
    return rec.recording


def two_inputs() -> Recording:
    """An image and a table by name; the output is a dict."""
    torch.manual_seed(0)
    model = TwoInputs()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    with bv.record(model, optimizer) as rec:
        optimizer.zero_grad()
        out = model(image=torch.rand(4, 1, 6, 8), facts=torch.randn(4, 3))
        loss = functional.mse_loss(out["score"], torch.zeros(4)) + out["sizes"].abs().mean()
        loss.backward()
        optimizer.step()
    return rec.recording


STEPS: dict[str, Callable[[], Recording]] = {
    "gpt": gpt,
    "resnet": resnet,
    "lstm": lstm,
    "gan": gan,
    "vae": vae,
    "regression": regression,
    "volume": volume,
    "two_inputs": two_inputs,
}
