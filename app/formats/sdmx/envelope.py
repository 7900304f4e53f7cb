"""What every SDMX-ML message has: its namespaces and its header."""

from enum import Enum
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from app.formats.sdmx.artefacts import AGENCY, NAME, NOTICE
from app.i18n import Language

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas"
NAMESPACE_PARTS = {
    "mes": "message",
    "str": "structure",
    "com": "common",
    "gen": "data/generic",
    "ss": "data/structurespecific",
}


class Version(Enum):
    """A version of SDMX-ML, by the name that its namespaces have for it."""

    V21 = "v2_1"
    V30 = "v3_0"
    V31 = "v3_1"


class MessageInfo(NamedTuple):
    """What a message says of itself."""

    id: str
    prepared: str
    """The day of the release, so that the same data are the same bytes."""
    language: Language


def create_message(kind: str, version: Version) -> Element:
    """Begin a message, with the namespaces of its version."""
    spaces = {
        f"xmlns:{prefix}": f"{SCHEMAS}/{version.value}/{part}"
        for prefix, part in NAMESPACE_PARTS.items()
    }
    spaces["xmlns:xsi"] = "http://www.w3.org/2001/XMLSchema-instance"
    return Element(f"mes:{kind}", spaces)


def add_header(root: Element, head: MessageInfo) -> Element:
    """Write the header up to what describes the data."""
    into = SubElement(root, "mes:Header")
    SubElement(into, "mes:ID").text = head.id
    SubElement(into, "mes:Test").text = "false"
    SubElement(into, "mes:Prepared").text = head.prepared
    sender = SubElement(into, "mes:Sender", {"id": AGENCY})
    for language in Language:
        name = SubElement(sender, "com:Name", {"xml:lang": language})
        name.text = NAME.get(language)
    return into


def add_source(into: Element) -> None:
    """Say in a header that the figures are published again; this stands last."""
    for language in Language:
        SubElement(into, "mes:Source", {"xml:lang": language}).text = NOTICE.get(language)
