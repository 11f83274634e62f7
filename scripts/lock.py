"""Writes requirements.lock: the version of every package that an install with all extras brings in.

Run by `make lock`, on the oldest supported Python, whose versions also install on the newer ones.
"""

import json
import re
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements.lock"
HEADER = "# Tested versions, for `pip install -c`. Written by `make lock` on Python {}.{}; do not edit.\n"


def resolve(directory: Path) -> dict[str, str]:
    """Lets pip choose versions in an empty environment in `directory`: name -> version."""
    venv.create(directory / "venv", with_pip=True)
    report = directory / "report.json"
    bin_folder = "Scripts" if sys.platform == "win32" else "bin"
    python = str(directory / "venv" / bin_folder / "python")
    install = [python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--dry-run"]
    subprocess.run([*install, "--report", str(report), f"{ROOT}[dev]"], check=True)
    packages = [item["metadata"] for item in json.loads(report.read_text("utf-8"))["install"]]
    versions = {re.sub(r"[-_.]+", "-", package["name"]).lower(): package["version"] for package in packages}
    del versions["talentplan"]
    return versions


def main() -> None:
    """Resolves and writes the lock file."""
    with tempfile.TemporaryDirectory() as directory:
        versions = resolve(Path(directory))
    lines = [f"{name}=={version}\n" for name, version in sorted(versions.items())]
    LOCK.write_text(HEADER.format(*sys.version_info[:2]) + "".join(lines), "utf-8", newline="\n")
    print(f"{LOCK.name}: {len(lines)} packages")


if __name__ == "__main__":
    main()
