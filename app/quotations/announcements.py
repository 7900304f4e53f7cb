"""Commitments of the forums and actions of the press conferences, with what they are about."""

import re
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import Record, Statement
from app.db.models import Action, Commitment, Unit
from app.db.statements import fetch_uncached
from app.enums import Qualifier, SearchKind
from app.i18n import Bilingual, Language, choose_suffix, format_value
from app.quotations.numbers import normalize_text

COMMON = frozenset([
    "china", "chinese", "countries", "country", "will", "and", "the", "for", "with", "its", "from",
    "into", "more", "than", "that", "this", "these", "over", "next", "year", "years", "coming",
    "trillion", "billion", "million", "yuan", "dollars", "about", "between", "their", "carry",
    "belt", "road", "cooperation", "develop", "development", "projects", "partner", "world", "also",
    "hold", "another", "provide", "trade", "goods", "number", "total", "expected", "exceed",
    "reach", "through", "under", "would", "other", "which", "have", "been",
])  # fmt: skip
COMMON_CHINESE = frozenset([
    "中国", "国家", "我国", "中方", "共建", "一带", "带一", "一路", "未来", "将在", "发展", "合作",
    "开展", "推动", "亿元", "万亿", "美元", "人民", "民币", "项目", "提供", "国提", "国将", "与共",
    "贸易", "进出", "出口",
])  # fmt: skip
MIN_WORD_LENGTH = 4


@dataclass(frozen=True, slots=True)
class Announcement:
    """A commitment or action, with its target and its deadline if it has them."""

    kind: SearchKind
    code: str
    text: Bilingual
    words: frozenset[str]
    """What it is about: stems of English words, and pairs of Chinese characters."""
    target: Decimal | None = None
    unit: str | None = None
    display: Bilingual | None = None
    deadline: Bilingual | None = None
    deadline_year: int | None = None

    def measure_overlap(self, words: frozenset[str]) -> tuple[int, float]:
        """Return how many of its words a sentence has, and their share of those in its language."""
        shared = self.words & words
        is_chinese = any(not word.isascii() for word in words) and any(
            not word.isascii() for word in shared
        )
        own = [word for word in self.words if word.isascii() != is_chinese]
        same = [word for word in shared if word.isascii() != is_chinese]
        return len(same), len(same) / max(len(own), 1)


def list_words(text: str) -> frozenset[str]:
    """Return the stems of the English words of a text, and its pairs of Chinese characters."""
    normal = normalize_text(text)
    english = (
        shorten_word(word) for word in re.findall(r"[a-z]+", normal) if len(word) >= MIN_WORD_LENGTH
    )
    chinese = {
        run[position : position + 2]
        for run in re.findall(r"[\u4e00-\u9fff]+", normal)
        for position in range(len(run) - 1)
    }
    years = re.findall(r"20\d\d", normal)
    return frozenset({*english} - COMMON | chinese - COMMON_CHINESE | {*years})


def shorten_word(word: str) -> str:
    """Return a word without the ending of a plural or a verb."""
    if word in COMMON:
        return word
    for ending, rest in (("ies", "y"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""), ("e", "")):
        if word.endswith(ending) and len(word) - len(ending) >= MIN_WORD_LENGTH - 1:
            return word.removesuffix(ending) + rest
    return word


def read_announcements(connection: Connection) -> list[Announcement]:
    columns = {
        **{name: col(getattr(Commitment, name)) for name in ("code", "text_en", "text_zh")},
        **{name: col(getattr(Commitment, name)) for name in ("name_en", "name_zh")},
        **{name: col(getattr(Commitment, f"target_{name}")) for name in ("value", "multiplier")},
        **{name: col(getattr(Commitment, f"target_{name}")) for name in ("decimals", "qualifier")},
        "classifier": col(Commitment.target_classifier),
        "deadline_en": col(Commitment.deadline_text_en),
        "deadline_zh": col(Commitment.deadline_text_zh),
        "deadline_year": col(Commitment.deadline_year),
        "unit": col(Unit.code),
        "suffix_en": col(Unit.suffix_en),
        "suffix_zh": col(Unit.suffix_zh),
    }
    commitments: Statement = (
        select(*(column.label(name) for name, column in columns.items()))
        .select_from(Commitment)
        .outerjoin(Unit, col(Unit.id) == Commitment.target_unit_id)
        .order_by(col(Commitment.code))
    )
    actions: Statement = select(
        col(Action.code), col(Action.text_en), col(Action.text_zh)
    ).order_by(col(Action.code))
    return [
        *map(create_commitment, fetch_uncached(connection, commitments)),
        *map(create_action, fetch_uncached(connection, actions)),
    ]


def create_commitment(row: Record) -> Announcement:
    text = Bilingual(row["text_en"], row["text_zh"])
    names = Bilingual(row["name_en"], row["name_zh"])
    display = None
    if row["value"] is not None:
        numbers = row["value"], row["multiplier"], row["decimals"], Qualifier(row["qualifier"])
        suffixes = {
            one: choose_suffix(row[f"suffix_{one}"], row["classifier"], one) for one in Language
        }
        display = Bilingual(*(format_value(*numbers, suffixes[one], one) for one in Language))
    has_deadline = row["deadline_en"] is not None
    return Announcement(
        SearchKind.COMMITMENT,
        row["code"],
        text,
        list_words(f"{text.en}\n{text.zh}\n{names.en}\n{names.zh}"),
        row["value"],
        row["unit"],
        display,
        Bilingual(row["deadline_en"], row["deadline_zh"]) if has_deadline else None,
        row["deadline_year"],
    )


def create_action(row: Record) -> Announcement:
    text = Bilingual(row["text_en"], row["text_zh"])
    return Announcement(SearchKind.ACTION, row["code"], text, list_words(f"{text.en}\n{text.zh}"))
