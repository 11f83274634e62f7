import os
from pathlib import Path

import pytest
from hypothesis import settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of real data, which is not part of the repository.

    Named by TALENTPLAN_REFERENCE_DATA, else ../shared/data beside the repository. Where it is absent the test
    is skipped, or fails if TALENTPLAN_REQUIRE_REFERENCE=1 (as in `make slow`).
    """
    folder = Path(os.environ.get("TALENTPLAN_REFERENCE_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        reason = f"reference data: no folder {folder} (set TALENTPLAN_REFERENCE_DATA)"
        if os.environ.get("TALENTPLAN_REQUIRE_REFERENCE") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder.resolve()
