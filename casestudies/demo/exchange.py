"""How people of the demo world work on what others wrote: adaptations in a family, questions, partners, events."""

from datetime import date, timedelta

from casestudies.exchange import adaptation, asking, presenting, research_interest
from casestudies.models import Adaptation, CaseStudy, Presentation, ResearchInterest
from orgs.models import Agency, User
from portal import occasions

#: Beginning of the original's title, adapting agency, beginning of its own case's title, and what it says.
ADAPTATIONS = [
    (
        "夜里十点半的小组",
        "ks-qinghe",
        "“反正也就这样”",
        {
            "context": "中职学校二年级，十二名随父母来昆山的学生，多数将要进厂实习。",
            "changes": "十次改为八次，放在周三下午；把“班组长”的角色扮演换成“实习带教老师”。",
            "reasons": "学生晚上不能离校，也还没有进厂。",
            "changed_content": True,
            "changed_context": True,
            "decided_by": "together",
            "fidelity": "kept",
            "result": "worked",
            "result_text": "十二人中十人全程参加，班主任反映请假减少。没有前后量表。",
        },
    ),
    (
        "夜里十点半的小组",
        "tj-haihe",
        "",
        {
            "context": "建筑工地板房区，年龄在四十五岁以上的男性工友。",
            "changes": "改成饭后半小时的聊天，不签到，不布置练习。",
            "reasons": "工友不愿意“开会”，人员每周都在换。",
            "changed_content": True,
            "changed_context": True,
            "was_planned": False,
            "decided_by": "workers",
            "fidelity": "changed",
            "result": "failed",
            "result_text": "六周后只剩三人。流动太快的地方，固定成员的小组站不住；我们改做宿舍走访。",
        },
    ),
    (
        "“反正也就这样”",
        "sz-qihang",
        "",
        {
            "context": "社区里刚初中毕业、没有继续上学的青少年，九人。",
            "changes": "没有学校配合，场地在社区图书室；加了一次职业参观。",
            "changed_context": True,
            "decided_by": "workers",
            "fidelity": "partly",
            "result": "partly",
            "result_text": "来的人愿意说，但有三人中途找到工作离开。参观那一次人最齐。",
        },
    ),
]
QUESTIONS = [
    (
        "夜里十点半的小组",
        "带组的社工晚上十一点以后怎么安排回程和补休？",
        "我们与厂方约定用厂车送回，次日上午补休，写进了项目预算的人力一栏。",
    ),
    ("夜里十点半的小组", "前后测用的是哪份量表，可以借用吗？", ""),
    (
        "握手楼里的放学之后",
        "房租涨了以后，照护点靠什么撑下来？",
        "居委会腾出一间旧活动室，我们只付水电；家长轮值顶了一个人工。",
    ),
]
INTERESTS = [
    (
        "握手楼里的放学之后",
        "家长轮值的照护点，孩子的作息和情绪有变化吗？",
        "我们做了三年，家长说有用，但没有人系统看过。希望合作方帮我们设计一份社工能自己填的记录表。",
        "三年的签到和轮值记录，约六十名小学生；可以请家长访谈。",
        120,
    )
]


def build(today: date) -> None:
    """Through the rules, by the owners of sample agencies and the sample researcher."""
    for beginning, slug, own, fields in ADAPTATIONS:
        original, agency = case_of(beginning), Agency.objects.filter(slug=slug, is_sample=True).first()
        if original and agency and original.agency_id != agency.pk:
            owner, case = owner_of(agency), (case_of(own) if own else None)
            draft = adaptation.record(original, agency=agency, by=owner, **fields)
            if case and case.agency_id == agency.pk:
                draft = adaptation.change(draft, by=owner, case=case)
            adaptation.publish(draft, by=owner)
    reader = User.objects.get(email="researcher@example.org", is_sample=True)
    for beginning, text, answer in QUESTIONS:
        if case := case_of(beginning):
            question = asking.ask(case, by=reader, text=text, may_be_public=True)
            if answer:
                asking.answer(question, by=owner_of(case.agency), text=answer, is_public=True)
    for beginning, question, about, data, days in INTERESTS:
        if case := case_of(beginning):
            interest = research_interest.announce(
                case.agency,
                by=owner_of(case.agency),
                case=case,
                question=question,
                about=about,
                data=data,
                division=case.division,
                until=today + timedelta(days=days),
                topics=list(case.topics.filter(scheme="pop")),
            )
            research_interest.answer(
                interest,
                by=reader,
                institution="岭海大学社会工作系",
                message="我们有一个课后照护的小课题，可以一起设计记录表，并带两名研究生来做家长访谈。",
            )
    show_at_own_events()


def show_at_own_events() -> None:
    """The newest case of each agency that holds an event, at its latest one."""
    shown = (
        CaseStudy.objects.published().filter(is_sample=True).order_by("agency", "-first_published_at", "pk")
    )
    newest = {case.agency_id: case for case in shown.select_related("agency")}
    for agency_id, case in newest.items():
        if held := occasions.held_by([agency_id], most=1):
            presenting.present(case, event=held[0].public_id, by=owner_of(case.agency))


def case_of(beginning: str) -> CaseStudy | None:
    cases = CaseStudy.objects.published().filter(is_sample=True, title__startswith=beginning)
    return cases.select_related("agency", "division").first()


def owner_of(agency: Agency) -> User:
    return agency.memberships.active().filter(role="owner").order_by("pk")[0].user


def remove() -> None:
    """Take away what holds on to the sample cases; questions and presentations go with them."""
    ResearchInterest.objects.filter(agency__is_sample=True).delete()
    Presentation.objects.filter(host__is_sample=True).delete()
    Adaptation.objects.filter(agency__is_sample=True).delete()
    Adaptation.objects.filter(of__is_sample=True).delete()
