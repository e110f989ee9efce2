"""How large and how often."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Sizes and rates of PROTOCOL.md, section 7; each field is the variable `LIMIT_<NAME>`."""

    message_characters: int = 4_000
    body_bytes: int = 65_536
    frame_bytes: int = 65_536
    attachment_bytes: int = 10_000_000
    attachments_per_message: int = 10
    visitor_messages_per_minute: int = 60
    agent_messages_per_minute: int = 120
    sessions_per_minute: int = 30
    page_views_per_minute: int = 30
    transcripts_per_hour: int = 5
    login_failures_per_address: int = 5
    login_failures_per_account: int = 10
    unconnected_sockets_per_address: int = 20
