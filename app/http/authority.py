"""The authority of a request: the Host header, or that of an absolute target (RFC 9112, 3.2)."""

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote

from starlette.types import Scope

from app.request import RawHeaders

MAX_LENGTH = 255
MAX_PORT = 65535
AUTHORITY = re.compile(
    rb"[ \t]*(?:([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?)|\[([0-9A-Fa-f:.]+)\])"
    rb"(?::([0-9]{0,5}))?[ \t]*"
)
"""A host name or an IPv4 address, or an IPv6 address in brackets, and perhaps a port, which may be
empty (RFC 3986, 3.2.3); the parser leaves tabs around it, which do not belong to it."""
ABSOLUTE_FORM = re.compile(rb"https?://([^/?#]*)([^?#]*)(\?[^#]*)?.*", re.IGNORECASE | re.DOTALL)


def is_valid_authority(text: bytes) -> bool:
    match = AUTHORITY.fullmatch(text)
    if match is None or len(text) > MAX_LENGTH or int(match[3] or 0) > MAX_PORT:
        return False
    try:
        return match[2] is None or IPv6Address(match[2].decode()) is not None
    except AddressValueError:
        return False


def get_host(authority: bytes) -> str:
    """Return the host of an authority in its usual form; empty if it is invalid.

    A name is in lower case and has no final dot, and an IPv6 address is as short as it can be.
    """
    match = AUTHORITY.fullmatch(authority)
    if match is None or not is_valid_authority(authority):
        return ""
    if match[2] is not None:
        return f"[{IPv6Address(match[2].decode())}]"
    return str(match[1].decode()).lower().removesuffix(".")


def apply_absolute_form(target: bytes, headers: RawHeaders) -> bytes:
    """Replace the Host header by the authority of an absolute target; return path and query.

    A target with another scheme than http and https has no valid authority.
    """
    match = ABSOLUTE_FORM.fullmatch(target)
    if match is None and b"://" not in target:
        return target
    authority = b"" if match is None else match[1]
    headers[:] = [(name, authority if name == b"host" else value) for name, value in headers]
    return target if match is None else (match[2] or b"/") + (match[3] or b"")


def apply_absolute_target(scope: Scope) -> None:
    """Move an absolute target, which some servers leave in the path, to path and Host header."""
    prefix = scope.get("root_path", "")
    raw = scope.get("raw_path") or b"/"
    path = raw.removeprefix(prefix.encode())
    if path[:1] != b"/":
        path = apply_absolute_form(path, scope["headers"])
        scope["raw_path"] = prefix.encode() + path
        scope["path"] = prefix + unquote(path.decode("ascii"))
