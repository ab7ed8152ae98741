"""The facts of a case study as the reading page shows them: reach, resources, stage, who was involved, consent."""

from casestudies.models import CaseStudy
from portal.models import Topic

#: Numbers, in the order in which they are shown.
NUMBERS = ("people_reached", "sessions_held", "service_hours", "staff_involved", "volunteers_involved")
#: What was chosen from a list.
CHOICES = ("work_status", "maturity", "cost_band", "participation")


def context(case: CaseStudy) -> dict:
    """`facts` (label and words, only those that are known), `funding` (topics) and `case_topics` (all others)."""
    topics = list(case.topics.all())
    return {
        "facts": facts(case),
        "funding": [topic for topic in topics if topic.scheme == Topic.Scheme.FUNDING],
        "case_topics": [topic for topic in topics if topic.scheme != Topic.Scheme.FUNDING],
    }


def facts(case: CaseStudy) -> list[tuple[str, str]]:
    """Nought is a fact too: nobody volunteered."""
    numbers = [(name, getattr(case, name)) for name in NUMBERS]
    shown = [(name, f"{number:,}") for name, number in numbers if number is not None]
    chosen = [(name, str(getattr(case, f"get_{name}_display")())) for name in CHOICES if getattr(case, name)]
    return [(label(name), words) for name, words in (*shown, *chosen)]


def label(name: str) -> str:
    return str(CaseStudy._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
