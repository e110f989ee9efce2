"""What `make run` reads from .env."""

from pathlib import Path

from chat_app.supervisor.environment import with_dotenv


def test_reads_names_and_values(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text(
        "# a comment = no variable\n\nPORT=8081\nexport NAME = 'with spaces' \nEMPTY=\n"
        'QUOTED="a=b"\n#OFF=1\nQUOTE="\n',
        encoding="utf-8",
    )
    assert with_dotenv({}, path) == {
        "PORT": "8081",
        "NAME": "with spaces",
        "EMPTY": "",
        "QUOTED": "a=b",
        "QUOTE": '"',
    }


def test_the_callers_environment_wins(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("PORT=8081\nHOST=::1\n", encoding="utf-8")
    assert with_dotenv({"PORT": "9000"}, path) == {"PORT": "9000", "HOST": "::1"}


def test_a_missing_file_adds_nothing(tmp_path: Path) -> None:
    assert with_dotenv({"A": "1"}, tmp_path / ".env") == {"A": "1"}
