"""Reads the project's description (api/) and the vendor catalog into one shape.

An operation is a dict: ids, name, title, methods, path, path_source, candidates,
host, signed, given (another call returned the address), params, any_of, tree,
success, data_on_top, examples, failures and request_examples. `tree` and `params` are as in api/.
"""

import json
import re
from urllib.parse import unquote

import yaml

# Where a table's type is evidently a misprint the project follows the printed
# example (the catalog's `wire`) and says so in the evidence of the operation.
MISPRINTED = {
    "large_class.28": ["question_list[].title"],
    "small_class.29": ["question_list[].title"],
    "large_class.30": ["checkin_list[].time"],
    "small_class.56": ["checkin_list[].time"],
    "large_class.31": ["url"],
    "large_class.55": ["media_length"],
    "large_class.56": ["media_length"],
    "large_class.69": ["extend"],
    "large_class.71": ["media_length"],
    "large_class.103": ["remark"],
    "vod.31": ["create_time"],
}

# Some tables type these as strings in answers. They are numbers of 64 bits
# wherever another document says so, and the project takes them as such
# (docs/decisions/0015).
NUMBERS = {"room_id", "room_ids", "user_number", "fid", "partner_id", "parent_finder_id", "broadcast_room_id"}
# Its example has one that is not all digits.
NOT_DIGITS = {"vod.58": ["user_number"]}

# Required in one public SDK; other public code leaves it out, and that works.
OPTIONAL = {"public_only.playback.getPlayerToken": ["expires_in"]}

# The tables mark timestamp and sign as required, the printed request has
# neither, and no public code signs what it has no key for (docs/decisions/0052).
UNSIGNED = {"large_class.1", "small_class.1", "double_teacher.1", "vod.1"}

REGULAR = {"signed": True, "given": False, "success": 0, "data_on_top": False}


def files(folder):
    for path in sorted(folder.glob("*.yaml")):
        yield yaml.safe_load(path.read_text(encoding="utf-8"))


def project_operations(folder):
    for file in files(folder):
        for method, entry in file.get("operations", {}).items():
            envelope = entry.get("envelope", {})
            examples = entry.get("request_examples", {})
            yield {
                "ids": entry["documents"] + [entry[key] for key in ("public",) if key in entry],
                "name": f"{file['resource']}.{method}",
                "title": entry["title"],
                "methods": entry["methods"],
                "path": entry.get("path"),
                "path_source": entry["path_source"],
                "candidates": entry.get("candidates", []),
                "host": entry.get("host"),
                "signed": entry.get("signed", True),
                "given": "address" in entry,
                "params": entry["params"],
                "any_of": entry.get("any_of", []),
                "tree": marked(entry["response"], printed_data(entry)),
                "success": envelope.get("success", 0),
                "data_on_top": envelope.get("data") == "top",
                "examples": [example["body"] for example in entry.get("examples", [])],
                "failures": entry.get("failure_examples", []),
                "request_examples": [json.loads(example) for example in examples.values()],
            }


def project_callbacks(folder):
    for file in files(folder):
        for name, callback in file.get("callbacks", {}).items():
            posted = json.loads(callback["payload_example"])
            for param, described in callback["params"].items():
                if not described.get("required") or posted.get(param) is None:
                    described["optional"] = True
                if "value" in described:
                    described["value"]["optional"] = described.get("optional", False)
                    inner = unquote(posted.get(param) or "null")
                    marked(described["value"], [json.loads(inner)])
            yield name, callback


# --- which members may be missing ----------------------------------------------
#
# A member is required unless the description says so (`optional`), or a printed
# example lacks it or has null in its place.


def printed_data(entry):
    on_top = entry.get("envelope", {}).get("data") == "top"
    bodies = [json.loads(example["body"]) for example in entry.get("examples", [])]
    return bodies if on_top else [body.get("data") for body in bodies]


def marked(node, printed):
    """The shape, with its members marked that one of the printed values lacks."""
    kind = node["type"]
    if kind == "object":
        objects = [value or {} for value in printed if isinstance(value, dict) or value == []]
        for name, field in node.get("fields", {}).items():
            values = [value.get(name) for value in objects]
            nulls_count = field["type"] != "any"
            if any(name not in value or (nulls_count and value[name] is None) for value in objects):
                field["optional"] = True
            marked(field, values)
    elif kind in ("array", "map"):
        inner = []
        for value in printed:
            if isinstance(value, dict) and kind == "array" and not all(key.isdigit() for key in value):
                inner.append(value)  # a callback's list that is its only item
            elif isinstance(value, (dict, list)):
                inner += value.values() if isinstance(value, dict) else value
        child = node.get("items" if kind == "array" else "values")
        if child:
            marked(child, inner)
    return node


def catalog_operations(folder):
    for file in files(folder):
        for entry in file.get("operations", []):
            response = entry["response"]
            for field in response["fields"] + response.get("top_fields", []):
                field["type"] = type_of(field, entry["id"])
            yield catalog_operation(entry)


def type_of(field, document):
    """The type that the project takes a field for."""
    if field["name"].endswith(tuple(MISPRINTED.get(document, []))):
        return field.get("wire", field["type"])
    name = re.sub(r"[\[\]{}]+$", "", field["name"]).split(".")[-1]
    is_number = name in NUMBERS and name not in NOT_DIGITS.get(document, [])
    return "int" if is_number and field["type"] == "string" else field["type"]


def required(param, document):
    """What the project knows better about it."""
    return {"required": False} if param["name"] in OPTIONAL.get(document, []) else {}


def catalog_operation(entry):
    response = entry["response"]
    operation = {
        "ids": [entry["id"]],
        "name": None,
        "title": entry["title"],
        "methods": entry["methods"],
        "path": entry.get("path"),
        "path_source": entry["path_source"],
        "candidates": entry.get("path_candidates", []),
        "host": entry.get("host"),
        "params": {param["name"]: param | required(param, entry["id"]) for param in entry["params"]},
        "any_of": any_of(entry["params"]),
        "tree": tree(response["data"], response["fields"]),
        "examples": [entry[key] for key in ("example",) if key in entry],
        "failures": entry.get("failure_examples", []),
        "request_examples": [json.loads(entry[key]) for key in ("request_example",) if key in entry],
    } | REGULAR
    operation["signed"] = entry["id"] not in UNSIGNED
    if "top_fields" in response:
        # The upload: it goes to an address that another call returned, and its
        # members stand beside code and msg.
        fields = [field for field in response["top_fields"] if field["name"] not in ("code", "msg")]
        operation |= {"signed": False, "given": True, "success": 1, "data_on_top": True}
        operation["tree"] = tree("object", fields)
    return operation


def any_of(params):
    """The catalog says it in words: "at least one of a and b must be given"."""
    found = re.findall(r"at least one of (\w+) and (\w+)", " ".join(p["desc"] for p in params))
    return [list(names) for names in sorted(set(found))]


def tree(kind, fields):
    """The tree of dotted names such as list[].user_number or days{}.count."""
    root = {"type": kind}
    for field in fields:
        node = root
        steps = re.findall(r"\[\]|\{\}|[^.\[\]{}]+", field["name"])
        for step, following in zip(steps, steps[1:] + [None]):
            if step == "[]":
                node = node.setdefault("items", {})
            elif step == "{}":
                node = node.setdefault("values", {})
            else:
                node = node.setdefault("fields", {}).setdefault(step, {})
            implied = {"[]": "array", "{}": "map"}.get(following, "object")
            node.setdefault("type", field["type"] if following is None else implied)
        node["type"] = field["type"]
    return complete(root)


def complete(node):
    """Containers whose content no document names hold anything."""
    if node["type"] == "array":
        node.setdefault("items", {"type": "any"})
    if node["type"] == "map":
        node.setdefault("values", {"type": "any"})
    for child in [*node.get("fields", {}).values(), node.get("items"), node.get("values")]:
        if child:
            complete(child)
    return node
