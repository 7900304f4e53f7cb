"""The data structure as one table: each component, its labels, and how its value is read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from functools import partial

from app.db.columns import Record
from app.db.models import FOREVER, format_plain
from app.enums import Status
from app.formats.columns import OBSERVATIONS
from app.i18n import Bilingual
from app.parameters.sdmx import ANNUAL, DIMENSIONS, TIME, format_duration, format_time_period

Value = str | Decimal | int | None

MEASURE_ID = "OBS_VALUE"
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
    DECIMAL = "Decimal"
    INTEGER = "Integer"
    DAY = "GregorianDay"
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
    role: Role = field(kw_only=True)

    @property
    def codelist(self) -> str | None:
        return None if isinstance(self.representation, TextType) else self.representation

    def get_value(self, record: Record) -> Value:
        """Return the value in an observation, or that of a dimension in a series."""
        value: Value = self.read(record) if self.read else record[self.id]
        return value


declare_dimension = partial(Component, role=Role.DIMENSION)
declare_attribute = partial(Component, role=Role.ATTRIBUTE)


def count_decimals(observation: Record) -> int:
    return len(format_plain(observation[MEASURE_ID]).partition(".")[2])


def format_published_value(observation: Record) -> str:
    """Write the number as it was published, including trailing zeros."""
    return format(observation["published_value"], f".{observation['decimals']}f")


def format_supersession(observation: Record) -> str | None:
    """Write the day on which another observation superseded this one, if any did."""
    end = observation["current_until"]
    was_superseded = end not in {FOREVER, observation["current_from"]}
    return end.isoformat() if was_superseded else None


def format_value(value: Value) -> str:
    """Write a value; a decimal number without an exponent."""
    return format_plain(value) if isinstance(value, Decimal) else str(value)


LABELS = {column.name: column.label for column in OBSERVATIONS}
COMPONENTS: tuple[Component, ...] = (
    declare_dimension(
        "FREQ",
        "CL_FREQ",
        Bilingual("Frequency", "频率"),
        Bilingual(
            "How often a series has a period: once a year, whatever the length of the period",
            "序列统计期的频率：每年一次，与统计期长短无关",
        ),
        lambda _: ANNUAL,
    ),
    declare_dimension(
        "REF_AREA",
        "CL_AREA",
        LABELS["reporting_area_name"],
        Bilingual("The area that reports the figure", "公布数据的国家（地区）"),
    ),
    declare_dimension(
        "COUNTERPART_AREA",
        "CL_AREA",
        LABELS["counterpart_area_name"],
        Bilingual("The partner area of the reporting area", "报告国（地区）的合作伙伴"),
    ),
    declare_dimension(
        "INDICATOR",
        "CL_INDICATOR",
        LABELS["indicator_name"],
        Bilingual("What is measured", "统计内容"),
    ),
    declare_dimension(
        "UNIT_MEASURE",
        "CL_UNIT",
        Bilingual("Unit of measure", "计量单位"),
        Bilingual(
            "The unit of the value. It is a dimension because some figures are published in two "
            "currencies; no value is converted",
            "数值的计量单位。部分数据以两种货币公布，故列为维度；未作换算",
        ),
    ),
    declare_dimension(
        "DURATION",
        "CL_DURATION",
        Bilingual("Period length", "统计期长度"),
        Bilingual(
            "The number of months in a period. Figures for periods of different lengths are not "
            "comparable: January to November is not a full year",
            "统计期的月数。长度不同的数据不可比：1—11月不是全年",
        ),
        lambda series: format_duration(series["DURATION"]),
    ),
    Component(
        TIME,
        TextType.TIME,
        Bilingual("Time period", "统计期"),
        Bilingual(
            "The period: 2024 is a full year, 2024-01-01/P11M is January to November 2024",
            "统计期：2024为全年，2024-01-01/P11M为2024年1—11月",
        ),
        lambda observation: format_time_period(
            observation["period_start"], observation["period_end"]
        ),
        role=Role.TIME,
    ),
    Component(
        MEASURE_ID,
        TextType.DECIMAL,
        Bilingual("Observation value", "观测值"),
        Bilingual(
            "The figure in the base unit (UNIT_MULT is always 0), with all published digits. Read "
            "it together with OBS_QUALIFIER: over 700 is not 700",
            "以基本单位表示的数值（UNIT_MULT恒为0），保留全部公布位数。"
            "须与OBS_QUALIFIER一并阅读：逾700不等于700",
        ),
        role=Role.MEASURE,
    ),
    declare_attribute(
        "UNIT_MULT",
        TextType.INTEGER,
        Bilingual("Unit multiplier", "单位乘数"),
        Bilingual(
            "The power of ten by which to multiply the value: always 0, because values are in the "
            "base unit",
            "数值应乘以的10的幂次：恒为0，数值以基本单位表示",
        ),
        lambda _: 0,
    ),
    declare_attribute(
        "DECIMALS",
        TextType.INTEGER,
        Bilingual("Decimals", "小数位数"),
        Bilingual(
            "The number of decimals of the value in the base unit", "以基本单位表示的数值的小数位数"
        ),
        count_decimals,
    ),
    declare_attribute(
        "OBS_STATUS",
        "CL_OBS_STATUS",
        Bilingual("Observation status", "数据状态"),
        Bilingual("How final the figure is", "数据的确定程度"),
        lambda observation: STATUSES[observation["status"]],
    ),
    declare_attribute(
        "OBS_QUALIFIER",
        "CL_OBS_QUALIFIER",
        LABELS["qualifier"],
        Bilingual(
            "How the source qualifies the value: not at all, or the figure is above, below or "
            "close to it",
            "来源对数值的限定：无限定词，或实际高于、低于、接近该数值",
        ),
    ),
    declare_attribute(
        "COMMENT_OBS",
        TextType.STRING,
        LABELS["wording"],
        Bilingual("The figure in the words of its source", "来源对数据的文字表述"),
    ),
    declare_attribute(
        "LOWER_BOUND",
        TextType.DECIMAL,
        LABELS["lower_bound"],
        Bilingual(
            "The figure is above this number; absent if the source states no bound",
            "数据高于此数；来源未说明时不列",
        ),
        is_mandatory=False,
    ),
    declare_attribute(
        "UPPER_BOUND",
        TextType.DECIMAL,
        LABELS["upper_bound"],
        Bilingual(
            "The figure is below this number; absent if the source states no bound",
            "数据低于此数；来源未说明时不列",
        ),
        is_mandatory=False,
    ),
    declare_attribute(
        "PUBLISHED_VALUE",
        TextType.STRING,
        LABELS["published_value"],
        Bilingual(
            "The number as published; multiply it by ten to the power of PUBLISHED_MULT",
            "原文数字，尚未乘以PUBLISHED_MULT所示的10的幂次",
        ),
        format_published_value,
    ),
    declare_attribute(
        "PUBLISHED_MULT",
        TextType.INTEGER,
        LABELS["published_multiplier"],
        Bilingual(
            "The power of ten that the word after the published number stands for: 12 for trillion",
            "原文数字之后的单位所表示的10的幂次；万亿为12",
        ),
    ),
    declare_attribute(
        "GROWTH",
        TextType.DECIMAL,
        LABELS["growth"],
        Bilingual(
            "The published year-on-year change in percent; never computed",
            "公布的同比增速（%）；均非推算",
        ),
        is_mandatory=False,
    ),
    declare_attribute(
        "GROWTH_BASIS",
        "CL_GROWTH_BASIS",
        LABELS["growth_basis"],
        Bilingual("The base of the published growth", "公布的增速所对比的基数"),
        is_mandatory=False,
    ),
    declare_attribute(
        "BREAKS",
        TextType.STRING,
        Bilingual("Breaks", "序列中断"),
        Bilingual(
            "The breaks in the series up to this period; figures before and after a break are not "
            "comparable",
            "截至本期的序列中断；中断前后的数据不可比",
        ),
        lambda observation: "; ".join(observation["breaks"]) or None,
        is_mandatory=False,
    ),
    declare_attribute(
        "SOURCE",
        "CL_SOURCE",
        LABELS["source_title"],
        Bilingual("The document that contains the figure", "数据所出自的文件"),
    ),
    declare_attribute(
        "LOCATOR",
        TextType.STRING,
        LABELS["locator"],
        Bilingual(
            "The paragraph and the sentence: P4.S2 is paragraph 4, sentence 2",
            "段落和句子：P4.S2为第4段第2句",
        ),
        is_mandatory=False,
    ),
    declare_attribute(
        "VINTAGE",
        TextType.DAY,
        LABELS["vintage"],
        Bilingual("The day on which the figure was first published", "数据首次公布之日"),
        lambda observation: observation["vintage"].isoformat(),
    ),
    declare_attribute(
        "SUPERSEDED_ON",
        TextType.DAY,
        LABELS["superseded_on"],
        Bilingual(
            "The day on which another figure superseded this one; absent while this one is current",
            "被其他数据取代之日；现行数据不列",
        ),
        format_supersession,
        is_mandatory=False,
    ),
    declare_attribute(
        "OBS_ID",
        TextType.STRING,
        Bilingual("Observation key", "数据标识"),
        Bilingual("The key of the figure in /v1/observations", "数据在/v1/observations中的标识"),
    ),
)
"""The components in the order of the structure; new attributes are added at the end."""

BY_ID = {component.id: component for component in COMPONENTS}
SERIES_KEY = tuple(BY_ID[name] for name in DIMENSIONS)
PERIOD = BY_ID[TIME]
MEASURE = BY_ID[MEASURE_ID]
ATTRIBUTES = tuple(one for one in COMPONENTS if one.role is Role.ATTRIBUTE)
