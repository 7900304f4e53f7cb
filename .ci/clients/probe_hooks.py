"""A check beside those of Schemathesis: of what is right by the schema only meaning is refused."""

import schemathesis

MEANINGS = {"cursor", "height", "period", "scale", "until", "vintages", "width"}
"""Parameters whose values hang together with the rest of the request."""
DETAILED_ERRORS = 10
"""The errors after these have no allowed values."""


@schemathesis.check
def check_rejected_values(
    ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
) -> None:
    """Check that a 422 names a parameter of MEANINGS or lists the values that the data has."""
    del ctx
    is_right = case.meta is not None and case.meta.generation.mode.is_positive
    if not is_right or response.status_code in (200, 304, 404):
        return
    assert response.status_code == 422, f"{response.status_code} for a right request"
    for error in response.json()["errors"][:DETAILED_ERRORS]:
        name = error["location"].removeprefix("query.")
        assert error["allowed"] or name in MEANINGS, f"refused by form: {error}"
