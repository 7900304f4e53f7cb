"""The code lists, sources, indicators and figures.

Revision ID: 2026_11_25_figures
Revises: nothing
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25_figures"
down_revision = None
branch_labels = None
depends_on = None

EXACT = sa.Numeric(38, 10).with_variant(sa.String(40), "sqlite")


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("definition_en", sa.String(), nullable=False),
        sa.Column("definition_zh", sa.String(), nullable=False),
        sa.CheckConstraint("kind IN ('country', 'group')", name=op.f("ck_area_kind")),
        sa.CheckConstraint("name_en <> '' AND name_zh <> ''", name=op.f("ck_area_filled")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_area_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("code", name=op.f("uq_area_code")),
    )
    op.create_table(
        "instrument",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("description_zh", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('platform', 'exhibition', 'project_type', 'agreement', 'mechanism')",
            name=op.f("ck_instrument_kind"),
        ),
        sa.CheckConstraint("name_en <> '' AND name_zh <> ''", name=op.f("ck_instrument_filled")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_instrument_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_instrument")),
        sa.UniqueConstraint("code", name=op.f("uq_instrument_code")),
    )
    op.create_table(
        "release",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("seed_hash", sa.String(), nullable=False),
        sa.Column("schema_revision", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("released_on", sa.Date(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=False),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_release_one_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release")),
    )
    op.create_table(
        "sector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("description_zh", sa.String(), nullable=False),
        sa.CheckConstraint("name_en <> '' AND name_zh <> ''", name=op.f("ck_sector_filled")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_sector_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sector")),
        sa.UniqueConstraint("code", name=op.f("uq_sector_code")),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=True),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("event_en", sa.String(), nullable=True),
        sa.Column("event_zh", sa.String(), nullable=True),
        sa.Column("publisher_en", sa.String(), nullable=False),
        sa.Column("publisher_zh", sa.String(), nullable=False),
        sa.Column("body_en", sa.String(), nullable=False),
        sa.Column("body_zh", sa.String(), nullable=False),
        sa.Column("speaker_en", sa.String(), nullable=True),
        sa.Column("speaker_zh", sa.String(), nullable=True),
        sa.Column("speaker_title_en", sa.String(), nullable=True),
        sa.Column("speaker_title_zh", sa.String(), nullable=True),
        sa.Column("place_en", sa.String(), nullable=True),
        sa.Column("place_zh", sa.String(), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("published_precision", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("licence_en", sa.String(), nullable=False),
        sa.Column("licence_zh", sa.String(), nullable=False),
        sa.Column("goal_en", sa.String(), nullable=True),
        sa.Column("goal_zh", sa.String(), nullable=True),
        sa.Column("goal_locator", sa.String(), nullable=True),
        sa.CheckConstraint("length(language) = 2", name=op.f("ck_source_language")),
        sa.CheckConstraint(
            "published_precision IN ('day', 'month')",
            name=op.f("ck_source_published_precision"),
        ),
        sa.CheckConstraint(
            "standing IN ('primary', 'repost', 'secondary')", name=op.f("ck_source_standing")
        ),
        sa.CheckConstraint(
            "title_en <> '' AND title_zh <> '' AND publisher_en <> '' AND publisher_zh <> ''",
            name=op.f("ck_source_filled"),
        ),
        sa.CheckConstraint("held_on <= published_on", name=op.f("ck_source_dates_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_source")),
        sa.UniqueConstraint("code", name=op.f("uq_source_code")),
        sa.UniqueConstraint("edition", name=op.f("uq_source_edition")),
    )
    op.create_table(
        "topic",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("description_zh", sa.String(), nullable=False),
        sa.CheckConstraint("name_en <> '' AND name_zh <> ''", name=op.f("ck_topic_filled")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_topic_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_topic")),
        sa.UniqueConstraint("code", name=op.f("uq_topic_code")),
    )
    op.create_table(
        "unit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("description_en", sa.String(), nullable=False),
        sa.Column("description_zh", sa.String(), nullable=False),
        sa.Column("symbol_en", sa.String(), nullable=False),
        sa.Column("symbol_zh", sa.String(), nullable=False),
        sa.Column("suffix_en", sa.String(), nullable=False),
        sa.Column("suffix_zh", sa.String(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.CheckConstraint("name_en <> '' AND name_zh <> ''", name=op.f("ck_unit_filled")),
        sa.CheckConstraint("decimals >= 0", name=op.f("ck_unit_decimals")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_unit_position")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit")),
        sa.UniqueConstraint("code", name=op.f("uq_unit_code")),
    )
    op.create_table(
        "indicator",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("name_zh", sa.String(), nullable=False),
        sa.Column("definition_en", sa.String(), nullable=False),
        sa.Column("definition_zh", sa.String(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=False),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("reporting_area_id", sa.Integer(), nullable=False),
        sa.Column("counterpart_area_id", sa.Integer(), nullable=False),
        sa.Column("classifier", sa.String(), nullable=True),
        sa.CheckConstraint(
            "direction IN ('outward', 'inward', 'two_way')", name=op.f("ck_indicator_direction")
        ),
        sa.CheckConstraint("name_en <> '' AND name_zh <> ''", name=op.f("ck_indicator_filled")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_indicator_position")),
        sa.ForeignKeyConstraint(
            ["counterpart_area_id"], ["area.id"], name=op.f("fk_indicator_counterpart_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["reporting_area_id"], ["area.id"], name=op.f("fk_indicator_reporting_area_id")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_indicator_topic_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_indicator_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_indicator")),
        sa.UniqueConstraint("code", name=op.f("uq_indicator_code")),
    )
    op.create_index(
        op.f("ix_indicator_counterpart_area_id"), "indicator", ["counterpart_area_id"], unique=False
    )
    op.create_index(
        op.f("ix_indicator_reporting_area_id"), "indicator", ["reporting_area_id"], unique=False
    )
    op.create_index(op.f("ix_indicator_topic_id"), "indicator", ["topic_id"], unique=False)
    op.create_index(op.f("ix_indicator_unit_id"), "indicator", ["unit_id"], unique=False)
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("reporting_area_id", sa.Integer(), nullable=False),
        sa.Column("counterpart_area_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=True),
        sa.Column("note_zh", sa.String(), nullable=True),
        sa.Column("observations", sa.Integer(), nullable=False),
        sa.Column("first_period_start", sa.Date(), nullable=True),
        sa.Column("last_period_start", sa.Date(), nullable=True),
        sa.CheckConstraint("months BETWEEN 1 AND 12", name=op.f("ck_series_months")),
        sa.ForeignKeyConstraint(
            ["counterpart_area_id"], ["area.id"], name=op.f("fk_series_counterpart_area_id")
        ),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_series_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["reporting_area_id"], ["area.id"], name=op.f("fk_series_reporting_area_id")
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_series_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
        sa.UniqueConstraint("code", name=op.f("uq_series_code")),
        sa.UniqueConstraint(
            "indicator_id",
            "reporting_area_id",
            "counterpart_area_id",
            "unit_id",
            "months",
            name=op.f(
                "uq_series_indicator_id_reporting_area_id_counterpart_area_id_unit_id_months"
            ),
        ),
    )
    op.create_index(op.f("ix_series_indicator_id"), "series", ["indicator_id"])
    op.create_index(op.f("ix_series_months"), "series", ["months"])
    op.create_index(
        op.f("ix_series_counterpart_area_id"), "series", ["counterpart_area_id"], unique=False
    )
    op.create_index(
        op.f("ix_series_reporting_area_id"), "series", ["reporting_area_id"], unique=False
    )
    op.create_index(op.f("ix_series_unit_id"), "series", ["unit_id"], unique=False)
    op.create_table(
        "observation",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("value", EXACT, nullable=False),
        sa.Column("published_value", EXACT, nullable=False),
        sa.Column("multiplier", sa.Integer(), nullable=False),
        sa.Column("decimals", sa.Integer(), nullable=False),
        sa.Column("wording_en", sa.String(), nullable=False),
        sa.Column("wording_zh", sa.String(), nullable=False),
        sa.Column("qualifier", sa.String(), nullable=False),
        sa.Column("lower_bound", EXACT, nullable=True),
        sa.Column("upper_bound", EXACT, nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("vintage", sa.Date(), nullable=False),
        sa.Column("current_from", sa.Date(), nullable=False),
        sa.Column("current_until", sa.Date(), nullable=False),
        sa.Column("previous_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.String(), nullable=True),
        sa.Column("revision_reason_en", sa.String(), nullable=True),
        sa.Column("revision_reason_zh", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(qualifier = 'exact' AND lower_bound IS NULL AND upper_bound IS NULL) OR (qualifier = 'over' AND lower_bound IS NOT NULL AND lower_bound = value AND upper_bound IS NULL) OR (qualifier = 'nearly' AND upper_bound IS NOT NULL AND upper_bound = value) OR qualifier = 'about'",
            name=op.f("ck_observation_qualifier_bounds"),
        ),
        sa.CheckConstraint(
            "qualifier IN ('exact', 'over', 'nearly', 'about')",
            name=op.f("ck_observation_qualifier"),
        ),
        sa.CheckConstraint(
            "status IN ('normal', 'provisional', 'estimated', 'revised')",
            name=op.f("ck_observation_status"),
        ),
        sa.CheckConstraint(
            "wording_en <> '' AND wording_zh <> ''", name=op.f("ck_observation_filled")
        ),
        sa.CheckConstraint(
            "CAST(lower_bound AS NUMERIC) <= CAST(upper_bound AS NUMERIC)",
            name=op.f("ck_observation_bounds_order"),
        ),
        sa.CheckConstraint("decimals BETWEEN 0 AND 10", name=op.f("ck_observation_decimals")),
        sa.CheckConstraint("multiplier BETWEEN 0 AND 15", name=op.f("ck_observation_multiplier")),
        sa.CheckConstraint("period_start < period_end", name=op.f("ck_observation_period_order")),
        sa.CheckConstraint(
            "current_from <= current_until", name=op.f("ck_observation_current_order")
        ),
        sa.CheckConstraint(
            "revision IN ('confirmed', 'rounded', 'refined', 'revised')",
            name=op.f("ck_observation_revision"),
        ),
        sa.CheckConstraint(
            "(previous_id IS NULL) = (revision IS NULL)",
            name=op.f("ck_observation_revision_previous"),
        ),
        sa.ForeignKeyConstraint(
            ["previous_id"], ["observation.id"], name=op.f("fk_observation_previous_id")
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["series.id"], name=op.f("fk_observation_series_id")
        ),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_observation_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observation")),
        sa.UniqueConstraint("code", name=op.f("uq_observation_code")),
        sa.UniqueConstraint(
            "series_id",
            "period_start",
            "source_id",
            name=op.f("uq_observation_series_id_period_start_source_id"),
        ),
    )
    op.create_index(
        op.f("ix_observation_previous_id"), "observation", ["previous_id"], unique=False
    )
    op.create_table(
        "headline",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_headline_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observation.id"], name=op.f("fk_headline_observation_id")
        ),
        sa.PrimaryKeyConstraint("indicator_id", name=op.f("pk_headline")),
        sa.UniqueConstraint("observation_id", name=op.f("uq_headline_observation_id")),
    )
    op.create_table(
        "report",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("observation_id", sa.Integer(), nullable=False),
        sa.Column("wording_en", sa.String(), nullable=False),
        sa.Column("wording_zh", sa.String(), nullable=False),
        sa.Column("agreement", sa.String(), nullable=False),
        sa.Column("note_en", sa.String(), nullable=False),
        sa.Column("note_zh", sa.String(), nullable=False),
        sa.CheckConstraint(
            "agreement IN ('same', 'differs', 'rounded', 'other_unit')",
            name=op.f("ck_report_agreement"),
        ),
        sa.ForeignKeyConstraint(
            ["observation_id"], ["observation.id"], name=op.f("fk_report_observation_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_report_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report")),
        sa.UniqueConstraint("code", name=op.f("uq_report_code")),
        sa.UniqueConstraint(
            "observation_id", "source_id", name=op.f("uq_report_observation_id_source_id")
        ),
    )
    op.create_index(op.f("ix_report_source_id"), "report", ["source_id"], unique=False)


def downgrade() -> None:
    """Take the revision back."""
    op.drop_index(op.f("ix_report_source_id"), table_name="report")
    op.drop_table("report")
    op.drop_table("headline")
    op.drop_index(op.f("ix_observation_previous_id"), table_name="observation")
    op.drop_table("observation")
    op.drop_index(op.f("ix_series_months"), table_name="series")
    op.drop_index(op.f("ix_series_indicator_id"), table_name="series")
    op.drop_index(op.f("ix_series_unit_id"), table_name="series")
    op.drop_index(op.f("ix_series_reporting_area_id"), table_name="series")
    op.drop_index(op.f("ix_series_counterpart_area_id"), table_name="series")
    op.drop_table("series")
    op.drop_index(op.f("ix_indicator_unit_id"), table_name="indicator")
    op.drop_index(op.f("ix_indicator_topic_id"), table_name="indicator")
    op.drop_index(op.f("ix_indicator_reporting_area_id"), table_name="indicator")
    op.drop_index(op.f("ix_indicator_counterpart_area_id"), table_name="indicator")
    op.drop_table("indicator")
    op.drop_table("unit")
    op.drop_table("topic")
    op.drop_table("source")
    op.drop_table("sector")
    op.drop_table("release")
    op.drop_table("instrument")
    op.drop_table("area")
