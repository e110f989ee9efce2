"""`flask --app wsgi chat …`: what an operator does by hand."""

import json
import sys
from dataclasses import asdict, fields, replace
from typing import Final

import click
from flask import Flask
from flask.cli import AppGroup
from flask_migrate import upgrade

from chat_app.domain.errors import ChatError
from chat_app.domain.repositories import Duplicate
from chat_app.settings import Settings
from chat_app.use_cases.services import Services

_SECRETS: Final = frozenset(
    {"secret_key", "admin_password", "metrics_token", "smtp_url", "database_url", "redis_url"}
)


def create_commands(app: Flask, services: Services, settings: Settings) -> None:
    """Add the group `chat` to the application's commands."""
    group = AppGroup("chat", help="Operate Cland Chat.")

    @group.command("first-boot")
    def first_boot() -> None:
        """Migrate, and make the default site and the first admin where they are missing."""
        upgrade()
        services.sites.ensure_default()
        admin = services.agents.ensure_first_admin(settings.admin_email, settings.admin_password)
        click.echo(json.dumps(asdict(admin)))

    @group.command("create-admin")
    @click.argument("email")
    @click.password_option(help="Asked for when left out.")
    @click.option("--name", default="Admin", show_default=True)
    def create_admin(email: str, password: str, name: str) -> None:
        """Make an account with every right."""
        try:
            agent = services.agents.create_admin(email, password, name)
        except Duplicate:
            _fail(f"{email} is taken")
        except ChatError as error:
            _fail(error.detail)
        else:
            click.echo(agent.id)

    @group.command("create-site")
    @click.argument("name")
    def create_site(name: str) -> None:
        """Add a website and print its key and embed snippet."""
        site = services.sites.create(name)
        click.echo(site.key)
        click.echo(
            f'<script src="{settings.public_url}/widget.js" data-site="{site.key}" async></script>'
        )

    @group.command("check-config")
    def check_config() -> None:
        """Print the settings in force, secrets masked."""
        shown = replace(settings, limits=settings.limits)
        for item in fields(shown):
            value = getattr(shown, item.name)
            masked = "***" if item.name in _SECRETS and value else value
            click.echo(f"{item.name} = {masked}")

    @group.command("doctor")
    def doctor() -> None:
        """Ask every part whether it works; exit with 1 when one does not."""
        readiness = services.health.readiness()
        for part, state in readiness.checks.items():
            click.echo(f"{part}: {state}")
        click.echo(f"given-up work: {len(services.outbox.dead())} (see dead-work)")
        sys.exit(0 if readiness.status == "ready" else 1)

    @group.command("restored")
    def restored() -> None:
        """Say that the database was restored from a backup: clients read everything again."""
        click.echo(f"{services.sessions.renew_epochs()} sessions have a new epoch")

    @group.command("dead-work")
    @click.option("--replay", is_flag=True, help="Try all of it again.")
    def dead_work(replay: bool) -> None:
        """List the work that was given up after too many attempts."""
        entries = services.outbox.dead()
        for entry in entries:
            click.echo(f"{entry.id} {entry.topic} {entry.created_at:%F %T} {entry.last_error}")
        if replay:
            click.echo(f"{services.outbox.replay([entry.id for entry in entries])} revived")

    app.cli.add_command(group)


def _fail(text: str) -> None:
    click.echo(text, err=True)
    sys.exit(1)
