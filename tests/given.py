"""Real input files that stand beside the repository. A test that needs one is skipped, with the reason, without it."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def given(*parts: str) -> Path:
    file = FOLDER.joinpath(*parts)
    if not file.exists():
        pytest.skip(f"no file ../shared/data/{'/'.join(parts)}")
    return file
