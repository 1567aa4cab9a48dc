"""Writes tests/vectors/*.json from the description with the reference.

    python3 tests/independent/make_vectors.py           writes them
    python3 tests/independent/make_vectors.py --check   fails when they differ
"""

import sys
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote_to_bytes, urlencode

import reference
from description import files, project_callbacks, project_operations
from reference import Float, cast, dumps, dumps_lines, encode, loads, sign
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
    throttled = {"code": 429, "data": None, "msg": "请求过于频繁", "ts": 1700000000}
    yield info, "throttled, whatever the HTTP status", 400, dumps(throttled)
    yield info, "throttled twice over", 429, dumps(throttled | {"code": "429"})
    yield info, "throttled by the HTTP status alone", 429, dumps(throttled | {"code": 1})
    yield info, "throttled by a gateway", 429, "slow down"
    yield upload, "an upload is throttled", 200, '{"code": "429", "msg": "请求过于频繁"}'
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


def missing_members(operation):
    """Answers that lack what they must have."""
    node = operation["tree"]
    if node["type"] == "null":
        return
    yield "no data", 200, dumps({"code": operation["success"], "msg": "", "ts": 1700000000})
    if operation["data_on_top"]:
        return
    for name, data in (("null data", None), ("nothing in the data", {})):
        yield name, 200, dumps(envelope(operation, data))
    if node["type"] == "array":
        yield "an empty row", 200, dumps(envelope(operation, [{}]))
    for name, field in node.get("fields", {}).items():
        if field["type"] == "array":
            data = sample(node) | {name: [[]]}
            yield f"an empty row in {name}", 200, dumps(envelope(operation, data))


def answers(operations, error_codes):
    by_name = {operation["name"]: operation for operation in operations}
    cases = [(operation, *case) for operation in operations for case in answer_cases(operation)]
    cases += general_answers(by_name, error_codes)
    cases += odd_values(by_name)
    cases += [(operation, *case) for operation in operations for case in missing_members(operation)]
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

FORM, JSON = "application/x-www-form-urlencoded", "application/json"


def callbacks(described):
    """Printed examples, other ways to post them, and forgeries."""
    for name, callback in described:
        fields = loads(callback["payload_example"])
        qid = fields["qid"]
        flipped = fields | {"qid": qid[:-1] + ("1" if qid[-1] == "0" else "0")}
        usual = callback.get("content_type", FORM)
        other = FORM if usual == JSON else JSON
        yield "the example", usual, fields
        yield "a changed qid", usual, flipped
        yield "posted the other way", other, fields
        for what, posted in other_posts(name, fields):
            yield what, usual, signed(posted)
        for marks in callback["told_by"]:
            yield f"told by {', '.join(marks)} alone", usual, signed(only(marks, fields))
    fields = loads(dict(described)["class_event"]["payload_example"])
    loose = fields | {"room_id": 1234567890, "timestamp": 1467882806}
    yield "numbers in JSON", JSON, signed(loose)
    casts = {"n": None, "t": True, "f": False, "i": 120, "d": Float("1.50"), "o": {"a": [1, None]}}
    yield "JSON values as PHP casts them", JSON, signed(fields | casts)
    video = loads(dict(described)["transcode_callback"]["payload_example"])
    yield "null is no room", JSON, signed(video | {"room_id": None})
    yield "an empty text is no room", FORM, signed(video | {"room_id": ""})
    wall = loads(dict(described)["student_message_on_wall"]["payload_example"])
    yield "a text that PHP cut inside a letter", FORM, signed(wall | {"content": "你好".encode()[:-1]})
    yield "bytes of another character set", FORM, signed(wall | {"user_name": "张三".encode("gbk")})
    for what, content_type, posted in forgeries(fields, wall):
        assert reference.sign_posted(posted, SAMPLE_KEY) == posted["sign"], what
        yield what, content_type, posted


def forgeries(fields, wall):
    """Posts whose signature is right and that the service did not make so."""
    without = {key: value for key, value in fields.items() if key != "qid"}
    yield "replayed with the qid moved into the field before it", FORM, without | {
        "op_time": f"{fields['op_time']}&qid={fields['qid']}"
    }
    moved = {key: value for key, value in fields.items() if key != "room_id"}
    yield "replayed with another qid, which holds the field after it", FORM, moved | {
        "qid": f"{fields['qid']}&room_id={fields['room_id']}"
    }
    timeless = {key: value for key, value in fields.items() if key != "timestamp"}
    yield "replayed with the timestamp moved into the field before it", FORM, timeless | {
        "room_id": f"{fields['room_id']}&timestamp={fields['timestamp']}"
    }
    yield "signed without a qid", FORM, signed(without)
    yield "signed with an empty qid", FORM, signed(fields | {"qid": ""})
    yield "signed with null for a qid", JSON, signed(fields | {"qid": None})
    yield "signed with a qid too long", FORM, signed(fields | {"qid": "1" * 257})
    yield "signed without a timestamp", FORM, signed(timeless)
    yield "signed with a timestamp that is no number", FORM, signed(fields | {"timestamp": "soon"})
    link = {"room_id": "17110879095169", "user_name": "x", "user_number": "7", "user_role": "0", "user_avatar": ""}
    yield "a link into a room, turned into a callback", FORM, signed(link)
    joined = "17110879095169&user_avatar=&user_name=x&user_number=7"
    yield "a link into a room, its fields joined", FORM, {
        "room_id": joined, "user_role": "0", "sign": signed(link)["sign"]
    }
    request = {"partner_id": "12345678", "room_id": "17110879095169", "timestamp": "1467882806"}
    yield "a signed request, turned into a callback", FORM, signed(request)
    # The signature fits, and the qid is new: the claim of the signature keeps it from being taken twice.
    said = signed(wall | {"content": "hi&qid=666&r="})
    cut = {key: value for key, value in said.items() if key not in ("content", "group_id", "qid")}
    rest = f"&group_id={wall['group_id']}&qid={wall['qid']}"
    yield "a qid cut out of a message", FORM, cut | {"content": "hi", "qid": "666", "r": rest, "sign": said["sign"]}


def callback_vectors():
    described = list(project_callbacks(ROOT / "api"))
    for name, content_type, posted in callbacks(described):
        if content_type == JSON:
            body = dumps(posted)
            received = loads(body)
        else:
            body = urlencode(posted)
            pairs = (pair.split("=", 1) for pair in body.replace("+", " ").split("&"))
            received = {unquote_to_bytes(key).decode(): text(unquote_to_bytes(value)) for key, value in pairs}
        error = reference.refused(received, SAMPLE_KEY)
        callback = reference.told(described, received)
        expect = None
        if not error:
            expect = reference.callback(callback, dict(described).get(callback, {"params": {}}), received)
        yield {
            "name": name,
            "callback": callback,
            "content_type": content_type,
            "body": body,
            "key": SAMPLE_KEY,
            "valid": not error,
            "error": error,
            "expect": expect,
        }


def text(value):
    """Bytes as a text, if they are one."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value


def signed(fields):
    return fields | {"sign": reference.sign_posted(fields, SAMPLE_KEY)}


def only(marks, fields):
    """The least that tells a callback."""
    pairs = (mark.partition("=")[::2] for mark in marks)
    told = {name: value or fields.get(name, "12345") for name, value in pairs}
    return told | {"qid": fields["qid"], "timestamp": fields["timestamp"]}


def other_posts(name, fields):
    """What the documents leave open, and what a later version may add."""
    yield "members of a later version", fields | {"added_later": "a&b=1 😀", "partner_id": "12345678"}
    if name == "class_event":
        for op in ("forbidden", "teacher_in", "teacher_out", "stat", "of a later version"):
            yield f"op {op}, without a time", {
                key: value for key, value in fields.items() if key != "op_time"
            } | {"op": op}
    if name == "playback_generated":
        yield "generation started", {
            key: fields[key] for key in ("room_id", "session_id", "version", "video_id", "qid", "timestamp")
        } | {"status": "20"}
        yield "generation failed, as code of 2017 reads it", {
            key: fields[key] for key in ("room_id", "video_id", "qid", "timestamp")
        } | {"status": "30"}
    if name == "transcode_callback":
        yield "uploaded, with the size and the MD5", fields | {"total_size": "32024", "file_md5": "b1ac374c4b7707bacacf63a831f91170"}
        yield "transcoded", fields | {
            "status": "100", "preface_url": "http://img.example.com/a.jpg", "total_size": "32024",
            "total_transcode_size": "64048", "length": "8", "file_md5": "b1ac374c4b7707bacacf63a831f91170",
            "now_definition": "low,std", "origin_definition": "super",
        }
    if name == "presenter_device_event":
        yield "an object that is not percent-encoded", fields | {"info_json": '{"classId":22112540350999,"camera":1}'}
        yield "with a time", fields | {"op_time": "2022-11-25 11:10:05"}
    if name == "lottery_result":
        yield "without a winner", {key: value for key, value in fields.items() if key != "info_json"}
    if name == "mute_signal":
        data = loads(fields["data"])
        inner = dumps(data["target_user"])
        yield "two signals", fields | {"data": dumps([data, data])}
        yield "an object as a text in a text", fields | {"data": dumps(data | {"target_user": inner})}
        yield "percent-encoded JSON", fields | {"data": quote(dumps(data))}


# --- posts.json -----------------------------------------------------------------


def posts():
    """Callbacks that are to be signed for a test of a receiver, and what is posted."""
    described = list(project_callbacks(ROOT / "api"))
    for name, callback in described:
        fields = loads(callback["payload_example"])
        del fields["sign"]
        usual = callback.get("content_type", FORM)
        yield post(name, {"name": name, "data": fields}, fields, usual)
        for json in (True, False):
            asked = {"name": name, "data": fields, "json": json}
            yield post(f"{name}, {'JSON' if json else 'a form'}", asked, fields, JSON if json else FORM)
    told = {"qid": "q1", "timestamp": 1467882806}
    added = {"qid": "q1", "timestamp": "1467882806"}
    loose = {"n": None, "t": True, "f": False, "i": 120, "d": Float("1.25"), "o": {"a": [1, None]}, "s": "测 &=%+"}
    yield post("none that is described, a form", {"data": loose} | told, loose | added, FORM)
    yield post("none that is described, JSON", {"data": loose, "json": True} | told, loose | added, JSON)
    given = {"room_id": 1, "qid": "its own", "timestamp": "1467882807"}
    yield post("an id and a time of its own", {"data": given} | told, given, FORM)
    yield post("a signature that is not taken over", {"data": given | {"sign": "0" * 32}}, given, FORM)
    for what, asked, kind in [
        ("no id", {"data": {"timestamp": 1}}, "callback_malformed"),
        ("no time", {"data": {"qid": "1"}}, "callback_malformed"),
        ("no object", {"data": []} | told, "callback_malformed"),
        ("no data", told, "invalid_parameters"),
        ("a name that could forge others", {"data": {"a&b": 1}} | told, "callback_malformed"),
        ("no callback of that name", {"name": "class_evnt", "data": {}} | told, "unknown_operation"),
    ]:
        yield {"name": what, "asked": asked, "key": SAMPLE_KEY, "error": kind}


def post(name, asked, fields, content_type):
    posted = signed(fields)
    if content_type == FORM:
        posted = [[name, cast(value).decode()] for name, value in posted.items()]
    expect = {"content_type": content_type, "posted": posted}
    return {"name": name, "asked": asked, "key": SAMPLE_KEY, "expect": expect}


# --- claims.json --------------------------------------------------------------


def claims():
    """What one process takes, in the order of time: at second `at` a callback is claimed or given back."""
    one = {"qid": "q1", "signature": "s1", "hold": 600}
    resigned, cut = one | {"signature": "s2"}, one | {"qid": "q2"}
    long = {"qid": "q3", "signature": "s3", "hold": 2002}
    steps = [
        ("claim", one, 0, True, "the first to ask takes it"),
        ("claim", one, 35, False, "the repetition"),
        ("claim", resigned, 35, False, "the repetition, signed anew"),
        ("claim", cut, 35, False, "the same post, its fields cut so that it has another qid"),
        ("claim", {"qid": "q4", "signature": "s4", "hold": 600}, 35, True, "another one"),
        ("release", one, 40, None, "the work failed"),
        ("claim", resigned, 50, True, "the repetition after that"),
        ("claim", cut, 51, True, "the signature was given back as well"),
        ("claim", long, 100, True, "one whose timestamp is taken for 2000 s"),
        ("claim", one, 649, False, "by its qid"),
        ("claim", long, 2101, False, "it holds as long as its timestamp is taken"),
        ("claim", long, 2103, True, "and no longer"),
    ]
    for what, callback, at, first, why in steps:
        yield {"step": what, "callback": callback, "at": at, "first": first, "why": why}


# --- links.json ---------------------------------------------------------------


def links():
    user = {"room_id": str(LONG_ID), "user_number": "10001", "user_name": "王老师", "user_role": "1"}
    odd = {
        "user_name": " A/B;C? %41%26+#😀 ",
        "user_role": "0",
        "user_avatar": "https://example.com/a b.png?x=1;y=2",
    }
    extra = {"status": "1", "customstr": "a b", "share_url": "https://example.com/s?a=1&b=2"}
    for entering in (
        user | {"user_avatar": ""},
        user | {"user_role": "2", "user_avatar": "//example.com/a.png"},
        user | odd,
        {name: text for name, text in user.items() if name != "user_number"} | {"user_avatar": ""},
        user | {"user_avatar": "", "extra": extra},
    ):
        signed_part = {name: text for name, text in entering.items() if name != "extra"}
        text, url = reference.enter_room(ACCOUNT, signed_part, entering.get("extra", {}))
        yield {"link": "enter_room", "params": entering, "canonical": text, "url": url}
    player = {"code": "gk2026", "user_name": "陈思远"}
    frame = {"user_number": "9001", "width": "1280", "height": "720", "showControls": "true"}
    vid, token = {"vid": "11128351"}, {"token": "1hNNdCHe9Ss3S3PxCaNttU"}
    room, code = {"classid": str(LONG_ID)}, {"code": "9z3acy"}
    for name, path, params in (
        ("prepare", "/web/room/prepare", {"room_id": str(LONG_ID)} | code),
        ("prepare", "/web/room/prepare", {"room_id": str(LONG_ID)}),
        ("quick_enter", "/web/room/quickenter", code | {"user_name": "用户 78572"}),
        ("code_player", "/web/room/codePlayer", player | frame),
        ("code_player", "/web/room/codePlayer", player),
        ("video_player", "/web/video/player", vid | token),
        ("mobile_video_player", "/m/video/player", vid | token),
        ("playback", "/web/playback/index", room | {"token": "d0XjzokJ9x-Z8_f=+/"}),
        ("playback", "/web/playback/index", room | {"session_id": "201908181", "token": "t"}),
    ):
        yield {"link": name, "params": params, "url": reference.link(ACCOUNT, path, params)}
    for params in refused_links(user | {"user_avatar": ""}):
        yield {"link": "enter_room", "params": params, "refused": reference.unfit(params)}
    for name, params in (
        ("quick_enter", code | {"user_name": "x&user_role=1"}),
        ("quick_enter", {"code": "9z3acy&user_role=1", "user_name": "x"}),
        ("code_player", player | {"user_number": "7&user_role=1"}),
        ("prepare", {"room_id": str(LONG_ID), "code": "9z3acy&a=1"}),
        ("video_player", {"vid": "11128351", "token": "t&vid=1"}),
        ("mobile_video_player", {"vid": "11128351", "token": "t\n"}),
        ("playback", room | {"token": "t&classid=1"}),
    ):
        yield {"link": name, "params": params, "refused": reference.unfit(params)}


def refused_links(user):
    """What could be read as another user's link."""
    yield user | {"user_name": "x&user_number=999&user_role=1"}
    yield user | {"user_name": "Tom & Jerry"}
    yield user | {"user_name": "a=b"}
    for control in ("\n", "\r", "\t", "\0", "\x1b", "\x7f", "\x85"):
        yield user | {"user_name": f"a{control}b"}
    yield user | {"user_avatar": "https://example.com/a.png?x=1&user_name=x"}
    yield user | {"user_avatar": "https://example.com/a.png\n"}
    yield user | {"user_number": "7&user_role=1"}
    yield user | {"user_number": "7=8"}
    yield user | {"room_id": "5&user_avatar="}
    for number in ("0", "000", "-1", "1.5", "1e3", "abc", "", " 7", "+7", "٧", "123456789012345678901"):
        yield user | {"user_number": number}
    for number in ("0", "-1", "room"):
        yield user | {"room_id": number}
    yield user | {"user_name": "a&b", "user_number": "c&d"}
    for name in ("user_role", "User_Role", "sign", "room_id", "user.role", "user role", "a[]", "a&b", "a=b", ""):
        yield user | {"extra": {name: "1"}}
    yield user | {"extra": {"customstr": "a\nb"}}


# ------------------------------------------------------------------------------


def main():
    api = ROOT / "api"
    operations = sorted(project_operations(api), key=lambda operation: operation["name"])
    error_codes = [code for file in files(api) for code in file.get("error_codes", [])]
    written = {
        "signing.json": signing(),
        "requests.json": requests(operations),
        "answers.json": answers(operations, error_codes),
        "callbacks.json": list(callback_vectors()),
        "posts.json": list(posts()),
        "claims.json": list(claims()),
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
