"""The data structure as one table: each component, its labels, and how its value is read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import partial
from typing import Any

from sqlalchemy import Label

from app.db.columns import Record
from app.db.models import format_plain
from app.enums import Status
from app.formats.columns import OBSERVATION_COLUMNS, Column
from app.i18n import Bilingual, Language
from app.parameters.sdmx import DIMENSIONS, TIME, format_time_period

Value = str | Decimal | int | date | None

MEASURE_ID = "OBS_VALUE"
BREAK_STATUS = "B"
STATUSES = {Status.NORMAL: "A", Status.PROVISIONAL: "P", Status.ESTIMATED: "E", Status.REVISED: "R"}


class Role(Enum):
    """The role of a component, by the name of its class in SDMX."""

    DIMENSION = "Dimension"
    TIME = "TimeDimension"
    MEASURE = "Measure"
    ATTRIBUTE = "Attribute"


class TextType(Enum):
    """The data type of a component without a code list, by its name in SDMX."""

    STRING = "String"
    # Clients read a Decimal as text and refuse a GregorianDay in a data frame; the digits of a
    # value in a message are exact whatever its type.
    DOUBLE = "Double"
    INTEGER = "Integer"
    DAY = "BasicTimePeriod"
    TIME = "ObservationalTimePeriod"


@dataclass(frozen=True)
class Component:
    id: str
    representation: str | TextType
    """The id of a code list, or a data type."""
    name: Bilingual
    description: Bilingual
    read: Callable[[Record], Value] | None = None
    """Derives the value; without it, records contain the value under the id."""
    is_mandatory: bool = True
    column: Column | None = None
    """The column of observations with the same content."""
    role: Role = field(kw_only=True)

    def __reduce__(self) -> tuple[Any, ...]:
        """Send only the id to other processes."""
        return get_component, (self.id,)

    @property
    def codelist(self) -> str | None:
        return None if isinstance(self.representation, TextType) else self.representation

    def get_value(self, record: Record) -> Value:
        """Return the value in an observation, or that of a dimension in a series."""
        value: Value = self.read(record) if self.read else record[self.id]
        return value


declare_dimension = partial(Component, role=Role.DIMENSION)
declare_attribute = partial(Component, role=Role.ATTRIBUTE)


def get_status(observation: Record) -> str:
    """Return the status; a break comes before all others, because it forbids comparison."""
    return BREAK_STATUS if observation["break_before"] else STATUSES[observation["OBS_STATUS"]]


def count_decimals(observation: Record) -> int:
    return len(format_plain(observation[MEASURE_ID]).partition(".")[2])


def format_published_value(observation: Record) -> str:
    """Write the number as it was published, including trailing zeros."""
    return format(observation["PUBLISHED_VALUE"], f".{observation['decimals']}f")


def format_growth_base(observation: Record) -> str | None:
    start, end = observation["growth_base_start"], observation["growth_base_end"]
    return None if start is None else format_time_period(start, end)


def format_component_value(value: Value) -> str:
    """Write a value; a decimal number without an exponent."""
    return format_plain(value) if isinstance(value, Decimal) else str(value)


COLUMNS = {column.name: column for column in OBSERVATION_COLUMNS}


def adopt_column(
    name: str,
    representation: str | TextType,
    column_name: str,
    read: Callable[[Record], Value] | None = None,
    role: Role = Role.ATTRIBUTE,
) -> Component:
    """Declare a component with the texts of the column that contains the same."""
    column = COLUMNS[column_name]
    texts = column.label, column.description
    return Component(name, representation, *texts, read, column.is_required, column, role=role)


COMPONENTS: tuple[Component, ...] = (
    declare_dimension("FREQ", "CL_FREQ", Bilingual("Frequency", "频率"), Bilingual(
        "How often a series has a figure: flows once a year, whatever the length of the "
        "period; stocks and cumulative totals on the days for which sources state them",
        "序列数据的频率：时期数每年一次，与统计期长短无关；时点数和累计数以来源公布的日期为准",
    )),
    adopt_column("REF_AREA", "CL_AREA", "reporting_area_name", role=Role.DIMENSION),
    adopt_column("COUNTERPART_AREA", "CL_AREA", "counterpart_area_name", role=Role.DIMENSION),
    adopt_column("COVERAGE", "CL_COVERAGE", "coverage_name", role=Role.DIMENSION),
    adopt_column("INDICATOR", "CL_INDICATOR", "indicator_name", role=Role.DIMENSION),
    declare_dimension(
        "UNIT_MEASURE", "CL_UNIT", Bilingual("Unit of measure", "计量单位"),
        Bilingual(
            "The unit of the value. It is a dimension because some figures are published in two "
            "currencies; no value is converted",
            "数值的计量单位。部分数据以两种货币公布，故列为维度；未作换算",
        ),
    ),
    declare_dimension(
        "DURATION", "CL_DURATION", Bilingual("Period length", "统计期长度"),
        Bilingual(
            "The number of months in a period; P0D for a stock on a date; FROM and a day for "
            "cumulative totals since that day. Figures of different length are not comparable: "
            "January to November is not a full year",
            "统计期的月数；P0D为时点数；FROM加日期为自该日起的累计数。长度不同的数据不可比：1—11月不是全年",
        ),
    ),
    Component(
        TIME, TextType.TIME, Bilingual("Time period", "统计期"),
        Bilingual(
            "The period: 2024 is a full year, 2024-01-01/P11M is January to November 2024; "
            "2024-06-30 is the date of a stock; 2021-12-03/P731D is a total of 731 days",
            "统计期：2024为全年，2024-01-01/P11M为2024年1—11月；2024-06-30为时点数的日期；"
            "2021-12-03/P731D为731天累计",
        ),
        lambda observation: format_time_period(
            observation["period_start"], observation["period_end"]
        ),
        role=Role.TIME,
    ),
    Component(MEASURE_ID, TextType.DOUBLE, Bilingual("Observation value", "观测值"), Bilingual(
        "The figure in the base unit (UNIT_MULT is always 0), with all published digits. Read "
        "it together with OBS_QUALIFIER: over 700 is not 700",
        "以基本单位表示的数值（UNIT_MULT恒为0），保留全部公布位数。"
        "须与OBS_QUALIFIER一并阅读：逾700不等于700",
    ), column=COLUMNS["value"], role=Role.MEASURE),
    declare_attribute(
        "UNIT_MULT", TextType.INTEGER, Bilingual("Unit multiplier", "单位乘数"),
        Bilingual(
            "The power of ten by which to multiply the value: always 0, because values are in the "
            "base unit",
            "数值应乘以的10的幂次：恒为0，数值以基本单位表示",
        ),
        lambda _: 0,
    ),
    declare_attribute("DECIMALS", TextType.INTEGER, Bilingual("Decimals", "小数位数"), Bilingual(
        "The number of decimals of the value in the base unit",
        "以基本单位表示的数值的小数位数",
    ), count_decimals),
    adopt_column("OBS_STATUS", "CL_OBS_STATUS", "status", get_status),
    adopt_column("OBS_QUALIFIER", "CL_OBS_QUALIFIER", "qualifier"),
    adopt_column("COMMENT_OBS", TextType.STRING, "wording"),
    adopt_column("COMMENT_OBS_LANG", TextType.STRING, "wording_language"),
    adopt_column("COMMENT_OBS_TRANSLATED", TextType.STRING, "wording_translated"),
    adopt_column("LOWER_BOUND", TextType.DOUBLE, "lower_bound"),
    adopt_column("UPPER_BOUND", TextType.DOUBLE, "upper_bound"),
    adopt_column("ROUNDING_LOWER", TextType.DOUBLE, "rounding_lower"),
    adopt_column("ROUNDING_UPPER", TextType.DOUBLE, "rounding_upper"),
    adopt_column("PUBLISHED_VALUE", TextType.STRING, "published_value", format_published_value),
    adopt_column("PUBLISHED_MULT", TextType.INTEGER, "published_multiplier"),
    adopt_column("GROWTH", TextType.DOUBLE, "growth"),
    adopt_column("GROWTH_MEASURE", "CL_GROWTH_MEASURE", "growth_measure"),
    adopt_column("GROWTH_BASIS", "CL_GROWTH_BASIS", "growth_basis"),
    adopt_column("GROWTH_UNIT", "CL_UNIT", "growth_unit"),
    adopt_column("GROWTH_SOURCE", "CL_SOURCE", "growth_source"),
    adopt_column("GROWTH_LOCATOR", TextType.STRING, "growth_locator"),
    declare_attribute("BREAKS", TextType.STRING, Bilingual("Breaks", "序列中断"), Bilingual(
        "The breaks in the series up to this period; figures before and after a break are not "
        "comparable",
        "截至本期的序列中断；中断前后的数据不可比",
    ), lambda observation: "; ".join(observation["breaks"]) or None, is_mandatory=False),
    declare_attribute("SOURCE", "CL_SOURCE", COLUMNS["source_title"].label, Bilingual(
        "The document that contains the figure",
        "数据所出自的文件",
    ), column=COLUMNS["source"]),
    adopt_column("LOCATOR", TextType.STRING, "locator"),
    adopt_column("VINTAGE", TextType.DAY, "vintage"),
    adopt_column("SUPERSEDED_ON", TextType.DAY, "superseded_on"),
    declare_attribute(
        "OBS_ID", TextType.STRING, Bilingual("Observation key", "数据标识"),
        Bilingual("The key of the figure in /v1/observations", "数据在 /v1/observations 中的标识"),
        column=COLUMNS["id"],
    ),
    adopt_column("OBS_NOTE", TextType.STRING, "note"),
    declare_attribute(
        "GROWTH_BASE", TextType.TIME, Bilingual("Growth base period", "增速基期"),
        Bilingual(
            "The period against which the growth is measured, written like TIME_PERIOD",
            "增速的基期，写法同TIME_PERIOD",
        ),
        format_growth_base, is_mandatory=False,
    ),
    adopt_column("GROWTH_NOTE", TextType.STRING, "growth_note"),
    adopt_column("GROWTH_WORDING", TextType.STRING, "growth_wording"),
    adopt_column("GROWTH_WORDING_LANG", TextType.STRING, "growth_wording_language"),
    adopt_column("GROWTH_WORDING_TRANSLATED", TextType.STRING, "growth_wording_translated"),
    adopt_column("COMPARABILITY", TextType.STRING, "comparability"),
    adopt_column("CONTRADICTION", TextType.STRING, "contradiction"),
    adopt_column("CONTRADICTION_REASON", TextType.STRING, "contradiction_reason"),
    adopt_column("GROWTH_DECIMALS", TextType.INTEGER, "growth_decimals"),
    adopt_column("STOCK_FLOW", "CL_STOCK_FLOW", "stock_flow"),
    adopt_column("GROWTH_CONTRADICTION", TextType.STRING, "growth_contradiction"),
    adopt_column("GROWTH_CONTRADICTION_REASON", TextType.STRING, "growth_contradiction_reason"),
)  # fmt: skip
"""The components in the order of the structure; new attributes are added at the end."""

BY_ID = {component.id: component for component in COMPONENTS}
SERIES_KEY = tuple(BY_ID[name] for name in DIMENSIONS)
PERIOD = BY_ID[TIME]
MEASURE = BY_ID[MEASURE_ID]
ATTRIBUTES = tuple(one for one in COMPONENTS if one.role is Role.ATTRIBUTE)


def get_component(name: str) -> Component:
    return BY_ID[name]


def select_columns(language: Language) -> list[Label[Any]]:
    """Return the columns of the measure and the attributes, under the ids of the components."""
    return [
        one.column.build_expression(language).label(one.id)
        for one in (MEASURE, *ATTRIBUTES)
        if one.column
    ]
