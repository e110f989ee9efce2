"""What the operator reads when everything runs."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from chat_app.settings import Settings


@dataclass(frozen=True)
class FirstBoot:
    """The answer of `flask chat first-boot`; `password` only if it was made up just now."""

    email: str
    password: str | None = None
    created: bool = False

    @property
    def credentials(self) -> str:
        """The first admin's e-mail address, and the password or where to find it."""
        if self.password:
            return f"{self.email}  /  {self.password}   (shown once · 仅显示一次)"
        if self.created:
            return f"{self.email}  (password: ADMIN_PASSWORD)"
        return self.email


def address(settings: Settings) -> str:
    """Return the URL under which this machine reaches the web process.

    PUBLIC_URL when it leads here, since pages compare origins; else plain loopback.
    """
    parts = urlsplit(settings.public_url)
    if parts.hostname in ("localhost", "127.0.0.1", settings.host):
        return settings.public_url
    return f"http://127.0.0.1:{settings.port}"


def banner(settings: Settings, first: FirstBoot, seconds: float) -> str:
    """Return the block with the addresses and the first credentials."""
    url = address(settings)
    rows = [
        ("Dashboard · 客服工作台", f"{url}/dashboard"),
        ("Admin · 管理员", first.credentials),
        ("API docs · 接口文档", f"{url}/api/docs"),
        ("Data · 数据目录", str(settings.data_dir)),
    ]
    if not settings.production:
        rows.insert(0, ("Demo shop · 演示商店", f"{url}/demo"))
    lines = [f"{label:<{_width(label)}}{value}" for label, value in rows]
    return "\n".join(
        [
            "",
            f"  Cland Chat is ready · 已就绪 ({seconds:.1f} s)",
            *(f"    {line}" for line in lines),
            "  Stop with Ctrl-C · 按 Ctrl-C 停止",
            "",
        ]
    )


def _width(label: str) -> int:
    """Return the width that lines columns up although a Chinese character takes two."""
    wide = sum("\u2e80" <= character <= "\uffff" for character in label)
    return 26 - wide
