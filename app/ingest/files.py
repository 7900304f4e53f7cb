"""The files of a seed and their hash; every start needs them, so this module imports little."""

from hashlib import sha256
from pathlib import Path


def list_seed_files(folder: Path) -> list[Path]:
    """List the files of a seed folder in order, without hidden files and notes (``*.md``)."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.suffix != ".md"
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def compute_seed_hash(folder: Path) -> str:
    """Return the SHA-256 hash of the names and contents of all seed files."""
    digest = sha256()
    for path in list_seed_files(folder):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
