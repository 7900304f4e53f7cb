"""An SDMX error message, as XML and as JSON; every error below /sdmx is one."""

import re
from collections.abc import Mapping
from typing import NamedTuple
from xml.sax.saxutils import escape

import msgspec

from app.i18n import Bilingual, Language

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
CODES = {400: 140, 404: 100, 405: 140, 406: 140, 412: 150, 413: 510, 416: 150, 422: 150}
"""The SDMX number of an error by its HTTP status; from 500 on they are the same."""
PREFERS_JSON = re.compile(r"/sdmx/(structure|availability|data/(dataflow|datastructure|\*))(/|$)")


class ErrorMessage(NamedTuple):
    """What went wrong."""

    status: int
    title: Bilingual
    detail: Bilingual
    number: int | None = None
    """The SDMX number; without it, that of the status."""

    @property
    def code(self) -> int:
        """Give the SDMX number."""
        return self.number or CODES.get(self.status, self.status)

    def render(
        self, path: str, headers: Mapping[str, str], language: Language
    ) -> tuple[bytes, str]:
        """Write it in the form that the client reads, with its media type.

        The paths of 3.0 prefer JSON, all others XML.
        """
        accept = headers.get("accept", "")
        if "json" in accept or ("xml" not in accept and PREFERS_JSON.match(path)):
            return self.to_json(language), "application/json"
        return self.to_xml(), "application/xml"

    def to_xml(self) -> bytes:
        """Write it as SDMX-ML."""
        texts = "".join(
            f'<com:Text xml:lang="{language}">{escape(self.format_text(language))}</com:Text>'
            for language in Language
        )
        return (
            '<?xml version="1.0" encoding="utf-8"?>\n'
            f'<mes:Error xmlns:mes="{SCHEMAS}/message" xmlns:com="{SCHEMAS}/common">'
            f'<mes:ErrorMessage code="{self.code}">{texts}</mes:ErrorMessage></mes:Error>'
        ).encode()

    def to_json(self, language: Language) -> bytes:
        """Write it as SDMX-JSON."""
        error = {
            "code": self.code,
            "title": self.title.get(language),
            "titles": {one: self.title.get(one) for one in Language},
            "detail": self.detail.get(language),
            "details": {one: self.detail.get(one) for one in Language},
        }
        return msgspec.json.encode({"errors": [error]})

    def format_text(self, language: Language) -> str:
        """Say what went wrong in one language."""
        return f"{self.title.get(language)}: {self.detail.get(language)}"


def is_sdmx_path(path: str) -> bool:
    """Tell whether a path is below /sdmx."""
    return path == "/sdmx" or path.startswith("/sdmx/")
