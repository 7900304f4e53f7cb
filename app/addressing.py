"""Addresses that a server listens on."""

import socket


def listen_once(host: str, port: int) -> None:
    """Bind to an address and let go of it.

    Raises:
        OSError: if it cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
