"""The found agencies as a list to take along: printed in two columns, or as a table for a spreadsheet.

Only what everybody may see leaves here, whoever asks: a list is passed on.
"""

import io

from django.utils.translation import gettext as _
from openpyxl import Workbook

from orgs.models import Agency, Service
from orgs.open_data import licence
from orgs.visibility import public
from portal.csv_file import as_csv
from portal.importing import inert

MOST_PRINTED = 500  # about fifty sheets
MOST_IN_A_FILE = 5000

#: Column, its tag in the Humanitarian Exchange Language (hxlstandard.org) for the second row.
COLUMNS = {
    "name": "#org+name",
    "name_en": "#org+name+i_en",
    "type": "#org+type",
    "services": "#activity",
    "service_codes": "#sector+code",
    "populations": "#beneficiary+type",
    "adm1_code": "#adm1+code",
    "adm2_code": "#adm2+code",
    "adm3_code": "#adm3+code",
    "areas_served": "#loc+name",
    "status": "#status",
    "confirmed_on": "#date+reported",
    "phone": "#contact+phone",
    "hotline": "#contact+phone+hotline",
    "email": "#contact+email",
    "website": "#contact+url",
    "wechat": "#contact+wechat",
    "address": "#contact+address",
    "licence": "#meta+license",
    "link": "#meta+url",
}


def read(pks: list[int]) -> list[Agency]:
    """The agencies in this order, as everybody sees them, with what a list shows."""
    # By slices: databases take only so many values in one question.
    found: dict[int, Agency] = {}
    for start in range(0, len(pks), 1000):
        found |= (
            Agency.objects.listed()
            .for_rows()
            .prefetch_related("shown_services__areas__parent")
            .in_bulk(pks[start : start + 1000])
        )
    return [public(found[pk]) for pk in pks if pk in found]


def context(pks: list[int]) -> dict:
    """What the printed list shows: at most `MOST_PRINTED`, and how many that leaves out."""
    return {"printed": read(pks[:MOST_PRINTED]), "left_out": max(0, len(pks) - MOST_PRINTED)}


def lines(pks: list[int], address_of) -> list[list[str]]:
    """The table with its two headings. `address_of` makes a whole address of a path."""
    table = [list(COLUMNS), list(COLUMNS.values())]
    table += [[cells[name] for name in COLUMNS] for cells in map(cells_of, read(pks[:MOST_IN_A_FILE]))]
    for row in table[2:]:
        row[-1] = address_of(row[-1])
    return [table[0], table[1], *([inert(cell) for cell in row] for row in table[2:])]


def cells_of(agency: Agency) -> dict[str, str]:
    """One agency, each column by its name. Several values stand with a semicolon between them."""
    services: list[Service] = agency.shown_services
    codes = agency.division.code if agency.division else ""
    areas = dict.fromkeys(str(area.full_name) for service in services for area in service.areas.all())
    types = dict.fromkeys(topic.code for service in services for topic in service.types.all())
    return {
        "name": agency.legal_name,
        "name_en": agency.name_en,
        "type": agency.org_type.code,
        "services": "; ".join(str(service.name) for service in services),
        "service_codes": "; ".join(types),
        "populations": "; ".join(topic.code for topic in agency.populations_served),
        "adm1_code": codes[:2] + "0000" if codes else "",
        "adm2_code": codes[:4] + "00" if codes and codes[2:6] != "0000" else "",
        "adm3_code": codes if codes and not codes.endswith("00") else "",
        "areas_served": "; ".join(areas),
        "status": _("confirmed by the agency") if agency.confirmed_on else _("not confirmed"),
        "confirmed_on": agency.confirmed_on.isoformat() if agency.confirmed_on else "",
        "phone": agency.public_phone,
        "hotline": agency.hotline,
        "email": agency.public_email,
        "website": agency.website,
        "wechat": agency.wechat_account,
        "address": agency.address,
        "licence": licence.IDENTIFIER,
        "link": agency.get_absolute_url(),
    }


def as_xlsx(table: list[list[str]]) -> bytes:
    """One sheet with every cell as text. Control characters, which Excel cannot hold, are left out."""
    book = Workbook(write_only=True)
    book.properties.description = f"{licence.NAME} ({licence.URL}). {licence.ATTRIBUTION}"
    sheet = book.create_sheet(_("Agencies")[:31])
    for row in table:
        sheet.append(["".join(character for character in cell if character >= " ") for cell in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


FORMATS = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
