"""The pages for search engines, by the sitemap protocol: each address with its other language."""

from collections.abc import Iterable
from datetime import date
from xml.etree import ElementTree as ET

from app.i18n import Language

MEDIA_TYPE = "application/xml"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def write_sitemap(base: str, paths: Iterable[str], released: date) -> bytes:
    """Write the addresses of pages, which all changed with the release."""
    ET.register_namespace("", SITEMAP)
    ET.register_namespace("xhtml", XHTML)
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    for path in paths:
        for language in Language:
            url = ET.SubElement(root, f"{{{SITEMAP}}}url")
            ET.SubElement(url, f"{{{SITEMAP}}}loc").text = localized_url(base, path, language)
            ET.SubElement(url, f"{{{SITEMAP}}}lastmod").text = str(released)
            for other in Language:
                told = {
                    "rel": "alternate",
                    "hreflang": str(other),
                    "href": localized_url(base, path, other),
                }
                ET.SubElement(url, f"{{{XHTML}}}link", told)
    whole: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return whole


def localized_url(base: str, path: str, language: Language) -> str:
    """Write the address of a page in a language."""
    return f"{base}{path}{'&' if '?' in path else '?'}lang={language}"
