"""The measured tables in the guide, in both languages."""

import re

from tests.support.seeds import ROOT

GUIDE = ROOT / "app" / "guide"
MISSED = "missed"
CHINESE = {
    "comparison": "对比",
    "minimum": "最小值",
    "median": "中位数",
    "maximum": "最大值",
    "target": "目标",
    "cached response / bare ASGI app, same headers": "缓存响应 / 纯ASGI应用（响应头相同）",
    "cached response / bare ASGI app, 2 headers": "缓存响应 / 纯ASGI应用（2个响应头）",
    "cached response / nginx with Debian's settings": ("缓存响应 / nginx（Debian默认配置）"),
    "cached response / nginx, tuned": "缓存响应 / nginx（优化配置）",
    "cached response / FastAPI with SQLModel": "缓存响应 / FastAPI加SQLModel",
    "304 / cached response": "304 / 缓存响应",
    "uncached record / FastAPI with SQLModel": "未缓存单条记录 / FastAPI加SQLModel",
    "uncached record / roapi": "未缓存单条记录 / roapi",
    "uncached list / FastAPI with SQLModel": "未缓存列表 / FastAPI加SQLModel",
    "uncached list / roapi": "未缓存列表 / roapi",
    "uncached list / Datasette": "未缓存列表 / Datasette",
    "p99 with all cores busy / bare ASGI app": "全部核心繁忙时的p99 / 纯ASGI应用",
    "start to first response, seconds": "启动至首次响应（秒）",
    "memory of a worker when ready, MB": "单个工作进程就绪时内存（MB）",
    "step": "方案",
    "cached": "缓存响应",
    "uncached record": "未缓存单条记录",
    "uncached list": "未缓存列表",
    "one worker, file": "1个工作进程，文件",
    "two workers, file": "2个工作进程，文件",
    "one worker, PostgreSQL": "1个工作进程，PostgreSQL",
    "two workers, PostgreSQL": "2个工作进程，PostgreSQL",
    "nginx in front of one worker": "nginx置于1个工作进程之前",
}
"""The words of the tables in Chinese."""


def translate(line: str) -> str:
    """Return a row of a table with its words in Chinese.

    Raises:
        KeyError: if a word has no translation.
    """
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    is_number = re.compile(rf"[≥≤–:\-\d.,\s]+({MISSED})?").fullmatch
    translated = [cell if is_number(cell) else CHINESE[cell] for cell in cells]
    return f"| {' | '.join(translated)} |".replace(f", {MISSED}", "（未达到）")


def write_measured(name: str, marker: str, english: str, chinese: str) -> None:
    """Replace what was measured on a page, between its marker and the end of it."""
    for language, text in (("en", english), ("zh", chinese)):
        page = GUIDE / language / name
        start, end = f"<!-- {marker} -->\n", f"<!-- /{marker} -->"
        before, rest = page.read_text("utf-8").split(start)
        page.write_text(f"{before}{start}{text}{end}{rest.split(end)[1]}", "utf-8")
