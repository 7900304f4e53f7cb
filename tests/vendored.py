"""Copy the scripts of other projects that pages use from npm packages: python -m tests.vendored.

Run ``npm ci`` in ``.ci`` first; ``.ci/package.json`` pins the versions.
"""

import shutil

from tests.support.seeds import ROOT

PACKAGES = ROOT / ".ci" / "node_modules"
STATIC = ROOT / "app" / "pages" / "static"
FILES = {
    "minisearch.js": "minisearch/dist/es/index.js",
    "minisearch.LICENSE.txt": "minisearch/LICENSE.txt",
}
"""The files in the package, by the names of their copies."""
SOURCE_MAP = "//# sourceMappingURL="


def read_script(source: str) -> str:
    """Read a file of a package, without the reference to a source map that nobody serves."""
    lines = (PACKAGES / source).read_text("utf-8").splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(SOURCE_MAP))


def main() -> None:
    """Copy all files."""
    for name, source in FILES.items():
        if source.endswith(".js"):
            (STATIC / name).write_text(read_script(source), "utf-8")
        else:
            shutil.copyfile(PACKAGES / source, STATIC / name)


if __name__ == "__main__":
    main()
