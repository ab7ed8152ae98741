"""The one answer of the portal's staff to a question, whatever its kind: yes, perhaps with a level at once, or no."""

from collections.abc import Iterable

from django.db import transaction

from orgs import application, applying, claiming, evidence, verification
from orgs.evidence import Scan
from orgs.models import Application, Evidence, User, Verification


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
