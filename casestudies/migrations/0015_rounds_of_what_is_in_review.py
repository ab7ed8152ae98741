"""Each case that waits for the editors already gets its round: the text that was submitted."""

from django.db import migrations
from django.utils import timezone


def open_rounds(apps, schema_editor):
    State = apps.get_model("wagtailcore", "WorkflowState")
    CaseStudy = apps.get_model("casestudies", "CaseStudy")
    Round = apps.get_model("casestudies", "ReviewRound")
    waiting = State.objects.filter(
        status="in_progress", base_content_type__app_label="casestudies", base_content_type__model="casestudy"
    ).select_related("current_task_state")
    for state in waiting:
        case = CaseStudy.objects.filter(pk=state.object_id).first()
        if case and case.latest_revision_id:
            asked = state.current_task_state
            Round.objects.get_or_create(
                case=case,
                number=1,
                defaults={
                    "revision_id": (asked and asked.revision_id) or case.latest_revision_id,
                    "submitted_by_id": state.requested_by_id,
                    "submitted_at": (asked and asked.started_at) or timezone.now(),
                    "kind": "text" if case.live else "first",
                },
            )


class Migration(migrations.Migration):
    dependencies = [("casestudies", "0014_peer_review"), ("wagtailcore", "0098_apitoken")]
    operations = [migrations.RunPython(open_rounds, migrations.RunPython.noop)]
