"""Who may do what with a case study. What a role may do stands in `orgs.permissions`; here is what the case itself adds."""

from casestudies.models import CaseFile, CaseStudy, CoWriting, ReviewAssignment
from orgs.models import User
from orgs.permissions import Roles, agencies_where, can
from portal.prepared import Prepared

WRITING_ALONG: Prepared[int] = Prepared(
    lambda case: CoWriting.objects.filter(case=case).values_list("agency", flat=True)
)


def can_edit_case(user, case: CaseStudy) -> bool:
    """Whether this person may write this case in the member console: for its lead agency, or for one that writes along."""
    return editable_cases(user).filter(pk=case.pk).exists()


def can_edit_in_roles(roles: Roles, case: CaseStudy) -> bool:
    """`can_edit_case` for somebody whose roles were read."""
    keys = {agency.pk for agency in roles.agencies_where("cases.write")}
    if case.agency_id in keys or not keys or case.has_no("co_writing"):
        return case.agency_id in keys
    return not keys.isdisjoint(WRITING_ALONG.all(case=case.pk))


def can_lead_case(user, case: CaseStudy) -> bool:
    """Whether this person writes for the lead agency, which alone says who writes along."""
    return can(user, "cases.write", case.agency)


def can_submit_case(user, case: CaseStudy) -> bool:
    """Whether this person may hand the case to the reviewers: only the lead agency does, in its name."""
    return can(user, "cases.submit", case.agency)


def agencies_written_for(user):
    """The agencies in whose name this person writes case studies."""
    return agencies_where(user, "cases.write")


def can_review_cases(user: User) -> bool:
    """Portal staff who decide what is published."""
    return user.is_authenticated and user.has_perm("casestudies.publish_casestudy")


def can_withdraw_case(user, case: CaseStudy) -> bool:
    """The leads of the lead agency, and portal staff."""
    return can_review_cases(user) or can(user, "cases.withdraw", case.agency)


def editable_cases(user):
    """The cases that this person may write. Asks the database, so who was taken out has lost it at once."""
    return CaseStudy.objects.written_by(agencies_written_for(user))


def can_read_draft(user, case: CaseStudy) -> bool:
    """Whether this person reads what is not published yet: members of the agencies that write it, and portal staff."""
    if not user.is_authenticated:
        return False
    return user.has_perm("casestudies.change_casestudy") or belongs_to_writers(user, case)


def belongs_to_writers(user, case: CaseStudy) -> bool:
    """Whether this person is of an agency that writes the case, and so reads its draft without being staff."""
    agencies = user.memberships.active().values("agency")
    return CaseStudy.objects.written_by(agencies).filter(pk=case.pk).exists()


def can_read_in_review(user, file: CaseFile) -> bool:
    """Whether this person reviews a text that is open and shows this file. Other texts of the case stay closed to them."""
    if not user.is_authenticated:
        return False
    reading = ReviewAssignment.objects.reading().filter(
        user=user, user__is_active=True, round__case=file.case_id
    )
    return any(
        one["key"] == str(file.public_id)
        for content in reading.values_list("round__revision__content", flat=True)
        for one in content.get("attachments", [])
    )
