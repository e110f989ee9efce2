"""The worker and beat: `celery -A celery_worker worker`, `celery -A celery_worker beat`.

Never imports wsgi.py or anything that patches eventlet: Celery needs real threads and sockets.
"""

from celery import Celery

from chat_app import create_app
from workers import BEAT

celery_app: Celery = create_app(role="worker").extensions["celery"]
celery_app.conf.beat_schedule = BEAT
