"""A link by which somebody without an account reads, takes along and deletes what is held under their address."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class GuestLink(models.Model):
    """One use, for one address. The token itself is in the mail only; here is its SHA-256, in hexadecimal."""

    address = models.EmailField(_("e-mail address"))
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    made_at = models.DateTimeField(_("made"), default=timezone.now)
    used_at = models.DateTimeField(_("used"), null=True, blank=True)

    class Meta:
        verbose_name = _("link to what is held about an address")
        verbose_name_plural = _("links to what is held about an address")

    def __str__(self):
        return f"{self.made_at:%Y-%m-%d %H:%M}"
