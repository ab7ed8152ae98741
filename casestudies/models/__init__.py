"""What we learned: practice case studies, their authors and their way to publication."""

from casestudies.models.attachment import Attachment, CaseFile
from casestudies.models.casestudy import CaseAuthor, CasePartner, CaseStudy
from casestudies.pages import LibraryPage

__all__ = ["Attachment", "CaseAuthor", "CaseFile", "CasePartner", "CaseStudy", "LibraryPage"]
