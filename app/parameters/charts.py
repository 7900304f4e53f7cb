"""How large, and in which colours, a picture is asked for."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from app.parameters.base import Omitted, Parameters, StrictInt

MIN_WIDTH, MAX_WIDTH, DEFAULT_WIDTH = 320, 1600, 640
MIN_HEIGHT, MAX_HEIGHT = 120, 4000
MAX_SCALE = 4


class Theme(StrEnum):
    """On what a picture is seen."""

    LIGHT = "light"
    DARK = "dark"


class ChartParameters(Parameters):
    """What every picture takes."""

    theme: Theme = Field(Theme.LIGHT, examples=["dark"])
    """The colours: light (without the parameter), to be seen on white, or dark."""
    width: Annotated[int, Field(ge=MIN_WIDTH, le=MAX_WIDTH), StrictInt] = Field(
        DEFAULT_WIDTH, examples=[640]
    )
    """How wide the picture is, in pixels. Without it 640."""
    height: Annotated[int, Field(ge=MIN_HEIGHT, le=MAX_HEIGHT), StrictInt] | Omitted = Field(
        None, examples=[1600]
    )
    """How high the picture is, in pixels: at least what its content needs at this width, which a
    refusal tells. Without it just that."""


class ImageParameters(ChartParameters):
    """What a picture of pixels takes."""

    scale: Annotated[int, Field(ge=1, le=MAX_SCALE), StrictInt] = Field(1, examples=[2])
    """How many pixels each pixel of the picture has on a side, for screens that show more of them
    and for print. Without it 1."""
