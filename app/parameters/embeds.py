"""The parameters of embeds, of oEmbed, and of the forms of the reference."""

from enum import StrEnum
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from app.i18n import Language
from app.parameters.base import Omitted, Parameters, StrictInt
from app.parameters.observations import Period


class EmbedTheme(StrEnum):
    """The colour theme of an embed."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


class EmbedParameters(Parameters):
    theme: EmbedTheme = Field(EmbedTheme.LIGHT, examples=["dark"])
    """The colour theme: light, the default, since most sites are; dark; or auto, which follows the
    system of the reader."""


class ObservationEmbedParameters(EmbedParameters):
    period: Period | Omitted = Field(None, examples=["2024"])
    """The period of the figure, written as in /v1/compare. By default, the newest figure is
    shown."""


class OembedParameters(Parameters):
    """The parameters of oEmbed 1.0.

    Others are ignored, since consumers send the same to all providers.
    """

    model_config = ConfigDict(extra="ignore")

    url: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    """The address of a page of this service."""
    format: str = "json"
    """The format of the response: json or xml."""
    maxwidth: Annotated[int, Field(ge=1), StrictInt] | Omitted = None
    maxheight: Annotated[int, Field(ge=1), StrictInt] | Omitted = None


class OperationFormParameters(Parameters):
    """The fields of the form of an operation, which are passed on to it; empty ones are not."""

    model_config = ConfigDict(extra="allow")

    lang: Annotated[Language | Omitted, BeforeValidator(lambda value: value or None)] = None
    release: str | Omitted = None
    """Pins the response of the operation, and not the redirect to it."""
