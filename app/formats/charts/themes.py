"""The colours of pictures, and how well two of them stand apart."""

from typing import NamedTuple

from app.parameters import Theme


class Palette(NamedTuple):
    """The colours of a theme; what a colour says is always also said otherwise."""

    paper: str
    tint: str
    """Behind a tile."""
    ink: str
    quiet: str
    """Less important text, and rules that say something."""
    line: str
    """Rules that only part."""
    accent: str
    """Figures and bars."""


PALETTES = {
    Theme.LIGHT: Palette("#ffffff", "#f2f6f9", "#17212b", "#4c5b69", "#c9d3dc", "#0b5394"),
    Theme.DARK: Palette("#10171e", "#1a242e", "#eef3f7", "#a9b7c4", "#3d4b59", "#74b7f2"),
}


def contrast_ratio(one: str, other: str) -> float:
    """Give the contrast of two colours by WCAG 2.2, from 1 to 21."""
    lighter, darker = sorted((relative_luminance(one), relative_luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def relative_luminance(colour: str) -> float:
    """Give the relative luminance of a colour by WCAG 2.2, from 0 to 1."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
        for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
