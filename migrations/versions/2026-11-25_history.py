"""Growth rates, breaks in series, the history of releases, and the indexes that lists walk.

Revision ID: 2026_11_25_history
Revises: 2026_11_25
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_history"
down_revision = "2026_11_25"
branch_labels = None
depends_on = None

EXACT = sa.Numeric(38, 10).with_variant(sa.String(40), "sqlite")


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "release_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=False),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.CheckConstraint("number >= 1", name=op.f("ck_release_entry_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_entry")),
        sa.UniqueConstraint("code", name=op.f("uq_release_entry_code")),
        sa.UniqueConstraint(
            "released_on", "number", name=op.f("uq_release_entry_released_on_number")
        ),
    )
    op.create_table(
        "change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("release_entry_id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("record", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('added', 'revised', 'corrected', 'removed')", name=op.f("ck_change_kind")
        ),
        sa.CheckConstraint("title_en <> '' AND title_zh <> ''", name=op.f("ck_change_filled")),
        sa.ForeignKeyConstraint(
            ["release_entry_id"], ["release_entry.id"], name=op.f("fk_change_release_entry_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change")),
        sa.UniqueConstraint("code", name=op.f("uq_change_code")),
        sa.UniqueConstraint(
            "release_entry_id",
            "collection",
            "record",
            name=op.f("uq_change_release_entry_id_collection_record"),
        ),
    )
    op.create_table(
        "changed_field",
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(), nullable=False),
        sa.Column("before", sa.String(), nullable=True),
        sa.Column("after", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["change_id"], ["change.id"], name=op.f("fk_changed_field_change_id")
        ),
        sa.PrimaryKeyConstraint("change_id", "position", name=op.f("pk_changed_field")),
    )
    op.create_table(
        "growth_rate",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("vintage", sa.Date(), nullable=False),
        sa.Column("current_from", sa.Date(), nullable=False),
        sa.Column("current_until", sa.Date(), nullable=False),
        sa.Column("base_start", sa.Date(), nullable=False),
        sa.Column("base_end", sa.Date(), nullable=False),
        sa.Column("value", EXACT, nullable=False),
        sa.Column("wording_en", sa.String(), nullable=False),
        sa.Column("wording_zh", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=True),
        sa.Column("note_zh", sa.String(), nullable=True),
        sa.CheckConstraint("basis IN ('unstated', 'restated')", name=op.f("ck_growth_rate_basis")),
        sa.CheckConstraint(
            "wording_en <> '' AND wording_zh <> ''", name=op.f("ck_growth_rate_filled")
        ),
        sa.CheckConstraint("base_end < period_start", name=op.f("ck_growth_rate_base_before")),
        sa.CheckConstraint("base_start < base_end", name=op.f("ck_growth_rate_base_order")),
        sa.CheckConstraint(
            "current_from <= current_until", name=op.f("ck_growth_rate_current_order")
        ),
        sa.CheckConstraint("period_start < period_end", name=op.f("ck_growth_rate_period_order")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_growth_rate_series_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_growth_rate_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_growth_rate")),
        sa.UniqueConstraint("code", name=op.f("uq_growth_rate_code")),
        sa.UniqueConstraint(
            "series_id",
            "period_start",
            "source_id",
            name=op.f("uq_growth_rate_series_id_period_start_source_id"),
        ),
    )
    op.create_index(
        op.f("ix_growth_rate_period"), "growth_rate", ["period_start", "series_id", "source_id"]
    )
    op.create_index(op.f("ix_growth_rate_vintage"), "growth_rate", ["vintage", "id"])
    op.create_index(
        op.f("ix_growth_rate_source"), "growth_rate", ["source_id", "series_id", "period_start"]
    )
    op.create_table(
        "series_break",
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=False),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.CheckConstraint("note_en <> '' AND note_zh <> ''", name=op.f("ck_series_break_filled")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_series_break_series_id")
        ),
        sa.PrimaryKeyConstraint("series_id", "start", name=op.f("pk_series_break")),
    )
    still_current = sa.text("current_until = '9999-12-31'")
    op.create_index(
        op.f("ix_observation_period"), "observation", ["period_start", "series_id", "source_id"]
    )
    op.create_index(
        op.f("ix_observation_value"), "observation", [sa.text("CAST(value AS NUMERIC)"), "id"]
    )
    op.create_index(
        op.f("ix_observation_current"),
        "observation",
        ["vintage", "id"],
        sqlite_where=still_current,
        postgresql_where=still_current,
    )
    op.create_index(op.f("ix_observation_vintage"), "observation", ["vintage", "id"])
    op.create_index(
        op.f("ix_observation_source"), "observation", ["source_id", "series_id", "period_start"]
    )
    op.create_index(op.f("ix_observation_status"), "observation", ["status", "qualifier"])


def downgrade() -> None:
    """Undo the revision."""
    op.drop_index(op.f("ix_observation_status"), table_name="observation")
    op.drop_index(op.f("ix_observation_source"), table_name="observation")
    op.drop_index(op.f("ix_observation_vintage"), table_name="observation")
    op.drop_index(op.f("ix_observation_current"), table_name="observation")
    op.drop_index(op.f("ix_observation_value"), table_name="observation")
    op.drop_index(op.f("ix_observation_period"), table_name="observation")
    op.drop_table("series_break")
    op.drop_index(op.f("ix_growth_rate_vintage"), table_name="growth_rate")
    op.drop_index(op.f("ix_growth_rate_period"), table_name="growth_rate")
    op.drop_index(op.f("ix_growth_rate_source"), table_name="growth_rate")
    op.drop_table("growth_rate")
    op.drop_table("changed_field")
    op.drop_table("change")
    op.drop_table("release_entry")
