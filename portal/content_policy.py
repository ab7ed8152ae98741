"""Which scripts, styles and pictures a browser accepts in an answer (Content-Security-Policy).

Our pages hold nothing but what comes in files of ours. Wagtail's admin writes scripts and styles into its pages, and
shows a picture before it is uploaded (blob:); it too asks no other host, and makes no code out of text. Previews in the
admin are pages of ours with the words of members, so they keep to the rule of our pages.
"""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware

ADMIN = "/admin/"
ADMIN_POLICY = {
    "default-src": [SELF],
    "script-src": [SELF, UNSAFE_INLINE],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:", "blob:"],
    "object-src": [NONE],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [SELF],
}


class ContentPolicy(CSPMiddleware):
    """Middleware: the policy of the settings, and that of the admin below its address."""

    def get_policy_parts(self, request, response, report_only=False):
        parts = super().get_policy_parts(request, response, report_only)
        if request.path_info.startswith(ADMIN):
            parts.config = ADMIN_POLICY
        return parts
