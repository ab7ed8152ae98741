"""Reminders of reviews, at most four to a reviewer and one to the editors, whatever happens to the clock.

An invitation: once after five days. A review: three days before its day, the day after, and a week after, when the
editor hears of it too. A text that waits for its check: once, when five of the seven days have passed.
"""

from datetime import date, timedelta

from django.db import transaction
from django.utils import timezone

from casestudies.models import ReviewAssignment, ReviewReminder, ReviewRound
from casestudies.review import letters

ANSWER_AFTER, CHECK_AFTER = timedelta(days=5), timedelta(days=5)
SOON, LATE = timedelta(days=3), timedelta(days=7)
Kind = ReviewReminder.Kind
Status = ReviewAssignment.Status


def remind(on: date) -> list[str]:
    """Write what is due on that day. A kind that was missed is not made up for by two letters: the last one counts."""
    count = 0
    waiting = ReviewAssignment.objects.waiting().select_related("round__revision", "round__editor", "user")
    for assignment in waiting.order_by("pk"):
        if kind := due(assignment, on):
            count += write(assignment, kind)
    count += remind_editors(on)
    return [f"{count} reminders of reviews"] if count else []


def due(assignment: ReviewAssignment, on: date) -> str:
    """The kind of reminder whose time has come, or none."""
    if assignment.status == Status.INVITED:
        asked_on = timezone.localdate(assignment.invited_at)
        return Kind.UNANSWERED if on >= asked_on + ANSWER_AFTER else ""
    if on >= assignment.due_on + LATE:
        return Kind.LATE
    if on > assignment.due_on:
        return Kind.OVERDUE
    return Kind.SOON if on >= assignment.due_on - SOON else ""


@transaction.atomic
def write(assignment: ReviewAssignment, kind: str) -> bool:
    """Queue one reminder and note it down. False where it was sent before."""
    _row, is_new = ReviewReminder.objects.get_or_create(
        assignment=assignment, kind=kind, due_on=assignment.due_on
    )
    if is_new:
        letters.to_reviewer("review_reminder", assignment, kind=kind)
        if kind == Kind.LATE:
            letters.to_editors("review_late", assignment)
    return is_new


def remind_editors(on: date) -> int:
    """One letter to the editors about each text whose check is nearly due. Returns about how many."""
    count = 0
    waiting = ReviewRound.objects.filter(status=ReviewRound.Status.CHECK, check_reminded_at=None)
    for asked in waiting.select_related("revision").order_by("pk"):
        if on < timezone.localdate(asked.submitted_at) + CHECK_AFTER:
            continue
        with transaction.atomic():
            mine = ReviewRound.objects.filter(pk=asked.pk, check_reminded_at=None)
            if mine.update(check_reminded_at=timezone.now()):
                count += 1
                for person in letters.editors():
                    letters.write("review_check_reminder", to=person, asked=asked)
    return count
