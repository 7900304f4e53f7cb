"""Create the icons of the pages from icon.svg: python -m tests.icons.

It draws them in Chromium. The icon for iOS and the maskable one fill their square, since the
systems cut the corners off themselves.
"""

import struct

from playwright.sync_api import Browser

from tests.support.chromium import start_chromium
from tests.support.seeds import ROOT

STATIC = ROOT / "app" / "pages" / "static"
FAVICON_SIZES = (16, 32, 48)
ROUNDED = ' rx="6"'
WIDE_VIEW = 'viewBox="-4 -4 40 40"'
"""The part of a maskable icon that every mask shows is a circle of 80 percent of its width."""
DIRECTORY, ENTRY = struct.Struct("<HHH"), struct.Struct("<BBBBHHII")
ICON, PLANES, BITS = 1, 1, 32


def draw(browser: Browser, svg: str, size: int) -> bytes:
    """Draw an icon as PNG."""
    page = browser.new_page(viewport={"width": size, "height": size})
    page.set_content(
        f'<body style="margin:0">{svg.replace("<svg", f"<svg width={size} ", 1)}</body>'
    )
    image = page.screenshot(omit_background=True)
    page.close()
    return image


def pack_favicon(images: dict[int, bytes]) -> bytes:
    """Pack images of several sizes into the format of Windows icons, which may contain PNG."""
    offset = DIRECTORY.size + ENTRY.size * len(images)
    entries = []
    for size, image in images.items():
        entries.append(ENTRY.pack(size, size, 0, 0, PLANES, BITS, len(image), offset))
        offset += len(image)
    return b"".join([DIRECTORY.pack(0, ICON, len(images)), *entries, *images.values()])


def main() -> None:
    """Write all icons."""
    svg = (STATIC / "icon.svg").read_text()
    square = svg.replace(ROUNDED, "")
    wide = square.replace('viewBox="0 0 32 32"', WIDE_VIEW)
    wide = wide.replace(
        '<rect width="32" height="32"', '<rect x="-4" y="-4" width="40" height="40"'
    )
    with start_chromium() as browser:
        favicon = {size: draw(browser, svg, size) for size in FAVICON_SIZES}
        (STATIC / "favicon.ico").write_bytes(pack_favicon(favicon))
        (STATIC / "apple-touch-icon.png").write_bytes(draw(browser, square, 180))
        (STATIC / "icon-512.png").write_bytes(draw(browser, svg, 512))
        (STATIC / "icon-maskable-512.png").write_bytes(draw(browser, wide, 512))


if __name__ == "__main__":
    main()
