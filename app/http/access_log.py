"""Recording requests: a line of the access log each, and the metrics."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from time import perf_counter
from typing import TYPE_CHECKING, TextIO

from app.enums import LogFormat
from app.request import RequestContext

if TYPE_CHECKING:
    from app.http.metrics import Metrics

TRACE_PARENT = re.compile(rb"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
"""A traceparent header of W3C Trace Context, version 00."""
MAX_TARGET = 2000


class RequestRecorder:
    """Records every request of a process once its response is sent.

    Args:
        metrics: the metrics, if they are collected.
        log_format: the format of the access log.
        stream: where the access log is written to.
    """

    def __init__(
        self, metrics: "Metrics | None", log_format: LogFormat, stream: TextIO | None = None
    ) -> None:
        self.metrics = metrics
        self.log_format = log_format
        self.stream = stream or sys.stdout

    def record(self, context: RequestContext, status: int, length: int) -> None:
        """Record a request; one whose client left before the response has the status 0."""
        seconds = perf_counter() - context.started
        if self.metrics is not None and status:
            self.metrics.count_request(context.route, status, context.cache_status, seconds)
        if self.log_format is not LogFormat.OFF and status:
            self.write_line(describe_request(context, status, length, seconds))

    def write_line(self, fields: Mapping[str, object]) -> None:
        """Write a line; nothing in a request can start another one."""
        if self.log_format is LogFormat.JSON:
            line = json.dumps(fields, ensure_ascii=True)
        else:
            line = format_text(fields)
        self.stream.write(f"{line}\n")
        self.stream.flush()


def describe_request(
    context: RequestContext, status: int, length: int, seconds: float
) -> dict[str, object]:
    """Return the fields of a line of the access log."""
    target = f"{context.root_path}{context.path}"
    if context.raw_query:
        target += f"?{context.raw_query.decode('latin-1')}"
    fields: dict[str, object] = {
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "id": context.request_id,
        "method": context.method,
        "target": target[:MAX_TARGET],
        "route": context.route,
        "status": status,
        "milliseconds": round(seconds * 1000, 3),
        "bytes": length,
        "cache": context.cache_status,
    }
    trace = TRACE_PARENT.fullmatch(context.headers.get(b"traceparent", b""))
    if trace is not None:
        fields["trace"] = trace[1].decode()
    return fields


def format_text(fields: Mapping[str, object]) -> str:
    """Format a line for people."""
    target = json.dumps(fields["target"], ensure_ascii=True)[1:-1]
    trace = f" trace={fields['trace']}" if "trace" in fields else ""
    return (
        f"{fields['time']} {fields['method']} {target} {fields['status']} "
        f"{fields['milliseconds']} ms {fields['bytes']} B {fields['cache']} "
        f"id={fields['id']}{trace}"
    )
