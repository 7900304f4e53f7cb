"""Everything that can go wrong with a request, as RFC 9457 problem documents.

Problem
├── MalformedAddress    400  the address cannot be decoded
├── MalformedRequest    400  what came is no request
├── NotFound            404
│   ├── UnknownPath     404  nothing is served at this path
│   └── UnknownRecord   404  no record has this key
├── MethodNotAllowed    405  only GET, HEAD and OPTIONS
├── PreconditionFailed  412  the resource is not in the state that the request names
├── RangeNotSatisfiable 416  a file has no such part
├── MisdirectedRequest  421  the host is not this service
├── InvalidParameters   422  at least one parameter is unknown or out of range
├── TooManyRequests     429  the client asks too often
├── HeadersTooLarge     431  address and headers are too long
├── InternalError       500  our fault
└── NotReady            503  the database cannot be read
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import ClassVar

from pydantic import Field

from app.i18n import Bilingual, Language
from app.schemas.base import Address, Code, Line, Prose, Schema, list_field

MEDIA_TYPE = "application/problem+json"
MAX_SHOWN = 100
MAX_ERRORS = 100
MAX_ALLOWED = 1000


class ErrorItem(Schema):
    """One mistake in a request."""

    location: Line = Field(examples=["query.indicator"])
    """Where it is: query, path or header, and the name of the parameter."""
    message: Prose = Field(examples=["goods-trad is unknown; did you mean goods-trade?"])
    """What is wrong and what would be right."""
    allowed: list[Line] | None = Field(max_length=MAX_ALLOWED, examples=[["goods-trade"]])
    """The allowed values or names, or those nearest where there are very many; null where they
    cannot be listed."""
    suggestion: Line | None = Field(examples=["goods-trade"])
    """The nearest right value or name; null where none is near."""


class ProblemDocument(Schema):
    """What went wrong with a request, and what would be right (RFC 9457)."""

    type: Address = Field(examples=["http://127.0.0.1:8000/problems/invalid-parameters"])
    """The address of a page that explains this kind of problem."""
    title: Line = Field(examples=["Invalid parameters"])
    """The kind of problem in a few words, in the language of the answer."""
    status: int = Field(ge=400, le=599, examples=[422])
    """The HTTP status."""
    detail: Prose = Field(examples=["goods-trad is unknown; did you mean goods-trade?"])
    """What happened in this case, in the language of the answer."""
    code: Code = Field(examples=["invalid-parameters"])
    """The kind of problem, for programs."""
    request_id: Code = Field(examples=["3f2b8c5e9d1a4b7c8e6f0a1b2c3d4e5f"])
    """The identifier of the request, to quote when asking for help."""
    errors: list[ErrorItem] = list_field(of=MAX_ERRORS)
    """Every mistake found in the request, up to a hundred; empty where the request itself is not
    at fault."""


def shorten(value: object) -> str:
    """Show what was found, shortened and without control characters."""
    text = "".join(letter if letter.isprintable() else "�" for letter in str(value)).strip()
    if not text:
        return '""'
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"


class ParameterError:
    """One mistake in a request, before the language of the answer is known."""

    def __init__(
        self, location: str, words: Bilingual, allowed: Iterable[str] | None = None, found: str = ""
    ) -> None:
        self.location = location
        self.words = words
        self.allowed = None if allowed is None else list(allowed)
        nearest = get_close_matches(found, self.allowed or [], n=1, cutoff=0.5)
        self.suggestion = nearest[0] if nearest else None

    def to_item(self, language: Language) -> ErrorItem:
        """Tell the mistake, with the nearest right value."""
        message = self.words.get(language)
        if self.suggestion:
            message += Bilingual(
                f"; did you mean {self.suggestion}?", f"；您要找的是 {self.suggestion} 吗？"
            ).get(language)
        return ErrorItem(
            location=self.location,
            message=message,
            allowed=self.allowed and self.allowed[:MAX_ALLOWED],
            suggestion=self.suggestion,
        )


class Problem(Exception):  # noqa: N818
    """A request that cannot be answered; the subclasses say why."""

    status: ClassVar[int]
    code: ClassVar[str]
    title: ClassVar[Bilingual]
    meaning: ClassVar[Bilingual]
    """What the page at the problem's address explains."""

    def __init__(
        self,
        detail: Bilingual,
        mistakes: Iterable[ParameterError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail.en)
        self.detail = detail
        self.mistakes = list(mistakes)
        self.headers = dict(headers or {})

    def to_document(self, base: str, language: Language, request_id: str) -> ProblemDocument:
        """Write the problem down for one request."""
        return ProblemDocument(
            type=f"{base}/problems/{self.code}",
            title=self.title.get(language),
            status=self.status,
            detail=self.detail.get(language),
            code=self.code,
            request_id=request_id,
            errors=[mistake.to_item(language) for mistake in self.mistakes[:MAX_ERRORS]],
        )


class MalformedAddress(Problem):
    """The address cannot be decoded."""

    status = 400
    code = "malformed-address"
    title = Bilingual("Malformed address", "网址格式有误")
    meaning = Bilingual(
        "The path or the query has a percent escape that is cut short, does not spell UTF-8 text, "
        "or spells a control character. Encode the address again; nothing was looked up.",
        "路径或查询串中的百分号转义不完整、不是有效的UTF-8文本，或含有控制字符。"
        "请重新编码网址；本次请求未进行任何查询。",
    )


class MalformedRequest(Problem):
    """What came is no request."""

    status = 400
    code = "malformed-request"
    title = Bilingual("Malformed request", "请求格式错误")
    meaning = Bilingual(
        "What the server received is no HTTP request, so it could not tell what was asked for. "
        "The connection is closed.",
        "服务器收到的内容不符合HTTP规范，无法识别所请求的内容，连接已关闭。",
    )


class HeadersTooLarge(Problem):
    """Address and headers are too long."""

    status = 431
    code = "headers-too-large"
    title = Bilingual("Headers too large", "请求头过大")
    meaning = Bilingual(
        "The address and the headers of a request together take more than the server accepts. Ask "
        "for less at once: a filter can be left out and the list paged instead.",
        "请求行与请求头的总长度超过服务器上限。请缩短请求：可减少筛选条件，改为分页读取。",
    )


class NotFound(Problem):
    """There is nothing under this name."""

    status = 404


class UnknownPath(NotFound):
    """Nothing is served at this path."""

    code = "unknown-path"
    title = Bilingual("Unknown path", "路径不存在")
    meaning = Bilingual(
        "Nothing is served at this path. The answer names the nearest path that exists; "
        "/v1 links to all of them and /docs describes them.",
        "该路径下没有任何内容。响应中给出了最接近的有效路径；"
        "/v1 列出全部入口，/docs 提供详细说明。",
    )


class UnknownRecord(NotFound):
    """No record has this key."""

    code = "unknown-record"
    title = Bilingual("Unknown record", "记录不存在")
    meaning = Bilingual(
        "The path is right, but no record has this key. The answer names the nearest key that "
        "exists; the list one level up has them all.",
        "路径正确，但没有以此为键的记录。响应中给出了最接近的有效键；上一级列表列出全部记录。",
    )

    def __init__(self, parameter: str, found: str, known: Iterable[str]) -> None:
        short = shorten(found)
        words = Bilingual(f"{short} is unknown", f"{short} 不存在")
        mistake = ParameterError(f"path.{parameter}", words, known, short)
        told = [mistake.to_item(language).message for language in Language]
        super().__init__(Bilingual(*told), [mistake])


class MethodNotAllowed(Problem):
    """Only GET, HEAD and OPTIONS are answered."""

    status = 405
    code = "method-not-allowed"
    title = Bilingual("Method not allowed", "不支持该请求方法")
    meaning = Bilingual(
        "This service only reads. Use GET, or HEAD for the headers alone, or OPTIONS.",
        "本服务只提供读取。请使用GET；只需响应头时使用HEAD；也可使用OPTIONS。",
    )


class PreconditionFailed(Problem):
    """The resource is not in the state that the request names."""

    status = 412
    code = "precondition-failed"
    title = Bilingual("Precondition failed", "先决条件不满足")
    meaning = Bilingual(
        "If-Match or If-Unmodified-Since names a state of the resource that is not its present "
        "one. Ask without that header, or with the present ETag.",
        "If-Match或If-Unmodified-Since指明的资源状态与当前状态不符。"
        "请去掉该请求头，或改用当前的ETag。",
    )


class MisdirectedRequest(Problem):
    """The request names a host that is not this service."""

    status = 421
    code = "misdirected-request"
    title = Bilingual("Misdirected request", "请求目标有误")
    meaning = Bilingual(
        "The Host header names a host that this service is not set to answer for. Ask by the "
        "address that the operator has published.",
        "Host头所指主机不属于本服务。请使用运营者公布的网址访问。",
    )


class TooManyRequests(Problem):
    """A client asks more often than the operator allows."""

    status = 429
    code = "too-many-requests"
    title = Bilingual("Too many requests", "请求过于频繁")
    meaning = Bilingual(
        "The client has asked more often than the operator of this service allows. Retry-After "
        "tells after how many seconds it may ask again. Answers that are kept by the client, and "
        "whole tables instead of many records, need fewer requests.",
        "请求次数超过本服务运营者设定的上限。Retry-After头给出可再次请求前需等待的秒数。"
        "使用客户端缓存，或以整表下载代替逐条读取，可减少请求次数。",
    )


class RangeNotSatisfiable(Problem):
    """A file has no such part."""

    status = 416
    code = "range-not-satisfiable"
    title = Bilingual("Range not satisfiable", "请求范围无效")
    meaning = Bilingual(
        "The file ends before the range that is asked for. The Content-Range header of the answer "
        "tells its length.",
        "文件在请求的范围之前已结束。响应的Content-Range头给出文件长度。",
    )


class InvalidParameters(Problem):
    """At least one parameter is unknown, misspelt or out of range."""

    status = 422
    code = "invalid-parameters"
    title = Bilingual("Invalid parameters", "参数无效")
    meaning = Bilingual(
        "At least one parameter is unknown, misspelt or out of range. The answer lists every "
        "mistake with what would be right. Nothing is guessed: a request with a mistake is "
        "refused whole.",
        "至少有一个参数名称未知、拼写有误或超出范围。响应逐一列出全部错误及正确写法。"
        "本服务不作猜测：含有错误的请求整体拒绝。",
    )


class NotComparable(Problem):
    """A change cannot be computed between figures that are not like for like."""

    status = 422
    code = "not-comparable"
    title = Bilingual("Not comparable", "数据不可比")
    meaning = Bilingual(
        "A derived change was asked for between two figures whose bases differ: another unit, "
        "another number of months, a break in the series, a figure that is only a limit, or a "
        "restated base. The answer says which. Ask without derived to see both side by side.",
        "请求推算两项口径不同的数据之间的变化：计量单位或月数不同、数列有断点、"
        "数据仅为界限，或基数经过调整。响应说明具体原因。不带derived参数可并列查看两项数据。",
    )


class InternalError(Problem):
    """The service failed."""

    status = 500
    code = "internal-error"
    title = Bilingual("Internal error", "服务内部错误")
    meaning = Bilingual(
        "The service failed; the request is not at fault. Try again later, and quote the request "
        "identifier when you ask for help.",
        "服务出现故障，与请求无关。请稍后重试；如需协助，请提供请求编号。",
    )


class NotReady(Problem):
    """The database cannot be read."""

    status = 503
    code = "not-ready"
    title = Bilingual("Not ready", "服务未就绪")
    meaning = Bilingual(
        "The database cannot be read just now. Try again after the number of seconds that the "
        "Retry-After header gives.",
        "数据库暂时无法读取。请按Retry-After响应头给出的秒数等待后重试。",
    )


PROBLEM_TYPES: tuple[type[Problem], ...] = (
    MalformedAddress,
    MalformedRequest,
    UnknownPath,
    UnknownRecord,
    MethodNotAllowed,
    PreconditionFailed,
    RangeNotSatisfiable,
    MisdirectedRequest,
    InvalidParameters,
    NotComparable,
    TooManyRequests,
    HeadersTooLarge,
    InternalError,
    NotReady,
)
"""Every kind of problem that has a page of its own."""
