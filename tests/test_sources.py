"""The table of sources, the weights and the generated set: facts that must not drift."""

import re
import urllib.request
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from torch import nn

from helpers import settings
from helpers.datasets.numbers import START, human_numbers, words
from helpers.datasets.sources import SOURCES
from helpers.datasets.weights import load_weights, read_weights
from tools import data as tool

README = Path(__file__).parents[1] / "data/README.md"


@pytest.mark.parametrize("name", SOURCES)
def test_rows_are_complete(name):
    """Every row has what the list, the README and the weekly job need."""
    source = SOURCES[name]
    assert (
        source.name == name and source.title and source.licence and source.cite and source.confirmed
    )
    assert source.lessons and all(re.fullmatch(r"0[1-8]b?", lesson) for lesson in source.lessons)
    for file in source.files:
        assert all(re.match(r"https?://[\w.-]+/\S+$", url) for url in file.urls)
        assert file.urls or "make data NB=" in source.recipe and file.name in source.recipe
        assert file.checksum is None or re.fullmatch(
            r"md5:\w{32}|md5-first-mib:\w{32}|sha256:(\w{64}|\w{8})", file.checksum
        )
        assert (
            file.checksum or "no size or checksum" in source.confirmed or "none" in source.confirmed
        )
        assert not file.unpacked or source.holds, "an archive's contents are counted"
    source.recipe.format(home="here")


def test_torchvision_and_the_table_agree():
    """Addresses and checksums, as installed: a torchvision that changes them is noticed."""
    from torchvision import datasets, models

    for name, theirs in (("mnist", datasets.MNIST), ("fashion_mnist", datasets.FashionMNIST)):
        files = {file.name: file for file in SOURCES[name].files}
        for file_name, md5 in theirs.resources:
            assert files[file_name].checksum == f"md5:{md5}"
            assert theirs.mirrors[0] + file_name in files[file_name].urls
    for file, (url, md5) in zip(SOURCES["pets"].files, datasets.OxfordIIITPet._RESOURCES):
        assert url in file.urls and file.checksum == f"md5:{md5}"
    for side in (160, 320):
        file = SOURCES[f"imagenette{side}"].files[0]
        url, md5 = datasets.Imagenette._ARCHIVES[f"{side}px"]
        assert file.urls == (url,) and file.checksum == f"md5:{md5}"
    for arch in ("resnet34", "vgg16_bn", "mobilenet_v2"):
        url = models.get_model_weights(arch).IMAGENET1K_V1.url
        assert SOURCES[arch].files[0].urls == (url,)
        assert SOURCES[arch].files[0].checksum.removeprefix("sha256:") in url


def test_the_readme_names_every_set():
    text = README.read_text()
    for source in SOURCES.values():
        assert f"`{source.name}`" in text and source.licence.split(" (")[0].split(";")[0] in text


def test_human_numbers():
    """The lecture's counts (features: 31 tokens, 50,082 and 13,017 with the start mark)."""
    got = human_numbers()
    assert len(got.classes) == 31 and len(got.train) == 50_082 and len(got.valid) == 13_017
    text = " ".join(got.classes[i] for i in got.train[:8])
    assert text == f"{START} one , two , three , four"
    assert [got.classes[i] for i in got.valid[:6]] == [
        START,
        "eight",
        "thousand",
        "one",
        ",",
        "eight",
    ]
    assert [
        got.classes[i] for i in got.valid[-6:]
    ] == "nine thousand nine hundred ninety nine".split()
    assert words(8021) == ["eight", "thousand", "twenty", "one"] and words(7000) == [
        "seven",
        "thousand",
    ]
    assert words(110) == ["one", "hundred", "ten"] and words(19) == ["nineteen"]
    assert len({" ".join(words(n)) for n in range(1, 10_000)}) == 9999


# Weights


@pytest.fixture
def net() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))


@pytest.fixture
def run(tmp_path, monkeypatch):
    """A quick run whose LESSON_DATA has an empty weights/."""
    monkeypatch.setattr(settings, "_current", None)
    (tmp_path / "weights").mkdir()
    return settings.start("08_test", {"LESSON_DATA": str(tmp_path)})


def test_weights_at_hand_are_taken(net, run):
    other = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    half = {
        name: t.half() if t.is_floating_point() else t for name, t in other.state_dict().items()
    }
    torch.save(half, run.data / "weights/toy.pth")
    assert load_weights(net, "toy", run) == str(run.data / "weights/toy.pth")
    assert torch.equal(net[0].weight, other[0].weight.half().float())


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda s: s.update({"0.weight": torch.zeros(4, 3, 5, 5)}), r"0.weight is \(4, 3, 5, 5\)"),
        (lambda s: s.update({"fc.weight": torch.zeros(1)}), "has no fc.weight"),
        (lambda s: s.pop("1.bias"), "lacks 1.bias"),
    ],
)
def test_a_layer_that_does_not_fit_is_named(net, run, change, message):
    """With the file, and before anything in the network is changed."""
    state = {name: torch.zeros_like(t) for name, t in net.state_dict().items()}
    change(state)
    torch.save(state, run.data / "weights/toy.pth")
    before = net[0].weight.clone()
    with pytest.raises(ValueError, match=f"toy.pth does not fit.*{message}"):
        load_weights(net, "toy", run)
    assert torch.equal(net[0].weight, before)


def test_some_layers_only(net, run):
    torch.save({"0.bias": torch.full((4,), 7.0)}, run.data / "weights/toy.pth")
    with pytest.raises(ValueError, match="lacks 0.weight"):
        load_weights(net, "toy", run)
    load_weights(net, "toy", run, strict=False)
    assert net[0].bias.tolist() == [7.0] * 4


class Evil:
    def __reduce__(self):
        return (pytest.fail, ("code in the file was run",))


@pytest.mark.parametrize("content", [Evil(), [1, 2], {"a": "text"}, nn.Linear(1, 1), b"<html>"])
def test_other_files_are_refused_and_nothing_in_them_runs(tmp_path, content):
    path = tmp_path / "x.pth"
    path.write_bytes(content) if isinstance(content, bytes) else torch.save(content, path)
    with pytest.raises(ValueError, match="x.pth holds"):
        read_weights(path)


def test_without_a_file_only_a_full_run_asks_torchvision(net, run, monkeypatch):
    """A quick run says how to get the file; a full one uses torchvision's download."""
    import torchvision

    asked = []

    class Weights:
        class IMAGENET1K_V1:
            url = "https://example.org/toy-12345678.pth"

            def get_state_dict(**options):
                asked.append(options)
                return net.state_dict()

    monkeypatch.setattr(torchvision.models, "get_model_weights", lambda arch: Weights)
    with pytest.raises(FileNotFoundError, match="make data NB=08"):
        load_weights(net, "toy", run)
    assert asked == []
    full = settings.start("08_test", {"LESSON_DATA": str(run.data), "LESSON_PROFILE": "full"})
    assert load_weights(net, "toy", full) == Weights.IMAGENET1K_V1.url
    assert asked == [{"progress": True, "check_hash": True, "weights_only": True}]

    def offline(**options):
        raise URLError("no network")

    monkeypatch.setattr(Weights.IMAGENET1K_V1, "get_state_dict", offline)
    with pytest.raises(FileNotFoundError, match="toy.pth is not there.*no network"):
        load_weights(net, "toy", full)


# The tool


def test_the_list_says_what_is_missing_and_opens_no_connection(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(urllib.request, "urlopen", lambda *a, **k: pytest.fail("asked the network"))
    monkeypatch.setenv("LESSON_DATA", str(tmp_path))
    (tmp_path / "nietzsche").mkdir()
    (tmp_path / "nietzsche/nietzsche.txt").write_bytes(b"x" * 600_901)
    assert tool.main(["--list"]) == 0
    text = capsys.readouterr().out
    assert re.search(r"nietzsche .*here", text) and re.search(r"camvid .*missing", text)
    assert "public domain" in text and "599 MB" in text and str(tmp_path) in text
    assert tool.main(["--list", "--lesson", "07"]) == 0
    assert "camvid" not in capsys.readouterr().out


def test_an_unknown_lesson_is_an_error(capsys):
    with pytest.raises(SystemExit, match="no set for lesson 11"):
        tool.main(["--lesson", "11"])
