"""The code in README.md, one block after the other, against the mock."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from baijiayun.testing import Mock
from test_callbacks import signed

README = Path(__file__).parents[1] / "README.md"


def test_the_code_of_the_readme(
    baijiayun_mock: Mock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BAIJIAYUN_DOMAIN", baijiayun_mock.url)
    monkeypatch.setenv("BAIJIAYUN_PARTNER_ID", baijiayun_mock.partner_id)
    monkeypatch.setenv("BAIJIAYUN_PARTNER_KEY", baijiayun_mock.partner_key)
    Path("第一课.mp4").write_bytes(bytes(100_000))
    blocks = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    for block in blocks:
        exec(compile(block, str(README), "exec"), names)
    said = capsys.readouterr().out
    assert "高一数学 第一课" in said and "100000 of 100000 bytes" in said and "3001 房间号不存在" in said
    assert "attempts=1" in said and "/web/room/enter?" in said

    assert asyncio.run(names["titles"]()) == ["高一数学 第一课"]
    names["client"]._runner.calls.unix = lambda: 1_501_572_288.0
    body = urlencode(signed({"video_id": 7, "status": 100, "qid": "1"}, baijiayun_mock.partner_key)).encode()
    assert names["receive"](body, {}) == names["receive"](body, {}) == '{"code":0,"msg":""}'
    assert capsys.readouterr().out.splitlines()[-1] == "7 100"
    names["client"].room.delete(room_id=names["room"].room_id)
    names["test_a_lesson"](baijiayun_mock)
    names["client"].close()
