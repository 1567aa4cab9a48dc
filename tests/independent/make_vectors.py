"""Writes tests/vectors/*.json from the description with the reference.

    python3 tests/independent/make_vectors.py           writes them
    python3 tests/independent/make_vectors.py --check   fails when they differ
"""

import sys
from pathlib import Path
from urllib.parse import parse_qsl, quote, urlencode

import reference
from description import files, project_callbacks, project_operations
from reference import dumps, dumps_lines, encode, loads, sign
from values import LONG_ID, params_for
from variants import envelope, numbers_as_text, rewrite, variants

ROOT = Path(__file__).resolve().parents[2]
VECTORS = ROOT / "tests" / "vectors"

# The key that the documents print as their sample.
SAMPLE_KEY = (
    "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg=="
)
ACCOUNT = {"domain": "school", "partner_id": "12345678", "partner_key": SAMPLE_KEY}
TIMESTAMP = 1501572288


# --- signing.json -------------------------------------------------------------

ROOM = {
    "partner_id": "12345678",
    "title": "测试教室",
    "start_time": "1501575608",
    "end_time": "1501579208",
    "type": "2",
    "timestamp": "1501572288",
}
PRINTED = {
    "the documents' example": "5b78486597c679b0c6256da014af1260",
    "the double-teacher example, its misprint corrected": "655e4ae485d70a72438165ea6cc7de21",
}


def signing_cases():
    yield "the documents' example", ROOM, SAMPLE_KEY
    yield "the double-teacher example, its misprint corrected", ROOM | {"type": "5"}, SAMPLE_KEY
    yield "sign itself is left out", ROOM | {"sign": "0" * 32}, SAMPLE_KEY
    yield "an empty string is kept", ROOM | {"title": ""}, SAMPLE_KEY
    yield "nothing but empty strings", {"a": "", "b": ""}, SAMPLE_KEY
    yield "no parameters", {}, SAMPLE_KEY
    yield "unicode", {"title": "百家云 é ñ 😀 한국어", "名": "值", "é": "1", "z": "2"}, SAMPLE_KEY
    yield "decomposed unicode stays so", {"title": "e\u0301"}, SAMPLE_KEY
    yield "ampersand and equals sign", {"a": "1&b=2", "c": "=", "d": "&"}, SAMPLE_KEY
    yield "percent signs and plus signs", {"a": "100%", "b": "%41%2B", "c": "1+1"}, SAMPLE_KEY
    yield "spaces, also around the value", {"a": " b c ", "d": " "}, SAMPLE_KEY
    yield "line breaks and quotes", {"a": "b\nc\r\n\t", "d": "\"'\\"}, SAMPLE_KEY
    yield "a JSON value", {"users": '[{"name":"测 试","avatar":"a/b.png"}]'}, SAMPLE_KEY
    keys = ["Zed", "apple", "_x", "a-b", "a_b", "aB", "ab", "a", "A", "a1", "a10", "a2", "m-no-ppt"]
    yield "keys sorted by bytes", {key: str(n) for n, key in enumerate(keys)}, SAMPLE_KEY
    yield "keys beyond the BMP", {"\uff5a": "1", "😀": "2", "z": "3"}, SAMPLE_KEY
    yield "many parameters", {f"key_{n * 7919 % 97}": str(n) for n in range(97)}, SAMPLE_KEY
    yield "a key with + / and =", {"room_id": str(LONG_ID)}, "a+b/c=="
    yield "a key of other signs", {"room_id": str(LONG_ID)}, "k&e=y %云"


def signing():
    vectors = [
        {
            "name": name,
            "params": params,
            "key": key,
            "canonical": reference.canonical(params),
            "sign": sign(params, key),
        }
        for name, params, key in signing_cases()
    ]
    for vector in vectors:
        assert vector["sign"] == PRINTED.get(vector["name"], vector["sign"]), vector
    return vectors


# --- requests.json ------------------------------------------------------------


def request_cases(operations):
    for operation in operations:
        required, full = params_for(operation, False), params_for(operation, True)
        yield operation, "required parameters", required
        yield operation, "all parameters", full
    by_name = {operation["name"]: operation for operation in operations}

    def case(operation, name, **params):
        operation = by_name[operation]
        return operation, name, params_for(operation, False) | params

    yield case("room.info", "an id beyond 2^53", room_id=2**53 + 1)
    yield case("room.info", "the largest id", room_id=2**63 - 1)
    yield case("room.create", "plus, percent, ampersand, emoji", title="+ % & = ?#/\\\"'<>~*😀")
    yield case("room.create", "a line break and spaces", title=" a\nb ")
    yield case("room.create", "a zero", max_users=0)
    yield case("user.add", "an empty string", remark="")
    yield case("goods.add", "a price without a fraction", price=100000)
    yield case("goods.add", "a large price", price=123456789.99)
    yield case("goods.add", "a small price", price=0.01)
    yield case("user.delete_batch", "a list of one", user_ids=[100086])


def requests(operations):
    return [
        {
            "name": f"{operation['name']}: {name}",
            "operation": operation["name"],
            "account": ACCOUNT,
            "timestamp": TIMESTAMP,
            "params": params,
            "expect": encode(operation, params, ACCOUNT, TIMESTAMP),
        }
        for operation, name, params in request_cases(operations)
    ]


# --- answers.json -------------------------------------------------------------

BROKEN = [
    ("an empty body", 200, ""),
    ("an HTML page", 200, "<html><body>Welcome</body></html>"),
    ("a body cut off", 200, '{"code": 0, "data": {"room_id": "123'),
    ("something after the JSON", 200, '{"code": 0, "data": null, "msg": ""} x'),
    ("an array", 200, "[]"),
    ("a text", 200, '"ok"'),
    ("null", 200, "null"),
    ("an object without a code", 200, '{"status": "ok"}'),
    ("a code that is no number", 200, '{"code": {}, "data": null, "msg": ""}'),
    ("a gateway's HTML page", 502, "<html><body>502 Bad Gateway</body></html>"),
    ("a server error without a body", 500, ""),
]


def answer_cases(operation):
    """(name, status, body) of every answer to try on an operation."""
    examples = operation["examples"] or [dumps(envelope(operation, sample(operation["tree"])))]
    printed = "example" if operation["examples"] else "made up"
    for number, body in enumerate(dict.fromkeys(examples), start=1):
        name = f"{printed} {number}"
        yield name, 200, body
        data = reference.answer(operation, body)["data"]
        for variant, loose in variants(operation, data):
            yield f"{name}, {variant}", 200, dumps(envelope(operation, loose))
    for number, body in enumerate(operation["failures"], start=1):
        yield f"failure {number}", 200, body


def sample(node):
    """An answer for an operation whose documents print none."""
    kind = node["type"]
    if kind == "object":
        return {name: sample(field) for name, field in node.get("fields", {}).items()}
    if kind == "array":
        return [sample(node["items"])] * 2
    if kind == "map":
        return {"20230101": sample(node["values"])}
    samples = {
        "any": {"any": [1, "1", 1.5, True, None, {}, []]},
        "bool": True,
        "date": "2024-03-01",
        "datetime": "2024-03-01 08:00:00",
        "float": reference.Float("1.5"),
        "int": LONG_ID,
        "string": "百家云",
        "timestamp": 1700000000,
    }
    return samples.get(kind)


def general_answers(by_name, error_codes):
    """What does not depend on the operation."""
    info, delete, upload = (
        by_name[name] for name in ("room.info", "room.delete", "video.upload_file")
    )
    for entry in error_codes:
        if entry["code"] != 0:
            failure = {"code": entry["code"], "data": None, "msg": entry["title"], "ts": 1700000000}
            yield info, f"code {entry['code']}", 200, dumps(failure)
            loose = failure | {"code": str(entry["code"]), "data": []}
            yield info, f"code {entry['code']} as text", 200, dumps(loose)
    yield info, "a code of no document", 200, '{"code": 98765, "data": null, "msg": "未知"}'
    yield info, "a failure without a message", 200, '{"code": 1, "data": null}'
    yield upload, "the upload fails", 200, '{"code": 4001, "msg": "文件上传失败"}'
    yield upload, "code 0 is no success here", 200, '{"code": 0, "msg": "token error"}'
    yield delete, "no data at all", 200, '{"code": 0, "msg": ""}'
    yield delete, "the code as text", 200, '{"code": "0", "data": null, "msg": "", "ts": "1"}'
    for name, status, body in BROKEN:
        yield info, name, status, body


def odd_values(by_name):
    """Values that must stay as they are, or stay exact."""
    operation = by_name["room.list"]
    for name, room in {
        "the largest 64-bit id": 2**63 - 1,
        "the largest 64-bit id as text": str(2**63 - 1),
        "an id beyond 64 bit as text": "9" * 20,
        "an empty text for an int": "",
        "a word for an int": "abc",
        "a leading zero for an int": "0123",
        "a fraction for an int": "1.5",
        "a space around an int": " 12",
        "true for an int": True,
        "an object for an int": {"a": None},
    }.items():
        data = {"list": [{"room_id": room}], "total": 1}
        yield operation, name, 200, dumps(envelope(operation, data))


def answers(operations, error_codes):
    by_name = {operation["name"]: operation for operation in operations}
    cases = [(operation, *case) for operation in operations for case in answer_cases(operation)]
    cases += general_answers(by_name, error_codes)
    cases += odd_values(by_name)
    return [
        {
            "operation": operation["name"],
            "name": f"{operation['name']}: {name}",
            "status": status,
            "body": body,
        }
        | reference.answer(operation, body, status)
        for operation, name, status, body in cases
    ]


# --- callbacks.json -----------------------------------------------------------


def callbacks():
    """Each printed example, one with a field changed, and other ways to post it."""
    vectors = []
    for name, callback in project_callbacks(ROOT / "api"):
        if "payload_example" not in callback:
            continue
        content_type = callback.get("content_type", "application/x-www-form-urlencoded")
        is_json = content_type == "application/json"
        fields = loads(callback["payload_example"])
        qid = fields["qid"]
        flipped = fields | {"qid": qid[:-1] + ("1" if qid[-1] == "0" else "0")}
        cases = [(fields, True, is_json), (flipped, False, is_json), (fields, True, not is_json)]
        cases += [(signed(other), True, is_json) for other in other_posts(name, fields)]
        for posted, valid, is_json in cases:
            content_type = "application/json" if is_json else "application/x-www-form-urlencoded"
            body = dumps(posted) if is_json else urlencode(posted)
            received = loads(body) if is_json else dict(parse_qsl(body, keep_blank_values=True))
            assert (sign(received, SAMPLE_KEY) == received["sign"]) == valid, name
            vectors.append(
                {
                    "callback": name,
                    "content_type": content_type,
                    "body": body,
                    "key": SAMPLE_KEY,
                    "valid": valid,
                    "expect": reference.callback(name, callback, received) if valid else None,
                }
            )
    return vectors


def signed(fields):
    return fields | {"sign": sign(fields, SAMPLE_KEY)}


def other_posts(name, fields):
    """What the documents leave open, and what a later version may add."""
    yield fields | {"added_later": "a&b=1 😀", "partner_id": "12345678"}
    if name == "presenter_device_event":
        yield fields | {"info_json": '{"classId":22112540350999,"camera":1}'}
        yield fields | {"op_time": "2022-11-25 11:10:05"}
    if name == "lottery_result":
        yield {key: value for key, value in fields.items() if key != "info_json"}
    if name == "mute_signal":
        data = loads(fields["data"])
        text = dumps(data["target_user"])
        yield fields | {"data": dumps([data, data])}
        yield fields | {"data": dumps(data | {"target_user": text})}
        yield fields | {"data": quote(dumps(data))}


# --- links.json ---------------------------------------------------------------


def links():
    user = {"room_id": str(LONG_ID), "user_number": "10001", "user_name": "王老师", "user_role": "1"}
    odd = {
        "user_name": "A&B=C %41+ 😀",
        "user_role": "0",
        "user_avatar": "https://example.com/a b.png?x=1&y=2",
    }
    for entering in (
        user | {"user_avatar": ""},
        user | {"user_role": "2", "user_avatar": "//example.com/a.png"},
        user | odd,
    ):
        canonical, url = reference.enter_room(ACCOUNT, entering)
        yield {"link": "enter_room", "params": entering, "canonical": canonical, "url": url}
    for name, path, params in (
        ("quick_enter", "/web/room/quickenter", {"code": "9z3acy", "user_name": "用户 78572"}),
        ("video_player", "/web/video/player", {"vid": "11128351", "token": "1hNNdCHe9Ss3S3PxCaNttU"}),
        ("playback", "/web/playback/index", {"classid": str(LONG_ID), "token": "d0XjzokJ9x-Z8_f=+/"}),
        (
            "playback",
            "/web/playback/index",
            {"classid": str(LONG_ID), "session_id": "201908181", "token": "t"},
        ),
    ):
        yield {"link": name, "params": params, "url": reference.link(ACCOUNT, path, params)}


# ------------------------------------------------------------------------------


def main():
    api = ROOT / "api"
    operations = sorted(project_operations(api), key=lambda operation: operation["name"])
    error_codes = [code for file in files(api) for code in file.get("error_codes", [])]
    written = {
        "signing.json": signing(),
        "requests.json": requests(operations),
        "answers.json": answers(operations, error_codes),
        "callbacks.json": callbacks(),
        "links.json": [vector | {"account": ACCOUNT} for vector in links()],
    }
    differing = []
    for name, vectors in written.items():
        path, text = VECTORS / name, dumps_lines(vectors)
        if "--check" not in sys.argv[1:]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            differing.append(name)
        print(f"{name}: {len(vectors)} vectors")
    if differing:
        sys.exit(f"These differ from the description: {', '.join(differing)}. Run make_vectors.py.")


if __name__ == "__main__":
    main()
