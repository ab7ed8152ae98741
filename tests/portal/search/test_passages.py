"""The passage that answers."""

import pytest

from portal.bilingual import Text
from portal.search.passages import LENGTH, passage
from portal.search.query import understand


def chinese(*texts):
    return tuple(Text(text, "zh-hans") for text in texts)


@pytest.mark.parametrize(
    ("text", "question", "expected"),
    [
        ("锦鲤池很大。", "锦鲤池", "<mark>锦鲤池</mark>很大。"),
        ("工友讨薪成功", "农民工讨薪", "工友<mark>讨薪</mark>成功"),
        ("农民工讨薪成功", "农民工讨薪", "<mark>农民工</mark><mark>讨薪</mark>成功"),
        ("進城務工人員", "农民工", "<mark>進城務工人員</mark>"),
        ("For Migrant Workers here", "农民工", "For <mark>Migrant Workers</mark> here"),
        ("……農民工，2㎡", "农民工", "……<mark>農民工</mark>，2㎡"),
        ("Happy in koinonia", "koi happy", "<mark>Happy</mark> in koinonia"),
        ("人人人", "人人", "<mark>人人人</mark>"),
        ("一个工会", "工", "一个<mark>工</mark>会"),
        ("什么也没有", "锦鲤", "什么也没有"),
    ],
)
def test_what_was_asked_is_marked(text, question, expected):
    assert str(passage(chinese(text), understand(question))) == expected


def test_the_passage_is_safe_html():
    found = passage(chinese("<script>锦鲤</script> & \"'"), understand("锦鲤"))
    assert found.html == "&lt;script&gt;<mark>锦鲤</mark>&lt;/script&gt; &amp; &quot;&#x27;"


def test_the_stretch_with_the_most_words_is_shown_from_the_start_of_its_sentence():
    text = "锦鲤。" + "空" * 300 + "。这里有锦鲤和乌龟。" + "空" * 300
    found = str(passage(chinese(text), understand("锦鲤 乌龟")))
    assert found.startswith("…这里有<mark>锦鲤</mark>和<mark>乌龟</mark>。")
    assert found.endswith("空…")
    assert len(found) < LENGTH + 50


def test_the_passage_comes_from_the_part_that_answers_and_knows_its_language():
    texts = (Text("空话。", "zh-hans"), Text("Koi in a pond.", "en"))
    found = passage(texts, understand("koi"))
    assert (str(found), found.language) == ("<mark>Koi</mark> in a pond.", "en")


def test_a_record_without_text_has_no_passage():
    assert not passage((), understand("锦鲤"))
