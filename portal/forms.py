"""How a form looks: one field template for the whole product."""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """Label, help, sentence of refusal and control, tied together for people who listen to the page."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
