"""Build hook: the wheel carries the sample region under talentplan/sample/."""

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SAMPLE = ("data/industries", "data/programs", "data/reference", "data/stakeholders", "models")


class SampleInWheel(BuildHookInterface[Any]):
    """Places data/ and models/ side by side, so that paths such as ../data in a model keep working.

    An editable install reads both from the repository and gets no copy. A folder that is missing is left out.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds the folders to the files of a standard wheel."""
        if version == "editable":
            return
        for folder in SAMPLE:
            path = Path(self.root, folder)
            if path.is_dir():
                build_data["force_include"][str(path)] = f"talentplan/sample/{folder}"
