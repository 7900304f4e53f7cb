"""The rendering process: reads jobs from standard input and writes results to standard output.

It is a process of its own because its libraries hold the interpreter lock while they draw, and
one of them contains a JavaScript engine. A job is a line of JSON: its name and its arguments. A
result is its length in eight bytes, then its bytes. The process ends when its input ends.
"""

# The libraries are imported by the jobs that need them: a client that only measures text should
# not wait for the others.
# ruff: noqa: PLC0415

import atexit
import json
import os
import sys
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from io import BytesIO
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal
from subprocess import PIPE, Popen
from threading import Lock, Timer
from typing import IO, cast

FOLDER = Path(__file__).parents[2] / "fonts"
FONTS = {
    (family, bold): FOLDER / f"{family.replace(' ', '')}-{'Bold' if bold else 'Regular'}.otf"
    for family in ("BRI Sans", "BRI Sans SC")
    for bold in (False, True)
}
LENGTH_BYTES = 8
TIMEOUT = 60
"""The seconds after which a job counts as stuck, and its process is killed."""


def render_svg(specification: str) -> bytes:
    """Draw a Vega-Lite specification, which cannot load anything from elsewhere."""
    import vl_convert

    svg: str = vl_convert.vegalite_to_svg(specification, vl_version="6.4", allowed_base_urls=[])
    return svg.encode()


def render_png(svg: str, scale: int) -> bytes:
    """Rasterize an SVG with our fonts and no others."""
    import resvg_py

    files = [str(file) for file in FONTS.values()]
    return bytes(
        resvg_py.svg_to_bytes(svg_string=svg, zoom=scale, skip_system_fonts=True, font_files=files)
    )


def embed_font(family: str, bold: bool, characters: str) -> bytes:  # noqa: FBT001  From JSON.
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(layout_features=["kern"], hinting=False, notdef_outline=True)
    subsetter = Subsetter(options)
    subsetter.populate(text=characters)
    with TTFont(FONTS[family, bold], lazy=True, recalcTimestamp=False) as font, BytesIO() as buffer:
        subsetter.subset(font)
        font.flavor = "woff2"
        font.save(buffer)
        data = b64encode(buffer.getvalue()).decode()
    return (
        f'@font-face{{font-family:"{family}";font-weight:{700 if bold else 400};'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    ).encode()


@cache
def read_advances(family: str, bold: bool) -> bytes:  # noqa: FBT001  From JSON.
    """Write the advance width of each character by code point, in thousandths of the font size."""
    from fontTools.ttLib import TTFont

    with TTFont(FONTS[family, bold], lazy=True) as font:
        metrics = font["hmtx"].metrics
        advances = {code: metrics[name][0] for code, name in font.getBestCmap().items()}
    return json.dumps(advances).encode()


JOBS: dict[str, Callable[..., bytes]] = {
    "svg": render_svg,
    "png": render_png,
    "embed_font": embed_font,
    "advances": read_advances,
}


def main() -> None:
    # An interrupt from the keyboard is for the service; when that ends, it closes the input.
    signal(SIGINT, SIG_IGN)
    # Results keep the original standard output to themselves: libraries print to standard error.
    results = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    for line in sys.stdin.buffer:
        name, arguments = json.loads(line)
        result = JOBS[name](*arguments)
        results.write(len(result).to_bytes(LENGTH_BYTES, "big") + result)
        results.flush()


def read_exactly(file: IO[bytes], length: int) -> bytes:
    """Read so many bytes; EOFError if there are fewer, as when a process has ended halfway."""
    content = file.read(length)
    if len(content) < length:
        raise EOFError("the rendering process has ended")
    return content


@dataclass
class RenderingClient:
    """A process that does one job at a time and is replaced when it ends."""

    process: Popen[bytes] | None = None
    lock: Lock = field(default_factory=Lock)

    def run(self, job: str, *arguments: object) -> bytes:
        """Do a job; EOFError if the process ended twice, with its error on standard error."""
        line = json.dumps([job, arguments]).encode() + b"\n"
        with self.lock:
            try:
                return self.send(line)
            except EOFError:
                # Something may have killed the process while it was idle.
                self.close()
                return self.send(line)

    def send(self, line: bytes) -> bytes:
        """Send a job and wait for its result; EOFError if the process has ended."""
        if self.process is None:
            command = [sys.executable, "-m", __name__]
            self.process = Popen(command, stdin=PIPE, stdout=PIPE)  # noqa: S603  A fixed command.
        jobs = cast("IO[bytes]", self.process.stdin)
        results = cast("IO[bytes]", self.process.stdout)
        timer = Timer(TIMEOUT, self.process.kill)
        timer.start()
        try:
            jobs.write(line)
            jobs.flush()
            length = int.from_bytes(read_exactly(results, LENGTH_BYTES), "big")
            return read_exactly(results, length)
        except OSError:
            raise EOFError("the rendering process has ended") from None
        finally:
            timer.cancel()

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()
            self.process = None


CLIENT = RenderingClient()
atexit.register(CLIENT.close)

if __name__ == "__main__":
    main()
