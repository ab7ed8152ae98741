"""Rich text: what is kept, and that Markdown and HTML undo each other."""

import tomllib
from pathlib import Path

import pytest

from casestudies.rich_text import clean, from_markdown, to_markdown, to_plain

DEMO = sorted((Path(__file__).parents[2] / "casestudies" / "demo" / "data").glob("*.toml"))


def test_only_what_print_and_harvest_carry_is_kept():
    hostile = (
        '<p onclick="x()" style="color:red">甲</p><script>偷</script><img src=x onerror=x>'
        '<a href="javascript:x">乙</a><a href="/desk/">丙</a><a href="https://example.org">丁</a><h1>戊</h1><b>己</b>\x00'
    )

    assert clean(hostile) == (
        '<p>甲</p><a>乙</a><a>丙</a><a href="https://example.org">丁</a><h3>戊</h3><strong>己</strong>'
    )


@pytest.mark.parametrize(
    "html",
    [
        "<p>一行<br>\n下一行</p>",
        "<p>前<strong>“重点”</strong>后，<strong>目标：</strong>帮助</p>",
        "<p>2*3*4 [甲](乙) &lt;b&gt; &amp;amp; # - 1.</p>",
        "<p># 不是标题</p>\n<p>1. 不是列表</p>\n<p>- 也不是</p>\n<p>&gt; 不是引文</p>",
        '<ol start="3">\n<li>甲\n<ul>\n<li>乙</li>\n</ul>\n</li>\n<li>丙</li>\n</ol>',
        "<ul>\n<li>\n<p>甲</p>\n<p>乙</p>\n</li>\n<li>\n<p>丙</p>\n</li>\n</ul>",
        "<blockquote>\n<p>甲</p>\n<ul>\n<li>乙</li>\n</ul>\n</blockquote>",
        "<h3>甲</h3>\n<h4>乙</h4>",
        '<p><a href="https://example.org/?a=1&amp;b=2">链接</a>，<em>斜</em></p>',
        "<table>\n<thead>\n<tr>\n<th>甲</th>\n<th>乙</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>一|二<br>三</td>\n<td></td>\n</tr>\n</tbody>\n</table>",
    ],
)
def test_markdown_and_back_is_the_same_text(html):
    assert from_markdown(to_markdown(html)) == html


@pytest.mark.parametrize("file", DEMO, ids=lambda file: file.stem)
def test_a_long_section_survives_being_edited(file):
    for text in tomllib.loads(file.read_text(encoding="utf-8"))["sections"].values():
        html = from_markdown(text)
        assert from_markdown(to_markdown(html)) == html


def test_bold_in_chinese_needs_no_spaces():
    assert from_markdown("**目标：**帮助**“他们”**安顿") == (
        "<p><strong>目标：</strong>帮助<strong>“他们”</strong>安顿</p>"
    )


def test_html_typed_into_markdown_is_words():
    assert from_markdown("<script>x</script> <小明>") == "<p>&lt;script&gt;x&lt;/script&gt; &lt;小明&gt;</p>"


def test_an_indent_or_a_row_of_dashes_loses_nothing():
    assert to_plain(from_markdown("    缩进的一段\n\n第二段\n---\n第三段\n\n______")) == (
        "缩进的一段\n第二段\n---\n第三段\n______"
    )


def test_what_people_wrote_between_angle_brackets_is_kept_in_the_plain_words():
    html = clean(
        '<h3>一</h3><p>1 < 2 &lt;小明&gt; <a href="https://example.org/?a=>">看</a></p><table><tr><td>甲<td>乙</table>'
    )
    assert to_plain(html) == "一\n1 < 2 <小明> 看\n甲\t乙"
