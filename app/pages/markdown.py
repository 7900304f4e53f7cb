"""Markdown and code rendered as HTML without inline styles, which the content policy forbids.

Import it late: its libraries take a tenth of a second, and a service that answers JSON needs none.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import pairwise
from threading import Lock
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import find_lexer_class_for_filename, get_lexer_by_name
from pygments.lexers.special import TextLexer

from app.i18n import Bilingual, Language
from app.pages.content import PAGE_NAMES

COPY = Bilingual("Copy", "复制")
WORDS = 8  # Of a text that is copied, in the name of the button.
PAGE_LINK = re.compile(rf"({'|'.join(PAGE_NAMES)})\.md(#.*)?")
API_PREFIX = "v1/"
"""The start of links to the API in the OpenAPI document, which are relative to it."""
REPOSITORY_LINE = re.compile(r"^(!\[.*\]\(.*\)|<!-- .* -->)\n", re.MULTILINE)
"""Images, which are files of the repository, and marks around the tables that benchmarks write."""
PLAIN_TOKEN = re.compile(r'<span class="(?:p|w)">([^<]*)</span>')
"""Punctuation and spaces, which have no colour of their own."""
PARSER = MarkdownIt("commonmark").enable("table")
PARSING = Lock()
"""Held while a page is parsed: the tables of the parser are filled by the first page, and a second
one would find them half filled."""
create_html_token = partial(Token, "html_block", "", 0)


class Heading(NamedTuple):
    anchor: str
    text: str
    level: int


class RenderedPage(NamedTuple):
    title: str
    lead: Markup
    """The first paragraph."""
    body: Markup
    headings: list[Heading]
    """The headings of the body."""


def render_guide_page(text: str, language: Language, root: str) -> RenderedPage:
    """Render a page that consists of a title, a paragraph and the rest; links start with root."""
    with PARSING:
        tokens = PARSER.parse(REPOSITORY_LINE.sub("", text))
    headings = list(add_anchors(tokens))
    for token in tokens:
        rewrite_links(token.children or [], language, root)
    lead, body = (
        Markup(PARSER.renderer.render(part, PARSER.options, {}))  # noqa: S704 - Our own files.
        for part in (tokens[4:5], [*adapt_tokens(tokens[6:], language)])
    )
    return RenderedPage(headings[0].text, lead, body, headings[1:])


def add_anchors(tokens: Iterable[Token]) -> Iterator[Heading]:
    """Add the anchors that GitHub adds to headings, so that the same links work in both."""
    anchors: list[str] = []
    for opening, inline in pairwise(tokens):
        if opening.type == "heading_open":
            anchor = re.sub(r"[^\w\- ]", "", inline.content.lower()).replace(" ", "-")
            anchors.append(anchor)
            if anchors.count(anchor) > 1:
                anchor = f"{anchor}-{anchors.count(anchor) - 1}"
            opening.attrSet("id", anchor)
            yield Heading(anchor, inline.content, int(opening.tag[1:]))


def rewrite_links(children: Sequence[Token], language: Language, root: str) -> None:
    """Point links between pages of the guide at their addresses here.

    A link to another file of the repository becomes plain text, since the service has no such file.
    """
    is_hidden = False
    for child in children:
        if child.type == "link_open":
            href = str(child.attrs["href"])
            page = PAGE_LINK.fullmatch(href)
            is_hidden = not page and not href.startswith(("https://", "#"))
            if href.startswith(API_PREFIX):
                is_hidden = False
                child.attrSet("href", f"{root}/{href}")
            if page:
                child.attrSet("href", f"{root}/guide/{page[1]}?lang={language}{page[2] or ''}")
        if child.type in {"link_open", "link_close"}:
            child.hidden = is_hidden


def adapt_tokens(tokens: Sequence[Token], language: Language) -> Iterator[Token]:
    """Highlight code, let wide tables scroll, name them by headings, and align numbers."""
    anchor: str | int | float | None = None
    for token in tokens:
        anchor = token.attrGet("id") or anchor
        if token.type == "fence":
            html = render_code(token.content, get_lexer_by_name(token.info or "text"))
            # Commands are there to be copied, responses to be read.
            button = "" if token.info == "json" else render_copy_button(token.content, language)
            yield create_html_token(content=f"{html}{button}\n")
        elif token.type == "table_open":
            token.attrSet("aria-labelledby", str(anchor))
            scroll = f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{anchor}">'
            yield create_html_token(content=scroll)
            yield token
        elif token.type == "table_close":
            yield token
            yield create_html_token(content="</div>\n")
        else:
            if token.attrs.pop("style", None):
                token.attrSet("class", "number")
            yield token


def render_code(text: str, lexer: Lexer) -> Markup:
    code = PLAIN_TOKEN.sub(r"\1", highlight(text, lexer, HtmlFormatter(nowrap=True))).rstrip()
    return Markup(f'<pre tabindex="0"><code class="highlight">{code}</code></pre>')  # noqa: S704 - Pygments escapes the code.


def render_copy_button(text: str, language: Language, subject: str = "") -> Markup:
    about = language.colon + (subject or " ".join(text.split()[:WORDS]))
    copy = Markup('<copy-text data-text="{}" data-label="{}" data-about="{}"></copy-text>')
    return copy.format(text.rstrip(), COPY.get(language), about)


def render_sample(sample: Mapping[str, str], language: Language) -> Markup:
    """Render code in a programming language that Pygments knows by its name."""
    code = render_code(sample["source"], get_lexer_by_name(sample["lang"].lower()))
    return code + render_copy_button(sample["source"], language, sample["label"])


def render_json(text: str) -> Markup:
    return render_code(text, get_lexer_by_name("json"))


def render_file(text: str, name: str, language: Language) -> Markup:
    lexer = find_lexer_class_for_filename(name) or TextLexer
    return render_code(text, lexer()) + render_copy_button(text, language, name)
