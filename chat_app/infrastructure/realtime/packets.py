"""Socket.IO packets read strictly: what cannot be read is still answered, binary is refused."""

from typing import Any

from socketio.packet import EVENT, Packet

# Names that python-socketio itself gives to its own events; no client may send them.
RESERVED = frozenset({"connect", "connect_error", "disconnect", "disconnecting", "error"})
_EVENTS = frozenset({"2", "5"})


def strict_packet(unreadable: str, unknown: str) -> type[Packet]:
    """A packet class that turns a broken event into the event `unreadable`, with its ack id.

    Reserved names become the event `unknown`. Anything else that is broken becomes an event
    without an id, which is dropped after it was counted by its handler.
    """

    class StrictPacket(Packet):
        uses_binary_events = False
        packet_type: int
        data: Any
        id: int | None

        def decode(self, encoded_packet: Any) -> int:
            """Read a packet that a client sent; never asks for attachments."""
            try:
                attachments = super().decode(encoded_packet)
                broken = bool(attachments) or not _is_readable(self.packet_type, self.data)
            except (ValueError, TypeError, RecursionError):
                broken = True
            if broken:
                text = encoded_packet if isinstance(encoded_packet, str) else ""
                self.id = self.id if text[:1] in _EVENTS else None
                self.packet_type, self.data = EVENT, [unreadable]
            elif self.packet_type == EVENT and self.data[0] in RESERVED:
                self.data = [unknown]
            return 0

    return StrictPacket


def _is_readable(packet_type: int, data: Any) -> bool:
    if packet_type == EVENT:
        return isinstance(data, list) and bool(data) and isinstance(data[0], str)
    return packet_type in (0, 1, 3)  # CONNECT, DISCONNECT, ACK
