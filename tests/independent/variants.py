"""The same answer as a looser PHP would have written it.

A variant is made from canonical data, so most of them must straighten back to
exactly that data.
"""

from reference import NUMBER, Float, is_int64, is_number, straighten

GONE = object()
SCALARS = ("int", "timestamp", "float", "bool", "string", "date", "datetime")
TEXTS = ("string", "date", "datetime")
UNKNOWN = {"unknown_member": [1, "1", None]}


def rewrite(value, node, rule, is_member=False):
    """Applies a rule to every described value, the innermost first."""
    kind = node["type"]
    if kind == "object" and isinstance(value, dict):
        fields = node.get("fields", {})
        value = {
            name: rewrite(member, fields[name], rule, True) if name in fields else member
            for name, member in value.items()
        }
        value = {name: member for name, member in value.items() if member is not GONE}
    elif kind == "map" and isinstance(value, dict):
        value = {key: rewrite(item, node["values"], rule) for key, item in value.items()}
    elif kind == "array" and isinstance(value, list):
        value = [rewrite(item, node["items"], rule) for item in value]
    return rule(value, node, is_member)


def numbers_as_text(value, node, _):
    if node["type"] in ("int", "timestamp", "float") and is_number(value):
        return value.text if isinstance(value, Float) else str(value)
    return value


def text_as_numbers(value, node, _):
    if node["type"] in TEXTS and isinstance(value, str) and value != "-0":
        if is_int64(value):
            return int(value)
        if NUMBER.fullmatch(value) and "." in value:
            return Float(value)
    return value


def bools_as_numbers(value, node, _):
    return int(value) if node["type"] == "bool" and isinstance(value, bool) else value


def bools_as_digits(value, node, _):
    return str(int(value)) if node["type"] == "bool" and isinstance(value, bool) else value


def bools_as_words(value, node, _):
    return str(value).lower() if node["type"] == "bool" and isinstance(value, bool) else value


def empty_as_the_other(value, node, _):
    if node["type"] in ("object", "map") and value == {}:
        return []
    return {} if node["type"] == "array" and value == [] else value


def lists_as_objects(value, node, _):
    if node["type"] == "array" and isinstance(value, list):
        return {str(index): item for index, item in enumerate(value)}
    return value


def containers_emptied(value, node, is_member):
    if is_member and node["type"] in ("object", "map"):
        return []
    return {} if node["type"] == "array" else value


def null_texts(value, node, is_member):
    return None if is_member and node["type"] in TEXTS else value


def null_members(value, node, is_member):
    return None if is_member and node["type"] in SCALARS and node["type"] not in TEXTS else value


def last_member_missing(value, node, _):
    if node["type"] == "object" and isinstance(value, dict):
        described = [name for name in value if name in node.get("fields", {})]
        return {name: value[name] for name in value if name not in described[-1:]}
    return value


def unknown_members(value, node, _):
    if node["type"] == "object" and isinstance(value, dict):
        return value | UNKNOWN
    return value


# Written differently, meaning the same.
SAME = {
    "numbers as text": numbers_as_text,
    "text as numbers": text_as_numbers,
    "bools as 0 and 1": bools_as_numbers,
    'bools as "0" and "1"': bools_as_digits,
    'bools as "true" and "false"': bools_as_words,
    "empty objects as [], empty lists as {}": empty_as_the_other,
    "lists as numbered objects": lists_as_objects,
}
# With something taken away or added.
DIFFERENT = {
    "containers empty, as the other kind": containers_emptied,
    "null for every text": null_texts,
    "null for every number and bool": null_members,
    "last member of every object missing": last_member_missing,
    "an unknown member in every object": unknown_members,
}
NOTHING = {"[] for null": [], "{} for null": {}, '"" for null': ""}


def variants(operation, data):
    """(name, loose data) for every way that changes something."""
    node = operation["tree"]
    if node["type"] == "null" and data is None:
        yield from NOTHING.items()
    for name, rule in (SAME | DIFFERENT).items():
        loose = rewrite(data, node, rule)
        if written(loose) == written(data):
            continue
        if name in SAME:
            assert written(straighten(loose, node)) == written(data), (operation["ids"], name)
        yield name, loose


def written(value):
    """Tells 1 from true and {} from []; Python's == does not."""
    return repr(value)


def envelope(operation, data):
    if operation["data_on_top"]:
        return {"code": operation["success"], "msg": "success"} | data
    return {"code": operation["success"], "data": data, "msg": "", "ts": 1700000000}
