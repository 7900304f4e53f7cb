"""Work that takes long, a little at a time, so that it never keeps other requests from a thread."""

from collections.abc import Callable

from anyio import CapacityLimiter, fail_after
from anyio.to_thread import run_sync
from fastapi import Response

from app.i18n import Bilingual
from app.problems.problem import NotReady

MAX_CONCURRENT = 4
"""How many answers of this sort a process makes at the same time; the others hold no thread."""
MAX_WAIT = 30.0
"""The seconds that a request waits for its turn."""
LIMITER = CapacityLimiter(MAX_CONCURRENT)
BUSY = Bilingual(
    "The service is making as many pictures and files as it can; ask again shortly",
    "当前生成图片和文件的请求过多，请稍后重试",
)


async def run_limited(work: Callable[[], Response]) -> Response:
    """Make an answer in a thread, once it has its turn.

    Raises:
        NotReady: if that takes too long.
    """
    turn = object()
    try:
        with fail_after(MAX_WAIT):
            await LIMITER.acquire_on_behalf_of(turn)
    except TimeoutError:
        raise NotReady(BUSY, headers={"Retry-After": "10"}) from None
    try:
        return await run_sync(work)
    finally:
        LIMITER.release_on_behalf_of(turn)
