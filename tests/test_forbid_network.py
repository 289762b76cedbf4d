"""The guard under which quick lessons run: it stops connections, and only those that leave."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

GUARD = Path(__file__).parent / "forbid_network"
HEAD = "import socket, urllib.request as r\n"


@pytest.mark.parametrize(
    "code",
    [
        "r.urlopen('https://example.org', timeout=5)",
        "r.urlopen('http://192.0.2.1', timeout=5)",
        "socket.create_connection(('example.org', 80), 5)",
        "socket.gethostbyname('example.org')",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    ],
)
def test_connections_that_leave_are_refused(code):
    assert "the network is forbidden here" in python(HEAD + code)


def test_this_machine_stays_open():
    code = "s = socket.create_server(('127.0.0.1', 0)); socket.create_connection(s.getsockname())"
    assert python(HEAD + code + "; print('connected')") == "connected"


def python(code: str) -> str:
    """What a guarded Python prints, or its error's last line."""
    environment = {**os.environ, "PYTHONPATH": str(GUARD)}
    for proxy in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        environment.pop(proxy, None)
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    return (done.stdout + done.stderr).strip().splitlines()[-1]
