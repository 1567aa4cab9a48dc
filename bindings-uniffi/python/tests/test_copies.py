"""Copies: two owners of one engine would free it twice."""

from __future__ import annotations

import copy
import gc
import pickle
from typing import Any, Callable

import pytest
from conftest import Drive, envelope


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_a_copy_is_the_same_client(drive: Drive, copied: Callable[[Any], Any]) -> None:
    client = drive.client(envelope({"room_id": 7}))
    for _ in range(3):
        assert copied(client) is client
        assert drive.do(lambda: copied(client.room).info(room_id=1)).room_id == 7
        assert drive.do(lambda: copied([client])[0].links.quick_enter and client.room.info(room_id=1)).room_id == 7
        gc.collect()
    assert drive.do(lambda: client.room.info(room_id=1)).room_id == 7


def test_a_list_that_is_copied_stays_usable(drive: Drive) -> None:
    client = drive.client(envelope({"list": [{"room_id": 7}], "total": 1}))
    rooms = client.room.list()
    another = copy.deepcopy(rooms)
    assert [room.room_id for room in drive.gather(lambda: another)] == [7]
    del another
    gc.collect()
    assert [room.room_id for room in drive.gather(lambda: rooms)] == [7]


def test_a_client_is_not_pickled(drive: Drive) -> None:
    client = drive.client(envelope())
    for value in (client, client.room, client.room.list(), client._runner.calls):
        with pytest.raises(TypeError, match="make one in each process"):
            pickle.dumps(value)
