"""Letters arrive whole: in a folder, or through a mail server."""

import email
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from chat_app.domain.errors import Unavailable
from chat_app.domain.mail import Mail
from chat_app.infrastructure.mail import FolderMailer, SmtpMailer
from tests.fakes import FixedClock, SequentialIds
from tests.infrastructure.smtp_server import SmtpServer

SENDER = "Cland Chat <no-reply@chat.example.com>"
LETTER = Mail(
    to=("wang@example.com", "li@example.com"),
    subject="小红 正在等待回复 😀",
    body="当前没有客服在线\n.\n..\nFrom here on\n" + "字" * 2_000,
)


def read(data: bytes) -> EmailMessage:
    letter = email.message_from_bytes(data, policy=default)
    assert isinstance(letter, EmailMessage)
    return letter


def check(letter: EmailMessage) -> None:
    assert letter["From"] == SENDER
    assert letter["To"] == "wang@example.com, li@example.com"
    assert letter["Subject"] == LETTER.subject
    assert letter.get_content().rstrip("\n") == LETTER.body


def folder_mailer(folder: Path) -> FolderMailer:
    return FolderMailer(folder, SENDER, SequentialIds(), FixedClock())


def test_a_folder_gets_one_whole_file_a_letter(tmp_path: Path) -> None:
    mailer = folder_mailer(tmp_path / "not" / "there yet")
    for _ in range(2):
        mailer.send(LETTER)
    files = list((tmp_path / "not" / "there yet").iterdir())
    assert len(files) == 2
    for file in files:
        assert file.suffix == ".eml"
        assert file.name.startswith("20260301T120000-")
        check(read(file.read_bytes()))


@pytest.mark.parametrize("subject", ["Hi\r\nBcc: all@example.com", "Hi\n\n<script>", "Hi\x0bthere"])
def test_a_subject_adds_no_header(tmp_path: Path, subject: str) -> None:
    folder_mailer(tmp_path).send(Mail(("a@example.com",), subject, "body"))
    (file,) = tmp_path.iterdir()
    letter = read(file.read_bytes())
    assert letter["Bcc"] is None
    assert letter["Subject"] == " ".join(subject.split())
    assert letter.get_content().strip() == "body"


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with SmtpServer() as running:
        yield running


def test_a_server_gets_the_letter_and_every_reader(server: SmtpServer) -> None:
    SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER).send(LETTER)
    (letter,) = server.letters
    assert letter.sender == "no-reply@chat.example.com"
    assert letter.to == list(LETTER.to)
    check(read(letter.data))


def test_signing_in_with_what_the_url_says() -> None:
    with SmtpServer(login=("user@example.com", "p@ss:word/%")) as server:
        url = f"smtp://user%40example.com:p%40ss%3Aword%2F%25@127.0.0.1:{server.port}"
        SmtpMailer(url, SENDER).send(LETTER)
        assert len(server.letters) == 1


def test_a_wrong_password_may_be_right_later() -> None:
    with SmtpServer(login=("user", "right")) as server:
        with pytest.raises(Unavailable):
            SmtpMailer(f"smtp://user:wrong@127.0.0.1:{server.port}", SENDER).send(LETTER)
        assert server.letters == []


@pytest.mark.parametrize(
    ("verb", "answer"),
    [
        ("EHLO", "421 too busy"),
        ("MAIL", "451 try later"),
        ("RCPT", "550 nobody here"),
        ("DATA", "554 refused"),
    ],
)
def test_what_is_refused_must_be_tried_again(server: SmtpServer, verb: str, answer: str) -> None:
    server.refuse = {verb: answer, "HELO": answer}
    mailer = SmtpMailer(f"smtp://127.0.0.1:{server.port}", SENDER)
    with pytest.raises(Unavailable):
        mailer.send(LETTER)
    assert server.letters == []
    server.refuse = {}
    mailer.send(LETTER)
    assert len(server.letters) == 1


def test_nobody_listens() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(Unavailable):
            SmtpMailer(f"smtp://127.0.0.1:{port}", SENDER).send(LETTER)


def test_speaking_tls_to_a_server_that_does_not(server: SmtpServer) -> None:
    with pytest.raises(Unavailable):
        SmtpMailer(f"smtps://127.0.0.1:{server.port}", SENDER).send(LETTER)
