"""Why an SDMX request is refused, with the numbers that the standard has for errors."""

from typing import ClassVar

from app.i18n import Bilingual
from app.problems.problem import Problem


class SdmxProblem(Problem):
    """A request that cannot be answered by SDMX."""

    number: ClassVar[int]
    """The SDMX number of the error."""
    meaning = Bilingual("See the error message", "见错误信息")


class NoResultsFound(SdmxProblem):
    """There are no such data, or no such artefact."""

    status = 404
    number = 100
    code = "sdmx-no-results"
    title = Bilingual("No results found", "没有结果")


class SyntaxProblem(SdmxProblem):
    """A parameter or the path is not as the standard has it."""

    status = 400
    number = 140
    code = "sdmx-syntax"
    title = Bilingual("Syntax error", "语法错误")


class SemanticProblem(SdmxProblem):
    """The request is well written, but makes no sense for these data."""

    status = 400
    number = 150
    code = "sdmx-semantics"
    title = Bilingual("Semantic error", "语义错误")


class NotAcceptable(SdmxProblem):
    """No format that the client takes is offered."""

    status = 406
    number = 140
    code = "sdmx-not-acceptable"
    title = Bilingual("Not acceptable", "没有可接受的格式")


class ResponseTooLarge(SdmxProblem):
    """The answer would be larger than one message may be."""

    status = 413
    number = 510
    code = "sdmx-too-large"
    title = Bilingual("Response too large", "响应过大")


class NotImplementedProblem(SdmxProblem):
    """The standard has it, this service does not."""

    status = 501
    number = 501
    code = "sdmx-not-implemented"
    title = Bilingual("Not implemented", "尚未支持")
