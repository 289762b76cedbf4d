"""Blocks of U-Nets, which lesson 2 writes out (`weight_normed`: lesson 3) and others use.

A network is an encoder in stages (`helpers.encoders`), each halving the grid, and a decoder of
blocks that double it again and look at what the encoder saw at that size.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Make = Callable[[int, int], nn.Module]  # (inputs, outputs) -> convolutions that keep the grid


def conv_layer(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Convolution, batch norm, ReLU; keeps the grid."""
    conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


def pair(inputs: int, outputs: int) -> nn.Sequential:
    """Two conv layers, the plain way."""
    return nn.Sequential(conv_layer(inputs, outputs), conv_layer(outputs, outputs))


class ResidualPair(nn.Module):
    """A 1x1 convolution to the new width, and two conv layers that add to it."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.skip, self.f = nn.Conv2d(inputs, outputs, 1), pair(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        return self.skip(x) + self.f(x)


class DensePair(nn.Module):
    """Two conv layers of half the width each; the second sees the input too, and both are kept."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        half = outputs // 2
        self.first, self.second = (
            conv_layer(inputs, half),
            conv_layer(inputs + half, outputs - half),
        )

    def forward(self, x: Tensor) -> Tensor:
        first = self.first(x)
        return torch.cat([first, self.second(torch.cat([x, first], 1))], 1)


def weight_normed(inputs: int, outputs: int) -> nn.Sequential:
    """Two convolutions with weight norm instead of batch norm, each with a ReLU; keeps the grid.

    For the decoder of `DynamicUnet`. Salimans and Kingma 2016, arXiv 1602.07868.
    """
    layers: list[nn.Module] = []
    for width in (inputs, outputs):
        conv = nn.Conv2d(width, outputs, 3, padding=1)
        nn.init.kaiming_normal_(conv.weight)
        layers += [nn.utils.parametrizations.weight_norm(conv), nn.ReLU()]
    return nn.Sequential(*layers)


def icnr_(weight: Tensor, scale: int = 2) -> Tensor:
    """Fill the weights (C * scale^2, inputs, ...) before a pixel shuffle, in place.

    All scale^2 pixels that a place becomes start alike, so that no checkerboard is there before
    training. Aitken et al. 2017, arXiv 1707.02937.
    """
    few = torch.empty(weight.shape[0] // scale**2, *weight.shape[1:])
    nn.init.kaiming_normal_(few)
    with torch.no_grad():
        return weight.copy_(few.repeat_interleave(scale**2, dim=0))


class PixelShuffle(nn.Sequential):
    """Double the grid: (N, inputs, H, W) to (N, outputs, 2H, 2W).

    A 1x1 convolution (filled by `icnr_` unless told otherwise), a ReLU, and a shuffle of channels
    into pixels. `blur` averages each pixel with its neighbours above and to the left.
    """

    def __init__(self, inputs: int, outputs: int, blur: bool = False, icnr: bool = True):
        conv = nn.Conv2d(inputs, outputs * 4, 1)
        if icnr:
            icnr_(conv.weight)
            nn.init.zeros_(conv.bias)
        smooth = [Blur()] if blur else []
        super().__init__(conv, nn.ReLU(inplace=True), nn.PixelShuffle(2), *smooth)


class Blur(nn.Module):
    """Average each pixel with its neighbours above and to the left: (N, C, H, W) to the same.

    The same as a padding and `nn.AvgPool2d(2, stride=1)`, which takes three times as long on a
    processor. Sugawara et al. 2018, arXiv 1806.02658.
    """

    def forward(self, x: Tensor) -> Tensor:
        channels = x.shape[1]
        kernel = x.new_full((channels, 1, 2, 2), 0.25)
        return F.conv2d(F.pad(x, (1, 0, 1, 0), "replicate"), kernel, groups=channels)


class SelfAttention(nn.Module):
    """Each place adds a mixture of all places, weighed by likeness: (N, C, H, W) to the same.

    Starts as the identity (`strength` 0). Zhang et al. 2018, arXiv 1805.08318.
    """

    def __init__(self, channels: int):
        super().__init__()
        few = max(channels // 8, 1)
        self.query, self.key = nn.Conv1d(channels, few, 1), nn.Conv1d(channels, few, 1)
        self.value = nn.Conv1d(channels, channels, 1)
        self.strength = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        flat = x.flatten(2)
        likeness = self.query(flat).mT @ self.key(flat)  # (N, places, places)
        mixed = self.value(flat) @ likeness.softmax(-1).mT
        return x + self.strength * mixed.view_as(x)


class UnetBlock(nn.Module):
    """Double x, (N, up, H, W), put the encoder's activations beside it, and convolve both.

    skip: (N, skip, about 2H, about 2W); the answer has its grid and `out` channels.
    Ronneberger et al. 2015, arXiv 1505.04597, with a pixel shuffle for the doubling.
    """

    def __init__(
        self, up: int, skip: int, out: int, make: Make = pair, blur: bool = False, icnr: bool = True
    ):
        super().__init__()
        self.enlarge = PixelShuffle(up, up // 2, blur, icnr)
        self.norm = nn.BatchNorm2d(skip)
        self.convs = make(up // 2 + skip, out)

    def forward(self, x: Tensor, skip: Tensor) -> Tensor:
        x = fitted(self.enlarge(x), skip)
        return self.convs(torch.cat([x, F.relu(self.norm(skip))], 1))


def fitted(x: Tensor, other: Tensor) -> Tensor:
    """x (N, C, H, W) on the grid of `other`, which may differ by a row or a column.

    An odd grid that was halved and doubled has one too many where a convolution halved it, which is
    cut; where pooling did, one too few: the last is repeated.
    """
    height, width = other.shape[-2:]
    x = x[..., :height, :width]
    down, right = height - x.shape[-2], width - x.shape[-1]
    return F.pad(x, (0, right, 0, down), "replicate") if down or right else x


class DynamicUnet(nn.Module):
    """A U-Net around any encoder in stages: (N, 3, H, W) to (N, outputs, H, W).

    It sends zeros through the encoder once and builds a block for each grid that it meets, as wide
    as the encoder there, but at least `least` channels. `see_input`: the last block also gets the
    picture itself. `attention`: after the second block. Part 1 2019, lesson 7.
    """

    def __init__(
        self,
        encoder: nn.Sequential,
        outputs: int,
        *,
        least: int = 16,
        make: Make = pair,
        blur: bool = False,
        icnr: bool = True,
        attention: bool = False,
        see_input: bool = True,
    ):
        super().__init__()
        self.encoder, self.see_input = encoder, see_input
        *skips, up = channels_of(encoder)
        self.blocks = nn.ModuleList()
        for i, skip in enumerate(reversed(skips)):
            out = max(skip, least)
            self.blocks.append(UnetBlock(up, skip, out, make, blur, icnr))
            if attention and i == 1:
                self.blocks[-1].convs = nn.Sequential(self.blocks[-1].convs, SelfAttention(out))
            up = out
        self.last = PixelShuffle(up, up, blur, icnr)
        self.head = nn.Sequential(make(up + 3 * see_input, up), nn.Conv2d(up, outputs, 1))

    def forward(self, x: Tensor) -> Tensor:
        seen = [x]
        for stage in self.encoder:
            seen.append(stage(seen[-1]))
        h = seen.pop()
        for block in self.blocks:
            h = block(h, seen.pop())
        h = fitted(self.last(h), x)
        return self.head(torch.cat([h, x], 1) if self.see_input else h)


def channels_of(encoder: nn.Sequential) -> list[int]:
    """How many channels each stage gives, found by sending zeros through it."""
    was_training = encoder.training
    x, found = torch.zeros(1, 3, 64, 64, device=next(encoder.parameters()).device), []
    with torch.no_grad():
        for stage in encoder.eval():
            x = stage(x)
            found.append(x.shape[1])
    encoder.train(was_training)
    return found
