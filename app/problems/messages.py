"""The messages of errors in both languages, and the suggestion of the nearest allowed value.

Why two figures are not comparable is said in app.queries.obstacles, and that a tool for language
models does not find a key in app.mcp; the titles and explanations of the kinds of problems are in
app.problems.problem. Placeholders are filled in by ``Bilingual.format``.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher
from heapq import nlargest

from app.i18n import Bilingual

# Parameters. The keys are the error types of Pydantic and of app.parameters; the placeholders are
# the name of the parameter, the value that was found and the constraint that it breaks.
VALIDATION_MESSAGES = {
    "missing": Bilingual("{name} is missing", "缺少参数{name}"),
    "unknown_code": Bilingual("{found} is unknown", "{found}不存在"),
    "enum": Bilingual(
        "{found} is unknown; use one of {choices}", "{found}不存在；可选值为{choices}"
    ),
    "iso_date": Bilingual(
        "{found} is not a calendar date; write dates as 2024-01-31",
        "{found}不是有效日期；日期格式为2024-01-31",
    ),
    "string_type": Bilingual("{found} is not text", "{found}不是文本"),
    "int_parsing": Bilingual("{found} is not an integer", "{found}不是整数"),
    "float_parsing": Bilingual("{found} is not a number", "{found}不是数字"),
    "int_from_float": Bilingual("{found} is not an integer", "{found}不是整数"),
    "leading_zero": Bilingual(
        "{found} starts with 0; write {plain}", "{found}以0开头；请写作{plain}"
    ),
    "int_parsing_size": Bilingual("{found} is too large", "{found}过大"),
    "greater_than_equal": Bilingual(
        "{found} is too small; use at least {ge}", "{found}过小；最小值为{ge}"
    ),
    "less_than_equal": Bilingual(
        "{found} is too large; use at most {le}", "{found}过大；最大值为{le}"
    ),
    "string_too_short": Bilingual("{name} is empty; enter some text", "{name}为空；请填写内容"),
    "string_too_long": Bilingual(
        "{name} is too long; use at most {max_length} characters",
        "{name}过长；最多{max_length}个字符",
    ),
    "string_pattern_mismatch": Bilingual(
        "{name} contains characters that are not allowed", "{name}含有无效字符"
    ),
    "too_long": Bilingual(
        "{name} has too many values; use at most {max_length}",
        "{name}的取值过多；最多{max_length}个",
    ),
    "too_short": Bilingual(
        "{name} has too few values; use {min_length}", "{name}的取值不足；需要{min_length}个"
    ),
    "period": Bilingual(
        "{found} is not a period; write a year as 2024, a month as 2024-05, months as "
        "2024-01/2024-11, or a date as 2024-06-30",
        "{found}不是有效的统计期；年份写作2024，月份写作2024-05，起止月份写作2024-01/2024-11，"
        "日期写作2024-06-30",
    ),
    "same_edition": Bilingual(
        "{found} is given twice; name two different press conferences",
        "{found}重复；请指定两次不同的发布会",
    ),
    "same_period": Bilingual(
        "{found} is repeated; use two different periods", "{found}重复；请使用两个不同的统计期"
    ),
    "bool_parsing": Bilingual("{found} is not true, false, 1 or 0", "{found}不是true、false、1或0"),
    "before_since": Bilingual(
        "{found} is before since ({since}); swap the two dates",
        "{found}早于since（{since}）；请互换两个日期",
    ),
    "repeated": Bilingual("{name} is repeated; use it once", "{name}重复；该参数只能使用一次"),
    "extra_forbidden": Bilingual(
        "{name} is not a parameter of this operation", "该操作没有参数{name}"
    ),
}
# Forms. The keys are fields with the types of errors, or only types; the others are as above.
FORM_MESSAGES = {
    "indicator.missing": Bilingual("Choose an indicator", "请选择指标"),
    "period.missing": Bilingual("Choose two periods", "请选择两个统计期"),
    "period.too_short": Bilingual("Choose two periods", "请选择两个统计期"),
    "period.too_long": Bilingual("Choose only two periods", "只能选择两个统计期"),
    "period.same_period": Bilingual("Choose two different periods", "请选择两个不同的统计期"),
    "period.period": Bilingual("Choose a period from the list", "请从列表中选择统计期"),
    "as_of.missing": Bilingual("Choose a day", "请选择日期"),
    "text.missing": Bilingual("Enter the text to check", "请输入要核对的文字"),
    "unknown_code": Bilingual(
        "“{found}” is not in the list; choose an entry from it",
        "列表中没有“{found}”，请从列表中选择",
    ),
    "string_type": Bilingual("{found} is not text", "{found}不是文本"),
    "int_parsing": Bilingual("“{found}” is not a year", "“{found}”不是年份"),
    "iso_date": Bilingual(
        "“{found}” is not a day; choose one from the calendar, or write it as 2024-01-31",
        "“{found}”不是有效日期，请从日历中选择，或写作2024-01-31",
    ),
    "string_too_long": Bilingual(
        "Shorten the text to {max_length} characters", "请将文字缩短至{max_length}个字符以内"
    ),
}
INVALID_VALUE = Bilingual("{found} is not valid for {name}", "{name}的值{found}无效")
ERROR_COUNT = Bilingual(
    "The request has {count} errors; they are listed in errors", "请求中有{count}处错误，详见errors"
)
SUGGESTION = Bilingual("did you mean {nearest}?", "您要找的是{nearest}吗？")
WITH_HINT = Bilingual("{message}; {hint}", "{message}；{hint}")
UNKNOWN_CURSOR = Bilingual(
    "The cursor does not belong to this list; start without one, then use the cursor of each "
    "response",
    "游标不属于该列表；请先不带游标请求，再使用各次响应给出的下一页游标",
)
NO_FIGURE = Bilingual(
    "No figure for {period}{coverage}{unit} is recorded here",
    "本站未收录{period}{coverage}{unit}的数据",
)
WITH_COVERAGE = Bilingual(" with the coverage {coverage}", "{coverage}口径")
IN_UNIT = Bilingual(" in {unit}", "以{unit}计")
NOTHING_RECORDED = Bilingual("No figure of {code} is recorded here", "本站未收录{code}的数据")
OTHER_UNITS = Bilingual(
    "figures for this period are recorded in {units}", "该期已收录以{units}计的数据"
)
OTHER_COVERAGES = Bilingual(
    "figures for this period are recorded with the coverage {coverages}",
    "该期已收录{coverages}口径的数据",
)
OTHER_PERIODS = Bilingual(
    "figures of {year} are recorded for {periods}", "{year}年已收录的统计期为{periods}"
)
NO_FIGURE_OF_YEAR = Bilingual(
    "none is recorded for any other period of {year}", "{year}年其他统计期亦未收录"
)
NOT_YET_KNOWN = Bilingual(
    "The figure for {period} was not yet known on {day}; it became known on {known_on}",
    "截至{day}，本站未见{period}数据公布；所知最早公布日为{known_on}",
)

# Paths and records.
UNKNOWN_RECORD = Bilingual("{found} is unknown", "{found}不存在")
NOT_OF_YEAR = Bilingual(
    "{found} is not a priority area of {year}, but of {years}",
    "{year}年重点领域中没有{found}；收录该重点领域的年份为{years}",
)
UNKNOWN_PATH = Bilingual("Nothing is served at {path}", "路径 {path} 下没有内容")
METRICS_DISABLED = Bilingual(
    "Metrics are collected only with BRI_METRICS=true", "仅在设置BRI_METRICS=true时提供运行指标"
)

# oEmbed.
UNSUPPORTED_FORMAT = Bilingual(
    "{found} is not supported; use json or xml", "不支持{found}；可选格式为json或xml"
)
NOTHING_TO_EMBED = Bilingual(
    "{url} is not the address of an indicator, a series or a priority area of this service",
    "{url} 不是本服务的指标、序列或重点领域的网址",
)
NO_EMBED_OF_RELEASE = Bilingual(
    "Release {release} is not served, so it cannot be embedded; the current release is {served}",
    "未提供{release}版，无法嵌入；当前版本为{served}版",
)

# Releases.
RELEASE_NOT_SERVED = Bilingual(
    "Release {pinned} is no longer served; the current release is {served}. Since then: {changes}.",
    "{pinned}版已不再提供，当前版本为{served}版。此后的变更：{changes}。",
)
LATER_THAN_RELEASE = Bilingual(
    "{day} is later than this release; choose a day up to {released_on}",
    "{day}晚于当前版本的发布日；请选择{released_on}或更早的日期",
)
WITH_CHANGES_URL = Bilingual("{message} All changes: {url}", "{message}全部变更见 {url}")

# Charts and downloads.
CARD_SIZE = Bilingual(
    "a card is always 1200 pixels wide and 630 high; omit {name}, or omit aspect",
    "分享卡片固定为1200×630像素，请去掉{name}或aspect",
)
HEIGHT_TOO_SMALL = Bilingual(
    "{height} is too small for this chart at a width of {width}; use at least {least}, or omit "
    "height",
    "{height}过小，宽度为{width}时该图至少需要{least}；也可省略height",
)
IMAGE_TOO_LARGE = Bilingual(
    "{scale} is too large for this chart: the image would have {pixels:,} pixels; the limit is "
    "{limit:,}",
    "{scale}过大：该图将有{pixels:,}个像素，最多为{limit:,}个",
)
TOO_MANY_ROWS = Bilingual(
    "This format holds at most {limit:,} rows; add filters or download CSV",
    "该格式最多{limit:,}行；请缩小范围，或下载CSV表",
)
NO_DATABASE_FILE = Bilingual(
    "This service uses a database server and has no database file; download /v1/dataset.zip",
    "本服务使用数据库服务器，没有可供下载的数据库文件；请下载 /v1/dataset.zip",
)
CUBE_TOO_LARGE = Bilingual(
    "The cube would be too large; add filters by indicator, series or period, or download CSV",
    "多维数据集过大；请按指标、序列或统计期缩小范围，或下载CSV表",
)

# SDMX.
AVAILABLE = Bilingual("available: {names}", "可用：{names}")
EXPECTED = Bilingual("expected: {names}", "应为：{names}")
UNKNOWN_SDMX_PATH = Bilingual("/sdmx/{path} does not exist", "/sdmx/{path} 不存在")
PATH_TOO_LONG = Bilingual("The path has too many parts: remove {rest}", "路径过长：请删除{rest}")
UNSUPPORTED_RESOURCE = Bilingual("{name} is not supported", "不支持{name}")
UNKNOWN_CLASS = Bilingual("{name} is not a class of artefacts", "{name}不是结构类型")
NOT_A_DATAFLOW = Bilingual(
    "{found} is not a dataflow; write {expected}", "{found}不是数据流；请写作{expected}"
)
UNKNOWN_DATAFLOW = Bilingual(
    "{found} is unknown; the only dataflow is {expected}", "{found}不存在；唯一的数据流为{expected}"
)
UNKNOWN_PROVIDER = Bilingual(
    "{found} is not a data provider of this service; omit the provider",
    "{found}不是本服务的数据提供方；请省略数据提供方",
)
OTHER_MAINTAINER = Bilingual(
    "{agency} maintains all artefacts of this service, in version {version}",
    "本服务的全部结构由{agency}维护，版本为{version}",
)
NO_ARTEFACT = Bilingual(
    "No artefact matches; available: {names}", "没有符合条件的结构；现有{names}"
)
TOO_MANY_KEYS = Bilingual(
    "{count} keys are too many; request at most {limit} at once",
    "共{count}个键，超出上限；每次最多请求{limit}个",
)
TOO_MANY_TEXTS = Bilingual(
    "{count} values with operators are too many; use at most {limit} at once",
    "带运算符的取值共{count}个，超出上限；每次最多{limit}个",
)
MALFORMED_KEY = Bilingual(
    "The key {key} has {count} parts; write {expected}, and leave a part empty or write * for all "
    "values",
    "键{key}有{count}段；请写作{expected}，某段留空或写“*”表示全部取值",
)
REPEATED_PARAMETER = Bilingual("{name} is repeated; give it once", "{name}重复；只能出现一次")
PARAMETER_REASON = Bilingual("{name}: {reason}", "{name}：{reason}")
UNKNOWN_PARAMETER = Bilingual("unknown parameter", "参数不存在")
UNKNOWN_COMPONENT = Bilingual("unknown component", "成分不存在")
UNKNOWN_CODE = Bilingual("unknown code {code}", "代码{code}不存在")
INVALID_CHOICE = Bilingual("invalid value {value}", "取值{value}无效")
ONLY_DIMENSIONS = Bilingual(
    "c[{name}]: only dimensions can be filtered: {names}", "c[{name}]：只能按维度筛选：{names}"
)
UNSUPPORTED_OPERATOR = Bilingual(
    "{name}: the operator {operator} is not supported; supported: {names}",
    "{name}：不支持运算符{operator}；支持：{names}",
)
HISTORY_OR_DATE = Bilingual(
    "Use either includeHistory or asOf, not both", "includeHistory与asOf不能同时使用"
)
NO_HISTORY_AS_CSV = Bilingual(
    "includeHistory is not available as CSV, which cannot tell vintages apart; request XML or JSON",
    "CSV无法区分各期历史数据，不支持includeHistory；请改用XML或JSON",
)
NO_DATA = Bilingual("No data match the request", "没有符合条件的数据")
NO_FORMAT = Bilingual(
    "No available format matches {found}; available: {choices}",
    "没有符合{found}的格式；可用格式：{choices}",
)
TOO_MANY_OBSERVATIONS = Bilingual(
    "More than {limit:,} observations match; narrow the key or the periods, or request CSV, which "
    "has no limit",
    "符合条件的数据超过{limit:,}项；请缩小键或统计期的范围，或改用无此限制的CSV",
)

# HTTP.
MALFORMED_REQUEST = Bilingual("The request is not valid HTTP", "请求不符合HTTP规范")
UNENCODED_ADDRESS = Bilingual(
    "The address contains spaces or characters that are not ASCII; percent-encode them, as curl "
    "does with -G --data-urlencode",
    "网址含有空格或非ASCII字符；请以百分号编码，curl可用-G --data-urlencode",
)
INVALID_HOST = Bilingual(
    "The request needs one Host header: a host name or an IP address, and perhaps a port",
    "请求须有且仅有一个Host头，内容为主机名或IP地址，可附端口号",
)
VERSION_NOT_SUPPORTED = Bilingual(
    "This server supports HTTP/1.0 and HTTP/1.1", "本服务支持HTTP/1.0和HTTP/1.1"
)
REQUEST_TIMEOUT = Bilingual(
    "The request did not arrive completely in time", "请求未在规定时间内全部到达"
)
CONTENT_TOO_LARGE = Bilingual(
    "The body of the request is larger than {limit:,} bytes", "请求正文超过{limit:,}字节"
)
TOO_MANY_PARAMETERS = Bilingual(
    "The query has more than {limit} parameters and values in lists; send several requests",
    "查询参数及列表中的值超过{limit}个；请分多次请求",
)
TOO_MANY_CONNECTIONS = Bilingual(
    "Too many connections are open; try again shortly", "当前连接数过多，请稍后重试"
)
HEADERS_TOO_LARGE = Bilingual(
    "The request line and the headers are larger than {limit:,} bytes",
    "请求行与请求头超过{limit:,}字节",
)
MALFORMED_PATH = Bilingual(
    "The path has a percent escape that is incomplete, is not UTF-8, or is a control character",
    "路径中的百分号转义不完整、不是UTF-8文本或含有控制字符",
)
MALFORMED_QUERY = Bilingual(
    "The query has a percent escape that is incomplete, is not UTF-8, or is a control character",
    "查询串中的百分号转义不完整、不是UTF-8文本或含有控制字符",
)
METHOD_NOT_ALLOWED = Bilingual(
    "This service is read-only; use one of {allowed}", "本服务只读；可用方法为{allowed}"
)
PRECONDITION_FAILED = Bilingual(
    "The current state of the resource does not match the condition of the request",
    "资源的当前状态与请求指定的条件不符",
)
RANGE_NOT_SATISFIABLE = Bilingual(
    "The file ends before the requested range", "请求的范围超出文件末尾"
)
UNKNOWN_HOST = Bilingual("This service does not use this host name", "本服务不使用该主机名")
TOO_MANY_REQUESTS = Bilingual(
    "More than {limit} requests in {period} seconds; try again in {seconds} seconds",
    "{period}秒内请求超过{limit}次；请在{seconds}秒后重试",
)

# Failures of the service.
DATABASE_UNAVAILABLE = Bilingual("The database cannot be read at the moment", "数据库暂时无法读取")
INTERNAL_ERROR = Bilingual(
    "The service failed; quote the request identifier when you ask for help",
    "服务出现故障；如需协助，请提供请求编号",
)
RESOURCES_UNAVAILABLE = Bilingual(
    "The service lacks resources at the moment; try again shortly", "服务资源暂时不足，请稍后重试"
)
QUEUE_FULL = Bilingual(
    "Too many requests of this kind are in progress; try again shortly",
    "当前同类请求过多，请稍后重试",
)
WORK_FAILED = Bilingual(
    "The image or file could not be created; try again shortly", "未能生成图片或文件，请稍后重试"
)
STOPPING = Bilingual("The service is stopping; try again shortly", "服务正在停止，请稍后重试")
NO_TEMPORARY_FILES = Bilingual(
    "The file cannot be created, because the service cannot write temporary files; download CSV"
    " or JSON Lines",
    "服务无法写入临时文件，因而不能生成该文件；请下载CSV表或JSON Lines文件",
)
TOO_LONG_FOR_OLD_VERSION = Bilingual(
    "The file has more than {limit} MiB, too many for HTTP/1.0; use HTTP/1.1 or add filters",
    "文件超过{limit} MiB，无法通过HTTP/1.0传输；请使用HTTP/1.1或缩小范围",
)
NOT_STORED_FOR_OLD_VERSION = Bilingual(
    "The service cannot write the temporary file that HTTP/1.0 requires; use HTTP/1.1",
    "服务无法写入HTTP/1.0传输所需的临时文件；请使用HTTP/1.1",
)


CUTOFF = 0.5
"""The least similarity, from 0 to 1, of a value to the one that is suggested for it."""
NAME_CUTOFF = 0.8
"""That of the name of a parameter; names are short, so that any two have letters in common."""
MAX_COMPARED = 50
"""With how many names a value is compared letter by letter, to find the most similar one."""
ALIASES = {
    "cn": "zh", "language": "lang", "offset": "cursor", "order": "sort", "order_by": "sort",
    "page": "cursor", "page_size": "limit", "per_page": "limit", "query": "q", "search": "q",
    "year": "since",
}  # fmt: skip
"""What other services call the parameters and values of this one."""


def find_nearest(value: str, allowed: Iterable[str], cutoff: float = CUTOFF) -> str | None:
    """Return the allowed value most similar to another in any case, or None if none is similar."""
    known = {name.casefold(): name for name in allowed}
    folded = value.strip().casefold()
    # Other services write a descending order with a minus sign.
    descending = f"{folded[1:]}_desc" if folded.startswith("-") else ""
    for same in (folded, ALIASES.get(folded), descending):
        if same in known:
            return known[same]
    # Another number is no misspelling of one: whoever requests 2019 does not mean 2026.
    nearest = "" if folded.isdecimal() else find_most_similar(folded, known, cutoff)
    return known[nearest] if nearest else None


def find_most_similar(value: str, names: Iterable[str], cutoff: float) -> str:
    """Return the name most similar to a value, as difflib measures it, or an empty text."""
    matcher, bounds, nearest = SequenceMatcher(b=value), [], ""
    for name in names:
        matcher.set_seq1(name)
        bounds.append((matcher.quick_ratio(), name))
    # The upper bound takes a tenth of the time of the ratio, so the most promising come first.
    for bound, name in nlargest(MAX_COMPARED, bounds):
        if bound >= cutoff:
            matcher.set_seq1(name)
            cutoff, nearest = max((cutoff, nearest), (matcher.ratio(), name))
    return nearest
