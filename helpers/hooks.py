"""Read activations while a network runs; the hooks are always removed afterwards."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn


@contextmanager
def record(layers: Sequence[nn.Module]) -> Iterator[list[Tensor]]:
    """Collect the outputs of `layers`, in the order in which they are computed.

    with hooks.record([model[0], model[3]]) as seen: model(batch)
    Each entry is a copy of the layer's output, without its graph. An error inside leaves no hook
    behind either.
    """
    seen: list[Tensor] = []

    def keep(layer: nn.Module, inputs: tuple, output: Tensor) -> None:
        seen.append(output.detach().clone())  # a layer that works in place may come next

    handles = [layer.register_forward_hook(keep) for layer in layers]
    try:
        yield seen
    finally:
        for handle in handles:
            handle.remove()


def summary(model: nn.Sequential, batch: Tensor) -> None:
    """Print a row for each child of `model`: what it is, its output's shape, its parameters.

    The batch is a real one, (N, ...); weights and batch-norm statistics are not touched.
    """
    layers = list(model.children())
    was_training = model.training
    model.eval()
    with record(layers) as seen, torch.inference_mode():
        model(batch)
    model.train(was_training)
    print(f"{'layer':<24}{'output':>20}{'parameters':>12}")
    for layer, output in zip(layers, seen, strict=True):
        shape = " x ".join(str(side) for side in output.shape[1:])
        print(f"{describe(layer):<24}{shape:>20}{parameters(layer):>12,}")
    print(f"{'all':<24}{'':>20}{parameters(model):>12,}")


def parameters(model: nn.Module) -> int:
    """How many numbers are learned."""
    return sum(p.numel() for p in model.parameters())


def describe(layer: nn.Module) -> str:
    """A layer's name in a few words: kind, channels, kernel and stride where it has them."""
    name = type(layer).__name__
    if isinstance(layer, nn.Conv2d):
        stride = f"/{layer.stride[0]}" if layer.stride[0] > 1 else ""
        kernel = "x".join(map(str, layer.kernel_size))
        return f"{name} {layer.in_channels}-{layer.out_channels} {kernel}{stride}"
    if isinstance(layer, nn.Linear):
        return f"{name} {layer.in_features}-{layer.out_features}"
    if isinstance(layer, nn.Sequential):
        names = (type(child).__name__.removesuffix("2d") for child in layer)
        return ", ".join(names)[:23]
    return name
