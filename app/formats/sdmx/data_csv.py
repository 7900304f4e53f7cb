"""Data as SDMX-CSV 1.0 and 2.0: one observation per line, streamed."""

from collections.abc import Iterable, Iterator, Sequence

from app.formats.sdmx.artefacts import AGENCY, FLOW, VERSION
from app.formats.sdmx.components import PERIOD, SERIES_KEY
from app.formats.sdmx.dataset import DataLayout, Observation, SeriesData
from app.formats.text import encode_csv_rows

FLOW_ID = f"{AGENCY}:{FLOW}({VERSION})"
FIRST_COLUMNS = {
    "1.0.0": (("DATAFLOW",), (FLOW_ID,)),
    "2.0.0": (("STRUCTURE", "STRUCTURE_ID", "ACTION"), ("dataflow", FLOW_ID, "I")),
}
"""The names and values of the first columns, by version of SDMX-CSV."""


def write_csv(
    chunks: Iterable[Sequence[SeriesData]], layout: DataLayout, version: str
) -> Iterator[bytes]:
    """Write series as a table, chunk by chunk."""
    names, values = FIRST_COLUMNS[version]
    columns = SERIES_KEY
    if layout.has_observations:
        columns = (*SERIES_KEY, PERIOD, *layout.measures, *layout.attributes)

    def list_rows() -> Iterator[list[list[str]]]:
        for chunk in chunks:
            observations = (
                Observation(series, figure)
                for series, figures in chunk
                for figure in (figures if layout.has_observations else [{}])
            )
            texts = (dict(one.list_values(columns)) for one in observations)
            yield [[*values, *(row.get(one.id, "") for one in columns)] for row in texts]

    return encode_csv_rows([*names, *(one.id for one in columns)], list_rows())
