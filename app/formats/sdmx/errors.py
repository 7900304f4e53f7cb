"""SDMX errors: the problems that only SDMX requests have, and error messages as XML and JSON."""

import re
from html import escape

import msgspec

from app.i18n import Bilingual, Language
from app.negotiation import parse_accept
from app.problems.problem import Problem

SCHEMAS = "http://www.sdmx.org/resources/sdmxml/schemas/v2_1"
ERROR_CODES = {400: 140, 404: 100, 405: 140, 406: 140, 412: 150, 413: 510, 416: 150, 422: 150}
"""SDMX error codes by HTTP status; from 500 on, the two are the same."""
SEMANTIC_ERROR = 150
"""The SDMX error code that shares its HTTP status with another."""
JSON_PATHS = re.compile(
    r"/sdmx/(structure|availability|(data|schema)/(dataflow|datastructure|provisionagreement|\*))(/|$)"
)
"""The paths of the SDMX 3.0 API, whose default format is JSON; that of all others is XML."""


class SdmxProblem(Problem):
    """A problem that only SDMX requests have, so that it has neither a page nor a code."""


class NoResultsFound(SdmxProblem):
    status = 404
    title = Bilingual("No results found", "未找到结果")


class SyntaxProblem(SdmxProblem):
    """The path or a parameter does not follow the standard."""

    status = 400
    title = Bilingual("Syntax error", "语法错误")


class SemanticProblem(SdmxProblem):
    """The request follows the standard but cannot be applied to these data."""

    status = 400
    title = Bilingual("Semantic error", "语义错误")


class NotAcceptable(SdmxProblem):
    status = 406
    title = Bilingual("Not acceptable", "没有可接受的格式")


class ResponseTooLarge(SdmxProblem):
    status = 413
    title = Bilingual("Response too large", "响应过大")


class NotImplementedProblem(SdmxProblem):
    """The standard defines the feature, but this service does not support it."""

    status = 501
    title = Bilingual("Not implemented", "尚未支持")


def render_error(problem: Problem, path: str, accept: str, language: Language) -> tuple[bytes, str]:
    """Return a problem as an SDMX error message in the format of the client, and its media type."""
    formats = [re.split("[/+]", preference.value)[-1] for preference in parse_accept(accept)]
    default = "json" if JSON_PATHS.match(path) else "xml"
    if next((one for one in formats if one in {"json", "xml"}), default) == "json":
        return write_json_error(problem, language), "application/json"
    return write_xml_error(problem), "application/xml"


def get_error_code(problem: Problem) -> int:
    if isinstance(problem, SemanticProblem):
        return SEMANTIC_ERROR
    return ERROR_CODES.get(problem.status, problem.status)


def write_xml_error(problem: Problem) -> bytes:
    text = Bilingual(
        f"{problem.title.en}: {problem.detail.en}", f"{problem.title.zh}：{problem.detail.zh}"
    )
    texts = "".join(
        f'<com:Text xml:lang="{language}">{escape(text.get(language), quote=False)}</com:Text>'
        for language in Language
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        f'<mes:Error xmlns:mes="{SCHEMAS}/message" xmlns:com="{SCHEMAS}/common">'
        f'<mes:ErrorMessage code="{get_error_code(problem)}">{texts}</mes:ErrorMessage></mes:Error>'
    ).encode()


def write_json_error(problem: Problem, language: Language) -> bytes:
    error = {
        "code": get_error_code(problem),
        "title": problem.title.get(language),
        "titles": {one: problem.title.get(one) for one in Language},
        "detail": problem.detail.get(language),
        "details": {one: problem.detail.get(one) for one in Language},
    }
    return msgspec.json.encode({"errors": [error]})
