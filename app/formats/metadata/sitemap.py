"""The pages for search engines: a sitemap in which each URL names its translation."""

from collections.abc import Iterable
from datetime import date
from xml.etree import ElementTree as ET

from app.i18n import Language

MEDIA_TYPE = "application/xml"
# The namespaces identify the formats and are never fetched.
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def write_sitemap(base: str, paths: Iterable[str], released: date) -> bytes:
    """Write the URLs of pages; every release changes all of them."""
    ET.register_namespace("", SITEMAP)
    ET.register_namespace("xhtml", XHTML)
    root = ET.Element(f"{{{SITEMAP}}}urlset")
    for path in paths:
        for language in Language:
            url = ET.SubElement(root, f"{{{SITEMAP}}}url")
            ET.SubElement(url, f"{{{SITEMAP}}}loc").text = build_localized_url(base, path, language)
            ET.SubElement(url, f"{{{SITEMAP}}}lastmod").text = str(released)
            for other in Language:
                attributes = {
                    "rel": "alternate",
                    "hreflang": str(other),
                    "href": build_localized_url(base, path, other),
                }
                ET.SubElement(url, f"{{{XHTML}}}link", attributes)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content


def build_localized_url(base: str, path: str, language: Language) -> str:
    return f"{base}{path}{'&' if '?' in path else '?'}lang={language}"
