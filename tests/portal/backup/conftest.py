"""Databases of their own for the tests of backups."""

import os
import shutil
import subprocess

import psycopg
import pytest
from django.db import connection

from tests.portal.test_worker import database_url


@pytest.fixture
def databases(django_db_setup, django_db_blocker, tmp_path):
    """A set-up database of people at work, and an empty one to restore to."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            connection.close()
            shutil.copyfile(connection.settings_dict["NAME"], tmp_path / "source.sqlite3")
            yield [f"sqlite:///{tmp_path}/{name}.sqlite3" for name in ("source", "target")]
            return
        url = database_url()
        names = [f"drill_{name}_{os.getpid()}" for name in ("source", "target")]
        server = url.rpartition("/")[0]
        with psycopg.connect(f"{server}/postgres", autocommit=True) as admin:
            for name in names:
                admin.execute(f"CREATE DATABASE {name}")
            dump = tmp_path / "set_up.pgdump"
            subprocess.run(["pg_dump", "-Fc", "--no-owner", f"--file={dump}", url], check=True)
            subprocess.run(["pg_restore", "--no-owner", "-d", f"{server}/{names[0]}", str(dump)], check=True)
            yield [f"{server}/{name}" for name in names]
            for name in names:
                admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
