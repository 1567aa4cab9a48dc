"""The vectors that all languages share, made by an independent reference."""

from __future__ import annotations

from typing import Any, Callable, get_args, get_type_hints
from urllib.parse import parse_qsl

import msgspec
import pytest
from baijiayun import AnswerError, BaijiayunError, Client, Details, File, InvalidParametersError, Pages
from baijiayun._calls import Asked
from baijiayun.errors import CLASSES
from baijiayun.http import Multipart, Request, Response
from conftest import KEY, Clock, Fake, envelope, vectors

MULTIPART_HEAD = b"Content-Disposition: form-data; "


def client_of(vector: dict[str, Any], *outcomes: Any) -> tuple[Client, Fake]:
    account = vector.get("account", {"domain": "school", "partner_id": "12345678", "partner_key": KEY})
    fake = Fake(*outcomes)
    client = Client(**account, http=fake, quota=False, operation_quota=False)
    clock = Clock()
    clock.now = vector.get("timestamp", clock.now)
    client._runner.calls.unix = clock
    return client, fake


def with_files(params: dict[str, Any]) -> dict[str, Any]:
    def file(value: Any) -> Any:
        described = value.get("file") if isinstance(value, dict) else None
        return File(b"x" * described["size"], name=described["name"]) if described else value

    return {name: file(value) for name, value in params.items()}


def sent(request: Request) -> dict[str, Any]:
    """A request as the vectors describe it."""
    url, _, query = request.url.partition("?") if request.method == "GET" else (request.url, "", "")
    files: list[list[Any]] = []
    if isinstance(request.body, Multipart):
        encoding, pairs = "multipart", []
        whole = b"".join(request.body)
        assert request.headers["content-length"] == str(len(whole)) == str(len(request.body))
        boundary = request.headers["content-type"].partition("boundary=")[2].encode()
        assert whole.endswith(b"--" + boundary + b"--\r\n")
        for part in whole.split(b"--" + boundary)[1:-1]:
            head, _, content = part.partition(b"\r\n\r\n")
            names = dict(
                pair.split("=", 1)
                for pair in head.decode().split(MULTIPART_HEAD.decode(), 1)[1].split("\r\n")[0].split("; ")
            )
            name, content = names["name"].strip('"'), content[:-2]
            if "filename" in names:
                files.append([name, names["filename"].strip('"'), len(content)])
            else:
                pairs.append([name, content.decode()])
    elif request.body is None:
        encoding, pairs = "query", [list(pair) for pair in parse_qsl(query, keep_blank_values=True)]
    else:
        assert isinstance(request.body, bytes)
        encoding, pairs = "form", [list(pair) for pair in parse_qsl(request.body.decode(), keep_blank_values=True)]
    return {"method": request.method, "url": url, "pairs": sorted(pairs), "files": sorted(files), "encoding": encoding}


def expected(vector: dict[str, Any]) -> dict[str, Any]:
    want = dict(vector["expect"])
    want["files"] = sorted([file["name"], file["file"], file["size"]] for file in want["files"])
    return want


@pytest.mark.parametrize("vector", vectors("requests"), ids=lambda vector: vector["name"])
def test_requests(vector: dict[str, Any]) -> None:
    client, fake = client_of(vector, envelope())
    try:
        client.call(vector["operation"], with_files(vector["params"]))
    except BaijiayunError as error:
        # Not every operation takes null for an answer.
        assert fake.requests, error
    assert sent(fake.requests[0]) == expected(vector)


def method_of(client: Client, operation: str) -> Any:
    resource, _, method = operation.partition(".")
    return getattr(getattr(client, resource), method)


def arguments(params: dict[str, Any]) -> dict[str, Any]:
    return {name.replace("-", "_"): value for name, value in with_files(params).items()}


@pytest.mark.parametrize("vector", vectors("requests"), ids=lambda vector: vector["name"])
def test_requests_of_typed_methods(vector: dict[str, Any]) -> None:
    client, fake = client_of(vector, envelope())
    method = method_of(client, vector["operation"])
    result = None
    try:
        result = method(**arguments(vector["params"]))
        if isinstance(result, Pages):
            result.page()
    except BaijiayunError as error:
        assert fake.requests, error
    want, got = expected(vector), sent(fake.requests[0])
    if isinstance(result, Pages):
        # A list is asked for from its first page on, so the page is sent, and signed.
        for request in (want, got):
            request["pairs"] = [pair for pair in request["pairs"] if pair[0] not in ("page", "sign")]
    assert got == want


def same(left: Any, right: Any) -> bool:
    """Equal as JSON, with numbers compared by value; true is no number."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return isinstance(left, bool) == isinstance(right, bool) and left == right


@pytest.mark.parametrize("vector", vectors("answers"), ids=lambda vector: vector["name"])
def test_answers(vector: dict[str, Any]) -> None:
    client, _ = client_of({}, Response(vector["status"], vector["body"].encode()))
    try:
        answer = client.call(
            vector["operation"], with_files(REQUIRED[vector["operation"]]), options={"retry": "never"}
        )
    except BaijiayunError as error:
        want = vector["error"]
        assert (error.kind, error.code) == (want["kind"], want.get("code"))
        assert type(error) is CLASSES[error.kind]
        assert want.get("msg") in (None, error.message)
        assert (error.body or "") == vector["body"]
    else:
        assert same(answer.data, vector["data"])


@pytest.mark.parametrize("vector", vectors("unruly"), ids=lambda vector: vector["name"])
def test_answers_that_are_not_quite_json(vector: dict[str, Any]) -> None:
    body = bytes.fromhex(vector["body_hex"]) if "body_hex" in vector else vector["body"].encode()
    client, _ = client_of({}, Response(200, body))
    params = with_files(REQUIRED[vector["operation"]])
    assert same(client._runner.run(Asked(vector["operation"], object, params)).data, vector["data"])
    # Typed, and as plain Python values: neither stumbles.
    details = Details()
    result = method_of(client, vector["operation"])(**arguments(params), options={"details": details})
    if isinstance(result, Pages):
        result.page()
    assert sorted(departure.path for departure in details.departures) == vector["departures"]
    client.call(vector["operation"], params)


REQUIRED = {
    vector["operation"]: vector["params"] for vector in reversed(vectors("requests")) if "required" in vector["name"]
}


def missing(typed: Any, data: Any, place: str = "data") -> list[str]:
    """What of the data their type knows, and has not, or as something else."""
    if isinstance(typed, msgspec.Struct) and isinstance(data, dict):
        return [
            fault
            for field in msgspec.structs.fields(typed)
            if field.encode_name in data
            for fault in missing(getattr(typed, field.name), data[field.encode_name], f"{place}.{field.encode_name}")
        ]
    if isinstance(data, dict) and isinstance(typed, dict) and data.keys() == typed.keys():
        return [fault for key in data for fault in missing(typed[key], data[key], f"{place}.{key}")]
    if isinstance(data, list) and isinstance(typed, list) and len(data) == len(typed):
        return [fault for left, right in zip(typed, data) for fault in missing(left, right, f"{place}[]")]
    return [] if same(typed, data) else [f"{place}: {data!r} became {typed!r}"]


@pytest.mark.parametrize(
    "vector", [vector for vector in vectors("answers") if "data" in vector], ids=lambda vector: vector["name"]
)
def test_answers_fit_their_types(vector: dict[str, Any]) -> None:
    client, _ = client_of({}, Response(vector["status"], vector["body"].encode()))
    method = method_of(client, vector["operation"])
    result = method(**arguments(REQUIRED[vector["operation"]]))
    if isinstance(result, Pages):
        try:
            result = result.page().data
        except AnswerError as error:
            # A page that counts rows and has no list would look like an empty one.
            assert "but has no list" in error.message
            return
    if result is None:
        return
    params = with_files(REQUIRED[vector["operation"]])
    fitting = client._runner.run(Asked(vector["operation"], object, params)).data
    assert same(fitting, vector.get("typed", vector["data"]))
    assert missing(result, fitting) == []


@pytest.mark.parametrize("vector", vectors("callbacks"), ids=lambda vector: vector["name"])
def test_callbacks(vector: dict[str, Any]) -> None:
    client = Client("school", "12345678", vector["key"])
    body = vector["body"].encode()
    if vector["error"] is not None:
        with pytest.raises(BaijiayunError) as caught:
            client.callbacks.parse(body, vector["content_type"], tolerance=None)
        assert caught.value.kind == vector["error"]
        return
    event = client.callbacks.parse(body, vector["content_type"], tolerance=None)
    want = vector["expect"]
    if want is None:
        return
    assert (event.name, event.qid, event.timestamp) == (want["name"], want["qid"], want["timestamp"])
    assert missing(event.data, want.get("typed", want["data"])) == []
    assert sorted(departure.path for departure in event.departures) == want.get("departures", [])


@pytest.mark.parametrize("vector", vectors("links"), ids=lambda vector: vector["link"])
def test_links(vector: dict[str, Any]) -> None:
    client, _ = client_of(vector, envelope())
    names = {"vid": "video_id", "classid": "room_id", "showControls": "show_controls"}
    params = {names.get(name, name): value for name, value in vector["params"].items() if value is not None}
    if "show_controls" in params:
        params["show_controls"] = params["show_controls"] == "true"
    make: Callable[..., str] = getattr(client.links, vector["link"])
    if "refused" in vector:
        with pytest.raises(InvalidParametersError) as caught:
            make(**params)
        assert sorted(fault.parameter for fault in caught.value.faults) == vector["refused"]
        if vector["link"] == "enter_room":
            remote = Client("school", "12345678", signer=lambda text: pytest.fail("the signer is asked"))
            with pytest.raises(InvalidParametersError):
                remote.links.enter_room(**params)
        return
    url = make(**params)
    address, _, query = url.partition("?")
    want_address, _, want_query = vector["url"].partition("?")
    assert address == want_address
    assert sorted(parse_qsl(query, keep_blank_values=True)) == sorted(parse_qsl(want_query, keep_blank_values=True))


def test_the_result_types_are_what_the_methods_say() -> None:
    client, _ = client_of({}, envelope())
    assert get_type_hints(type(client.room).list)["return"].__origin__ is Pages
    assert len(get_args(get_type_hints(type(client.room).list)["return"])) == 2
