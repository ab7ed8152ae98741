"""What the home page shows of the library."""

from casestudies.models import CaseStudy

SHOWN = 3


def context(user) -> dict:
    """`newest_cases`, the last ones published, and `case_count`. Drafts are not news, not even to their authors."""
    published = CaseStudy.objects.published()
    return {
        "newest_cases": list(published.for_rows().order_by("-first_published_at", "-pk")[:SHOWN]),
        "case_count": published.count(),
    }
