import CBaiJiaYun
import Foundation

/// Milliseconds that the store gets for a callback. For calls the engine says it.
let storePatience: Int64 = 500

/// How long nothing may move while files are sent.
let usualStallTimeout = Duration.seconds(60)

/// A call as it is asked for.
struct Asked: Sendable {
    let name: String
    let details: Details?
    let files: [UploadFile]
    /// The name, the options and the parameters, a line each.
    let line: [UInt8]
    /// What is wrong with the parameters already.
    let refusal: BaiJiaYunError?
    var stallTimeout = usualStallTimeout
    /// Is told how many bytes of an upload the service has, and of which video.
    var received: (@Sendable (_ bytes: Int64, _ videoID: Int64?) -> Void)?
    /// Where the addresses of an upload come from, if not from the service.
    var addresses: (any UploadAddresses)?

    /// - Parameter more: Options that are not the caller's.
    init(
        _ name: String,
        _ params: MemberWriter,
        _ options: CallOptions?,
        _ more: ((inout MemberWriter) -> Void)? = nil
    ) {
        self.name = name
        details = options?.details
        // A line break would begin the options. A blank stands in no name either, and is refused.
        var line = Array(name.utf8)
        for place in line.indices where line[place] == 10 { line[place] = 32 }
        line.append(10)
        var files = params.files
        var faults = params.faults
        if options != nil || more != nil {
            var out = MemberWriter(form: .object)
            out.files = files
            out.object {
                options?.members(to: &$0)
                more?(&$0)
            }
            files = out.files
            faults += out.faults
            line += out.json.bytes
        }
        self.files = files
        refusal = faults.isEmpty ? nil : invalid(name, faults)
        line.append(10)
        line += params.json.bytes
        self.line = line
    }
}

func invalid(_ name: String, _ faults: [Fault]) -> BaiJiaYunError {
    let message = faults.map { "\($0.parameter) \($0.message)" }.joined(separator: "; ")
    var error = BaiJiaYunError(.invalidParameters, name, message)
    error.text = "\(name): invalid_parameters: \(message)"
    error.faults = faults
    return error
}

/// Carries out what the engine says.
final class Runner: Sendable {
    let core: Core
    private let http: any HTTPExecutor
    private let store: (any Store)?
    private let signer: (any Signer)?
    private let deadline: Duration
    private let onEvent: (@Sendable (CallEvent) -> Void)?
    private let waits = Waits()

    init(_ core: Core, _ settings: Settings = Settings()) {
        self.core = core
        http = settings.http ?? URLSessionExecutor.shared
        store = settings.store
        signer = settings.signer
        deadline = settings.deadline ?? .seconds(120)
        onEvent = settings.onEvent
    }

    /// A call from beginning to end.
    func run(_ asked: Asked) async throws -> Ended {
        guard let onEvent else { return try await run(asked, nil) }
        let observer = Observer(onEvent, asked.name)
        do {
            let ended = try await run(asked, observer)
            observer.done(nil)
            return ended
        } catch {
            observer.done(error)
            throw error
        }
    }

    private func run(_ asked: Asked, _ observer: Observer?) async throws -> Ended {
        if let refusal = asked.refusal { throw refusal }
        var call: UInt64 = 0
        // It was cancelled, or something is wrong here.
        defer { if call != 0 { core.cancel(call) } }
        try Task.checkCancellation()
        var told = core.begin(asked.line)
        var cause: (any Error)?
        while true {
            if Int(told.step.kind) == BAIJIAYUN_DONE {
                call = 0
                return ended(Ended(told, asked.name), asked)
            }
            let outcome: Outcome
            if Int(told.step.kind) == BAIJIAYUN_SEND {
                call = told.step.call
                outcome = try await send(HTTPRequest(told.step), observer)
            } else {
                let step = try told.read(Step.self)
                if step.step == "done" || step.step == "failed" {
                    call = 0
                    if var error = step.error {
                        error.trace = step.trace
                        error.videoID = step.videoID
                        error.cause = error.cause ?? cause
                        throw error
                    }
                    return ended(Ended(told, step, asked.name), asked)
                }
                call = step.call
                if let received = step.received { asked.received?(received, step.videoID) }
                outcome = try await carryOut(step, asked, observer)
            }
            switch outcome {
            case .answered(let answer):
                cause = nil
                let wait = retryAfter(answer.retryAfter, core.clock.unix())
                told = core.answer(call, status: UInt16(answer.status), retryAfter: wait, body: answer.body)
            case .redirect(let status, let location):
                let event = Event("redirect") {
                    $0.add("status", status)
                    $0.add("location", location)
                }
                told = core.resume(call, event)
            case .told(let event, let error):
                cause = error
                told = core.resume(call, event)
            }
        }
    }

    private func ended(_ ended: Ended, _ asked: Asked) -> Ended {
        asked.details?.fill(ended)
        return ended
    }

    /// The request of a call, signed but not sent.
    func request(_ asked: Asked) throws -> HTTPRequest {
        if let refusal = asked.refusal { throw refusal }
        let step = try core.request(asked.line).read(Step.self)
        if let error = step.error { throw error }
        return try request(step, asked)
    }

    /// Nothing is begun any more, and what waits ends at once. What was sent may be answered within this time.
    func close(within time: Duration) async {
        core.stopSending()
        await waits.close(within: time)
    }

    /// What a step came to.
    private enum Outcome {
        case answered(HTTPResponse)
        case redirect(_ status: Int, _ location: String)
        case told(Event, cause: (any Error)?)

        static func told(_ event: Event) -> Outcome { .told(event, cause: nil) }
    }

    private func outcome<Value>(_ waited: Waited<Value>, _ got: (Value) -> Event) -> Outcome {
        switch waited {
        case .got(let value): .told(got(value))
        case .late: .told(Event("late"))
        case .closed: .told(Event("closed"))
        }
    }

    private func carryOut(_ step: Step, _ asked: Asked, _ observer: Observer?) async throws -> Outcome {
        switch step.step {
        case "send": return try await send(request(step, asked), observer)
        case "wait":
            observer?.wait(step)
            // The engine knows how long that is, and nobody else.
            let waited = try await waits.within(.max) { [core] in try await core.clock.sleep(step.time) }
            return outcome(waited) { Event("elapsed") }
        case "store":
            let waited = try await evaluate(quotaScript, step.keys, step.args, step.timeout)
            switch waited {
            case .got(nil), .late: observer?.storeDown()
            default: break
            }
            return outcome(waited) { wait in
                guard let wait else { return Event("store_down") }
                return Event("store") { $0.add("wait", wait) }
            }
        case "sign":
            do {
                let waited = try await waits.within(step.timeout) { [self] in try await signature(step.text) }
                return outcome(waited) { signature in Event("signed") { $0.add("signature", signature) } }
            } catch {
                try Task.checkCancellation()
                return .told(Event("not_signed") { $0.add("message", words(error)) }, cause: error)
            }
        case "address": return try await address(step, asked)
        default: throw BaiJiaYunError(.misuse, asked.name, "the engine says \(step.step), which is not understood")
        }
    }

    private func send(_ request: HTTPRequest, _ observer: Observer?) async throws -> Outcome {
        observer?.request(request)
        let (outcome, why) = try await exchange(request)
        if case .answered(let answer) = outcome {
            observer?.answer(status: answer.status, bytes: answer.body.count)
        } else if case .redirect(let status, _) = outcome {
            observer?.answer(status: status)
        } else {
            observer?.answer(why: why)
        }
        return outcome
    }

    /// What became of a request, and if there was no answer why, in one word.
    private func exchange(_ request: HTTPRequest) async throws -> (Outcome, why: String?) {
        let body: StreamedBody? = if case .stream(let body) = request.body { body } else { nil }
        do {
            let http = http
            let waited = try await waits.within(request.timeout.wholeMillis, mayFinish: true, watch: body?.watch) {
                try await http.execute(request)
            }
            switch waited {
            case .got(let answer): return answered(answer, request)
            case .late: return (.told(Event("late")), "timeout")
            case .closed: return (.told(Event("closed")), "closed")
            }
        } catch is TooLarge {
            return (.told(Event("too_large")), "too_large")
        } catch {
            try Task.checkCancellation()
            let error = body?.failure ?? error
            let (kind, message) = try broken(error, request)
            return (.told(.broken(kind, message), cause: kept(error, request)), ["tls", "unsendable"].contains(kind) ? "connect" : kind)
        }
    }

    private func answered(_ answer: HTTPResponse, _ request: HTTPRequest) -> (Outcome, why: String?) {
        guard 100...999 ~= answer.status else {
            return (.told(.broken("transport", "the executor gave a response with the status \(answer.status)")), "transport")
        }
        if let location = answer.location, 300...399 ~= answer.status { return (.redirect(answer.status, location), nil) }
        if answer.body.count > request.maxAnswer { return (.told(Event("too_large")), "too_large") }
        return (.answered(answer), nil)
    }

    private func request(_ step: Step, _ asked: Asked) throws -> HTTPRequest {
        var headers = step.headers
        var body: HTTPBody?
        let untilAnswered = step.received != nil
        if let parts = step.parts {
            let boundary = "baijiayun-\(UUID().uuidString)"
            headers["content-type"] = "multipart/form-data; boundary=\(boundary)"
            let form = try StreamedBody(
                parts: parts, boundary: boundary, files: asked.files, stallTimeout: asked.stallTimeout, untilAnswered: untilAnswered)
            body = .stream(form)
        } else if let chunk = step.chunk {
            let part = try StreamedBody(
                chunk: chunk, files: asked.files, stallTimeout: asked.stallTimeout, untilAnswered: untilAnswered)
            body = .stream(part)
        } else if let form = step.form {
            body = .bytes(Data(form.utf8))
        }
        return HTTPRequest(
            method: step.method, url: step.url, headers: headers, body: body, timeout: .milliseconds(step.timeout), maxAnswer: step.maxAnswer)
    }

    /// Asks the caller's own server where to upload. Whatever fails there may be over the next time.
    private func address(_ step: Step, _ asked: Asked) async throws -> Outcome {
        guard let addresses = asked.addresses else { throw BaiJiaYunError(.misuse, asked.name, "there is nobody to ask for an address") }
        do {
            let waited = try await waits.within(step.timeout) {
                if let videoID = step.videoID { try await addresses.resumeUploadURL(videoID: videoID) } else { try await addresses.uploadURL() }
            }
            return outcome(waited) { address in Event("address") { $0.add("data", Written(address.members)) } }
        } catch {
            try Task.checkCancellation()
            return .told(.broken("transport", words(error)), cause: error)
        }
    }

    // What the host supplies.

    /// Has a text of no call signed elsewhere.
    func sign(_ operation: String, _ text: String) async throws -> String {
        let signed: Waited<String>
        do {
            signed = try await waits.within(deadline.wholeMillis) { [self] in try await signature(text) }
        } catch {
            try Task.checkCancellation()
            throw BaiJiaYunError(.signing, operation, words(error), cause: error)
        }
        switch signed {
        case .got(let signature): return signature
        case .late: throw BaiJiaYunError(.timeout, operation, "the signer gave no answer before the deadline; nothing was sent")
        case .closed: throw BaiJiaYunError(.closed, operation, "the client was closed; nothing was sent")
        }
    }

    private func signature(_ text: String) async throws -> String {
        guard let signer else { throw BaiJiaYunError(.misuse, "", "neither partnerKey nor a signer was given") }
        return try await signer.sign(text)
    }

    /// What the script for callbacks returns in the shared store; nil if there is none, or it is down.
    func claimed(_ keys: [String], _ args: [Int64]) async throws -> Int64? {
        guard store != nil, case .got(let value) = try await evaluate(claimScript, keys, args, storePatience, mayFinish: true) else { return nil }
        return value
    }

    /// What a script returns in the shared store; nil if there is none, or it is down.
    private func evaluate(
        _ script: String, _ keys: [String], _ args: [Int64], _ patience: Int64, mayFinish: Bool = false
    ) async throws -> Waited<Int64?> {
        guard let store else { return .got(nil) }
        do {
            return try await waits.within(patience, mayFinish: mayFinish) {
                let given = try await store.evaluate(script, keys: keys, args: args)
                return given >= 0 ? given : nil
            }
        } catch {
            try Task.checkCancellation()
            return .got(nil)
        }
    }
}

extension HTTPRequest {
    /// What most calls send. The engine has the same headers for it as JSON.
    fileprivate init(_ step: baijiayun_step) {
        let form = UnsafeRawBufferPointer(step.text)
        self.init(
            method: step.get ? "GET" : "POST",
            url: step.url.string,
            headers: step.get ? Self.ofQuery : Self.ofForm,
            body: step.get ? nil : .bytes(Data(bytes: form.baseAddress ?? UnsafeRawPointer(bitPattern: 1)!, count: form.count)),
            timeout: .milliseconds(Int64(clamping: step.timeout)),
            maxAnswer: Int64(clamping: step.max_answer))
    }

    static let ofQuery = ["accept": "application/json"]
    static let ofForm = ["accept": "application/json", "content-type": "application/x-www-form-urlencoded"]
}
