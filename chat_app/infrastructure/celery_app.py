"""Celery as we run it: JSON only, late acknowledgement, no result backend, short waits."""

import ssl
from typing import Any
from urllib.parse import urlsplit

from celery import Celery, Task
from flask import Flask

BROKER_ANSWER_SECONDS = 5


def create_celery(app: Flask, redis_url: str | None) -> Celery:
    """A Celery whose tasks run inside the application; connects to nothing yet."""

    class AppTask(Task[Any, Any]):
        def __call__(self, *args: object, **kwargs: object) -> object:
            with app.app_context():
                return self.run(*args, **kwargs)

    celery: Celery = Celery("cland", task_cls=AppTask, set_as_current=False)
    broker, transport = _broker(redis_url)
    if redis_url is not None and redis_url.startswith("rediss://"):
        unchecked = "ssl_cert_reqs=none" in redis_url
        celery.conf.broker_use_ssl = {
            "ssl_cert_reqs": ssl.CERT_NONE if unchecked else ssl.CERT_REQUIRED
        }
    celery.conf.update(
        broker_url=broker,
        broker_transport_options=transport,
        broker_connection_retry_on_startup=True,
        broker_pool_limit=4,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        task_default_queue="cland",
        task_create_missing_queues=True,
        task_publish_retry=False,
        task_time_limit=300,
        task_soft_time_limit=240,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=10,
        worker_hijack_root_logger=False,
        worker_send_task_events=False,
        event_queue_ttl=60,
        timezone="UTC",
    )
    return celery


def _broker(redis_url: str | None) -> tuple[str, dict[str, Any]]:
    options: dict[str, Any] = {
        "visibility_timeout": 3600,
        "socket_timeout": BROKER_ANSWER_SECONDS,
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "global_keyprefix": "cland:",
    }
    if redis_url is None:
        return "memory://", {}
    if redis_url.startswith("unix://"):
        return f"redis+socket://{redis_url.removeprefix('unix://')}", options
    if not redis_url.startswith("redis+sentinel://"):
        return redis_url, options
    parts = urlsplit(redis_url)
    login, at, hosts = parts.netloc.rpartition("@")
    service = parts.path.strip("/").split("/")[-1] or "mymaster"
    nodes = ";".join(f"sentinel://{login}{at}{host}" for host in hosts.split(","))
    return nodes, options | {"master_name": service}
