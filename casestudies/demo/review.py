"""Review in the demo world: who is on the list, which published cases were reviewed, and a case in each state of it."""

from datetime import timedelta

from django.utils import timezone

from casestudies.models import CaseStudy, ReviewAssignment, Reviewer, ReviewRound
from casestudies.review import answers as review_answers
from casestudies.review import editorial, reviewers, reviewing, rubric, submission
from casestudies.rich_text import from_markdown
from casestudies.writing import authoring
from orgs.models import Agency, User
from portal.models import Topic

#: State, agency, section, what is added to it, kind of change, what changed.
STATES = (
    (
        "check",
        "ks-qinghe",
        "reflection",
        "半年后再看，最有用的不是课，是固定的那张桌子：每周同一时间，同一个人坐在那里。",
        "text",
        "补写半年后的反思",
    ),
    (
        "review",
        "xm-ludao",
        "outcomes",
        "第二年又做了一轮，人数与第一年相近，中途离开的少了一半。两年的记录方法相同。",
        "findings",
        "加入第二年的结果",
    ),
    (
        "disagree",
        "hz-houniao",
        "outcomes",
        "后来请另一所学校做了比较：没有参加的班级也有变化，只是小一些。观察员知道分组，数字可能偏好看。",
        "findings",
        "加入与另一所学校的比较",
    ),
    (
        "revise",
        "cd-rongcheng",
        "process",
        "第二轮改为四次会，每次一个题目：谁用、谁付、谁修、谁记账。",
        "text",
        "写明第二轮的做法",
    ),
    ("declined", "sh-hetu", "outcomes", "二期还没有开始，预计每周开放三次。", "findings", "加入二期的计划"),
)
#: Account, role, topics.
LISTED = (
    ("researcher@example.org", "researcher", ("pop:children", "svc:education", "mth:research")),
    ("ks-qinghe-2@example.org", "researcher", ("pop:newgen", "mth:group")),
    ("dg-tongxin-1@example.org", "practitioner", ("pop:children", "svc:integration", "mth:community")),
    ("yw-shanglv-1@example.org", "practitioner", ("pop:women", "mth:community")),
    ("wh-jianghan-1@example.org", "practitioner", ("pop:newgen", "mth:group")),
)
REASONS = {
    "accept": "读完知道该怎么做，也知道哪里会摔跤。数字前后一致，没有夸大。",
    "minor": "整体扎实。请补两处：小组之外还有没有别的服务在同时进行；中途离开的人是谁、为什么离开。",
    "major": "做法清楚，但成效部分只有总数，看不出变化从何而来。请写明测量的人、时间和工具，并与开始时比较。",
    "decline": "效果的说法撑不起结论：观察员知道分组，两组开始时也不相同。建议先改成过程案例，不谈效果。",
}
NOTE = "与作者没有往来。若另一位评审意见不同，我愿意再看一遍。"
FORMER_MARKS = {"accept": 3, "minor": 2, "major": 1, "decline": 1}


def enlist(editor: User) -> None:
    """Put the reviewers of the demo world on the list."""
    for email, role, codes in LISTED:
        if User.objects.filter(email=email, is_sample=True).exists():
            topics = Topic.objects.filter(code__in=codes)
            reviewers.put_down(email, role=role, topics=topics, by=editor)


def publish(case: CaseStudy, number: int, *, editor: User) -> None:
    """Publish a submitted case: every third was read by both, some by one, the others by an editor alone."""
    roles = {0: ("practitioner", "researcher"), 4: ("practitioner",), 5: ("researcher",)}.get(number % 6, ())
    asked = case.review_rounds.open().get()
    if not roles:
        submission.approve(case, by=editor, comment="早于评审制度的案例，编辑核对后发布。", is_waived=True)
        return
    editorial.check(asked, by=editor, met=set(editorial.CRITERIA))
    for role in roles:
        if assignment := invite(asked, role, editor=editor):
            hand_in(assignment, "accept")
    editorial.decide(
        asked, by=editor, decision="accept", reason="两处措辞请留意，其余很好。谢谢你们把经验写下来。"
    )


def invite(asked: ReviewRound, role: str, *, editor: User) -> ReviewAssignment | None:
    """Ask whoever of this role suits best, as an editor would; nobody where all have a conflict."""
    suited = [
        one.reviewer
        for one in reviewers.candidates(asked)
        if one.reviewer.role == role and not one.against and not one.is_asked
    ]
    return editorial.invite(asked, suited[0], by=editor) if suited else None


def hand_in(assignment: ReviewAssignment, recommendation: str, **comments: str) -> None:
    person = assignment.user
    reviewing.accept(assignment, by=person, declares=True)
    reviewing.save(
        assignment,
        by=person,
        scores={
            **dict.fromkeys(rubric.CODES, FORMER_MARKS[recommendation]),
            "readable": 3,
            "sustainable": None,
        },
        evidence_level=1,
        recommendation=recommendation,
        reasons=REASONS[recommendation],
        note_to_editor=NOTE,
        comments=comments,
    )
    reviewing.hand_in(assignment, by=person)


def build(editor: User, agencies: dict[str, Agency]) -> None:
    """New versions in each state: waiting for the check, being read, disagreed about, sent back and answered, declined."""
    for state, key, section, words, kind, note in STATES:
        agency = agencies[key]
        case = CaseStudy.objects.published().filter(agency=agency).order_by("title").first()
        if case is None:
            continue
        writer = agency.memberships.get(role="owner").user
        added = getattr(authoring.draft_of(case), section) + from_markdown(words)
        authoring.save_draft(case, by=writer, **{section: added})
        authoring.submit(case, by=writer, kind=kind, change_note=note)
        asked = case.review_rounds.open().get()
        asked.submitted_at = timezone.now() - timedelta(days=3)
        asked.save(update_fields=["submitted_at"])
        if state != "check":
            bring_to(state, asked, editor=editor, writer=writer)


def bring_to(state: str, asked: ReviewRound, *, editor: User, writer: User) -> None:
    editorial.check(asked, by=editor, met=set(editorial.CRITERIA))
    first = invite(asked, "practitioner", editor=editor)
    if first is None:
        return
    match state:
        case "review":
            reviewing.accept(first, by=first.user, declares=True)
            researcher = Reviewer.objects.filter(user__email="researcher@example.org").first()
            if researcher:
                editorial.invite(asked, researcher, by=editor)
        case "disagree":
            hand_in(first, "accept", outcomes="对照班也写出来了，很少见，请保留。")
            if second := invite(asked, "researcher", editor=editor):
                hand_in(second, "decline", outcomes="请写明观察员是否知道分组，以及两组开始时的差别。")
        case "revise":
            hand_in(first, "minor", process="四次会各多长时间？谁主持？")
            editorial.decide(
                asked,
                by=editor,
                decision="revise",
                reason="请按评审的两点意见补充，改好后再提交，仍由原评审人看。",
            )
            asked.refresh_from_db()
            [reader] = review_answers.readers_of(asked)
            answers = {
                point.key: "四次会都在一小时以内，由社工主持，已写进“过程”一节。"
                for point in reader.points[1:]
            }
            review_answers.answer(asked, by=writer, reply="谢谢，补充已经写了一半。", points=answers)
        case "declined":
            hand_in(first, "decline")
            editorial.decide(
                asked,
                by=editor,
                decision="decline",
                reason="案例库收录做完至少一个周期的工作。二期做完之后，欢迎带着结果再来。",
            )
