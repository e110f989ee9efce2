"""What the operator reads when everything runs."""

import pytest

from chat_app.settings import Settings
from chat_app.supervisor.banner import FirstBoot, address, banner


def test_shows_addresses_and_the_password_that_was_made_up() -> None:
    text = banner(Settings(), FirstBoot("a@example.com", "s3cret", created=True), 3.21)
    assert "http://localhost:8080/demo" in text
    assert "http://localhost:8080/dashboard" in text
    assert "a@example.com  /  s3cret" in text
    assert "(3.2 s)" in text


@pytest.mark.parametrize(
    ("first", "shown"),
    [
        (
            FirstBoot("a@example.com", None, created=True),
            "a@example.com  (password: ADMIN_PASSWORD)",
        ),
        (FirstBoot("a@example.com"), "a@example.com\n"),
    ],
)
def test_shows_no_password_that_it_does_not_know(first: FirstBoot, shown: str) -> None:
    assert shown in banner(Settings(), first, 1)


def test_columns_line_up_although_chinese_characters_are_wide() -> None:
    text = banner(Settings(), FirstBoot("a@example.com"), 1)
    rows = [line for line in text.splitlines() if line.startswith("    ")]
    columns = set()
    for row in rows:
        before = row[: row.index("http")] if "http" in row else None
        if before is not None:
            columns.add(len(before) + sum(c > "\u2e80" for c in before))
    assert len(columns) == 1


def test_production_has_no_demo() -> None:
    assert "/demo" not in banner(Settings(app_env="production"), FirstBoot("a@example.com"), 1)


def test_leads_to_this_machine_when_the_public_address_is_elsewhere() -> None:
    here = Settings(public_url="https://chat.example.com", port=9000)
    assert address(here) == "http://127.0.0.1:9000"
