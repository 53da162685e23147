"""Attention in all its forms, and what is done to images."""

import torch
import torch.nn.functional as F  # noqa: N812
from torch import nn

from tests.capture.explaining.used_operations import (
    HEADS,
    MAPS,
    TRIANGLE,
    OfModule,
    Used,
    W,
    attended,
    attention,
    whole,
)

ATTENTION: dict[str, Used] = {
    "sdpa": attention(),
    "sdpa, causal": attention(is_causal=True),
    "sdpa, mask": attention(attn_mask=TRIANGLE),
    "sdpa, additive mask": attention(attn_mask=torch.arange(25.0).reshape(5, 5) / 9),
    "sdpa, scale": attention(scale=0.7),
    "sdpa, dropout": attention(dropout_p=0.3),
    "sdpa, a learned mask": Used(
        lambda w, x: F.scaled_dot_product_attention(x, x, x, attn_mask=w), (5, 5), HEADS
    ),
    "sdpa, grouped queries": Used(
        lambda w, x: F.scaled_dot_product_attention(
            (x * w).repeat(1, 2, 1, 1), x * w, x, enable_gqa=True
        ),
        W,
        HEADS,
    ),
    "sdpa, three axes": Used(
        lambda w, x: F.scaled_dot_product_attention(x * w, x, x), W, (2, 5, 4)
    ),
    "attention by hand": Used(
        lambda w, x: ((x * w) @ x.mT / 2).masked_fill(~TRIANGLE, -torch.inf).softmax(-1) @ x,
        W,
        HEADS,
    ),
    "MultiheadAttention": attended(),
    "MultiheadAttention, no weights": attended(need_weights=False),
    "MultiheadAttention, each head's": attended(average_attn_weights=False),
    "MultiheadAttention, mask": attended(attn_mask=~TRIANGLE),
    "MultiheadAttention, padding": attended(
        key_padding_mask=torch.tensor([[False] * 4 + [True], [False] * 5])
    ),
    "MultiheadAttention, causal": attended(attn_mask=~TRIANGLE, is_causal=True, need_weights=False),
    "MultiheadAttention, bias_kv": Used(
        OfModule(
            lambda: nn.MultiheadAttention(8, 2, add_bias_kv=True, batch_first=True),
            lambda made, x: made(x, x, x)[0],
        ),
        (8,),
        (2, 5, 8),
    ),
    "MultiheadAttention, zero": Used(
        OfModule(
            lambda: nn.MultiheadAttention(8, 2, add_zero_attn=True, batch_first=True),
            lambda made, x: made(x, x, x)[0],
        ),
        (8,),
        (2, 5, 8),
    ),
    "MultiheadAttention, other sizes": Used(
        OfModule(
            lambda: nn.MultiheadAttention(8, 2, kdim=4, vdim=4, batch_first=True),
            lambda made, x: made(x, x[..., :4], x[..., 4:])[0],
        ),
        (8,),
        (2, 5, 8),
    ),
    "TransformerEncoder": Used(
        OfModule(
            lambda: nn.TransformerEncoder(
                nn.TransformerEncoderLayer(8, 2, 8, 0.0, batch_first=True), 1
            ),
            whole,
        ),
        (8,),
        (2, 5, 8),
    ),
    "TransformerEncoder, evaluating": Used(
        OfModule(
            lambda: nn.TransformerEncoder(
                nn.TransformerEncoderLayer(8, 2, 8, 0.0, batch_first=True), 1
            ).eval(),
            whole,
        ),
        (8,),
        (2, 5, 8),
    ),
    "Transformer": Used(
        OfModule(
            lambda: nn.Transformer(8, 2, 1, 1, 8, 0.0, batch_first=True),
            lambda made, x: made(x, x.flip(1)),
        ),
        (8,),
        (2, 3, 8),
    ),
}
IMAGES: dict[str, Used] = {
    **{
        f"interpolate, {mode}": Used(
            lambda w, x, mode=mode: F.interpolate(x * w, scale_factor=1.5, mode=mode),  # type: ignore[misc]
            (6,),
            MAPS,
        )
        for mode in ("nearest", "nearest-exact", "bilinear", "bicubic", "area")
    },
    "interpolate, corners": Used(
        lambda w, x: F.interpolate(x * w, (4, 9), mode="bilinear", align_corners=True), (6,), MAPS
    ),
    "interpolate, smaller": Used(
        lambda w, x: F.interpolate(x * w, (3, 3), mode="bicubic", antialias=True), (6,), MAPS
    ),
    "interpolate, trilinear": Used(
        lambda w, x: F.interpolate(x * w, scale_factor=2, mode="trilinear"), (3,), (1, 2, 2, 3, 3)
    ),
    **{
        f"grid_sample, {mode}, {padding}": Used(
            lambda w, x, mode=mode, padding=padding: F.grid_sample(  # type: ignore[misc]
                x, F.affine_grid(w.expand(2, 2, 3), [2, 4, 3, 3], False), mode, padding, False
            ),
            (2, 3),
            MAPS,
        )
        for mode in ("bilinear", "nearest", "bicubic")
        for padding in ("zeros", "border", "reflection")
    },
    "grid_sample of a volume": Used(
        lambda w, x: F.grid_sample(
            x, F.affine_grid(w[None], [1, 2, 2, 2, 2], False), align_corners=False
        ),
        (3, 4),
        (1, 2, 3, 3, 3),
    ),
    "unfold and fold": Used(
        lambda w, x: F.fold(
            F.unfold(x * w, 3, padding=1, stride=2), (6, 6), 3, padding=1, stride=2
        ),
        (6,),
        MAPS,
    ),
    "pixel_shuffle": Used(lambda w, x: F.pixel_shuffle(x * w, 2), (6,), MAPS),
    "pixel_unshuffle": Used(lambda w, x: F.pixel_unshuffle(x * w, 3), (6,), MAPS),
    "channel_shuffle": Used(lambda w, x: F.channel_shuffle(x * w, 2), (6,), MAPS),
    "lp_pool": Used(lambda w, x: F.lp_pool2d(x * w, 3.0, 2), (6,), MAPS),
    "fractional_max_pool": Used(
        lambda w, x: F.fractional_max_pool2d(
            x * w, 2, output_size=3, _random_samples=torch.full((2, 4, 2), 0.4)
        ),
        (6,),
        MAPS,
    ),
    "max_unpool": Used(
        lambda w, x: F.max_unpool2d(*F.max_pool2d(x * w, 2, return_indices=True), 2), (6,), MAPS
    ),
    "max_pool, dilated": Used(lambda w, x: F.max_pool2d(x * w, 2, 1, dilation=2), (6,), MAPS),
    "max_pool, rounded up": Used(
        lambda w, x: F.max_pool2d(x * w, 4, 3, ceil_mode=True), (6,), MAPS
    ),
    "avg_pool, divisor": Used(
        lambda w, x: F.avg_pool2d(x * w, 3, 2, 1, divisor_override=5), (6,), MAPS
    ),
    "adaptive_max_pool": Used(lambda w, x: F.adaptive_max_pool2d(x * w, (4, 3)), (6,), MAPS),
    "pad, reflect": Used(lambda w, x: F.pad(x * w, (2, 1, 1, 2), mode="reflect"), (6,), MAPS),
    "pad, replicate": Used(lambda w, x: F.pad(x * w, (2, 1, 1, 2), mode="replicate"), (6,), MAPS),
    "pad, circular": Used(lambda w, x: F.pad(x * w, (2, 1, 1, 2), mode="circular"), (6,), MAPS),
    "pad, cropping": Used(lambda w, x: F.pad(x * w, (-1, 2)), (6,), MAPS),
    "conv, same": Used(lambda w, x: F.conv2d(x, w, padding="same"), (2, 4, 3, 2), MAPS),
    "conv, transposed, groups": Used(
        lambda w, x: F.conv_transpose2d(x, w, stride=2, output_padding=1, groups=2),
        (4, 2, 3, 3),
        MAPS,
    ),
    "conv of an unbatched map": Used(lambda w, x: F.conv2d(x, w), (2, 4, 3, 3), (4, 6, 6)),
    "conv by unfold": Used(
        lambda w, x: (w.flatten(1) @ F.unfold(x, 3)).unflatten(2, (4, 4)), (2, 4, 3, 3), MAPS
    ),
}
