"""The files that Heroku reads say what the code can do."""

import json
import re

from tests.processes import ROOT


def test_every_variable_of_app_json_is_one_of_ours() -> None:
    known = set(re.findall(r"^#([A-Z_]+)=", read(".env.example"), re.MULTILINE))
    assert set(json.loads(read("app.json"))["env"]) <= known


def test_the_environment_is_the_one_that_a_dyno_needs() -> None:
    env = json.loads(read("app.json"))["env"]
    given = {name: env[name].get("value") for name in env}
    assert given["APP_ENV"] == "production"
    assert given["WEB_CONCURRENCY"] == "1", "the buildpack would start several processes"
    assert given["TRUSTED_PROXIES"] == "1"


def test_the_browser_code_is_built_before_python_is_installed() -> None:
    buildpacks = json.loads(read("app.json"))["buildpacks"]
    assert [item["url"] for item in buildpacks] == ["heroku/nodejs", "heroku/python"]
    assert "heroku-postbuild" in json.loads(read("package.json"))["scripts"]


def test_the_procfile_starts_all_four() -> None:
    lines = dict(line.split(": ", 1) for line in read("Procfile").splitlines())
    assert set(lines) == {"release", "web", "worker", "beat"}
    assert lines["web"] == "python wsgi.py"
    # Heroku sends SIGTERM to every process of a dyno at once; without this the pool's children
    # would die in the middle of a task.
    assert lines["worker"].startswith("REMAP_SIGTERM=SIGQUIT celery -A celery_worker worker ")


def test_no_host_of_a_package_index_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-node.txt"):
        options = [line for line in read(name).splitlines() if line.startswith("-")]
        assert not options, f"{name} carries options of the machine it was made on"
        assert "://" not in read(name)


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
