"""House rules of the events as system checks."""

from django.core.checks import Warning, register

from events.certifying import pdf as certificate_pdf

INSTALL = "On Debian and Ubuntu: apt-get install fonts-noto-cjk fonts-hanazono"


@register("fonts", deploy=True)
def certificates_have_fonts(app_configs, **kwargs):
    """Certificates carry names: without these fonts they cannot be made, or not for everybody."""
    if not certificate_pdf.has_chinese_font():
        return [
            Warning("No Chinese font: certificates cannot be made.", hint=INSTALL, id="events.W001"),
        ]
    if not certificate_pdf.has_rare_characters():
        return [
            Warning(
                "No font for rare characters of names (CJK extensions B to F): some certificates cannot be made.",
                hint=INSTALL,
                id="events.W002",
            )
        ]
    return []
