"""An invented next edition: what one press conference adds to a seed by seed/README.md.

``python -m tests.support.edition FOLDER`` copies the seed and adds an edition to the copy. With
``BRI_SEED=FOLDER`` the whole suite then runs on the copy.
"""

import re
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from shutil import copytree
from typing import Any

import yaml

from app.ingest.build import load_valid_seed
from app.ingest.history import freeze_release
from tests.support.seeds import EDITIONS, NEWEST, copy_seed_with_history

PINNED = "scio-2025-01-15"
"""The source whose figures and commitments are copied, with changes, to a later year."""
EVENT = "mofcom-2025-01-15"
"""The event that it reports."""
YEAR = 2024
COVERAGE = "partner-2025"
"""The coverage of the new figures."""


def add_edition(seed: Path, year: int, held_on: date) -> str:
    """Add the press conference that reviews a year and announces the next; return its key."""
    freeze_release(load_valid_seed(seed))
    key = f"scio-{held_on}"
    source = read(seed / "sources" / f"{PINNED}.yaml")
    event = f"mofcom-{held_on}"
    write(seed, f"events/{event}", read(seed / f"events/{EVENT}.yaml") | {"held_on": str(held_on)})
    source |= {"event": event, "published_on": str(held_on), "checked_on": str(held_on)}
    source["address"] += f"?{held_on}"
    write(seed, f"sources/{key}", source)
    edition = read(seed / f"editions/{YEAR + 1}.yaml")
    edition |= {"year": year + 1, "events": [event], "source": key}
    write(seed, f"editions/{year + 1}", edition)
    for path in sorted((seed / "observations").glob(f"*.{PINNED}.yaml")):
        add_observation(seed, read(path), year, key)
    for collection in ("outcomes", "priority-areas", "actions"):
        for path in sorted((seed / collection).glob(f"{YEAR}-*.yaml")) + sorted(
            (seed / collection).glob(f"{YEAR + 1}-*.yaml")
        ):
            record = read(path)
            if record["source"] != PINNED:
                continue
            later = int(record["year"]) - YEAR + year
            record |= {"source": key, "year": later}
            if "priority_area" in record:
                record["priority_area"] = f"{later}{record['priority_area'][4:]}"
            write(seed, f"{collection}/{later}{path.stem[4:]}", record)
    note = {"en": f"The edition of {year}.", "zh": f"{year}年版。"}
    write(seed, f"releases/{held_on}", {"date": str(held_on), "note": note})
    load_valid_seed(seed)
    return key


def add_observation(seed: Path, figure: dict[str, Any], year: int, source: str) -> None:
    """Add the figure of a full year, a little larger than the one that it copies."""
    series = str(figure["series"])
    indicator, reporting, counterpart, _, unit, _ = series.split(".")
    whole = f"{indicator}.{reporting}.{counterpart}.{COVERAGE}.{unit}.P12M"
    if not (seed / "series" / f"{whole}.yaml").exists():
        changed = {"coverage": COVERAGE, "months": 12}
        write(seed, f"series/{whole}", read(seed / f"series/{series}.yaml") | changed)
    for own in ("checked_on", "check_method", "contradiction"):
        figure.pop(own, None)
    published = figure["published"]
    old = Decimal(str(published["value"]))
    new = old + Decimal(1).scaleb(-published["decimals"])
    scale = Decimal(10) ** published["multiplier"]
    hundred_million = Decimal(10) ** 8
    replacements = {
        str(old): str(new),
        format_number(old * scale / hundred_million): format_number(new * scale / hundred_million),
    }
    published["value"] = new if published["decimals"] else int(new)
    figure |= {
        "series": whole,
        "period": {"start": f"{year}-01-01", "end": f"{year}-12-31"},
        "value": int(new * scale),
        "source": source,
    }
    for language, words in figure["wording"].items():
        for old_number, new_number in replacements.items():
            if old_number in words:
                figure["wording"][language] = words.replace(old_number, new_number)
                break
    for bound in figure.get("bounds", {}):
        figure["bounds"][bound] = int(new * scale)
    write(seed, f"observations/{whole}.{year}-01.{source}", figure)


def format_number(number: Decimal) -> str:
    """Format a number without zeros at its end and without an exponent."""
    return f"{number.normalize():f}"


def read(path: Path) -> dict[str, Any]:
    """Read a seed file."""
    content: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))
    return content


class Plain(yaml.SafeDumper):
    """Writes decimals digit by digit, and days as an editor would type them."""


Plain.add_representer(
    Decimal,
    lambda dumper, number: dumper.represent_scalar("tag:yaml.org,2002:float", f"{number:f}"),
)
Plain.add_representer(
    date, lambda dumper, day: dumper.represent_scalar("tag:yaml.org,2002:timestamp", str(day))
)


def write(seed: Path, name: str, content: dict[str, Any]) -> None:
    """Write a seed file, with the line that names its schema."""
    path = seed / f"{name}.yaml"
    collection = name.partition("/")[0]
    kind = {"priority-areas": "priority-area", "series": "series"}.get(collection, collection[:-1])
    text = yaml.dump(content, Dumper=Plain, allow_unicode=True, sort_keys=False, width=10_000)
    head = f"# yaml-language-server: $schema=../.schemas/{kind}.json\n"
    # Days and keys are written without quotes; apostrophes in texts stay.
    path.write_text(head + re.sub(r"'([\w.:-]+)'", r"\1", text), "utf-8")


def main(folder: Path) -> None:
    """Copy the seed, and add the edition that follows its newest to the copy."""
    seed, year = copy_seed_with_history(folder, NEWEST), EDITIONS[-1]
    copytree(NEWEST / ".schemas", seed / ".schemas")
    add_edition(seed, year, date(year + 1, 1, 20))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
