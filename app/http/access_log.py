"""A line of the log for each request, for people or for programs."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

from app.enums import LogFormat
from app.http.request_record import RequestRecord

TRACE_PARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""A traceparent by W3C Trace Context, version 00."""
MAX_TARGET = 2000


class AccessLog:
    """Writes lines; nothing in a request can begin a new one."""

    def __init__(self, form: LogFormat, stream: TextIO | None = None) -> None:
        self.form = form
        self.stream = stream or sys.stdout

    def log_request(  # noqa: PLR0913, PLR0917
        self,
        seen: RequestRecord,
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
            "target": target[:MAX_TARGET],
            "route": seen.route,
            "status": seen.status,
            "milliseconds": round(seconds * 1000, 3),
            "bytes": seen.length,
            "cache": seen.cache,
        }
        trace = TRACE_PARENT.fullmatch(headers.get(b"traceparent", b""))
        if trace is not None:
            told["trace"] = trace[1].decode()
        line = (
            json.dumps(told, ensure_ascii=True)
            if self.form is LogFormat.JSON
            else format_text(told)
        )
        self.stream.write(f"{line}\n")
        self.stream.flush()


def format_text(told: Mapping[str, object]) -> str:
    """Write a line for people."""
    shown = json.dumps(told["target"], ensure_ascii=True)[1:-1]
    trace = f" trace={told['trace']}" if "trace" in told else ""
    return (
        f"{told['time']} {told['method']} {shown} {told['status']} {told['milliseconds']} ms "
        f"{told['bytes']} B {told['cache']} id={told['id']}{trace}"
    )
