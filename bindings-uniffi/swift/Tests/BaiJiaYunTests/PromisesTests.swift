import Foundation
import Testing

@testable import BaiJiaYun

/// What all languages promise.
@Suite struct PromisesTests {
    // promise-vectors: promises.json
    @Test func whatAllLanguagesPromise() async throws {
        for vector in try vectors("promises") where vector["not_in"]?.array?.contains("swift") != true {
            let name = try "\(vector.text("promise")): \(vector.text("name"))"
            try await check(Case(vector), name)
        }
    }

    private func check(_ one: Case, _ name: String) async throws {
        let vector = one.vector
        var failed: BaiJiaYunError?
        do {
            try await one.run()
        } catch let error as BaiJiaYunError {
            failed = error
        }
        if let want = vector["error"] {
            #expect(failed?.kind.rawValue == want.may("kind"), "\(name): \(failed?.text ?? "it went well")")
            #expect(try failed.map { try settingsNamed($0.text).contains(settingsNamed(want.text("message"))) } == true, "\(name): \(failed?.text ?? "")")
            if let hidden = want.may("hidden") { #expect(failed.map { "\($0) \(String(reflecting: $0))" }?.contains(hidden) == false, "\(name)") }
            if let time = want["retry_after_ms"] { #expect(failed?.retryAfter == time.integer.map(Duration.milliseconds), "\(name)") }
            if let bytes = want["body_bytes"]?.integer { #expect(failed?.body?.utf8.count == Int(bytes), "\(name)") }
        } else if vector["sent"] == nil, vector["wait_ms"] == nil {
            #expect(failed == nil, "\(name): \(failed?.text ?? "")")
        }
        if let sent = vector["sent"] {
            guard let request = one.http.requests.first else {
                Issue.record("\(name): nothing was sent: \(failed?.text ?? "")")
                return
            }
            let body = String(decoding: try request.body?.data() ?? Data(), as: UTF8.self)
            if let url = sent.may("url") { #expect(request.url == url, "\(name)") }
            if let end = sent.may("form_ends") { #expect(body.hasSuffix(end), "\(name): \(body)") }
            if let pair = sent["pair"]?.array?.compactMap(\.string) { #expect(try Sent(request).pairs.contains(pair), "\(name): \(body)") }
            if let part = sent["part"] {
                let head = try #"name="\#(part.text("name"))"; filename="\#(part.text("filename"))""# + "\r\nContent-Type: \(part.text("type"))\r\n"
                #expect(body.contains(head), "\(name): \(body)")
            }
        }
        if let range = vector["wait_ms"]?.array?.compactMap(\.integer) {
            #expect(one.time.waits.first.map { range[0]...range[1] ~= $0 } == true, "\(name): \(one.time.waits)")
        }
        if let rows = vector["rows"]?.array?.compactMap(\.integer) {
            #expect(one.rows.with { $0 } == rows && one.http.requests.count == vector["answers"]?.array?.count, "\(name)")
        }
        if let paths = vector["departures"]?.array?.compactMap(\.string) {
            #expect(one.details.departures.map(\.path) == paths, "\(name)")
        }
    }

    private struct Case {
        let vector: JSON
        let time: TestClock
        let http: Fake
        let details = Details()
        let rows = Locked<[Int64]>([])

        init(_ vector: JSON) throws {
            self.vector = vector
            time = TestClock(unix: vector["unix"]?.integer ?? 1_501_572_288)
            let answers = try (vector["answers"]?.array ?? []).map { answer in
                let body = String(repeating: try answer.text("body"), count: Int(answer["repeat"]?.integer ?? 1))
                return response(
                    body + String(repeating: " ", count: Int(answer["pad"]?.integer ?? 0)), status: Int(answer["status"]!.integer!),
                    retryAfter: answer["headers"]?.may("retry-after"))
            }
            http = Fake(answers + [envelope()])
        }

        func run() async throws {
            let client = try client()
            if let link = vector["link"]?["params"] {
                _ = try await client.links.enterRoom(
                    roomID: Int64(link.text("room_id"))!, userNumber: link.text("user_number"), userName: link.text("user_name"))
            }
            guard let call = vector["call"] ?? vector["walk"] else { return }
            var params = try parameters(call["params"])
            if let file = call["file"] {
                params[try file.text("param")] = try UploadFile(Data(file.text("content").utf8), name: file.text("name"))
            }
            if vector["walk"] != nil {
                for try await row in try client.pages(call.text("name"), params) { rows.with { $0.append(row["room_id"]?.integer ?? 0) } }
            } else if let path = call.may("path") {
                _ = try await client.callPath(path, params, options: options(call["options"], details))
            } else {
                _ = try await client.call(call.text("name"), params, options: options(call["options"], details))
            }
        }

        private func client() throws -> Client {
            let given = vector["client"]!
            let signature = given.may("signer")
            return try Client(
                domain: given.may("domain") ?? "demo", partnerID: given.may("partner_id") ?? "12345678",
                partnerKey: given.may("partner_key") ?? (signature == nil ? "the partner key" : nil)
            ) {
                $0.http = http
                $0.clock = time.clock
                if let signature { $0.signer = AnySigner { _ in signature } }
                $0.callbackKeys = given["callback_keys"]?.array?.compactMap(\.string) ?? []
                try set(given["settings"], in: &$0)
            }
        }
    }

    // promise: default_attempts, default_attempt_timeout, default_deadline, default_upload_deadline, default_retry_after_cap
    // promise: default_error_body, default_chunk_size, default_max_answer, default_keys_not_trimmed
    @Test func theDefaultsAreThoseOfTheTable() async throws {
        let refusing = Fake({ _ in throw URLError(.cannotConnectToHost) })
        let refused = try client(refusing)
        #expect(try await failure { try await refused.room.info(roomID: 17) }.kind == .connect)
        #expect(refusing.requests.count == 3)
        #expect(refusing.requests[0].timeout == .seconds(30) && refusing.requests[0].maxAnswer == 8_388_608)
        let file = try UploadFile(Data(count: 1), name: "a.pdf")
        #expect(try await failure { try await refused.call("doc.upload", ["attachment": file]) }.kind == .connect)
        #expect(refusing.requests[3].timeout == .seconds(3600))

        let limited = { (seconds: Int) in
            let client = try client(Fake(answer: roomAnswer)) { $0.quota = Quota(requests: 1, seconds: seconds) }
            for _ in 0..<2 { _ = try await client.room.info(roomID: 17) }
        }
        try await limited(118)
        #expect(try await failure { try await limited(121) }.kind == .throttled)

        let after = { (seconds: Int) in
            _ = try await client(Fake([response("", status: 429, retryAfter: "\(seconds)"), roomAnswer])).room.info(roomID: 17)
        }
        try await after(60)
        #expect(try await failure { try await after(61) }.kind == .throttled)

        let page = Fake(answer: response(String(repeating: " ", count: 100_000), status: 404))
        #expect(try await failure { try await client(page).room.info(roomID: 17) }.body?.utf8.count == 65_536)

        let address = envelope(["video_id": 5, "upload_url": "https://up.example.com/x"])
        let uploading = Fake({ _ in address }, { _ in throw URLError(.cannotConnectToHost) })
        let video = try UploadFile(Data(count: 5_242_881), name: "a.mp4")
        _ = try await failure { try await client(uploading).video.upload(video, definition: [1]) }
        #expect(uploading.requests.compactMap { $0.headers["content-range"] }.first == "bytes 1-5242880/5242881")
        #expect(throws: BaiJiaYunError.self) { try Client(domain: "demo", partnerID: "1", partnerKey: key + "\n") }
    }

    /// What happens in calls.
    @Test func hooks() async throws {
        for vector in try vectors("hooks") {
            let name = try vector.text("name")
            let told = Locked<[CallEvent]>([])
            let script = Locked(vector["script"]?.array ?? [])
            let (sent, send) = AsyncStream<Void>.makeStream()
            let http = Fake({ _ in
                let step = script.with { $0.isEmpty ? JSON.null : $0.removeFirst() }
                if let answer = step["answer"] {
                    return try response(answer.text("body"), status: Int(answer["status"]!.integer!), retryAfter: answer.may("retry_after"))
                }
                if let fault = step.may("fault") { throw BaiJiaYunError.unanswered(ErrorKind(rawValue: fault)!, "cut") }
                send.yield()
                return await forGood()
            })
            let store = Locked(vector["store"]?.array ?? [])
            let client = try client(http) {
                $0.onEvent = { event in told.with { $0.append(event) } }
                try set(vector["settings"], in: &$0)
                if vector["store"] != nil {
                    $0.store = AnyStore { _, _, _ in
                        guard let wait = store.with({ $0.removeFirst() }).integer else { throw Wrong("down") }
                        return wait
                    }
                }
            }
            let call = vector["call"]!
            let work = { @Sendable in
                let params = try parameters(call["params"])
                let given = try options(call["options"], nil)
                if let path = call.may("path") {
                    _ = try await client.callPath(path, params, options: given)
                } else {
                    _ = try await client.call(call.text("name"), params, options: given)
                }
            }
            for _ in 0..<(vector["before"]?.integer ?? 0) { try await work() }
            told.with { $0 = [] }
            let task = Task { try? await work() }
            if let end = vector["script"]?.array?.last?.may("never") {
                for await _ in sent { break }
                if end == "cancel" { task.cancel() } else { await client.close(within: .zero) }
            }
            await task.value
            let events = told.with { $0 }
            let want = vector["events"]?.array ?? []
            #expect(events.count == want.count, "\(name): \(events)")
            for (event, want) in zip(events, want) {
                let found = seen(event)
                #expect(Set(found.names) == Set(want.object!.names), "\(name): \(event)")
                for (member, value) in want.object!.members where value != true {
                    #expect(found[member] == value, "\(name): \(member) of \(event)")
                }
            }
        }
    }

    private func seen(_ event: CallEvent) -> JSONObject {
        var seen: JSONObject = ["kind": .string(event.kind.rawValue), "operation": .string(event.operation), "attempt": .integer(Int64(event.attempt))]
        seen["bytes"] = event.bytes.map { .integer($0) }
        seen["status"] = event.status.map { .integer(Int64($0)) }
        seen["code"] = event.code.map { .integer($0) }
        seen["why"] = event.why.map { .string($0) }
        // Times are there, and not less than nothing.
        seen["duration"] = event.duration.map { .bool($0 >= .zero) }
        seen["wait"] = event.wait.map { .bool($0 >= .zero) }
        return seen
    }

    /// A strict call fails when its answer departs, with the data.
    @Test func strict() async throws {
        let odd = envelope(["user_count": "many", "display_user_count": 2])
        let error = try await failure {
            try await client(Fake(answer: odd)).live.getUserCount(roomID: 17, options: CallOptions(strict: true))
        }
        #expect(error.kind == .departures && error.departures.map(\.path) == ["user_count"])
        #expect(error.data?["display_user_count"] == 2 && error.trace?.attempts == 1)
        #expect(!"\(error)".contains("many"))
        let details = Details()
        let count = try await client(Fake(answer: odd)).live.getUserCount(roomID: 17, options: CallOptions(details: details))
        #expect(count.userCount == 0 && count.displayUserCount == 2 && details.departures.count == 1)
    }
}

private func set(_ settings: JSON?, in out: inout Settings) throws {
    for (name, value) in settings?.object?.members ?? [] {
        let number = value.integer ?? 0
        switch name {
        case "attempts": out.attempts = Int(number)
        case "attempt_timeout": out.attemptTimeout = .milliseconds(number)
        case "deadline": out.deadline = .milliseconds(number)
        case "upload_deadline": out.uploadDeadline = .milliseconds(number)
        case "max_answer": out.maxAnswer = number
        case "allow_http": out.allowHTTP = value.bool ?? false
        case "strict": out.strict = value.bool ?? false
        case "quota": out.quota = Quota(requests: Int(value[0]!.integer!), seconds: Int(value[1]!.integer!))
        default: throw Wrong("there is no setting \(name)")
        }
    }
}

private func options(_ options: JSON?, _ details: Details?) throws -> CallOptions {
    var out = CallOptions(details: details)
    for (name, value) in options?.object?.members ?? [] {
        let number = value.integer ?? 0
        switch name {
        case "attempts": out.attempts = Int(number)
        case "attempt_timeout": out.attemptTimeout = .milliseconds(number)
        case "deadline": out.deadline = .milliseconds(number)
        case "max_answer": out.maxAnswer = number
        case "retry": out.retry = Retry(rawValue: value.string ?? "")
        case "strict": out.strict = value.bool
        default: throw Wrong("there is no option \(name)")
        }
    }
    return out
}
