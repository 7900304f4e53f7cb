"""Say in both languages what validation found wrong with the parameters of a request."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from app.i18n import Bilingual
from app.problems.problem import ParameterError, shorten

VALIDATION_MESSAGES = {
    "missing": Bilingual("{name} is missing", "缺少参数 {name}"),
    "unknown_code": Bilingual("{found} is unknown", "{found} 不存在"),
    "enum": Bilingual(
        "{found} is unknown; write one of {choices}", "{found} 不存在；可选值为 {choices}"
    ),
    "iso_date": Bilingual(
        "{found} is no day of the calendar; write it as 2024-01-31",
        "{found} 不是有效日期；请写作 2024-01-31",
    ),
    "int_parsing": Bilingual("{found} is no whole number", "{found} 不是整数"),
    "int_parsing_size": Bilingual("{found} is far too large", "{found} 过大"),
    "greater_than_equal": Bilingual(
        "{found} is too small; write at least {ge}", "{found} 过小；最小为 {ge}"
    ),
    "less_than_equal": Bilingual(
        "{found} is too large; write at most {le}", "{found} 过大；最大为 {le}"
    ),
    "string_too_short": Bilingual("{name} is empty; write some text", "{name} 为空；请填写内容"),
    "string_too_long": Bilingual(
        "{name} is too long; write at most {max_length} characters",
        "{name} 过长；最多 {max_length} 个字符",
    ),
    "string_pattern_mismatch": Bilingual(
        "{name} holds characters that do not belong there", "{name} 含有无效字符"
    ),
    "too_long": Bilingual(
        "{name} stands too often; write it at most {max_length} times",
        "{name} 重复过多；最多 {max_length} 次",
    ),
    "too_short": Bilingual(
        "{name} stands too seldom; write it {min_length} times",
        "{name} 数量不足；请写 {min_length} 次",
    ),
    "period": Bilingual(
        "{found} is no period; write a year such as 2024, or months as 2024-01/2024-11",
        "{found} 不是有效的统计期；请写年份（如 2024）或起止月份（如 2024-01/2024-11）",
    ),
    "same_period": Bilingual(
        "{found} stands twice; write two different periods", "{found} 重复；请写两个不同的统计期"
    ),
    "bool_parsing": Bilingual(
        "{found} is neither true nor false", "{found} 既不是 true 也不是 false"
    ),
    "before_since": Bilingual(
        "{found} is before since ({since}); swap the two", "{found} 早于 since（{since}）；请互换"
    ),
    "repeated": Bilingual("{name} stands several times; write it once", "{name} 重复；请只写一次"),
    "extra_forbidden": Bilingual(
        "{name} is no parameter of this operation", "该操作没有名为 {name} 的参数"
    ),
}

DEFAULT_MESSAGE = Bilingual("{found} is not right for {name}", "{name} 的值 {found} 无效")
HIDDEN_LOCATIONS = ("none_required",)
"""That a value could also be left out, which comes with every mistake in an optional one."""


def build_errors(errors: Sequence[Any], parameters: Iterable[str]) -> list[ParameterError]:
    """Turn validation errors into mistakes.

    Args:
        errors: the errors as Pydantic lists them, each with type, loc, input and ctx.
        parameters: the names of all parameters of the operation.
    """
    names = sorted(parameters)
    told = [error for error in errors if error["type"] not in HIDDEN_LOCATIONS]
    return [build_error(error, names) for error in told]


def build_error(error: dict[str, Any], names: list[str]) -> ParameterError:
    """Tell one error, with the values or names that would be right."""
    name = str(error["loc"][1]) if len(error["loc"]) > 1 else "query"
    context = dict(error.get("ctx") or {})
    found = shorten(error["input"])
    allowed: list[str] | None = context.get("allowed")
    if error["type"] == "enum":
        allowed = re.findall(r"'([^']+)'", context["expected"])
        context["choices"] = ", ".join(allowed)
    if error["type"] == "extra_forbidden":
        allowed, found = names, name
    facts = {**context, "name": shorten(name), "found": found}
    words = VALIDATION_MESSAGES.get(error["type"], DEFAULT_MESSAGE)
    told = Bilingual(words.en.format(**facts), words.zh.format(**facts))
    return ParameterError(f"{error['loc'][0]}.{shorten(name)}", told, allowed, found)
