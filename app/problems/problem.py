"""Every kind of problem, as documents of RFC 9457."""

import copyreg
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Self

from pydantic import Field

from app.i18n import Bilingual, Language, join_names
from app.problems import messages
from app.schemas import Address, Code, Line, Prose, RequestId, Schema, list_field

MEDIA_TYPE = "application/problem+json"
MAX_SHOWN = 100
MAX_ERRORS = 100
MAX_ALLOWED = 1000


class ErrorItem(Schema):
    """One error in a request."""

    location: Line = Field(examples=["query.indicator"])
    """Where the error is: query, path or header, and the name of the parameter."""
    message: Prose = Field(examples=["goods-trad is unknown; did you mean goods-trade?"])
    """What is wrong, and what would be valid."""
    allowed: list[Line] | None = Field(max_length=MAX_ALLOWED, examples=[["goods-trade"]])
    """The allowed values or names, or the nearest ones if there are very many; null if they cannot
    be listed, and after the tenth error."""
    suggestion: Line | None = Field(examples=["goods-trade"])
    """The nearest allowed value or name; null if none is near, and after the tenth error."""


class ProblemDocument(Schema):
    """Why a request was refused, and what would be valid (RFC 9457)."""

    type: Address = Field(examples=["http://127.0.0.1:8000/problems/invalid-parameters"])
    """The address of a page that explains this kind of problem."""
    title: Line = Field(examples=["Invalid parameters"])
    """The kind of problem, in the language of the response."""
    status: int = Field(ge=400, le=599, examples=[422])
    """The HTTP status."""
    detail: Prose = Field(examples=["indicator: goods-trad is unknown; did you mean goods-trade?"])
    """What happened in this case, in the language of the response; it names the parameter."""
    code: Code = Field(examples=["invalid-parameters"])
    """The kind of problem, for programs."""
    request_id: RequestId = Field(examples=["3f2b8c5e9d1a4b7c8e6f0a1b2c3d4e5f"])
    """The identifier of the request, to quote when asking for help."""
    errors: list[ErrorItem] = list_field(of=MAX_ERRORS)
    """All errors found in the request, up to a hundred; empty if the request is not at fault."""


def shorten(value: object) -> str:
    """Return a value as it is shown in a message: shortened, without control characters.

    It is quoted if its spaces would otherwise not be seen.
    """
    text = "null" if value is None else str(value)
    text = "".join(letter if letter.isprintable() else "�" for letter in text)
    text = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
    return text if text and text == text.strip() else f'"{text}"'


class ParameterError:
    """One error in a request, before the language of the response is known."""

    def __init__(
        self,
        location: str,
        text: Bilingual,
        allowed: Iterable[str] | None = None,
        found: str = "",
        cutoff: float = messages.CUTOFF,
    ) -> None:
        self.location = location
        self.allowed = None if allowed is None else list(allowed)
        self.suggestion = messages.find_nearest(found[:MAX_SHOWN], self.allowed or [], cutoff)
        self.message = text
        """What is wrong, with the suggestion."""
        if self.suggestion:
            space = " " if self.suggestion.startswith("/") else ""
            nearest = Bilingual(self.suggestion, f"{space}{self.suggestion}{space}")
            hint = messages.SUGGESTION.format(nearest=nearest)
            self.message = messages.WITH_HINT.format(message=text, hint=hint)

    @property
    def named_message(self) -> Bilingual:
        """What is wrong with which parameter; some messages begin with its name."""
        name = self.location.partition(".")[2]
        if self.message.en.startswith(f"{name} "):
            return self.message
        return messages.PARAMETER_REASON.format(name=name, reason=self.message)

    def to_item(self, language: Language) -> ErrorItem:
        return ErrorItem(
            location=self.location,
            message=self.message.get(language),
            allowed=self.allowed and self.allowed[:MAX_ALLOWED],
            suggestion=self.suggestion,
        )


class Problem(Exception):  # noqa: N818  # The problem documents of RFC 9457 are named so.
    """A request that is refused; the subclasses are the reasons."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Bilingual]
    meaning: ClassVar[Bilingual]
    """The explanation on the page at the address of the problem."""
    is_rejection: ClassVar[bool] = False
    """Whether it protects the service, and so is counted and logged as a rejection."""

    def __init__(
        self,
        detail: Bilingual,
        errors: Iterable[ParameterError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail.en)
        self.detail = detail
        self.errors = list(errors)
        self.headers = dict(headers or {})

    def __reduce__(self) -> tuple[Any, ...]:
        """Send the attributes to other processes, as __init__ takes other arguments."""
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]

    @classmethod
    def from_parameter(
        cls, location: str, text: Bilingual, allowed: Iterable[str] | None = None, found: str = ""
    ) -> Self:
        error = ParameterError(location, text, allowed, found)
        return cls(error.message, [error])

    def to_document(self, base_url: str, language: Language, request_id: str) -> ProblemDocument:
        return ProblemDocument(
            type=f"{base_url}/problems/{self.code}",
            title=self.title.get(language),
            status=self.status,
            detail=self.detail.get(language),
            code=self.code,
            request_id=request_id,
            errors=[error.to_item(language) for error in self.errors[:MAX_ERRORS]],
        )


class MalformedAddress(Problem):
    status, code = 400, "malformed-address"
    title = Bilingual("Malformed address", "网址格式有误")
    meaning = Bilingual(
        "The path or the query has a percent escape that is incomplete, is not UTF-8, or is a "
        "control character. Encode the address again; nothing was looked up.",
        "路径或查询串中的百分号转义不完整、不是有效的UTF-8文本，或含有控制字符。"
        "请重新编码网址；本次请求未进行任何查询。",
    )


class MalformedRequest(Problem):
    status, code, is_rejection = 400, "malformed-request", True
    title = Bilingual("Malformed request", "请求格式错误")
    meaning = Bilingual(
        "The server could not parse the request as HTTP, or its Host header is missing, repeated "
        "or not a host name.",
        "服务器收到的内容不符合HTTP规范，无法解析；或者Host头缺失、重复，或不是有效的主机名。",
    )


class RequestTimeout(Problem):
    status, code, is_rejection = 408, "request-timeout", True
    title = Bilingual("Request timeout", "请求超时")
    meaning = Bilingual(
        "The request did not arrive completely within the time that the server waits for it. Send "
        "it again on a new connection.",
        "请求未在服务器等待的时间内全部到达。请建立新连接后重新发送。",
    )


class ContentTooLarge(Problem):
    status, code, is_rejection = 413, "content-too-large", True
    title = Bilingual("Content too large", "请求正文过大")
    meaning = Bilingual(
        "The body of the request is larger than the server accepts.", "请求正文超过服务器上限。"
    )


class VersionNotSupported(Problem):
    status, code, is_rejection = 505, "http-version-not-supported", True
    title = Bilingual("HTTP version not supported", "不支持该HTTP版本")
    meaning = Bilingual(
        "The request line names a version of HTTP that the server does not support. Use HTTP/1.1.",
        "请求行所用的HTTP版本不受支持。请使用HTTP/1.1。",
    )


class HeadersTooLarge(Problem):
    status, code, is_rejection = 431, "headers-too-large", True
    title = Bilingual("Headers too large", "请求头过大")
    meaning = Bilingual(
        "The request line and the headers together are larger than the server accepts. Shorten "
        "the request: leave out a filter, for example, and page through the list instead.",
        "请求行与请求头的总长度超过服务器上限。请缩短请求：例如减少筛选条件，改为分页读取。",
    )


class NotFound(Problem):
    status = 404


class UnknownPath(NotFound):
    code = "unknown-path"
    title = Bilingual("Unknown path", "页面不存在")
    meaning = Bilingual(
        "Nothing is served at this path. The response names the nearest path that exists; "
        "/v1 links to all of them, and /docs describes them.",
        "该路径下没有任何内容。响应中给出了最接近的有效路径；"
        "/v1 列出全部入口，/docs 提供详细说明。",
    )


class UnknownRecord(NotFound):
    code = "unknown-record"
    title = Bilingual("Unknown record", "记录不存在")
    meaning = Bilingual(
        "The path is valid, but no record has this key. The response names the nearest key that "
        "exists; the list one level up has all keys.",
        "路径正确，但没有该标识的记录。响应中给出了最接近的有效标识；上一级列表列出全部记录。",
    )

    @classmethod
    def from_key(
        cls, parameter: str, found: str, known: Iterable[str], location: str = "path"
    ) -> Self:
        short = shorten(found)
        text = messages.UNKNOWN_RECORD.format(found=short)
        others = [key for key in known if key != found]
        return cls.from_parameter(f"{location}.{parameter}", text, others, found)


class ReleaseNotServed(Problem):
    status, code = 410, "release-not-served"
    title = Bilingual("Release no longer served", "该版本已不再提供")
    meaning = Bilingual(
        "The address names a release of the dataset that another one has replaced. The response "
        "says what has changed since. Leave out release to get the current version.",
        "网址指定的数据集版本已被后续版本取代。响应说明此后的变更。去掉release参数即可取得当前版本。",
    )

    def __init__(self, summary: Bilingual, latest_url: str, changes_url: str) -> None:
        """Lead to the same address without the release, and to the changes since (RFC 5829)."""
        detail = messages.WITH_CHANGES_URL.format(message=summary, url=changes_url)
        links = f'<{latest_url}>; rel="latest-version", <{changes_url}>; rel="version-history"'
        super().__init__(detail, headers={"Link": links})
        self.summary, self.latest_url = summary, latest_url


class MethodNotAllowed(Problem):
    status, code = 405, "method-not-allowed"
    title = Bilingual("Method not allowed", "不支持该请求方法")
    meaning = Bilingual(
        "This service is read-only. Use GET, HEAD for the headers alone, or OPTIONS.",
        "本服务只读。请使用GET；只需响应头时使用HEAD；也可使用OPTIONS。",
    )

    @classmethod
    def from_allowed(cls, methods: str) -> Self:
        allowed = join_names(methods.split(", "))
        return cls(messages.METHOD_NOT_ALLOWED.format(allowed=allowed), headers={"Allow": methods})


class PreconditionFailed(Problem):
    status, code = 412, "precondition-failed"
    title = Bilingual("Precondition failed", "先决条件不满足")
    meaning = Bilingual(
        "If-Match or If-Unmodified-Since names a state of the resource other than its current "
        "one. Repeat the request without that header, or with the current ETag.",
        "If-Match或If-Unmodified-Since指定的资源状态与当前状态不符。"
        "请去掉该请求头，或改用当前的ETag。",
    )


class MisdirectedRequest(Problem):
    status, code, is_rejection = 421, "misdirected-request", True
    title = Bilingual("Misdirected request", "请求目标有误")
    meaning = Bilingual(
        "The Host header names a host that this service is not configured for. Use the address "
        "that the operator has published.",
        "Host头所指主机不属于本服务。请使用运营者公布的网址访问。",
    )


class TooManyRequests(Problem):
    status, code, is_rejection = 429, "too-many-requests", True
    title = Bilingual("Too many requests", "请求过于频繁")
    meaning = Bilingual(
        "The client has exceeded the rate limit set by the operator of this service. Retry-After "
        "gives the number of seconds to wait. A cache at the client, and whole tables instead of "
        "many records, reduce the number of requests.",
        "请求次数超过本服务运营者设定的上限。Retry-After头给出可再次请求前需等待的秒数。"
        "使用客户端缓存，或以整表下载代替逐条读取，可减少请求次数。",
    )


class RangeNotSatisfiable(Problem):
    status, code = 416, "range-not-satisfiable"
    title = Bilingual("Range not satisfiable", "请求范围无效")
    meaning = Bilingual(
        "The file ends before the requested range. The Content-Range header of the response gives "
        "its length.",
        "文件在请求的范围之前已结束。响应的Content-Range头给出文件长度。",
    )


class InvalidParameters(Problem):
    status, code = 422, "invalid-parameters"
    title = Bilingual("Invalid parameters", "参数无效")
    meaning = Bilingual(
        "At least one parameter is unknown, misspelled or out of range. The response lists all "
        "errors with what would be valid. The service never guesses: it refuses a request that "
        "has any error.",
        "至少有一个参数不存在、拼写有误或取值超出范围。响应逐一列出全部错误及正确写法。"
        "本服务不作猜测：含有错误的请求整体拒绝。",
    )


class NotComparable(Problem):
    status, code = 422, "not-comparable"
    title = Bilingual("Not comparable", "数据不可比")
    meaning = Bilingual(
        "The request derives a change between two figures that are not comparable: their units or "
        "numbers of months differ, the series has a break, a figure is only a limit, or its base "
        "was restated. The response gives the reason. Leave out derived to see both figures side "
        "by side.",
        "请求推算两项口径不同的数据之间的变化：计量单位或月数不同、序列中断、"
        "数据仅为界限，或基数经过调整。响应说明具体原因。不带derived参数可并列查看两项数据。",
    )


class InternalError(Problem):
    status, code = 500, "internal-error"
    title = Bilingual("Internal error", "服务内部错误")
    meaning = Bilingual(
        "The service failed; the request is not at fault. Try again later, and quote the request "
        "identifier when you ask for help.",
        "服务出现故障，与请求无关。请稍后重试；如需协助，请提供请求编号。",
    )


class UnsupportedFormat(Problem):
    status, code = 501, "unsupported-format"
    title = Bilingual("Unsupported format", "不支持该格式")
    meaning = Bilingual(
        "The service has no response in this format. The response lists those that it has.",
        "本服务不提供该格式的响应。响应中列出可用格式。",
    )


class NotReady(Problem):
    status, code, is_rejection = 503, "not-ready", True
    title = Bilingual("Not ready", "服务未就绪")
    meaning = Bilingual(
        "The database cannot be read at the moment, or too many requests of this kind are in "
        "progress. Try again after the number of seconds that the Retry-After header gives.",
        "数据库暂时无法读取，或同类请求过多。请按Retry-After响应头给出的秒数等待后重试。",
    )


PROBLEM_TYPES = sorted(
    {*Problem.__subclasses__(), *NotFound.__subclasses__()} - {NotFound},
    key=lambda kind: (kind.status, kind.code),
)
"""Every kind of problem that has a page."""
