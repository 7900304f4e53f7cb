"""Files that are made while they are sent, or aside where they can only be finished as a whole."""

import io
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import IO

CHUNK_SIZE = 1024 * 1024
"""How many bytes are given at once."""


def stream_file(write: Callable[[IO[bytes]], None]) -> Iterator[bytes]:
    """Have a file written, and give it bit by bit; memory holds no more than a bit of it."""
    with TemporaryFile() as file:
        write(file)
        file.seek(0)
        yield from read_chunks(file)


def read_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Give a file bit by bit."""
    while part := file.read(CHUNK_SIZE):
        yield part


class DrainableFile(io.RawIOBase):
    """A file that can only be written to, and from which the written bytes are taken away."""

    def __init__(self) -> None:
        self.held = bytearray()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        """Hold some bytes."""
        self.held += data
        return len(data)

    def drain(self) -> Iterator[bytes]:
        """Give what is held, and hold it no more."""
        if self.held:
            yield bytes(self.held)
            self.held.clear()
