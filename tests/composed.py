"""The database of compose.yaml without Docker: a fresh PostgreSQL, and in it what the image makes of the file.

As the image does: an empty cluster with a superuser, POSTGRES_DB, and then, through the socket, each script that is
mounted to where the image looks for them. Scripts and whatever they read lie at the places where compose.yaml puts them.
"""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import yaml

from tests.machine import ROOT, postgres_alone, postgres_bin

COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
#: What an administrator wrote into .env.
SECRETS = {"POSTGRES_PASSWORD": "ofTheWeb", "POSTGRES_OWNER_PASSWORD": "ofTheOwner"}
SCRIPTS = "docker-entrypoint-initdb.d"


def environment(name: str) -> dict[str, str]:
    """What the processes of a service are told: .env, when it is said, and over it what compose.yaml says."""
    service = COMPOSE["services"][name]
    said = {key: filled(value) for key, value in service.get("environment", {}).items()}
    return {**(SECRETS if service.get("env_file") == [".env"] else {}), **said}


def filled(text: str) -> str:
    return re.sub(r"\$\{(\w+)[^}]*\}", lambda found: SECRETS[found[1]], text)


@dataclass
class Database:
    port: int
    #: Of an administrator, who comes through the socket.
    administrators: str

    def url(self, service: str) -> str:
        """The address of the database as a service of compose.yaml has it."""
        return environment(service)["DATABASE_URL"].replace("@database/", f"@127.0.0.1:{self.port}/")


@contextmanager
def database(*settings: str) -> Iterator[Database]:
    """The database as it is when it is started for the first time."""
    said = environment("database")
    superuser, name = said.get("POSTGRES_USER", "postgres"), said["POSTGRES_DB"]
    with (
        postgres_alone("fsync=off", *settings, superuser=superuser, asks_for_passwords=True) as (
            folder,
            port,
        ),
        tempfile.TemporaryDirectory() as container,
    ):
        for volume in COMPOSE["services"]["database"]["volumes"]:
            source, target, *_how = volume.split(":")
            if source.startswith("./"):
                place = Path(container) / target.lstrip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(ROOT / source, place)
        administrators = f"postgresql://{superuser}@/{name}?host={folder}&port={port}"
        with psycopg.connect(administrators, dbname="postgres", autocommit=True) as first:
            first.execute(f"ALTER ROLE {superuser} PASSWORD '{said['POSTGRES_PASSWORD']}'")
            first.execute(f"CREATE DATABASE {name}")
        psql = [postgres_bin() / "psql", "--quiet", "-v", "ON_ERROR_STOP=1", "--no-psqlrc", administrators]
        for script in sorted((Path(container) / SCRIPTS).glob("*.sql")):
            subprocess.run([*psql, "-f", script], env={**os.environ, **said}, check=True)
        yield Database(port, administrators)
