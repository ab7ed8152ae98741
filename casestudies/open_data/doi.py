"""Giving a case study a DOI.

A DOI is proposed from the identifier, deposited at a registration agency by the people who run the portal
(`manage.py export_datacite`), and only then noted on the open record: until a DOI leads somewhere, nobody is told of it.
"""

import re

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from casestudies.models import CaseStudy, CaseVersion, OpenRecord
from casestudies.open_data import open_records

DOI = re.compile(r"10\.[0-9]{4,9}/[a-z0-9._;()/-]+")
PREFIX = re.compile(r"10\.[0-9]{4,9}")


class WrongIdentifier(Exception):
    """A refusal, with a sentence for people."""


def proposed_doi(case: CaseStudy) -> str:
    """The DOI under which this case would be deposited. Raises WrongIdentifier while the portal has no prefix."""
    if not PREFIX.fullmatch(settings.DOI_PREFIX):
        raise WrongIdentifier(_("Set DOI_PREFIX to the prefix that your DOI registration agency gave you."))
    return f"{settings.DOI_PREFIX}/tongxing.{case.public_id.hex[:12]}"


def proposed_version_doi(version: CaseVersion) -> str:
    """The DOI under which one version would be deposited, beside that of its case. Raises WrongIdentifier."""
    return f"{proposed_doi(version.case)}.v{version.number}"


@transaction.atomic
def note_doi(case: CaseStudy, doi: str) -> OpenRecord:
    """Note the DOI that was registered for a published case; the same one again changes nothing.

    Raises WrongIdentifier when it is none, when another was noted before, when it is another case's, or when the case
    was never published.
    """
    doi = doi.strip().lower().removeprefix("https://doi.org/").removeprefix("doi:")
    if not DOI.fullmatch(doi) or len(doi) > 120:
        raise WrongIdentifier(_("This is not a DOI: %(doi)s") % {"doi": doi[:200]})
    record = OpenRecord.objects.select_for_update().filter(case=case).first()
    if record is None:
        raise WrongIdentifier(_("Only a case study that was published can have a DOI."))
    if record.doi not in (None, doi):
        raise WrongIdentifier(_("This case study has the DOI %(doi)s, and keeps it.") % {"doi": record.doi})
    if OpenRecord.objects.filter(doi=doi).exclude(pk=record.pk).exists():
        raise WrongIdentifier(_("Another case study has this DOI."))
    record.doi = doi
    record.save(update_fields=["doi"])
    open_records.refresh([case.pk])
    return record
