"""Messages: which artefacts and observations they contain, and which writer writes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.formats.sdmx import data_json, data_xml, structure_json, structure_xml
from app.formats.sdmx.artefacts import Artefact, MessageHeader, Region, add_references
from app.formats.sdmx.dataset import Message, SeriesData
from app.formats.sdmx.errors import NoResultsFound, ResponseTooLarge
from app.formats.sdmx.negotiation import Format
from app.formats.sdmx.paths import PathQuery
from app.formats.sdmx.query import SdmxRequest
from app.formats.sdmx.structure_xml import Version
from app.i18n import Bilingual
from app.parameters.sdmx import ANNUAL, DIMENSIONS, TIME

MAX_OBSERVATIONS = 50_000
"""The limit of observations, or of series without any, in an XML or JSON message."""
NO_DATA = Bilingual("No data match the request", "没有符合条件的数据")

SPECIFIC_VERSIONS = {
    Format.SPECIFIC_21: Version.V21,
    Format.DATA_30: Version.V30,
    Format.DATA_31: Version.V31,
}
STRUCTURE_VERSIONS = {
    Format.STRUCTURE_21: Version.V21,
    Format.STRUCTURE_30: Version.V30,
    Format.STRUCTURE_31: Version.V31,
}


def require_data(chunks: Iterable[Sequence[SeriesData]]) -> Iterator[Sequence[SeriesData]]:
    """Pass chunks of series on.

    Raises:
        NoResultsFound: if there are none.
    """
    is_empty = True
    for chunk in chunks:
        is_empty = False
        yield chunk
    if is_empty:
        raise NoResultsFound(NO_DATA)


def limit_observations(
    chunks: Iterable[Sequence[SeriesData]], limit: int = MAX_OBSERVATIONS
) -> Iterator[SeriesData]:
    """Pass single series on, up to a number of observations.

    Raises:
        ResponseTooLarge: if there are more.
    """
    count = 0
    for chunk in chunks:
        for series, figures in chunk:
            count += len(figures) or 1
            if count > limit:
                raise ResponseTooLarge(
                    Bilingual(
                        f"More than {limit} observations match; narrow the key or the periods, or "
                        "request CSV, which has no limit",
                        f"符合条件的数据超过{limit}个；请缩小键或统计期的范围，或改用无此限制的CSV",
                    )
                )
            yield series, figures


def write_data(message: Message, message_format: Format, artefacts: Iterable[Artefact]) -> bytes:
    """Write data as XML or JSON."""
    if message_format is Format.GENERIC_21:
        return data_xml.write_generic(message)
    if message_format in SPECIFIC_VERSIONS:
        return data_xml.write_structure_specific(message, SPECIFIC_VERSIONS[message_format])
    codes = {one.id: {item.id: item for item in one.items} for one in artefacts}
    return data_json.DataWriter(codes, message.layout, message_format.version).write_message(
        message
    )


def write_structure(
    artefacts: Sequence[Artefact], message_format: Format, header: MessageHeader
) -> bytes:
    """Write artefacts as XML or JSON."""
    if message_format in STRUCTURE_VERSIONS:
        version = STRUCTURE_VERSIONS[message_format]
        return structure_xml.StructureWriter(version).write_message(artefacts, header)
    return structure_json.StructureWriter(message_format.version).write_message(artefacts, header)


def select_artefacts(
    artefacts: Sequence[Artefact],
    path: PathQuery,
    request: SdmxRequest,
    used_values: Mapping[str, Sequence[str]],
) -> list[Artefact]:
    """Select the artefacts that a path names and those they are related to.

    Args:
        artefacts: all artefacts.
        path: the parsed path.
        request: the references and the detail requested.
        used_values: the values of each dimension that occur in the data, for partial code lists.

    Raises:
        NoResultsFound: if the artefact or the item does not exist.
    """
    candidates = [one for one in artefacts if one.kind.path in path.kinds]
    named = [one for one in candidates if path.ids is None or one.id in path.ids]
    if path.items is not None:
        named = [one.keep_items(path.items) for one in named]
        named = [one for one in named if one.items]
    if not named:
        ids = sorted({one.id for one in candidates})
        raise NoResultsFound(
            Bilingual(
                f"No artefact matches; available: {', '.join(ids)}",
                f"没有符合条件的结构；现有 {'、'.join(ids)}",
            )
        )
    found = add_references(named, artefacts, request.references)
    match request.detail:
        case "allstubs" | "allcompletestubs":
            return [one.to_stub() for one in found]
        case "referencestubs" | "referencecompletestubs":
            return [one if one in named else one.to_stub() for one in found]
        case "referencepartial":
            return [one if one in named else keep_used_codes(one, used_values) for one in found]
        case _:
            return found


def keep_used_codes(artefact: Artefact, used_values: Mapping[str, Sequence[str]]) -> Artefact:
    """Drop the codes that do not occur in the data."""
    codelists = {
        "CL_AREA": [
            *used_values.get("REF_AREA", ()),
            *used_values.get("COUNTERPART_AREA", ()),
        ],
        "CL_INDICATOR": used_values.get("INDICATOR", ()),
        "CL_UNIT": used_values.get("UNIT_MEASURE", ()),
    }
    if artefact.id not in codelists:
        return artefact
    return artefact.keep_items(codelists[artefact.id])


def build_region(
    values: Mapping[str, Sequence[str]], path: PathQuery, span: tuple[date, date] | None
) -> Region:
    """Build the region of the dimensions that a path asks about."""
    available = {**values, "FREQ": [ANNUAL]}
    names = path.components
    return Region(
        {name: available[name] for name in DIMENSIONS if names is None or name in names},
        span if names is None or TIME in names else None,
    )


def drop_dimension(request: SdmxRequest, dimension: str) -> SdmxRequest:
    """Remove the condition on a dimension, to find which of its values could be selected."""
    keys = tuple(
        {name: values for name, values in key.items() if name != dimension}
        for key in request.filters.keys
    )
    return replace(request, filters=replace(request.filters, keys=keys))
