"""Say in both languages what validation found wrong with the parameters of a request."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from app.problems import Mistake, shown
from app.text import Words

MESSAGES = {
    "missing": Words("{name} is missing", "缺少参数 {name}"),
    "unknown_code": Words("{found} is unknown", "{found} 不存在"),
    "enum": Words(
        "{found} is unknown; write one of {choices}", "{found} 不存在；可选值为 {choices}"
    ),
    "iso_date": Words(
        "{found} is no day of the calendar; write it as 2024-01-31",
        "{found} 不是有效日期；请写作 2024-01-31",
    ),
    "int_parsing": Words("{found} is no whole number", "{found} 不是整数"),
    "int_parsing_size": Words("{found} is far too large", "{found} 过大"),
    "greater_than_equal": Words(
        "{found} is too small; write at least {ge}", "{found} 过小；最小为 {ge}"
    ),
    "less_than_equal": Words(
        "{found} is too large; write at most {le}", "{found} 过大；最大为 {le}"
    ),
    "string_too_short": Words("{name} is empty; write some text", "{name} 为空；请填写内容"),
    "string_too_long": Words(
        "{name} is too long; write at most {max_length} characters",
        "{name} 过长；最多 {max_length} 个字符",
    ),
    "string_pattern_mismatch": Words(
        "{name} holds characters that do not belong there", "{name} 含有无效字符"
    ),
    "too_long": Words(
        "{name} stands too often; write it at most {max_length} times",
        "{name} 重复过多；最多 {max_length} 次",
    ),
    "too_short": Words(
        "{name} stands too seldom; write it {min_length} times",
        "{name} 数量不足；请写 {min_length} 次",
    ),
    "period": Words(
        "{found} is no period; write a year such as 2024, or months as 2024-01/2024-11",
        "{found} 不是有效的统计期；请写年份（如 2024）或起止月份（如 2024-01/2024-11）",
    ),
    "same_period": Words(
        "{found} stands twice; write two different periods", "{found} 重复；请写两个不同的统计期"
    ),
    "bool_parsing": Words("{found} is neither true nor false", "{found} 既不是 true 也不是 false"),
    "before_since": Words(
        "{found} is before since ({since}); swap the two", "{found} 早于 since（{since}）；请互换"
    ),
    "repeated": Words("{name} stands several times; write it once", "{name} 重复；请只写一次"),
    "extra_forbidden": Words(
        "{name} is no parameter of this operation", "该操作没有名为 {name} 的参数"
    ),
}

OTHERWISE = Words("{found} is not right for {name}", "{name} 的值 {found} 无效")
UNTOLD = ("none_required",)
"""That a value could also be left out, which comes with every mistake in an optional one."""


def mistakes(errors: Sequence[Any], parameters: Iterable[str]) -> list[Mistake]:
    """Turn validation errors into mistakes.

    Args:
        errors: the errors as Pydantic lists them, each with type, loc, input and ctx.
        parameters: the names of all parameters of the operation.
    """
    names = sorted(parameters)
    told = [error for error in errors if error["type"] not in UNTOLD]
    return [mistake(error, names) for error in told]


def mistake(error: dict[str, Any], names: list[str]) -> Mistake:
    """Tell one error, with the values or names that would be right."""
    name = str(error["loc"][1]) if len(error["loc"]) > 1 else "query"
    context = dict(error.get("ctx") or {})
    found = shown(error["input"])
    allowed: list[str] | None = context.get("allowed")
    if error["type"] == "enum":
        allowed = re.findall(r"'([^']+)'", context["expected"])
        context["choices"] = ", ".join(allowed)
    if error["type"] == "extra_forbidden":
        allowed, found = names, name
    facts = {**context, "name": shown(name), "found": found}
    words = MESSAGES.get(error["type"], OTHERWISE)
    told = Words(words.en.format(**facts), words.zh.format(**facts))
    return Mistake(f"{error['loc'][0]}.{shown(name)}", told, allowed, found)
