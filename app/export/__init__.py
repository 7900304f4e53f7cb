"""The static edition: the responses of the service as files, which any host can serve.

The application itself is asked for every address, so a file holds the same bytes as the response,
except that links lead to files. Responses are written as soon as they are created.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from html import escape
from itertools import islice
from operator import itemgetter
from pathlib import Path
from posixpath import basename
from typing import NamedTuple

from fastapi import FastAPI
from sqlalchemy import select
from sqlmodel import col

from app.db.models import Series
from app.db.statements import Session
from app.export import plan
from app.export.addresses import (
    ASSETS,
    CITED_PATH,
    FORMS,
    HOME,
    OEMBED,
    OPENAPI,
    ORIGIN,
    PREFIX,
    QUOTATION_CHECK,
    SEARCH_INDEX,
    Address,
    Layout,
)
from app.export.files import CHUNK_SIZE, COPY_SUFFIXES, ExportedFile, ExportFolder
from app.export.openapi import build_documents
from app.export.requests import FULL_DISK, ExportError, Reply, describe_full_disk, request
from app.export.search_index import build_search_index
from app.formats import arrow
from app.formats.columns import Column
from app.formats.dataset_info import TITLE
from app.formats.registry import create_temporary_file
from app.formats.tables import OBSERVATIONS, ObservationTable, Rows, TableQuery, get_table
from app.http.routing import Router
from app.i18n import Bilingual, Language
from app.negotiation import Coding
from app.openapi import OpenApiDocuments
from app.pages.addresses import PageAddress
from app.pages.assets import list_assets
from app.releases import ServedRelease
from app.request import JSON

CONCURRENCY = 4
"""The requests at the same time: charts and files are written in other processes meanwhile."""
SERIES_PER_BATCH = 200
"""The series whose rows are read and sorted together."""
ROOT_COPIES = frozenset({"/llms.txt", "/llms-full.txt"})
"""What programs look for at the root of a host, in English."""
HTML = "text/html"
MARKUP = re.compile(r"text/html|.*[/+]xml")
TEXT = re.compile(
    r"text/.*|application/(.*\+)?(json|xml)|.*\+(json|xml)"
    r"|application/x-(bibtex|research-info-systems)"
)
FORM_LINK = re.compile(
    rf'\s*<a (?:[^<>]* )?href="(?:{re.escape(ORIGIN)})?{re.escape(PREFIX)}'
    rf"(?:/v1(?={QUOTATION_CHECK}))?"
    rf'(?:{"|".join(sorted(FORMS))})\?[^"]*"[^>]*>[^<]*</a>'
)
"""A link to a form that only a service can answer."""
DISCOVERY_LINK = re.compile(rf'\s*<link [^>]*href="[^"]*{OEMBED}\?[^"]*">')
"""The links to descriptions that only a service can give."""
PERMANENT_LINK = re.compile(r"<dt data-permanent>.*?</dd>\n", re.DOTALL)
"""The row of a menu that promises another release than the only one here."""
CONSOLE = re.compile(r'<section id="console">.*?</section>', re.DOTALL)
"""The form of an operation, which only a service can answer, too."""
CONSOLE_LINK = re.compile(r'\s*<li class="form-link">.*?</li>')
NO_CONSOLE = Bilingual(
    "This page describes a running service. In this static edition its responses are files; the "
    "OpenAPI document of the edition describes them.",
    "本页说明运行中的服务。在本静态版中，各项响应以文件提供，说明见静态版的OpenAPI文档。",
)
HEAD = '<meta charset="utf-8">\n'
HEADER_ONLY = re.compile(r"; frame-ancestors [^;]*")
"""A part of a content policy that browsers accept in a header only."""


HOME_LINKS = {"English": "en/index.html", "中文": "zh/index.html"}
ENTRY_PAGE = (Path(__file__).parent / "entry_page.html").read_text("utf-8")


class ExportOptions(NamedTuple):
    base_url: str
    """The address at which the folder will be served."""
    codings: Sequence[Coding] = ()
    """The codings of compressed copies."""
    max_records: int = plan.MAX_RECORDS
    """The most records of a collection that has lists and single records."""
    left_out: re.Pattern[str] | None = None
    """The paths that have no files; links to them lead to the first page or are dropped."""


class ExportResult(NamedTuple):
    files: int
    size: int
    """The bytes of all files."""
    changed: int
    """The files that were written, because they are new or differ."""


class SortedObservationTable(ObservationTable):
    """The table of observations in the order of the keys of their series, then of periods.

    The statistics of each row group of a Parquet file then name a short range of keys, so that a
    reader fetches only the groups that can match (HTTP Range).
    """

    def read_rows(
        self, query: TableQuery, selected: Sequence[Column], separator: str
    ) -> Iterator[Rows]:
        sorting = itemgetter([column.name for column in selected].index("series"))
        statement = select(col(Series.code)).order_by(col(Series.code))
        keys = iter(query.connection.execute(statement).scalars().all())
        while batch := list(islice(keys, SERIES_PER_BATCH)):
            filters = query.filters.model_copy(update={"series": batch})
            chunks = super().read_rows(replace(query, filters=filters), selected, separator)
            # The rows of a series are sorted by period, and sorting keeps their order.
            yield sorted((row for chunk in chunks for row in chunk), key=sorting)


SORTED = SortedObservationTable(**vars(OBSERVATIONS))


class Exporter:
    def __init__(
        self, app: FastAPI, layout: Layout, folder: ExportFolder, collections: plan.Collections
    ) -> None:
        self.app = app
        self.layout = layout
        self.folder = folder
        self.collections = collections
        self.release: ServedRelease = app.state.releases.get_release()
        self.seen: set[Address] = set()
        self.pending: list[Address] = []

    def queue_address(self, address: Address) -> None:
        if address.path in OPENAPI.values():
            return
        if address.is_shared:
            address = address._replace(language=Language.ENGLISH)
        if address not in self.seen:
            self.seen.add(address)
            self.pending.append(address)

    async def export_all(self) -> None:
        for path in list_assets():
            self.queue_address(Address(f"{ASSETS}{path}"))
        for address in plan.list_addresses(self.layout, self.collections):
            self.queue_address(address)
        for language in Language:
            for address in plan.list_sdmx_addresses(self.collections, language):
                if self.layout.has_file(address):
                    self.queue_address(address)
            self.add_search_index(language)
        while self.pending:
            addresses = iter(self.pending)
            self.pending = []
            await asyncio.gather(*(self.export_some(addresses) for _ in range(CONCURRENCY)))

        self.add_entry_pages()
        self.layout.exported = frozenset(self.seen)
        await self.add_openapi()

    async def add_openapi(self) -> None:
        documents: OpenApiDocuments = self.app.state.documents
        for language in Language:
            build = partial(build_documents, documents, self.layout, self.seen, language)
            for version, text in (await asyncio.to_thread(build)).items():
                if self.layout.is_path_exportable(OPENAPI[version]):
                    path = self.layout.name_file(Address(OPENAPI[version], (), language))
                    self.folder.add(path, text.encode(), JSON)

    def add_search_index(self, language: Language) -> None:
        path = f"{language}{SEARCH_INDEX}"

        def link_page(page: PageAddress) -> str:
            address = Address(page.path, tuple(page.query.items()), language)
            exported, file = self.layout.resolve_link(address)
            if exported is not None:
                self.queue_address(exported)
            link = self.layout.build_link(path, file, is_absolute=False)
            return f"{link}{page.fragment and '#'}{page.fragment}"

        left_out = [name.removesuffix("s").replace("-", "_") for name in self.collections.long]
        content = self.release.database.read(
            lambda connection: build_search_index(
                Session(connection, language), link_page, left_out
            )
        )
        self.folder.add(path, content, JSON)

    def add_entry_pages(self) -> None:
        """Add the page that leads to both languages, and those of the address that citations name.

        Citations in files name /v1, which is a folder here.
        """
        self.folder.add("index.html", build_page("", HOME_LINKS, Language.ENGLISH), HTML)
        for language in Language:
            entry = Bilingual("Entry point of the data", "数据入口").get(language)
            address = Address(CITED_PATH, (), language)
            if not self.layout.has_file(address):
                entry = Bilingual("Figures", "数据").get(language)
            page = build_page("../../", {entry: self.layout.resolve_link(address)[1]}, language)
            self.folder.add(f"{language}/v1/index.html", page, HTML)
        self.folder.add(".nojekyll", b"", "text/plain")

    async def export_some(self, addresses: Iterator[Address]) -> None:
        for address in addresses:
            await self.export(address)

    async def export(self, address: Address) -> None:
        path = self.layout.name_file(address)
        if address.is_table:
            with self.folder.create(path) as file:
                file.address = address.target
                await self.export_table(address, file)
            return
        body = bytearray()
        reply = await request(self.app, address, f"{ORIGIN}{PREFIX}", body.extend)
        content = bytes(body)
        if TEXT.fullmatch(reply.media_type):
            content = self.rewrite(content.decode(), address, reply).encode()
        self.folder.add(path, content, reply.media_type, address.target)
        if address.path in ROOT_COPIES and address.language is Language.ENGLISH:
            self.folder.add(address.path[1:], content, reply.media_type)

    async def export_table(self, address: Address, file: ExportedFile) -> None:
        """Write a table or the whole dataset, whose links begin with the folder of a language."""
        base = f"{self.layout.base_url}/{address.language}"
        long = self.layout.find_long_collection(address)
        if long and address.suffix == "parquet":
            file.media_type = arrow.PARQUET
            table, release = get_table(long), self.release.record
            filters = table.filters.model_validate(dict(address.query))
            prepare = partial(TableQuery, table, address.language, filters, release, base)
            self.release.database.read(
                lambda connection: write_long_parquet(prepare(connection), file)
            )
        else:
            file.media_type = (await request(self.app, address, base, file.write)).media_type

    def rewrite(self, text: str, address: Address, reply: Reply) -> str:
        is_markup = MARKUP.fullmatch(reply.media_type) is not None
        if reply.media_type == HTML:
            note = f'<p class="note">{NO_CONSOLE.get(address.language)}</p>'
            text = DISCOVERY_LINK.sub("", FORM_LINK.sub("", text))
            text = CONSOLE_LINK.sub("", CONSOLE.sub(note, PERMANENT_LINK.sub("", text)))
            text = self.layout.drop_links(text, address)
        text = self.layout.rewrite_links(text, address, self.queue_address, is_markup=is_markup)
        if reply.media_type == HTML:
            text = text.replace(HEAD, HEAD + self.build_head(address, reply.headers), 1)
            if address.path == HOME:
                file = basename(self.layout.name_file(address))
                # Without scripts, the form shows the edition that it is on.
                text = text.replace('action="index.html"', f'action="{file}"', 1)
        return text

    def build_head(self, address: Address, headers: Mapping[str, str]) -> str:
        """Build the elements that take the place of headers, and the address of the index."""
        policy = HEADER_ONLY.sub("", headers["content-security-policy"])
        head = (
            f'  <meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
            '  <meta name="referrer" content="no-referrer">\n'
        )
        if address.path == HOME:
            index = SEARCH_INDEX.removeprefix("/")
            head += f'  <meta name="search-index" content="{index}">\n'
        return head


def write_long_parquet(query: TableQuery, file: ExportedFile) -> None:
    """Write a table without the limit of rows that keeps the service responsive."""
    if query.table is OBSERVATIONS:
        query = replace(query, table=SORTED)
    with create_temporary_file() as complete:
        arrow.write_parquet(query, complete)
        complete.seek(0)
        while piece := complete.read(CHUNK_SIZE):
            file.write(piece)


def build_page(root: str, links: Mapping[str, str], language: Language) -> bytes:
    """Build a page with nothing but links to files, in the folder that ``root`` leads from."""
    items = "".join(
        f'<p><a href="{root}{file}" lang="{file.partition("/")[0]}">{text}</a></p>\n'
        for text, file in links.items()
    )
    title = " · ".join(TITLE.get(language) for language in Language)
    return ENTRY_PAGE.format(language=language, title=title, root=root, items=items).encode()


def parse_codings(text: str) -> list[Coding]:
    """Parse the suffixes of compressed copies; ExportError if one is unknown."""
    codings = {suffix: coding for coding, suffix in COPY_SUFFIXES.items()}
    names = [name.strip() for name in text.split(",") if name.strip()]
    for name in names:
        if name not in codings:
            raise ExportError(f"--compress: {name} is not one of {', '.join(codings)}")
    return [codings[name] for name in dict.fromkeys(names)]


def export_release(
    app: FastAPI, router: Router, path: Path, options: ExportOptions
) -> ExportResult:
    """Write the static edition of the release that an application serves.

    Raises:
        ExportError: if the folder contains something else, a response cannot be had, or the release
            changes meanwhile.
    """
    folder = ExportFolder(path, options.codings)
    try:
        return fill_folder(app, router, folder, options)
    except OSError as error:
        if error.errno in FULL_DISK:
            raise ExportError(describe_full_disk(path)) from None
        raise
    finally:
        folder.remove_staging()


def fill_folder(
    app: FastAPI, router: Router, folder: ExportFolder, options: ExportOptions
) -> ExportResult:
    release: ServedRelease = app.state.releases.get_release()
    collections = release.database.read(partial(plan.read_collections, limit=options.max_records))
    has_file = release.database.is_file
    layout = Layout(router, options.base_url, collections.long, options.left_out, has_file)
    asyncio.run(Exporter(app, layout, folder, collections).export_all())
    if app.state.releases.get_release() is not release:
        raise ExportError("a new release was installed during the export; export again")
    changed = folder.finish({"release": release.record["code"], "base_url": options.base_url})
    size = sum(one.size for one in folder.files.values())
    return ExportResult(len(folder.files), size, changed)
