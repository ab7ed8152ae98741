"""What every process would do while its first visitors wait is done before the processes part: they share it."""

from pathlib import Path

from django.conf import settings
from django.template import engines
from django.urls import reverse
from django.utils.translation import gettext, override


def warm_up() -> None:
    """Read every template of ours, and the words and addresses of both languages. Asks nothing of the database."""
    engine = engines["django"]
    for folder in map(Path, settings.TEMPLATES[0]["DIRS"]):
        for file in folder.rglob("*"):
            if file.is_file():
                engine.get_template(file.relative_to(folder).as_posix())
    for language, _name in settings.LANGUAGES:
        with override(language):
            gettext("Tongxing")
            reverse("search")
