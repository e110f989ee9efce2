"""Business hours are kept alike by every database: at most one schedule a site or department."""

from typing import Any

import pytest

from chat_app.domain.repositories import Cursor
from tests.builders import NOON, after, make_department, make_schedule, make_site, new_id
from tests.infrastructure.bench import Bench


def test_everything_is_kept(bench: Bench) -> None:
    schedule = make_schedule(
        (0, "09:00", "12:00"),
        (6, "22:00", "24:00"),
        time_zone="America/Argentina/Buenos_Aires",
        site_id=bench.site.id,
        enabled=False,
    )
    bench.keep(schedule)
    with bench.uow.reading() as uow:
        found = uow.business_hours.get(schedule.id)
        assert found is not None
        assert found is not schedule
        assert (
            vars(found).items()
            >= {
                "time_zone": "America/Argentina/Buenos_Aires",
                "intervals": [
                    {"weekday": 0, "opens": "09:00", "closes": "12:00"},
                    {"weekday": 6, "opens": "22:00", "closes": "24:00"},
                ],
                "site_id": bench.site.id,
                "department_id": None,
                "enabled": False,
                "created_at": NOON,
            }.items()
        )
        assert uow.business_hours.get(new_id()) is None


def test_they_are_found_by_their_owners(bench: Bench) -> None:
    sales, support, other = make_department(), make_department(), make_site()
    bench.keep(sales, support, other)
    sites = make_schedule(site_id=bench.site.id)
    departments = make_schedule(department_id=sales.id)
    bench.keep(sites, departments, make_schedule(site_id=other.id))
    with bench.uow.reading() as uow:
        for owners, expected in (
            ((bench.site.id, sales.id), {sites.id, departments.id}),
            ((bench.site.id, None), {sites.id}),
            ((bench.site.id, support.id), {sites.id}),
            ((None, sales.id), {departments.id}),
            ((None, None), set()),
            ((new_id(),), set()),
        ):
            assert {one.id for one in uow.business_hours.of(*owners)} == expected


def test_pages_in_the_order_of_their_making(bench: Bench) -> None:
    sites = [make_site() for _ in range(3)]
    bench.keep(*sites)
    late, early, first = (
        make_schedule(site_id=site.id, created_at=after(second))
        for site, second in zip(sites, (2, 1, 1), strict=True)
    )
    bench.keep(late, early, first)
    ids = [*sorted((early.id, first.id)), late.id]
    with bench.uow.reading() as uow:
        page = uow.business_hours.page(None, 2)
        assert [one.id for one in page] == ids[:2]
        rest = uow.business_hours.page(Cursor(page[1].created_at, page[1].id), 2)
        assert [one.id for one in rest] == ids[2:]


def test_changed_and_forgotten(bench: Bench) -> None:
    sales = make_department()
    kept, gone = make_schedule(site_id=bench.site.id), make_schedule(department_id=sales.id)
    bench.keep(sales, kept, gone)
    with bench.uow() as uow:
        changed = uow.business_hours.locked(kept.id)
        forgotten = uow.business_hours.locked(gone.id)
        assert changed is not None
        assert forgotten is not None
        changed.intervals = [{"weekday": 1, "opens": "10:00", "closes": "11:00"}]
        uow.business_hours.remove(forgotten)
        uow.commit()
    with bench.uow() as uow:
        assert uow.business_hours.locked(gone.id) is None
        found = uow.business_hours.get(kept.id)
        assert found is not None
        assert found.intervals == [{"weekday": 1, "opens": "10:00", "closes": "11:00"}]
        uow.business_hours.remove_of(sales.id)
        assert uow.business_hours.get(kept.id) is not None
        uow.business_hours.remove_of(bench.site.id)
        uow.commit()
    with bench.uow.reading() as uow:
        assert uow.business_hours.page(None, 9) == []


def test_an_owner_has_one_schedule(bench: Bench) -> None:
    sales = make_department()
    bench.keep(sales)
    owner: dict[str, Any]
    for owner in ({"site_id": bench.site.id}, {"department_id": sales.id}):
        bench.keep(make_schedule(**owner))
        assert bench.refuses(make_schedule(**owner))


@pytest.mark.parametrize("both", [True, False])
def test_a_schedule_has_one_owner(bench: Bench, both: bool) -> None:
    sales = make_department()
    bench.keep(sales)
    site_id, department_id = (bench.site.id, sales.id) if both else (None, None)
    assert bench.refuses(make_schedule(site_id=site_id, department_id=department_id))
