"""The longest callback of the event loop for each kind of request.

``pytest --callbacks FOLDER`` measures them in every server that the tests start, and prints them;
``python -m tests.endurance.callbacks`` does so with hostile requests and much data. The processes
of the tests are not measured: they hold a gigabyte of other objects, whose collection as garbage
interrupts requests.
"""
# ruff: noqa: SLF001 (asyncio has no public hook that measures each callback.)

import gc
import json
import os
from asyncio import SelectorEventLoop
from asyncio.events import Handle
from collections.abc import Iterable
from contextvars import ContextVar
from pathlib import Path
from threading import Event, current_thread
from time import perf_counter, thread_time
from typing import Any

import uvicorn

from app.http import middleware
from app.request import RequestContext

FOLDER = "TESTS_CALLBACKS"
"""In the environment, the folder in which each process writes what it has measured."""
LEAST = 0.001
"""The seconds of processor time from which a callback is recorded."""
ENDPOINT_THREAD = "endpoint"
"""The beginning of the names of the threads of the router."""
LIFESPAN = "(LifespanOn.main)"
"""The name of the callback that starts and ends the application."""
BOUND = 0.020
"""The seconds of processor time that a callback may take."""
CONTEXT: ContextVar[RequestContext | None] = ContextVar("CONTEXT", default=None)
Longest = dict[str, tuple[float, float]]
"""The seconds of the processor, and of the clock, of the longest callback by kind of request."""


LONGEST: Longest = {}
"""What this process has measured."""
REQUESTED = Event()
"""Set once this process has received a request."""
COLLECTIONS: list[float] = []
"""When the collection of garbage that is running has begun."""


def measure() -> None:
    """Measure all callbacks of this process from now on, if a folder for that is named."""
    if FOLDER not in os.environ:
        return
    run, create = Handle._run, middleware.create_context

    def run_measured(handle: Any) -> None:
        if current_thread().name.startswith(ENDPOINT_THREAD):
            run(handle)  # An event loop of its own, for an example of the OpenAPI document.
            return
        began, began_processor = perf_counter(), thread_time()
        run(handle)
        spent, spent_processor = perf_counter() - began, thread_time() - began_processor
        context = handle._context.get(CONTEXT)
        kind = name_callback(handle) if context is None else context.route
        # Before its first request and after its last one, a process delays none.
        is_delaying = REQUESTED.is_set() and kind != LIFESPAN
        if is_delaying and spent_processor > LONGEST.get(kind, (LEAST, 0.0))[0]:
            LONGEST[kind] = spent_processor, spent
            write()

    def create_noted(*arguments: Any) -> RequestContext:
        context = create(*arguments)
        REQUESTED.set()
        # The OpenAPI document sends requests inside a request, which have no connection.
        if CONTEXT.get() is None or context.connection is not None:
            CONTEXT.set(context)
        return context

    gc.callbacks.append(measure_collection)
    Handle._run = run_measured  # type: ignore[method-assign, assignment]
    middleware.create_context = create_noted  # type: ignore[assignment]
    # Another event loop than that of asyncio has callbacks that cannot be measured.
    uvicorn.Config.get_loop_factory = lambda *_: SelectorEventLoop  # type: ignore[method-assign]


def measure_collection(phase: str, details: dict[str, int]) -> None:
    """Record collections of garbage by themselves: in whatever thread, all others wait for it."""
    if phase == "start":
        COLLECTIONS.append(thread_time())
        return
    spent = thread_time() - COLLECTIONS.pop()
    if not REQUESTED.is_set():
        return
    kind = f"(collection of generation {details['generation']})"
    if spent > LONGEST.get(kind, (LEAST, 0.0))[0]:
        LONGEST[kind] = spent, spent
        write()


def name_callback(handle: Any) -> str:
    """Name what is not part of a request: the parser, timers, the start of the server."""
    callback = handle._callback
    owner = getattr(callback, "__self__", None)
    coroutine = getattr(owner, "get_coro", lambda: None)()
    return f"({getattr(coroutine or callback, '__qualname__', repr(callback))})"


def write() -> None:
    """Write what this process has measured; a server may end by a signal, without notice."""
    folder = Path(os.environ[FOLDER])
    folder.mkdir(exist_ok=True)
    (folder / str(os.getpid())).write_text(json.dumps(LONGEST), "utf-8")


def read(folder: str) -> Longest:
    """Combine what all processes have written."""
    combined: Longest = {}
    for file in Path(folder).iterdir():
        for kind, spent in json.loads(file.read_text("utf-8")).items():
            combined[kind] = max(combined.get(kind, (0.0, 0.0)), tuple(spent))
    return combined


def list_longest(longest: Longest, kinds: int = 40) -> Iterable[str]:
    """Write a line for each kind, the slowest first."""
    yield "milliseconds of the processor, of the clock"
    for kind, (processor, clock) in sorted(longest.items(), key=lambda one: -one[1][0])[:kinds]:
        mark = "  TOO LONG" if processor > BOUND else ""
        yield f"{processor * 1000:9.1f} {clock * 1000:9.1f}  {kind}{mark}"
