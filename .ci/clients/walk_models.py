"""Reads every JSON answer by the models of datamodel-code-generator: DOCUMENT ORIGIN."""

import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import models_made
from cases import PROBLEM, parse_json, read_cases, require


def main(document: Path, origin: str) -> None:
    """Walk all operations that have a model, and make two mistakes."""
    read = 0
    for case in read_cases(document):
        if case.model:
            with urlopen(origin + case.address, timeout=30) as answer:
                sent = answer.read()
            value = getattr(models_made, case.model).model_validate_json(sent)
            same = parse_json(value.model_dump_json(by_alias=True)) == parse_json(sent)
            require(same, case, "lost something")
            read += 1
    for address, status in (("/v1/indicators/goods-trad", 404), ("/v1/observations?no=1", 422)):
        try:
            urlopen(origin + address, timeout=30)
        except HTTPError as refusal:
            problem = getattr(models_made, PROBLEM).model_validate_json(refusal.read())
            if not refusal.code == problem.status == status:
                raise SystemExit(f"{address}: {refusal.code}") from refusal
        else:
            raise SystemExit(f"{address} was not refused")
    print(f"datamodel-code-generator: {read} answers, 2 problems")


main(Path(sys.argv[1]), sys.argv[2])
