"""Commitments of the forums and actions of the press conferences, with what they are about."""

import re
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, select
from sqlmodel import col

from app.db.columns import Record, Statement, select_fields
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
    commitments: Statement = (
        select(
            *select_fields(Commitment, "code", "text_en", "text_zh", "name_en", "name_zh"),
            *select_fields(Commitment, "target_value", "target_multiplier", "target_decimals"),
            *select_fields(Commitment, "target_qualifier", "target_classifier", "deadline_year"),
            *select_fields(Commitment, "deadline_text_en", "deadline_text_zh"),
            *select_fields(Unit, "suffix_en", "suffix_zh"),
            col(Unit.code).label("unit"),
        )
        .select_from(Commitment)
        .outerjoin(Unit, col(Unit.id) == Commitment.target_unit_id)
        .order_by(col(Commitment.code))
    )
    actions: Statement = select(*select_fields(Action, "code", "text_en", "text_zh")).order_by(
        col(Action.code)
    )
    return [
        *map(create_commitment, fetch_uncached(connection, commitments)),
        *map(create_action, fetch_uncached(connection, actions)),
    ]


def create_commitment(row: Record) -> Announcement:
    text = Bilingual(row["text_en"], row["text_zh"])
    names = Bilingual(row["name_en"], row["name_zh"])
    has_target = row["target_value"] is not None
    display = (
        write_number(row, Qualifier(row["target_qualifier"]), "target_") if has_target else None
    )
    has_deadline = row["deadline_text_en"] is not None
    return Announcement(
        SearchKind.COMMITMENT,
        row["code"],
        text,
        list_words(f"{text.en}\n{text.zh}\n{names.en}\n{names.zh}"),
        row["target_value"],
        row["unit"],
        display,
        Bilingual(row["deadline_text_en"], row["deadline_text_zh"]) if has_deadline else None,
        row["deadline_year"],
    )


def create_action(row: Record) -> Announcement:
    text = Bilingual(row["text_en"], row["text_zh"])
    return Announcement(SearchKind.ACTION, row["code"], text, list_words(f"{text.en}\n{text.zh}"))


def write_number(row: Record, qualifier: Qualifier, prefix: str = "") -> Bilingual:
    """Write the number of a row with a qualifier, in both languages."""
    number = [row[f"{prefix}{name}"] for name in ("value", "multiplier", "decimals")]
    suffixes = (
        choose_suffix(row[f"suffix_{one}"], row[f"{prefix}classifier"], one) for one in Language
    )
    texts = zip(suffixes, Language, strict=True)
    return Bilingual(*(format_value(*number, qualifier, suffix, one) for suffix, one in texts))
