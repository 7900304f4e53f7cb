"""Why figures are not like for like, told in a plain sentence."""

from collections.abc import Mapping
from typing import Any

from app.db.columns import Record
from app.enums import Obstacle
from app.i18n import Bilingual, Language

SENTENCES = {
    Obstacle.UNIT: Bilingual(
        "One is in {unit}, the other in {other_unit}, and nothing is converted here.",
        "一为{unit}，一为{other_unit}，本服务不作换算。",
    ),
    Obstacle.MONTHS: Bilingual(
        "One covers periods of {months} months, the other of {other_months}; neither is scaled to "
        "the other.",
        "一为{months}个月数据，一为{other_months}个月数据，本服务不作折算。",
    ),
    Obstacle.BREAK: Bilingual(
        "Between them the series has a break. {note}", "两期之间数列有断点。{note}"
    ),
    Obstacle.QUALIFIER: Bilingual(
        "{display} and {other_display} are limits, not exact figures; their difference is unknown.",
        "“{display}”与“{other_display}”给出的是界限而非确数，两者之差无从得知。",
    ),
    Obstacle.BASIS: Bilingual(
        "The published growth is {growth}, measured against a restated base whose level is not "
        "published; a rate from the two levels would mislead.",
        "公布的增速为“{growth}”，以经调整的基数计算，而该基数水平未公布；由两期水平值推算增速会造成误读。",
    ),
}


def describe_obstacle(kind: Obstacle, language: Language, **facts: object) -> Record:
    """Tell one obstacle."""
    return {"kind": kind, "text": SENTENCES[kind].get(language).format(**facts)}


def describe_series_obstacles(
    one: Mapping[str, Any], other: Mapping[str, Any], language: Language
) -> list[Record]:
    """Tell why the figures of two series of the same areas cannot be compared.

    Args:
        one: a series with its unit and months.
        other: another one.
        language: the language of the sentences.
    """
    found = []
    if one["unit"]["code"] != other["unit"]["code"]:
        names = {"unit": one["unit"]["name"], "other_unit": other["unit"]["name"]}
        found.append(describe_obstacle(Obstacle.UNIT, language, **names))
    if one["months"] != other["months"]:
        lengths = {"months": one["months"], "other_months": other["months"]}
        found.append(describe_obstacle(Obstacle.MONTHS, language, **lengths))
    return found
