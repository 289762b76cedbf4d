"""With this folder on PYTHONPATH, Python and its children reach no other machine.

    PYTHONPATH=tests/forbid_network make run

Jupyter talks to its kernels over loopback, which stays open.
"""

import sys

LOCAL = ("127.", "::1", "localhost")


def forbid(event: str, args: tuple) -> None:
    """Refuse connections and name look-ups that leave this machine."""
    if event in ("socket.connect", "socket.sendto"):
        host = args[1][0] if isinstance(args[1], tuple) else "localhost"  # else a file: AF_UNIX
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = args[0] or "localhost"
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host)
    if not host.startswith(LOCAL) and host not in ("", "0.0.0.0", "::"):
        raise ConnectionRefusedError(f"{event} to {host}: the network is forbidden here")


sys.addaudithook(forbid)
