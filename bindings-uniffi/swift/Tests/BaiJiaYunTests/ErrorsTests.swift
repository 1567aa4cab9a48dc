import Foundation
import Testing

@testable import BaiJiaYun

@Suite struct ErrorsTests {
    @Test func everyKindOfTheCoreIsThere() throws {
        let source = try String(contentsOf: root.appendingPathComponent("core/src/error/kind.rs"), encoding: .utf8)
        let body = source.components(separatedBy: "pub fn as_str(self)")[1].components(separatedBy: "\n    }\n")[0]
        let kinds = body.components(separatedBy: "=> \"").dropFirst().map { $0.components(separatedBy: "\"")[0] }
        #expect(Set(kinds) == Set(ErrorKind.allCases.map(\.rawValue)))
    }

    @Test func errorsOfTheService() async throws {
        let want: [(Int64, ErrorKind)] = [
            (404, .pathNotFound), (1001, .parameterRejected), (1002, .signatureRejected), (2001, .accountNotFound),
            (2002, .permissionDenied), (2003, .liveNotOpen), (3001, .roomNotFound), (3002, .roomDeleted), (4001, .uploadFailed),
            (5002, .videoNotFound), (1, .general),
        ]
        for (code, kind) in want {
            let error = try await failure { try await client(Fake(answer: envelope(code: code, msg: "不行"))).room.info(roomID: 1) }
            #expect(error.kind == kind && error.code == code && error.message == "不行" && error.operation == "room.info")
            #expect(error.trace?.attempts == 1)
        }
        do {
            _ = try await client(Fake(answer: envelope(code: 3001))).room.info(roomID: 1)
        } catch let error as BaiJiaYunError where error.kind == .roomNotFound {
            #expect(error.localizedDescription == error.description)
        }
    }

    @Test func allThatIsWrongWithParametersIsToldAtOnce() async throws {
        let http = Fake()
        let error = try await failure {
            try await client(http).call("room.create", ["title": "a", "start_time": "x", "nonsense": 1, "end_time": Double.nan])
        }
        #expect(error.kind == .invalidParameters && http.requests.isEmpty)
        #expect(error.faults.map(\.parameter) == ["end_time"])
        let others = try await failure { try await client(http).call("room.create", ["title": "a", "start_time": "x", "nonsense": 1]) }
        let faults = Dictionary(others.faults.map { ($0.parameter, $0.kind) }) { first, _ in first }
        #expect(faults == ["start_time": "wrong_type", "end_time": "missing", "nonsense": "unknown"])
    }

    // promise: call_path_dates
    @Test func valuesThatCannotBeSent() async throws {
        let http = Fake()
        let params: [String: any ParameterValue] = [
            "a": Double.nan, "b": [Double.infinity], "c": "fine", "d": Date(timeIntervalSince1970: .infinity),
        ]
        let error = try await failure { try await client(http).callPath("/openapi/any", params) }
        #expect(error.faults.map(\.parameter) == ["a", "b", "d"])
    }

    // promise: list_element_null
    @Test func anElementThatIsNullIsNamed() async throws {
        let error = try await failure { try await client(Fake()).callPath("/openapi/x", ["levels": [1, nil] as [Int64?]]) }
        #expect(error.kind == .invalidParameters && error.text.contains("levels[1] is null"), "\(error)")
    }

    @Test func thereIsNoSuchOperation() async throws {
        #expect(try await failure { try await client(Fake()).call("room.nothing") }.kind == .unknownOperation)
        #expect(try await failure { try await client(Fake()).call("room.info\n{}") }.kind == .invalidParameters)
    }

    @Test func wrongConfigurations() throws {
        let wrong: [() throws -> Client] = [
            { try Client(domain: "", partnerID: "1", partnerKey: key) },
            { try Client(domain: "not a domain", partnerID: "1", partnerKey: key) },
            { try Client(domain: "demo", partnerID: "", partnerKey: key) },
            { try Client(domain: "demo", partnerID: "1", partnerKey: "") },
            // promise: null_is_refused
            { try Client(domain: "demo", partnerID: "1", partnerKey: nil) },
            { try Client(domain: "demo", partnerID: "1", partnerKey: key) { $0.paths = ["room.create": "https://evil"] } },
            { try Client(domain: "demo", partnerID: "1", partnerKey: key) { $0.attempts = -1 } },
            { try Client(domain: "demo", partnerID: "1", partnerKey: key) { $0.deadline = .seconds(-1) } },
        ]
        for (place, make) in wrong.enumerated() {
            do {
                _ = try make()
                Issue.record("\(place) was taken")
            } catch let error as BaiJiaYunError {
                #expect(error.kind == .invalidAccount && !"\(error)".contains(key), "\(place): \(error)")
            }
        }
    }

    @Test func nothingShowsTheKey() async throws {
        let secret = "a-very-secret-key"
        let http = Fake(answer: envelope("1", code: 1002, msg: "签名计算错误"))
        let client = try Client(domain: "demo", partnerID: "12345678", partnerKey: secret) {
            $0.http = http
            $0.callbackKeys = [secret + "2"]
        }
        let error = try await failure { try await client.room.info(roomID: 1) }
        let seen: [Any] = [client, client.room, client.callbacks, client.links, error, http.requests[0], client.room.list(), client.runner]
        for value in seen {
            var dumped = ""
            dump(value, to: &dumped)
            #expect(!"\(value) \(String(reflecting: value)) \(dumped)".contains(secret))
        }
        #expect("\(client)" == "Client(demo, 12345678)")
        let sign = try Sent(http.requests[0]).pairs.first { $0[0] == "sign" }![1]
        var dumped = ""
        dump(http.requests[0], to: &dumped)
        #expect(!dumped.contains(sign))
    }

    @Test func secretsInAnswersDoNotShow() async throws {
        let client = try client(Fake(answer: envelope(["partner_key": "hush"])))
        let result = try await client.byName("partner.get_key", Given(required["partner.get_key"]))
        #expect(result["partner_key"] == "hush")
        var key = PartnerGetKeyResult()
        key.partnerKey = "hush"
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!"\(key) \(String(reflecting: key)) \(dumped)".contains("hush") && "\(key)".contains("***"))
    }

    @Test func parametersDoNotShow() throws {
        let file = try UploadFile(Data("hush".utf8), name: "a.txt")
        var dumped = ""
        dump(file, to: &dumped)
        #expect(!dumped.contains("hush"))
    }

    @Test func whatIsSignedAndSettingsAreNotPrinted() throws {
        var shown = ""
        let client = try Client(domain: "demo", partnerID: "1", partnerKey: key) {
            $0.callbackKeys = ["an old key"]
            dump($0, to: &shown)
            shown += "\($0) \(String(reflecting: $0))"
        }
        let post = try client.callbacks.signed(.classEvent, ["room_id": 17, "op": "start", "op_time": "2030-01-01 08:00:00"])
        dump(post, to: &shown)
        shown += "\(post) \(String(reflecting: post))"
        #expect(!shown.contains("an old key") && !shown.contains("sign=") && shown.contains("bytes"))
    }

    @Test func aFaultNamesItsParameter() async throws {
        let client = try Client(domain: "demo", partnerID: "1", partnerKey: key) { $0.http = Fake([]) }
        let never = Date(timeIntervalSince1970: .nan)
        let time = try await failure { try await client.room.create(title: "课", startTime: never, endTime: "2030-01-01") }
        #expect(time.faults.map(\.parameter) == ["start_time"])
        let extra = try await failure { try await client.room.info(roomID: 1, options: CallOptions(extra: ["later": Double.nan])) }
        #expect(extra.faults.map(\.parameter) == ["later"])
    }

    @Test func whatIsNestedTooDeeplyIsRefused() async throws {
        let client = try Client(domain: "demo", partnerID: "1", partnerKey: key) { $0.http = Fake([]) }
        var deep: JSON = 1
        for _ in 0..<2000 { deep = [deep] }
        let value = deep
        let error = try await failure { try await client.call("room.info", ["room_id": value]) }
        #expect(error.faults.first?.message == "is nested too deeply")
        #expect(throws: BaiJiaYunError.self) { try client.callbacks.signed(.classEvent, ["op": value]) }
        #expect(value.text.hasSuffix("[null]" + String(repeating: "]", count: 512)))
    }

    @Test func whatIsNoJSONIsOurError() async throws {
        for text in ["", "{", "[1,]", String(repeating: "[", count: 1_000_000)] {
            #expect(try await failure { try JSON(parsing: text) }.kind == .notJSON)
        }
    }

    @Test func textsWithValuesAreJSON() {
        let number = 7
        #expect(["title": "第\(number)课"] as JSON == ["title": "第7课"])
    }
}
