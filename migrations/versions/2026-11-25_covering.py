"""Indexes that alone tell which figures match, so that no row is read in vain.

Revision ID: 2026_11_25_covering
Revises: 2026_11_25_history
"""

from alembic import op

revision = "2026_11_25_covering"
down_revision = "2026_11_25_history"
branch_labels = None
depends_on = None

BY_SERIES = (
    *("series_id", "period_start", "source_id"),
    *("current_until", "period_end", "qualifier", "status", "value"),
)


def upgrade() -> None:
    """Apply the revision."""
    by_vintage(["vintage", "id", "current_until"])
    op.create_index(op.f("ix_observation_series"), "observation", list(BY_SERIES))


def downgrade() -> None:
    """Undo the revision."""
    op.drop_index(op.f("ix_observation_series"), table_name="observation")
    by_vintage(["vintage", "id"])


def by_vintage(columns: list[str]) -> None:
    """Put other indexes of vintages in the place of those that are there."""
    for table in ("growth_rate", "observation"):
        op.drop_index(op.f(f"ix_{table}_vintage"), table_name=table)
        op.create_index(op.f(f"ix_{table}_vintage"), table, columns)
