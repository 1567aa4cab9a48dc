"""Holds docs/openapi.json against what is sent and answered, with other people's validators.

    python3 tests/independent/openapi.py [--bjy PATH] [--document FILE]

Every request that `bjy` builds, for every operation with its required and with
all parameters, goes through openapi-core: server, path, method, content type,
members of the form. Then it is sent to `bjy mock`, and what comes back goes
through it as well, as do all answers that the documents print, and the bodies
of callbacks. Nothing here knows how the document was made.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from jsonschema import Draft202012Validator
from jsonschema_path import SchemaPath
from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.validation.request.validators import V31RequestParametersValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from description import project_callbacks, project_operations
from values import params_for

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = {"domain": "school", "partner_id": "12345678", "partner_key": "Sample+Key/0=="}
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"
BOUNDARY = "baijiayun-oracle"
SIGNATURE = ("partner_id", "timestamp", "sign")


@dataclass
class Request:
    """A request as openapi-core takes it. What the signature needs is taken out of the form."""

    operation: str
    method: str
    host_url: str
    path: str
    content_type: str
    body: bytes | None
    signature: dict
    query: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)

    @property
    def parameters(self):
        # OpenAPI has no signature that stands in a form, so the document calls its place the query.
        return RequestParameters(query={**self.query, **self.signature}, header={}, cookie={}, path={})


@dataclass
class Answer:
    status_code: int
    content_type: str
    data: bytes
    headers: dict = field(default_factory=dict)


class Oracle:
    def __init__(self, document):
        # Whether it is OpenAPI at all is seen to by the linter, in a tenth of the time.
        self.document = document
        closed = Config(spec_validator_cls=None, additional_properties_default_policy="forbid")
        self.requests = OpenAPI.from_dict(document, config=closed)
        self.answers = OpenAPI.from_dict(document, config=Config(spec_validator_cls=None))
        # Server, path, method, signature and query, without the body.
        self.addresses = V31RequestParametersValidator(SchemaPath.from_dict(document))
        self.registry = Registry().with_resource("urn:api", Resource(document, DRAFT202012))
        scheme = document["components"]["securitySchemes"]["sign"]
        self.signature = self.schema(scheme["x-members"])
        self.counts, self.failures = Counter(), []

    def schema(self, schema):
        """A part of the document by itself."""
        alone = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
        return Draft202012Validator(alone, registry=self.registry)

    def check(self, kind, what, check):
        try:
            check()
            self.counts[kind] += 1
        except (OpenAPIError, AssertionError) as fault:
            reasons = [str(fault) or repr(fault)]
            while fault.__cause__ is not None:
                fault = fault.__cause__
                inner = [error.message for error in getattr(fault, "schema_errors", [])]
                reasons.append("; ".join([str(fault), *inner]))
            self.failures.append(f"{kind}: {what}: {' <- '.join(reasons)[:600]}")

    def request(self, request):
        described = self.described(request)
        if request.content_type.startswith(MULTIPART):
            self.addresses.validate(request)
            self.multipart(described, request)
        else:
            self.requests.validate_request(request)
        assert described["operationId"] == request.operation, f"the path is that of {described['operationId']}"
        if described.get("security") != []:
            known = {**request.signature, "timestamp": int(request.signature.get("timestamp", "x"))}
            self.accepts(self.signature, known)
        if request.body is not None and request.content_type == FORM:
            form = dict(parse_qsl(request.body.decode(), keep_blank_values=True))
            self.json_texts(described, form)

    def multipart(self, described, request):
        """openapi-core reads no numbers and no lists from multipart, so this does; texts are all that it has."""
        schema = self.resolved(described["requestBody"]["content"][MULTIPART]["schema"])
        unknown = set(request.parts) - set(schema["properties"])
        assert not unknown, f"the schema does not have {unknown}"
        values = {name: self.read(schema["properties"][name], text) for name, text in request.parts.items()}
        self.accepts(self.schema(schema), values)

    def read(self, schema, text):
        schema = self.resolved(schema)
        if schema["type"] == "array":
            return [self.read(schema["items"], item) for item in text.split(",")]
        return int(text) if schema["type"] == "integer" and re.fullmatch(r"-?\d+", text) else text

    def described(self, request):
        url = urlsplit(request.host_url + request.path)
        known = self.document["paths"]
        described = known.get(url.path, known["/"]).get(request.method)
        assert described, f"{request.method} {url.path} is not described"
        return described

    def json_texts(self, described, form):
        """What JSON parameters hold: openapi-core does not look into texts."""
        media = described["requestBody"]["content"].get(FORM)
        for name, member in self.resolved(media["schema"]).get("properties", {}).items():
            if "contentSchema" in member and name in form:
                text = unquote(form[name]) if member.get("x-percent-encoded") else form[name]
                self.accepts(self.schema(member["contentSchema"]), json.loads(text))

    def resolved(self, schema):
        while "$ref" in schema:
            schema = self.document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        return schema

    @staticmethod
    def accepts(validator, value):
        faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]
        assert not faults, "; ".join(faults)

    def answer(self, request, answer):
        self.answers.validate_response(request, answer)

    def callback(self, request):
        self.requests.validate_request(request)
        item = self.document["webhooks"][request.name]["post"]
        if request.content_type == FORM:
            self.json_texts(item, dict(parse_qsl(request.body.decode(), keep_blank_values=True)))


# --- what is sent ----------------------------------------------------------------


class Bjy:
    def __init__(self, path, folder):
        self.path, self.folder = path, Path(folder)

    def request(self, entry, params):
        """As `bjy request` prints it."""
        files = {name: value for name, value in params.items() if entry["params"].get(name, {}).get("type") == "file"}
        arguments = []
        for name, value in files.items():
            path = self.folder / value["file"]["name"]
            path.write_bytes(b"x" * value["file"]["size"])
            arguments.append(f"{name}=@{path}")
        texts = json.dumps({name: value for name, value in params.items() if name not in files})
        flags = [f"--{name.replace('_', '-')}={value}" for name, value in ACCOUNT.items()]
        done = subprocess.run(
            [self.path, "request", entry["name"], "--json", "--params=-", *arguments, *flags],
            input=texts.encode(), capture_output=True, cwd=self.folder, timeout=60, check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"{entry['name']}: bjy: {done.stderr.decode()}")
        return json.loads(done.stdout)


def as_request(entry, sent):
    url = urlsplit(sent["url"])
    # What no signature needs is a parameter like any other.
    common = SIGNATURE if entry["signed"] else ()
    pairs, parts, body, content_type = [], {}, None, sent["headers"].get("content-type", "")
    if "parts" in sent:
        pairs = [(part["name"], part["value"]) for part in sent["parts"] if "value" in part]
        rest = [part for part in sent["parts"] if part["name"] not in common]
        parts = {part["name"]: part.get("value", "(a file)") for part in rest}
        body, content_type = b"", MULTIPART
    elif sent["method"] == "POST":
        pairs = parse_qsl(sent["body"], keep_blank_values=True, strict_parsing=True)
        # A form of nothing else is not an absent one.
        body = urlencode([pair for pair in pairs if pair[0] not in common]).encode() or b"&"
    else:
        pairs = parse_qsl(url.query, keep_blank_values=True, strict_parsing=True)
    signature = {name: value for name, value in pairs if name in common}
    query = {name: value for name, value in pairs if name not in common} if sent["method"] == "GET" else {}
    path, host = url.path, f"{url.scheme}://{url.netloc}"
    if entry["given"]:
        # The document's server variable is the whole address.
        path, host = "/", f"{host}{url.path.rstrip('/')}"
    return Request(entry["name"], sent["method"].lower(), host, path, content_type, body, signature, query, parts)


def multipart(parts):
    body = b""
    for part in parts:
        if "value" in part:
            head, content = f'name="{part["name"]}"\r\n', part["value"].encode()
        else:
            head = f'name="{part["name"]}"; filename="{Path(part["file"]).name}"\r\nContent-Type: application/octet-stream\r\n'
            content = b"x" * part["size"]
        body += f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n".encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def send(mock, sent):
    """To the mock, whatever the host: what it answers, as it came."""
    url = urlsplit(sent["url"])
    body, headers = (sent.get("body") or "").encode() or None, dict(sent["headers"])
    if "parts" in sent:
        body, headers["content-type"] = multipart(sent["parts"]), f"{MULTIPART}; boundary={BOUNDARY}"
    target = f"{mock}{url.path}" + (f"?{url.query}" if url.query else "")
    asked = urllib.request.Request(target, data=body, headers=headers, method=sent["method"])
    with urllib.request.urlopen(asked, timeout=30) as answer:
        return Answer(answer.status, answer.headers["content-type"], answer.read())


# --- the run -----------------------------------------------------------------------


def check_operations(oracle, bjy, mock):
    def build(job):
        entry, rich = job
        params = params_for(entry, rich)
        # The mock tells them again, where they are numbers.
        numbers = {name: "12345" for name, value in params.items() if name.endswith("_number") and isinstance(value, str)}
        return entry, bjy.request(entry, params | numbers)

    # What makes a new key comes last.
    entries = sorted(project_operations(ROOT / "api"), key=lambda entry: entry["name"] == "partner.get_key")
    with ThreadPoolExecutor(4) as pool:
        built = list(pool.map(build, [(entry, rich) for entry in entries for rich in (False, True)]))
    created = None
    for entry, sent in built:
        request = as_request(entry, sent)
        oracle.check("requests", entry["name"], lambda request=request: oracle.request(request))
        # The upload goes to an address that the mock has to give first: its answer is among the printed ones.
        if not entry["given"]:
            answer = send(mock, sent)
            created = answer if entry["name"] == "room.create" else created
            code = json.loads(answer.data).get("code")
            kind = "answers of the mock" if code == entry["success"] else f"refusals of the mock (code {code})"
            oracle.check(kind, entry["name"], lambda request=request, answer=answer: oracle.answer(request, answer))
    requests = {entry["name"]: as_request(entry, sent) for entry, sent in reversed(built)}
    for entry in entries:
        for kind, bodies in (("printed answers", entry["examples"]), ("printed failures", entry["failures"])):
            for body in bodies:
                answer = Answer(200, "application/json", body.encode())
                oracle.check(kind, entry["name"], lambda answer=answer, entry=entry: oracle.answer(requests[entry["name"]], answer))
    check_document(oracle, {entry["name"] for entry in entries})
    return requests["room.create"], created


def posted(name, content_type, members):
    body = json.dumps(members) if content_type == "application/json" else urlencode(members, quote_via=quote)
    return Webhook(name, "post", content_type, body.encode())


@dataclass
class Webhook:
    name: str
    method: str
    content_type: str
    body: bytes
    parameters: RequestParameters = field(
        default_factory=lambda: RequestParameters(query={}, header={}, cookie={}, path={})
    )


def check_callbacks(oracle):
    posts = {}
    for name, callback in project_callbacks(ROOT / "api"):
        example = posted(name, callback.get("content_type", FORM), json.loads(callback["payload_example"]))
        oracle.check("printed callbacks", name, lambda example=example: oracle.callback(example))
    for vector in json.loads((ROOT / "tests/vectors/posts.json").read_text()):
        # The others are posted in another encoding than the vendor's, or are not the vendor's at all.
        if vector["name"] == vector["asked"].get("name"):
            name, expect = vector["name"], vector["expect"]
            example = posted(name, expect["content_type"], dict(expect["posted"]))
            oracle.check("callbacks of the mock", name, lambda example=example: oracle.callback(example))
            posts[name] = example
    return posts["class_event"]


# --- the oracle can fail ---------------------------------------------------------------


def without_path(document):
    document["paths"]["/openapi/room/kreate"] = document["paths"].pop("/openapi/room/create")


def without_post(document):
    item = document["paths"]["/openapi/room/create"]
    item["get"] = item.pop("post")


def other_encoding(document):
    content = document["paths"]["/openapi/room/create"]["post"]["requestBody"]["content"]
    content["application/json"] = content.pop(FORM)


def without_parameter(document):
    del document["components"]["schemas"]["RoomCreateForm"]["properties"]["start_time"]


def other_type(document):
    document["components"]["schemas"]["RoomCreateForm"]["properties"]["title"]["type"] = "integer"


def other_signature(document):
    document["components"]["securitySchemes"]["sign"]["x-members"]["properties"]["sign"]["pattern"] = "^[A-Z]+$"


def other_host(document):
    document["servers"] = [{"url": "https://elsewhere.example"}]


def other_data(document):
    document["components"]["schemas"]["RoomCreateResult"]["properties"]["student_code"]["type"] = "integer"


def more_data(document):
    document["components"]["schemas"]["RoomCreateResult"]["required"].append("no_such_member")


def other_callback(document):
    del document["components"]["schemas"]["ClassEventPayload"]["properties"]["op"]


BROKEN_REQUESTS = [without_path, without_post, other_encoding, without_parameter, other_type, other_signature, other_host]
BROKEN_ANSWERS = [other_data, more_data]
BROKEN_CALLBACKS = [other_callback]


def check_broken_copies(oracle, request, answer, callback):
    """Each of these faults in a copy of the document is told."""
    cases = [(fault, lambda broken: broken.request(request)) for fault in BROKEN_REQUESTS]
    cases += [(fault, lambda broken: broken.answer(request, answer)) for fault in BROKEN_ANSWERS]
    cases += [(fault, lambda broken: broken.callback(callback)) for fault in BROKEN_CALLBACKS]
    for fault, check in cases:
        copy = json.loads(json.dumps(oracle.document))
        fault(copy)
        broken = Oracle(copy)
        broken.check("", fault.__name__, lambda broken=broken, check=check: check(broken))
        if broken.failures:
            oracle.counts["broken copies do not"] += 1
        else:
            oracle.failures.append(f"the fault {fault.__name__} in a copy is not found")


def check_document(oracle, names):
    """No operation is missing, none is there twice or is unknown."""
    def complete():
        operations = [operation for item in oracle.document["paths"].values() for key, operation in item.items() if key in ("get", "post")]
        ids = Counter(re.sub(r"\.by_get$", "", operation["operationId"]) for operation in operations)
        assert set(ids) == names, f"operations that differ: {sorted(set(ids) ^ names)}"

    oracle.check("lists of operations", "paths", complete)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bjy", default=ROOT / "target/debug/bjy")
    parser.add_argument("--document", default=ROOT / "docs/openapi.json", type=Path)
    arguments = parser.parse_args()
    oracle = Oracle(json.loads(arguments.document.read_text(encoding="utf-8")))
    flags = [f"--partner-id={ACCOUNT['partner_id']}", f"--partner-key={ACCOUNT['partner_key']}"]
    with tempfile.TemporaryDirectory() as folder:
        double = subprocess.Popen([arguments.bjy, "mock", "--json", "--rate=0", *flags], stdout=subprocess.PIPE, text=True)
        try:
            mock = re.search(r"http://[\d.:]+", double.stdout.readline())[0]
            request, answer = check_operations(oracle, Bjy(arguments.bjy, folder), mock)
        finally:
            double.kill()
            double.wait()
    callback = check_callbacks(oracle)
    if not oracle.failures:
        check_broken_copies(oracle, request, answer, callback)
    for kind, count in sorted(oracle.counts.items()):
        print(f"{count:6} {kind} fit docs/openapi.json")
    for failure in oracle.failures:
        print(f"FAILED {failure}", file=sys.stderr)
    print(f"{sum(oracle.counts.values())} passed, {len(oracle.failures)} failed")
    return 1 if oracle.failures else 0


if __name__ == "__main__":
    sys.exit(main())
