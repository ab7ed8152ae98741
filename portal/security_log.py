"""Who came in, who was refused, who left: a line each, by key and never by what was typed."""

import logging

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

logger = logging.getLogger("portal.security")


@receiver(user_logged_in)
def came_in(sender, user, **kwargs):
    logger.info("signed in", extra={"facts": {"actor": user.pk}})


@receiver(user_logged_out)
def left(sender, user, **kwargs):
    if user:
        logger.info("signed out", extra={"facts": {"actor": user.pk}})


@receiver(user_login_failed)
def was_refused(sender, **kwargs):
    logger.warning("sign-in refused")
