"""Update the texts of the catalogue of translations: python -m tests.openapi_texts.

It adds the texts of the OpenAPI documents that are new, without a translation, and removes those
that no document has any more. The order is that of the document of the service.
"""

from io import BytesIO

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from app.application import ROUTERS
from app.db.columns import Record
from app.export.openapi import TEXTS as STATIC_TEXTS
from app.http.routing import describe_routes
from app.openapi import CATALOG, load_catalog, map_texts
from app.openapi.document import build_document
from app.schemas import LOCAL_ADDRESS

COMMENT = b"""\
# Chinese texts of the OpenAPI documents. The texts in English are those of the code:
# `python -m tests.openapi_texts` adds new ones and removes those that are gone.

"""


def list_texts(document: Record) -> list[str]:
    """List the texts of the document of the service, and those of the static edition."""
    found: dict[str, None] = {}

    def note(text: str) -> str:
        found[text] = None
        return text

    map_texts(document, note)
    return [*found, *(text for text in STATIC_TEXTS if text not in found)]


def write(texts: list[str], translations: dict[str, str]) -> None:
    """Write the catalogue."""
    catalog = Catalog(locale="zh_Hans")
    for text in texts:
        catalog.add(text, translations.get(text, ""))
    file = BytesIO()
    write_po(file, catalog, width=100, omit_header=True)
    CATALOG.write_bytes(COMMENT + file.getvalue())


if __name__ == "__main__":
    document = build_document(describe_routes(ROUTERS), LOCAL_ADDRESS, "2026-11-26")
    write(list_texts(document), load_catalog())
