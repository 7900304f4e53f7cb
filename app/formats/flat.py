"""Records as rows of a table: which columns, and where each stands in the record."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.text import Words
from app.vocabulary import Datatype

SEPARATOR = ";"
"""What stands between several keys in one field."""


@dataclass(frozen=True)
class FlatColumn:
    """A column of a table of records."""

    name: str
    datatype: Datatype
    description: Words
    path: tuple[str, ...]
    """Where its value stands in the record; a list gives the keys of its members."""
    required: bool = True
    """Whether it is never empty."""


def row(record: Mapping[str, Any], columns: Sequence[FlatColumn]) -> list[str]:
    """Lay a record out."""
    return [spelled(record, column.path) for column in columns]


def spelled(value: Any, path: tuple[str, ...]) -> str:  # noqa: ANN401
    """Spell the value at a path; nothing is empty, and a list is its keys."""
    for place, name in enumerate(path):
        if isinstance(value, list | tuple):
            return SEPARATOR.join(spelled(member, path[place:]) for member in value)
        value = None if value is None else value[name]
    return "" if value is None else str(value)


def string(
    name: str, path: str, english: str, chinese: str, *, required: bool = True
) -> FlatColumn:
    """Declare a column of text."""
    return FlatColumn(
        name, Datatype.STRING, Words(english, chinese), tuple(path.split(".")), required
    )


INDICATORS: tuple[FlatColumn, ...] = (
    string("code", "code", "The key of the indicator", "指标标识"),
    string("name", "name", "The name of the indicator", "指标名称"),
    string("definition", "definition", "What it counts", "指标定义"),
    string("note", "note", "How to read it", "使用说明"),
    string("topic", "topic.code", "The topic", "主题"),
    string("unit", "unit.code", "The unit of its headline figure", "核心数据计量单位"),
    string("direction", "direction", "Which way it flows", "流向"),
    string("reporting_area", "reporting_area.code", "The area that reports", "报告方"),
    string("counterpart_area", "counterpart_area.code", "The area on the other side", "对方"),
    string(
        "headline",
        "headline.id",
        "The figure that stands for it",
        "核心数据标识",
        required=False,
    ),
    string(
        "headline_display",
        "headline.display",
        "That figure in words, with what limits it",
        "核心数据（含限定语）",
        required=False,
    ),
    string(
        "headline_period",
        "headline.period.label",
        "The period of that figure",
        "核心数据统计期",
        required=False,
    ),
    string(
        "headline_citation",
        "headline.citation",
        "Where that figure stands",
        "核心数据出处",
        required=False,
    ),
    string(
        "baseline_for",
        "baseline_for.slug",
        "The priority areas that start from it; the link is editorial",
        "以其为基线的重点领域（编辑关联）",
        required=False,
    ),
    string("sectors", "sectors.code", "The sectors it concerns", "涉及领域", required=False),
    string(
        "instruments", "instruments.code", "The instruments it measures", "涉及载体", required=False
    ),
)
"""The columns of a table of indicators; new ones come last."""

ACTIONS: tuple[FlatColumn, ...] = (
    string("id", "id", "The key of the action", "举措标识"),
    string("year", "priority_area.year", "The year it is announced for", "年度"),
    string("priority_area", "priority_area.slug", "The priority area", "重点领域"),
    string("priority_area_title", "priority_area.title", "Its title", "重点领域名称"),
    string("position", "position", "Its place within the area", "次序"),
    string("kind", "kind", "Its verb", "举措类型"),
    string("text", "text", "The commitment", "举措内容"),
    string("status", "status", "How far it has come", "状态"),
    string("sectors", "sectors.code", "The sectors it names", "涉及领域", required=False),
    string(
        "instruments", "instruments.code", "The instruments it names", "涉及载体", required=False
    ),
    string("areas", "areas.code", "The areas it names", "涉及国别", required=False),
    string("topics", "topics.code", "The topics it touches", "涉及主题", required=False),
    string("source", "source.code", "The key of the source", "来源标识"),
    string("source_line", "source.line", "The source in a line", "来源说明"),
    string("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of actions; new ones come last."""

OUTCOMES: tuple[FlatColumn, ...] = (
    string("id", "id", "The key of the outcome", "成果标识"),
    string("year", "year", "The year reviewed", "年度"),
    string("position", "position", "Its place among the outcomes of the year", "次序"),
    string("topic", "topic.code", "The topic", "主题"),
    string("text", "text", "The outcome", "成果内容"),
    string("sectors", "sectors.code", "The sectors it names", "涉及领域", required=False),
    string(
        "instruments", "instruments.code", "The instruments it names", "涉及载体", required=False
    ),
    string("areas", "areas.code", "The areas it names", "涉及国别", required=False),
    string(
        "indicators",
        "indicators.code",
        "The indicators that measure it",
        "相关指标",
        required=False,
    ),
    string("source", "source.code", "The key of the source", "来源标识"),
    string("source_line", "source.line", "The source in a line", "来源说明"),
    string("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of outcomes; new ones come last."""
