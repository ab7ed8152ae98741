"""What must hold of case studies: a version behind each published text, and every part of a case is of that case."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef

from casestudies.models import Attachment, CaseFile, CaseStudy, CaseVersion, ReviewRound
from portal.invariants import at_odds, told


def findings() -> Iterator[str]:
    versions = CaseVersion.objects.filter(case=OuterRef("pk"))
    bare = CaseStudy.objects.filter(live=True).exclude(Exists(versions))
    yield from told("published case without a version", bare.order_by("pk").values_list("pk", flat=True))
    elsewhere = Attachment.objects.exclude(
        Exists(CaseFile.objects.filter(case=OuterRef("case"), file=OuterRef("file")))
    )
    yield from told(
        "attachment whose file is not the case's", elsewhere.order_by("pk").values_list("pk", flat=True)
    )
    yield from at_odds(ReviewRound, "version__case", "case")
