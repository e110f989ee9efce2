"""REST under /api, and what operators ask a process: blueprints that only translate."""
