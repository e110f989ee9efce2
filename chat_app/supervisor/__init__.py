"""What `make run` starts: Valkey, the web process, the Celery worker and beat, as one thing.

Not honcho: it waits 5 s before it kills (a web process may drain for 15 s), keeps a second Python
process per child (20 MB each), puts every child into a session of its own, where it survives a
killed parent, and knows nothing of readiness. One thread and one selector do it here.
"""
