"""The least an ASGI app can do: the same bytes and the same headers for every request."""

import json
import os
from pathlib import Path
from typing import Any

kept = json.loads(Path(os.environ["BARE"]).read_text())
body = kept["body"].encode()
headers = [(name.encode(), value.encode()) for name, value in kept["headers"]]


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Answer."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
