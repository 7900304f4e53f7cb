"""What tests of quotations share."""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from app.releases import ServedRelease
    from tests.support.client import AppClient


@pytest.fixture(scope="package")
def release(newest: "AppClient") -> "ServedRelease":
    app: Any = newest.app
    found: ServedRelease = app.state.releases.get_release()
    return found


@pytest.fixture(scope="package")
def check(release: "ServedRelease") -> Callable[..., dict[str, Any]]:
    # The process that starts the others loads this file too, and has no use for the application.
    from app.i18n import Language  # noqa: PLC0415
    from app.schemas.quotations import QuotationCheck  # noqa: PLC0415

    def run(
        text: str, day: date = date(2026, 11, 26), language: Language = Language.ENGLISH
    ) -> dict[str, Any]:
        return QuotationCheck.model_validate(
            release.check_quotation(text, day, language)
        ).model_dump()

    return run
