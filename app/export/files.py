"""The folder of a static edition: staged files, compressed copies, digests, and what is removed.

Files that differ are written beside the others first, and moved into place when all are there, so
that an interrupted export leaves the previous edition as it was. What did not change is not
touched. The manifest is written last; only files that an earlier manifest lists, and that are still
as they were written, are ever removed.
"""

import fcntl
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import file_digest, sha256
from pathlib import Path
from posixpath import dirname
from typing import IO, Annotated, TypeVar

import msgspec

from app.export.requests import ExportError
from app.http.cached_response import create_compressor, is_compressible
from app.negotiation import Coding

DIGESTS = "SHA256SUMS"
"""The digests in the format of sha256sum."""
MANIFEST = "manifest.json"
UNFINISHED = "unfinished"
"""The digests of earlier exports that did not finish moving their files, in the staging folder."""
STAGING = ".bri-export"
"""The folder of files that are not in place yet; it also marks a first export that has begun."""
COPY_SUFFIXES = {Coding.BROTLI: "br", Coding.ZSTANDARD: "zst", Coding.GZIP: "gz"}
MIN_COMPRESSED = 1024
"""Files of fewer bytes have no compressed copies."""
CHUNK_SIZE = 1024 * 1024
FILE_MODE, FOLDER_MODE = 0o644, 0o755
"""What is exported is to be read by a web server, often of another user, whatever the umask is."""
T = TypeVar("T")


class ManifestFile(msgspec.Struct):
    path: str
    sha256: str
    media_type: str


class Manifest(msgspec.Struct):
    """The fields by which a manifest is recognised as that of a static edition."""

    files: Annotated[list[ManifestFile], msgspec.Meta(min_length=1)]


class ExportedFile:
    """A file that is hashed while it is written."""

    def __init__(self, path: str, file: IO[bytes], media_type: str) -> None:
        self.path = path
        self.file = file
        self.media_type = media_type
        self.address = ""
        """The path and the query with which a service gives the same response, if it does."""
        self.hash = sha256()
        self.size = 0

    def write(self, content: bytes) -> None:
        self.file.write(content)
        self.hash.update(content)
        self.size += len(content)

    @property
    def digest(self) -> str:
        return self.hash.hexdigest()

    def describe(self) -> dict[str, object]:
        return {
            "path": self.path,
            "bytes": self.size,
            "sha256": self.digest,
            "media_type": self.media_type,
            "address": self.address or None,
        }


class ExportFolder:
    def __init__(self, path: Path, codings: Sequence[Coding] = ()) -> None:
        self.path = path
        self.staging = path / STAGING
        self.codings = codings
        self.files: dict[str, ExportedFile] = {}
        self.is_moving = False
        self.check_content()
        create_folder(path)
        self.lock: int | None = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.previous = self.read_previous()
            self.check_folders(self.previous)
            self.prepare_staging()
        except BlockingIOError:
            self.close()
            raise ExportError(f"another export is writing to {path}; wait for its end") from None
        except BaseException:
            self.close()
            raise

    def check_content(self) -> None:
        """Check that there is only an earlier edition, or hidden files; ExportError if not."""
        if not self.path.is_dir():
            return
        if self.staging.is_symlink():
            raise ExportError(f"{self.staging} is a symbolic link; remove it")
        has_manifest = read_json(self.path / MANIFEST, Manifest) is not None
        is_new = all(one.name.startswith(".") for one in self.path.iterdir())
        if not (is_new or self.staging.is_dir() or has_manifest):
            raise ExportError(
                f"{self.path} is not empty and not a static edition; name a new folder, or empty it"
            )

    def read_previous(self) -> dict[str, set[str]]:
        """Return the digests of each file that earlier exports wrote, finished or not."""
        previous = read_json(self.staging / UNFINISHED, dict[str, set[str]]) or {}
        for folder in (self.path, self.staging):
            manifest = read_json(folder / MANIFEST, Manifest)
            for file in manifest.files if manifest else ():
                previous.setdefault(file.path, set()).add(file.sha256)
        return previous

    def prepare_staging(self) -> None:
        """Empty the staging folder, but keep what is known about unfinished exports."""
        is_unfinished = any((self.staging / name).exists() for name in (MANIFEST, UNFINISHED))
        with suppress(FileNotFoundError):
            shutil.rmtree(self.staging)
        self.staging.mkdir()
        if is_unfinished:
            (self.staging / UNFINISHED).write_bytes(msgspec.json.encode(self.previous))

    def check_folders(self, paths: Iterable[str]) -> None:
        """Check that no path leads out of the folder, also by a link; ExportError if one does."""
        root = os.path.realpath(self.path)  # Path.resolve() fails for a loop of links.
        for folder, path in {dirname(path): path for path in paths}.items():
            if not path or not Path(os.path.realpath(self.path / folder)).is_relative_to(root):
                raise ExportError(f"the path {path!r} leads outside {self.path}")

    def check_foreign_files(self) -> None:
        """Check that only what an export wrote is replaced; ExportError if not."""
        for path in sorted(self.files.keys() - self.previous.keys() - {MANIFEST, DIGESTS}):
            if (self.staging / path).exists() and os.path.lexists(self.path / path):
                raise ExportError(
                    f"{self.path / path} is not of an earlier export; move it elsewhere"
                )

    def remove_staging(self) -> None:
        """Remove what is not in place, unless some of it is: then the next export completes it."""
        if self.lock is None:
            return
        if not self.is_moving and not (self.staging / UNFINISHED).exists():
            shutil.rmtree(self.staging, ignore_errors=True)
        self.close()

    def close(self) -> None:
        """Let others export to the folder."""
        if self.lock is not None:
            os.close(self.lock)
            self.lock = None

    def add(self, path: str, content: bytes, media_type: str, address: str = "") -> None:
        with self.create(path) as file:
            file.media_type, file.address = media_type, address
            file.write(content)

    @contextmanager
    def create(self, path: str) -> Iterator[ExportedFile]:
        """Add a file piece by piece; its media type must be set."""
        with self.open_staged(path) as file:
            yield file
        if file.size >= MIN_COMPRESSED and is_compressible(file.media_type):
            for coding in self.codings:
                self.compress(path, file.media_type, coding)

    def compress(self, path: str, media_type: str, coding: Coding) -> None:
        compressor = create_compressor(coding)
        staged = self.staging / path
        source = staged if staged.exists() else self.path / path
        with (
            source.open("rb") as file,
            self.open_staged(f"{path}.{COPY_SUFFIXES[coding]}", media_type) as copy,
        ):
            while piece := file.read(CHUNK_SIZE):
                copy.write(compressor.add(piece))
            copy.write(compressor.finish())

    @contextmanager
    def open_staged(self, path: str, media_type: str = "") -> Iterator[ExportedFile]:
        """Write a file into the staging folder, and drop it if the one in place is equal."""
        if path in self.files:
            raise ExportError(f"two responses would be written to {path}")
        staged = self.staging / path
        create_folder(staged.parent)
        with staged.open("wb") as file:
            os.fchmod(file.fileno(), FILE_MODE)
            self.files[path] = exported = ExportedFile(path, file, media_type)
            yield exported
        placed = self.path / path
        if placed.is_file() and placed.stat().st_size == exported.size:
            with placed.open("rb") as file:
                is_equal = file_digest(file, "sha256").hexdigest() == exported.digest
            if is_equal:
                staged.unlink()

    def finish(self, description: dict[str, object]) -> int:
        """Move all files into place, remove old ones, write the manifest; return the count."""
        self.check_folders(self.files)
        self.check_foreign_files()
        listed = [self.files[path] for path in sorted(self.files)]
        described = description | {"files": [one.describe() for one in listed]}
        manifest = json.dumps(described, ensure_ascii=False, indent=1) + "\n"
        with self.open_staged(MANIFEST, "application/json") as file:
            file.write(manifest.encode())
        lines = (f"{self.files[path].digest}  {path}\n" for path in sorted(self.files))
        with self.open_staged(DIGESTS, "text/plain") as file:
            file.write("".join(lines).encode())
        last = (DIGESTS, MANIFEST)
        self.is_moving = True
        count = self.move_staged(path for path in self.files if path not in last)
        for path in sorted(self.previous.keys() - self.files.keys()):
            self.remove(path)
        count += self.move_staged(last)
        shutil.rmtree(self.staging)
        self.close()
        return count

    def move_staged(self, paths: Iterable[str]) -> int:
        """Move staged files into place; return how many there were."""
        staged = [path for path in paths if (self.staging / path).exists()]
        for path in staged:
            placed = self.path / path
            create_folder(placed.parent)
            (self.staging / path).replace(placed)
        return len(staged)

    def remove(self, path: str) -> None:
        """Remove a file as an export wrote it, and the folders that it leaves empty."""
        file = self.path / path
        if not file.is_file():
            return
        with file.open("rb") as content:
            if file_digest(content, "sha256").hexdigest() not in self.previous[path]:
                return
        file.unlink()
        for folder in file.parents:
            if folder == self.path or any(folder.iterdir()):
                return
            folder.rmdir()


def create_folder(path: Path) -> None:
    """Create a folder, and its parents, which anybody can read; ExportError if one is a file."""
    for folder in (*reversed(path.parents), path):
        if not folder.is_dir():
            if folder.exists() or folder.is_symlink():
                raise ExportError(f"{folder} is not a folder; name another one, or remove it")
            folder.mkdir()
            folder.chmod(FOLDER_MODE)


def read_json(path: Path, kind: type[T]) -> T | None:
    """Read a file that an export wrote, or return None for any other content."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return None
