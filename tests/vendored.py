"""Copy the scripts of other projects that pages use from npm packages: python -m tests.vendored.

Run ``npm ci`` in ``.ci`` first; ``.ci/package.json`` pins the versions.
"""

import re
import shutil

from tests.support.seeds import ROOT

PACKAGES = ROOT / ".ci" / "node_modules"
STATIC = ROOT / "app" / "pages" / "static"
FILES = {
    "minisearch.js": "minisearch/dist/es/index.js",
    "minisearch.LICENSE.txt": "minisearch/LICENSE.txt",
}
"""The files in the package, by the names of their copies."""
LEFT_OUT = re.compile(
    r"^[ \t]*/\*\*.*?\*/\n|^//# sourceMappingURL=[^\n]*\n?", re.DOTALL | re.MULTILINE
)
"""The documentation of functions, which is half of a file, and source maps that nobody serves."""


def read_script(source: str) -> str:
    """Read a file of a package, without what a browser does not need."""
    return LEFT_OUT.sub("", (PACKAGES / source).read_text("utf-8"))


def main() -> None:
    """Copy all files."""
    for name, source in FILES.items():
        if source.endswith(".js"):
            (STATIC / name).write_text(read_script(source), "utf-8")
        else:
            shutil.copyfile(PACKAGES / source, STATIC / name)


if __name__ == "__main__":
    main()
