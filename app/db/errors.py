"""Why a database cannot be read."""

import errno

ADVICE = {
    errno.EACCES: "give this user access to it and to its folders",
    errno.EBUSY: "mount its folder, not the file alone",
    errno.ELOOP: "remove the link, which leads to itself",
    errno.ENOTDIR: "a part of its path is a file, not a folder; name another one",
}


class DatabaseError(Exception):
    """A database that cannot be served; the message says why and what to do."""


class UnavailableError(DatabaseError):
    """A database that cannot be reached at the moment; a retry may succeed."""


class DamageError(UnavailableError):
    """A file in which a read has found damage; nothing is read from it any more."""


class FileReplacedError(UnavailableError):
    """A file that may still be open, but cannot be opened again by its name."""


def describe_os_error(error: OSError) -> str:
    """Return why the system refuses something, and what to do about it."""
    reason, advice = error.strerror or str(error), ADVICE.get(error.errno or 0)
    return f"{reason}; {advice}" if advice else reason
