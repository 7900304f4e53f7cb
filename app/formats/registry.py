"""Every format that the API offers, declared once.

Routes, the OpenAPI document, links, catalogues, download menus and content codings follow from
these entries. A new format is an entry and a writer.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from tempfile import TemporaryFile
from typing import IO, NamedTuple

from pydantic import Field
from sqlalchemy import Connection

from app.db.columns import Record
from app.db.files import CHUNK_SIZE
from app.formats import arrow, citations, data_package, dcat, feeds, json_stat, text, workbooks
from app.formats.charts import canvas, vega_lite
from app.formats.dataset_info import LICENCE_URL, Distribution
from app.formats.tables import DOWNLOAD_TABLES, OBSERVATIONS, TableQuery, create_row_limit_error
from app.i18n import Bilingual
from app.parameters import Boolean, CitationFileParameters, CitationParameters, Filters
from app.problems.messages import NO_TEMPORARY_FILES
from app.problems.problem import NotReady

UTF_8 = "; charset=utf-8"
WORKBOOK = Bilingual("Excel workbook", "Excel工作簿")
TABLE_NAMES = tuple(table.name for table in DOWNLOAD_TABLES)
CITED_SOURCE = "sources/{source}/citation"
CITED_OBSERVATION = "observations/{observation}/citation"
CITED_INDICATOR = "indicators/{indicator}/citation"
CITED_SERIES = "series/{series}/citation"
CITED_PRIORITY_AREA = "priority-areas/{priority_area}/citation"
CHARTED = {
    "indicator": "indicators/{indicator}/chart",
    "series": "series/{series}/chart",
    "overview": "overview",
    "commitment": "commitments/{commitment}/chart",
}
"""The paths of the charts, by what they show."""
CHART_PATHS = tuple(CHARTED.values())


def build_untranslated(name: str) -> Bilingual:
    return Bilingual(name, name)


@dataclass(frozen=True)
class Format:
    """A format, and the resources that are offered in it."""

    suffix: str
    media_type: str
    title: Bilingual
    resources: tuple[str, ...]
    """The paths below /v1, to which the suffix is added."""
    description: str = ""
    """The description in OpenAPI; {name} is the name of the table."""
    media_type_parameters: str = ""
    is_text: bool = True
    is_compressible: bool = True
    """Whether HTTP compresses it."""
    max_rows: int | None = None

    @property
    def content_type(self) -> str:
        return self.media_type + self.media_type_parameters

    def describe_content(self, *headers: str) -> dict[int | str, Record]:
        """Describe the response for the OpenAPI document, with the names of further headers."""
        schema: Record = {"type": "string"}
        if not self.is_text:
            schema["format"] = "binary"
        elif self.media_type.endswith("+json"):
            schema = {"type": "object", "additionalProperties": True}
        content = {self.media_type: {"schema": schema}}
        return {200: {"content": content, "headers": {name: {} for name in headers}}}


@dataclass(frozen=True, kw_only=True)
class StreamedFormat(Format):
    """A format whose rows are sent while they are read."""

    write: Callable[[TableQuery], Iterator[bytes]]
    options: type[Filters] | None = None
    """The query parameters of the format."""


@dataclass(frozen=True, kw_only=True)
class FileFormat(Format):
    """A format that is written completely before it is sent."""

    write: Callable[[TableQuery, IO[bytes]], None]


@dataclass(frozen=True, kw_only=True)
class CitationFormat(Format):
    write: Callable[..., bytes]
    """Writes an item of CSL-JSON; takes the options as further arguments."""
    options: type[CitationFileParameters] = CitationFileParameters
    """The query parameters of the format."""


class CsvParameters(Filters):
    """The query parameters of CSV."""

    bom: Boolean = Field(default=False, examples=[True])
    """Whether the file begins with a byte order mark. Excel needs it to show Chinese when you open
    the file with a double click; other programs may read it as part of the first column name."""


def build_storage_error() -> NotReady:
    return NotReady(NO_TEMPORARY_FILES, headers={"Retry-After": "60"})


def create_temporary_file() -> IO[bytes]:
    """Create a file without a name; raise NotReady if that is impossible."""
    try:
        return TemporaryFile()
    except OSError as error:
        raise build_storage_error() from error


def read_chunks(file: IO[bytes]) -> Generator[bytes, None, None]:
    """Read a temporary file from its beginning, and close it."""
    with file:
        file.seek(0)
        yield from iter(partial(file.read, CHUNK_SIZE), b"")


def write_file(
    connection: Connection,
    form: FileFormat,
    prepare: Callable[[Connection], TableQuery],
    file: IO[bytes],
) -> None:
    """Write a file, from its beginning if this is another attempt.

    Raises:
        InvalidParameters: if the format does not hold so many rows.
        NotReady: if temporary files cannot be written.
    """
    query = prepare(connection)
    if form.max_rows is not None and query.table.exceeds(query, form.max_rows):
        raise create_row_limit_error(form.max_rows)
    try:
        file.seek(0)
        file.truncate()
        form.write(query, file)
        file.flush()
    except OSError as error:
        raise build_storage_error() from error


def find_temporary_file_error() -> OSError | None:
    """Write a temporary file, as the formats that are not streamed do; return what prevents it."""
    try:
        with TemporaryFile() as file:
            file.write(b"bri")
    except OSError as error:
        return error
    return None


TABLE_FORMATS = (
    StreamedFormat(
        "csv", text.CSV, build_untranslated("CSV"), TABLE_NAMES,
        "The records of /v1/{name} as one flat table (RFC 4180, UTF-8), with the filters and "
        "orders of the list and without pages. Columns keep their names and order; new columns "
        "are added at the end. Semicolons separate several keys in one field.",
        "; charset=utf-8; header=present", write=text.write_csv, options=CsvParameters,
    ),
    StreamedFormat(
        "jsonl", text.JSON_LINES, build_untranslated("JSON Lines"), TABLE_NAMES,
        "The records of /v1/{name}, one complete record per line, with the filters and orders of "
        "the list and without pages.",
        write=text.write_json_lines,
    ),
    FileFormat(
        "xlsx", workbooks.XLSX, WORKBOOK, TABLE_NAMES,
        "The records of /v1/{name} as a workbook, with the filters and orders of the list. Figures "
        "are texts with qualifier and unit; sheets of observations also have their numbers, in a "
        "column for each unit. Sources are linked, and notes explain how to read the sheets.",
        is_text=False, is_compressible=False, write=workbooks.write_table,
        max_rows=workbooks.MAX_ROWS,
    ),
    FileFormat(
        "parquet", arrow.PARQUET, build_untranslated("Parquet"), TABLE_NAMES,
        "The columns of the CSV table with types: exact decimals, dates, and dictionaries of "
        "codes. Each column has a description.",
        is_text=False, is_compressible=False, write=arrow.write_parquet, max_rows=500_000,
    ),
    FileFormat(
        "arrow", arrow.ARROW_FILE, build_untranslated("Arrow"), TABLE_NAMES,
        "The columns of the CSV table as an Arrow IPC file with types: exact decimals, dates and "
        "texts. Each column has a description.",
        is_text=False, write=arrow.write_arrow, max_rows=100_000,
    ),
    StreamedFormat(
        "md", text.MARKDOWN, build_untranslated("Markdown"), TABLE_NAMES,
        "The columns that people read, such as figures with qualifier and unit, periods and "
        "citations, as a table in GitHub Flavored Markdown, for issues and language models. A "
        "short introduction says how to read and cite the figures.",
        UTF_8, write=text.write_markdown,
    ),
)  # fmt: skip
"""The formats of every table."""
JSON_STAT = Format(
    "jsonstat", json_stat.MEDIA_TYPE, build_untranslated("JSON-stat"), (OBSERVATIONS.name,)
)
DATA_PACKAGE = StreamedFormat(
    "zip", data_package.MEDIA_TYPE,
    Bilingual("Data package: all tables as CSV", "数据包：全部CSV表"), ("dataset",),
    "Every table as CSV, with types, keys, sources and licence in datapackage.json (Frictionless "
    "Data). Observations include all vintages.",
    is_text=False, is_compressible=False, write=data_package.write_package,
)  # fmt: skip
DATABASE = Format(
    "sqlite", "application/vnd.sqlite3", Bilingual("SQLite database", "SQLite数据库"), ("dataset",),
    "The SQLite file that this service reads, with texts in both languages. Repr-Digest (RFC 9530) "
    "contains the SHA-256 digest, which /v1 also states, for files of up to 256 MB.",
    is_text=False, is_compressible=False,
)  # fmt: skip
OVERVIEW_WORKBOOK = FileFormat(
    "xlsx", workbooks.XLSX, WORKBOOK, ("overview",),
    "A workbook to share and print: the figures of a yearly press conference, by default of the "
    "newest that is recorded completely, its priority areas with their actions, other results, "
    "the figures of all years, sources, and notes on how to read them.",
    is_text=False, is_compressible=False, write=workbooks.write_overview,
)  # fmt: skip
CITATION_FORMATS = tuple(
    CitationFormat(
        suffix, media_type, build_untranslated(title),
        (CITED_SOURCE, CITED_OBSERVATION, CITED_INDICATOR, CITED_SERIES, CITED_PRIORITY_AREA),
        "", UTF_8, write=write, options=options,
    )
    for suffix, media_type, title, write, options in (
        ("bib", citations.BIBTEX, "BibTeX", citations.write_bibtex, CitationFileParameters),
        ("ris", citations.RIS, "RIS", citations.write_ris, CitationFileParameters),
        ("csl.json", citations.CSL_JSON, "CSL-JSON", citations.write_csl_json,
         CitationFileParameters),
        ("txt", citations.TEXT, "APA, GB/T 7714", citations.write_reference, CitationParameters),
    )
)  # fmt: skip
CHART_FORMATS = (
    Format(
        "png", canvas.PNG, build_untranslated("PNG"), CHART_PATHS,
        is_text=False, is_compressible=False,
    ),
    Format("svg", canvas.SVG, build_untranslated("SVG"), CHART_PATHS),
    Format("vl.json", vega_lite.SPECIFICATION, build_untranslated("Vega-Lite"), CHART_PATHS),
)  # fmt: skip
OTHER_FORMATS = (
    Format("atom", feeds.ATOM, Bilingual("Atom feed", "Atom订阅"), ("changes",)),
    Format("feed.json", feeds.JSON_FEED, Bilingual("JSON Feed", "JSON Feed订阅"), ("changes",)),
    Format("jsonld", dcat.JSON_LD, Bilingual("DCAT (JSON-LD)", "DCAT（JSON-LD）"), ("catalog",)),
    Format(
        "ttl", dcat.TURTLE, Bilingual("DCAT (Turtle)", "DCAT（Turtle）"), ("catalog",), "", UTF_8
    ),
    JSON_STAT,
)
DATASET_FORMATS = (DATA_PACKAGE, DATABASE, OVERVIEW_WORKBOOK)
"""The formats of the whole dataset."""
FORMATS: tuple[Format, ...] = (
    *TABLE_FORMATS, *DATASET_FORMATS, *CITATION_FORMATS, *CHART_FORMATS, *OTHER_FORMATS,
)  # fmt: skip
IS_COMPRESSIBLE = {form.media_type: form.is_compressible for form in FORMATS}
"""The media types in the order of the formats, and whether HTTP compresses them."""


def list_table_formats(name: str) -> list[Format]:
    return [form for form in (*TABLE_FORMATS, JSON_STAT) if name in form.resources]


def list_distributions(*, has_file: bool) -> list[Distribution]:
    """List the files in which the dataset is distributed; a database server has no file."""
    whole = [
        Distribution(f"/v1/{name}.{form.suffix}", form.media_type, form.title, is_whole=True)
        for form in DATASET_FORMATS
        if has_file or form is not DATABASE
        for name in form.resources
    ]
    return whole + [
        Distribution(
            f"/v1/{OBSERVATIONS.name}.{form.suffix}",
            form.media_type,
            Bilingual(f"All observations ({form.title.en})", f"全部数据（{form.title.zh}）"),
            is_whole=False,
        )
        for form in list_table_formats(OBSERVATIONS.name)
    ]


class WebLink(NamedTuple):
    """A link to another resource (RFC 8288)."""

    href: str
    rel: str
    media_type: str | None = None

    def __str__(self) -> str:
        media_type = f'; type="{self.media_type}"' if self.media_type else ""
        return f'<{self.href}>; rel="{self.rel}"{media_type}'


ALTERNATE_LINKS = ", ".join(
    str(WebLink(f"{{url}}.{form.suffix}{{query}}", "alternate", form.media_type))
    for form in TABLE_FORMATS
)
"""The links from the URL of a list and its query string to the downloads of the same records."""


def build_service_links(base: str) -> list[WebLink]:
    return [
        WebLink(f"{base}/openapi.json", "service-desc", "application/json"),
        WebLink(f"{base}/docs", "service-doc", "text/html"),
        WebLink(f"{base}/.well-known/api-catalog", "api-catalog", "application/linkset+json"),
        WebLink(f"{base}/v1/catalog.jsonld", "describedby", dcat.JSON_LD),
        WebLink(f"{base}/v1/dataset.zip", "alternate", DATA_PACKAGE.media_type),
        WebLink(LICENCE_URL, "license"),
        WebLink(f"{base}/v1", "cite-as"),
    ]
