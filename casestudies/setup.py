"""What the library needs in a fresh database: its place, and the review that every case study passes."""

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask

from casestudies.models import CaseStudy, LibraryPage
from casestudies.open_data import open_records
from portal.setup import MODERATORS, grant, make_place

WORKFLOW = "Case study review"


def run() -> None:
    make_place(LibraryPage, "cases", show_in_menus=True)
    grant(
        MODERATORS,
        "casestudies.view_casestudy",
        "casestudies.change_casestudy",
        "casestudies.publish_casestudy",
    )
    workflow, created = Workflow.objects.get_or_create(name=WORKFLOW)
    if created:
        task = GroupApprovalTask.objects.create(name=WORKFLOW)
        task.groups.add(Group.objects.get(name=MODERATORS))
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    WorkflowContentType.objects.get_or_create(
        content_type=ContentType.objects.get_for_model(CaseStudy), defaults={"workflow": workflow}
    )
    open_records.refresh_all()
