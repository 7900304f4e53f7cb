"""Errors that Pydantic finds in the parameters of a request, as a problem."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pydantic_core import ErrorDetails

from app.i18n import Bilingual, Language
from app.problems.messages import (
    CUTOFF,
    ERROR_COUNT,
    FORM_MESSAGES,
    INVALID_VALUE,
    NAME_CUTOFF,
    VALIDATION_MESSAGES,
    find_nearest,
)
from app.problems.problem import MAX_ERRORS, InvalidParameters, ParameterError, shorten

FormErrors = dict[str, list[str]]
"""The messages about each field of a form, in the language of the request."""
IGNORED_ERRORS = frozenset({"none_required"})
"""Pydantic adds this to each error in an optional parameter: that it could also be left out."""
MAX_CHOICES = 10
"""So many allowed values are listed in a message; errors list more."""
MAX_DETAILED = 10
"""So many errors have the allowed values and a suggestion; the limit of the others is 0."""
MAX_LISTED = 50
"""So many are listed in a message that stands alone."""


def describe_errors(
    errors: Sequence[Any], parameters: Iterable[str], limit: int = MAX_CHOICES
) -> InvalidParameters:
    """Create the problem for the errors that Pydantic finds in the parameters of a request."""
    reported = [error for error in errors if error["type"] not in IGNORED_ERRORS]
    names = sorted(parameters)
    # A request can have thousands of errors, and suggestions and allowed values take time.
    described = [build_error(error, names, limit) for error in reported[:MAX_DETAILED]]
    rest = reported[MAX_DETAILED:MAX_ERRORS]
    described += [build_error(error, names, limit=0) for error in rest]
    is_single = len(reported) == 1
    detail = described[0].named_message if is_single else ERROR_COUNT.format(count=len(reported))
    return InvalidParameters(detail, described)


def list_messages(
    errors: Sequence[ErrorDetails], names: Iterable[str], language: Language
) -> list[str]:
    """Say what is wrong with which argument, to a reader who gets nothing but the messages."""
    described = describe_errors(errors, names, limit=MAX_LISTED).errors
    return [error.named_message.get(language) for error in described]


def build_error(
    error: dict[str, Any], names: list[str], limit: int = MAX_CHOICES
) -> ParameterError:
    name = str(error["loc"][0]) if error["loc"] else "query"
    context = dict(error.get("ctx") or {})
    # A validator that knows which part of the value is wrong names it.
    found = context.pop("found", error["input"])
    kind, cutoff = error["type"], CUTOFF
    allowed: list[str] = context.get("allowed") or []
    if kind == "enum":
        allowed = re.findall(r"'([^']+)'", context["expected"])
    elif kind == "unknown_code" and len(allowed) <= limit:
        kind = kind if find_nearest(found, allowed) else "enum"
    elif kind == "extra_forbidden":
        allowed, found, cutoff = names, name, NAME_CUTOFF
    if kind == "enum":
        context["choices"] = Bilingual(", ".join(allowed), "、".join(allowed))
    message = VALIDATION_MESSAGES.get(kind, INVALID_VALUE)
    text = message.format(**{**context, "name": shorten(name), "found": shorten(found)})
    listed = allowed if limit else None
    return ParameterError(f"query.{shorten(name)}", text, listed or None, str(found), cutoff)


def describe_form_errors(errors: Sequence[Any], language: Language) -> FormErrors:
    """Say of each field of a form what to do about the errors that Pydantic finds in it."""
    messages: FormErrors = {}
    for error in errors:
        if error["type"] in IGNORED_ERRORS:
            continue
        name, kind = str(error["loc"][0]), error["type"]
        form_message = FORM_MESSAGES.get(f"{name}.{kind}") or FORM_MESSAGES.get(kind)
        values = {**(error.get("ctx") or {})}
        values["found"] = shorten(values.get("found", error["input"]))
        message = (
            form_message.format(**values) if form_message else build_error(error, [name]).message
        )
        messages.setdefault(name, []).append(message.get(language))
    return messages


def group_by_field(problem: InvalidParameters, language: Language) -> FormErrors:
    """Group the messages of a problem by the parameter that each is about."""
    messages: FormErrors = {}
    for error in problem.errors:
        item = error.to_item(language)
        messages.setdefault(item.location.partition(".")[2], []).append(item.message)
    return messages
