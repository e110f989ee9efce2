"""Where the built scripts and styles are."""

import json
from pathlib import Path
from typing import Final

_BUILD: Final = Path(__file__).parents[1] / "static" / "build"


class Assets:
    """Names of source entries to addresses of built files; reads the manifest again when it changes."""

    def __init__(self, folder: Path = _BUILD) -> None:
        self._manifest = folder / "manifest.json"
        self._read_at = -1.0
        self._files: dict[str, str] = {}

    def url(self, name: str) -> str:
        """The address of `name`, with its hash once built."""
        self._refresh()
        return f"/static/build/{self._files.get(name, name)}"

    def _refresh(self) -> None:
        try:
            changed_at = self._manifest.stat().st_mtime
        except FileNotFoundError:
            return
        if changed_at != self._read_at:
            self._files = json.loads(self._manifest.read_text(encoding="utf-8"))
            self._read_at = changed_at
