"""The forms of the member console for case studies. They check; the rules in `casestudies.writing.authoring` decide."""

from casestudies.forms.begin import ReportForm, StartForm
from casestudies.forms.case import CaseForm
from casestudies.forms.people import AuthorsFormSet

__all__ = ["AuthorsFormSet", "CaseForm", "ReportForm", "StartForm"]
