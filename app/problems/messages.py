"""The messages of errors in both languages, and the suggestion of the nearest allowed value.

Every text about an error that a client can cause is here; the titles and explanations of the kinds
of problems are in app.problems.problem. Placeholders are filled in by ``Bilingual.format``.
"""

from collections.abc import Iterable
from difflib import get_close_matches

from app.i18n import Bilingual

# Parameters. The keys are the error types of Pydantic and of app.parameters; the placeholders are
# the name of the parameter, the value that was found and the constraint that it breaks.
VALIDATION_MESSAGES = {
    "missing": Bilingual("{name} is missing", "缺少参数 {name}"),
    "unknown_code": Bilingual("{found} is unknown", "{found} 不存在"),
    "enum": Bilingual(
        "{found} is unknown; use one of {choices}", "{found} 不存在；可选值为 {choices}"
    ),
    "iso_date": Bilingual(
        "{found} is not a calendar date; write dates as 2024-01-31",
        "{found} 不是有效日期；日期格式为 2024-01-31",
    ),
    "int_parsing": Bilingual("{found} is not an integer", "{found} 不是整数"),
    "int_parsing_size": Bilingual("{found} is too large", "{found} 过大"),
    "greater_than_equal": Bilingual(
        "{found} is too small; use at least {ge}", "{found} 过小；最小值为 {ge}"
    ),
    "less_than_equal": Bilingual(
        "{found} is too large; use at most {le}", "{found} 过大；最大值为 {le}"
    ),
    "string_too_short": Bilingual("{name} is empty; enter some text", "{name} 为空；请填写内容"),
    "string_too_long": Bilingual(
        "{name} is too long; use at most {max_length} characters",
        "{name} 过长；最多 {max_length} 个字符",
    ),
    "string_pattern_mismatch": Bilingual(
        "{name} contains characters that are not allowed", "{name} 含有无效字符"
    ),
    "too_long": Bilingual(
        "{name} has too many values; use at most {max_length}",
        "{name} 的取值过多；最多 {max_length} 个",
    ),
    "too_short": Bilingual(
        "{name} has too few values; use {min_length}",
        "{name} 的取值不足；需要 {min_length} 个",
    ),
    "period": Bilingual(
        "{found} is not a period; write a year as 2024, or months as 2024-01/2024-11",
        "{found} 不是有效的统计期；年份写作 2024，起止月份写作 2024-01/2024-11",
    ),
    "same_period": Bilingual(
        "{found} is repeated; use two different periods", "{found} 重复；请使用两个不同的统计期"
    ),
    "bool_parsing": Bilingual(
        "{found} is neither true nor false", "{found} 既不是 true 也不是 false"
    ),
    "before_since": Bilingual(
        "{found} is before since ({since}); swap the two dates",
        "{found} 早于 since（{since}）；请互换两个日期",
    ),
    "repeated": Bilingual("{name} is repeated; use it once", "{name} 重复；该参数只能使用一次"),
    "extra_forbidden": Bilingual(
        "{name} is not a parameter of this operation", "该操作没有参数 {name}"
    ),
}
INVALID_VALUE = Bilingual("{found} is not valid for {name}", "{name} 的值 {found} 无效")
ERROR_COUNT = Bilingual(
    "The request has {count} errors; they are listed in errors",
    "请求中有 {count} 处错误，详见 errors",
)
SUGGESTION = Bilingual("; did you mean {nearest}?", "；您要找的是 {nearest} 吗？")

# Paths and records.
UNKNOWN_RECORD = Bilingual("{found} is unknown", "{found} 不存在")
UNKNOWN_PATH = Bilingual("Nothing is served at {path}", "路径 {path} 下没有内容")
UNKNOWN_FILE = Bilingual("There is no such file", "没有该文件")
METRICS_DISABLED = Bilingual(
    "Metrics are collected only with BRI_METRICS=true", "仅在设置 BRI_METRICS=true 时提供运行指标"
)

# HTTP.
MALFORMED_REQUEST = Bilingual("The request is not valid HTTP", "请求不符合HTTP规范")
INVALID_HOST = Bilingual(
    "The request needs one Host header: a host name or an IP address, and perhaps a port",
    "请求须有且仅有一个Host头，内容为主机名或IP地址，可附端口号",
)
VERSION_NOT_SUPPORTED = Bilingual("This server speaks HTTP/1.1", "本服务使用HTTP/1.1")
REQUEST_TIMEOUT = Bilingual(
    "The request did not arrive completely in time", "请求未在规定时间内全部到达"
)
CONTENT_TOO_LARGE = Bilingual(
    "The body of the request is larger than {limit} bytes", "请求正文超过{limit}字节"
)
TOO_MANY_PARAMETERS = Bilingual(
    "The query has more than {limit} parameters; send several requests",
    "查询参数超过{limit}个；请分多次请求",
)
TOO_MANY_CONNECTIONS = Bilingual(
    "Too many connections are open; try again shortly", "当前连接数过多，请稍后重试"
)
HEADERS_TOO_LARGE = Bilingual(
    "The request line and the headers are larger than {limit} bytes",
    "请求行与请求头超过{limit}字节",
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
    "This service is read-only; use one of {allowed}", "本服务只读；可用方法为 {allowed}"
)
PRECONDITION_FAILED = Bilingual(
    "The resource has changed, or never was as the request assumes",
    "资源的当前状态与请求指定的条件不符",
)
RANGE_NOT_SATISFIABLE = Bilingual(
    "The file ends before the requested range", "请求的范围超出文件末尾"
)
UNKNOWN_HOST = Bilingual("This service has another host name", "本服务不使用该主机名")
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


CUTOFF = 0.5
"""How alike two values must be, from 0 to 1, for one to be suggested in place of the other."""


def find_nearest(value: str, allowed: Iterable[str], cutoff: float = CUTOFF) -> str | None:
    """Return the allowed value most like another, or None if none is like it."""
    return next(iter(get_close_matches(value, list(allowed), n=1, cutoff=cutoff)), None)
