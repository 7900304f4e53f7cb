"""The data structure as one table: what stands at an observation, and where it comes from."""

from app.filters.sdmx import DIMENSIONS, TIME, spelled_period
from app.formats.sdmx.fields import (
    STATUSES,
    Component,
    Role,
    Text,
    attribute,
    decimals,
    dimension,
    held_until,
    in_print,
    optional,
)
from app.text import Words

OBSERVED = "OBS_VALUE"

COMPONENTS: tuple[Component, ...] = (
    dimension(
        "FREQ",
        "CL_FREQ",
        Words("Frequency", "频率"),
        Words(
            "How often the period of a series comes: once a year, whatever its length",
            "系列统计期出现的频率：每年一次，与统计期长短无关",
        ),
    ),
    dimension(
        "REF_AREA",
        "CL_AREA",
        Words("Reporting area", "报告方"),
        Words("The area that reports the figure", "公布数据的一方"),
    ),
    dimension(
        "COUNTERPART_AREA",
        "CL_AREA",
        Words("Counterpart area", "对方"),
        Words("The area on the other side", "合作的另一方"),
    ),
    dimension(
        "INDICATOR",
        "CL_INDICATOR",
        Words("Indicator", "指标"),
        Words("What is measured", "统计内容"),
    ),
    dimension(
        "UNIT_MEASURE",
        "CL_UNIT",
        Words("Unit of measure", "计量单位"),
        Words(
            "The unit of the value. It is a dimension, since some figures are published in two "
            "currencies; nothing is converted",
            "数值的计量单位。部分数据以两种货币公布，故列为维度；未作换算",
        ),
    ),
    dimension(
        "DURATION",
        "CL_DURATION",
        Words("Length of the period", "统计期长度"),
        Words(
            "How many months a period has. Figures for different lengths never compare: January "
            "to November is no year",
            "统计期的月数。长度不同的数据不可比：1—11月不是全年",
        ),
    ),
    Component(
        TIME,
        Role.TIME,
        Text.TIME,
        Words("Time period", "统计期"),
        Words(
            "The period: 2024 is a full year, 2024-01-01/P11M January to November 2024",
            "统计期：2024为全年，2024-01-01/P11M为2024年1—11月",
        ),
        lambda _, figure: spelled_period(figure["first"], figure["last"]),
    ),
    Component(
        OBSERVED,
        Role.MEASURE,
        Text.DECIMAL,
        Words("Observation value", "观测值"),
        Words(
            "The figure in the base unit (UNIT_MULT is always 0), exact to the digit. Read it with "
            "OBS_QUALIFIER: over 700 is not 700",
            "以基本单位表示的数值（UNIT_MULT恒为0），逐位精确。"
            "须与OBS_QUALIFIER一并阅读：逾700不等于700",
        ),
        lambda _, figure: figure["value"],
    ),
    Component(
        "UNIT_MULT",
        Role.ATTRIBUTE,
        Text.INTEGER,
        Words("Unit multiplier", "单位乘数"),
        Words(
            "The power of ten by which the value is to be multiplied: always 0, since values are "
            "in the base unit",
            "数值应乘以的10的幂次：恒为0，数值以基本单位表示",
        ),
        lambda _series, _figure: 0,
    ),
    Component(
        "DECIMALS",
        Role.ATTRIBUTE,
        Text.INTEGER,
        Words("Decimals", "小数位数"),
        Words("The decimals of the value in the base unit", "以基本单位表示的数值的小数位数"),
        decimals,
    ),
    Component(
        "OBS_STATUS",
        Role.ATTRIBUTE,
        "CL_OBS_STATUS",
        Words("Observation status", "数据状态"),
        Words("How final the figure is", "数据的确定程度"),
        lambda _, figure: STATUSES[figure["status"]],
    ),
    attribute(
        "OBS_QUALIFIER",
        "CL_OBS_QUALIFIER",
        Words("Qualifier", "限定语"),
        Words(
            "What limits the value: it stands as it is, or the figure is above, below or around it",
            "对数值的限定：数值为确数，或实际高于、低于、接近该数值",
        ),
        "qualifier",
    ),
    attribute(
        "COMMENT_OBS",
        Text.STRING,
        Words("Published words", "原文表述"),
        Words("The figure in the words of its source", "来源对数据的文字表述"),
        "wording",
    ),
    optional(
        "LOWER_BOUND",
        Text.DECIMAL,
        Words("Lower bound", "下限"),
        Words(
            "The figure is above this; absent where the source states no bound",
            "数据高于此数；来源未说明时不列",
        ),
        lambda figure: figure["lower"],
    ),
    optional(
        "UPPER_BOUND",
        Text.DECIMAL,
        Words("Upper bound", "上限"),
        Words(
            "The figure is below this; absent where the source states no bound",
            "数据低于此数；来源未说明时不列",
        ),
        lambda figure: figure["upper"],
    ),
    Component(
        "PUBLISHED_VALUE",
        Role.ATTRIBUTE,
        Text.STRING,
        Words("Number in print", "原文数字"),
        Words(
            "The number as it was printed, before the power of ten of PUBLISHED_MULT",
            "原文数字，尚未乘以PUBLISHED_MULT所示的10的幂次",
        ),
        in_print,
    ),
    attribute(
        "PUBLISHED_MULT",
        Text.INTEGER,
        Words("Multiplier in print", "原文单位乘数"),
        Words(
            "The power of ten that the words after the number in print mean; 12 for trillion",
            "原文数字之后的单位所表示的10的幂次；万亿为12",
        ),
        "multiplier",
    ),
    optional(
        "GROWTH",
        Text.DECIMAL,
        Words("Published growth", "公布的增速"),
        Words(
            "The published change on a year earlier in percent; never computed",
            "公布的同比增速（%）；均非推算",
        ),
        lambda figure: figure["growth"],
    ),
    optional(
        "GROWTH_BASIS",
        "CL_GROWTH_BASIS",
        Words("Basis of growth", "增速基数类型"),
        Words("What the published growth was measured against", "公布的增速所对比的基数"),
        lambda figure: figure["basis"],
    ),
    optional(
        "BREAKS",
        Text.STRING,
        Words("Breaks", "断点"),
        Words(
            "The breaks of the series up to this period; figures on its two sides do not compare",
            "截至本期的数列断点；断点前后的数据不可比",
        ),
        lambda figure: "; ".join(figure["breaks"]) or None,
    ),
    attribute(
        "SOURCE",
        "CL_SOURCE",
        Words("Source", "来源"),
        Words("The document that the figure comes from", "数据所出自的文件"),
        "source",
    ),
    optional(
        "LOCATOR",
        Text.STRING,
        Words("Place in the source", "出处位置"),
        Words(
            "The paragraph and sentence: P4.S2 is paragraph 4, sentence 2",
            "段落和句子：P4.S2为第4段第2句",
        ),
        lambda figure: figure["locator"],
    ),
    Component(
        "VINTAGE",
        Role.ATTRIBUTE,
        Text.DAY,
        Words("Vintage", "数据公布日"),
        Words("The day on which the figure became known", "数据公布之日"),
        lambda _, figure: figure["vintage"].isoformat(),
    ),
    optional(
        "SUPERSEDED_ON",
        Text.DAY,
        Words("Superseded on", "被取代日"),
        Words(
            "The day on which another figure took its place; absent while it holds",
            "被其他数据取代之日；现行数据不列",
        ),
        held_until,
    ),
    attribute(
        "OBS_ID",
        Text.STRING,
        Words("Key of the figure", "数据标识"),
        Words(
            "The key under which /v1/observations has the figure", "数据在/v1/observations中的标识"
        ),
        "id",
    ),
)
"""The components in the order of the structure; new attributes come last."""

BY_ID = {component.id: component for component in COMPONENTS}
SERIES_KEY = tuple(BY_ID[name] for name in DIMENSIONS)
PERIOD = BY_ID[TIME]
MEASURE = BY_ID[OBSERVED]
ATTRIBUTES = tuple(one for one in COMPONENTS if one.role is Role.ATTRIBUTE)
