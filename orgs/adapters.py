"""How accounts meet the rest: mail goes through the outbox, people are kept with what they said at sign-up."""

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from orgs import consent, joining
from orgs.console.consent import TO_BE_ASKED
from orgs.models import Application, User
from portal import mail, second_factor
from portal.bilingual import CHINESE
from portal.visit import client_address


class AccountAdapter(DefaultAccountAdapter):
    def save_user(self, request, user, form, commit=True):
        """Keep the person whole in one write: name, occupation, language, and the agency they named."""
        said = form.cleaned_data
        user.name = said.get("name", "")
        user.occupation = said.get("occupation") or User.Occupation.OTHER
        user.language = get_language() or CHINESE
        user.wants_to_join = said.get("agency")
        user = super().save_user(request, user, form, commit=commit)
        if commit:
            consent.agree(user)
        return user

    def send_mail(self, template_prefix, email, context):
        """Write in the person's language and leave the sending to the worker."""
        person = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = person.language if person else get_language() or CHINESE
        with override(language):
            message = self.render_mail(
                template_prefix,
                email,
                {"request": self.request, "email": email, "site_url": settings.SITE_URL, **context},
            )
        mail.queue(subject=message.subject, body=message.body, to=email, language=language)

    def post_login(self, request, user, **kwargs):
        """Nobody signs in before their address is confirmed: now the agency they named can be asked."""
        response = super().post_login(request, user, **kwargs)
        if not consent.is_current(user):
            request.session[TO_BE_ASKED] = True
        if asked := joining.ask_as_said_at_sign_up(user):
            said = (
                _("Nobody looks after %(agency)s yet, so you claimed it. Add what shows that you work there.")
                if isinstance(asked, Application)
                else _("You asked to join %(agency)s. Its managers have been told.")
            )
            messages.info(request, said % {"agency": asked.agency})
        return response

    def get_logout_redirect_url(self, request):
        """The home page in the language that was read."""
        return reverse("wagtail_serve", args=[""])

    def get_client_ip(self, request):
        """One answer for all who count or write down an address."""
        return client_address(request)

    def get_reauthentication_methods(self, user):
        """Whoever has a second factor confirms with it: a password alone would be less than they signed in with."""
        ways = super().get_reauthentication_methods(user)
        if user.is_authenticated and second_factor.has_one(user):
            return [way for way in ways if way["id"] != "reauthenticate"]
        return ways
