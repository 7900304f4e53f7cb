"""A line of the log for each request, for people or for programs."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TextIO

from app.observing.seen import Seen

TRACE = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""A traceparent by W3C Trace Context, version 00."""
LONGEST_TARGET = 2000


class Form(StrEnum):
    """How a request is told of in the log."""

    OFF = "off"
    TEXT = "text"
    JSON = "json"


class Lines:
    """Writes lines; nothing in a request can begin a new one."""

    def __init__(self, form: Form, stream: TextIO | None = None) -> None:
        self.form = form
        self.stream = stream or sys.stdout

    def write(  # noqa: PLR0913, PLR0917
        self,
        seen: Seen,
        method: str,
        target: str,
        seconds: float,
        headers: Mapping[bytes, bytes],
        identifier: str,
    ) -> None:
        """Tell of a request that is answered."""
        told = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "id": identifier,
            "method": method,
            "target": target[:LONGEST_TARGET],
            "route": seen.route,
            "status": seen.status,
            "milliseconds": round(seconds * 1000, 3),
            "bytes": seen.length,
            "cache": seen.cache,
        }
        trace = TRACE.fullmatch(headers.get(b"traceparent", b""))
        if trace is not None:
            told["trace"] = trace[1].decode()
        line = json.dumps(told, ensure_ascii=True) if self.form is Form.JSON else text(told)
        self.stream.write(f"{line}\n")
        self.stream.flush()


def text(told: Mapping[str, object]) -> str:
    """Write a line for people."""
    shown = json.dumps(told["target"], ensure_ascii=True)[1:-1]
    trace = f" trace={told['trace']}" if "trace" in told else ""
    return (
        f"{told['time']} {told['method']} {shown} {told['status']} {told['milliseconds']} ms "
        f"{told['bytes']} B {told['cache']} id={told['id']}{trace}"
    )
