"""What hosts ask those who register: written on one page, answered in the form, seen by the host only, deleted in time."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Answer, Event, Question
from events.registering import questions
from events.registering.questions import PlannedQuestion, QuestionError
from events.registering.refusals import NotOpen
from events.registering.registration import cancel, register
from portal.retention import daily
from tests import factories
from tests.events.test_console import url

pytestmark = pytest.mark.django_db
SECRET = "对花生过敏"


@pytest.fixture
def event(agency):
    return factories.event(agency)


def ask(event, *planned: PlannedQuestion) -> list[Question]:
    asked = questions.arrange(event, planned)
    event.refresh_from_db()
    return asked


def diet(event) -> tuple[Question, Question]:
    """Whether they eat along, and what: a question and one that depends on it."""
    [eats] = ask(event, PlannedQuestion("一起吃饭吗", kind="yes_no", is_required=True))
    first = PlannedQuestion("一起吃饭吗", kind="yes_no", is_required=True, pk=eats.pk)
    return tuple(
        ask(event, first, PlannedQuestion("忌口", is_required=True, only_if=(eats.pk, Question.YES)))
    )


def sign_up(client, event, person, **answers):
    client.force_login(person)
    return client.post(url("register", event.public_id), answers)


def given(event) -> dict[str, str]:
    """Question as it was asked, and the answer."""
    return dict(Answer.objects.filter(registration__event=event).values_list("asked", "text"))


# -- The host writes them -----------------------------------------------------------------------------------------


def typed(*rows, before=0, **fields):
    data = {
        "questions-TOTAL_FORMS": str(len(rows)),
        "questions-INITIAL_FORMS": str(before),
        "answers_kept_days": "90",
        **fields,
    }
    for n, row in enumerate(rows):
        data.update({f"questions-{n}-{name}": value for name, value in {"kind": "short", **row}.items()})
    return data


def test_questions_are_written_moved_and_taken_out_on_one_page(console, event, agency):
    page = url("edit_questions", agency.slug, event.public_id)
    rows = [{"label": "职务"}, {"label": "午餐", "kind": "one", "choices": "荤\n\n 素 "}, {"label": ""}]
    answer = console.post(page, typed(*rows, answers_kept_days="30"))

    assert answer["Location"] == page
    job, lunch = event.questions.asked()
    assert (job.label, lunch.label, lunch.choices) == ("职务", "午餐", ["荤", "素"])
    event.refresh_from_db()
    assert (event.has_questions, event.answers_kept_days) == (True, 30)

    moved = [
        {"pk": job.pk, "label": "岗位", "position": "2"},
        {"pk": lunch.pk, "label": "午餐", "kind": "one", "choices": "荤\n素", "position": "1"},
        {"label": "为什么吃素", "only_if": f"{lunch.pk}:素"},
    ]
    console.post(page, typed(*moved, before=2))
    first, second, why = event.questions.asked()
    assert [first.pk, second.pk, second.label] == [lunch.pk, job.pk, "岗位"]
    assert (why.only_if, why.only_if_answer) == (lunch, "素")

    console.post(
        page,
        typed(
            *[{"pk": one.pk, "label": one.label, "is_removed": "on"} for one in (lunch, job, why)], before=3
        ),
    )
    event.refresh_from_db()
    assert (event.questions.count(), event.has_questions) == (0, False)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"label": "长" * 400}, "at most 300 characters"),
        ({"label": "午餐", "kind": "one", "choices": "荤"}, "Give from 2 to 30 choices."),
        ({"label": "午餐", "kind": "several", "choices": "荤\n荤"}, "One choice stands here twice."),
        ({"label": "午餐", "kind": "one", "choices": "荤\n" + "素" * 101}, "at most 100 characters"),
        ({"label": "", "choices": "荤\n素"}, "Write the question, or take it out."),
        ({"label": "午餐", "kind": "trap"}, "is not one of the available choices"),
        ({"label": "午餐", "only_if": "1:yes"}, "is not one of the available choices"),
        ({"label": "午\0餐"}, "Null characters are not allowed."),
        ({"label": "午餐", "pk": "x"}, "Enter a whole number."),
        ({"label": "午餐", "position": "9" * 40}, "less than or equal to 999"),
    ],
)
def test_what_cannot_be_asked_is_refused_beside_its_field(console, event, agency, row, sentence):
    answer = console.post(url("edit_questions", agency.slug, event.public_id), typed(row))

    assert (answer.status_code, event.questions.count()) == (200, 0)
    assert sentence in answer.text
    assert '<details class="card" open>' in answer.text


def test_a_question_depends_only_on_an_earlier_one_and_on_an_answer_that_it_has(event):
    eats, what = diet(event)
    plan = {"label": what.label, "pk": what.pk}
    first = PlannedQuestion(eats.label, kind="yes_no", pk=eats.pk)
    for planned, number in (
        ([PlannedQuestion(**plan, only_if=(eats.pk, "yes")), first], 0),
        ([PlannedQuestion(**plan, only_if=(eats.pk, "yes"))], 0),
        ([first, PlannedQuestion(**plan, only_if=(eats.pk, "perhaps"))], 1),
        ([first, PlannedQuestion(**plan, only_if=(what.pk, "yes"))], 1),
    ):
        with pytest.raises(QuestionError) as refusal:
            questions.arrange(event, planned)
        assert (refusal.value.number, refusal.value.field) == (number, "only_if")
    assert list(event.questions.asked()) == [eats, what]


def test_the_key_of_another_events_question_makes_a_new_one(event):
    foreign = ask(factories.event(), PlannedQuestion("别家的"))[0]

    [mine] = ask(event, PlannedQuestion("自己的", pk=foreign.pk))

    foreign.refresh_from_db()
    assert (mine.pk != foreign.pk, foreign.label) == (True, "别家的")


def test_a_phone_is_no_place_for_a_hundred_questions(event):
    with pytest.raises(QuestionError):
        questions.arrange(event, [PlannedQuestion(str(n)) for n in range(31)])


# -- People answer ------------------------------------------------------------------------------------------------


def test_every_kind_of_answer_is_kept_as_people_read_it(client, event, member):
    kinds = {
        "short": "社工",
        "long": "第一行\n第二行",
        "one": "素",
        "several": ["荤", "素"],
        "yes_no": "yes",
        "number": "12.50",
        "date": "2026-12-03",
    }
    asked = ask(
        event,
        *(PlannedQuestion(kind, kind=kind, choices=("荤", "素"), is_required=True) for kind in kinds),
    )

    sign_up(client, event, member, **{f"question_{one.pk}": kinds[one.kind] for one in asked})

    assert given(event) == {
        **kinds,
        "several": "荤；素",
        "yes_no": "是",  # in the language of the event, whatever that of the page
        "number": "12.5",
    }


def test_what_must_be_answered_is_asked_again_and_nobody_is_registered(client, event, member):
    eats, _what = diet(event)

    answer = sign_up(client, event, member, note="留住的话")

    assert (answer.status_code, event.registrations.count()) == (200, 0)
    assert "This field is required." in answer.text
    assert "留住的话" in answer.text
    assert f'id="id_question_{eats.pk}' in answer.text


def test_a_question_that_is_not_shown_need_not_be_answered_and_its_answer_is_dropped(
    client, event, member, stranger
):
    eats, what = diet(event)

    missing = sign_up(client, event, member, **{f"question_{eats.pk}": "yes"})
    assert (missing.status_code, event.registrations.count()) == (200, 0)

    sign_up(client, event, member, **{f"question_{eats.pk}": "no", f"question_{what.pk}": "长" * 999})
    assert event.registrations.count() == 1
    assert list(Answer.objects.values_list("question", flat=True)) == [eats.pk]

    sign_up(client, event, stranger, **{f"question_{eats.pk}": "yes", f"question_{what.pk}": "花生"})
    assert (
        list(Answer.objects.filter(registration__user=stranger).values_list("text", flat=True))[1] == "花生"
    )


def test_what_depends_on_a_hidden_question_is_hidden_too(client, event, member):
    eats, what = diet(event)
    first = PlannedQuestion(eats.label, kind="yes_no", pk=eats.pk)
    second = PlannedQuestion(
        what.label, kind="one", choices=("素", "荤"), pk=what.pk, only_if=(eats.pk, "yes"), is_required=True
    )
    third = PlannedQuestion("为什么吃素", only_if=(what.pk, "素"), is_required=True)
    *_before, why = ask(event, first, second, third)

    sign_up(
        client,
        event,
        member,
        **{f"question_{eats.pk}": "no", f"question_{what.pk}": "素", f"question_{why.pk}": "习惯"},
    )

    assert list(Answer.objects.values_list("question", flat=True)) == [eats.pk]


def test_the_form_says_on_what_a_question_depends(client, event, member):
    eats, what = diet(event)
    client.force_login(member)

    text = client.get(url("event", event.public_id)).text

    assert "Only if you answered “Yes” to “一起吃饭吗”." in text
    assert f'data-only-if="question_{eats.pk}" data-only-answer="yes"' in text
    field = text[text.index(f'name="question_{what.pk}"') :].partition(">")[0]
    assert "required" not in field.replace("aria-required", "")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("number", "NaN"),
        ("number", "1e999"),
        ("number", "x"),
        ("date", "2026-13-40"),
        ("one", "汤"),
        ("short", "\0"),
    ],
)
def test_nonsense_is_refused_in_the_form(client, event, member, kind, value):
    [one] = ask(event, PlannedQuestion("问", kind=kind, choices=("荤", "素")))

    answer = sign_up(client, event, member, **{f"question_{one.pk}": value})

    assert (answer.status_code, event.registrations.count()) == (200, 0)


def test_registering_again_answers_again(client, event, member):
    [one] = ask(event, PlannedQuestion("忌口"))
    sign_up(client, event, member, **{f"question_{one.pk}": "花生"})
    cancel(event.registrations.get(), by=member)

    sign_up(client, event, member, **{f"question_{one.pk}": "没有"})

    assert given(event) == {"忌口": "没有"}


def test_an_event_without_questions_costs_no_statement_more(event, member, stranger, client):
    def statements(person, **more):
        with CaptureQueriesContext(connection) as queries:
            register(event, user=person, by=person, **more)
        return [query["sql"] for query in queries if "question" in query["sql"] or "answer" in query["sql"]]

    assert [sql for sql in statements(member) if "events_answer" in sql or "events_question" in sql] == []
    client.force_login(stranger)
    with CaptureQueriesContext(connection) as queries:
        client.get(url("event", event.public_id))
    assert [query["sql"] for query in queries if '"events_question"' in query["sql"]] == []


def test_a_registration_that_is_refused_leaves_no_answers(event, member):
    [one] = ask(event, PlannedQuestion("忌口"))
    Event.objects.filter(pk=event.pk).update(registration_closes_at=timezone.now() - timedelta(hours=1))

    with pytest.raises(NotOpen):
        register(event, user=member, by=member, answers={one: SECRET})

    assert Answer.objects.count() == 0


# -- Who reads them -----------------------------------------------------------------------------------------------


def test_answers_are_for_the_host_and_for_oneself(client, console, event, agency, member, stranger, manager):
    [one] = ask(event, PlannedQuestion("忌口"))
    register(event, user=member, by=member, answers={one: SECRET})
    register(event, user=stranger, by=stranger, answers={one: "没有"})
    listed, own = url("answers", agency.slug, event.public_id), url("event", event.public_id)

    assert SECRET in console.get(listed).text
    client.force_login(member)
    assert (client.get(listed).status_code, SECRET in client.get(own).text) == (404, True)
    client.force_login(stranger)
    assert (client.get(listed).status_code, SECRET in client.get(own).text) == (404, False)
    client.logout()
    assert SECRET not in client.get(own).text


def test_answers_of_many_are_one_query(event):
    [one] = ask(event, PlannedQuestion("忌口"))
    people = [factories.user() for _n in range(3)]
    all_of_them = [register(event, user=p, by=p, answers={one: p.name}) for p in people]

    with CaptureQueriesContext(connection) as queries:
        found = questions.answers_of(all_of_them)

    assert len(queries) == 1
    assert found == {r.pk: {one.pk: p.name} for r, p in zip(all_of_them, people, strict=True)}
    assert questions.answers_of([]) == {}


def test_a_question_that_was_answered_can_change_or_go_and_the_answer_stays(console, event, agency, member):
    [one] = ask(event, PlannedQuestion("忌口"))
    register(event, user=member, by=member, answers={one: "花生"})

    ask(event, PlannedQuestion("过敏", kind="yes_no", pk=one.pk))
    assert given(event) == {"忌口": "花生"}

    ask(event)
    assert (list(event.questions.asked()), questions.columns(event)) == ([], [one])
    assert "花生" in console.get(url("answers", agency.slug, event.public_id)).text


# -- Until when ---------------------------------------------------------------------------------------------------


def test_answers_are_deleted_on_their_day_and_only_then(event, member):
    [one] = ask(event, PlannedQuestion("忌口"))
    other = factories.event()
    [kept] = ask(other, PlannedQuestion("忌口"))
    for at, question in ((event, one), (other, kept)):
        register(at, user=member, by=member, answers={question: SECRET})
    for moved in (event, other):
        Event.objects.filter(pk=moved.pk).update(ends_at=timezone.now() - timedelta(days=40))
    questions.keep_for(event, 45)
    day = Event.objects.get(pk=event.pk).answers_deleted_on

    assert daily.run(day - timedelta(days=1)) == []
    assert daily.run(day) == [f"{event.public_id}: 1 answers deleted"]
    assert daily.run(day) == []
    assert list(Answer.objects.values_list("question", flat=True)) == [kept.pk]
    assert event.registrations.count() == 1


def test_a_year_is_the_longest(event):
    with pytest.raises(QuestionError):
        questions.keep_for(event, 366)
    with pytest.raises(IntegrityError), transaction.atomic():
        Event.objects.filter(pk=event.pk).update(answers_kept_days=366)
