"""Parameters of charts."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.parameters.base import Omitted, Parameters, StrictInt

MIN_WIDTH, MAX_WIDTH, DEFAULT_WIDTH = 320, 1600, 640
MIN_HEIGHT, MAX_HEIGHT = 120, 4000
MAX_SCALE = 4


class Theme(StrEnum):
    """A colour theme."""

    LIGHT = "light"
    DARK = "dark"


class ChartParameters(Parameters):
    """Parameters of every chart."""

    theme: Theme = Field(Theme.LIGHT, examples=["dark"])
    """The colour theme: light, the default, or dark."""
    width: Annotated[int, Field(ge=MIN_WIDTH, le=MAX_WIDTH), StrictInt] = Field(
        DEFAULT_WIDTH, examples=[640]
    )
    """The width in pixels; 640 by default."""
    height: Annotated[int, Field(ge=MIN_HEIGHT, le=MAX_HEIGHT), StrictInt] | Omitted = Field(
        None, examples=[1600]
    )
    """The height in pixels. By default, the chart is as high as its content requires at this
    width; if less is requested, the error names that height."""


class ImageParameters(ChartParameters):
    """Parameters of images."""

    scale: Annotated[int, Field(ge=1, le=MAX_SCALE), StrictInt] = Field(1, examples=[2])
    """The number of image pixels per chart pixel on each side, for high-resolution screens and
    for print; 1 by default."""
