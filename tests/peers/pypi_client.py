"""Somebody else's client talks to the mock service: PyPI's `baijiayun` 1.0.1.

It asks for its key as the real one does, creates a room, lists rooms, and goes
on to codes, changes and errors. Exit code 0 means that all went as expected.

    python pypi_client.py http://127.0.0.1:8765 PARTNER_ID
"""

import argparse
import sys
import time

from baijiayun import BaiJiaYunClient
from baijiayun.core.exceptions import ClientException

TITLE = "测试教室 a&b=c+d %41"


def check(what, got, wanted):
    if got != wanted:
        sys.exit(f"{what}: got {got!r}, wanted {wanted!r}")
    print(f"ok: {what}")


def refused(what, code, call, *args):
    try:
        call(*args)
    except ClientException as error:
        check(what, error.code, code)
    else:
        sys.exit(f"{what}: not refused")


def connect(address, partner_id, **options):
    client = BaiJiaYunClient(partner_id, "any secret_key", **options)
    # The client has no setting for a whole address, only for a domain prefix.
    client.API_BASE_URL = address
    return client


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("address")
    parser.add_argument("partner_id")
    parser.add_argument("--partner-key", help="the key that the service must give out")
    args = parser.parse_args()

    client = connect(args.address, args.partner_id)
    if args.partner_key is not None:
        check("the key is given out", client.get_partner_key(), args.partner_key)

    start = int(time.time()) + 3600
    room = client.room.create(TITLE, start, start + 3600, type=2, max_users=30)
    check("a room id has 14 digits", len(str(room["room_id"])), 14)
    room_id = room["room_id"]

    rooms = client.room.list()
    check("the room is listed", [row["title"] for row in rooms if str(row["room_id"]) == str(room_id)], [TITLE])

    check("the room is read", client.room.info(room_id)["title"], TITLE)
    code = client.room.getcode(room_id, 4711)
    codes = client.room.listcode(room_id)
    check("the code is listed", [row["code"] for row in codes["list"]], [code])
    client.room.update(room_id, title="改名")
    check("the room is renamed", client.room.info(room_id)["title"], "改名")

    refused("an unknown room", 3001, client.room.info, 1)
    # Its room.delete takes no room id, so the path is called by hand.
    client.post("/openapi/room/delete", {"partner_id": args.partner_id, "room_id": room_id})
    refused("a deleted room", 3002, client.room.info, room_id)
    forger = connect(args.address, args.partner_id, cache_prefix="forger")
    forger.cache.partner_key.set(value="another key", ttl=60)
    refused("a wrong signature", 1002, forger.room.list)


if __name__ == "__main__":
    main()
