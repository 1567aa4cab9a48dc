import Testing

@testable import BaiJiaYun

/// What is sent, as an independent reference has it.
@Suite struct RequestsTests {
    @Test func callsByNameSendWhatTheVectorsSay() async throws {
        for vector in try vectors("requests") {
            let http = Fake()
            try await refusing(http) {
                _ = try await client(of: vector, http).call(vector.text("operation"), parameters(vector["params"]))
            }
            #expect(try Sent(http.requests[0]) == Sent(expected: vector), "\(vector.may("name")!)")
        }
    }

    @Test func typedMethodsSendWhatTheVectorsSay() async throws {
        let paged = Set(Client.operations.filter(\.isPaged).map(\.name))
        for vector in try vectors("requests") {
            let (http, given, name) = (Fake(), Given(vector["params"]), try vector.text("operation"))
            try await refusing(http) { _ = try await client(of: vector, http).byName(name, given) }
            #expect(given.left.isEmpty, "\(name)")
            let (want, got) = (try Sent(expected: vector), try Sent(http.requests[0]))
            if paged.contains(name) {
                // A list is asked for from its first page on, so the page is sent, and signed.
                #expect(got.without("page", "sign") == want.without("page", "sign"), "\(vector.may("name")!)")
            } else if want.pairs.contains(where: { isStructured($0[1]) }) {
                // Where the documents' JSON has numbers as texts, and its members in another order, so is the signature.
                #expect(try loose(got) == loose(want), "\(vector.may("name")!)")
            } else {
                #expect(got == want, "\(vector.may("name")!)")
            }
        }
    }

    @Test func textsAreSignedAsTheVectorsSay() throws {
        // The other vectors are no whole requests.
        let whole = try vectors("signing").filter { $0["params"]?["timestamp"] != nil && $0["params"]?["sign"] == nil }
        #expect(whole.count >= 3)
        for vector in whole {
            let now = Int64(try vector["params"]!.text("timestamp"))!
            let client = try Client(
                domain: "demo", partnerID: vector["params"]!.text("partner_id"), partnerKey: vector.text("key")
            ) { $0.clock = HostClock(unix: { now }) }
            var params = try parameters(vector["params"])
            for name in ["partner_id", "timestamp"] { params[name] = nil }
            let request = try client.request("/openapi/any", params)
            #expect(try Sent(request).pairs.contains(["sign", vector.text("sign")]), "\(vector.may("name")!)")
        }
    }

    @Test func whatIsLentIsWhatTheEngineSaysAsJSON() async throws {
        for name in ["room.info", "room.list"] {
            let http = Fake(answer: envelope([:]))
            let client = try client(of: .object([:]), http)
            _ = try await client.call(name, parameters(required[name]))
            let (sent, asked) = (http.requests[0], try client.request(name, parameters(required[name])))
            #expect(sent.headers == asked.headers)
            #expect(sent.url == asked.url && sent.method == asked.method)
            #expect(try sent.body?.data() == asked.body?.data())
        }
    }

    /// Not every operation takes null for an answer, but all send something.
    private func refusing(_ http: Fake, _ call: () async throws -> Void) async throws {
        do {
            try await call()
        } catch let error as BaiJiaYunError where !http.requests.isEmpty {
            _ = error
        }
    }

    private func isStructured(_ value: String) -> Bool {
        value.hasPrefix("{") || value.hasPrefix("[{")
    }

    private func loose(_ sent: Sent) throws -> [String] {
        try sent.without("sign").pairs.map { "\($0[0])=\(isStructured($0[1]) ? loose(try JSON(parsing: $0[1])) : $0[1])" }
    }

    /// Numbers as texts, members by name.
    private func loose(_ json: JSON) -> String {
        switch json {
        case .object(let object): "{\(object.members.map { "\($0.name):\(loose($0.value))" }.sorted())}"
        case .array(let items): "\(items.map { loose($0) })"
        case .string(let text): text
        default: json.text
        }
    }
}
