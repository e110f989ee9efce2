"""The built scripts and styles: their addresses, and how they are served."""

import hashlib
import json
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Request, Response

_BUILD: Final = Path(__file__).parent / "static" / "build"


@dataclass(frozen=True)
class BuiltFile:
    """One file of the build, as it is and compressed; `version` changes with its content."""

    plain: bytes
    gzipped: bytes | None
    media_type: str
    version: str

    def respond(self, request: Request, cache_control: str) -> Response:
        """Answer `request`, compressed where the client accepts it, 304 where it has the file."""
        small = self.gzipped if request.accept_encodings["gzip"] else None
        response = Response(small or self.plain, mimetype=self.media_type)
        response.set_etag(f"{self.version}-gz" if small else self.version)
        if small:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Cache-Control"] = cache_control
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.make_conditional(request)
        return response


class Assets:
    """The files of the last `npm run build`; forgets what it knows when there was a newer one."""

    def __init__(self, folder: Path = _BUILD) -> None:
        self._folder = folder
        self._built_at = -1.0
        self._names: dict[str, str] = {}
        self._files: dict[str, BuiltFile] = {}

    def url(self, name: str) -> str:
        """The address of `name`, with its hash once built."""
        self._refresh()
        return f"/static/build/{self._names.get(name, name)}"

    def text(self, name: str) -> str:
        """What is in the built file of `name`, to stand in a page itself; nothing before a build."""
        self._refresh()
        built = self.file(self._names.get(name, ""))
        return built.plain.decode() if built else ""

    def file(self, name: str) -> BuiltFile | None:
        """The file called `name` in the build; None for whatever the manifest does not list."""
        self._refresh()
        if name not in self._files and name in self._names.values():
            self._files[name] = self._read(name)
        return self._files.get(name)

    def _read(self, name: str) -> BuiltFile:
        plain = (self._folder / name).read_bytes()
        compressed = self._folder / f"{name}.gz"
        return BuiltFile(
            plain=plain,
            gzipped=compressed.read_bytes() if compressed.exists() else None,
            media_type=mimetypes.guess_type(name)[0] or "application/octet-stream",
            version=hashlib.sha256(plain).hexdigest()[:16],
        )

    def _refresh(self) -> None:
        manifest = self._folder / "manifest.json"
        try:
            built_at = manifest.stat().st_mtime
        except FileNotFoundError:
            self._names, self._files, self._built_at = {}, {}, -1.0
            return
        if built_at != self._built_at:
            self._names = json.loads(manifest.read_text(encoding="utf-8"))
            self._files = {}
            self._built_at = built_at
