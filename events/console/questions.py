"""The host's questions to those who register, and the answers."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from events.console.door import own_event
from events.forms.questions import RetentionForm, question_rows
from events.registering import questions
from orgs.console.door import confirm_it_is_them


@login_required
@never_cache
def edit_questions(request, slug, public_id):
    """All questions on one page. What is refused keeps what was typed."""
    event = own_event(request, slug, public_id)
    data = request.POST if request.method == "POST" else None
    rows, retention = question_rows(event, data), RetentionForm(data, event=event)
    if data is not None and all((rows.is_valid(), retention.is_valid())):
        in_order = list(rows.in_order())
        try:
            questions.arrange(event, [row.plan for row in in_order])
        except questions.QuestionError as no:
            place_error(rows, in_order, no)
        else:
            questions.keep_for(event, retention.cleaned_data["answers_kept_days"])
            messages.success(request, _("Saved. The questions stand in the registration form."))
            return redirect("edit_questions", slug, public_id)
    context = {"agency": event.host, "event": event, "rows": rows, "retention": retention}
    return render(request, "events/questions.html", context)


def place_error(rows, in_order, no: questions.QuestionError) -> None:
    """Say it beside the field of the question that is refused, or above all of them."""
    if no.number is None:
        rows.non_form_errors().append(str(no))
    else:
        in_order[no.number].add_error(no.field, str(no))


@login_required
@never_cache
@require_safe
def answers(request, slug, public_id):
    """Who answered what, for the host. Answers may tell more of people than their names, so the sign-in is recent."""
    event = own_event(request, slug, public_id)
    confirm_it_is_them(request, slug)
    people = list(event.registrations.live().select_related("user", "agency").prefetch_related("nominations"))
    columns, given = questions.columns(event), questions.answers_of(people)
    table = [(one, [given[one.pk].get(question.pk, "") for question in columns]) for one in people]
    context = {"agency": event.host, "event": event, "columns": columns, "table": table}
    return render(request, "events/answers.html", context)
