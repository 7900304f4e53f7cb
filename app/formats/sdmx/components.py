"""The data structure as one table: what stands at an observation, and where it comes from."""

from app.formats.sdmx.component import (
    STATUSES,
    Component,
    Role,
    TextType,
    count_decimals,
    declare_attribute,
    declare_dimension,
    declare_optional,
    format_published,
    superseded_on,
)
from app.i18n import Bilingual
from app.parameters.sdmx import DIMENSIONS, TIME, format_time_period

OBSERVED = "OBS_VALUE"

COMPONENTS: tuple[Component, ...] = (
    declare_dimension(
        "FREQ",
        "CL_FREQ",
        Bilingual("Frequency", "频率"),
        Bilingual(
            "How often the period of a series comes: once a year, whatever its length",
            "系列统计期出现的频率：每年一次，与统计期长短无关",
        ),
    ),
    declare_dimension(
        "REF_AREA",
        "CL_AREA",
        Bilingual("Reporting area", "报告方"),
        Bilingual("The area that reports the figure", "公布数据的一方"),
    ),
    declare_dimension(
        "COUNTERPART_AREA",
        "CL_AREA",
        Bilingual("Counterpart area", "对方"),
        Bilingual("The area on the other side", "合作的另一方"),
    ),
    declare_dimension(
        "INDICATOR",
        "CL_INDICATOR",
        Bilingual("Indicator", "指标"),
        Bilingual("What is measured", "统计内容"),
    ),
    declare_dimension(
        "UNIT_MEASURE",
        "CL_UNIT",
        Bilingual("Unit of measure", "计量单位"),
        Bilingual(
            "The unit of the value. It is a dimension, since some figures are published in two "
            "currencies; nothing is converted",
            "数值的计量单位。部分数据以两种货币公布，故列为维度；未作换算",
        ),
    ),
    declare_dimension(
        "DURATION",
        "CL_DURATION",
        Bilingual("Length of the period", "统计期长度"),
        Bilingual(
            "How many months a period has. Figures for different lengths never compare: January "
            "to November is no year",
            "统计期的月数。长度不同的数据不可比：1—11月不是全年",
        ),
    ),
    Component(
        TIME,
        Role.TIME,
        TextType.TIME,
        Bilingual("Time period", "统计期"),
        Bilingual(
            "The period: 2024 is a full year, 2024-01-01/P11M January to November 2024",
            "统计期：2024为全年，2024-01-01/P11M为2024年1—11月",
        ),
        lambda _, figure: format_time_period(figure["first"], figure["last"]),
    ),
    Component(
        OBSERVED,
        Role.MEASURE,
        TextType.DECIMAL,
        Bilingual("Observation value", "观测值"),
        Bilingual(
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
        TextType.INTEGER,
        Bilingual("Unit multiplier", "单位乘数"),
        Bilingual(
            "The power of ten by which the value is to be multiplied: always 0, since values are "
            "in the base unit",
            "数值应乘以的10的幂次：恒为0，数值以基本单位表示",
        ),
        lambda _series, _figure: 0,
    ),
    Component(
        "DECIMALS",
        Role.ATTRIBUTE,
        TextType.INTEGER,
        Bilingual("Decimals", "小数位数"),
        Bilingual("The decimals of the value in the base unit", "以基本单位表示的数值的小数位数"),
        count_decimals,
    ),
    Component(
        "OBS_STATUS",
        Role.ATTRIBUTE,
        "CL_OBS_STATUS",
        Bilingual("Observation status", "数据状态"),
        Bilingual("How final the figure is", "数据的确定程度"),
        lambda _, figure: STATUSES[figure["status"]],
    ),
    declare_attribute(
        "OBS_QUALIFIER",
        "CL_OBS_QUALIFIER",
        Bilingual("Qualifier", "限定语"),
        Bilingual(
            "What limits the value: it stands as it is, or the figure is above, below or around it",
            "对数值的限定：数值为确数，或实际高于、低于、接近该数值",
        ),
        "qualifier",
    ),
    declare_attribute(
        "COMMENT_OBS",
        TextType.STRING,
        Bilingual("Published words", "原文表述"),
        Bilingual("The figure in the words of its source", "来源对数据的文字表述"),
        "wording",
    ),
    declare_optional(
        "LOWER_BOUND",
        TextType.DECIMAL,
        Bilingual("Lower bound", "下限"),
        Bilingual(
            "The figure is above this; absent where the source states no bound",
            "数据高于此数；来源未说明时不列",
        ),
        lambda figure: figure["lower"],
    ),
    declare_optional(
        "UPPER_BOUND",
        TextType.DECIMAL,
        Bilingual("Upper bound", "上限"),
        Bilingual(
            "The figure is below this; absent where the source states no bound",
            "数据低于此数；来源未说明时不列",
        ),
        lambda figure: figure["upper"],
    ),
    Component(
        "PUBLISHED_VALUE",
        Role.ATTRIBUTE,
        TextType.STRING,
        Bilingual("Number in print", "原文数字"),
        Bilingual(
            "The number as it was printed, before the power of ten of PUBLISHED_MULT",
            "原文数字，尚未乘以PUBLISHED_MULT所示的10的幂次",
        ),
        format_published,
    ),
    declare_attribute(
        "PUBLISHED_MULT",
        TextType.INTEGER,
        Bilingual("Multiplier in print", "原文单位乘数"),
        Bilingual(
            "The power of ten that the words after the number in print mean; 12 for trillion",
            "原文数字之后的单位所表示的10的幂次；万亿为12",
        ),
        "multiplier",
    ),
    declare_optional(
        "GROWTH",
        TextType.DECIMAL,
        Bilingual("Published growth", "公布的增速"),
        Bilingual(
            "The published change on a year earlier in percent; never computed",
            "公布的同比增速（%）；均非推算",
        ),
        lambda figure: figure["growth"],
    ),
    declare_optional(
        "GROWTH_BASIS",
        "CL_GROWTH_BASIS",
        Bilingual("Basis of growth", "增速基数类型"),
        Bilingual("What the published growth was measured against", "公布的增速所对比的基数"),
        lambda figure: figure["basis"],
    ),
    declare_optional(
        "BREAKS",
        TextType.STRING,
        Bilingual("Breaks", "断点"),
        Bilingual(
            "The breaks of the series up to this period; figures on its two sides do not compare",
            "截至本期的数列断点；断点前后的数据不可比",
        ),
        lambda figure: "; ".join(figure["breaks"]) or None,
    ),
    declare_attribute(
        "SOURCE",
        "CL_SOURCE",
        Bilingual("Source", "来源"),
        Bilingual("The document that the figure comes from", "数据所出自的文件"),
        "source",
    ),
    declare_optional(
        "LOCATOR",
        TextType.STRING,
        Bilingual("Place in the source", "出处位置"),
        Bilingual(
            "The paragraph and sentence: P4.S2 is paragraph 4, sentence 2",
            "段落和句子：P4.S2为第4段第2句",
        ),
        lambda figure: figure["locator"],
    ),
    Component(
        "VINTAGE",
        Role.ATTRIBUTE,
        TextType.DAY,
        Bilingual("Vintage", "数据公布日"),
        Bilingual("The day on which the figure became known", "数据公布之日"),
        lambda _, figure: figure["vintage"].isoformat(),
    ),
    declare_optional(
        "SUPERSEDED_ON",
        TextType.DAY,
        Bilingual("Superseded on", "被取代日"),
        Bilingual(
            "The day on which another figure took its place; absent while it holds",
            "被其他数据取代之日；现行数据不列",
        ),
        superseded_on,
    ),
    declare_attribute(
        "OBS_ID",
        TextType.STRING,
        Bilingual("Key of the figure", "数据标识"),
        Bilingual(
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
