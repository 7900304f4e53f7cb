"""Samples of requests in the languages that people use for data, for x-codeSamples."""

import re
from posixpath import basename
from typing import NamedTuple
from urllib.parse import urlsplit

from app.db.columns import Record
from app.formats.text import CSV, JSON_LINES

JSON = re.compile(r"application/(.*\+)?json")
TEXT = re.compile(r"text/.*|image/svg\+xml|.*[/+]xml")


class Request(NamedTuple):
    url: str
    media_type: str

    @property
    def file(self) -> str:
        """The name under which a sample saves the response."""
        return basename(urlsplit(self.url).path)

    @property
    def is_json(self) -> bool:
        return JSON.fullmatch(self.media_type) is not None

    @property
    def is_text(self) -> bool:
        return self.media_type == JSON_LINES or TEXT.fullmatch(self.media_type) is not None


def build_samples(url: str, media_type: str) -> list[Record]:
    """Build the samples of a request: one that prints what is text, and saves what is not."""
    request = Request(url, media_type)
    return [
        {"lang": "Shell", "label": "curl", "source": write_curl(request)},
        {"lang": "Python", "label": "Python (httpx)", "source": write_python(request)},
        {"lang": "JavaScript", "label": "JavaScript (fetch)", "source": write_javascript(request)},
        {"lang": "R", "label": "R (jsonlite)", "source": write_r(request)},
    ]


def write_curl(request: Request) -> str:
    output = "" if request.is_json or request.is_text else f" -o {request.file}"
    return f"curl -fsS{output} '{request.url}'"


def write_python(request: Request) -> str:
    imports, use = "import httpx", "print(response.text)"
    if request.is_json:
        use = "print(response.json())"
    elif not request.is_text:
        imports = "from pathlib import Path\n\nimport httpx"
        use = f'Path("{request.file}").write_bytes(response.content)'
    call = f'response = httpx.get("{request.url}", timeout=60)'
    return f"{imports}\n\n{call}\nresponse.raise_for_status()\n{use}"


def write_javascript(request: Request) -> str:
    imports, use = "", "console.log(await response.text());"
    if request.is_json:
        use = "console.log(await response.json());"
    elif not request.is_text:
        imports = 'import { writeFile } from "node:fs/promises";\n\n'
        use = f'await writeFile("{request.file}", new Uint8Array(await response.arrayBuffer()));'
    return (
        f'{imports}const response = await fetch("{request.url}");\n'
        "if (!response.ok) throw new Error(`HTTP ${response.status}`);\n"
        f"{use}"
    )


def write_r(request: Request) -> str:
    if request.is_json:
        return f'data <- jsonlite::fromJSON("{request.url}")\nstr(data, max.level = 1)'
    if request.media_type == JSON_LINES:
        return f'data <- jsonlite::stream_in(url("{request.url}"))\nstr(data, max.level = 1)'
    if request.media_type == CSV:
        return f'data <- read.csv("{request.url}", encoding = "UTF-8")\nstr(data)'
    if request.is_text:
        return f'cat(readLines("{request.url}", encoding = "UTF-8"), sep = "\\n")'
    return f'download.file("{request.url}", "{request.file}", mode = "wb")'
