"""The files that pages use, such as scripts and fonts."""

import base64
import re
from functools import cache
from hashlib import blake2b, sha384
from pathlib import Path

STATIC = Path(__file__).parent / "static"
MEDIA_TYPES = {
    ".css": "text/css",
    ".ico": "image/x-icon",
    ".js": "text/javascript",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
"""Fixed, because the table of the mimetypes module depends on the system."""
REFERENCES = re.compile(r"""(?<=["'])(?:\./)?([\w./-]+\.(?:js|woff2))(?=["'])""")
"""The names of other files in style sheets and scripts."""


@cache
def list_assets() -> dict[str, str]:
    """List the files that pages use, with their media types."""
    files = [file for file in sorted(STATIC.rglob("*")) if file.is_file()]
    return {file.relative_to(STATIC).as_posix(): MEDIA_TYPES[file.suffix] for file in files}


@cache
def compute_integrity(file: str) -> str:
    """Compute the digest of a file that other sites state when they load it (SRI)."""
    return f"sha384-{base64.b64encode(sha384((STATIC / file).read_bytes()).digest()).decode()}"


def read_asset(file: str, *parents: str) -> bytes:
    """Read a file that pages use, with the versions of the files that it names.

    So its own version changes with theirs. ``parents`` are the files that led to it.
    """
    content = (STATIC / file).read_bytes()
    if not file.endswith((".css", ".js")):
        return content

    def add_version(match: re.Match[str]) -> str:
        named = (Path(file).parent / match[1]).as_posix()
        if named in (file, *parents) or not (STATIC / named).is_file():
            return match[0]
        return f"{match[0]}?v={hash_asset(read_asset(named, file, *parents))}"

    return REFERENCES.sub(add_version, content.decode()).encode()


def hash_asset(content: bytes) -> str:
    return blake2b(content, digest_size=4).hexdigest()


@cache
def get_asset_version(file: str) -> str:
    """Hash a file, so that a browser never uses an older copy of it with a newer page."""
    return hash_asset(read_asset(file))
