"""Why a database cannot be read."""


class DatabaseError(Exception):
    """A database that cannot be served; the message says why and what to do."""


class UnavailableError(DatabaseError):
    """A database that cannot be reached at the moment; a retry may succeed."""


class DamageError(UnavailableError):
    """A file in which a read has found damage; nothing is read from it any more."""


class FileReplacedError(UnavailableError):
    """A file that may still be open, but cannot be opened again by its name."""
