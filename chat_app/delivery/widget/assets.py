"""Where the built scripts and styles are."""

import hashlib
import json
from pathlib import Path
from typing import Final

_BUILD: Final = Path(__file__).parents[1] / "static" / "build"
_LOADER: Final = "widget.js"


class Assets:
    """The files of the last `npm run build`; reads them again when there was a newer one."""

    def __init__(self, folder: Path = _BUILD) -> None:
        self._folder = folder
        self._built_at = -1.0
        self._names: dict[str, str] = {}
        self._loader: tuple[bytes, str] | None = None

    def url(self, name: str) -> str:
        """The address of `name`, with its hash once built."""
        self._refresh()
        return f"/static/build/{self._names.get(name, name)}"

    def loader(self) -> tuple[bytes, str] | None:
        """The loader and its ETag; None before the first build."""
        self._refresh()
        return self._loader

    def _refresh(self) -> None:
        manifest = self._folder / "manifest.json"
        try:
            built_at = manifest.stat().st_mtime
        except FileNotFoundError:
            return
        if built_at == self._built_at:
            return
        self._names = json.loads(manifest.read_text(encoding="utf-8"))
        script = (self._folder / self._names.get(_LOADER, _LOADER)).read_bytes()
        self._loader = (script, hashlib.sha256(script).hexdigest()[:16])
        self._built_at = built_at
