"""/metrics: who may read it, and that it says what happens."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.delivery.installation import Installation, MakeInstallation, bearer

TOKEN = "a token of the monitoring"


def values(text: str) -> dict[str, float]:
    return {
        one.name + "".join(one.labels.values()): one.value
        for family in text_string_to_metric_families(text)
        for one in family.samples
        if not one.name.endswith("_bucket")
    }


def test_this_machine_may_read_it(installation: Installation) -> None:
    response = installation.client.get("/metrics")
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    assert "cland_messages_total" in values(response.text)


@pytest.mark.parametrize(
    "headers", [{"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=x"}, {"X-Real-IP": "x"}]
)
def test_nobody_reads_it_through_a_proxy(
    installation: Installation, headers: dict[str, str]
) -> None:
    assert installation.client.get("/metrics", headers=headers).status_code == 404


@pytest.mark.parametrize("address", ["203.0.113.9", "10.0.0.1", "2001:db8::1", "nonsense"])
def test_no_other_machine_reads_it(installation: Installation, address: str) -> None:
    response = installation.client.get("/metrics", environ_base={"REMOTE_ADDR": address})
    assert response.status_code == 404
    assert response.get_json()["code"] == "not_found"


def test_stored_messages_and_refused_events_are_counted(installation: Installation) -> None:
    session, token = installation.open_session()
    before = values(installation.client.get("/metrics").text)
    path = f"/api/chat/sessions/{session['id']}/messages"
    for number in range(3):
        body = {"body": "Hello", "client_msg_id": f"id-{number}"}
        assert installation.client.post(path, json=body, headers=bearer(token)).status_code == 201
    after = values(installation.client.get("/metrics").text)
    assert after["cland_messages_total"] - before["cland_messages_total"] == 3
    assert after["cland_commit_messages_sum"] - before["cland_commit_messages_sum"] == 3
    assert after["cland_commit_seconds_count"] > before["cland_commit_seconds_count"]


def test_with_a_token_only_its_owner_reads_it(make_installation: MakeInstallation) -> None:
    client = make_installation(metrics_token=TOKEN).client
    far = {"REMOTE_ADDR": "203.0.113.9"}
    assert client.get("/metrics", headers=bearer(TOKEN), environ_base=far).status_code == 200
    for headers in ({}, bearer("another"), bearer(""), {"Authorization": TOKEN}, bearer("é")):
        response = client.get("/metrics", headers=headers)
        assert response.status_code == 401, headers
        assert response.get_json()["code"] == "unauthorized"
