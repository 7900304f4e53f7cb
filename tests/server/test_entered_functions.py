"""What a request enters of our functions, from the socket to the last byte of its response."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from app.application import App
from app.enums import LogFormat
from app.http.routing import SMALL_PAGE
from app.server import ServerProtocol, SlowPathProtocol
from app.server.timeouts import TimeoutProtocol
from tests.http.test_request_work import Calls, watch_calls
from tests.support.targets import open_app

pytestmark = [pytest.mark.resources, pytest.mark.sqlite]

MOST_FUNCTIONS = {"page": 56, "list": 54, "hit": 19}
MOST_MODULES = {"page": 17, "list": 17, "hit": 6}
"""What one request enters at most, which is what was reached."""
REPEATED = {
    "ClientTurns.take",  # To start, and to create a list.
    "ClientTurns.take_for_one_round",
    "ClientTurns.release",
    "CacheMiddleware.find",  # After the parser, since another request may have filled the cache.
    "ConnectionTimer.set",  # For the response, and for the next request.
    "ResponseSender.__call__",  # For the head and the body of the response.
    "ResponseTransport.write",
    "TimeoutProtocol.is_closing",
    "TimeoutProtocol.start_body",  # For the head of the next request, too.
}
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n")


class SlowServerProtocol(TimeoutProtocol):
    """The protocol of a server whose uvicorn is not as the fast path expects it."""

    protocol_class = SlowPathProtocol


class Client:
    """Sends requests over one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def get(self, target: str) -> bytes:
        """Return the head of the response once the server has done all its work for it."""
        self.writer.write(f"GET {target} HTTP/1.1\r\nHost: data.example\r\n\r\n".encode())
        head = await self.reader.readuntil(b"\r\n\r\n")
        (length,) = LENGTH.findall(head)
        await self.reader.readexactly(int(length))
        await asyncio.sleep(0.05)
        return head


@asynccontextmanager
async def connect(app: App, protocol: type[TimeoutProtocol]) -> AsyncIterator[Client]:
    """Serve an application in this event loop, and connect to it."""
    config = Config(app, log_config=None, access_log=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: protocol(config, state, {"app": app}), "127.0.0.1", 0)
    async with server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        yield Client(reader, writer)
        writer.close()
        await writer.wait_closed()


@pytest.fixture(params=[LogFormat.OFF, LogFormat.JSON], ids=["fast path", "access log"])
def app(database: Path, request: pytest.FixtureRequest) -> Iterator[App]:
    with open_app(database, access_log=request.param) as opened:
        opened.state.releases.watch()
        yield opened


def count_entered(app: App, protocol: type[TimeoutProtocol], target: str, kind: str) -> Calls:
    """Count the calls of a request whose statement has been compiled."""

    async def count() -> Calls:
        async with connect(app, protocol) as client:
            # The first response of a shape is created in a thread; the third is cached.
            for number in range(4):
                if number < 3:
                    app.cache.store.clear()
                assert (await client.get(target)).startswith(b"HTTP/1.1 200")
            if kind != "hit":
                app.cache.store.clear()
            with watch_calls(app) as calls:
                await client.get(target)
            return calls

    return asyncio.run(count())


@pytest.mark.parametrize("protocol", [ServerProtocol, SlowServerProtocol])
def test_no_path_does_work_twice(app: App, protocol: type[TimeoutProtocol]) -> None:
    for target in ("/v1/topics?limit=2", "/v1/topics/trade"):
        calls = count_entered(app, protocol, target, "page")
        counts = Counter({name: count for (_, name), count in calls.items()})
        assert counts["build_key"] == counts["create_context"] == 1
        repeated = {
            name
            for (module, name), count in calls.items()
            if count > 1 and module.startswith(("http/", "server/"))
        }
        assert repeated <= REPEATED


@pytest.mark.parametrize("app", [LogFormat.OFF], indirect=True)
@pytest.mark.parametrize("kind", MOST_FUNCTIONS)
def test_a_request_enters_few_functions_from_the_socket(app: App, kind: str) -> None:
    target = f"/v1/topics?limit={2 if kind == 'page' else SMALL_PAGE}"
    calls = count_entered(app, ServerProtocol, target, kind)
    assert app.uses_fast_path
    assert len(calls) <= MOST_FUNCTIONS[kind], "\n".join(map(str, sorted(calls)))
    assert len({module for module, _ in calls}) <= MOST_MODULES[kind]


@pytest.mark.parametrize("app", [LogFormat.OFF], indirect=True)
def test_a_record_waits_for_few_of_the_lists_before_it(app: App) -> None:
    """One list is created in a round of the event loop, and requests of other kinds pass it."""
    lists = [f"/v1/topics?limit={number}" for number in range(1, SMALL_PAGE + 1)]
    record, done = "/v1/topics/trade", []

    async def send_requests() -> None:
        async with AsyncExitStack() as stack:
            clients = [
                await stack.enter_async_context(connect(app, ServerProtocol))
                for _ in range(len(lists) + 1)
            ]
            for _ in range(2):  # The first response of a shape is created in a thread.
                for target in (lists[0], record):
                    app.cache.store.clear()
                    await clients[0].get(target)
            app.cache.store.clear()

            async def send(client: Client, target: str) -> None:
                assert (await client.get(target)).startswith(b"HTTP/1.1 200")
                done.append(target)

            await asyncio.gather(*map(send, clients, [*lists, record]))

    asyncio.run(send_requests())
    assert done.index(record) < len(lists) / 2
