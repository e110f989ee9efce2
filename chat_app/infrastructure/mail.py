"""Sends letters by SMTP, or writes them into a folder where no server is set."""

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote, urlsplit

from chat_app.domain.errors import Unavailable
from chat_app.domain.mail import Mail
from chat_app.domain.ports import Clock, Ids

TIMEOUT_SECONDS = 15


def _letter(mail: Mail, sender: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = ", ".join(mail.to)
    letter["Subject"] = " ".join(mail.subject.split())
    letter.set_content(mail.body)
    return letter


class FolderMailer:
    """One `.eml` file a letter, under a temporary name until it is whole."""

    def __init__(self, folder: Path, sender: str, ids: Ids, clock: Clock) -> None:
        self._folder = folder
        self._sender = sender
        self._ids = ids
        self._clock = clock

    def send(self, mail: Mail) -> None:
        """Write the letter."""
        self._folder.mkdir(parents=True, exist_ok=True)
        stamp = self._clock.now().strftime("%Y%m%dT%H%M%S")
        path = self._folder / f"{stamp}-{self._ids.new()}.eml"
        partial = path.with_suffix(".part")
        partial.write_bytes(bytes(_letter(mail, self._sender)))
        partial.rename(path)


class SmtpMailer:
    """Hands letters to an SMTP server; `smtps://` speaks TLS from the start, `smtp://` if offered."""

    def __init__(self, url: str, sender: str) -> None:
        self._url = urlsplit(url)
        self._sender = sender
        self._tls = ssl.create_default_context()

    def send(self, mail: Mail) -> None:
        """Send the letter; raise Unavailable when it must be tried again."""
        try:
            with self._connect() as server:
                self._introduce(server)
                server.send_message(_letter(mail, self._sender))
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable("The mail server refused or did not answer") from error

    def _connect(self) -> smtplib.SMTP:
        host = self._url.hostname or "localhost"
        if self._url.scheme == "smtps":
            return smtplib.SMTP_SSL(
                host, self._url.port or 465, timeout=TIMEOUT_SECONDS, context=self._tls
            )
        return smtplib.SMTP(host, self._url.port or 587, timeout=TIMEOUT_SECONDS)

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._url.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=self._tls)
        if self._url.username:
            server.login(unquote(self._url.username), unquote(self._url.password or ""))
