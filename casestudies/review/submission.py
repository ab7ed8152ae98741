"""The way from a submitted case study to a published one, and the letters that go with it.

Reviewers work in the Wagtail admin. What they do there comes here as Wagtail's signals, so the letters are the same
whoever acts; `approve` and `send_back` are the same steps without the admin.
"""

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.admin.signal_handlers import (
    task_submission_email_notifier,
    workflow_approval_email_notifier,
    workflow_rejection_email_notifier,
    workflow_submission_email_notifier,
)
from wagtail.log_actions import LogContext
from wagtail.models import TaskState, WorkflowState
from wagtail.signals import task_submitted, workflow_approved, workflow_rejected, workflow_submitted

from casestudies.deidentify.check import Identifiable
from casestudies.models import CaseStudy
from casestudies.permissions import can_review_cases
from casestudies.review import rounds
from casestudies.writing.authoring import AuthoringError, Exposing
from orgs.models import User
from portal import mail


class NotInReview(AuthoringError):
    def __init__(self):
        super().__init__(_("This case study is not waiting for review."))


class NotReviewed(AuthoringError):
    """No reviewer has read what is to be published."""


@transaction.atomic
def approve(case: CaseStudy, *, by: User, comment: str = "", is_waived: bool = False) -> CaseStudy:
    """Publish the submitted text; `is_waived` says that it goes without reviewers, and the comment says why.

    Raises NotInReview; NotReviewed; Exposing where the text gives somebody away for certain.
    """
    if is_waived:
        rounds.waive(case, reason=comment)
    act(case, "approve", by=by, comment=comment)
    return CaseStudy.objects.get(pk=case.pk)


@transaction.atomic
def send_back(case: CaseStudy, *, by: User, comment: str) -> CaseStudy:
    """Ask the authors for changes; the comment says which. Raises NotInReview."""
    act(case, "reject", by=by, comment=comment)
    return CaseStudy.objects.get(pk=case.pk)


def act(case: CaseStudy, action: str, *, by: User, comment: str) -> None:
    case = CaseStudy.objects.select_for_update().get(pk=case.pk)
    state = case.current_workflow_task_state
    if state is None or not can_review_cases(by):
        raise NotInReview
    try:
        with LogContext(user=by):  # what follows, such as publishing, is this person's act
            state.task.specific.on_action(state, by, action, comment=comment)
    except Identifiable as reason:
        raise Exposing(str(reason)) from reason
    except rounds.Unreviewed as refusal:
        raise NotReviewed(str(refusal)) from refusal


# -- Letters ----------------------------------------------------------------------------------------------------------


def authors_of(state: WorkflowState) -> list[User]:
    """Whoever submitted the case and whoever began it, if their accounts are in force."""
    case = state.content_object
    people = {person.pk: person for person in (state.requested_by, case.created_by) if person}
    return [person for person in people.values() if person.is_active]


def write(template: str, *, to: User, case: CaseStudy, comment: str = "", **context) -> None:
    mail.send(
        template,
        to=to.email,
        language=to.language,
        context={"case": case.get_latest_revision_as_object(), "person": to, "comment": comment, **context},
    )


def tell_reviewers(sender, instance: TaskState, **kwargs):
    """A case came in: everybody who may review it hears of it."""
    case = instance.workflow_state.content_object
    if not isinstance(case, CaseStudy):
        return task_submission_email_notifier(sender=sender, instance=instance, **kwargs)
    state = instance.workflow_state
    asked = rounds.open_round(case, revision=rounds.revision_of(instance), by=state.requested_by)
    for person in User.objects.filter(
        groups__in=instance.task.specific.groups.all(), is_active=True
    ).distinct():
        write("case_submitted", to=person, case=case, asked=asked)


def tell_of_publication(sender, instance: WorkflowState, **kwargs):
    if not isinstance(instance.content_object, CaseStudy):
        return workflow_approval_email_notifier(sender=sender, instance=instance, **kwargs)
    for person in authors_of(instance):
        write("case_published", to=person, case=instance.content_object, comment=comment_of(instance))


def tell_of_changes_wanted(sender, instance: WorkflowState, **kwargs):
    if not isinstance(instance.content_object, CaseStudy):
        return workflow_rejection_email_notifier(sender=sender, instance=instance, **kwargs)
    for person in authors_of(instance):
        write("case_sent_back", to=person, case=instance.content_object, comment=comment_of(instance))


def tell_nobody_of_a_case(sender, instance: WorkflowState, **kwargs):
    """Wagtail writes to superusers about every workflow; about a case the reviewers have been told already."""
    if not isinstance(instance.content_object, CaseStudy):
        return workflow_submission_email_notifier(sender=sender, instance=instance, **kwargs)


def comment_of(state: WorkflowState) -> str:
    return state.current_task_state.specific.get_comment() if state.current_task_state else ""


def write_our_letters() -> None:
    """Put our letters in the place of Wagtail's: of two receivers with one `dispatch_uid`, the first connected counts.

    Wagtail's would be sent inside the reviewer's request; ours wait in the outbox. Called when this app is ready,
    which is before Wagtail's admin is (the order of INSTALLED_APPS).
    """
    for signal, receiver, sender, uid in (
        (task_submitted, tell_reviewers, TaskState, "group_approval_task_submitted_email_notification"),
        (
            workflow_submitted,
            tell_nobody_of_a_case,
            WorkflowState,
            "workflow_state_submitted_email_notification",
        ),
        (workflow_approved, tell_of_publication, WorkflowState, "workflow_state_approved_email_notification"),
        (
            workflow_rejected,
            tell_of_changes_wanted,
            WorkflowState,
            "workflow_state_rejected_email_notification",
        ),
    ):
        signal.connect(receiver, sender=sender, dispatch_uid=uid)
