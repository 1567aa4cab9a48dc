"""A client of the Model Context Protocol's own SDK uses `bjy mcp` as an agent would: `../dev mcp`."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from typing import Any

from mcp import Client, StdioServerParameters


def told(result: Any, failed: bool = False) -> Any:
    """The JSON that a tool told."""
    assert bool(result.is_error) == failed, result
    return json.loads(result.content[0].text)


async def use(bjy: str, mode: Any, account: dict[str, str]) -> str:
    """Uses all tools; what the client and the server agreed on."""
    room = {"title": "数学课", "start_time": "2030-01-01 08:00:00", "end_time": "2030-01-01 09:00:00"}
    # The SDK hands on no more of its own environment than a program needs.
    reader = StdioServerParameters(command=bjy, args=["mcp"], env={**os.environ, **account})
    async with Client(reader, mode=mode) as client:
        assert client.server_info.name == "bjy" and "find_operations" in (client.instructions or "")
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert len(tools) == 7 and tools["call"].annotations.read_only_hint, tools
        for query in ("创建房间", "create room"):
            found = told(await client.call_tool("find_operations", {"query": query}))
            assert found["operations"][0]["name"] == "room.create", found
        described = told(await client.call_tool("describe_operation", {"operation": "room.create"}))
        assert {param["name"] for param in described["params"]} >= set(room), described
        assert told(await client.call_tool("call", {"operation": "room.list"}))["data"]["total"] == 0
        refused = told(await client.call_tool("call", {"operation": "room.create", "params": room}), failed=True)
        assert refused["kind"] == "not_allowed", refused
        params = {"room_id": 1, "timestamp": 1501572288}
        signed = told(await client.call_tool("sign", {"params": params}))
        right = told(await client.call_tool("explain_signature", {"params": params, "sign": signed["sign"]}))
        assert right["matches"] is True, right
        wrong = told(await client.call_tool("explain_signature", {"params": params, "sign": signed["sign"].upper()}))
        assert wrong["matches"] is False and wrong["explanations"], wrong
        body = '{"code":0,"data":{"room_id":"7"},"msg":"","ts":1}'
        assert "data" in told(await client.call_tool("parse_answer", {"operation": "room.info", "body": body}))
        posted = {"body": "room_id=1&op=start&qid=1&timestamp=1&sign=abc"}
        assert told(await client.call_tool("verify_callback", posted), failed=True)["kind"] == "callback_signature"
        version = client.protocol_version
    writer = StdioServerParameters(command=bjy, args=["mcp", "--allow-writes"], env={**os.environ, **account})
    async with Client(writer, mode=mode) as client:
        made = told(await client.call_tool("call", {"operation": "room.create", "params": room}))
        room_id = made["data"]["room_id"]
        told(await client.call_tool("call", {"operation": "room.delete", "params": {"room_id": room_id}}))
    return str(version)


async def main() -> None:
    bjy = sys.argv[1]
    with subprocess.Popen([bjy, "mock", "--json", "--port=0", "--rate=0"], stdout=subprocess.PIPE) as mock:
        try:
            assert mock.stdout is not None
            about = json.loads(mock.stdout.readline())
            members = {"DOMAIN": about["url"], "PARTNER_ID": about["partner_id"], "PARTNER_KEY": about["partner_key"]}
            account = {f"BAIJIAYUN_{name}": value for name, value in members.items()}
            for mode in ("auto", "legacy"):
                print(f"all tools used by mcp's client, protocol {await use(bjy, mode, account)}")
        finally:
            mock.terminate()


if __name__ == "__main__":
    asyncio.run(main())
