"""Why an SDMX request is refused, with the numbers that the standard has for errors."""

from typing import ClassVar

from app.problems import Problem
from app.text import Words


class Refusal(Problem):
    """A request that cannot be answered by SDMX."""

    number: ClassVar[int]
    """The SDMX number of the error."""
    meaning = Words("See the error message", "见错误信息")


class NoResults(Refusal):
    """There are no such data, or no such artefact."""

    status = 404
    number = 100
    code = "sdmx-no-results"
    title = Words("No results found", "没有结果")


class SyntaxFault(Refusal):
    """A parameter or the path is not as the standard has it."""

    status = 400
    number = 140
    code = "sdmx-syntax"
    title = Words("Syntax error", "语法错误")


class SemanticFault(Refusal):
    """The request is well written, but makes no sense for these data."""

    status = 400
    number = 150
    code = "sdmx-semantics"
    title = Words("Semantic error", "语义错误")


class NotAcceptable(Refusal):
    """No format that the client takes is offered."""

    status = 406
    number = 140
    code = "sdmx-not-acceptable"
    title = Words("Not acceptable", "没有可接受的格式")


class TooLarge(Refusal):
    """The answer would be larger than one message may be."""

    status = 413
    number = 510
    code = "sdmx-too-large"
    title = Words("Response too large", "响应过大")


class NotImplementedHere(Refusal):
    """The standard has it, this service does not."""

    status = 501
    number = 501
    code = "sdmx-not-implemented"
    title = Words("Not implemented", "尚未支持")
