"""How large everything is on a picture of a width."""

from typing import NamedTuple

from app.formats.charts.canvas import Style

NARROW, BROAD = 480, 1000
"""Below the one all stands in one column; from the other on there is room for two."""
PLAIN = 640
"""Up to this width letters keep one size; on broader pictures they grow."""


class Sizes(NamedTuple):
    """Sizes in pixels."""

    width: int
    unit: float
    """What stands for one pixel on a picture of the plain width."""

    @property
    def margin(self) -> float:
        """The room around the picture."""
        return 16 if self.width < NARROW else 24 * self.unit

    @property
    def gap(self) -> float:
        """The room between two things that stand side by side."""
        return 10 * self.unit

    @property
    def title(self) -> Style:
        """What the picture is about."""
        return Style((17 if self.width < NARROW else 20) * self.unit, bold=True)

    @property
    def display(self) -> Style:
        """The figure of a picture."""
        return Style((30 if self.width < NARROW else 38) * self.unit, bold=True, colour="accent")

    @property
    def number(self) -> Style:
        """The figure of a tile, or the number of a priority area."""
        return Style(25 * self.unit, bold=True, colour="accent")

    @property
    def heading(self) -> Style:
        """What a part of the picture is about."""
        return Style(15 * self.unit, bold=True)

    @property
    def strong(self) -> Style:
        """What is read first of a part."""
        return Style(13.5 * self.unit, bold=True)

    @property
    def body(self) -> Style:
        """What is read then."""
        return Style(13.5 * self.unit)

    @property
    def small(self) -> Style:
        """What is read last."""
        return Style(12 * self.unit, colour="quiet")


def select_sizes(width: int) -> Sizes:
    """Choose the sizes for a width in pixels."""
    return Sizes(width, 1 + max(0, width - PLAIN) / 2400)
