"""From what was found to the bytes of a message, in the format that was chosen."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec

from app.filters.sdmx import ANNUAL, DIMENSIONS
from app.formats.sdmx import data_json, data_xml, structure_json, structure_xml
from app.formats.sdmx.artefacts import Artefact, Region, related
from app.formats.sdmx.cube import Message
from app.formats.sdmx.fields import Record, duration
from app.formats.sdmx.media import Format
from app.formats.sdmx.message import Head, Version
from app.formats.sdmx.parameters import Request
from app.formats.sdmx.paths import Asked
from app.formats.sdmx.refusals import NoResults, TooLarge
from app.text import Words

MOST = 50_000
"""The most observations, or series without any, that an XML or JSON message may have."""
NOTHING = Words("No data match the request", "没有符合条件的数据")

Series = tuple[Record, Sequence[Record]]


def some_of(found: Iterable[Sequence[Series]]) -> Iterator[Sequence[Series]]:
    """Give what was found, if that is anything.

    Raises:
        NoResults: if there is no series.
    """
    empty = True
    for some in found:
        empty = False
        yield some
    if empty:
        raise NoResults(NOTHING)


def bounded(found: Iterable[Sequence[Series]], most: int = MOST) -> Iterator[Series]:
    """Give single series while the message does not grow too large.

    Raises:
        TooLarge: if it would.
    """
    count = 0
    for some in found:
        for series, figures in some:
            count += len(figures) or 1
            if count > most:
                raise TooLarge(
                    Words(
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


def data(message: Message, form: Format, artefacts: Iterable[Artefact]) -> bytes:
    """Write data as XML or JSON."""
    if form is Format.GENERIC_21:
        return data_xml.generic(message)
    if form in SPECIFIC:
        return data_xml.specific(message, SPECIFIC[form])
    codes = {one.id: {item.id: item for item in one.items} for one in artefacts}
    return data_json.Writer(codes, message.shown, form.version).write(message)


def structure(artefacts: Sequence[Artefact], form: Format, head: Head) -> bytes:
    """Write artefacts as XML or JSON."""
    if form in STRUCTURES:
        return structure_xml.Writer(STRUCTURES[form]).write(artefacts, head)
    return msgspec.json.encode(structure_json.Writer(form.version).write(artefacts, head))


def chosen(
    everything: Sequence[Artefact],
    asked: Asked,
    request: Request,
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
        named = [one.with_items(asked.items) for one in named]
        named = [one for one in named if one.items]
    if not named:
        ids = sorted({one.id for one in everything if one.kind.path in asked.kinds})
        raise NoResults(
            Words(
                f"There is no such artefact; there are {', '.join(ids)}",
                f"没有此结构；现有 {'、'.join(ids)}",
            )
        )
    found = related(named, everything, request.references)
    match request.detail:
        case "allstubs" | "allcompletestubs":
            return [one.stub() for one in found]
        case "referencestubs" | "referencecompletestubs":
            return [one if one in named else one.stub() for one in found]
        case "referencepartial":
            return [one if one in named else partial(one, used) for one in found]
        case _:
            return found


def partial(one: Artefact, used: Mapping[str, Sequence[Any]]) -> Artefact:
    """Keep the codes that data have."""
    lists = {
        "CL_AREA": [*used.get("REF_AREA", ()), *used.get("COUNTERPART_AREA", ())],
        "CL_INDICATOR": used.get("INDICATOR", ()),
        "CL_UNIT": used.get("UNIT_MEASURE", ()),
    }
    return one.with_items(lists[one.id]) if one.id in lists else one


def region(values: Mapping[str, Sequence[Any]], asked: Asked, span: Any) -> Region:  # noqa: ANN401
    """Lay out what there is, of the dimensions that are asked for."""
    found = {**values, "FREQ": [ANNUAL]}
    found["DURATION"] = [duration(months) for months in sorted(values["DURATION"])]
    wanted = asked.components
    return Region(
        {
            name: [str(value) for value in found[name]]
            for name in DIMENSIONS
            if wanted is None or name in wanted
        },
        span if wanted is None or "TIME_PERIOD" in wanted else None,
    )


def without(request: Request, dimension: str) -> Request:
    """Leave a dimension free, to find which of its values could be chosen."""
    keys = tuple(
        {name: values for name, values in key.items() if name != dimension}
        for key in request.selection.keys
    )
    return replace(request, selection=replace(request.selection, keys=keys))
