"""Whether shortened Markdown and HTML keep their form: blocks, headings, fences, links, tables, tags."""
import ast
import html.parser
import re

from harness.tree_checks import Broken, is_shortened, is_subsequence

try:
    import markdown_it
except ImportError:
    markdown_it = None

VOID = frozenset("area base br col embed hr img input link meta param source track wbr".split())
# Strings, characters and comments of most languages: brackets in them do not count.
QUOTED = re.compile(r'"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|`[^`]*`|/\*.*?\*/|//[^\n]*|(?:^|(?<=\s))#[^\n]*', re.S)
PAIRS = {")": "(", "]": "[", "}": "{"}


class Tags(html.parser.HTMLParser):
    """The tags of a page in order, and how many have no partner."""

    def __init__(self, text):
        super().__init__()
        self.events, self.n_unpaired, self._open = [], 0, []
        self.feed(text)
        self.close()
        self.n_unpaired += len(self._open)

    def handle_starttag(self, tag, attrs):
        self.events.append((tag, tuple(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.events.append((tag, tuple(attrs)))

    def handle_endtag(self, tag):
        self.events.append(("/" + tag, ()))
        if tag not in self._open:
            self.n_unpaired += 1
            return
        while self._open.pop() != tag:
            self.n_unpaired += 1


def check_html(text, out):
    whole, part = Tags(text), Tags(out)
    if not is_subsequence(part.events, whole.events):
        raise Broken("the tags are not a subsequence of the original's")
    if part.n_unpaired > whole.n_unpaired:
        raise Broken(f"{part.n_unpaired} tags without a partner, {whole.n_unpaired} in the original")


def is_balanced(code):
    stack = []
    for c in QUOTED.sub("", code):
        if c in "([{":
            stack.append(c)
        elif c in PAIRS and (not stack or stack.pop() != PAIRS[c]):
            return False
    return not stack


def parses_as_python(code):
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return False
    return True


class Page:
    """What the checks need of a Markdown text."""

    def __init__(self, text):
        tokens = markdown_it.MarkdownIt("commonmark").enable("table").parse(text)
        lines = text.split("\n")
        self.headings, self.fences, self.links, self.tables, self.blocks = [], [], [], [], []
        self.n_torn_links, self.n_open_fences = 0, 0
        path = []
        for token, after in zip(tokens, tokens[1:] + [None]):
            if token.type == "heading_open":
                self.headings.append((token.tag, after.content))
            elif token.type == "fence":
                self.fences.append((token.info.strip(), token.content))
                last = lines[token.map[1] - 1].strip(" \t\r>")
                self.n_open_fences += token.map[1] - token.map[0] < 2 or not last.startswith(token.markup)
            elif token.type == "tr_open":
                self.tables.append(0)
            elif token.type in ("th_open", "td_open"):
                self.tables[-1] += 1
            elif token.type == "inline":
                self._read_inline(token.children)
            # The kinds of the containers and of the leaf, as often as a leaf begins.
            if token.nesting == 1:
                path.append(token.type.removesuffix("_open"))
            if token.type == "inline" or (token.nesting == 0 and token.type != "inline"):
                leaf = [] if token.type == "inline" else [token.type]
                self.blocks.append("/".join(path + leaf))
            if token.nesting == -1:
                path.pop()

    def _read_inline(self, children):
        href, shown = None, ""
        for child in children:
            if child.type == "link_open":
                href, shown = child.attrGet("href"), ""
            elif child.type == "link_close":
                self.links.append((href, shown))
                href = None
            elif href is not None:
                shown += child.content
            elif child.type == "text":
                self.n_torn_links += child.content.count("](")


def check_markdown(text, out):
    whole, part = Page(text), Page(out)
    if not is_subsequence(part.headings, whole.headings):
        wrong = [heading for heading in part.headings if heading not in whole.headings]
        raise Broken(f"headings are not the original's: {wrong[:2] or 'their order'}")
    if part.n_open_fences > whole.n_open_fences:
        raise Broken("a fence is not closed")
    check_fences(whole.fences, part.fences)
    for href, shown in part.links:
        if not any(href == other and is_shortened(shown, original) for other, original in whole.links):
            raise Broken(f"link [{shown[:60]}]({href[:60]}) is not the original's")
    if part.n_torn_links > whole.n_torn_links:
        raise Broken("a link is torn")
    if not is_subsequence(part.tables, whole.tables):
        raise Broken("rows of tables have other widths")
    if not is_subsequence(part.blocks, whole.blocks):
        raise Broken(f"blocks are not a subsequence of the original's: {first_new_block(part.blocks, whole.blocks)}")


def check_fences(whole, part):
    """Each kept fence is one of the original's, whole or shortened to something that still hangs together."""
    rest = iter(whole)
    for info, content in part:
        for original_info, original in rest:
            if info == original_info and is_shortened(content, original):
                break
        else:
            raise Broken(f"a fence ({info!r}) that the original lacks: {content[:60]!r}")
        if content == original:
            continue
        if is_balanced(original) and not is_balanced(content):
            raise Broken(f"brackets of a {info!r} fence lost their balance: {content[:60]!r}")
        if info.split(" ")[0] in ("python", "py") and parses_as_python(original) and not parses_as_python(content):
            raise Broken(f"a Python fence no longer parses: {content[:60]!r}")


def first_new_block(part, whole):
    rest = iter(whole)
    for number, block in enumerate(part):
        if not any(block == other for other in rest):
            return f"block {number}, {block}"
    return None
