"""Models as others write them, small: what the panels have to show besides the built-in LeNet."""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Causal self-attention with two heads."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, x: Tensor) -> Tensor:
        n, length, width = x.shape
        q, k, v = self.qkv(x).view(n, length, 3, 2, width // 2).permute(2, 0, 3, 1, 4)
        y = functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return self.proj(y.transpose(1, 2).reshape(n, length, width))


class Block(nn.Module):
    """LayerNorm, attention, LayerNorm, an MLP; each part is added to what came in."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x: Tensor) -> Tensor:
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class GPT(nn.Module):
    """Token ids (N, T) to logits (N, T, vocabulary)."""

    vocabulary = 17

    def __init__(self, blocks: int = 2, width: int = 16) -> None:
        super().__init__()
        self.wte = nn.Embedding(self.vocabulary, width)
        self.wpe = nn.Embedding(32, width)
        self.blocks = nn.ModuleList(Block(width) for _ in range(blocks))
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, self.vocabulary, bias=False)

    def forward(self, tokens: Tensor) -> Tensor:
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.lm_head(self.ln_f(x))


class Residual(nn.Module):
    """Two convolutions with batch norm, and what came in."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu(self.bn1(self.conv1(x)))
        return functional.relu(self.bn2(self.conv2(y)) + x)


class SmallResNet(nn.Module):
    """Images (N, 3, H, W) to logits (N, 5)."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 8, 3, stride=2, padding=1)
        self.bn = nn.BatchNorm2d(8)
        self.layer1 = nn.Sequential(Residual(8), Residual(8))
        self.fc = nn.Linear(8, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.layer1(functional.relu(self.bn(self.stem(x))))
        return self.fc(x.mean((2, 3)))


class SequenceTagger(nn.Module):
    """Sequences (N, T, 5) to (N, T, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = nn.LSTM(5, 8, batch_first=True)
        self.head = nn.Linear(8, 2)

    def forward(self, series: Tensor) -> Tensor:
        states, _ = self.lstm(series)
        return self.head(states)


class Generator(nn.Module):
    """Noise (N, 4) to samples (N, 8)."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 8))

    def forward(self, noise: Tensor) -> Tensor:
        return self.net(noise)


class Discriminator(nn.Module):
    """Samples (N, 8) to logits (N, 1)."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(8, 16), nn.LeakyReLU(0.2), nn.Linear(16, 1))

    def forward(self, sample: Tensor) -> Tensor:
        return self.net(sample)


class VAE(nn.Module):
    """Rows (N, 12) in [0, 1] to the same, with the mean and the log variance of their codes."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(12, 16)
        self.mean = nn.Linear(16, 3)
        self.log_variance = nn.Linear(16, 3)
        self.decoder = nn.Sequential(nn.Linear(3, 16), nn.ReLU(), nn.Linear(16, 12), nn.Sigmoid())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        hidden = torch.tanh(self.encoder(x))
        mean, log_variance = self.mean(hidden), self.log_variance(hidden)
        code = mean + torch.randn_like(mean) * torch.exp(0.5 * log_variance)
        return self.decoder(code), mean, log_variance


class Regression(nn.Module):
    """Rows (N, 6) of a table to one number each."""

    def __init__(self) -> None:
        super().__init__()
        self.net = nn.Sequential(nn.Linear(6, 16), nn.Tanh(), nn.Linear(16, 1))

    def forward(self, row: Tensor) -> Tensor:
        return self.net(row).squeeze(-1)


class Conv3d(nn.Module):
    """Volumes (N, 2, D, H, W) to one number each."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(2, 3, 3)
        self.pool = nn.AdaptiveAvgPool3d(2)
        self.head = nn.Linear(24, 1)

    def forward(self, volume: Tensor) -> Tensor:
        return self.head(self.pool(functional.relu(self.conv(volume))).flatten(1))


class TwoInputs(nn.Module):
    """An image (N, 1, H, W) and facts (N, 3) to a dict of a score (N) and sizes (N, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3)
        self.facts = nn.Linear(3, 4)
        self.score = nn.Linear(8, 1)
        self.sizes = nn.Linear(8, 2)

    def forward(self, image: Tensor, facts: Tensor) -> dict[str, Tensor]:
        seen = functional.relu(self.conv(image)).mean((2, 3))
        both = torch.cat([seen, self.facts(facts)], 1)
        return {"score": self.score(both).squeeze(1), "sizes": self.sizes(both)}
