"""The message catalogues: every word of the interface in both languages, none fuzzy, compiled.

Without arguments: say what is missing and end with 1. With --collect: gather the words anew (needs GNU gettext),
fill the English catalogue, whose words are the ones in the code, and compile both. Words of Django
and allauth have catalogues of their own, where English differs from the identifiers too; they are written by hand.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import allauth
import django.conf
import django.contrib.auth
import polib

from tests.machine import install

NAMED = re.compile(r"%\((\w+)\)[sd]")
ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "portal" / "locale"
OF_OTHERS = ROOT / "portal" / "locale_of_others"
LANGUAGES = ("zh_Hans", "en")
SOURCES = ("portal", "orgs", "events", "casestudies", "templates")
#: Templates of allauth that no setting of ours brings up, by a part of their name.
NEVER_SHOWN = (
    "phone",
    "by_passkey",
    "closed",
    "email_change.html",
    "email_confirm.html",
    "verification_sent.html",
    "verified_email_required",
    "password_reset_code",
    "/trust.html",
    "/webauthn/signup_form",
    "/base.html",
)


def catalogue(language: str, locale: Path = LOCALE) -> Path:
    return locale / language / "LC_MESSAGES" / "django.po"


def collect() -> None:
    """Gather the words of code and templates into both catalogues, and compile them."""
    gather(ROOT, *LANGUAGES)
    english = polib.pofile(str(catalogue("en")), wrapwidth=0)
    for entry in english:
        if entry.msgid_plural:
            entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
        else:
            entry.msgstr = entry.msgid
        entry.flags = [flag for flag in entry.flags if flag != "fuzzy"]
    english.save()
    for language in LANGUAGES:
        po = polib.pofile(str(catalogue(language)), wrapwidth=0)
        po.metadata.pop("POT-Creation-Date", None)
        po.save()
        for locale in (LOCALE, OF_OTHERS):
            file = catalogue(language, locale)
            polib.pofile(str(file)).save_as_mofile(str(file.with_suffix(".mo")))


def words_in_code() -> set[str]:
    """Every msgid that code and templates use now, gathered in a copy of the sources."""
    with tempfile.TemporaryDirectory(prefix="tongxing-messages-") as folder:
        for source in (*SOURCES, "manage.py"):
            copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
            copy(ROOT / source, Path(folder) / source)
        (Path(folder) / catalogue("en").relative_to(ROOT)).unlink(missing_ok=True)
        gather(Path(folder), "en")
        return {entry.msgid for entry in polib.pofile(str(Path(folder) / catalogue("en").relative_to(ROOT)))}


def gather(root: Path, *languages: str) -> None:
    """Run GNU gettext over the sources below `root`."""
    if not shutil.which("xgettext"):
        install("gettext")
    ignore = [f"--ignore={name}" for name in (".venv", "var", "tests", "docs")]
    chosen = [f"--locale={language}" for language in languages]
    subprocess.run(
        [
            sys.executable,
            "manage.py",
            "makemessages",
            "--no-obsolete",
            "--extension=html,txt,py,svg",  # pictures have words as well
            "--no-wrap",
            "--add-location=file",
            *chosen,
            *ignore,
        ],
        cwd=root,
        env={**os.environ, "VAR_DIR": str(root / "var")},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def words_of_others() -> tuple[set[str], set[str]]:
    """Every msgid of Django and allauth, and those of allauth's templates that we show as they are."""
    entries = [
        entry
        for package in (allauth, django.conf, django.contrib.auth)
        for entry in polib.pofile(str(Path(package.__file__).parent / "locale/en/LC_MESSAGES/django.po"))
        if not entry.obsolete
    ]
    pages = tuple(f"templates/{app}/" for app in ("account", "mfa", "socialaccount", "usersessions"))
    shown = {
        entry.msgid
        for entry in entries
        for file, _ in entry.occurrences
        if file.startswith(pages)
        and not (ROOT / file).exists()
        and not any(part in file for part in NEVER_SHOWN)
    }
    return {entry.msgid for entry in entries}, shown


def words_of(entries) -> dict:
    """What each message says, by its context and its identifier: one word may mean two things."""
    return {(entry.msgctxt, entry.msgid): entry.msgstr for entry in entries}


def names_agree(entry: polib.POEntry) -> bool:
    """Whether every form of a translation has the places that the code fills in, by their names."""
    said = [entry.msgstr] if not entry.msgid_plural else list(entry.msgstr_plural.values())
    wanted = set(NAMED.findall(entry.msgid)) | set(NAMED.findall(entry.msgid_plural))
    return all(set(NAMED.findall(words)) <= wanted for words in said) and (
        bool(entry.msgid_plural) or set(NAMED.findall(entry.msgstr)) == wanted
    )


def problems() -> list[str]:
    """What is missing, fuzzy or not compiled, a sentence each."""
    found = []
    catalogues = {language: polib.pofile(str(catalogue(language))) for language in LANGUAGES}
    ids = {
        language: {entry.msgid for entry in po if not entry.obsolete} for language, po in catalogues.items()
    }
    for language, po in catalogues.items():
        found += [f"{language}: not translated: {entry.msgid!r}" for entry in po.untranslated_entries()]
        found += [f"{language}: fuzzy: {entry.msgid!r}" for entry in po.fuzzy_entries()]
        found += [
            f"{language}: other names in percent signs than the code has: {entry.msgid!r}"
            for entry in po.translated_entries()
            if "python-format" in entry.flags and not names_agree(entry)
        ]
        compiled = polib.mofile(str(catalogue(language).with_suffix(".mo")))
        if words_of(compiled) != words_of(po.translated_entries()):
            found.append(f"{language}: django.mo is not what django.po says; run `make messages`")
    known, shown = words_of_others()
    for language in LANGUAGES:
        file = catalogue(language, OF_OTHERS)
        po = polib.pofile(str(file))
        if words_of(polib.mofile(str(file.with_suffix(".mo")))) != words_of(po.translated_entries()):
            found.append(f"{language}: {OF_OTHERS.name} is not compiled; run `make messages`")
        said = {entry.msgid for entry in po.translated_entries()}
        unsaid = shown - said - ids[language]
        found += [f"{language}: allauth says this its own way: {msgid!r}" for msgid in sorted(unsaid)]
        found += [f"{language}: nobody says this any more: {msgid!r}" for msgid in sorted(said - known)]
    used = words_in_code()
    for language in LANGUAGES:
        found += [
            f"{language}: not in the catalogue; run `make messages`: {msgid!r}"
            for msgid in sorted(used - ids[language])
        ]
        found += [
            f"{language}: used nowhere; run `make messages`: {msgid!r}"
            for msgid in sorted(ids[language] - used)
        ]
    return found


def main() -> int:
    if "--collect" in sys.argv:
        collect()
    found = problems()
    print("\n".join(found) or "Both catalogues are complete.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
