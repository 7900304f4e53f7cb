"""Data as SDMX-CSV 1.0 and 2.0: one line an observation, bit by bit."""

from collections.abc import Iterable, Iterator, Sequence

from app.formats.csv import encode_rows
from app.formats.sdmx.artefacts import AGENCY, FLOW, VERSION
from app.formats.sdmx.component import Record
from app.formats.sdmx.components import PERIOD, SERIES_KEY
from app.formats.sdmx.dataset import DataLayout, Observation, find_measure

LABELLED = f"{AGENCY}:{FLOW}({VERSION})"
FIRST_COLUMNS = {
    True: (("DATAFLOW",), (LABELLED,)),
    False: (("STRUCTURE", "STRUCTURE_ID", "ACTION"), ("dataflow", LABELLED, "I")),
}
"""The first columns and what stands in them: of 1.0, and of 2.0."""


def write_csv(
    found: Iterable[Sequence[tuple[Record, Sequence[Record]]]], shown: DataLayout, *, old: bool
) -> Iterator[bytes]:
    """Write series as a table.

    Args:
        found: series with their figures, some at a time.
        shown: which columns the table has.
        old: whether it is SDMX-CSV 1.0.
    """
    heading, start = FIRST_COLUMNS[old]
    period = (PERIOD,) if shown.has_observations else ()
    columns = (*SERIES_KEY, *period, *find_measure(shown), *shown.attributes)
    if not shown.has_observations:
        columns = SERIES_KEY
    header = [*heading, *(one.id for one in columns)]

    def rows() -> Iterator[list[list[str]]]:
        for some in found:
            pairs = (
                (series, figure)
                for series, figures in some
                for figure in (figures if shown.has_observations else [{}])
            )
            told = (dict(Observation(*pair).list_values(columns)) for pair in pairs)
            yield [[*start, *(one.get(part.id, "") for part in columns)] for one in told]

    return encode_rows(header, rows())
