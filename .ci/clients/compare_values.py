"""Compare the values that a program saved with plain HTTP: DOCUMENT ORIGIN TEMPLATE FOLDER."""

import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from cases import MEANT, MISTAKES, is_readable, parse_json, read_cases, require


def normalize_value(value: Any) -> Any:
    """Omit null, which some clients omit, and the queries of some addresses.

    Go and PHP send defaults, which the addresses of the next page and of a described table then
    have.
    """
    if isinstance(value, dict):
        kept = {name: normalize_value(one) for name, one in value.items() if one is not None}
        found = kept.keys() & {"next", "url"}
        return kept | {name: str(kept[name]).partition("?")[0] for name in found}
    return [normalize_value(one) for one in value] if isinstance(value, list) else value


def main(document: Path, origin: str, template: Path, folder: Path) -> None:
    """Compare every value, and the problems of two mistakes."""
    compared = 0
    known = {case.operation: case for case in read_cases(document)}
    for case in known.values():
        if not is_readable(case, template.suffix):
            continue
        saved = (folder / case.operation).read_bytes()
        with urlopen(origin + case.address, timeout=30) as response:
            sent = response.read()
        if case.is_json:
            same = normalize_value(parse_json(saved)) == normalize_value(parse_json(sent))
        else:
            same = saved == sent != b""
        require(same, case, f"{template.name}: another value than over HTTP")
        compared += 1
    for operation, (_, status) in MISTAKES.items():
        problem = parse_json((folder / f"{operation}.problem").read_bytes())
        is_right = problem["status"] == status and problem["errors"][0]["suggestion"] == MEANT
        require(is_right, known[operation], f"{template.name}: no typed {status}")
    print(f"openapi-generator, {template.name}: {compared} operations, 2 problems")


main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
