"""Parts of a page that are the same for everybody: `{% for_a_minute %}`."""

from django.template import Context, Template
from django.utils.translation import override

from portal.templatetags import for_a_minute


def once_and_again(template, *contexts):
    return [template.render(Context(context)) for context in contexts]


def test_a_part_is_made_once_for_everything_that_it_names():
    part = Template("{% for_a_minute of %}{{ of }} {{ said }}{% endfor_a_minute %}")

    said = once_and_again(
        part, {"of": 1, "said": "a"}, {"of": 1, "said": "b"}, {"of": 2, "said": "c"}, {"said": "d"}
    )

    assert said == ["1 a", "1 a", "2 c", " d"]


def test_each_language_has_its_own():
    part = Template('{% for_a_minute %}{% translate "Search" %}{% endfor_a_minute %}')
    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with override(language):
            said += once_and_again(part, {})

    assert said == ["搜索", "Search", "搜索"]


def test_two_parts_of_one_page_are_two():
    both = Template("{% for_a_minute %}a{% endfor_a_minute %}{% for_a_minute %}b{% endfor_a_minute %}")

    assert both.render(Context()) == "ab"


def test_after_a_minute_it_is_made_anew(monkeypatch):
    part = Template("{% for_a_minute %}{{ said }}{% endfor_a_minute %}")
    now = 1000.0
    monkeypatch.setattr(for_a_minute.time, "monotonic", lambda: now)
    first = once_and_again(part, {"said": "a"})
    now += 59
    second = once_and_again(part, {"said": "b"})
    now += 1
    third = once_and_again(part, {"said": "c"})

    assert [*first, *second, *third] == ["a", "a", "c"]


def test_no_more_parts_are_kept_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr(for_a_minute, "MOST", 3)
    part = Template("{% for_a_minute of %}{{ of }}{% endfor_a_minute %}")

    for number in range(10):
        assert part.render(Context({"of": number})) == str(number)
        assert len(for_a_minute.MADE) <= 3


def test_what_somebody_wrote_stays_harmless_in_it():
    part = Template("{% for_a_minute %}{{ said }}{% endfor_a_minute %}")

    assert once_and_again(part, {"said": "<b>"}, {"said": ""}) == ["&lt;b&gt;"] * 2
