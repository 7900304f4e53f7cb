"""A client that calls applications without a socket."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import Future
from functools import cache
from threading import Event, Thread
from typing import Any, Self, TypeVar

import httpx2
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

Result = TypeVar("Result")


@cache
def get_loop() -> asyncio.AbstractEventLoop:
    """Start the event loop of all clients; it runs in a thread as long as the process."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="clients", daemon=True).start()
    return loop


def run(coroutine: Coroutine[Any, Any, Result]) -> Result:
    return asyncio.run_coroutine_threadsafe(coroutine, get_loop()).result()


class AppTransport(httpx2.BaseTransport):
    """Calls an application in the event loop, once for each request.

    Starlette's `TestClient` calls it in eight steps, each of which wakes another thread; that takes
    five times as long as a cached response.
    """

    def __init__(self, app: FastAPI, **options: Any) -> None:
        self.app = app
        self.transport = httpx2.ASGITransport(self.call_app, **options)
        self.running: Future[None] | None = None

    def __enter__(self) -> Self:
        """Start the application; raise what its start raises."""
        started, self.stopped = Event(), asyncio.Event()
        self.running = asyncio.run_coroutine_threadsafe(self.run_app(started), get_loop())
        self.running.add_done_callback(lambda _: started.set())
        started.wait()
        if self.running.done():
            self.running.result()
        return self

    def close(self) -> None:
        """Stop the application, if it has been started."""
        if self.running is not None:
            get_loop().call_soon_threadsafe(self.stopped.set)
            self.running.result()

    async def run_app(self, started: Event) -> None:
        """Start the application and stop it in one task, as its task groups demand."""
        async with self.app.router.lifespan_context(self.app):
            started.set()
            await self.stopped.wait()

    async def call_app(self, scope: Scope, receive: Receive, send: Send) -> None:
        host, port = scope["server"]
        default = 443 if scope["scheme"] == "https" else 80
        await self.app({**scope, "server": (host, port or default)}, receive, send)

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        status, headers, body = run(self.respond(request))
        return httpx2.Response(status, headers=headers, stream=httpx2.ByteStream(body))

    async def respond(self, request: httpx2.Request) -> tuple[int, httpx2.Headers, bytes]:
        response = await self.transport.handle_async_request(request)
        assert isinstance(response.stream, httpx2.AsyncByteStream)
        body = b"".join([part async for part in response.stream])
        return response.status_code, response.headers, body


class AppClient(httpx2.Client):
    """A client of an application, which it starts and stops where it is a context manager."""

    def __init__(
        self,
        app: FastAPI,
        *,
        base_url: str = "http://testserver",
        raise_server_exceptions: bool = True,
        root_path: str = "",
        client: tuple[str, int] = ("testclient", 50000),
    ) -> None:
        self.app = app
        super().__init__(
            transport=AppTransport(
                app,
                raise_app_exceptions=raise_server_exceptions,
                root_path=root_path,
                client=client,
            ),
            base_url=base_url,
            headers={"user-agent": "testclient"},
            follow_redirects=True,
        )
