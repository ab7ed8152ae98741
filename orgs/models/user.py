"""A person with an account. The e-mail address is the sign-in name; what a person may do comes from memberships."""

import uuid

from django.contrib.auth.models import AbstractUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from orgs.names import seen_as_written


class UserManager(BaseUserManager):
    def create_user(self, email: str, password: str | None = None, **fields):
        """Make an account. Without a password the person signs in by a code sent by mail."""
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str):
        return self.get(email__iexact=email)


class User(AbstractUser):
    username = None
    first_name = None
    last_name = None

    class Occupation(models.TextChoices):
        PRACTITIONER = "practitioner", _("Practitioner")
        RESEARCHER = "researcher", _("Researcher")
        SUPERVISOR = "supervisor", _("Supervisor")
        VOLUNTEER = "volunteer", _("Volunteer")
        OTHER = "other", _("Other")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("This e-mail address has an account already.")},
    )
    name = models.CharField(_("name"), max_length=60, validators=[seen_as_written])
    occupation = models.CharField(
        _("occupation"), max_length=20, choices=Occupation, default=Occupation.PRACTITIONER
    )
    language = models.CharField(
        _("language of your mail"),
        max_length=10,
        default="zh-hans",
        choices=[("zh-hans", "简体中文"), ("en", "English")],
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_("Times of events are then also told on these clocks. Empty: on those of your device."),
    )
    wants_to_join = models.ForeignKey(
        "orgs.Agency",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("agency named at sign-up"),
    )
    #: When a mail said that the account will be closed because nobody uses it (`orgs.unused`).
    told_unused_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_sample = models.BooleanField(_("sample"), default=False, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="an_email_is_kept_in_lower_case"
            )
        ]

    def __str__(self):
        return self.name or self.email

    def save(self, *args, **kwargs):
        self.email = self.email.lower()
        super().save(*args, **kwargs)

    def get_full_name(self):
        return str(self)

    get_short_name = get_full_name


def display_name(user: User) -> str:
    """How allauth speaks of a person."""
    return str(user)
