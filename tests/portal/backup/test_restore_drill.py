"""The restore drill: an archive taken while people write is put back elsewhere, and every row and file is accounted for."""

import hashlib
import json

from tests.portal.backup.installation import Installation

COUNT = """
import hashlib, json
from events.models import Material, Registration
print(json.dumps({
    "registrations": [str(id) for id in Registration.objects.values_list("public_id", flat=True)],
    "materials": {str(m.public_id): hashlib.sha256(m.file.read()).hexdigest() for m in Material.objects.all()},
}))
"""


def test_an_archive_taken_while_people_write_comes_back_whole_elsewhere(databases, tmp_path):
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("four words are enough\n")
    at_work = Installation(tmp_path / "at_work", databases[0])
    elsewhere = Installation(tmp_path / "elsewhere", databases[1])
    with at_work.people_at_work():
        before = at_work.wait_for(40)
        said = at_work.manage("backup", str(tmp_path / "archives"), "--passphrase-file", str(passphrase))
        assert "verified" in said
        after = at_work.wait_for(len(at_work.committed()) + 3)
    assert len(after) > len(before) + 3
    [archive] = (tmp_path / "archives").iterdir()

    said = elsewhere.manage("restore", str(archive), "--passphrase-file", str(passphrase))
    assert "Restored, with 0 findings" in said
    there = json.loads(elsewhere.manage("shell", "--verbosity", "0", "-c", COUNT).splitlines()[-1])

    # Every row committed before the archive was begun is there, and none that nobody committed.
    wrote = {
        line.split(" ")[1]: line.split(" ")[-1] for line in at_work.committed() if line.startswith("material")
    }
    registered = {line.split(" ")[1] for line in before if line.startswith("registration")}
    assert registered <= set(there["registrations"])
    deleted = {line.split(" ")[1] for line in at_work.committed() if line.startswith("deleted")}
    stay = {line.split(" ")[1] for line in before if line.startswith("material")} - deleted
    assert stay
    assert stay <= there["materials"].keys()
    # Every file that comes back is the one that was put up.
    assert {id: sha for id, sha in there["materials"].items() if wrote.get(id) != sha} == {}
    # And no file came back that nobody ever put up.
    files = [path for path in (elsewhere.folder / "private").rglob("*") if path.is_file()]
    assert {hashlib.sha256(path.read_bytes()).hexdigest() for path in files} <= set(wrote.values())
    assert "Everything holds" in elsewhere.manage("check_invariants")

    # A second restore does not write over what is there, and with --replace it is the same again.
    said = elsewhere.manage("restore", str(archive), "--passphrase-file", str(passphrase), code=1)
    assert "There is something already: the database" in said
    said = elsewhere.manage("restore", str(archive), "--passphrase-file", str(passphrase), "--replace")
    assert "Restored, with 0 findings" in said
