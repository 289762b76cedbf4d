"""Pretrained networks cut into stages: what lessons 2, 3, 3b, 4 and 8 build upon.

Full runs take a network of torchvision's with ImageNet weights. Quick runs take `small_resnet`,
which `tools/pretrain.py` has trained to name drawn things; its file comes with the package.
"""

from itertools import pairwise
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers import augment, training
from helpers.batches import Batches
from helpers.datasets.base import Part
from helpers.datasets.weights import load_weights, read_weights
from helpers.settings import Run

MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]  # of ImageNet: how inputs are normalised
SMALL = Path(__file__).parent / "weights" / "small_resnet.pth"
CLASSES = 30  # what the small network can name: helpers.standins.things.CLASSES


def encoder(run: Run, arch: str = "resnet34", pretrained: bool = True) -> nn.Sequential:
    """A network's stages, each of which halves the grid once; inputs normalised with MEAN and STD.

    Quick runs: the small ResNet (N, 3, H, W) to 16, 32, 64, 128 channels at H/2, /4, /8, /16,
    whatever `arch` is. Full runs: torchvision's `arch`, with ImageNet weights unless `pretrained`
    is false, cut before its pooling: a ResNet-34 gives 64, 64, 128, 256, 512 at H/2 to H/32.
    ValueError where `arch` is no convolutional network of torchvision's.
    """
    if run.quick:
        model = small_resnet()
        if pretrained:
            model.load_state_dict(read_weights(SMALL))
        return model[:-3]
    from torchvision.models import get_model  # takes over a second to import

    model = get_model(arch, weights=None)
    if pretrained:
        load_weights(model, arch, run)
    return nn.Sequential(*stages(_features(model, arch)))


def arch_at_hand(run: Run) -> str:
    """resnet34; where LESSON_DATA/weights holds MobileNetV2's weights alone, that, said in a line.

    "small encoder" in quick runs. For `encoder(run, arch)`, and for the record.
    """
    if run.quick:
        return "small encoder"
    wanted = ("resnet34", "mobilenet_v2")  # the lectures' first
    there = [arch for arch in wanted if (run.data / "weights" / f"{arch}.pth").exists()]
    if there == ["mobilenet_v2"]:
        print(f"MobileNetV2 in the place of ResNet-34, which `make data NB={run.number}` gets")
    return (there or wanted)[0]


def judge(run: Run, train: Part, valid: Part, epochs: int = 2) -> nn.Module:
    """A frozen network that takes no part in any loss: normalised pictures to maps (N, C, h, w).

    Quick runs train a small one, from torch's random state, to tell the kinds of the pictures in
    `train`, and print how well it names those in `valid`. Full runs take MobileNetV2's lower part.
    """
    if run.quick:
        net = _trained_judge(run, train, valid, epochs)
    else:
        from torchvision.models import mobilenet_v2

        net = mobilenet_v2()
        print("judge: MobileNetV2 from", Path(load_weights(net, "mobilenet_v2", run)).name)
        net = net.features[:7]
    return net.to(run.device).eval().requires_grad_(False)


def _trained_judge(run: Run, train: Part, valid: Part, epochs: int) -> nn.Sequential:
    kinds, layers = int(train.y.max()) + 1, []
    if kinds < 2:
        raise ValueError(
            "the pictures are of one kind only, and a judge learns to tell kinds apart: put them "
            "into train/<kind>/ and val/<kind>/"
        )
    for a, b in ((3, 16), (16, 32), (32, 64)):
        layers += [nn.Conv2d(a, b, 3, 2, padding=1, bias=False), nn.BatchNorm2d(b), nn.ReLU()]
    net = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, kinds))
    options = {"mean": torch.tensor(MEAN), "std": torch.tensor(STD), "device": run.device}
    known = Batches(*train, 16, shuffle=True, augment=[augment.dihedral()], **options)
    optimizer = torch.optim.AdamW(net.to(run.device).parameters(), fused=True)
    schedule = training.one_cycle(optimizer, 0.01, steps=epochs * len(known))
    for _ in range(epochs):
        training.train_epoch(net, known, optimizer, schedule=schedule)
    right = training.evaluate(net, Batches(*valid, 100, **options))["accuracy"]
    print(f"judge: names {right:.0%} of the {kinds} kinds")
    return net[:-3]


def small_resnet(outputs: int = CLASSES) -> nn.Sequential:
    """Four stages, pooling, and a linear layer: (N, 3, H, W) to (N, outputs).

    A stage halves the grid by a convolution with stride 2 and, but for the first, has a residual
    block. Sides from 16 pixels up.
    """
    stem = nn.Sequential(*_conv(3, 16, 2), nn.ReLU(inplace=True))
    deeper = [
        nn.Sequential(*_conv(a, b, 2), nn.ReLU(inplace=True), Residual(b))
        for a, b in pairwise([16, 32, 64, 128])
    ]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(128, outputs)]
    return nn.Sequential(stem, *deeper, *head)


def loss_network(run: Run) -> tuple[nn.Sequential, list[nn.Module]]:
    """A network for comparing activations, and the layers to compare: those before each halving.

    Quick runs: the small ResNet's first three stages. Full runs: VGG-16 with batch norm up to its
    third pooling (64, 128, 256 channels at H, H/2, H/4); where its weights can't be had, VGG-19 up
    to its first 256 channels, said in a printed line. Lesson 3 writes it out.
    """
    if run.quick:
        net = encoder(run)[:3]
        return net, list(net)
    from torchvision.models import vgg16_bn, vgg19

    try:
        net = vgg16_bn()
        load_weights(net, "vgg16_bn", run)
        net = net.features[:23]
    except OSError as error:
        print("VGG-16 can't be had, so the lower layers of VGG-19:", type(error).__name__)
        net = vgg19()
        load_weights(net, "vgg19", run, strict=False)
        net = net.features[:12]
    halvings = [i for i, layer in enumerate(net) if isinstance(layer, nn.MaxPool2d)]
    return net, [net[i - 1] for i in [*halvings, len(net)]]


class Features:
    """What some layers put out for pictures (N, 3, H, W) from 0 to 1, in the order computed.

    Unlike `hooks.record`, gradients pass, to the pictures and not to the network's own numbers. It
    is moved to `device`, frozen, put into evaluation mode, and given inputs normalised with MEAN
    and STD. Lesson 3 writes it out.
    """

    def __init__(self, net: nn.Module, layers: list[nn.Module], device: torch.device | str = "cpu"):
        self.net = net.to(device).eval().requires_grad_(False)
        self.mean, self.std = (torch.tensor(t, device=device)[:, None, None] for t in (MEAN, STD))
        self.seen: list[Tensor] = []
        for layer in layers:
            layer.register_forward_hook(lambda layer, inputs, output: self.seen.append(output))

    def __call__(self, pictures: Tensor) -> list[Tensor]:
        self.seen.clear()
        self.net((pictures - self.mean) / self.std)
        return list(self.seen)


class Residual(nn.Module):
    """Two convolutions and a skip: (N, C, H, W) to the same shape. He et al., arXiv 1512.03385."""

    def __init__(self, width: int):
        super().__init__()
        self.f = nn.Sequential(
            *_conv(width, width, 1), nn.ReLU(inplace=True), *_conv(width, width, 1)
        )

    def forward(self, x: Tensor) -> Tensor:
        return torch.relu(x + self.f(x))


def stages(layers: list[nn.Module]) -> list[nn.Sequential]:
    """Layers in groups, each of which halves the grid once; found by sending zeros through."""
    groups: list[list[nn.Module]] = [[]]
    model = nn.Sequential(*layers).eval()
    x, halvings = torch.zeros(1, 3, 256, 256), 0
    with torch.inference_mode():
        for layer in model:
            before, x = x.shape[-1], layer(x)
            if x.shape[-1] not in (before, before // 2):
                raise ValueError(f"a layer takes a grid from {before} to {x.shape[-1]} cells")
            halvings += x.shape[-1] < before
            if halvings > len(groups):
                groups.append([])
            groups[-1].append(layer)
    model.train()
    return [nn.Sequential(*group) for group in groups]


def _features(model: nn.Module, arch: str) -> list[nn.Module]:
    """What a network of torchvision's does before its pooling: ResNets, and those with features."""
    if isinstance(getattr(model, "features", None), nn.Sequential):
        return list(model.features)
    names = [name for name, _ in model.named_children()]
    if "avgpool" not in names:
        raise ValueError(f"{arch} cannot be cut into stages: take a ResNet, VGG or MobileNet")
    return list(model.children())[: names.index("avgpool")]


def _conv(inputs: int, outputs: int, stride: int) -> list[nn.Module]:
    conv = nn.Conv2d(inputs, outputs, 3, stride, padding=1, bias=False)
    return [conv, nn.BatchNorm2d(outputs)]
