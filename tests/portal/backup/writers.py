"""People at work, as a process of its own: they register, and put up files, until a file named `stop` appears.

`python -m tests.portal.backup.writers FOLDER` appends to FOLDER/committed what is committed, after it is: the public ids
of registrations, and of materials with the SHA-256 of their file.
"""

import hashlib
import os
import random
import sys
from pathlib import Path
from threading import Lock, Thread

import django


def main(folder: Path) -> None:
    from django.core.files.base import ContentFile
    from django.db import connection, transaction

    from events.models import Event, Material
    from events.registering.registration import register
    from tests import factories

    event = Event.objects.first() or factories.event(capacity=5)
    lock, stop = Lock(), folder / "stop"

    def note(line: str) -> None:
        with lock, (folder / "committed").open("a") as file:
            file.write(line + "\n")

    def work(number: int) -> None:
        dice = random.Random(number)
        while not stop.exists():
            person = factories.user(email=f"{dice.random()}-{number}@example.org")
            place = register(event, user=person, by=person)
            note(f"registration {place.public_id}")
            content = dice.randbytes(dice.randrange(1, 200_000))
            sha = hashlib.sha256(content).hexdigest()
            with transaction.atomic():
                material = Material(
                    event=event, name="a.pdf", content_type="application/pdf", sha256=sha, size=len(content)
                )
                material.file.save("a.pdf", ContentFile(content), save=False)
                material.save()
            note(f"material {material.public_id} {sha}")
            if dice.random() < 0.3:
                gone = Material.objects.filter(pk=material.pk).get()
                gone.delete()
                gone.file.storage.delete(gone.file.name)
                note(f"deleted {material.public_id}")
        connection.close()

    threads = [Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    main(Path(sys.argv[1]))
