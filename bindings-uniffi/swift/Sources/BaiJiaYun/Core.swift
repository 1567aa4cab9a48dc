import CBaiJiaYun
import Dispatch
import Foundation

/// The time, and how to let it pass.
struct HostClock: Sendable {
    var unix: @Sendable () -> Int64 = { Int64(time(nil)) }
    /// Milliseconds of a clock that is never set.
    var ticks: @Sendable () -> UInt64 = { DispatchTime.now().uptimeNanoseconds / 1_000_000 }
    var sleep: @Sendable (_ millis: Int64) async throws -> Void = { try await Task.sleep(for: .milliseconds($0)) }

    /// With a number for waits of random length.
    var now: baijiayun_time {
        baijiayun_time(unix_time: unix(), ticks: ticks(), random: UInt64.random(in: 0..<1 << 53))
    }
}

/// What the engine says, as long as this is there.
final class Told: @unchecked Sendable {
    let step: baijiayun_step

    init(_ step: baijiayun_step) {
        self.step = step
    }

    deinit {
        baijiayun_release_step(step.owner)
    }

    var text: UnsafeRawBufferPointer { UnsafeRawBufferPointer(step.text) }

    /// What stands in it as JSON.
    func read<Value: Readable>(_: Value.Type = Value.self) throws -> Value {
        var reader = MemberReader(text)
        return try Value(from: &reader)
    }
}

extension UnsafeRawBufferPointer {
    init(_ text: baijiayun_text) {
        self.init(start: text.bytes, count: text.length)
    }

    var lent: baijiayun_text { baijiayun_text(bytes: baseAddress?.assumingMemoryBound(to: UInt8.self), length: count) }
}

extension baijiayun_text {
    var string: String { String(decoding: UnsafeRawBufferPointer(self), as: UTF8.self) }
}

/// The engine of one account, with the clock. `core/src/host.rs` describes what crosses to it.
final class Core: @unchecked Sendable {
    private let engine: OpaquePointer
    let clock: HostClock

    init(config: [UInt8], clock: HostClock) throws {
        var refusal = baijiayun_step()
        let made = config.withUnsafeBytes { baijiayun_make_engine($0.lent, &refusal) }
        guard let made else { throw try Told(refusal).read(BaiJiaYunError.self) }
        engine = made
        self.clock = clock
    }

    deinit {
        baijiayun_release_engine(engine)
    }

    /// How many calls are under way.
    var calls: UInt64 { baijiayun_calls(engine) }

    func begin(_ call: [UInt8]) -> Told {
        call.withUnsafeBytes { Told(baijiayun_begin(engine, $0.lent, clock.now)) }
    }

    func request(_ call: [UInt8]) -> Told {
        call.withUnsafeBytes { Told(baijiayun_request(engine, $0.lent, clock.unix())) }
    }

    func answer(_ call: UInt64, status: UInt16, retryAfter: Int64, body: Data) -> Told {
        body.withUnsafeBytes { Told(baijiayun_answer(engine, call, status, retryAfter, $0.lent, clock.now)) }
    }

    func resume(_ call: UInt64, _ event: Event) -> Told {
        event.written.withUnsafeBytes { Told(baijiayun_resume(engine, call, $0.lent, clock.now)) }
    }

    func cancel(_ call: UInt64) {
        baijiayun_cancel(engine, call)
    }

    /// Sends nothing from now on.
    func stopSending() {
        baijiayun_stop_sending(engine)
    }

    func callback(_ posted: [UInt8]) -> Told {
        posted.withUnsafeBytes { Told(baijiayun_callback(engine, $0.lent, clock.unix())) }
    }

    func signedCallback(_ asked: [UInt8]) -> Told {
        asked.withUnsafeBytes { Told(baijiayun_signed_callback(engine, $0.lent)) }
    }

    func link(_ link: [UInt8]) -> Told {
        link.withUnsafeBytes { Told(baijiayun_link(engine, $0.lent)) }
    }
}

/// The header `retry-after` in milliseconds; less than 0 if it says nothing that is understood.
func retryAfter(_ header: String?, _ unix: Int64) -> Int64 {
    guard let header else { return -1 }
    return Array(header.utf8).withUnsafeBytes { baijiayun_retry_after($0.lent, unix) }
}

let quotaScript = baijiayun_quota_script().string
let claimScript = baijiayun_claim_script().string

/// What became of a step, if it was no answer.
struct Event {
    var written: [UInt8]

    init(_ event: String, _ members: (inout MemberWriter) -> Void = { _ in }) {
        var out = MemberWriter(form: .object)
        out.object {
            $0.add("event", event)
            members(&$0)
        }
        written = out.json.bytes
    }

    static func broken(_ kind: String, _ message: String) -> Event {
        Event("broken") {
            $0.add("kind", kind)
            $0.add("message", message)
        }
    }
}
