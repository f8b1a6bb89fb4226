"""The store: objects with owners, ledgers and windows, in memory or in a file that processes share."""

from __future__ import annotations

import itertools
import sqlite3
import threading

import pytest

from reference_server.state.ledger import DAY, Booked
from reference_server.state.store import Store, random_id

NOON = 1_767_268_800.0
"""In Unix seconds."""


@pytest.fixture
def store():
    store = Store(clock=lambda: 1000.0)
    yield store
    store.close()


def test_object_is_kept_with_its_bytes(store):
    store.put("file", "a", "first", {"size": 3, "tags": ["x"]}, b"\x00\xff\x00")

    stored = store.get("file", "a", "first")
    assert (stored.id, stored.fields, stored.data) == ("a", {"size": 3, "tags": ["x"]}, b"\x00\xff\x00")


@pytest.mark.parametrize(("kind", "name", "owner"), [("job", "a", "first"), ("file", "b", "first"), ("file", "a", "x")])
def test_object_of_another_kind_name_or_owner_is_not_found(store, kind, name, owner):
    store.put("file", "a", "first", {})

    assert store.get(kind, name, owner) is None
    assert not store.delete(kind, name, owner)
    assert store.get("file", "a", "first")


def test_objects_are_listed_by_age_without_their_bytes(store):
    for name in ("c", "a", "b"):
        store.put("file", name, "first", {"name": name}, b"bytes")
    store.put("file", "d", "second", {})
    store.put("job", "e", "first", {})

    assert [(one.id, one.fields, one.data) for one in store.all("file", "first")] == [
        (name, {"name": name}, b"") for name in ("c", "a", "b")
    ]


def test_replaced_object_keeps_its_place(store):
    store.put("file", "a", "first", {"n": 1})
    store.put("file", "b", "first", {"n": 2})
    store.put("file", "a", "first", {"n": 3}, b"new")

    assert [(one.id, one.fields["n"]) for one in store.all("file", "first")] == [("a", 3), ("b", 2)]
    assert store.get("file", "a", "first").data == b"new"


def test_place_of_a_deleted_object_is_not_used_again(store):
    store.put("file", "a", "first", {})
    store.put("file", "b", "first", {})
    place = store.get("file", "b", "first").place
    store.delete("file", "b", "first")
    store.put("file", "c", "first", {})

    assert store.get("file", "c", "first").place > place


def test_deleted_object_is_gone(store):
    store.put("file", "a", "first", {})

    assert store.delete("file", "a", "first")
    assert not store.delete("file", "a", "first")
    assert store.all("file", "first") == []


def test_what_an_owner_holds(store):
    assert store.held("file", "first") == (0, 0)
    store.put("file", "a", "first", {}, b"12345")
    store.put("file", "b", "first", {}, b"")
    store.put("file", "c", "second", {}, b"123")

    assert store.held("file", "first") == (2, 5)
    store.delete("file", "a", "first")
    assert store.held("file", "first") == (1, 0)


def test_failed_transaction_leaves_nothing(store):
    def fail():
        with store.transaction():
            store.put("file", "a", "first", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert store.get("file", "a", "first") is None
    store.put("file", "a", "first", {})


def test_costs_add_up_by_day_key_and_model():
    now = itertools.chain([0.0, 10.0, DAY + 1.0, DAY + 2.0], itertools.repeat(DAY + 3.0))
    store = Store(clock=lambda: next(now))
    store.book("first", "key", "echo", 1, 2, 0.5)
    store.book("first", "key", "echo", 3, 4, 0.25)
    store.book("first", "key", "echo", 5, 6, 1.0)
    store.book("second", "key", "echo", 7, 8, 1.0)

    assert store.booked("first", 0, 1) == [
        Booked(0, "key", "echo", 2, 4, 6, 0.75),
        Booked(1, "key", "echo", 1, 5, 6, 1.0),
    ]
    assert store.booked("first", 1, 1) == [Booked(1, "key", "echo", 1, 5, 6, 1.0)]
    assert store.booked("third", 0, 1) == []


def test_window_starts_with_the_first_refusal():
    times = iter([0.0, 5.0, 9.0, 9.9, 10.0, 10.5, 30.0])
    store = Store(clock=lambda: next(times))

    assert [store.admit("bucket", 2, 1.0) for _ in range(7)] == [True, True, False, False, True, True, False]


def test_clock_that_goes_back_starts_a_window():
    times = iter([100.0, 100.0, 5.0])
    store = Store(clock=lambda: next(times))

    assert [store.admit("bucket", 1, 60.0) for _ in range(3)] == [True, False, True]


def test_conversation_fails_every_other_time(store):
    assert [store.fails_now("a") for _ in range(4)] == [True, False, True, False]


def test_clock_and_ids_are_injected():
    numbers = itertools.count()
    store = Store(clock=lambda: 7.0, ids=lambda: f"{next(numbers):032x}")

    assert (store.clock(), store.ids(), store.ids()) == (7.0, "0" * 32, "0" * 31 + "1")


def test_random_ids_are_hexadecimal_and_differ():
    ids = {random_id() for _ in range(100)}

    assert len(ids) == 100
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in ids)


def test_state_outlives_the_store(tmp_path):
    first = Store(state=tmp_path / "state")
    first.put("file", "a", "first", {"n": 1}, b"bytes")
    first.book("first", "key", "echo", 1, 2, 0.5)
    first.close()

    second = Store(state=tmp_path / "state")
    assert second.get("file", "a", "first").data == b"bytes"
    assert second.booked("first", 0, 10**6)[0].requests == 1


def test_stores_share_a_file(tmp_path):
    first, second = (Store(state=tmp_path / "state") for _ in range(2))
    first.put("file", "a", "first", {}, b"bytes")

    assert second.get("file", "a", "first").data == b"bytes"
    assert second.delete("file", "a", "first")
    assert first.get("file", "a", "first") is None


def test_stores_that_share_a_file_count_together(tmp_path):
    admitted = []

    def work():
        store = Store(lambda: NOON, state=tmp_path / "state")  # the hour must not end meanwhile
        admitted.extend(store.admit("bucket", 25, 3600) for _ in range(20))
        store.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(admitted) == [False] * 55 + [True] * 25


@pytest.mark.parametrize("_", range(10))
def test_new_file_is_opened_by_several_at_once(_, tmp_path):
    """SQLite refuses some of those that make the same file at the same time: they try again."""
    begin, stores = threading.Barrier(8), []

    def work():
        begin.wait()
        stores.append(Store(state=tmp_path / "state"))

    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    for store in stores:
        store.close()

    assert len(stores) == 8


def test_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "state").write_bytes(b"This is no database, and long enough to be none." * 100)

    with pytest.raises(sqlite3.Error):
        Store(state=tmp_path / "state")
