"""Downloads against a local HTTP server that injects faults: real sockets, real processes."""

import hashlib
import io
import multiprocessing
import os
import shutil
import signal
import socket
import stat
import struct
import sys
import tarfile
import threading
import time
import zipfile
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from helpers.datasets import fetch as fetching
from helpers.datasets import unpack as unpacking
from helpers.datasets.fetch import DataError, fetch
from helpers.datasets.sources import File, Source
from helpers.datasets.unpack import BadArchive, unpack

CONTENT = bytes(range(256)) * 400  # 102,400 bytes
FAST = {"pause": 0.0}
unix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and signals")
FORK = multiprocessing.get_context("fork") if hasattr(os, "fork") else None


class Server(ThreadingHTTPServer):
    """Serves `files`; `faults[path]` is a list of faults, one used up by each request."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.faults, self.requests, self.ranges = {}, {}, [], True
        self.go_on = threading.Event()  # ends the stalls
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def handle_error(self, request, client_address):  # clients that went away are expected here
        pass


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def do_GET(self):
        path, server = self.path[1:], self.server
        wanted = self.headers.get("Range")
        server.requests.append((path, wanted))
        queue = server.faults.get(path, [])
        fault = queue.pop(0) if queue else None
        if isinstance(fault, int):
            return self.send_error(fault)
        if fault == "reset":
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return self.connection.close()
        if fault == "page":
            return self.answer(200, b"<html>please log in</html>", "text/html")
        body, start = server.files[path], 0
        if wanted and server.ranges:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                return self.send_error(416)
        self.answer(206 if start else 200, body, "application/octet-stream", start, fault)

    def answer(self, status, body, kind, start=0, fault=None):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        if fault not in ("no length", "endless"):
            self.send_header("Content-Length", str(len(body) - start))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        how, at = fault if isinstance(fault, tuple) else (None, len(body))
        if fault == "trickle":
            for byte in body:
                self.wfile.write(bytes([byte]))
                if self.server.go_on.wait(0.01):
                    return
        if fault == "endless":
            while not self.server.go_on.is_set():
                self.wfile.write(body)
        self.wfile.write(body[start : max(at, start)])
        self.wfile.flush()
        if how == "stall":
            self.server.go_on.wait(60)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    server = Server()
    yield server
    server.go_on.set()
    server.shutdown()
    server.server_close()


def plain(server: Server, content: bytes = CONTENT, mirrors=("a",), **changes) -> Source:
    """A set of one file that is kept as it is."""
    for mirror in mirrors:
        server.files.setdefault(mirror, content)
    urls = tuple(server.url(mirror) for mirror in mirrors)
    sha = hashlib.sha256(content).hexdigest()
    file = File("toy.bin", urls, len(content), f"sha256:{sha}")._replace(**changes)
    return Source("toy", "Toy set", ("01",), (file,), (), "none", "nobody", "this test")


def packed(server: Server, archive: bytes, name: str = "toy.zip", **changes) -> Source:
    """A set of one archive that should hold a.txt and b.txt."""
    source = plain(server, archive, name=name, unpacked=10_000, **changes)
    return source._replace(holds=(("a.txt", 1), ("b.txt", 1)))


def zipped(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as z:
        for name, content in members.items():
            z.writestr(name.replace("__", "/").replace("_", "."), content)
    return buffer.getvalue()


def tarred(*members: tarfile.TarInfo | str, mode: str = "w:gz") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as t:
        for member in members:
            info = tarfile.TarInfo(member) if isinstance(member, str) else member
            if isinstance(member, str):
                info.size = 5
            t.addfile(info, io.BytesIO(b"hello") if info.isreg() else None)
    return buffer.getvalue()


def debris(folder) -> list[str]:
    """All files but the lock: what a failed try has left."""
    return sorted(p.name for p in folder.rglob("*") if p.is_file() and not p.name.endswith(".lock"))


def in_child(work) -> int:
    """Run `work()` in a forked process; its exit code (negative: the signal that killed it)."""
    child = FORK.Process(target=work)
    child.start()
    child.join(60)
    assert child.exitcode is not None, "the child hangs"
    return child.exitcode


def wait_for(condition) -> None:
    for _ in range(6000):
        if condition():
            return
        time.sleep(0.01)
    raise AssertionError("waited for a minute in vain")


# Cut and killed


@pytest.mark.parametrize("at", [0, 1, 1000, 65_536, len(CONTENT) - 1])
def test_a_cut_download_resumes(server, tmp_path, at):
    """Cut at any byte: the next start asks for the rest only, and the file is right."""
    source = plain(server)
    server.faults["a"] = [("cut", at)]
    with pytest.raises(DataError, match="cut off"):
        fetch(source, tmp_path, tries=1, **FAST)
    assert not (tmp_path / "toy/toy.bin").exists()
    fetch(source, tmp_path, **FAST)
    assert (tmp_path / "toy/toy.bin").read_bytes() == CONTENT
    assert server.requests[-1] == ("a", f"bytes={at}-" if at else None)
    assert debris(tmp_path) == ["toy.bin"]


def test_it_resumes_within_one_call_and_without_range(server, tmp_path):
    """A server that ignores Range sends all again: nothing is put together twice."""
    server.ranges = False
    server.faults["a"] = [("cut", 30_000), ("cut", 60_000)]
    home = fetch(plain(server), tmp_path, **FAST)
    assert (home / "toy.bin").read_bytes() == CONTENT
    assert [r for _, r in server.requests] == [None, "bytes=30000-", "bytes=60000-"]


@pytest.mark.parametrize("piece", [b"x" * 500, CONTENT + b"more", b"y" * len(CONTENT)])
def test_a_foreign_piece_is_not_trusted(server, tmp_path, piece):
    """A part of another file, or too long a one: noticed by the checksum, then fetched afresh."""
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/toy.bin.part").write_bytes(piece)
    home = fetch(plain(server), tmp_path, **FAST)
    assert (home / "toy.bin").read_bytes() == CONTENT


@unix
def test_killed_in_the_middle_of_a_download(server, tmp_path):
    """SIGKILL leaves no file of the final name, and the next start goes on from the piece."""
    source, part = plain(server), tmp_path / "toy/toy.bin.part"
    server.faults["a"] = [("stall", 50_000)]
    child = FORK.Process(target=fetch, args=(source, tmp_path))
    child.start()
    wait_for(lambda: server.requests and part.exists())
    child.kill()
    child.join()
    assert not (tmp_path / "toy/toy.bin").exists() and not fetching.complete(
        source, tmp_path / "toy"
    )
    had = part.stat().st_size
    fetch(source, tmp_path, **FAST)
    assert (tmp_path / "toy/toy.bin").read_bytes() == CONTENT
    assert server.requests[-1] == ("a", f"bytes={had}-" if had else None)


@unix
def test_killed_at_every_step_of_unpacking(server, tmp_path):
    """SIGKILL at each write, folder and rename in turn: never taken for whole, always repaired."""
    source = packed(server, zipped(top__a_txt=b"A" * 99, top__b_txt=b"B" * 99, top__c_txt=b"C"))
    steps = 0
    for step in range(100):
        folder = tmp_path / str(step)

        def work(step=step, folder=folder):
            seen = Counter()

            def hook(event, args):
                writes = event == "open" and isinstance(args[1], str) and args[1][0] in "wxa"
                if writes or event in ("os.rename", "os.mkdir", "os.remove", "os.rmdir"):
                    if str(folder) not in str(args[0]) and event != "os.rmdir":
                        return
                    seen["step"] += 1
                    if seen["step"] > step:
                        os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(hook)
            fetch(source, folder, **FAST)

        code = in_child(work)
        home = folder / "toy"
        if code == 0:
            break
        assert code == -signal.SIGKILL
        steps += 1
        if fetching.complete(source, home):
            assert (home / "c.txt").read_bytes() == b"C"  # whole: also what `holds` does not name
        fetch(source, folder, **FAST)
        texts = [(home / name).read_bytes() for name in ("a.txt", "b.txt", "c.txt")]
        assert texts == [b"A" * 99, b"B" * 99, b"C"]
    assert steps >= 8


# Mirrors


def wrong(content: bytes) -> bytes:
    return content[:-1] + b"?"


FAULTS = {
    "checksum": (lambda s: s.files.update(a=wrong(CONTENT)), "sha256"),
    "too short": (lambda s: s.files.update(a=CONTENT[:-9]), "offers 102,391 bytes"),
    "too long": (lambda s: s.files.update(a=CONTENT + b"more"), "offers 102,404 bytes"),
    "html with status 200": (lambda s: s.faults.update(a=["page"] * 9), "text/html"),
    "403": (lambda s: s.faults.update(a=[403] * 9), "HTTP 403"),
    "404": (lambda s: s.faults.update(a=[404] * 9), "HTTP 404"),
    "503": (lambda s: s.faults.update(a=[503] * 9), "HTTP 503 .*4 tries"),
    "reset": (lambda s: s.faults.update(a=["reset"] * 9), "4 tries"),
    "stall": (lambda s: s.faults.update(a=[("stall", 0)] * 9), "timed out"),
    "trickle": (lambda s: s.faults.update(a=["trickle"] * 9), "too slow"),
    "endless": (lambda s: s.faults.update(a=["endless"] * 9), "bytes, expected"),
    "without length": (lambda s: s.faults.update(a=["no length"] * 9), None),
}


def slow(name: str) -> dict:
    """Settings under which a server counts as stalled; the others wait as long as it takes."""
    return {"timeout": 0.3, "tries": 1} if name in ("stall", "trickle") else {}


@pytest.mark.parametrize("name", FAULTS)
def test_a_bad_mirror_leads_to_the_next(server, tmp_path, name):
    inject, reason = FAULTS[name]
    source = plain(server, mirrors=("a", "b"))
    inject(server)
    home = fetch(source, tmp_path, **FAST, **slow(name))
    assert (home / "toy.bin").read_bytes() == CONTENT
    assert Counter(path for path, _ in server.requests)["b"] == (1 if reason else 0)
    assert debris(tmp_path) == ["toy.bin"]


@pytest.mark.parametrize("name", [name for name, (_, reason) in FAULTS.items() if reason])
def test_the_last_bad_mirror_ends_in_one_error(server, tmp_path, name):
    """It lists each mirror with its reason, says what to try, and leaves nothing wrong behind."""
    inject, reason = FAULTS[name]
    source = plain(server, mirrors=("gone", "a"))
    server.faults["gone"] = [404]
    inject(server)
    with pytest.raises(DataError, match=reason) as caught:
        fetch(source, tmp_path, **FAST, **slow(name))
    text = str(caught.value)
    assert server.url("gone") + ": HTTP 404" in text and server.url("a") + ": " in text
    assert "Try again later" in text and "data/README.md" in text
    assert debris(tmp_path) in ([], ["toy.bin.part"] if name == "trickle" else [])


def test_an_unreachable_mirror_is_named(server, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    source = plain(server, urls=(f"http://127.0.0.1:{port}/x",))
    with pytest.raises(DataError, match="refused.*4 tries"):
        fetch(source, tmp_path, **FAST)
    assert debris(tmp_path) == []


def test_retries_are_few_and_wait_longer_each_time(server, tmp_path, monkeypatch):
    waits = []
    monkeypatch.setattr(fetching.time, "sleep", waits.append)
    server.faults["a"] = [503, 500, 429]
    fetch(plain(server), tmp_path)
    assert waits == [1.0, 2.0, 4.0]
    server.faults["a"] = [403]
    with pytest.raises(DataError):
        fetch(plain(server), tmp_path / "again")
    assert len(waits) == 3, "a refusal is not asked again"


def test_without_a_checksum_nothing_is_pieced_together(server, tmp_path):
    """A part cannot be checked there: it is fetched from the start."""
    source = plain(server, checksum=None)
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/toy.bin.part").write_bytes(b"x" * 500)
    fetch(source, tmp_path, **FAST)
    assert (tmp_path / "toy/toy.bin").read_bytes() == CONTENT
    assert server.requests == [("a", None)]


@pytest.mark.parametrize("kind", ["md5", "sha256", "md5-first-mib"])
def test_checksums_of_each_kind(tmp_path, kind):
    """fast.ai's covers the first MiB, torchvision's are the first digits: both can fail."""
    content = b"z" * (2**20 + 5)
    (tmp_path / "f").write_bytes(content)
    seen = content[: 2**20] if kind.endswith("mib") else content
    digits = hashlib.new(kind.split("-")[0], seen).hexdigest()
    for right in (digits, digits[:8]):
        assert fetching.problem(File("f", (), None, f"{kind}:{right}"), tmp_path / "f") is None
    assert "expected 00000000" in fetching.problem(
        File("f", (), 0, f"{kind}:00000000"), tmp_path / "f"
    )


# Two at once, read-only, no network, disk full


@unix
def test_two_processes_at_once(server, tmp_path):
    """One downloads, the other waits; both find the set whole."""
    source = plain(server)
    server.faults["a"] = [("stall", 50_000)]
    children = [FORK.Process(target=fetch, args=(source, tmp_path)) for _ in range(2)]
    for child in children:
        child.start()
    wait_for(lambda: server.requests)
    time.sleep(0.2)  # the other has had its chance to disturb
    assert len(server.requests) == 1
    server.go_on.set()  # the first request ends, half-way; the same process asks for the rest
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    assert (tmp_path / "toy/toy.bin").read_bytes() == CONTENT
    assert [r is None for _, r in server.requests] == [True, False]


@unix
@pytest.mark.parametrize("kind", ["plain", "archive"])
def test_complete_data_is_neither_written_nor_asked_for(server, tmp_path, kind):
    """A read-only LESSON_DATA without a network: no socket, no write, no lock."""
    source = plain(server) if kind == "plain" else packed(server, zipped(a_txt=b"A", b_txt=b"B"))
    fetch(source, tmp_path, **FAST)
    for path in [*tmp_path.rglob("*"), tmp_path]:
        path.chmod(stat.S_IREAD | stat.S_IEXEC)
    asked = len(server.requests)

    def work():
        def hook(event, args):
            writes = (
                event == "open" and isinstance(args[2], int) and args[2] & (os.O_RDWR | os.O_WRONLY)
            )
            if writes or event.startswith("socket.") or event in ("os.mkdir", "os.rename"):
                os._exit(3)

        sys.addaudithook(hook)
        fetch(source, tmp_path)

    try:
        assert in_child(work) == 0 and len(server.requests) == asked
    finally:
        for path in [tmp_path, *tmp_path.rglob("*")]:
            path.chmod(stat.S_IRWXU)


def test_read_only_and_incomplete_says_what_to_do(server, tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(fetching, "FileLock", refuse)
    with pytest.raises(DataError, match="cannot be written.*LESSON_DATA"):
        fetch(plain(server), tmp_path)


@unix
@pytest.mark.parametrize("kind", ["download", "unpacking"])
def test_disk_full(server, tmp_path, kind):
    """The system refuses to write on: a clear error, and the space is given back."""
    content = zipped(a_txt=b"A" * 9000, b_txt=b"B" * 9000) if kind == "unpacking" else CONTENT
    source = packed(server, content) if kind == "unpacking" else plain(server)
    source = source._replace(
        files=(source.files[0]._replace(unpacked=20_000 * (kind == "unpacking")),)
    )

    def work():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
        try:
            fetch(source, tmp_path, **FAST)
        except DataError as e:
            os._exit(7 if "is full" in str(e) and "LESSON_DATA" in str(e) else 8)

    assert in_child(work) == 7
    assert debris(tmp_path) == (
        ["toy.zip"] if kind == "unpacking" else []
    )  # a whole download stays
    assert not any(p.name.endswith(".unpacking") for p in tmp_path.rglob("*"))
    assert not fetching.complete(source, tmp_path / "toy")


def test_too_little_space_is_noticed_before(server, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1000)
    monkeypatch.setattr(fetching.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(DataError, match="is full"):
        fetch(plain(server), tmp_path)
    assert server.requests == []


# Archives


def test_archives_of_each_kind(server, tmp_path):
    """zip, tar and tgz; a lone top folder is left out; the archive is removed."""
    archives = {
        "toy.zip": zipped(top__a_txt=b"A", top__b_txt=b"B"),
        "toy.tar": tarred("a.txt", "b.txt", mode="w"),
        "toy.tgz": tarred("./top/a.txt", "./top/b.txt"),
    }
    for name, archive in archives.items():
        server.files.clear()
        home = fetch(packed(server, archive, name), tmp_path / name, **FAST)
        assert debris(home) == ["a.txt", "b.txt"] and fetch(
            packed(server, archive, name), tmp_path / name
        )


def member(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def zip_link() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as z:
        info = zipfile.ZipInfo("link")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        z.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def overlong_zip() -> bytes:
    """Says in its directory that a member has 5 bytes where it has 50,000."""
    archive = zipped(a_txt=b"0" * 50_000)
    return archive.replace(struct.pack("<I", 50_000), struct.pack("<I", 5))


def damaged(archive: bytes) -> bytes:
    """With another bit in the checksum that gzip keeps of its contents."""
    return archive[:-8] + bytes([archive[-8] ^ 1]) + archive[-7:]


EVIL = {
    "absolute in tar": (tarred("ok.txt", "/abs.txt"), "outside"),
    "dots in tar": (tarred("ok.txt", "x/../../up.txt"), "outside"),
    "link in tar": (tarred(member("l", tarfile.SYMTYPE, "../../up")), "link"),
    "absolute link": (tarred(member("l", tarfile.SYMTYPE, "/etc/passwd")), "link"),
    "hard link": (tarred(member("l", tarfile.LNKTYPE, "../../up")), "link"),
    "device": (tarred(member("null", tarfile.CHRTYPE)), "device"),
    "pipe": (tarred(member("pipe", tarfile.FIFOTYPE)), "device"),
    "absolute in zip": (zipped(**{"/abs": b"x"}), "outside"),
    "dots in zip": (zipped(**{"../up": b"x"}), "outside"),
    "backslash in zip": (zipped(**{"x\\..\\..\\up": b"x"}), "outside"),
    "drive in zip": (zipped(**{"C:/up": b"x"}), "outside"),
    "link in zip": (zip_link(), "link"),
    "bomb, declared": (zipped(a_txt=b"0" * 500_000), "grows over 10,000"),
    "bomb, not declared": (overlong_zip(), "damaged|longer"),
    "many small ones": (zipped(**{f"f{i}": b"0" * 1000 for i in range(11)}), "grows over"),
    "bomb in tgz": (tarred(*[f"{i}" for i in range(2001)]), "grows over 10,000"),
    "cut zip": (zipped(a_txt=b"A" * 999)[:-30], "damaged"),
    "cut tgz": (tarred("a.txt", "b.txt")[:-20], "damaged"),
    "one bit of tgz": (damaged(tarred("a.txt")), "damaged"),
    "no archive": (b"<html>an error page</html>" * 99, "damaged"),
    "file and folder": (tarred("a.txt", "a.txt/b.txt"), "in each other's way"),
}


@pytest.mark.parametrize("name", EVIL)
def test_bad_archives_are_refused_and_leave_nothing(server, tmp_path, name):
    archive, reason = EVIL[name]
    outside = set(tmp_path.parent.iterdir())
    with pytest.raises(DataError, match=reason):
        fetch(packed(server, archive, "toy.archive"), tmp_path / "data", **FAST)
    assert debris(tmp_path) == []
    assert (
        not any((tmp_path / "data/toy").glob("[!.]*")) and set(tmp_path.parent.iterdir()) == outside
    )


def test_a_bomb_is_stopped_early(tmp_path):
    """Not more than the limit is written, however much there is."""
    (tmp_path / "bomb.tgz").write_bytes(tarred(*[str(i) for i in range(3000)]))
    with pytest.raises(BadArchive):
        unpack(tmp_path / "bomb.tgz", tmp_path / "out", 1000)
    assert sum(p.stat().st_size for p in (tmp_path / "out").rglob("*")) <= 1000


def test_more_than_a_member_declares_is_stopped_too(tmp_path, monkeypatch):
    """zipfile and tarfile stop at the declared size by themselves; we do not rely on it."""
    endless = [("a.txt", 5, io.BytesIO(b"0" * 50_000))]
    monkeypatch.setattr(unpacking, "_members", lambda archive: (member for member in endless))
    with pytest.raises(BadArchive, match="longer than it says"):
        unpack(tmp_path / "any.zip", tmp_path / "out", 1000)


def test_a_set_that_lacks_files_is_not_complete(server, tmp_path):
    """The archive is right but holds too little: said, with the counts."""
    with pytest.raises(DataError, match=r"b.txt \(0 of 1\)"):
        fetch(packed(server, zipped(a_txt=b"A")), tmp_path, **FAST)


# By hand


def walled(server: Server) -> tuple[Source, bytes]:
    archive = zipped(train__a_txt=b"A", train__b_txt=b"B")
    source = packed(server, archive, urls=(), into="train")
    recipe = "(1) Log in. (3) Put it into {home}. (4) Type: make data NB=02"
    return source._replace(recipe=recipe, holds=(("train/*.txt", 2),)), archive


def test_a_login_wall_is_a_recipe(server, tmp_path):
    source, archive = walled(server)
    with pytest.raises(DataError) as caught:
        fetch(source, tmp_path)
    for part in ("toy.zip", str(tmp_path / "toy"), "Log in", "make data NB=02"):
        assert part in str(caught.value)
    assert server.requests == [] and debris(tmp_path) == []
    (tmp_path / "toy/toy.zip").write_bytes(archive)
    home = fetch(source, tmp_path)
    assert (home / "train/a.txt").read_bytes() == b"A" and (home / "toy.zip").exists()


def test_a_wrong_file_by_hand_is_kept_and_named(server, tmp_path):
    source, _ = walled(server)
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/toy.zip").write_bytes(b"half")
    with pytest.raises(DataError, match="toy.zip is not the file.*4 bytes, expected"):
        fetch(source, tmp_path)
    assert debris(tmp_path) == ["toy.zip"]


def test_what_was_unpacked_by_hand_is_picked_up(server, tmp_path):
    source, _ = walled(server)
    (tmp_path / "toy/train").mkdir(parents=True)
    for name in ("a.txt", "b.txt"):
        (tmp_path / "toy/train" / name).write_text("x")
    assert fetch(source, tmp_path) == tmp_path / "toy"


def test_an_unknown_name_lists_the_known(tmp_path):
    with pytest.raises(ValueError, match="there are: mnist"):
        fetch("mnits", tmp_path)
