"""Addresses of the service and the files that hold their responses: one rule, and its links.

While a response is created, the service has a name that no host can have. Every link to it is found
by that name, whatever the format, and replaced by the address of a file.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from posixpath import dirname, relpath
from typing import NamedTuple
from urllib.parse import parse_qsl, quote, unquote, urlencode

from app.enums import OpenApiVersion
from app.formats.registry import DATABASE, DATASET_FORMATS, FORMATS, TABLE_FORMATS
from app.formats.sdmx.errors import SdmxProblem
from app.formats.sdmx.messages import FAMILY_NAMES, PLAIN_TYPES
from app.formats.sdmx.paths import parse_path
from app.formats.tables import DOWNLOAD_TABLES
from app.http.limits import OPERATOR_PATHS
from app.http.routing import Router
from app.i18n import Language
from app.negotiation import SDMX_ROOT, PathKind
from app.pages.content import SHORT_PATHS
from app.parameters import PIN
from app.problems.problem import UnknownPath
from app.schemas import LOCAL_ADDRESS

HOST = "static.invalid"
"""The name of the service while responses are created; no host can have it (RFC 2606)."""
ORIGIN, PREFIX = f"http://{HOST}", f"/{HOST}"
OPENAPI = {OpenApiVersion.V3_1: "/openapi.json", OpenApiVersion.V3_0: "/openapi-3.0.json"}
SHARED_PATHS = frozenset(
    {"/robots.txt", "/sitemap.xml"}
    | {f"/v1/{name}.{DATABASE.suffix}" for name in DATABASE.resources}
)
SHARED_PREFIXES = ("/static/", "/.well-known/")
"""What is the same in all languages, and is written once."""
ASSETS = "/static/"
ICON = "/favicon.ico"
HOME, SEARCH = "/", "/v1/search"
SEARCH_INDEX = "/search.json"
"""The file that stands for the search."""
HOME_PARAMETERS = frozenset({"edition"})
"""The parameters of the first page that have files; its script filters by all others."""
QUOTATION_CHECK, OEMBED = "/quotation-check", "/oembed"
FORMS = frozenset({QUOTATION_CHECK, "/compare", "/history"})
"""The pages with forms that only a service can answer."""
UNAVAILABLE = frozenset(
    {SEARCH, ICON, OEMBED, f"/v1{QUOTATION_CHECK}", *FORMS} | {SDMX_ROOT, *OPERATOR_PATHS}
)
"""What only a service can answer, and the icon, which is one of the assets."""
FREE_PARAMETERS = frozenset({"q", "as_of"})
CHANGES = frozenset({"/changes", "/v1/changes"})
"""The lists with a filter by release. All else is of one release here, so permanent links to it
lead to the file that it has anyway."""
DESCRIPTION = "csv-metadata.json"
COMMON_SUFFIXES = {"atom": "atom.xml", "jsonstat": "jsonstat.json"}
"""Suffixes that servers do not know, and what is written instead."""
LONG_SUFFIXES = frozenset({"csv", "jsonl", "parquet", DESCRIPTION})
"""The formats of a collection that is too long for single records."""
ALL_VINTAGES = (("vintages", "all"),)
SOURCE_SUFFIXES = frozenset({"", "csv", "jsonl"})
"""The formats of the tables of each source, of which there are many."""
TABLE_SUFFIXES = frozenset(form.suffix for form in (*TABLE_FORMATS, *DATASET_FORMATS))
SUFFIXES = sorted(
    {*(form.suffix for form in FORMATS), DESCRIPTION, "txt", "webmanifest", "xml"}, key=len
)[::-1]
SAFE_VALUE = re.compile(r"[A-Za-z0-9._~-]+")
CITED_PATH = "/v1"
"""The path that citations of the dataset name."""
GUIDE_PATHS = re.compile(r"/(guide|recipes|docs)\b")
"""Pages whose examples are requests to a service, and stay so."""
find_path_kind = cache(PathKind.from_path)
find_suffix = cache(lambda name: next((one for one in SUFFIXES if name.endswith(f".{one}")), ""))


def compile_links(separator: str) -> re.Pattern[str]:
    character = r"[A-Za-z0-9._~%=+,:@/-]"
    return re.compile(
        rf"(?P<origin>{re.escape(ORIGIN)})?{re.escape(PREFIX)}(?P<path>(?:/{character}*)*)"
        rf"(?:\?(?P<query>(?:{character}|{separator})*))?"
        r"(?P<fragment>#[\w.~%-]*)?(?<![.,:])"
    )


TEXT_LINKS = compile_links("&(?:amp;)?")  # The OpenAPI document has markup in its examples.
MARKUP_LINKS = compile_links(r"&amp;(?:amp;)?|\\u0026")
SEPARATORS = re.compile(r"&amp;(?:amp;)?|\\u0026")
FILE_LINKS = re.compile(
    r"(?P<before>(?:(?<!\s)\s*·|[,，]|(?<!\s))\s*)<(?:img|source|meta|link|(?P<anchor>a))\s[^<>]*?"
    rf'="{MARKUP_LINKS.pattern}"[^<>]*>(?(anchor)(?P<text>.*?)</a>'
    r'(?:\s*<span class="buttons">.*?</span>)?)',
    re.DOTALL,
)
"""Elements of a page that lead to something, with the separator before them."""
PICTURE_DETAILS = re.compile(r'\s*<meta (?:property="og:image:|name="twitter:card")[^>]*>')
FIRST_COMMA = re.compile(r"(?<=[:：])\s*[,，](?=\s*<a\s)")
EMPTY = re.compile(
    r'\s*(?:<span class="files">[^<]*</span>|<dt>[^<]*</dt>\s*<dd(?: class="files")?>\s*</dd>'
    r"|<(?P<block>picture|noscript|p(?= class)|li(?=>))[^<>]*>\s*</(?P=block)>"
    r"|<nav [^<>]*><p>[^<]*</p><ul></ul></nav>"
    r"|<details>\s*<summary>(?:[^<]|<(?!/summary))*</summary>\s*<dl>\s*</dl>\s*</details>)"
)
"""What has nothing left in it but a label."""


class Address(NamedTuple):
    path: str
    query: tuple[tuple[str, str], ...] = ()
    """The parameters in order, without the language."""
    language: Language = Language.ENGLISH

    @classmethod
    def parse(cls, path: str, query: str, language: Language) -> "Address":
        """Parse an address; one without a language has that of the response that names it."""
        pairs = parse_qsl(query, keep_blank_values=True)
        chosen = [Language(value) for name, value in pairs if name == "lang"]
        rest = sorted(pair for pair in pairs if pair[0] != "lang")
        address = cls(unquote(path) or HOME, tuple(rest), *(chosen or [language]))
        return address.expand()

    def expand(self) -> "Address":
        """Return the address that a shortened one redirects to, without a default format."""
        if self.kind is PathKind.SDMX:
            shortened = self.drop("format")
            if ("format", name_sdmx_suffix(shortened)) in self.query:
                return shortened
        if PIN in dict(self.query) and self.path not in CHANGES:
            return self.drop(PIN).expand()
        return self._replace(path=SHORT_PATHS.get(self.path, self.path))

    @property
    def kind(self) -> PathKind:
        return find_path_kind(self.path)

    def drop(self, *names: str) -> "Address":
        return self._replace(query=tuple(pair for pair in self.query if pair[0] not in names))

    @property
    def is_shared(self) -> bool:
        if self.path in OPENAPI.values():
            return self.language is Language.ENGLISH
        return self.path in SHARED_PATHS or self.path.startswith(SHARED_PREFIXES)

    @property
    def suffix(self) -> str:
        return find_suffix(self.path.rpartition("/")[2])

    @property
    def is_table(self) -> bool:
        """Whether the response is a table or the whole dataset, of any length.

        Its few links need no other file, so that it is copied piece by piece.
        """
        if self.path.startswith("/sdmx/data"):
            return name_sdmx_suffix(self) == "csv"
        return self.suffix in TABLE_SUFFIXES and self.kind is PathKind.DATA

    @property
    def target(self) -> str:
        """The path and the query of a request."""
        pairs = self.query if self.is_shared else (*self.query, ("lang", self.language))
        return f"{quote(self.path)}{'?' if pairs else ''}{urlencode(pairs)}"

    @property
    def collections(self) -> tuple[str, ...]:
        """The collections that the response lists or belongs to: at most two."""
        first, *rest = self.path.removeprefix("/v1").removeprefix("/").split("/")
        return tuple(name.partition(".")[0] for name in (first, *rest[1:]))


@dataclass
class Layout:
    """Which addresses have files, and where."""

    router: Router
    base_url: str
    long_collections: frozenset[str] = frozenset()
    """Collections with too many records for lists and single records."""
    left_out: re.Pattern[str] | None = None
    """The paths that have no files."""
    has_database_file: bool = True
    """Whether the service has the database as a file."""
    page_numbers: dict[Address, int] = field(default_factory=dict)
    """The numbers of the pages of lists, which cursors name; from 2."""
    exported: frozenset[Address] | None = None
    """The addresses that have files, once all are known."""

    def has_file(self, address: Address) -> bool:
        if self.exported is not None:
            return address in self.exported
        if not self.is_path_exportable(address.path) or not self.is_query_exportable(address):
            return False
        if self.find_long_collection(address):
            is_whole = not address.query or address.query == ALL_VINTAGES
            return address.suffix in LONG_SUFFIXES and is_whole
        try:
            self.router.match(address.path)
        except UnknownPath:
            return False
        return True

    def is_path_exportable(self, path: str) -> bool:
        """Return whether files can take the place of what the service sends for a path."""
        is_left_out = self.left_out and path != HOME and self.left_out.search(path)
        is_missing = path.endswith(f".{DATABASE.suffix}") and not self.has_database_file
        return not (path in UNAVAILABLE or is_left_out or is_missing)

    def find_long_collection(self, address: Address) -> str:
        """Return the collection with too many records that an address belongs to, if any."""
        if address.kind is PathKind.SDMX:
            return ""
        return next((one for one in address.collections if one in self.long_collections), "")

    def is_query_exportable(self, address: Address) -> bool:
        """Return whether a query is one of those that are part of the names of files."""
        names = {name for name, _ in address.query}
        if names & FREE_PARAMETERS or (address.path == HOME and names - HOME_PARAMETERS):
            return False
        if "source" in names and address.suffix not in SOURCE_SUFFIXES:
            return False
        return all(SAFE_VALUE.fullmatch(value) for _, value in address.query)

    def name_file(self, address: Address) -> str:
        """Return the path of the file, relative to the folder of the static edition."""
        if address.is_shared:
            return address.path[1:]
        number = self.page_numbers.get(address)
        query = [pair for pair in address.query if pair[0] != "cursor"]
        if number is not None:
            query.append(("page", str(number)))
        stem, suffix = split_name(address)
        if address.kind is PathKind.SDMX:
            query = [pair for pair in query if pair[0] != "format"]
        return "".join([address.language, stem, *(f",{n}={v}" for n, v in query), ".", suffix])

    def resolve_link(self, address: Address) -> tuple[Address | None, str]:
        """Find what a link leads to: the address to export, if it is one, and the file."""
        if address.path == ICON:
            address = Address(f"{ASSETS}favicon.ico")
        if address.kind is PathKind.ASSET:
            version = urlencode(address.query)
            return None, f"{address.path[1:]}{'?' if version else ''}{version}"
        if self.has_file(address):
            return address, self.name_file(address)
        if address.path == HOME:
            names = {name for name, _ in address.query} - HOME_PARAMETERS
            page = address.drop(*names)
            kept = urlencode([pair for pair in address.query if pair[0] in names])
            return page, f"{self.name_file(page)}?{kept}"
        if address.path == SEARCH:
            return None, f"{address.language}{SEARCH_INDEX}"
        long = self.find_long_collection(address)
        if long and address.kind is PathKind.DATA:
            is_table = any(long == table.name for table in DOWNLOAD_TABLES)
            name = f"{long}.jsonl" if is_table else "dataset.zip"
            address = address._replace(path=f"/v1/{name}")
        nearest = address._replace(query=())
        if not self.has_file(nearest):
            nearest = nearest._replace(path=HOME)
        return nearest, self.name_file(nearest)

    def is_link_retained(self, address: Address) -> bool:
        """Return whether a link to an address still leads to what it promises, or to a page.

        The first page can stand for another page, but not for a picture, a table or a record.
        """
        is_document = address.suffix or address.path in OPENAPI.values()
        if address.kind in {PathKind.PAGE, PathKind.EMBED} and not is_document:
            return True
        found, _ = self.resolve_link(address)
        return found is None or found.path != HOME

    def build_link(self, current: str, file: str, *, is_absolute: bool) -> str:
        """Return the link from a file to another: absolute, or relative as in pages."""
        start = dirname(f"/{current}")  # Without a slash, relpath asks for the working directory.
        return f"{self.base_url}/{file}" if is_absolute else relpath(f"/{file}", start)

    def drop_links(self, page: str, address: Address) -> str:
        """Drop from a page the pictures and downloads that have no file, and what is then empty.

        The guide keeps the text of a link, which is part of a sentence.
        """

        def drop(match: re.Match[str]) -> str:
            query = SEPARATORS.sub("&", match["query"] or "")
            target = Address.parse(match["path"], query, address.language)
            if self.is_link_retained(target):
                return match[0]
            is_sentence = GUIDE_PATHS.match(address.path) and match["anchor"]
            return f"{match['before']}{match['text']}" if is_sentence else ""

        dropped = FILE_LINKS.sub(drop, page)
        if dropped == page:
            return page
        if 'property="og:image"' not in dropped:
            dropped = PICTURE_DETAILS.sub("", dropped)
        # Once an element is dropped, the one that contained it may be empty too.
        return EMPTY.sub("", EMPTY.sub("", FIRST_COMMA.sub("", dropped)))

    def rewrite_links(
        self, text: str, address: Address, queue: Callable[[Address], None], *, is_markup: bool
    ) -> str:
        """Replace each link to the service by a link to a file, and queue what it leads to."""
        replace = partial(self.replace_link, text, address, queue)
        return (MARKUP_LINKS if is_markup else TEXT_LINKS).sub(replace, text)

    def replace_link(
        self, text: str, address: Address, queue: Callable[[Address], None], match: re.Match[str]
    ) -> str:
        before = text[max(0, match.start() - 24) : match.start()]
        is_link = before.endswith('="') and not before.endswith(' data-text="')
        if GUIDE_PATHS.match(address.path) and not is_link and match["path"] != CITED_PATH:
            return match[0].replace(f"{ORIGIN}{PREFIX}", LOCAL_ADDRESS)
        query = SEPARATORS.sub("&", match["query"] or "")
        is_default = before.endswith('hreflang="x-default" href="')
        language = Language.ENGLISH if is_default else address.language
        target = Address.parse(match["path"], query, language)
        if any(name == "cursor" for name, _ in target.query):
            self.page_numbers.setdefault(target, self.page_numbers.get(address, 1) + 1)
        exported, file = self.resolve_link(target)
        if exported is not None:
            queue(exported)
        link = self.build_link(self.name_file(address), file, is_absolute=bool(match["origin"]))
        if match.re is MARKUP_LINKS:
            link = link.replace("&", "&amp;")
        is_substitute = exported is not None and exported.path != target.path
        return link + ("" if is_substitute else match["fragment"] or "")


def split_name(address: Address) -> tuple[str, str]:
    """Return the path of a file without its suffix, and the suffix."""
    path, suffix = address.path, address.suffix
    if address.kind is PathKind.SDMX:
        return path, name_sdmx_suffix(address)
    if path in OPENAPI.values():
        return path.removesuffix(".json"), "json"
    if suffix:
        return path[: -len(suffix) - 1], COMMON_SUFFIXES.get(suffix, suffix)
    if address.kind is PathKind.DATA:
        return path, "json"
    return path if path != HOME else "/index", "html"


def name_sdmx_suffix(address: Address) -> str:
    requested = dict(address.query).get("format")
    if requested is not None:
        return PLAIN_TYPES.get(FAMILY_NAMES.get(requested, ""), "xml")
    try:
        return "xml" if parse_path(address.path.removeprefix("/sdmx/")).is_21 else "json"
    except SdmxProblem:
        return "xml"
