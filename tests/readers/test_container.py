"""The Containerfile by a linter of another house; skipped where it is not installed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from processes import ROOT


def test_the_linter_has_nothing_to_say() -> None:
    """Hadolint finds no mistake and no bad habit in the Containerfile."""
    beside = Path(sys.executable).with_name("hadolint")
    linter = str(beside) if beside.exists() else shutil.which("hadolint")
    if linter is None:
        pytest.skip("hadolint is not installed (the extra `proof` has it)")
    file = ROOT / "deploy" / "container" / "Containerfile"
    done = subprocess.run([linter, "--no-color", file], check=False, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
