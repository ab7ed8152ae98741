"""The one answer of the portal's staff to a question, whatever its kind: yes, perhaps with a level at once, or no.

They also verify without being asked: after a visit, a call, a look into the registry.
"""

from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from orgs import application, applying, claiming, evidence, verification
from orgs.application import ApplicationError
from orgs.evidence import Scan
from orgs.models import Agency, Application, Evidence, User, Verification
from orgs.permissions import is_portal_staff


@transaction.atomic
def accept(
    asked: Application,
    *,
    by: User,
    level: int | None = None,
    method: str = "",
    department: str = "",
    note: str = "",
    pictures: Iterable[Scan] = (),
) -> Verification | None:
    """List the agency, give the entry to the claimant, or verify; with `level` the first two verify as well.

    `pictures` of the public registry are kept with the question. Returns the verification, if there is one; it may wait
    for a second person. Nothing is done when any part is refused. Raises ApplicationError or EvidenceError.
    """
    asked = application.hold(asked, by=by)
    evidence.attach(asked, pictures, by=by, kind=Evidence.Kind.REGISTRY)
    checked = {"method": method, "department": department, "note": note, "by": by}
    if asked.kind == Application.Kind.VERIFICATION:
        return verification.accept(asked, level=level, **checked)
    if asked.kind == Application.Kind.LISTING:
        applying.accept(asked, by=by)
    else:
        claiming.accept(asked, by=by)
    asked.refresh_from_db()
    return verification.verify(asked.agency, level=level, asked=asked, **checked) if level else None


@transaction.atomic
def verify_unasked(
    agency: Agency,
    *,
    by: User,
    level: int,
    method: str,
    department: str = "",
    note: str = "",
    expires_on: date | None = None,
    pictures: Iterable[Scan] = (),
) -> Verification:
    """Verify an agency that did not ask; who did is answered at the question.

    `pictures` are kept with a record of the check that is nobody's question, so they go 90 days after it as all evidence
    does. Raises ApplicationError or EvidenceError.
    """
    agency = Agency.objects.select_for_update(of=("self",)).select_related("org_type").get(pk=agency.pk)
    if not is_portal_staff(by):
        raise ApplicationError(_("Only portal staff verify agencies."))
    if open_question(agency):
        raise ApplicationError(_("It waits in the queue already. Answer it there."))
    pictures, own = list(pictures), None
    if pictures:
        own = Application.objects.create(
            agency=agency, kind=Application.Kind.VERIFICATION, applicant=by, level=level
        )
        evidence.attach(own, pictures, by=by, kind=Evidence.Kind.REGISTRY)
    return verification.verify(
        agency,
        level=level,
        method=method,
        by=by,
        asked=own,
        department=department,
        note=note,
        expires_on=expires_on,
    )


def open_question(agency: Agency) -> Application | None:
    """Where the agency's verification waits for an answer already, if it does."""
    return agency.applications.open().filter(kind=Application.Kind.VERIFICATION).first()
