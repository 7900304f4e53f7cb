"""Outcomes, priority areas, actions, their links, and the full-text index.

Revision ID: 2026_11_25
Revises: 2026_11_25_figures
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_25"
down_revision = "2026_11_25_figures"
branch_labels = None
depends_on = None

FILE_INDEX = """
CREATE VIRTUAL TABLE search_index USING fts5 (
    kind UNINDEXED, code UNINDEXED, title_en, text_en, title_zh, text_zh,
    tokenize = 'porter unicode61 remove_diacritics 2'
)
"""
SERVER_INDEX = """
CREATE TEXT SEARCH DICTIONARY stem (TEMPLATE = snowball, LANGUAGE = porter);
CREATE TABLE search_index (
    id integer CONSTRAINT pk_search_index PRIMARY KEY,
    kind text NOT NULL, code text NOT NULL,
    title_en text NOT NULL, text_en text NOT NULL,
    title_zh text NOT NULL, text_zh text NOT NULL,
    title_en_lexemes text NOT NULL, text_en_lexemes text NOT NULL,
    title_zh_lexemes text NOT NULL, text_zh_lexemes text NOT NULL,
    vector tsvector NOT NULL
);
CREATE INDEX ix_search_index_vector ON search_index USING gin (vector)
"""
SEARCH_INDEX = {"sqlite": FILE_INDEX, "postgresql": SERVER_INDEX}
WITHOUT_INDEX = {
    "sqlite": "DROP TABLE search_index",
    "postgresql": "DROP TABLE search_index; DROP TEXT SEARCH DICTIONARY stem",
}


def upgrade() -> None:
    """Apply the revision."""
    op.create_table(
        "outcome",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.CheckConstraint("text_en <> '' AND text_zh <> ''", name=op.f("ck_outcome_filled")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_outcome_position")),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_outcome_source_id")),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_outcome_topic_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outcome")),
        sa.UniqueConstraint("code", name=op.f("uq_outcome_code")),
        sa.UniqueConstraint("year", "position", name=op.f("uq_outcome_year_position")),
    )
    op.create_index(op.f("ix_outcome_source_id"), "outcome", ["source_id"], unique=False)
    op.create_index(op.f("ix_outcome_topic_id"), "outcome", ["topic_id"], unique=False)
    op.create_table(
        "priority_area",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("title_en", sa.String(), nullable=False),
        sa.Column("title_zh", sa.String(), nullable=False),
        sa.Column("summary_en", sa.String(), nullable=False),
        sa.Column("summary_zh", sa.String(), nullable=False),
        sa.Column("aim_en", sa.String(), nullable=True),
        sa.Column("aim_zh", sa.String(), nullable=True),
        sa.Column("aim_locator", sa.String(), nullable=True),
        sa.CheckConstraint(
            "title_en <> '' AND title_zh <> ''", name=op.f("ck_priority_area_filled")
        ),
        sa.CheckConstraint("position BETWEEN 1 AND 4", name=op.f("ck_priority_area_position")),
        sa.ForeignKeyConstraint(
            ["source_id"], ["source.id"], name=op.f("fk_priority_area_source_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_area")),
        sa.UniqueConstraint("code", name=op.f("uq_priority_area_code")),
        sa.UniqueConstraint("year", "position", name=op.f("uq_priority_area_year_position")),
        sa.UniqueConstraint("year", "slug", name=op.f("uq_priority_area_year_slug")),
    )
    op.create_index(
        op.f("ix_priority_area_source_id"), "priority_area", ["source_id"], unique=False
    )
    op.create_table(
        "action",
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.Column("locator", sa.String(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("priority_area_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        sa.Column("text_zh", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('expand', 'use', 'host', 'promote', 'improve', 'build', 'deepen', 'sign', 'coordinate')",
            name=op.f("ck_action_kind"),
        ),
        sa.CheckConstraint("status IN ('announced')", name=op.f("ck_action_status")),
        sa.CheckConstraint("text_en <> '' AND text_zh <> ''", name=op.f("ck_action_filled")),
        sa.CheckConstraint("position >= 1", name=op.f("ck_action_position")),
        sa.ForeignKeyConstraint(
            ["priority_area_id"], ["priority_area.id"], name=op.f("fk_action_priority_area_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name=op.f("fk_action_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_action")),
        sa.UniqueConstraint("code", name=op.f("uq_action_code")),
        sa.UniqueConstraint(
            "priority_area_id", "position", name=op.f("uq_action_priority_area_id_position")
        ),
    )
    op.create_index(op.f("ix_action_source_id"), "action", ["source_id"], unique=False)
    op.create_table(
        "baseline",
        sa.Column("priority_area_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("editorial", sa.Boolean(), nullable=False),
        sa.CheckConstraint("editorial", name=op.f("ck_baseline_editorial")),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_baseline_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["priority_area_id"], ["priority_area.id"], name=op.f("fk_baseline_priority_area_id")
        ),
        sa.PrimaryKeyConstraint("priority_area_id", "indicator_id", name=op.f("pk_baseline")),
    )
    op.create_index(op.f("ix_baseline_indicator_id"), "baseline", ["indicator_id"], unique=False)
    op.create_table(
        "indicator_instrument",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_instrument_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instrument.id"], name=op.f("fk_indicator_instrument_instrument_id")
        ),
        sa.PrimaryKeyConstraint(
            "indicator_id", "instrument_id", name=op.f("pk_indicator_instrument")
        ),
    )
    op.create_index(
        op.f("ix_indicator_instrument_instrument_id"),
        "indicator_instrument",
        ["instrument_id"],
        unique=False,
    )
    op.create_table(
        "indicator_sector",
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("sector_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_indicator_sector_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["sector_id"], ["sector.id"], name=op.f("fk_indicator_sector_sector_id")
        ),
        sa.PrimaryKeyConstraint("indicator_id", "sector_id", name=op.f("pk_indicator_sector")),
    )
    op.create_index(
        op.f("ix_indicator_sector_sector_id"), "indicator_sector", ["sector_id"], unique=False
    )
    op.create_table(
        "outcome_area",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_outcome_area_area_id")),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name=op.f("fk_outcome_area_outcome_id")
        ),
        sa.PrimaryKeyConstraint("outcome_id", "area_id", name=op.f("pk_outcome_area")),
    )
    op.create_index(op.f("ix_outcome_area_area_id"), "outcome_area", ["area_id"], unique=False)
    op.create_table(
        "outcome_indicator",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"], ["indicator.id"], name=op.f("fk_outcome_indicator_indicator_id")
        ),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name=op.f("fk_outcome_indicator_outcome_id")
        ),
        sa.PrimaryKeyConstraint("outcome_id", "indicator_id", name=op.f("pk_outcome_indicator")),
    )
    op.create_index(
        op.f("ix_outcome_indicator_indicator_id"),
        "outcome_indicator",
        ["indicator_id"],
        unique=False,
    )
    op.create_table(
        "outcome_instrument",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instrument.id"], name=op.f("fk_outcome_instrument_instrument_id")
        ),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name=op.f("fk_outcome_instrument_outcome_id")
        ),
        sa.PrimaryKeyConstraint("outcome_id", "instrument_id", name=op.f("pk_outcome_instrument")),
    )
    op.create_index(
        op.f("ix_outcome_instrument_instrument_id"),
        "outcome_instrument",
        ["instrument_id"],
        unique=False,
    )
    op.create_table(
        "outcome_sector",
        sa.Column("outcome_id", sa.Integer(), nullable=False),
        sa.Column("sector_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["outcome_id"], ["outcome.id"], name=op.f("fk_outcome_sector_outcome_id")
        ),
        sa.ForeignKeyConstraint(
            ["sector_id"], ["sector.id"], name=op.f("fk_outcome_sector_sector_id")
        ),
        sa.PrimaryKeyConstraint("outcome_id", "sector_id", name=op.f("pk_outcome_sector")),
    )
    op.create_index(
        op.f("ix_outcome_sector_sector_id"), "outcome_sector", ["sector_id"], unique=False
    )
    op.create_table(
        "action_area",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("area_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_action_area_action_id")
        ),
        sa.ForeignKeyConstraint(["area_id"], ["area.id"], name=op.f("fk_action_area_area_id")),
        sa.PrimaryKeyConstraint("action_id", "area_id", name=op.f("pk_action_area")),
    )
    op.create_index(op.f("ix_action_area_area_id"), "action_area", ["area_id"], unique=False)
    op.create_table(
        "action_instrument",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("instrument_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_action_instrument_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["instrument_id"], ["instrument.id"], name=op.f("fk_action_instrument_instrument_id")
        ),
        sa.PrimaryKeyConstraint("action_id", "instrument_id", name=op.f("pk_action_instrument")),
    )
    op.create_index(
        op.f("ix_action_instrument_instrument_id"),
        "action_instrument",
        ["instrument_id"],
        unique=False,
    )
    op.create_table(
        "action_sector",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("sector_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_action_sector_action_id")
        ),
        sa.ForeignKeyConstraint(
            ["sector_id"], ["sector.id"], name=op.f("fk_action_sector_sector_id")
        ),
        sa.PrimaryKeyConstraint("action_id", "sector_id", name=op.f("pk_action_sector")),
    )
    op.create_index(
        op.f("ix_action_sector_sector_id"), "action_sector", ["sector_id"], unique=False
    )
    op.create_table(
        "action_topic",
        sa.Column("action_id", sa.Integer(), nullable=False),
        sa.Column("topic_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["action_id"], ["action.id"], name=op.f("fk_action_topic_action_id")
        ),
        sa.ForeignKeyConstraint(["topic_id"], ["topic.id"], name=op.f("fk_action_topic_topic_id")),
        sa.PrimaryKeyConstraint("action_id", "topic_id", name=op.f("pk_action_topic")),
    )
    op.create_index(op.f("ix_action_topic_topic_id"), "action_topic", ["topic_id"], unique=False)
    op.execute(SEARCH_INDEX[op.get_context().dialect.name])


def downgrade() -> None:
    """Take the revision back."""
    op.execute(WITHOUT_INDEX[op.get_context().dialect.name])
    op.drop_index(op.f("ix_action_topic_topic_id"), table_name="action_topic")
    op.drop_table("action_topic")
    op.drop_index(op.f("ix_action_sector_sector_id"), table_name="action_sector")
    op.drop_table("action_sector")
    op.drop_index(op.f("ix_action_instrument_instrument_id"), table_name="action_instrument")
    op.drop_table("action_instrument")
    op.drop_index(op.f("ix_action_area_area_id"), table_name="action_area")
    op.drop_table("action_area")
    op.drop_index(op.f("ix_outcome_sector_sector_id"), table_name="outcome_sector")
    op.drop_table("outcome_sector")
    op.drop_index(op.f("ix_outcome_instrument_instrument_id"), table_name="outcome_instrument")
    op.drop_table("outcome_instrument")
    op.drop_index(op.f("ix_outcome_indicator_indicator_id"), table_name="outcome_indicator")
    op.drop_table("outcome_indicator")
    op.drop_index(op.f("ix_outcome_area_area_id"), table_name="outcome_area")
    op.drop_table("outcome_area")
    op.drop_index(op.f("ix_indicator_sector_sector_id"), table_name="indicator_sector")
    op.drop_table("indicator_sector")
    op.drop_index(op.f("ix_indicator_instrument_instrument_id"), table_name="indicator_instrument")
    op.drop_table("indicator_instrument")
    op.drop_index(op.f("ix_baseline_indicator_id"), table_name="baseline")
    op.drop_table("baseline")
    op.drop_index(op.f("ix_action_source_id"), table_name="action")
    op.drop_table("action")
    op.drop_index(op.f("ix_priority_area_source_id"), table_name="priority_area")
    op.drop_table("priority_area")
    op.drop_index(op.f("ix_outcome_topic_id"), table_name="outcome")
    op.drop_index(op.f("ix_outcome_source_id"), table_name="outcome")
    op.drop_table("outcome")
