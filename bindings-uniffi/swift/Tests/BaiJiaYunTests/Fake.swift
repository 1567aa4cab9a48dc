import Foundation

@testable import BaiJiaYun

/// An executor that answers from a list, the last one again and again, and remembers what was sent.
final class Fake: HTTPExecutor {
    typealias Outcome = @Sendable (HTTPRequest) async throws -> HTTPResponse

    private let outcomes: [Outcome]
    private let seen = Locked<[HTTPRequest]>([])

    init(_ outcomes: Outcome...) {
        self.outcomes = outcomes
    }

    init(_ answers: [HTTPResponse]) {
        outcomes = answers.map { answer in { _ in answer } }
    }

    /// One that always gives this.
    convenience init(answer: HTTPResponse = envelope()) {
        self.init([answer])
    }

    var requests: [HTTPRequest] { seen.with { $0 } }

    func execute(_ request: HTTPRequest) async throws -> HTTPResponse {
        let count = seen.with {
            $0.append(request)
            return $0.count
        }
        return try await outcomes[min(count, outcomes.count) - 1](request)
    }
}

/// An answer of the service.
func envelope(_ data: JSON = .null, code: Int64 = 0, msg: String = "") -> HTTPResponse {
    response(JSON.object(["code": .integer(code), "data": data, "msg": .string(msg), "ts": 7]).text)
}

func response(_ body: String, status: Int = 200, retryAfter: String? = nil) -> HTTPResponse {
    HTTPResponse(status: status, body: Data(body.utf8), retryAfter: retryAfter)
}

/// What a room's id is answered with.
let roomAnswer = envelope(["room_id": "17"])

/// A clock that goes when somebody waits.
final class TestClock: Sendable {
    private let state = Locked((now: UInt64(1_501_572_288_000), waits: [Int64]()))

    init(unix: Int64 = 1_501_572_288) {
        state.with { $0.now = UInt64(unix) * 1000 }
    }

    var waits: [Int64] { state.with { $0.waits } }

    func pass(_ millis: Int64) {
        state.with {
            $0.waits.append(millis)
            $0.now += UInt64(max(0, millis))
        }
    }

    /// Goes to that many seconds after its beginning.
    func go(to seconds: Int64) {
        state.with { $0.now = 1_501_572_288_000 + UInt64(seconds) * 1000 }
    }

    var clock: HostClock {
        HostClock(
            unix: { Int64(self.state.with { $0.now } / 1000) },
            ticks: { self.state.with { $0.now } },
            sleep: { self.pass($0) })
    }
}

/// A client that gets these outcomes, with a clock of its own.
func client(
    _ http: any HTTPExecutor, _ time: TestClock = TestClock(), configure: (inout Settings) throws -> Void = { _ in }
) throws -> Client {
    try Client(domain: "demo", partnerID: "12345678", partnerKey: key) {
        $0.http = http
        $0.clock = time.clock
        try configure(&$0)
    }
}

/// What a call fails with.
func failure(_ work: () async throws -> some Any) async throws -> BaiJiaYunError {
    do {
        _ = try await work()
    } catch let error as BaiJiaYunError {
        return error
    }
    throw Wrong("it went well")
}

/// A store of a closure.
struct AnyStore: Store {
    let evaluate: @Sendable (_ script: String, _ keys: [String], _ args: [Int64]) async throws -> Int64

    func evaluate(_ script: String, keys: [String], args: [Int64]) async throws -> Int64 {
        try await evaluate(script, keys, args)
    }
}

/// A signer of a closure.
struct AnySigner: Signer {
    let sign: @Sendable (_ text: String) async throws -> String

    func sign(_ text: String) async throws -> String {
        try await sign(text)
    }
}

/// What a host may do: nothing, for good, whether it is cancelled or not.
@Sendable func forGood<Value: Sendable>(_: Value.Type = Value.self) async -> Value {
    await withUnsafeContinuation { (_: UnsafeContinuation<Value, Never>) in }
}
