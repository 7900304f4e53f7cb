"""The columns of the tables of records, in an order that does not change; new ones come last."""

from app.formats.flat_columns import (
    FlatColumn,
    date_column,
    decimal_column,
    integer_column,
    string_column,
    url_column,
)

INDICATORS: tuple[FlatColumn, ...] = (
    string_column("code", "code", "The key of the indicator", "指标标识"),
    string_column("name", "name", "The name of the indicator", "指标名称"),
    string_column("definition", "definition", "What it counts", "指标定义"),
    string_column("note", "note", "How to read it", "使用说明"),
    string_column("topic", "topic.code", "The topic", "主题"),
    string_column("unit", "unit.code", "The unit of its headline figure", "核心数据计量单位"),
    string_column("direction", "direction", "Which way it flows", "流向"),
    string_column("reporting_area", "reporting_area.code", "The area that reports", "报告方"),
    string_column(
        "counterpart_area", "counterpart_area.code", "The area on the other side", "对方"
    ),
    string_column(
        "headline",
        "headline.id",
        "The figure that stands for it",
        "核心数据标识",
        required=False,
    ),
    string_column(
        "headline_display",
        "headline.display",
        "That figure in words, with what limits it",
        "核心数据（含限定语）",
        required=False,
    ),
    string_column(
        "headline_period",
        "headline.period.label",
        "The period of that figure",
        "核心数据统计期",
        required=False,
    ),
    string_column(
        "headline_citation",
        "headline.citation",
        "Where that figure stands",
        "核心数据出处",
        required=False,
    ),
    string_column(
        "baseline_for",
        "baseline_for.slug",
        "The priority areas that start from it; the link is editorial",
        "以其为基线的重点领域（编辑关联）",
        required=False,
    ),
    string_column("sectors", "sectors.code", "The sectors it concerns", "涉及领域", required=False),
    string_column(
        "instruments", "instruments.code", "The instruments it measures", "涉及载体", required=False
    ),
)
"""The columns of a table of indicators; new ones come last."""

ACTIONS: tuple[FlatColumn, ...] = (
    string_column("id", "id", "The key of the action", "举措标识"),
    integer_column("year", "priority_area.year", "The year it is announced for", "年度"),
    string_column("priority_area", "priority_area.slug", "The priority area", "重点领域"),
    string_column("priority_area_title", "priority_area.title", "Its title", "重点领域名称"),
    integer_column("position", "position", "Its place within the area", "次序"),
    string_column("kind", "kind", "Its verb", "举措类型"),
    string_column("text", "text", "The commitment", "举措内容"),
    string_column("status", "status", "How far it has come", "状态"),
    string_column("sectors", "sectors.code", "The sectors it names", "涉及领域", required=False),
    string_column(
        "instruments", "instruments.code", "The instruments it names", "涉及载体", required=False
    ),
    string_column("areas", "areas.code", "The areas it names", "涉及国别", required=False),
    string_column("topics", "topics.code", "The topics it touches", "涉及主题", required=False),
    string_column("source", "source.code", "The key of the source", "来源标识"),
    string_column("source_line", "source.line", "The source in a line", "来源说明"),
    string_column("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of actions; new ones come last."""

OUTCOMES: tuple[FlatColumn, ...] = (
    string_column("id", "id", "The key of the outcome", "成果标识"),
    integer_column("year", "year", "The year reviewed", "年度"),
    integer_column("position", "position", "Its place among the outcomes of the year", "次序"),
    string_column("topic", "topic.code", "The topic", "主题"),
    string_column("text", "text", "The outcome", "成果内容"),
    string_column("sectors", "sectors.code", "The sectors it names", "涉及领域", required=False),
    string_column(
        "instruments", "instruments.code", "The instruments it names", "涉及载体", required=False
    ),
    string_column("areas", "areas.code", "The areas it names", "涉及国别", required=False),
    string_column(
        "indicators",
        "indicators.code",
        "The indicators that measure it",
        "相关指标",
        required=False,
    ),
    string_column("source", "source.code", "The key of the source", "来源标识"),
    string_column("source_line", "source.line", "The source in a line", "来源说明"),
    string_column("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of outcomes; new ones come last."""

PRIORITY_AREAS: tuple[FlatColumn, ...] = (
    string_column("slug", "slug", "The key of the priority area within its year", "重点领域标识"),
    integer_column("year", "year", "The year it is announced for", "年度"),
    integer_column("position", "position", "Its place among the four", "次序"),
    string_column("title", "title", "Its title", "名称"),
    string_column("summary", "summary", "What it comes to", "概要"),
    string_column("aim", "aim", "The aim that the source states", "目标", required=False),
    string_column(
        "baseline_indicators",
        "baseline_indicators.code",
        "The indicators it starts from; the link is editorial",
        "基线指标（编辑关联）",
        required=False,
    ),
    string_column("source", "source.code", "The key of the source", "来源标识"),
    string_column("locator", "locator", "The place in the source", "出处位置"),
)
"""The columns of a table of priority areas; new ones come last."""

SERIES: tuple[FlatColumn, ...] = (
    string_column("code", "code", "The key of the series", "系列标识"),
    string_column("name", "name", "The name of the series", "系列名称"),
    string_column("indicator", "indicator.code", "What is measured", "指标标识"),
    string_column("reporting_area", "reporting_area.code", "The area that reports", "报告方"),
    string_column(
        "counterpart_area", "counterpart_area.code", "The area on the other side", "对方"
    ),
    string_column("unit", "unit.code", "The unit of all figures", "计量单位"),
    integer_column("months", "months", "The number of months in each period", "统计期月数"),
    string_column(
        "note", "note", "What it must not be compared with", "不可比说明", required=False
    ),
    string_column(
        "breaks",
        "breaks.start",
        "The first days after a break, where figures do not compare",
        "断点之后的首日",
        required=False,
    ),
    integer_column(
        "observations", "observations", "For how many periods there is a figure", "数据期数"
    ),
)
"""The columns of a table of series; new ones come last."""

GROWTH_RATES: tuple[FlatColumn, ...] = (
    string_column("id", "id", "The key of the rate", "增速标识"),
    string_column("indicator", "indicator.code", "What has grown", "指标标识"),
    string_column("series", "series", "The series whose figures it is about", "所属系列"),
    date_column("period_start", "period.start", "The first day of the period", "统计期首日"),
    date_column("period_end", "period.end", "The last day of the period", "统计期末日"),
    date_column("base_start", "base_period.start", "The first day of the base period", "基期首日"),
    date_column("base_end", "base_period.end", "The last day of the base period", "基期末日"),
    decimal_column("value", "value", "The published change in percent", "公布的增速（%）"),
    string_column("basis", "basis", "What it was measured against", "增速基数类型"),
    string_column("wording", "wording", "The change as the source words it", "文字表述"),
    string_column("note", "note", "How the basis is known", "基数说明", required=False),
    date_column("vintage", "vintage", "The day on which it became known", "数据公布日"),
    string_column("source", "source.code", "The key of the source", "来源标识"),
    string_column("locator", "locator", "The place in the source", "出处位置", required=False),
)
"""The columns of a table of growth rates; new ones come last."""

REPORTS: tuple[FlatColumn, ...] = (
    string_column("id", "id", "The key of the report", "报道标识"),
    string_column("observation", "observation", "The figure that it tells of", "所述数据"),
    string_column("source", "source.code", "The other source", "来源标识"),
    string_column("wording", "wording", "What it says", "文字表述"),
    string_column("agreement", "agreement", "How that compares with the figure", "是否一致"),
    string_column("note", "note", "A sentence on the difference", "说明"),
    string_column(
        "locator", "locator", "The place in the other source", "出处位置", required=False
    ),
)
"""The columns of a table of second reports; new ones come last."""

SOURCES: tuple[FlatColumn, ...] = (
    string_column("code", "code", "The key of the source", "来源标识"),
    string_column("title", "title", "The title of the document", "标题"),
    string_column("event", "event", "The event that it tells of", "活动", required=False),
    string_column("publisher", "publisher", "Who published it", "发布者"),
    string_column("body", "body", "The institution whose figures it carries", "数据机构"),
    string_column("standing", "standing", "How near it is to the institution", "来源类别"),
    integer_column(
        "edition",
        "edition",
        "The year reviewed, for a press conference that the data set is built on",
        "所述年度",
        required=False,
    ),
    date_column("held_on", "held_on", "The day of the event", "活动日期", required=False),
    date_column("published_on", "published_on", "The day of publication", "发布日期"),
    string_column(
        "published_precision",
        "published_precision",
        "month where only the month of publication is known",
        "发布日期精度",
    ),
    string_column("language", "language", "The language of the document", "文件语言"),
    url_column("address", "address", "The web address", "网址", required=False),
    string_column("licence", "licence", "What is known about reuse", "再利用说明"),
)
"""The columns of a table of sources; new ones come last."""

TERMS: tuple[FlatColumn, ...] = (
    string_column("code", "code", "The key", "标识"),
    string_column("name", "name", "The name", "名称"),
    string_column("description", "description", "What it is", "说明"),
)
"""The columns of a table of topics or sectors; new ones come last."""

AREAS: tuple[FlatColumn, ...] = (
    string_column("code", "code", "The key: ISO 3166, or ours for a group", "标识"),
    string_column("name", "name", "The name", "名称"),
    string_column("kind", "kind", "A single country, or a group", "类别"),
    string_column("definition", "definition", "What it covers", "范围"),
)
"""The columns of a table of areas; new ones come last."""

INSTRUMENTS: tuple[FlatColumn, ...] = (
    *TERMS,
    string_column("kind", "kind", "What sort of means it is", "类别"),
)
"""The columns of a table of instruments; new ones come last."""

UNITS: tuple[FlatColumn, ...] = (
    *TERMS,
    string_column("symbol", "symbol", "The short sign", "符号"),
    integer_column("decimals", "decimals", "The usual number of decimals", "小数位数"),
)
"""The columns of a table of units; new ones come last."""
