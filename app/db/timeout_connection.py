"""A connection to PostgreSQL that does not wait for ever: a server may fall silent.

A frozen machine keeps its connections open, and cannot end a statement by its own timeout; nothing
else ends the wait for it.
"""

from typing import Any

import psycopg
from psycopg.errors import _WaitTimeout


class TimeoutConnection(psycopg.Connection[Any]):
    """Counts a server as gone that has said nothing for longer than a statement may take."""

    longest_silence: float | None = None
    """Seconds; none while the connection is being made, which has a limit of its own."""

    def wait(self, gen: Any, *given: Any, **named: Any) -> Any:
        """Wait for an answer, but not for ever.

        Raises:
            psycopg.OperationalError: if none has come by then; the connection is closed.
        """
        try:
            return super().wait(gen, *given, **{"timeout": self.longest_silence, **named})
        except _WaitTimeout:
            self.pgconn.finish()
            told = f"the server has been silent for {self.longest_silence} seconds"
            raise psycopg.OperationalError(told) from None


def connect_with_timeout(longest_silence: float, *given: Any, **named: Any) -> TimeoutConnection:
    """Connect to a server that may not be silent for longer than some seconds."""
    connection = TimeoutConnection.connect(*given, **named)
    connection.longest_silence = longest_silence
    return connection
