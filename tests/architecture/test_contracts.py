"""Who may import whom, as pyproject.toml says."""

import subprocess
import sys
from pathlib import Path

from tests.processes import ROOT


def test_the_contracts_of_imports_are_kept() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run(
        [lint_imports, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr
