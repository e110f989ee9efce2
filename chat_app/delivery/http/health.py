"""What a supervisor or load balancer asks."""

from flask import Blueprint, jsonify
from werkzeug.wrappers import Response

from chat_app.use_cases.health import Health


def create_blueprint(health: Health) -> Blueprint:
    """Build /healthz and /readyz."""
    blueprint = Blueprint("health", __name__)

    @blueprint.get("/healthz")
    def alive() -> Response:
        """The process lives."""
        return jsonify(status="ok")

    @blueprint.get("/readyz")
    def ready() -> tuple[Response, int]:
        """The process can serve: 503 only without the database or while it stops."""
        readiness = health.readiness()
        body = jsonify(status=readiness.status, checks=readiness.checks)
        return body, 503 if readiness.status == "unavailable" else 200

    return blueprint
