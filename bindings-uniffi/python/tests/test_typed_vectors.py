"""Every printed answer of the documents, and its variants as PHP writes them, fits the generated type of its operation
and loses nothing that the description knows."""

from __future__ import annotations

import json
from inspect import iscoroutinefunction, signature
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest
from baijiayun import AnswerError, AsyncClient, AsyncPages, Client, Pages
from baijiayun._calls import Asked
from baijiayun.generated.operations import OperationName, result_type
from baijiayun.http import Response
from baijiayun.types import PartnerGetKeyResult
from conftest import KEY, ROOT, vectors
from test_vectors import REQUIRED, arguments, client_of, same, with_files

DESCRIPTION = json.loads((ROOT / "api" / "generated" / "description.json").read_bytes())
OPERATIONS = {
    f"{resource['resource']}.{method}": operation
    for resource in DESCRIPTION["resources"]
    for method, operation in resource["operations"].items()
}
ANSWERS = [vector for vector in vectors("answers") if "data" in vector]


def are(kind: type, *values: Any) -> bool:
    return all(isinstance(value, kind) for value in values)


def typed(client: Client, operation: str) -> Any:
    """What the method of an operation gives."""
    resource, _, method = operation.partition(".")
    result: Any = getattr(getattr(client, resource), method)(**arguments(REQUIRED[operation]))
    return result.page().data if are(Pages, result) else result


def lost(shape: dict[str, Any], straight: Any, value: Any, place: str) -> list[str]:
    """What the shape describes and the data have, and is not in the typed value, or is something else."""
    kind = shape["type"]
    if kind == "object" and shape.get("fields") and are(dict, straight):
        if not are(msgspec.Struct, value):
            return [f"{place}: {type(value).__name__}"]
        names = dict(zip(value.__struct_encode_fields__, value.__struct_fields__))
        return [
            fault
            for wire, field in shape["fields"].items()
            if wire in straight
            for fault in lost(field, straight[wire], getattr(value, names[wire]), f"{place}.{wire}")
        ]
    if kind == "array" and are(list, straight, value) and len(straight) == len(value):
        item = shape.get("items") or {"type": "any"}
        return [fault for left, right in zip(straight, value) for fault in lost(item, left, right, f"{place}[]")]
    if kind == "map" and are(dict, straight, value) and straight.keys() == value.keys():
        item = shape.get("values") or {"type": "any"}
        return [fault for key in straight for fault in lost(item, straight[key], value[key], f"{place}.{key}")]
    return [] if same(straight, value) else [f"{place}: {straight!r} became {value!r}"]


@pytest.mark.parametrize("vector", ANSWERS, ids=lambda vector: vector["name"])
def test_every_answer_fits_its_type_and_loses_nothing(vector: dict[str, Any]) -> None:
    operation = vector["operation"]
    response = Response(vector["status"], vector["body"].encode())
    client, _ = client_of({}, response)
    try:
        value = typed(client, operation)
    except AnswerError as error:
        # A page that counts rows and has no list would look like an empty one.
        assert OPERATIONS[operation].get("paging") and "but has no list" in error.message
        return
    shape = OPERATIONS[operation]["response"]
    if shape["type"] == "null":
        assert value is None
        return
    # The same data without what departs from the description.
    straight: Any = client._runner.run(Asked(operation, object, with_files(REQUIRED[operation]))).data
    assert lost(shape, straight, value, "data") == []
    # It is what its annotation says, and what it writes is read again as the same.
    assert msgspec.convert(msgspec.to_builtins(value), result_type(operation)) == value


def test_every_operation_has_an_answer() -> None:
    assert {vector["operation"] for vector in ANSWERS} == set(get_args(OperationName)) == set(OPERATIONS)
    assert len(ANSWERS) > 1000


@pytest.mark.parametrize("operation", get_args(OperationName))
def test_both_methods_take_and_give_the_same(operation: Any) -> None:
    resource, _, method = operation.partition(".")
    plain = getattr(getattr(Client("demo", 1, KEY), resource), method)
    awaited = getattr(getattr(AsyncClient("demo", 1, KEY), resource), method)
    assert plain.__doc__ == awaited.__doc__
    hints, async_hints = get_type_hints(plain), get_type_hints(awaited)
    given, async_given = hints.pop("return"), async_hints.pop("return")
    assert hints == async_hints and list(signature(plain).parameters) == list(signature(awaited).parameters)
    if get_origin(given) is Pages:
        assert get_origin(async_given) is AsyncPages and get_args(given) == get_args(async_given)
        given = get_args(given)[0]
    else:
        assert given == async_given and iscoroutinefunction(awaited)
    assert result_type(operation) == (object if given is Any else given)


def test_secrets_in_answers_do_not_show() -> None:
    value = PartnerGetKeyResult(partner_key="hush")
    assert value.to_dict() == {"partner_key": "hush"}
    assert "hush" not in f"{value} {value!r} {value.__rich_repr__()}"
