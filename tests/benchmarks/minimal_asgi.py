"""The smallest ASGI application: the same bytes and headers for every request."""

import json
import os
from pathlib import Path
from typing import Any

response = json.loads(Path(os.environ["RESPONSE_FILE"]).read_text(encoding="utf-8"))
body = response["body"].encode()
headers = [(name.encode(), value.encode()) for name, value in response["headers"]]


async def app(scope: Any, _receive: Any, send: Any) -> None:
    """Send the same response to every request."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
