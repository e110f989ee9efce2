"""The moving parts of the event loop: bus, deferred pushes, heartbeats, native threads."""
