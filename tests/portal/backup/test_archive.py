"""An archive: what is in it, that every damage is found, that a sealed one opens to its passphrase only, how many stay."""

import io
import json
import os
import tarfile
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from portal.backup import (
    BackupRefused,
    Manifest,
    databases,
    file_columns,
    passphrases,
    reading,
    restoring,
    sealing,
    taking,
)
from portal.backup.sealing import BLOCK, Sealing, Unsealing

WORDS = "four words are enough"


@pytest.fixture
def copied(monkeypatch, tmp_path):
    """A database that is copied without one: what its rows name is `names`."""
    state = SimpleNamespace(names=set(), now=None)

    def copy(folder):
        file = folder / "database.sqlite3.gz"
        file.write_bytes(b"rows")
        return databases.Copied(file, {"events_event": 3}, set(state.names))

    monkeypatch.setattr(databases, "copy", copy)
    monkeypatch.setattr(databases, "names_of", lambda *a: state.names if state.now is None else state.now)
    monkeypatch.setattr(databases, "refuse_company", lambda: None)
    return state


@pytest.fixture
def private(settings):
    folder = settings.PRIVATE_ROOT / "evidence"
    folder.mkdir(parents=True)
    (folder / "one").write_bytes(b"1" * 1000)
    (folder / "two").write_bytes(b"2" * 2000)
    return folder


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "archives"


pytestmark = pytest.mark.django_db


def test_an_archive_holds_database_files_names_of_settings_and_a_manifest(
    copied, private, folder, monkeypatch
):
    monkeypatch.setenv("SECRET_KEY", "a-secret-value-that-never-leaves")
    place, manifest = taking.take(folder)
    with tarfile.open(place) as archive:
        names = archive.getnames()
        told = archive.extractfile("settings.txt").read().decode()
    assert names == [
        "private/evidence/one",
        "private/evidence/two",
        "database.sqlite3.gz",
        "settings.txt",
        "manifest.json",
    ]
    assert manifest.rows == {"events_event": 3}
    assert manifest.files["private/evidence/one"][1] == 1000
    assert "SECRET_KEY: set\n" in told
    assert "DATABASE_URL: " in told
    assert b"a-secret-value" not in place.read_bytes()
    assert place.stat().st_mode & 0o077 == 0
    assert reading.verify(place) == manifest


def test_what_is_half_written_is_never_called_an_archive(copied, private, folder, monkeypatch):
    def fails(*arguments, **options):
        raise OSError("No space left on device")

    monkeypatch.setattr(taking, "add_text", fails)
    with pytest.raises(OSError, match="No space"):
        taking.take(folder)
    assert list(folder.iterdir()) == []


def test_what_a_killed_backup_left_is_gone_after_the_next_one(copied, folder):
    """Half an archive, and above all the copy of the database that no passphrase protects."""
    (folder / ".taking-x").mkdir(parents=True)
    (folder / ".taking-x" / "database.sqlite3.gz").write_bytes(b"rows")
    (folder / "tongxing-20261129T030000_000000Z.tar.sealed.unfinished").write_bytes(b"half")
    place, _manifest = taking.take(folder, passphrase=WORDS)
    assert list(folder.iterdir()) == [place]


def test_a_backup_does_not_sweep_away_what_another_is_writing(copied, folder):
    folder.mkdir()
    with taking.held(folder):
        (folder / ".taking-x").mkdir()
        with pytest.raises(BackupRefused, match="Another backup"):
            taking.take(folder)
        assert (folder / ".taking-x").exists()


def test_the_newest_stay(copied, folder):
    places = [taking.take(folder, keep=2)[0] for _each in range(4)]
    assert taking.archives(folder) == [places[3], places[2]]


def test_a_file_deleted_between_the_rows_and_the_files_is_no_row_without_a_file(
    copied, private, folder, monkeypatch
):
    """The row named it when the database was copied. So the database is copied again, when no row does any more."""
    copied.names, copied.now = {"private/evidence/gone", "private/evidence/one"}, set()
    copies = []
    first = databases.copy

    def copy(work):
        copies.append(1)
        if len(copies) > 1:
            copied.names = {"private/evidence/one"}
        return first(work)

    monkeypatch.setattr(databases, "copy", copy)
    taking.take(folder)
    assert len(copies) == 2


def test_a_file_that_was_lost_long_ago_keeps_no_archive_from_being_taken(copied, private, folder):
    copied.names = {"private/evidence/lost", "private/evidence/one"}
    _place, manifest = taking.take(folder)
    assert "private/evidence/lost" not in manifest.files


# -- Damage -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("passphrase", ["", WORDS])
def test_one_changed_byte_anywhere_is_found(copied, private, folder, passphrase):
    place, _manifest = taking.take(folder, passphrase=passphrase)
    content = place.read_bytes()
    at = [60, len(content) // 2, len(content) - 1]
    if not passphrase:
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            at = [member.offset_data + 3 for member in archive]
    for byte in at:
        place.write_bytes(content[:byte] + bytes([content[byte] ^ 1]) + content[byte + 1 :])
        with pytest.raises((BackupRefused, json.JSONDecodeError)):
            reading.verify(place, passphrase=passphrase)


@pytest.mark.parametrize("passphrase", ["", WORDS])
def test_one_that_was_cut_off_is_found(copied, private, folder, passphrase):
    place, _manifest = taking.take(folder, passphrase=passphrase)
    content = place.read_bytes()
    for length in (0, 30, len(content) // 2):
        place.write_bytes(content[:length])
        with pytest.raises(BackupRefused):
            reading.verify(place, passphrase=passphrase)


def test_a_name_that_leads_out_of_the_folder_is_refused(folder, tmp_path):
    folder.mkdir()
    place = folder / "tongxing-evil.tar"
    with tarfile.open(place, "w") as archive:
        member = tarfile.TarInfo("private/../../../evil")
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(BackupRefused, match="which no archive of ours does"):
        reading.verify(place)


def test_an_archive_of_another_form_says_so():
    with pytest.raises(BackupRefused, match="has the form 99"):
        Manifest.from_json({"format": 99})


# -- Sealed -----------------------------------------------------------------------------------------------------------


def sealed(content: bytes, passphrase: str = WORDS) -> bytes:
    target = io.BytesIO()
    with Sealing(target, passphrase) as file:
        for at in range(0, len(content), 70_000):
            file.write(content[at : at + 70_000])
    return target.getvalue()


def opened(content: bytes, passphrase: str = WORDS) -> bytes:
    return io.BufferedReader(Unsealing(io.BytesIO(content), passphrase)).read()


@pytest.mark.parametrize("size", [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK])
def test_what_is_sealed_opens_to_its_passphrase(size):
    content = os.urandom(size)
    assert opened(sealed(content)) == content
    with pytest.raises(BackupRefused, match="passphrase is wrong"):
        opened(sealed(content), "another passphrase")


def test_blocks_cannot_be_left_out_or_moved():
    whole = sealed(os.urandom(3 * BLOCK))
    head, step = len(sealing.MAGIC) + sealing.SALT + sealing.NONCE, BLOCK + sealing.TAG
    first, second, last = (whole[head + n * step : head + (n + 1) * step] for n in range(3))
    for blocks in ((first, second), (first, last), (second, first, last), (first, second, last, last)):
        with pytest.raises(BackupRefused):
            opened(whole[:head] + b"".join(blocks))


def test_a_sealed_archive_gives_nothing_away_and_asks_for_its_passphrase(copied, private, folder):
    place, _manifest = taking.take(folder, passphrase=WORDS)
    assert place.name.endswith(".tar.sealed")
    assert b"evidence" not in place.read_bytes()
    with pytest.raises(BackupRefused, match="encrypted"):
        reading.verify(place)


def test_a_passphrase_comes_from_a_file_or_the_environment_and_is_no_short_one(tmp_path, monkeypatch):
    file = tmp_path / "passphrase"
    file.write_text(WORDS + "\n")
    assert passphrases.read(str(file)) == WORDS
    assert passphrases.read("") == ""
    monkeypatch.setenv("BACKUP_PASSPHRASE", WORDS)
    assert passphrases.read("") == WORDS
    monkeypatch.setenv("BACKUP_PASSPHRASE", "short")
    with pytest.raises(BackupRefused, match="fewer than 12"):
        passphrases.read("")


# -- Putting back -----------------------------------------------------------------------------------------------------


def test_nothing_is_touched_where_there_is_something(copied, private, folder):
    place, _manifest = taking.take(folder)
    with pytest.raises(BackupRefused, match="There is something already: the database"):
        restoring.restore(place)
    assert sorted(path.name for path in private.iterdir()) == ["one", "two"]


def test_nothing_is_touched_before_the_last_byte_was_right(copied, private, folder, monkeypatch):
    place, _manifest = taking.take(folder)
    content = place.read_bytes()
    at = content.index(b"2" * 2000)
    place.write_bytes(content[:at] + b"3" + content[at + 1 :])
    put = []
    monkeypatch.setattr(databases, "put_in_place", put.append)
    with pytest.raises(BackupRefused, match="not as its manifest says"):
        restoring.restore(place, replace=True)
    assert put == []
    assert (private / "two").read_bytes() == b"2" * 2000
    assert not private.parent.with_name("private.restoring").exists()


def test_an_archive_of_another_database_is_refused(copied, folder, monkeypatch):
    place, _manifest = taking.take(folder)
    monkeypatch.setattr(restoring, "connection", SimpleNamespace(vendor="oracle"))
    with pytest.raises(BackupRefused, match="DATABASE_URL names oracle"):
        restoring.restore(place, replace=True)


@pytest.fixture
def put(copied, monkeypatch):
    """The commands that a restore called, which puts back files only; `rows` is what its database then has."""
    state = SimpleNamespace(commands=[], rows={"events_event": 3})
    monkeypatch.setattr(databases, "put_in_place", lambda file: None)
    monkeypatch.setattr(databases, "rows_now", lambda: state.rows)
    monkeypatch.setattr(restoring, "call_command", lambda name, **options: state.commands.append(name))
    monkeypatch.setattr(restoring.search, "rebuild", lambda: 0)
    monkeypatch.setattr(restoring.connections, "close_all", lambda: None)
    return state


def test_what_a_killed_restore_unpacked_is_not_mixed_in(put, private, folder):
    place, _manifest = taking.take(folder)
    left = private.parent.with_name("private.restoring") / "evidence"
    left.mkdir(parents=True)
    (left / "of another archive").write_bytes(b"x")
    restoring.restore(place, replace=True)
    assert sorted(path.name for path in private.iterdir()) == ["one", "two"]


def test_rows_that_differ_are_said_after_everybody_was_forgotten_again(put, folder):
    place, _manifest = taking.take(folder)
    put.rows = {"events_event": 4}
    with pytest.raises(BackupRefused, match="somebody was at work: events_event"):
        restoring.restore(place, replace=True)
    assert put.commands == ["migrate", "replay_erasures"]


def test_the_programs_of_postgresql_encrypt_as_the_portal_does(monkeypatch, tmp_path):
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$PGSSLMODE to $1" >&2\nexit 1\n')
    program.chmod(0o755)
    facts = {"HOST": "db.example.org", "PORT": "", "USER": "u", "NAME": "n", "PASSWORD": "p"}
    options = {"sslmode": "verify-full", "prepare_threshold": 3}
    ours = SimpleNamespace(settings_dict={**facts, "OPTIONS": options})
    monkeypatch.setattr(databases, "connection", ours)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with pytest.raises(BackupRefused, match="verify-full to --host=db"):
        databases.run("pg_dump")


def test_the_command_says_what_is_missing(settings, tmp_path):
    with pytest.raises(CommandError, match="Say where to"):
        call_command("backup")
    with pytest.raises(CommandError, match="No such file"):
        call_command("restore", str(tmp_path / "none.tar"), "--replace")


def test_a_backup_that_failed_is_an_error_of_the_log_of_which_administrators_hear(
    copied, folder, monkeypatch, caplog
):
    def away(work):
        raise OperationalError("the database is away")

    monkeypatch.setattr(databases, "copy", away)
    with pytest.raises(OperationalError):
        call_command("backup", str(folder))
    monkeypatch.setattr(databases, "copy", lambda work: (_ for _ in ()).throw(BackupRefused("damaged")))
    with pytest.raises(CommandError, match="damaged"):
        call_command("backup", str(folder))
    said = [(line.levelname, line.getMessage()) for line in caplog.records if "backup" in line.name]
    assert said == [
        ("ERROR", "No backup was taken: OperationalError"),
        ("ERROR", "No backup was taken: damaged"),
    ]


def test_every_field_with_a_file_is_known_with_its_folder():
    columns = {(root, table) for root, table, _column in file_columns()}
    assert ("private", "events_material") in columns
    assert ("private", "orgs_evidence") in columns
    assert ("private", "casestudies_casefile") in columns
    assert ("media", "wagtailimages_image") in columns
