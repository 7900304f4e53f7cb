"""Database files: what was opened and checked is what is served, whatever happens to the file."""

import os
import re
import sqlite3
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import count
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple
from urllib.parse import quote
from weakref import finalize

from app.db.errors import (
    DamageError,
    DatabaseError,
    FileReplacedError,
    UnavailableError,
    describe_os_error,
)

CHUNK_SIZE = 1024**2
"""A multiple of every page size, so that no row without overflow pages spans two chunks."""
MAX_DIGESTED = 256 * 1024**2
"""Size in bytes up to which a download has a digest; a larger one would delay it by seconds."""
DIGEST_PREFIX = b"content-sha256:"
NO_DIGEST = b"0" * 64
STORED_DIGEST = re.compile(DIGEST_PREFIX + rb"(.{64})", re.DOTALL)  # It may be damaged.
MAGIC = b"SQLite format 3\0"
HEADER_SIZE = 100
CAN_COPY = sqlite3.sqlite_version_info >= (3, 36) and hasattr(sqlite3.Connection, "deserialize")
"""Older versions of SQLite have no databases in memory that several connections share."""
MEMORY_NUMBERS = count()
MEMORY_CACHE = "PRAGMA cache_size = -500"
"""The pages, in kilobytes, that a connection to a copy in memory caches. With the default of 2,000,
queries take one percent less time, but every connection copies a fifth of the database again."""


@dataclass(frozen=True)
class FileLimits:
    """What is done with a file before it is served."""

    max_copied: int = 16 * 1024**2
    """Size in bytes up to which a file is verified, and served from a copy in memory."""
    copy: bool = True
    """Whether it is copied; what is only checked need not be."""
    verify: bool = False
    """Whether larger files are verified too."""
    pool_size: int = 40
    """How many connections requests use at the same time."""


class ReleaseInfo(NamedTuple):
    """What can be read about a release before it is opened."""

    seed_hash: str
    revision: str
    location: str
    """The path of the file, or the name of the PostgreSQL schema."""
    modified: float
    """When the release was published, in seconds since 1970."""
    file: "DatabaseFile | None" = None
    """The open file."""


def compute_content_digest(chunks: Iterable[bytes]) -> tuple[str, str | None, int]:
    """Return the SHA-256 digest of a file without the digest in it, that digest, and its offset.

    Zeros take the place of its digits.
    """
    digest, size, stored, offset = sha256(), 0, None, 0
    for chunk in chunks:
        content = memoryview(chunk)
        found = STORED_DIGEST.search(chunk) if stored is None else None
        if found is not None:
            stored, offset = found[1].decode("latin-1"), size + found.start(1)
            digest.update(content[: found.start(1)])
            digest.update(NO_DIGEST)
            content = content[found.end(1) :]
        digest.update(content)
        size += len(chunk)
    return digest.hexdigest(), stored, offset


def name_digest_file(path: Path) -> Path:
    """Return where a build writes the SHA-256 digest of a file, in the form of ``sha256sum``."""
    return path.with_name(f"{path.name}.sha256")


def get_identity(status: os.stat_result) -> tuple[int, ...]:
    """Return what changes when a file is replaced or written, but not when it is renamed."""
    return status.st_dev, status.st_ino, status.st_mtime_ns, status.st_size


PRIMARY_CODE = 0xFF
"""The part of an extended result code of SQLite that says what kind of error it is."""
UNDECODABLE = "Could not decode to UTF-8"
"""How a message of Python about a damaged text begins, which has no code."""
# A message of SQLite may quote bytes that are not UTF-8, and a damaged length exceed the memory.
UNREADABLE = sqlite3.Error, UnicodeDecodeError, MemoryError


class DatabaseFile:
    """A database file that is open.

    A file up to a size is copied into memory, from which all connections read: to truncate,
    overwrite or delete it later has no effect. A larger one is held by its descriptor; once it has
    been written to, every read fails with UnavailableError.

    SQLite opens files only by name: it resolves ``/proc/self/fd/3`` to the name. So the connections
    to a large file that are opened later are compared with the descriptor.
    """

    def __init__(self, path: Path, limits: FileLimits) -> None:
        """Open a file; DatabaseError if it is no regular file, unreadable or incomplete."""
        self.path, self.limits = path, limits
        close_handle, status = self.open_handle()
        if not S_ISREG(status.st_mode):
            raise DatabaseError(f"{path} is not a regular file")
        self.identity = get_identity(status)
        self.size, self.modified = status.st_size, status.st_mtime
        self.has_digest = False
        """Whether the file has been verified by a digest that it contains."""
        self.damage: str | None = None
        """What a read has found wrong with the content, of which nothing is read any more."""
        self.memory_url: str | None = None
        """Where the connections of this process find the copy in memory."""
        self.copied_digests: tuple[str, str | None, int] | None = None
        """What ``compute_content_digest`` has returned for the bytes that were copied."""
        self.is_large = self.size > limits.max_copied
        self.header = self.read_part(0, min(HEADER_SIZE, self.size))
        self.check_header()
        if CAN_COPY and limits.copy and not self.is_large:
            content = self.read_part(0, self.size)
            self.check_unchanged()
            self.copied_digests = compute_content_digest([content])
            self.memory_url = self.copy_to_memory(content)
            close_handle()

    def open_handle(self) -> tuple[Callable[[], object], os.stat_result]:
        """Open the file; return the function that closes it, and its status."""
        try:
            # Without O_NONBLOCK, a pipe would block until somebody writes to it.
            self.handle = os.open(self.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
            return finalize(self, os.close, self.handle), os.fstat(self.handle)
        except FileNotFoundError:
            raise UnavailableError(f"{self.path} is missing; build it with 'bri build'") from None
        except OSError as error:
            reason = describe_os_error(error)
            raise DatabaseError(f"{self.path} cannot be read: {reason}") from None

    def __getstate__(self) -> dict[str, Any]:
        """Return what another process needs to read the same content: its bytes, or its name."""
        unsent = {"handle", "digest", "downloaded"}
        state = {name: value for name, value in vars(self).items() if name not in unsent}
        return state | {"content": self.memory_url and self.read_copy()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Open the same content; FileReplacedError if the name does not lead to it any more."""
        content = state.pop("content")
        self.__dict__ |= state
        if content is not None:
            self.memory_url = self.copy_to_memory(content)
            return
        try:
            self.open_handle()
        except DatabaseError as error:
            raise FileReplacedError(str(error)) from None

    def read_chunks(self, start: int = 0, stop: int | None = None) -> Generator[bytes, None, None]:
        """Yield the bytes of the file, or of a part; UnavailableError if it has changed."""
        stop = self.size if stop is None else stop
        while start < stop:
            chunk = self.read_part(start, min(CHUNK_SIZE, stop - start))
            self.check_unchanged()
            yield chunk
            start += len(chunk)

    def read_part(self, offset: int, length: int) -> bytes:
        if self.memory_url is not None:
            return self.downloaded[offset : offset + length]
        try:
            chunk = os.pread(self.handle, length, offset)
        except OSError as error:
            raise DatabaseError(f"{self.path} cannot be read: {error.strerror}") from None
        if len(chunk) < length:
            raise self.create_changed_error()
        return chunk

    def read_copy(self) -> bytes:
        """Return the bytes of the file from its copy, which differs from it in the header only."""
        with closing(self.connect()) as connection, suppress(sqlite3.OperationalError):
            return self.header + connection.serialize()[len(self.header) :]
        raise MemoryError  # Reading a copy in memory fails for no other reason.

    @cached_property
    def downloaded(self) -> bytes:
        """The bytes of a copied file, kept since a range of ten bytes would copy all again."""
        return self.read_copy()

    def check_unchanged(self) -> None:
        if self.damage is not None:
            raise DamageError(self.damage)
        if self.memory_url is None and get_identity(os.fstat(self.handle)) != self.identity:
            raise self.create_changed_error()

    def reject_damage(self, error: BaseException) -> None:
        """Raise DamageError if an error of SQLite means damage; nothing is read from then on."""
        code = getattr(error, "sqlite_errorcode", 0) & PRIMARY_CODE
        is_undecodable = str(error).startswith(UNDECODABLE)
        if is_undecodable or code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
            self.check_unchanged()
            reason = "a text is not UTF-8" if is_undecodable else error
            self.damage = str(self.create_damage_error(reason))
            raise DamageError(self.damage) from None

    def create_changed_error(self) -> UnavailableError:
        return UnavailableError(f"{self.path} was written to while it was open")

    def check_header(self) -> None:
        """Check that the file is as long as its header says, as the copy of a file may not be."""
        header = self.header
        if not header:
            raise DatabaseError(f"{self.path} is empty; build it with 'bri build'")
        if not header.startswith(MAGIC):
            raise DatabaseError(f"{self.path} is not a database of this API (not an SQLite file)")
        page_size = int.from_bytes(header[16:18], "big")
        pages = int.from_bytes(header[28:32], "big")
        # Page size 1 stands for 65536, which does not fit into two bytes.
        expected = pages * (65536 if page_size == 1 else page_size)
        # The number of pages counts only if both change counters are equal.
        if header[24:28] == header[92:96] and self.size != expected:
            raise DatabaseError(
                f"{self.path} is damaged: it has {self.size} bytes instead of {expected};"
                " remove it and build it with 'bri build'"
            )

    def copy_to_memory(self, content: bytes) -> str:
        """Copy a database into memory that the connections of this process share.

        It exists as long as a connection to it is open.
        """
        url = f"file:/bri-{next(MEMORY_NUMBERS)}?vfs=memdb"
        owner = sqlite3.connect(url, uri=True, check_same_thread=False)
        finalize(self, owner.close)
        try:
            with closing(sqlite3.connect(":memory:")) as source:
                source.deserialize(content)
                for connection in (source, owner):
                    connection.execute("PRAGMA cache_size = 0")
                source.backup(owner)
        except MemoryError:
            raise  # Whole pages are copied, so damage cannot cause it.
        except UNREADABLE as error:
            raise self.create_damage_error(error) from None
        return f"{url}&mode=ro&immutable=1"

    def connect(self) -> sqlite3.Connection:
        """Open a read-only connection; UnavailableError if another file has replaced it."""
        path = quote(os.fsencode(self.path.absolute()))
        url = self.memory_url or f"file:{path}?mode=ro&immutable=1"  # Without locks.
        connection = sqlite3.connect(url, uri=True, check_same_thread=False)
        if self.memory_url is not None:
            connection.execute(MEMORY_CACHE)
        else:
            with suppress(OSError):
                if get_identity(self.path.stat()) == self.identity:
                    return reject_writing(connection)
            connection.close()
            raise FileReplacedError(f"{self.path} has been replaced; no more connections can open")
        return reject_writing(connection)

    def read_info(self) -> ReleaseInfo:
        try:
            with closing(self.connect()) as connection:
                sql = "SELECT seed_hash, schema_revision FROM release"
                row = connection.execute(sql).fetchone()
        except UNREADABLE as error:
            raise DatabaseError(f"{self.path} is not a database of this API ({error})") from None
        if row is None:
            raise DatabaseError(f"{self.path} contains no release; rebuild it with 'bri build'")
        return ReleaseInfo(row[0], row[1], str(self.path), self.modified, self)

    def verify(self) -> None:
        """Check every byte, or else the structure; DatabaseError if it is not what was built."""
        if self.is_large and not self.limits.verify:
            return
        computed, stored, _ = self.copied_digests or compute_content_digest(self.read_chunks())
        self.has_digest = stored is not None
        if stored is None:
            self.check_structure()
        elif stored != computed:
            raise self.create_damage_error("its content differs from its digest")

    def check_structure(self) -> None:
        """Check that SQLite can read all rows; DatabaseError if it cannot."""
        try:
            with closing(self.connect()) as connection:
                connection.execute("PRAGMA cell_size_check = ON")
                verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
        except UNREADABLE as error:
            raise self.create_damage_error(error) from None
        if verdict != "ok":
            # The first line only names the database.
            raise self.create_damage_error(verdict.splitlines()[-1])

    def create_damage_error(self, reason: object) -> DatabaseError:
        reason = str(reason) or "a length in it is too large"
        return DatabaseError(f"{self.path} is damaged: {reason}; rebuild it with 'bri build'")

    @cached_property
    def digest(self) -> str | None:
        """The SHA-256 digest of the file, or None if it is too large."""
        if self.size > MAX_DIGESTED:
            return None
        digest = sha256()
        # The copy need not be kept, unlike that of a download.
        for chunk in self.read_chunks() if self.memory_url is None else [self.read_copy()]:
            digest.update(chunk)
        return digest.hexdigest()


def reject_writing(connection: sqlite3.Connection) -> sqlite3.Connection:
    # The URI opens the database read-only; this also covers temporary and attached databases.
    connection.execute("PRAGMA query_only = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    return connection
