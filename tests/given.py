"""Real input files that stand beside the repository. A test that needs one is skipped, with the reason, without it."""

import os
from pathlib import Path

import pytest

BESIDE = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
FOLDER = Path(os.environ.get("SHARED_DATA", BESIDE))


def given(*parts: str) -> Path:
    file = FOLDER.joinpath(*parts)
    if not file.exists():
        pytest.skip(f"no file ../shared/data/{'/'.join(parts)}")
    return file
