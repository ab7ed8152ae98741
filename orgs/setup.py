"""What the agencies need in a fresh database."""

from orgs.models import DirectoryPage
from portal.setup import MODERATORS, grant, make_place


def run() -> None:
    make_place(DirectoryPage, "agencies", show_in_menus=True)
    grant(MODERATORS, "orgs.view_agency", "orgs.change_agency", "wagtailadmin.access_admin")
