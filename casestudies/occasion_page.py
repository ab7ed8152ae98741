"""The case studies on the page of an event at which they were presented (see `portal.occasions`)."""

from uuid import UUID

from casestudies.models import CaseStudy, Presentation

MOST = 30


def shown_at(public_id: UUID) -> list[CaseStudy]:
    """The published cases that were presented there and whose host said yes. One query."""
    here = Presentation.objects.shown().filter(event=public_id)
    cases = CaseStudy.objects.published().filter(pk__in=here.values("case"))
    fields = ("public_id", "title", "title_en", "title_zh", "language", "agency__legal_name")
    named = ("agency__short_name", "agency__name_en", "agency__slug", "agency__status")
    return list(cases.select_related("agency").only(*fields, *named).order_by("title", "pk")[:MOST])
