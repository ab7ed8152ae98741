"""What we learned: practice case studies, their authors and their way to publication."""

from casestudies.models.adaptation import Adaptation
from casestudies.models.attachment import Attachment, CaseFile
from casestudies.models.author import CaseAuthor
from casestudies.models.casestudy import CaseStudy
from casestudies.models.co_writing import CoWriting
from casestudies.models.deidentification import DeidentificationDecision, DeidentificationStatement
from casestudies.models.imported_report import ImportedReport
from casestudies.models.open_record import OpenRecord, OpenRecordSet
from casestudies.models.parallel_text import ParallelText
from casestudies.models.partner import CasePartner
from casestudies.models.presentation import Presentation
from casestudies.models.question import CaseQuestion
from casestudies.models.reading_list import CaseNote, ListEntry, ReadingList
from casestudies.models.research_interest import ResearchAnswer, ResearchInterest
from casestudies.models.review_assignment import (
    PointAnswer,
    Review,
    ReviewAssignment,
    ReviewComment,
    ReviewReminder,
)
from casestudies.models.review_round import ReviewRound
from casestudies.models.reviewer import Reviewer, ReviewerRole
from casestudies.models.saved_search import AnnouncedCase, SavedSearch
from casestudies.models.usage import DailyCount
from casestudies.models.version import CaseVersion
from casestudies.pages import LibraryPage

__all__ = [
    "Adaptation",
    "AnnouncedCase",
    "Attachment",
    "CaseAuthor",
    "CaseFile",
    "CaseNote",
    "CasePartner",
    "CaseQuestion",
    "CaseStudy",
    "CaseVersion",
    "CoWriting",
    "DailyCount",
    "DeidentificationDecision",
    "DeidentificationStatement",
    "ImportedReport",
    "LibraryPage",
    "ListEntry",
    "OpenRecord",
    "OpenRecordSet",
    "ParallelText",
    "PointAnswer",
    "Presentation",
    "ReadingList",
    "ResearchAnswer",
    "ResearchInterest",
    "Review",
    "ReviewAssignment",
    "ReviewComment",
    "ReviewReminder",
    "ReviewRound",
    "Reviewer",
    "ReviewerRole",
    "SavedSearch",
]
