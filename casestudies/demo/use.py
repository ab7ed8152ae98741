"""How the library of the demo world is used: reading lists, notes, saved searches, and a year of counts."""

import math
import random
from datetime import date, datetime, time, timedelta

from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from casestudies.keeping import reading_list, saved_search
from casestudies.models import CaseStudy, ReadingList
from casestudies.usage import counting
from orgs.models import User

#: Title, what it is for, who sees it, whether it is shown as the agency's, and beginnings of titles with a note on each.
LISTS = [
    (
        "新同事的第一周",
        "刚来做流动人口服务，先读这几篇：都不长，写清了做了什么、哪里没做好。",
        "public",
        True,
        {
            "搬走之前也要住得安全": "逐户看炉子那一段，可以照着做。",
            "夜里十点半的小组": "",
            "屏幕两头都有社工": "读“不足与教训”一节，我们也踩过同样的坑。",
            "“反正也就这样”": "",
        },
    ),
    (
        "讨薪与合同：能直接用的做法",
        "给企业社工培训准备的材料，按难易排。",
        "public",
        False,
        {"周日下午的合同桌": "最容易上手的一篇。", "十七个装修工人的年关": "律师怎么分工，写得很清楚。"},
    ),
    (
        "下季度督导会要讨论的",
        "",
        "link",
        False,
        {"一个人的站点": "督导协议可以借用。", "“老师，你明天还来吗”": ""},
    ),
]


def build(dice: random.Random, today: date) -> None:
    """Lists of sample people, made by the rules, and believable numbers: more for what is older, less at weekends."""
    cases = list(
        CaseStudy.objects.published()
        .filter(is_sample=True)
        .select_related("agency")
        .order_by("agency__slug", "pk")
    )
    people = list(
        User.objects.filter(is_sample=True, is_active=True, memberships__role="owner")
        .order_by("pk")
        .distinct()[:3]
    )
    if not cases or not people:
        return
    for number, (title, about, audience, is_agencys, entries) in enumerate(LISTS):
        owner = people[number % len(people)]
        agency = reading_list.agencies_to_show(owner).first() if is_agencys else None
        kept = reading_list.make(owner, title=title, about=about, audience=audience, agency=agency)
        for beginning, note in entries.items():
            for case in (case for case in cases if case.title.startswith(beginning)):
                entry, _is_new = reading_list.keep(case, by=owner, into=kept)
                reading_list.annotate(entry, by=owner, note=note)
    first = people[0]
    reading_list.write_note(cases[0], by=first, text="问一下他们用的记录表，下次例会讨论。")
    at = timezone.make_aware(datetime.combine(today - timedelta(days=20), time(9)))
    saved_search.save(
        first, MultiValueDict({"kind": ["group"]}), name="新的小组案例", delivery="weekly", at=at
    )
    saved_search.save(
        first, MultiValueDict({"evidence": ["2"]}), name="有前后测的案例", delivery="feed", at=at
    )
    counting.upsert(row for case in cases for row in a_year_of(case, dice, today))


def a_year_of(case: CaseStudy, dice: random.Random, today: date):
    """Rows of case, kind, day and number from the publication on, a year back at most."""
    began = max(timezone.localdate(case.first_published_at), today - timedelta(days=364))
    liked = dice.lognormvariate(0, 0.7)
    for days in range((today - began).days):
        on = began + timedelta(days=days)
        expected = liked * (4 * math.exp(-days / 20) + 0.6) * (0.35 if on.weekday() > 4 else 1)
        views = int(expected) + (dice.random() < expected % 1)
        if views:
            yield case.pk, "view", on, views
        if dice.random() < expected * 0.05:
            yield case.pk, "citation", on, 1
        if dice.random() < expected * 0.03:
            yield case.pk, "download", on, 1


def remove() -> None:
    """Take away what sample people kept; the counts go with the sample cases."""
    ReadingList.objects.filter(owner__is_sample=True).delete()
