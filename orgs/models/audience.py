"""Who sees a part of what an agency says about itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    """From the widest to the narrowest: each includes those that follow."""

    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("People of listed agencies")
    AGENCY = "agency", _("Only our own people")
