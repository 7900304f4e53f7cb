"""Check names in app/, tests/ and .ci/, and sizes in app/: python .ci/check_code.py.

Texts have the same placeholders in both languages.
Names: no module, class or public function uses a banned word, and every public function starts with
a verb. The names of tests are sentences, in which any word may stand; those of fixtures are nouns.
Sizes: the limits below, which keep the code readable. Prints every violation, and exits with 1 if
there is any.
"""

import ast
import gc
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path
from statistics import median

BANNED = frozenset(
    """
    ailment ailments anew answers apart aside asked books cards choices complain fault faults
    figure figures foot give given guarding held hyperlinks judge kept laid listed look lookout
    made mistake mistakes mood narrow narrowed observing patience patient place places refusal
    refusals rest rivals say seen signs silence single spelled spoken strange tell things told
    wanted way ways weigh work written
    """.split()
)
VERBS = frozenset(
    """
    abort accept acquire adapt add adopt advance alias allow announce answer append apply assign
    attach balance bind blank block build bump cache call cancel canonicalize cast change check
    choose cite classify clean clear close collect colour combine compare compile complete compress
    compute configure connect convert copy count create damage date debug declare decode decompress
    define delete derive describe detect disable dispatch dispose download drain draw drop dump
    duplicate edit embed encode end ensure escape evaluate evict exceed exceeds exchange exclude
    execute exit expand expire explain export extend extract fail fetch fill filter finalize find
    finish fit fix flatten flood flush fold forbid forget format forward freeze generate get group
    guess handle hash highlight identify ignore import include indent infer inject insert inspect
    install invalidate iterate join keep kill label layout limit link list load localize lock log
    look-up make map mark mask match matches measure merge migrate mount move name negotiate nest
    normalize note number observe omit open order overwrite pack pad paint parse pass pause pick
    plan poll post prepare print process profile prune publish purge put query queue quote raise
    rank read reap rebuild receive record redirect reduce refer refresh refuse register reject
    release reload relocate remove rename render reopen replace replay report request require reset
    resolve respond restart restore resume retry return revalidate reverse rewrite rotate round run
    save scale scan score search segment select send serialize serve set share shift shorten show
    shut sign skip sleep sort specify split start stop store stream strip suggest summarize
    supersede suspend swap sync take time to track transform translate traverse trim truncate try
    unlock unpack unwrap update upload use validate vary verify visit wait walk warn watch wrap
    write
    """.split()
)
QUESTIONS = frozenset("is has can must may should".split())
CONVERSIONS = frozenset("from to by".split())
ENTRIES = frozenset("app diff doctor lifespan main mcp openapi".split())
"""Commands, which are named as they are typed, and entry points, whose names are customary."""
INHERITED = frozenset(
    """
    connection_lost connection_made data_received eof_received init_processes natural_key
    on_headers_complete on_message_begin on_message_complete pause_writing result_processor
    resume_writing self_group invoke target when writable
    """.split()
)
"""Methods whose names are given by a class of another package."""
LIMITS = {"modules": 205, "lines": 47_595, "lines of a file": 400, "lines of a function": 50}
MEDIAN_FUNCTION = 8
MAX_ANY, MAX_NOQA = 120, 60

Function = ast.FunctionDef | ast.AsyncFunctionDef


def split_name(name: str) -> list[str]:
    """Split snake_case and CamelCase into lower-case words."""
    return [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)]


def is_property(function: Function) -> bool:
    """Return whether a function is read like a value: a property, or a fixture of tests."""
    decorators = [ast.unparse(decorator) for decorator in function.decorator_list]
    return any(word in one for word in ("property", "fixture") for one in decorators)


def list_definitions(tree: ast.Module) -> Iterator[ast.ClassDef | Function]:
    """List classes and functions of modules and classes, not those inside functions."""
    scopes: list[ast.Module | ast.ClassDef] = [tree]
    for scope in scopes:
        for node in scope.body:
            if isinstance(node, ast.ClassDef):
                scopes.append(node)
            if isinstance(node, ast.ClassDef | Function):
                yield node


def check_words(path: Path, tree: ast.Module) -> Iterator[str]:
    """Find banned words in the names of modules, classes, functions and fixtures."""
    names = [(f"{path}", path.stem)]
    names += [(f"{path}:{node.lineno}", node.name) for node in list_definitions(tree)]
    for where, name in names:
        if not name.startswith(("_", "test_")) and name not in INHERITED:
            for word in BANNED.intersection(split_name(name)):
                yield f"{where}: {name} has the banned word {word}"


def check_verbs(path: Path, tree: ast.Module) -> Iterator[str]:
    """Find public functions without a verb, except tests and the hooks of pytest."""
    for node in list_definitions(tree):
        if isinstance(node, ast.ClassDef) or is_property(node):
            continue
        if node.name.startswith(("_", "test_", "pytest_")):
            continue
        is_customary = node.name in INHERITED | ENTRIES
        if not is_customary and split_name(node.name)[0] not in VERBS | QUESTIONS | CONVERSIONS:
            yield f"{path}:{node.lineno}: {node.name} does not start with a verb"


def check_sizes(sources: dict[Path, str], trees: dict[Path, ast.Module]) -> Iterator[str]:
    """Find what is larger than the limits."""
    lines = {path: source.count("\n") for path, source in sources.items()}
    functions = [
        (path, node, (node.end_lineno or node.lineno) - node.lineno + 1)
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
    ]
    if len(sources) > LIMITS["modules"]:
        yield f"{len(sources)} modules, more than {LIMITS['modules']}"
    if sum(lines.values()) > LIMITS["lines"]:
        yield f"{sum(lines.values())} lines, more than {LIMITS['lines']}"
    for path, count in lines.items():
        if count > LIMITS["lines of a file"]:
            yield f"{path}: {count} lines, more than {LIMITS['lines of a file']}"
    for path, node, count in functions:
        if count > LIMITS["lines of a function"]:
            yield f"{path}:{node.lineno}: {node.name} has {count} lines"
    middle = median(count for *_, count in functions)
    if middle > MEDIAN_FUNCTION:
        yield f"half of the functions have more than {MEDIAN_FUNCTION} lines"


def count_tokens(source: str) -> tuple[int, int]:
    """Count uses of Any outside imports, and noqa comments."""
    uses = noqa = 0
    is_import = False
    for token in tokenize.generate_tokens(iter(source.splitlines(keepends=True)).__next__):
        if token.type == tokenize.NAME and token.string in {"from", "import"}:
            is_import = True
        elif token.type == tokenize.NEWLINE:
            is_import = False
        elif token.type == tokenize.NAME and token.string == "Any" and not is_import:
            uses += 1
        elif token.type == tokenize.COMMENT and "noqa" in token.string:
            noqa += 1
    return uses, noqa


def check_reasons(path: Path, source: str) -> Iterator[str]:
    """Find rules that are switched off without a reason."""
    for number, line in enumerate(source.splitlines(), 1):
        if re.search(r"# noqa: [A-Z0-9, ]+$", line):
            yield f"{path}:{number}: noqa without a reason"


def check_placeholders(path: Path, tree: ast.Module) -> Iterator[str]:
    """Find texts whose languages have different placeholders, which would fail in one of them."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "Bilingual":
            texts = [one.value for one in node.args if isinstance(one, ast.Constant)]
            names = [set(re.findall(r"{(\w*)", str(text))) for text in texts]
            if names and any(one != names[0] for one in names):
                yield f"{path}:{node.lineno}: the languages have different placeholders"


def main() -> int:
    sources = {path: path.read_text() for path in sorted(Path("app").rglob("*.py"))}
    sources = {path: text for path, text in sources.items() if "recipe_files" not in path.parts}
    trees = {path: ast.parse(text) for path, text in sources.items()}
    patterns = ("tests/**/*.py", ".ci/*.py", ".ci/clients/*.py")
    others = [path for pattern in patterns for path in sorted(Path().glob(pattern))]
    named = trees | {path: ast.parse(path.read_text()) for path in others}
    found = [line for path, tree in named.items() for line in check_words(path, tree)]
    found += [line for path, tree in named.items() for line in check_verbs(path, tree)]
    found += [line for path, tree in trees.items() for line in check_placeholders(path, tree)]
    found += [line for path, text in sources.items() for line in check_reasons(path, text)]
    found += check_sizes(sources, trees)
    uses, noqa = map(sum, zip(*map(count_tokens, sources.values()), strict=True))
    if uses > MAX_ANY:
        found.append(f"Any is used {uses} times, more than {MAX_ANY}")
    if noqa > MAX_NOQA:
        found.append(f"noqa is used {noqa} times, more than {MAX_NOQA}")
    print(*found, f"{len(sources)} modules, {len(found)} violations", sep="\n")
    return bool(found)


if __name__ == "__main__":
    # All syntax trees are needed until the end: collecting garbage would take half of the time.
    gc.disable()
    sys.exit(main())
