"""Checks every JSON response in the tests against the OpenAPI document."""

import gzip
import json
import re
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]
import jsonschema_rs
from starlette.datastructures import Headers
from starlette.types import Message, Receive, Scope, Send

from app.application import ROUTERS, App
from app.http.cached_response import load_zstandard
from app.http.routing import describe_routes
from app.openapi import build_document
from app.problems.problem import MEDIA_TYPE

ANYWHERE = {405, 412, 416, 421, 431}
"""The statuses of HTTP itself, whose problems are the same for each operation."""
DECODERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "br": brotli.decompress,
    "gzip": gzip.decompress,
    "zstd": load_zstandard().decompress,
}


class Contract:
    """The schemas of a document, by path and status."""

    def __init__(self, described: dict[str, Any]) -> None:
        self.paths = described["paths"]
        self.components = described["components"]
        for schema in self.components["schemas"].values():
            if "properties" in schema:
                # Clients accept fields that are added later; here each must be in the document.
                schema["additionalProperties"] = False
        # A template without parameters comes first: /a.json is not /{key}.
        ordered = sorted(self.paths, key=lambda path: (path.count("{"), -len(path)))
        self.templates = [
            (re.compile(re.sub(r"{\w+}", "[^/]+", path.replace(".", r"\."))), path)
            for path in ordered
        ]
        self.validators: dict[str, jsonschema_rs.Validator] = {}

    def find_violation(self, path: str, status: int, media_type: str, body: bytes) -> str | None:
        """Return how a response breaks the contract, or None."""
        template = next((one for known, one in self.templates if known.fullmatch(path)), None)
        if template is None and media_type != MEDIA_TYPE:
            return None
        validator = self.get_validator(template, status, media_type)
        if validator is None:
            return f"{path}: {status} as {media_type} is not in the document"
        error = next(validator.iter_errors(json.loads(body)), None)
        return None if error is None else f"{path}: {status}: {error}"

    def get_validator(
        self, template: str | None, status: int, media_type: str
    ) -> jsonschema_rs.Validator | None:
        """Return the validator of a response, or None if it is not in the document."""
        schema: dict[str, Any] = {"$ref": "#/components/schemas/ProblemDocument"}
        if template is not None and not (status in ANYWHERE and media_type == MEDIA_TYPE):
            responses = self.paths[template]["get"]["responses"]
            content = responses.get(str(status), {}).get("content", {})
            if media_type not in content:
                return None
            schema = content[media_type]["schema"]
        key = json.dumps(schema, sort_keys=True)
        if key not in self.validators:
            whole = {**schema, "components": self.components}
            self.validators[key] = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
        return self.validators[key]


class Watch:
    """Wraps every application of a process, and records violations of the contract."""

    def __init__(self) -> None:
        self.violations: list[str] = []
        self.checked = 0
        self.contract: Contract | None = None
        self.valid: set[tuple[str, int, str, str, int]] = set()
        self.call_app = App.__call__

    async def __call__(self, app: App, scope: Scope, receive: Receive, send: Send) -> None:
        """Call an application, and check what it sends."""
        if scope["type"] != "http" or scope["method"] == "HEAD":
            await self.call_app(app, scope, receive, send)
            return
        sent: list[Message] = []

        async def note(message: Message) -> None:
            if sent or is_json(message):
                sent.append(message)
            await send(message)

        await self.call_app(app, scope, receive, note)
        if sent:
            self.check(scope["path"].removeprefix(scope.get("root_path", "")), sent)

    def check(self, path: str, sent: list[Message]) -> None:
        """Check a JSON response against the document of the application."""
        if self.contract is None:
            self.contract = Contract(
                build_document(describe_routes(ROUTERS), "http://contract.test", "2026-11-26")
            )
        headers = Headers(raw=sent[0]["headers"])
        coded = b"".join(message.get("body", b"") for message in sent[1:])
        coding = headers.get("content-encoding", "")
        media_type = headers["content-type"].partition(";")[0]
        self.checked += 1
        # Tests ask again and again for what the cache holds.
        response = (path, sent[0]["status"], media_type, coding, hash(coded))
        if response not in self.valid:
            if error := self.contract.find_violation(*response[:3], DECODERS[coding](coded)):
                self.violations.append(error)
            else:
                self.valid.add(response)


def is_json(message: Message) -> bool:
    """Return whether a message starts a complete JSON response; a part cannot be parsed."""
    if message["type"] != "http.response.start" or message["status"] in (206, 304):
        return False
    media_type = Headers(raw=message["headers"]).get("content-type", "")
    return media_type.partition(";")[0].endswith(("/json", "+json"))
