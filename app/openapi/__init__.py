"""The OpenAPI document, as it is served: in two versions, with examples of the served release."""

from threading import Lock

from fastapi import FastAPI

from app.db.columns import Record
from app.enums import OpenApiVersion
from app.http.routing import Router
from app.openapi.document import build_document, declare_binary_texts
from app.openapi.examples import add_examples
from app.openapi.version_3_0 import convert_document
from app.releases import Release
from app.schemas import ENCODER

ANY_SERVER = "http://server.invalid"
"""The address in the document until it is served; no server can have this name (RFC 2606)."""


class OpenApiDocuments:
    """The document in OpenAPI 3.1 and 3.0, built once per release, whatever host is asked for."""

    def __init__(self, app: FastAPI, router: Router) -> None:
        self.app = app
        self.router = router
        self.lock = Lock()
        self.built: tuple[Release, dict[OpenApiVersion, bytes]] | None = None

    def render(self, version: OpenApiVersion, server: str) -> bytes:
        """Return the document for the address of a server.

        This blocks until the document is built, so it must run in a thread.
        """
        release = self.app.state.releases.get_release()
        with self.lock:
            if self.built is None or self.built[0] is not release:
                self.built = (release, self.build())
            document = self.built[1][version]
        return document.replace(ANY_SERVER.encode(), server.encode())

    def build(self) -> dict[OpenApiVersion, bytes]:
        document: Record = build_document(self.app, ANY_SERVER)
        add_examples(document, self.app, self.router, ANY_SERVER)
        declare_binary_texts(document)
        return {
            OpenApiVersion.V3_1: ENCODER.encode(document),
            OpenApiVersion.V3_0: ENCODER.encode(convert_document(document)),
        }
