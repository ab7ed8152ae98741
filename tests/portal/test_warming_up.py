"""What web processes share from the start."""

from django.conf import settings
from django.template import engines
from django.urls import get_resolver

from portal.warming_up import warm_up


def test_every_template_is_read_and_every_address_is_written_down_before_the_first_visitor(monkeypatch):
    [loader] = engines["django"].engine.template_loaders
    monkeypatch.setattr(loader, "get_template_cache", {})
    for resolver in (get_resolver(), *get_resolver().url_patterns):
        monkeypatch.setattr(resolver, "_reverse_dict", {}, raising=False)

    warm_up()

    [folder] = settings.TEMPLATES[0]["DIRS"]
    ours = {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}
    assert len(ours) > 400
    assert ours <= set(loader.get_template_cache)
    assert set(get_resolver()._reverse_dict) == {code for code, _name in settings.LANGUAGES}
