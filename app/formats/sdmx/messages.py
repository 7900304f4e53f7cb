"""From what was found to the bytes of a message, in the format that was chosen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from app.formats.sdmx import data_json, data_xml, structure_json, structure_xml
from app.formats.sdmx.artefacts import Artefact, Region, find_related
from app.formats.sdmx.component import Record, format_duration
from app.formats.sdmx.dataset import Message
from app.formats.sdmx.envelope import MessageInfo, Version
from app.formats.sdmx.errors import NoResultsFound, ResponseTooLarge
from app.formats.sdmx.negotiation import Format
from app.formats.sdmx.paths import PathQuery
from app.formats.sdmx.query import SdmxRequest
from app.i18n import Bilingual
from app.parameters.sdmx import ANNUAL, DIMENSIONS

MAX_OBSERVATIONS = 50_000
"""The most observations, or series without any, that an XML or JSON message may have."""
NO_DATA = Bilingual("No data match the request", "没有符合条件的数据")

Series = tuple[Record, Sequence[Record]]


def require_data(found: Iterable[Sequence[Series]]) -> Iterator[Sequence[Series]]:
    """Give what was found, if that is anything.

    Raises:
        NoResults: if there is no series.
    """
    empty = True
    for some in found:
        empty = False
        yield some
    if empty:
        raise NoResultsFound(NO_DATA)


def limit_observations(
    found: Iterable[Sequence[Series]], most: int = MAX_OBSERVATIONS
) -> Iterator[Series]:
    """Give single series while the message does not grow too large.

    Raises:
        TooLarge: if it would.
    """
    count = 0
    for some in found:
        for series, figures in some:
            count += len(figures) or 1
            if count > most:
                raise ResponseTooLarge(
                    Bilingual(
                        f"More than {most} observations match; narrow the key or the periods, or "
                        "take CSV, which has no bound",
                        f"符合条件的数据超过{most}个；请缩小键或统计期的范围，或改用不限大小的CSV",
                    )
                )
            yield series, figures


SPECIFIC = {
    Format.SPECIFIC_21: Version.V21,
    Format.DATA_30: Version.V30,
    Format.DATA_31: Version.V31,
}
STRUCTURES = {
    Format.STRUCTURE_21: Version.V21,
    Format.STRUCTURE_30: Version.V30,
    Format.STRUCTURE_31: Version.V31,
}


def write_data(message: Message, form: Format, artefacts: Iterable[Artefact]) -> bytes:
    """Write data as XML or JSON."""
    if form is Format.GENERIC_21:
        return data_xml.write_generic(message)
    if form in SPECIFIC:
        return data_xml.write_structure_specific(message, SPECIFIC[form])
    codes = {one.id: {item.id: item for item in one.items} for one in artefacts}
    return data_json.DataWriter(codes, message.shown, form.version).write_message(message)


def write_structure(artefacts: Sequence[Artefact], form: Format, head: MessageInfo) -> bytes:
    """Write artefacts as XML or JSON."""
    if form in STRUCTURES:
        return structure_xml.StructureXmlWriter(STRUCTURES[form]).write_message(artefacts, head)
    return msgspec.json.encode(
        structure_json.StructureJsonWriter(form.version).write_message(artefacts, head)
    )


def select_artefacts(
    everything: Sequence[Artefact],
    asked: PathQuery,
    request: SdmxRequest,
    used: Mapping[str, Sequence[Any]],
) -> list[Artefact]:
    """Find the artefacts that a path names, with those that belong to them.

    Args:
        everything: all artefacts.
        asked: what the path asks for.
        request: the references and the detail that are asked for.
        used: the values of each dimension that data have, for partial code lists.

    Raises:
        NoResults: if there is no such artefact, or no such item in it.
    """
    named = [
        one
        for one in everything
        if one.kind.path in asked.kinds and (asked.ids is None or one.id in asked.ids)
    ]
    if asked.items is not None:
        named = [one.keep_items(asked.items) for one in named]
        named = [one for one in named if one.items]
    if not named:
        ids = sorted({one.id for one in everything if one.kind.path in asked.kinds})
        raise NoResultsFound(
            Bilingual(
                f"There is no such artefact; there are {', '.join(ids)}",
                f"没有此结构；现有 {'、'.join(ids)}",
            )
        )
    found = find_related(named, everything, request.references)
    match request.detail:
        case "allstubs" | "allcompletestubs":
            return [one.to_stub() for one in found]
        case "referencestubs" | "referencecompletestubs":
            return [one if one in named else one.to_stub() for one in found]
        case "referencepartial":
            return [one if one in named else keep_used_codes(one, used) for one in found]
        case _:
            return found


def keep_used_codes(one: Artefact, used: Mapping[str, Sequence[Any]]) -> Artefact:
    """Keep the codes that data have."""
    lists = {
        "CL_AREA": [*used.get("REF_AREA", ()), *used.get("COUNTERPART_AREA", ())],
        "CL_INDICATOR": used.get("INDICATOR", ()),
        "CL_UNIT": used.get("UNIT_MEASURE", ()),
    }
    return one.keep_items(lists[one.id]) if one.id in lists else one


def build_region(values: Mapping[str, Sequence[Any]], asked: PathQuery, span: Any) -> Region:
    """Lay out what there is, of the dimensions that are asked for."""
    found = {**values, "FREQ": [ANNUAL]}
    found["DURATION"] = [format_duration(months) for months in sorted(values["DURATION"])]
    wanted = asked.components
    return Region(
        {
            name: [str(value) for value in found[name]]
            for name in DIMENSIONS
            if wanted is None or name in wanted
        },
        span if wanted is None or "TIME_PERIOD" in wanted else None,
    )


def drop_dimension(request: SdmxRequest, dimension: str) -> SdmxRequest:
    """Leave a dimension free, to find which of its values could be chosen."""
    keys = tuple(
        {name: values for name, values in key.items() if name != dimension}
        for key in request.selection.keys
    )
    return replace(request, selection=replace(request.selection, keys=keys))
