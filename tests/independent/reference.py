"""The rules of the service, written a second time straight from the documents.

The shared vectors come from here, and `check.py` judges `bjy` by it. It shares
no code with the Rust core on purpose: two readings of the documents must agree.
"""

import hashlib
import json
import re
import unicodedata
from decimal import Decimal
from urllib.parse import unquote, urlencode

INTEGER = re.compile(r"-?(0|[1-9][0-9]*)")
NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
INT64 = range(-(2**63), 2**63)


# --- JSON that keeps the text of every number ---------------------------------


class Float(Decimal):
    """A JSON number with a fraction or an exponent, its text kept."""

    def __new__(cls, text):
        number = super().__new__(cls, text)
        number.text = text
        return number


def loads(text):
    return json.loads(text, parse_float=Float, parse_constant=refuse)


def refuse(constant):
    raise ValueError(f"{constant} is not JSON")


def dumps(value):
    """Compact JSON, members in the order given."""
    return "".join(pieces(value, None, ""))


def dumps_lines(value):
    """JSON for the vector files: one member to a line, in the order given."""
    return "".join(pieces(value, 1, "\n")) + "\n"


def pieces(value, indent, line):
    if isinstance(value, Float):
        yield value.text
    elif not isinstance(value, (dict, list)) or not value:
        yield json.dumps(value, ensure_ascii=False)
    else:
        is_object = isinstance(value, dict)
        inner = line + " " * (indent or 0)
        keys = value if is_object else range(len(value))
        separator = "{" if is_object else "["
        for key in keys:
            yield separator + inner
            if is_object:
                yield json.dumps(key, ensure_ascii=False) + (": " if indent else ":")
            yield from pieces(value[key], indent, inner)
            separator = ","
        yield line + ("}" if is_object else "]")


def same(left, right):
    """Equal as JSON: 1 is 1.0, but never true, and never "1"."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if is_number(left) and is_number(right):
        return left == right
    return type(left) is type(right) and left == right


def is_number(value):
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def is_int64(text):
    return len(text) <= 20 and INTEGER.fullmatch(text) is not None and int(text) in INT64


# --- signing ------------------------------------------------------------------


def canonical(params):
    """The sorted text that is signed, without the key."""
    keys = sorted((key for key in params if key != "sign"), key=str.encode)
    return "&".join(f"{key}={params[key]}" for key in keys)


def sign(params, key):
    text = "&".join(filter(None, [canonical(params), f"partner_key={key}"]))
    return hashlib.md5(text.encode()).hexdigest()


# --- requests -----------------------------------------------------------------


def text_of(value, param):
    """A parameter as the text that goes over the wire."""
    kind = param["type"]
    if kind == "list":
        return ",".join(text_of(item, {"type": param["items"]}) for item in value)
    if kind == "json":
        return dumps(value)
    if kind == "float":
        number = Decimal(str(value))
        return f"{number:.{param['decimals']}f}" if "decimals" in param else f"{number:f}"
    return str(value)


def encode(operation, params, account, timestamp):
    """The request for a call, as the vectors describe one."""
    described = operation["params"]
    params = dict(params)
    if operation["given"]:
        url = params.pop("upload_url")
    else:
        host = operation["host"] or f"{account['domain']}.at.baijiayun.com"
        url = f"https://{host}{operation['path']}"
    files = [
        {"name": name, "file": value["file"]["name"], "size": value["file"]["size"]}
        for name, value in params.items()
        if described[name]["type"] == "file"
    ]
    pairs = {
        name: text_of(value, described[name])
        for name, value in params.items()
        if described[name]["type"] != "file"
    }
    if not operation["given"]:
        pairs["partner_id"] = account["partner_id"]
    if operation["signed"]:
        pairs["timestamp"] = str(timestamp)
        pairs["sign"] = sign(pairs, account["partner_key"])
    method = "POST" if "POST" in operation["methods"] else "GET"
    encoding = "query" if method == "GET" else "multipart" if files else "form"
    return {
        "method": method,
        "url": url,
        "pairs": sorted(map(list, pairs.items())),
        "files": sorted(files, key=lambda file: file["name"]),
        "encoding": encoding,
    }


# --- answers ------------------------------------------------------------------


def straighten(value, node):
    """The canonical form of a value; what cannot be straightened stays as it is."""
    return STRAIGHTENERS.get(node["type"], lambda value, _: value)(value, node)


def straighten_int(value, _):
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, str) and is_int64(value):
        return int(value)
    return value


def straighten_float(value, _):
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return loads(value)
    return value


def straighten_bool(value, _):
    for given in (0, 1, "0", "1", "false", "true"):
        if same(value, given):
            return given in (1, "1", "true")
    return value


def straighten_string(value, _):
    if isinstance(value, Float):
        return value.text
    return str(value) if is_number(value) else value


def straighten_object(value, node):
    if value == []:
        return {}
    if not isinstance(value, dict):
        return value
    fields = node.get("fields", {})
    return {
        name: straighten(member, fields[name]) if name in fields else member
        for name, member in value.items()
        if member is not None or name not in fields or fields[name]["type"] == "any"
    }


def straighten_map(value, node):
    if isinstance(value, list):
        value = {str(index): item for index, item in enumerate(value)}
    if not isinstance(value, dict):
        return value
    return {key: straighten(item, node["values"]) for key, item in value.items()}


def straighten_array(value, node):
    if isinstance(value, dict) and all(re.fullmatch("[0-9]+", key) for key in value):
        value = list(value.values())
    if not isinstance(value, list):
        return value
    return [straighten(item, node["items"]) for item in value]


def straighten_null(value, _):
    return None if value in ([], {}, "") else value


STRAIGHTENERS = {
    "int": straighten_int,
    "timestamp": straighten_int,
    "float": straighten_float,
    "bool": straighten_bool,
    "string": straighten_string,
    "date": straighten_string,
    "datetime": straighten_string,
    "object": straighten_object,
    "map": straighten_map,
    "array": straighten_array,
    "null": straighten_null,
}


# --- what a typed decoder gets ------------------------------------------------

ABSENT, DEPARTED = object(), object()
EMPTY = {"bool": False, "string": "", "date": "", "datetime": "", "float": 0, "timestamp": 0}


def typed(value, node):
    """The data where all fits its type, and the paths of what departs from the description.

    What does not fit is taken out. A required member that is missing, null or
    taken out has its type's empty value; so have lists and maps in any case.
    """
    departures = []
    value = {} if value is None and node["type"] == "object" else value
    fitting = fit(value, node, "", departures)
    if fitting is ABSENT and node["type"] != "null":
        departures.append("")
    return (empty(node) if fitting in (ABSENT, DEPARTED) else fitting), sorted(departures)


def fit(value, node, path, departures):
    kind = node["type"]
    if kind == "any":
        return value
    if value is None or (kind == "null" and value in ([], {}, "")):
        return ABSENT
    if kind == "null":
        return value
    if kind == "array":
        value = straighten_array(value, {"items": {"type": "any"}})
        if isinstance(value, list):
            return fit_items(value, node["items"], path, departures)
    elif kind == "map":
        value = straighten_map(value, {"values": {"type": "any"}})
        if isinstance(value, dict):
            return fit_values(value, node["values"], path, departures)
    elif kind == "object":
        value = {} if value == [] else value
        if isinstance(value, dict):
            return fit_members(value, node.get("fields", {}), path, departures)
    else:
        value = straighten(value, node)
        if fits(value, kind):
            return value
    departures.append(path)
    return DEPARTED


def fits(value, kind):
    if kind in ("int", "timestamp"):
        return isinstance(value, int) and not isinstance(value, bool) and value in INT64
    if kind == "float":
        return is_number(value)
    return isinstance(value, bool if kind == "bool" else str)


def fit_items(items, node, path, departures):
    fitting = []
    for index, item in enumerate(items):
        place = f"{path}[{index}]"
        item = fit(item, node, place, departures)
        if item is ABSENT:
            departures.append(place)
        elif item is not DEPARTED:
            fitting.append(item)
    return fitting


def fit_values(members, node, path, departures):
    fitting = {}
    for key, value in members.items():
        value = fit(value, node, member_path(path, key), departures)
        if value is not DEPARTED:
            fitting[key] = None if value is ABSENT else value
    return fitting


def fit_members(members, fields, path, departures):
    fitting = {}
    for name, value in members.items():
        if name not in fields:
            fitting[name] = value
            continue
        value = fit(value, fields[name], member_path(path, name), departures)
        if value is ABSENT and not fields[name].get("optional"):
            departures.append(member_path(path, name))
        if value not in (ABSENT, DEPARTED):
            fitting[name] = value
        elif is_filled(fields[name]):
            fitting[name] = empty(fields[name])
    for name, field in fields.items():
        if name not in members:
            if not field.get("optional"):
                departures.append(member_path(path, name))
            if is_filled(field):
                fitting[name] = empty(field)
    return fitting


def member_path(path, name):
    return f"{path}.{name}" if path else name


def is_filled(node):
    return not node.get("optional") or node["type"] in ("array", "map")


def empty(node):
    """What stands for a value that is missing."""
    kind = node["type"]
    if kind == "int":
        # 0 would say something, where it is one of the listed values.
        return -1 if 0 in [key for key in node.get("enum", {}) if not isinstance(key, bool)] else 0
    if kind == "object":
        return {name: empty(field) for name, field in node.get("fields", {}).items() if is_filled(field)}
    return [] if kind == "array" else {} if kind == "map" else EMPTY.get(kind)


# --- callbacks ----------------------------------------------------------------


def cast(value):
    """The bytes that PHP signs for a posted value: bytes as they are, the rest as it casts them."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    if value is None or value is False:
        return b""
    return b"1" if value is True else dumps(value).encode()


def sign_posted(posted, key):
    """The signature over the bytes of a post, which need not be UTF-8."""
    names = sorted((name for name in posted if name != "sign"), key=str.encode)
    pairs = [name.encode() + b"=" + cast(posted[name]) for name in names]
    return hashlib.md5(b"&".join([*pairs, f"partner_key={key}".encode()])).hexdigest()


def refused(posted, key):
    """The kind of error for a post that the service did not make, or None."""
    if "sign" not in posted:
        return "callback_malformed"
    if sign_posted(posted, key) != posted["sign"]:
        return "callback_signature"
    qid, timestamp = cast(posted.get("qid")), cast(posted.get("timestamp"))
    is_id = qid and len(qid) <= 256 and not set(b"&=") & set(qid)
    is_time = re.fullmatch(rb"-?[0-9]+", timestamp)
    return None if is_id and is_time else "callback_malformed"


def told(callbacks, posted):
    """The name of a callback by its marks: a value is stronger than a member, two members than one."""

    def stands(mark):
        name, is_value, value = mark.partition("=")
        text = cast(posted.get(name))
        return text == value.encode() if is_value else text != b""

    strengths = {
        name: max(
            (
                (sum("=" in mark for mark in marks), len(marks))
                for marks in description["told_by"]
                if all(map(stands, marks))
            ),
            default=None,
        )
        for name, description in callbacks
    }
    found = {name: strength for name, strength in strengths.items() if strength}
    return max(found, key=found.get, default=None)


def callback(name, description, posted):
    """What a callback tells: its fields but sign, JSON texts read."""
    fields = {name: param.get("value", param) for name, param in description["params"].items()}
    fields |= {"qid": {"type": "string"}, "timestamp": {"type": "timestamp"}}
    read = {
        field: read_json(as_text(value), fields.get(field))
        for field, value in posted.items()
        if field != "sign"
    }
    node = {"type": "object", "fields": fields}
    return {
        "name": name,
        "qid": cast(posted["qid"]).decode(),
        "timestamp": int(cast(posted["timestamp"])),
        "data": straighten(read, node),
    } | told_typed(read, node)


def as_text(value):
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def read_json(value, node):
    """A JSON text where a container is described; one object where a list is."""
    kind = node and node["type"]
    if kind not in ("array", "object", "map"):
        return value
    if isinstance(value, str):
        value = loads(unquote(value) if value[:3].upper() in ("%7B", "%5B") else value)
    if kind == "array" and isinstance(value, dict):
        value = [value]
    if value is None:
        return None
    if kind == "array":
        return [read_json(item, node["items"]) for item in value]
    fields = node.get("fields", {})
    return {name: read_json(member, fields.get(name)) for name, member in value.items()}


# --- links --------------------------------------------------------------------


def link(account, path, pairs):
    return f"https://{account['domain']}.at.baijiayun.com{path}?{urlencode(pairs)}"


def enter_room(account, user, extra):
    """The text to be signed and the link into a room."""
    pairs = dict(sorted(user.items()))
    text = canonical(pairs)
    pairs["sign"] = sign(pairs, account["partner_key"])
    return text, link(account, "/web/room/enter", pairs | extra)


SIGNED = "room_id user_avatar user_name user_number user_role sign partner_id timestamp".split()


def unfit(params):
    """The fields of a link that could be read as others, or are numbers that are none, sorted."""

    def is_unfit(name, text):
        if name in ("room_id", "video_id", "user_number"):
            return not re.fullmatch("0*[1-9][0-9]*", text, re.ASCII) or len(text) > 20
        borders = "&" if name in ("user_avatar", "token") else "&="
        return bool(set(borders) & set(text)) or has_control(text)

    def is_unfit_extra(name, text):
        is_name = re.fullmatch("[A-Za-z][A-Za-z0-9_]*", name)
        return not is_name or name.lower() in SIGNED or has_control(text)

    own = {name for name, text in params.items() if name != "extra" and is_unfit(name, str(text))}
    extra = params.get("extra", {})
    return sorted(own | {name for name, text in extra.items() if is_unfit_extra(name, text)})


def has_control(text):
    return any(unicodedata.category(character) == "Cc" for character in text)


KINDS = {
    1: "general",
    404: "path_not_found",
    429: "throttled",
    1001: "parameter_rejected",
    1002: "signature_rejected",
    2001: "account_not_found",
    2002: "permission_denied",
    2003: "live_not_open",
    3001: "room_not_found",
    3002: "room_deleted",
    4001: "upload_failed",
    5002: "video_not_found",
}


def read_envelope(body):
    """The JSON of an answer, or the one unmistakable envelope in something else; and whether there was anything else."""
    try:
        return loads(body), False
    except ValueError:
        begin = re.search(r'\{\s*"', body)
        if begin is None:
            raise
    decoder = json.JSONDecoder(parse_float=Float, parse_constant=refuse)
    envelope, _ = decoder.raw_decode(body, begin.start())
    has_code = isinstance(straighten_int(envelope.get("code"), None), int)
    if not has_code or not ("msg" in envelope or "data" in envelope):
        raise ValueError("no envelope")
    return envelope, True


def answer(operation, body, status=200):
    """What a caller gets for an answer: {"data": ...} or {"error": ...}."""
    foreign = {404: "path_not_found", 429: "throttled"}.get(status, "http_status")
    try:
        envelope, has_noise = read_envelope(body)
    except ValueError:
        return {"error": {"kind": "not_json" if status == 200 else foreign}}
    code = straighten_int(envelope.get("code"), None) if isinstance(envelope, dict) else None
    if not isinstance(code, int):
        return {"error": {"kind": "not_envelope" if status == 200 else foreign}}
    if code != operation["success"] or status >= 400:
        kind = "http_status" if code == operation["success"] else KINDS.get(code, "service")
        kind = "throttled" if status == 429 else kind
        return {"error": {"kind": kind, "code": code, "msg": envelope.get("msg") or ""}}
    if operation["data_on_top"]:
        data = {key: envelope[key] for key in envelope if key not in ("code", "msg", "ts")}
    else:
        data = envelope.get("data")
    return {"data": straighten(data, operation["tree"])} | told_typed(data, operation["tree"], [""] if has_noise else [])


def told_typed(data, node, noise=()):
    """The data of a typed decoder and the departures, where there is anything to tell."""
    fitting, departures = typed(data, node)
    told = {"typed": fitting} if not same(fitting, straighten(data, node)) else {}
    departures = sorted({*noise, *departures})
    return told | ({"departures": departures} if departures else {})
