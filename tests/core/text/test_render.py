from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from internationale.errors import Invalid
from internationale.text import compare, render

from .strategies import markdown


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("# A *b*", "<h2>A <em>b</em></h2>\n"),
        ("## A\n\n#### B\n\n## C", "<h2>A</h2>\n<h3>B</h3>\n<h2>C</h2>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
        ("![map](http://e.org/m.png)", '<p><a href="http://e.org/m.png" rel="noopener noreferrer nofollow">map</a></p>\n'),
        ("3. x", '<ol start="3">\n<li>x</li>\n</ol>\n'),
        ("~~gone~~", "<p><s>gone</s></p>\n"),
    ],
)
def test_markdown_becomes_safe_html(source, html):
    assert render.html(source) == html


REVERSING = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]


@pytest.mark.parametrize("code", REVERSING)
def test_a_direction_control_is_shown_however_it_is_written(code):
    """What a text says is what a reader sees: an obeyed one turns the words after it around."""
    spelt = [f"&#{code};", f"&#00{code};", f"&#x{code:x};", f"&#X00{code:X};", chr(code)]
    for written in spelt:
        shown = f"&amp;#x{code:X};"
        assert render.html(f"a {written}b") == f"<p>a {shown}b</p>\n"
        assert render.block(f"`a {chr(code)}b`") == f"<p><code>a {shown}b</code></p>\n"
        whole = render.html(
            f'# {written}\n\n[x](http://e.org/{written} "t{written}") ![i{written}](http://e.org/{written})\n\n    {written}\n'
        )
        assert not any(chr(each) in whole for each in REVERSING)


HOSTILE = st.sampled_from(
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![map](http://e.org/m.png)",
        "<iframe src='//e.org'>",
        '<p style="color:red" onclick="go()">',
        "[x](javascript:alert(1))",
        "[x](data:text/html,x)",
        "<javascript:alert(1)>",
        "<svg onload=go()>",
        "[y][y]\n\n[y]: vbscript:go()",
    ]
)


class Tags(HTMLParser):
    """What a browser would see: names of tags, and attributes."""

    def __init__(self, shown):
        super().__init__()
        self.names, self.attributes = set(), set()
        self.feed(shown)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.attributes.update(attrs)


@given(st.lists(markdown | HOSTILE, max_size=5))
def test_nothing_loads_or_runs(texts):
    seen = Tags(render.html("\n\n".join(texts)))
    assert not seen.names & {"script", "img", "iframe", "style", "svg", "object", "embed", "link", "form"}
    assert {name for name, _value in seen.attributes} <= {"href", "rel", "title", "start"}
    links = [value for name, value in seen.attributes if name == "href"]
    assert not [link for link in links if link.lower().startswith(("javascript:", "data:", "vbscript:"))]


def test_a_block_finds_its_text_s_link_definitions():
    assert 'href="http://e.org"' in render.block("see [there][b]", "[b]: http://e.org")


def test_a_link_that_is_defined_once_and_used_often_does_not_blow_up_the_page():
    source = "[a]: /" + "b" * 8_000 + "\n\n" + "[a]" * 8_000
    assert len(render.html(source)) < 100 * len(source)
    assert render.block("[a]" * 3, "[a]: /" + "b" * 8_000) == "<p>[a][a][a]</p>\n"
    assert render.block("[a] [b]", "[a]: /x\n[b]: /y").count("href") == 2


def test_a_definition_that_many_blocks_use_does_not_blow_up_the_page():
    """Each may borrow a little, and all together no more than one text of their length."""
    references, sources = "[a]: /" + "b" * 3_900, ["[a]"] * 5_000
    length = sum(map(len, [references, *sources]))
    allowance = render.Allowance(length)
    shown = [render.block(source, references, allowance=allowance) for source in sources]
    assert shown[0].count("href") == 1
    assert shown[-1] == "<p>[a]</p>\n"
    assert sum(map(len, shown)) < 30 * length
    allowance, own = render.Allowance(10_000), "> [a] [a] [a]\n>\n> [a]: /" + "b" * 1_000
    shown = [render.block(own, allowance=allowance) for _each in range(1_000)]
    assert (shown[0].count("href"), shown[-1].count("href")) == (3, 0)
    assert sum(map(len, shown)) < 2_000_000


def test_links_that_people_write_are_found_on_every_block():
    references = "\n".join(f"[r{number}]: https://example.org/{'path/' * 12}{number}" for number in range(2_000))
    sources = [f"As we said in the resolution of that year [r{number}], and say again." for number in range(2_000)]
    allowance = render.Allowance(sum(map(len, [references, *sources])))
    assert all("href" in render.block(source, references, allowance=allowance) for source in sources)


@pytest.mark.timeout(30)
def test_many_blocks_with_many_link_definitions_take_no_long_time():
    references = "\n".join(f"[r{number}]: /u" for number in range(2_000))
    shown = [render.block(f"[r{number}]", references) for number in range(2_000)]
    assert all("href" in block for block in shown)


def test_a_comparison_shows_the_source():
    assert render.pieces(compare.words("a <b> c", "a <b> d")) == "a &lt;b&gt; <del>c</del><ins>d</ins>"


def test_too_long_a_text_is_refused():
    with pytest.raises(Invalid):
        render.html("x" * 2_000_001)
