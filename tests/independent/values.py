"""Deterministic values for parameters, by type and within the stated limits."""

AWKWARD = "测试 A&B=1+2%41"
LONG_ID = 17110879095169


def value_for(name, param, operation, rich):
    """A value as a user of a typed SDK gives it; `rich` picks another one."""
    kind = param["type"]
    if kind == "file":
        return {"file": {"name": f"{name}.bin", "size": 7 if rich else 5}}
    if kind == "json":
        examples = operation["request_examples"]
        return examples[0] if examples else [{"content": "百家云", "time": 10}]
    if kind == "list":
        return list_for(param, rich)
    if "example" in param or "enum" in param:
        given = param.get("example", list(param.get("enum", [None]))[-1 if rich else 0])
        return int(given) if kind in ("int", "timestamp") else str(given)
    if kind == "timestamp":
        return 1700003600 if name.startswith("end") else 1700000000
    if kind == "date":
        return "2024-03-02" if name.startswith("end") else "2024-03-01"
    if kind == "datetime":
        return "2024-03-01 09:30:00" if name.startswith("end") else "2024-03-01 08:00:00"
    if kind == "float":
        return 0.5 if param.get("max") == 1 else 1234.5 if rich else 9.9
    if kind == "int":
        wished = LONG_ID if param.get("format") == "id" else 20 if rich else 2
        return min(max(wished, param.get("min", wished)), param.get("max", wished))
    return string_for(name, param)


def string_for(name, param):
    if param.get("format") == "id":
        return str(LONG_ID)
    if name.endswith("url"):
        return "https://example.com/hook?a=1&b=%E4%BD%A0"
    return AWKWARD[: param.get("max_length")]


def list_for(param, rich):
    is_int = param["items"] == "int"
    if "example" in param:
        items = str(param["example"]).split(",")
        return [int(item) if is_int else item for item in items]
    if "enum" in param:
        return list(param["enum"])[: 2 if rich else 1]
    if is_int:
        return [LONG_ID, 100086] if rich else [100086]
    items = ["a b", "百家云"]
    return items if rich else items[:1]


def params_for(operation, rich):
    """Every parameter, or only those that a call cannot do without."""
    chosen = {
        name
        for name, param in operation["params"].items()
        if rich or param.get("required") or "required_by" in param
    }
    for names in operation["any_of"]:
        if not chosen & set(names):
            chosen.add(names[0])
    params = {
        name: value_for(name, param, operation, rich)
        for name, param in operation["params"].items()
        if name in chosen
    }
    if operation["given"]:
        params["upload_url"] = "http://upload-video.baijiayun.com/upload?fid=1&ts=2&token=3"
    return params
