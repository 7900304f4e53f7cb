"""The columns of every table, declared once for all formats; new ones go to the end of a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal_column, not_, null
from sqlmodel import col

from app.db.models import FOREVER, Headline, Observation, format_plain
from app.i18n import Bilingual, Language
from app.queries.observations import map_columns
from app.schemas import list_editorial
from app.schemas import observations as schemas
from app.schemas.formats import Datatype

SEPARATOR = ";"
"""What separates several keys in one field."""


@dataclass(frozen=True, eq=False)
class Column:
    name: str
    datatype: Datatype
    label: Bilingual
    description: Bilingual
    path: tuple[str, ...]
    """Where the record holds the value; a list yields the keys of its members."""
    derive: Callable[[Any], object] | None
    """Derives the value from the record, in place of the path."""
    sql: ColumnElement[Any] | None
    """What a row of observations has here, if that is not what records are built from."""
    is_required: bool
    """Whether every row has a value."""
    needs_quoting: bool
    """Whether a value may contain delimiters of CSV."""
    width: float | None
    """The width in characters in workbooks, which omit columns without one."""

    def read_value(self, record: Mapping[str, Any], separator: str = SEPARATOR) -> Any:
        """Return the value in a record; the members of a list are separated by a text."""
        return self.derive(record) if self.derive else get_value(record, self.path, separator)

    def build_expression(self, language: Language) -> ColumnElement[Any]:
        """Return what SQL selects of observations that are read without building records."""
        return map_columns(language)[".".join(self.path)] if self.sql is None else self.sql


def declare_column(  # noqa: PLR0913, PLR0917 - four texts are positional, or a table gets too long
    datatype: Datatype,
    name: str,
    en: str,
    zh: str,
    description_en: str = "",
    description_zh: str = "",
    *,
    path: str = "",
    derive: Callable[[Any], object] | None = None,
    sql: ColumnElement[Any] | None = None,
    is_required: bool = True,
    needs_quoting: bool = False,
    width: float | None = None,
) -> Column:
    """Declare a column by its labels, which by default also describe it.

    The path in the record is dotted, and by default the name.
    """
    return Column(
        name,
        datatype,
        Bilingual(en, zh),
        Bilingual(description_en or en, description_zh or zh),
        tuple((path or name).split(".")),
        derive,
        sql,
        is_required,
        needs_quoting,
        width,
    )


string = partial(declare_column, Datatype.STRING)
text = partial(declare_column, Datatype.STRING, needs_quoting=True)
integer = partial(declare_column, Datatype.INTEGER)
decimal = partial(declare_column, Datatype.DECIMAL)
date = partial(declare_column, Datatype.DATE)
boolean = partial(declare_column, Datatype.BOOLEAN)
address = partial(declare_column, Datatype.ADDRESS, needs_quoting=True)


def format_cell(value: Any) -> str:
    """Format a value without loss; None is an empty text."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format_plain(value)
    return str(value).lower() if isinstance(value, bool) else str(value)


def get_value(value: Any, path: tuple[str, ...], separator: str = SEPARATOR) -> Any:
    """Return the value at a path; where it leads to a list, the values of its members, joined."""
    while path and isinstance(value, dict):
        value, path = value[path[0]], path[1:]
    if isinstance(value, list):
        return separator.join(format_cell(get_value(member, path)) for member in value) or None
    return value


def declare_wording(path: str, en: str, zh: str) -> tuple[Column, ...]:
    """Declare the columns of the words of a source, which all tables with figures have.

    In the table of observations, the columns of a growth rate are named after it.
    """
    is_growth = path == "growth."
    prefix = "growth_" if is_growth else ""
    suffix = Bilingual(" of growth", "（增速）") if is_growth else Bilingual("", "")
    texts = (
        ("wording", f"Published wording{suffix.en}", f"原文表述{suffix.zh}", en, zh),
        ("wording_language", f"Language of wording{suffix.en}", f"原文语言{suffix.zh}",
         "ISO 639-1 code", "ISO 639-1代码"),
        ("wording_translated", f"Translated wording{suffix.en}", f"译文{suffix.zh}",
         "Translation of the wording; empty if its language is that of this table",
         "原文表述的译文；原文语言与本表相同时为空"),
    )  # fmt: skip
    return tuple(
        text(
            f"{prefix}{name}",
            *described,
            path=f"{path}{name}",
            is_required=not is_growth and name != "wording_translated",
            width=None if name == "wording_language" else 28,
        )
        for name, *described in texts
    )


# The tables below are formatted by hand: one entry per column, in as few lines as possible.
WAS_CURRENT = col(Observation.current_from) < col(Observation.current_until)
IS_CURRENT = col(Observation.current_until) == FOREVER
WAS_SUPERSEDED = and_(WAS_CURRENT, not_(IS_CURRENT))
CURRENT = (
    *("Current", "是否现行"),
    "Whether it is in force today for its series and period; do not mix it with others if not",
    "目前是否为该序列该期的现行数据；非现行数据不得与现行数据混用",
)
ROUNDING = Bilingual(
    "It is in the unit of the value and describes the printed digits only: with over, nearly or "
    "about, the qualifier says where the figure lies, which may be outside the interval",
    "计量单位同数值，仅反映原文位数；带有限定词（逾、近、约）时，实际数值的方位以限定词为准，"
    "可能位于区间之外",
)
GROWTH_BASIS = Bilingual(
    "restated if a source states, or this service infers, that the base differs from the level "
    "published earlier, so that published levels cannot be used to check it; else unstated",
    "restated（来源说明或本站推断基数与以前公布的数值不同，不能以已公布数值验算）或unstated（其他情形）",
)
LOCATOR = string("locator", "Location in the source", "出处位置",
                 "Place in the source: P4.S2 is paragraph 4, sentence 2",
                 "在来源中的位置：P4.S2为第4段第2句", is_required=False, width=12)  # fmt: skip
PERIOD_LABEL = text("period_label", "Period", "统计期", "Period as text", "统计期的文字表述",
                    path="period.label")  # fmt: skip
CITATION = text("citation", "Citation", "出处", "Source line and location in the source",
                "来源及在来源中的位置", path="citation.full")  # fmt: skip
STOCK_FLOW = Bilingual(
    "What it measures: flow is the total of a period, cumulative the total since a fixed start, "
    "stock the level on a date; never mix them",
    "所反映的内容：flow为时期数，cumulative为自固定起始日起的累计数，stock为时点数；三者不得混用",
)
CHECK_METHOD = (
    "page: the page itself was read; stored_text: a stored copy of its text was",
    "page为查阅原网页，stored_text为查阅网页文字存档",
)
CONTRADICTION = string("contradiction", "Contradiction", "存在差异的公布数据标识",
                       "Key in contradictions, if another published number does not agree",
                       "与其他公布数据不一致时，为contradictions中的标识",
                       path="contradiction.code", is_required=False)  # fmt: skip
OWN_FIELDS = SEPARATOR.join(list_editorial(schemas.Observation))
EDITORIAL = string("editorial", "Our own fields", "本站撰写的字段",
                   "Fields whose content this service wrote or chose",
                   "内容由本站撰写或选定的字段",
                   sql=literal_column(f"'{OWN_FIELDS}'"))  # fmt: skip
OBSERVATION_COLUMNS = (
    string("id", "Key", "数据标识", "Stable key of the observation", "数据的固定标识", width=60),
    string("indicator", "Indicator code", "指标标识", path="indicator.code"),
    text("indicator_name", "Indicator", "指标", "What is measured", "统计内容",
         path="indicator.name", width=32),
    string("series", "Series", "所属序列",
           "Series of the observation; compare only observations of the same series, and not those "
           "marked as not comparable (comparability)",
           "所属序列；仅同一序列的数据可比，标明不可比的（comparability）除外"),
    string("reporting_area", "Reporting area code", "报告国（地区）标识",
           path="reporting_area.code"),
    text("reporting_area_name", "Reporting area", "报告国（地区）", "Area that reports the figure",
         "公布数据的国家（地区）", path="reporting_area.name", width=14),
    string("counterpart_area", "Counterpart area code", "伙伴国（地区）标识",
           path="counterpart_area.code"),
    text("counterpart_area_name", "Counterpart area", "伙伴国（地区）",
         "Partner area of the reporting area", "报告国（地区）的合作伙伴",
         path="counterpart_area.name", width=24),
    string("coverage", "Coverage code", "统计范围标识",
           "Which countries are counted; do not compare figures of different coverage",
           "统计所涵盖的国家；范围不同的数据不可比", path="coverage.code"),
    text("coverage_name", "Coverage", "统计范围", "Which countries are counted", "统计所涵盖的国家",
         path="coverage.name", width=24),
    string("stock_flow", "Stock or flow", "数据性质", *STOCK_FLOW),
    date("period_start", "First day", "统计期首日", "First day of the period", path="period.start"),
    date("period_end", "Last day", "统计期末日", "Last day of the period", path="period.end"),
    integer("period_months", "Months", "统计期月数",
            "Number of months in the period of a flow; do not compare periods of different lengths",
            "时期数的统计期月数；月数不同的数据不可比", path="period.months", is_required=False),
    decimal("value", "Value", "数值", "Value in the base unit", "以基本单位表示的数值"),
    string("unit", "Unit code", "计量单位标识", path="unit.code"),
    text("unit_name", "Unit", "计量单位", path="unit.name", width=16),
    string("qualifier", "Qualifier", "限定词",
           "How the source limits the value: over, nearly or about; none if it does not",
           "来源对数值的限定：over（逾）、nearly（近）、about（约）；none为原文无限定词"),
    decimal("lower_bound", "Lower bound (unit of the value)", "下限（计量单位同数值）",
            "The wording says that the figure is above this number, in the unit of the value",
            "原文表述说明实际数值高于此数，计量单位同数值", path="bounds.lower", is_required=False),
    decimal("upper_bound", "Upper bound (unit of the value)", "上限（计量单位同数值）",
            "The wording says that the figure is below this number, in the unit of the value",
            "原文表述说明实际数值低于此数，计量单位同数值", path="bounds.upper", is_required=False),
    decimal("rounding_lower", "Rounded from (unit of the value)", "舍入区间下限（计量单位同数值）",
            f"Smallest number that would be printed with the same digits. {ROUNDING.en}",
            f"按原文位数舍入后与公布值相同的最小数值。{ROUNDING.zh}", path="rounding.lower"),
    decimal("rounding_upper", "Rounded to (unit of the value)", "舍入区间上限（计量单位同数值）",
            f"Largest number that would be printed with the same digits. {ROUNDING.en}",
            f"按原文位数舍入后与公布值相同的最大数值。{ROUNDING.zh}", path="rounding.upper"),
    decimal("published_value", "Published number", "原文数字", "Number as published",
            path="published.value"),
    integer("published_multiplier", "Published multiplier", "原文单位乘数",
            "Power of ten of the published scale; 12 for trillion",
            "原文数字单位所表示的10的幂次；万亿为12", path="published.multiplier"),
    integer("published_decimals", "Published decimals", "原文小数位数",
            "Number of decimals as published", path="published.decimals"),
    *declare_wording("published.", "Value in the words of the source", "来源对数值的原文表述"),
    string("status", "Status", "数据状态", "Observation status: how final the value is"),
    decimal("growth", "Published growth", "公布的增速", "Published change on a year earlier",
            "公布的同比变动", path="growth.value", is_required=False),
    string("growth_measure", "Growth measure", "增速单位",
           "percent, or percentage_points for the change of a share",
           "percent（百分比）；比重的变动为percentage_points（百分点）", path="growth.measure",
           is_required=False),
    date("growth_base_start", "First day of growth base", "增速基期首日",
         "First day of the period that the growth is measured against", "增速基期的首日",
         path="growth.base_period.start", is_required=False),
    date("growth_base_end", "Last day of growth base", "增速基期末日",
         "Last day of the period that the growth is measured against", "增速基期的末日",
         path="growth.base_period.end", is_required=False),
    string("growth_basis", "Growth basis", "增速基数类型", *GROWTH_BASIS, path="growth.basis",
           is_required=False),
    string("growth_unit", "Growth unit", "增速计量单位标识",
           "Unit of the levels that grew; it may differ from that of the value",
           "增速所依据数值的计量单位，可能与本数值的计量单位不同", path="growth.unit.code",
           is_required=False),
    string("growth_source", "Growth source", "增速来源标识",
           "Key of the source of the growth, which may differ from that of the value",
           "增速的来源标识，可能与数值来源不同", path="growth.source.code", is_required=False),
    string("growth_locator", "Location of growth", "增速出处位置",
           "Place of the growth in its source", "增速在其来源中的位置", path="growth.locator",
           is_required=False),
    address("growth_address", "Growth URL", "增速来源网址", "Web address of the growth's source",
            "增速来源的网址", path="growth.source.address", is_required=False, width=50),
    boolean("break_before", "Break before", "此前中断",
            "Whether the series has a break before this value; do not compare across it",
            "该数值之前序列是否中断；中断前后的数据不可比",
            sql=case((col(Observation.break_before), "true"), else_="false")),
    text("note", "Note", "说明", "What else to know about the value; not from the source",
         "关于该数值的其他说明（本站编写）", is_required=False, width=30),
    date("vintage", "Vintage", "公布日",
         "First day on which this service knows the value to have been published; the last of the "
         "month if only that is known", "本站所知该数值最早公布之日；仅知月份时为该月末日",
         width=14),
    date("current_from", "Current from", "现行起始日",
         "First day on which the value was current; empty if it never was",
         "作为现行数据的首日；从未作为现行数据的为空",
         sql=case((WAS_CURRENT, col(Observation.current_from)), else_=null()), is_required=False),
    date("superseded_on", "Superseded on", "被取代日",
         "Day on which another value superseded it; empty if it is or never was current",
         "被其他数据取代之日；现行或从未作为现行数据的数据为空",
         sql=case((WAS_SUPERSEDED, col(Observation.current_until)), else_=null()),
         is_required=False),
    string("revision", "Revision", "修订类型",
           "How it differs from the figure in force: repeated, rounded, refined or revised",
           "与当时现行数据的差别：repeated（重复）、rounded（经舍入）、refined（细化）或revised（修订）",
           path="revision.kind", is_required=False),
    string("previous", "Figure in force before", "此前的现行数据",
           "Key of the observation in force until then, or before it on the same day",
           "此前现行数据的标识，或同日公布的前一项数据的标识",
           path="revision.previous", is_required=False),
    boolean("headline", "Headline", "核心数据", "Whether it is the headline value of its indicator",
            "是否为指标的核心数据",
            sql=case((col(Headline.observation_id).is_not(null()), "true"), else_="false")),
    string("source", "Source code", "来源标识", path="source.code"),
    text("source_title", "Source", "来源", "Title of the source", "来源标题", path="source.title"),
    text("source_publisher", "Publisher", "发布机构", "Publisher of the source", "来源的发布机构",
         path="source.publisher"),
    string("source_standing", "Source type", "来源类别",
           "Whether the source is primary, a repost or secondary",
           "来源类别：原始来源、转载或二手来源", path="source.standing"),
    address("source_address", "Source URL", "来源网址", path="source.address", is_required=False,
            width=50),
    LOCATOR,
    date("checked_on", "Checked", "核对日期",
         "Day on which the value was last compared with its source", "最近一次与来源核对的日期",
         is_required=False),
    string("check_method", "Check method", "核对方式", *CHECK_METHOD, is_required=False),
    boolean("current", *CURRENT, sql=case((IS_CURRENT, "true"), else_="false")),
    *declare_wording("growth.", "Growth in the words of its source", "来源对增速的原文表述"),
    text("growth_note", "Note on growth", "增速说明",
         "How the base of the growth is known; not from the source",
         "如何得知增速的基数（本站编写）", path="growth.note", is_required=False, width=36),
    text("growth_source_title", "Source of growth", "增速来源", "Title of the growth's source",
         "增速来源的标题", path="growth.source.title", is_required=False),
    text("growth_source_publisher", "Publisher of growth", "增速发布机构",
         "Publisher of the growth's source", "增速来源的发布机构", path="growth.source.publisher",
         is_required=False),
    text("comparability", "Comparability", "可比性",
         "With which earlier values of its series it is not comparable, and why, as known today; "
         "empty if it is comparable with all of them",
         "与所属序列哪些以前数据不可比及其原因，以目前所知为准；与以前数据均可比的为空",
         is_required=False, width=40),
    CONTRADICTION,
    text("contradiction_reason", "Contradicting figures", "不一致数据说明",
         "Which other published figure does not agree with the value, and why; not from the "
         "source", "与该数值不一致的其他公布数据及原因（本站编写）", path="contradiction.reason",
         is_required=False, width=40),
    integer("growth_decimals", "Decimals of growth", "增速小数位数",
            "Number of decimals of the growth as published", "增速原文的小数位数",
            path="growth.decimals", is_required=False),
    EDITORIAL,
    text("display", "Figure", "数据", "Value with qualifier and unit, as text",
         "数值的文字表述（含限定词和计量单位）"),
    PERIOD_LABEL,
    text("growth_display", "Growth as text", "增速（文字）",
         "Published growth with its measure, and with its unit if that of the value differs",
         "公布增速的文字表述；增速的计价单位与本数值不同时予以注明", path="growth.display",
         is_required=False),
    CITATION,
    text("growth_citation", "Citation of growth", "增速出处",
         "Source line and location of the growth", "增速的来源及在来源中的位置",
         path="growth.citation.full", is_required=False),
    string("growth_contradiction", "Contradiction of growth", "增速存在差异的标识",
           "Key in contradictions, if another published rate does not agree with the growth",
           "与其他公布的增速不一致时，为contradictions中的标识",
           path="growth.contradiction.code", is_required=False),
    text("growth_contradiction_reason", "Contradicting growth rates", "不一致增速说明",
         "Which other published rate does not agree with the growth, and why; not from the source",
         "与该增速不一致的其他公布增速及原因（本站编写）", path="growth.contradiction.reason",
         is_required=False, width=40),
)  # fmt: skip

SOURCE = string("source", "Source code", "来源标识", path="source.code")
SOURCE_LINE = string("source_line", "Source", "来源", "Publisher, title and date of the source",
                     "来源的发布机构、标题和日期", path="source.line")  # fmt: skip
SOURCE_ADDRESS = address("source_address", "Source URL", "来源网址", path="source.address",
                         is_required=False)  # fmt: skip
REQUIRED_LOCATOR = string("locator", *LOCATOR.label, *LOCATOR.description)
REPORTING_AREA = string(
    "reporting_area", "Reporting area", "报告国（地区）", path="reporting_area.code"
)
COUNTERPART_AREA = string("counterpart_area", "Counterpart area", "伙伴国（地区）",
                          path="counterpart_area.code")  # fmt: skip
NOTE = string("note", "Note", "说明", "How to read the record", "阅读说明", is_required=False,
              width=36)  # fmt: skip
