"""Checks of quotations."""

from typing import Annotated

from fastapi import Query, Response

from app import parameters
from app.http.routes import RouteDeclarations
from app.request import Context
from app.schemas import encode_json
from app.schemas.quotations import QuotationCheck

router = RouteDeclarations(prefix="/v1", tags=["Quotations"])
NO_STORE = {"Cache-Control": "no-store"}
"""The header of a response that depends on the day of the request."""


@router.get(
    "/quotation-check",
    summary="Check the figures quoted in a text",
    description="Returns the numbers of a text in English or Chinese, each with the published "
    "figure, growth rate or commitment that it quotes, and what differs from it: period, "
    "qualifier, unit, order of magnitude, growth, countries counted, what is measured, "
    "comparison, vintage, attribution, or a commitment reported as done or with another target. "
    "The check uses fixed rules. "
    "not_found does not mean that a number is false: the record is not complete. Positions are "
    "counted in code points of the text. A response has an ETag, and can be cached, only with "
    "asked_on.",
    response_model=QuotationCheck,
)
def check_quotation(
    context: Context, query: Annotated[parameters.QuotationParameters, Query()]
) -> Response:
    found = context.release.check_quotation(query.text, query.asked_on, context.language)
    body = encode_json(QuotationCheck.model_validate(found))
    headers = NO_STORE if query.asked_on is None else None
    return context.create_bytes_response(body, "application/json", headers=headers)
