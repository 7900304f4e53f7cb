"""Tables of a release, declared with SQLModel."""

from app.db.models.base import *
from app.db.models.observations import *
from app.db.models.records import *

SCHEMA_REVISION = "2026_11_27_initial"
"""The revision in migrations/ that creates these tables."""
