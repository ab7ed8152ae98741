"""Who may do what with a case study. What a role may do stands in `orgs.permissions`; here is what the case itself adds."""

from casestudies.models import CaseStudy
from orgs.models import Agency, User
from orgs.permissions import agencies_where, can


def can_edit_case(user, case: CaseStudy) -> bool:
    """Whether this person may write this case in the member console: those who write for its lead agency."""
    return can(user, "cases.write", case.agency)


def can_submit_case(user, case: CaseStudy) -> bool:
    """Whether this person may hand the case to the reviewers in the agency's name."""
    return can(user, "cases.submit", case.agency)


def agencies_written_for(user):
    """The agencies in whose name this person writes case studies."""
    return agencies_where(user, "cases.write")


def can_review_cases(user: User) -> bool:
    """Portal staff who decide what is published."""
    return user.is_authenticated and user.has_perm("casestudies.publish_casestudy")


def editable_cases(user, agency: Agency):
    """The cases of this agency that this person may write."""
    return CaseStudy.objects.filter(agency=agency, agency__in=agencies_written_for(user))
