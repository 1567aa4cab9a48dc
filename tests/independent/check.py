"""Drives `bjy` over every operation of the vendor catalog.

    python3 tests/independent/check.py [--bjy PATH] [--catalog FOLDER]

Every catalog id is looked up through `bjy operations --json`; then its request,
its refusals and its answers are compared with the reference. Without a catalog
beside the repository, the project's own description takes its place.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import reference
import variants
from description import catalog_operations, project_operations
from reference import dumps, loads, same, sign
from values import params_for, string_for

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = {"domain": "school", "partner_id": "12345678", "partner_key": "Sample+Key/0=="}
TIMESTAMP = "1700000123"
FLAGS = [f"--{name.replace('_', '-')}={value}" for name, value in ACCOUNT.items()]
FORM = "application/x-www-form-urlencoded"


class Bjy:
    def __init__(self, path, folder):
        self.path, self.folder = path, folder

    def run(self, *arguments, given=""):
        done = subprocess.run(
            [self.path, *arguments],
            input=given.encode(),
            capture_output=True,
            cwd=self.folder,
            timeout=20,
        )
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    def request(self, name, *arguments):
        return self.run("request", name, *arguments, f"--timestamp={TIMESTAMP}", *FLAGS)

    def file(self, name, content):
        path = Path(self.folder) / name
        path.write_text(content, encoding="utf-8")
        return path


class Report:
    """Counts what held and keeps what did not."""

    def __init__(self):
        self.passed, self.failures = 0, []

    def expect(self, holds, what, expected="", got=""):
        if holds:
            self.passed += 1
        else:
            self.failures.append((what, short(expected), short(got)))
        return holds


def short(value):
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= 600 else text[:600] + " ..."


def parsed(text):
    """JSON, or None for what is not."""
    try:
        return loads(text)
    except ValueError:
        return None


# --- one operation ------------------------------------------------------------


class Check:
    """All checks of one catalog operation; `merged` are those of its entry."""

    def __init__(self, bjy, operation, entry, merged):
        self.bjy, self.operation, self.entry, self.merged = bjy, operation, entry, merged
        self.report = Report()
        self.label = f"{operation['ids'][0]} = {entry['name']}"
        self.declared = declared_params(entry)
        self.params = {
            name: param | self.wire_type(name, param)
            for name, param in operation["params"].items()
        }

    def run(self):
        try:
            self.check_all()
        except Exception as problem:  # Output of an unforeseen shape is a failure, not a crash.
            self.expect(False, "output can be read", "the shape of the contract", repr(problem))
        return self.report

    def check_all(self):
        self.entry_says_what_the_catalog_says()
        usable = self.operation | {"params": self.params}
        for rich, how in ((False, "required parameters"), (True, "all parameters")):
            params = self.with_plain_texts(params_for(usable, rich))
            self.request_is_right(how, params, as_file=False)
            if any(param["type"] != "file" for param in self.params.values()):
                self.request_is_right(f"{how}, --params", params, as_file=True)
        self.wrong_parameters_are_refused()
        self.answers_are_straightened()

    def expect(self, holds, what, expected="", got=""):
        return self.report.expect(holds, f"{self.label}: {what}", expected, got)

    def wire_type(self, name, param):
        """The catalog has no list type: it types a comma-joined list as a string."""
        declared = self.declared.get(name, {})
        if declared.get("type") == "list" and param["type"] == "string":
            return {"type": "list", "items": declared.get("items", "int")}
        return {key: declared[key] for key in ("min", "max", "max_length") if key in declared}

    def with_plain_texts(self, params):
        """Digits where the project may know better than the catalog's `string`."""
        return {
            name: "12345"
            if self.params.get(name, {}).get("type") == "string"
            and self.declared.get(name, {}).get("type") not in (None, "string")
            and value == string_for(name, self.params[name])
            else value
            for name, value in params.items()
        }

    def entry_says_what_the_catalog_says(self):
        operation, entry = self.operation, self.entry
        expect = self.expect
        titles = [entry.get("title"), *entry.get("other_titles", [])]
        if entry["documents"] and entry["documents"][0] == operation["ids"][0]:
            expect(operation["title"] in titles, "title", operation["title"], titles)
        methods = set(operation["methods"])
        expect(methods <= set(entry["methods"]), "methods", methods, entry["methods"])
        known = [entry.get("path"), *(entry.get("candidates") or [])]
        if operation["path_source"] in ("seed", "public"):
            expect(entry.get("path") == operation["path"], "path", operation["path"], known)
        elif operation["path"] and entry["path_source"] == "inferred":
            expect(operation["path"] in known, "guessed path", operation["path"], known)
        missing = set(operation["params"]) - set(self.declared)
        expect(not missing, "parameters of the catalog are there", "none missing", missing)

    # -- requests

    def request_is_right(self, how, params, as_file):
        arguments = self.arguments(params, as_file)
        status, out, err = self.bjy.request(self.entry["name"], *arguments)
        request = parsed(out)
        if not self.expect(
            status == 0 and isinstance(request, dict),
            f"request with {how}",
            f"a request for {arguments}",
            f"exit {status}: {err or out}",
        ):
            return

        def expect(holds, what, *rest):
            return self.expect(holds, f"{how}: {what}", *rest)

        expect(ACCOUNT["partner_key"] not in out, "no key in the output", "", out)
        expect(request.get("operation") == self.entry["name"], "operation", self.entry["name"],
               request.get("operation"))
        given_files = [name for name in params if self.kind(name) == "file"]
        methods = set().union(*(operation["methods"] for operation in self.merged))
        method = "POST" if "POST" in methods or given_files else "GET"
        expect(request.get("method") == method, "method", method, request.get("method"))
        url, query = split_url(request["url"])
        wanted = self.url(params)
        expect(url + (query if self.operation["given"] else "") == wanted, "URL", wanted,
               request["url"])
        pairs, files = self.sent(request, query, method, bool(given_files), expect)
        self.pairs_are_right(expect, pairs, params)
        expect(
            sorted((file["name"], Path(file["file"]).name, file["size"]) for file in files)
            == sorted((name, f"{name}.bin", params[name]["file"]["size"]) for name in given_files),
            "files", given_files, files,
        )

    def kind(self, name):
        return self.params[name]["type"] if name in self.params else "string"

    def arguments(self, params, as_file):
        """key=value for each, or a file of JSON for all but files."""
        prefix = re.sub(r"\W", "_", self.operation["ids"][0])
        texts, values = [], {}
        for name, value in params.items():
            if self.kind(name) == "file":
                size = value["file"]["size"]
                folder = Path(self.bjy.folder) / f"{prefix}{size}"
                folder.mkdir(exist_ok=True)
                (folder / value["file"]["name"]).write_bytes(b"x" * size)
                texts.append(f"{name}=@{folder / value['file']['name']}")
            elif as_file:
                values[name] = value
            else:
                texts.append(f"{name}={self.text(name, value)}")
        if as_file:
            count = "all" if len(values) == len(self.params) else "some"
            texts.append(f"--params={self.bjy.file(f'{prefix}.{count}.json', json.dumps(values))}")
        return texts

    def text(self, name, value):
        if name not in self.params:
            return str(value)
        return reference.text_of(value, self.params[name])

    def url(self, params):
        if self.operation["given"]:
            return params["upload_url"]
        path = self.operation["path"]
        if self.operation["path_source"] == "inferred":
            path = self.entry["path"]
        host = self.operation["host"] or f"{ACCOUNT['domain']}.at.baijiayun.com"
        return f"https://{host}{path}"

    def sent(self, request, query, method, multipart, expect):
        """The pairs and files that the request carries, wherever they stand."""
        body, parts = request.get("body"), request.get("parts")
        headers = {key.lower(): value for key, value in header_pairs(request.get("headers"))}
        content_type = headers.get("content-type", "")
        if multipart:
            expect(isinstance(parts, list), "has parts", "parts", request)
            parts = parts or []
            # The boundary is the sender's to choose.
            expect(content_type.startswith("multipart/form-data") or not content_type,
                   "content type", "multipart/form-data", content_type)
            files = [part for part in parts if "file" in part]
            return [(part["name"], part["value"]) for part in parts if "value" in part], files
        expect(parts is None, "has no parts", None, parts)
        if method == "GET":
            expect(not body, "has no body", None, body)
            return parse_qsl(query[1:], keep_blank_values=True, strict_parsing=bool(query)), []
        expect(content_type.split(";")[0] == FORM, "content type", FORM, content_type)
        expect(query == "", "has no query", "", query)
        body = body or ""
        expect(not re.search(r"[^\x21-\x7e]", body), "body is encoded", "ASCII", body)
        return parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body)), []

    def pairs_are_right(self, expect, pairs, params):
        sent = dict(pairs)
        expect(len(sent) == len(pairs), "no name twice", sorted(sent), pairs)
        wanted = {name: value for name, value in params.items() if self.kind(name) != "file"}
        common = set()
        if self.operation["given"]:
            wanted.pop("upload_url")
        else:
            common = {"partner_id"}
            expect(sent.get("partner_id") == ACCOUNT["partner_id"], "partner_id",
                   ACCOUNT["partner_id"], sent.get("partner_id"))
        if self.operation["signed"]:
            common |= {"timestamp", "sign"}
            key = ACCOUNT["partner_key"]
            expect(sent.get("timestamp") == TIMESTAMP, "timestamp", TIMESTAMP,
                   sent.get("timestamp"))
            expect(sent.get("sign") == sign(sent, key), "signature of what is sent",
                   sign(sent, key), sent.get("sign"))
        names = set(wanted) | common
        expect(set(sent) == names, "names sent", sorted(names), sorted(sent))
        for name in set(wanted) & set(sent):
            expect(self.value_is_right(name, wanted[name], sent[name]), f"value of {name}",
                   self.text(name, wanted[name]), sent[name])

    def value_is_right(self, name, value, text):
        param = self.params[name]
        if param["type"] == "json":
            return same(parsed(text), loads(dumps(value)))
        if param["type"] == "float":
            decimals = r"\.[0-9]{2}" if "two decimals" in param["desc"] else r"(\.[0-9]+)?"
            plain = re.fullmatch(rf"[0-9]+{decimals}", text)
            return plain is not None and Decimal(text) == Decimal(str(value))
        return text == self.text(name, value)

    # -- refusals

    def wrong_parameters_are_refused(self):
        required = [
            name
            for name in self.params
            if all(other["params"].get(name, {}).get("required") for other in self.merged)
        ]
        if required:
            self.is_refused("missing parameters", [], required)
        params = params_for(self.operation | {"params": self.params}, False)
        known = self.arguments(self.with_plain_texts(params), False)
        self.is_refused("an unknown parameter", [*known, "no_such_parameter=1"],
                        ["no_such_parameter"])
        wrong = [
            f"{name}=abc"
            for name, param in self.params.items()
            if param["type"] in ("int", "timestamp", "float")
        ]
        if wrong:
            kept = [text for text in known if text.split("=")[0] + "=abc" not in wrong]
            self.is_refused("words for numbers", kept + wrong,
                            [text.split("=")[0] for text in wrong])

    def is_refused(self, what, arguments, names):
        status, out, err = self.bjy.request(self.entry["name"], *arguments)
        error = error_of(err)
        self.expect(status == 1 and not out.strip(), f"{what} refused", "exit 1, nothing on stdout",
                    f"exit {status}: {out}{err}")
        self.expect(error is not None, f"{what}: error as JSON",
                    "{kind, code, msg, hint} on stderr", err)
        unnamed = [name for name in names if not re.search(rf"(?<!\w){re.escape(name)}(?!\w)", err)]
        self.expect(not unnamed, f"{what}: all named in one error", f"names {names}", err)
        self.expect(ACCOUNT["partner_key"] not in err, f"{what}: no key in the error", "", err)

    # -- answers

    def answers_are_straightened(self):
        operation = self.operation
        for number, body in enumerate(operation["examples"], start=1):
            self.answer_is_right(f"example {number}", body)
            data = reference.answer(operation, body)["data"]
            for name, loose in variants.variants(operation, data):
                body = dumps(variants.envelope(operation, loose))
                self.answer_is_right(f"example {number}, {name}", body)
        for number, body in enumerate(operation["failures"], start=1):
            self.failure_is_right(f"failure {number}", body)

    def answer_is_right(self, name, body):
        """Where merged documents disagree about a type, any of them will do."""
        status, out, err = self.bjy.run("parse", self.entry["name"], given=body)
        wanted = [reference.answer(other, body)["data"] for other in (self.operation, *self.merged)]
        try:
            got = loads(out)
        except ValueError:
            self.expect(False, f"parse {name}", dumps(wanted[0]), f"exit {status}: {out}{err}")
            return
        self.expect(status == 0 and agrees(got, wanted), f"parse {name}", dumps(wanted[0]),
                    f"{out.strip()}  (difference: {difference(got, wanted)})")

    def failure_is_right(self, name, body):
        failure_is_right(self.expect, self.bjy, self.entry["name"], self.operation, name, body)


def failure_is_right(expect, bjy, operation_name, operation, name, body):
    status, out, err = bjy.run("parse", operation_name, given=body)
    wanted, error = reference.answer(operation, body)["error"], error_of(err)
    expect(status == 1 and not out.strip(), f"parse {name}", "exit 1, nothing on stdout",
           f"exit {status}: {out}")
    expect(error is not None and all(error.get(key) == wanted[key] for key in wanted),
           f"parse {name}: error", wanted, err)


def error_of(err):
    error = parsed(err)
    is_complete = isinstance(error, dict) and {"kind", "code", "msg", "hint"} <= set(error)
    return error if is_complete else None


def header_pairs(headers):
    """Headers as an object, as pairs, or as {name, value}."""
    if isinstance(headers, dict):
        return headers.items()
    return [tuple(h.values()) if isinstance(h, dict) else tuple(h) for h in headers or []]


def split_url(url):
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}", query


def declared_params(entry):
    """Parameters of `bjy operations --json`, as a list or an object."""
    params = entry["params"]
    return params if isinstance(params, dict) else {param["name"]: param for param in params}


def agrees(got, wanted):
    return difference(got, wanted) is None


def difference(got, wanted, where="data"):
    """Where `got` is none of the wanted values, member by member."""
    if any(same(got, value) for value in wanted):
        return None
    wanted = [value for value in wanted if type(value) is type(got)]
    if isinstance(got, dict):
        for key in sorted(set(got).union(*wanted)):
            options = [value[key] for value in wanted if key in value]
            may_miss = any(key not in value for value in wanted)
            if key in got and options:
                found = difference(got[key], options, f"{where}.{key}")
            else:
                found = None if key not in got and may_miss else f"{where}.{key}"
            if found:
                return found
        return None if wanted else where
    if isinstance(got, list):
        wanted = [value for value in wanted if len(value) == len(got)]
        for index, item in enumerate(got):
            found = difference(item, [value[index] for value in wanted], f"{where}[{index}]")
            if found:
                return found
        return None if wanted else where
    return where


# --- the whole catalog --------------------------------------------------------


def check_generally(report, bjy, operations, by_name):
    """Error codes and broken answers, which no single operation owns."""
    status, out, err = bjy.run("request", "room.no_such_method", *FLAGS)
    report.expect(status == 1 and error_of(err) is not None, "an unknown operation is refused",
                  "exit 1 and a JSON error", f"exit {status}: {out}{err}")
    reading = next(op for op in operations if op["ids"][0] == "large_class.2")
    name = next(entry["name"] for entry in by_name.values() if "large_class.2" in entry["documents"])
    bodies = {f"code {code}": dumps({"code": code, "data": None, "msg": f"消息{code}", "ts": 1})
              for code in (*reference.KINDS, 98765)}
    bodies |= {
        "an empty body": "",
        "HTML": "<html><body>502 Bad Gateway</body></html>",
        "a body cut off": '{"code": 0, "data": {"room_id": "123',
        "an array": "[]",
        "no code": '{"status": "ok"}',
    }
    for what, body in bodies.items():
        failure_is_right(report.expect, bjy, name, reading, what, body)
    deep = '{"code": 0, "data": ' + "[" * 100_000 + "]" * 100_000 + "}"
    status, out, err = bjy.run("parse", name, given=deep)
    report.expect(status == 1 and error_of(err) is not None, "deep nesting is refused",
                  "exit 1 and a JSON error", f"exit {status}: {out}{err}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--bjy", default=str(ROOT / "target" / "release" / "bjy"))
    arguments.add_argument("--catalog", type=Path, default=ROOT.parent / "shared" / "api")
    arguments = arguments.parse_args()
    if not Path(arguments.bjy).is_file():
        sys.exit(f"{arguments.bjy} is not there: cargo build --release -p baijiayun-cli")
    if arguments.catalog.is_dir():
        operations = list(catalog_operations(arguments.catalog))
    else:
        operations = one_per_id(project_operations(ROOT / "api"))

    with tempfile.TemporaryDirectory() as folder:
        bjy = Bjy(str(Path(arguments.bjy).resolve()), folder)
        report = check_catalog(bjy, operations)
    for what, expected, got in report.failures:
        print(f"FAILED {what}\n  expected: {expected}\n  got:      {got}")
    print(f"{report.passed} passed, {len(report.failures)} failed")
    sys.exit(bool(report.failures))


def one_per_id(operations):
    return [operation | {"ids": [id]} for operation in operations for id in operation["ids"]]


def check_catalog(bjy, operations):
    report = Report()
    status, out, err = bjy.run("operations", "--json")
    entries = parsed(out)
    if not report.expect(status == 0 and isinstance(entries, list), "bjy operations --json",
                         "a JSON array", f"exit {status}: {out[:200]}{err}"):
        return report
    by_name = {entry["name"]: entry for entry in entries}
    report.expect(len(by_name) == len(entries), "names are unique", len(entries), len(by_name))
    found = defaultdict(list)
    for entry in entries:
        for id in entry["documents"]:
            found[id].append(entry["name"])
    catalog = {operation["ids"][0]: operation for operation in operations}
    unknown = sorted(set(found) - set(catalog))
    report.expect(not unknown, "every document is in the catalog", "none unknown", unknown)

    checks = []
    for id, operation in catalog.items():
        if report.expect(len(found[id]) == 1, f"{id} is found once", 1, found[id]):
            entry = by_name[found[id][0]]
            merged = [catalog[other] for other in entry["documents"] if other in catalog]
            checks.append(Check(bjy, operation, entry, merged))
    with ThreadPoolExecutor(2) as pool:
        for each in pool.map(Check.run, checks):
            report.passed += each.passed
            report.failures += each.failures
    check_generally(report, bjy, operations, by_name)
    return report


if __name__ == "__main__":
    main()
