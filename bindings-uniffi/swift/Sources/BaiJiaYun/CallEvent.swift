import Dispatch

/// What happens in a call, for logs and measurements: ``Settings/onEvent`` gets one at a time.
///
/// It holds no address, no parameters, no ids and no text of the service.
public struct CallEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable {
        /// A request is about to be sent.
        case request
        /// It was answered, or the attempt failed: once for each request, but for calls that are cancelled.
        case answer
        /// A failure is going to be tried again, after ``CallEvent/wait``.
        case retry
        /// The call waits for a limit, or between two steps of an upload.
        case wait
        /// The shared store did not answer: only this process's limits are kept.
        case storeDown = "store_down"
        /// The call ended, once for each call.
        case done
    }

    public let kind: Kind
    /// As it was called: `room.create`, the path of a call by path, or `video.upload` for all of an upload.
    public let operation: String
    /// How many requests this call has sent so far, the current one included.
    public let attempt: Int
    /// The bytes of the body that is sent (nil for one with files), or that was answered (nil if it was not read).
    public internal(set) var bytes: Int64?
    /// How long the attempt took, or in `done` the whole call.
    public internal(set) var duration: Duration?
    /// The HTTP status of the last attempt's answer.
    public internal(set) var status: Int?
    /// The service's own code, if it did not go well.
    public internal(set) var code: Int64?
    /// In `answer` and `done` the kind of the error (an ``ErrorKind`` as text, or `cancelled`), in `retry` that of the failure, in
    /// `wait` what it waits for: `quota` or `upload`. Nil if it went well.
    public internal(set) var why: String?
    /// How long it is going to wait.
    public internal(set) var wait: Duration?
}

/// Tells the events of one call. The task of the call is the only one that uses it.
final class Observer: @unchecked Sendable {
    private let tell: @Sendable (CallEvent) -> Void
    private let operation: String
    private let began = DispatchTime.now().uptimeNanoseconds
    private var sent: UInt64 = 0
    private var attempt = 0
    private var status: Int?

    init(_ tell: @escaping @Sendable (CallEvent) -> Void, _ operation: String) {
        self.tell = tell
        // A call by path is named with its method.
        self.operation = operation.split(separator: " ").last.map(String.init) ?? operation
    }

    private func told(_ kind: CallEvent.Kind, _ fill: (inout CallEvent) -> Void = { _ in }) {
        var event = CallEvent(kind: kind, operation: operation, attempt: attempt)
        fill(&event)
        tell(event)
    }

    private func since(_ start: UInt64) -> Duration {
        .nanoseconds(Int64(clamping: DispatchTime.now().uptimeNanoseconds - start))
    }

    func request(_ request: HTTPRequest) {
        attempt += 1
        status = nil
        told(.request) { $0.bytes = request.body.map { $0.isForm ? nil : $0.length } ?? 0 }
        sent = DispatchTime.now().uptimeNanoseconds
    }

    func answer(status: Int? = nil, bytes: Int? = nil, why: String? = nil) {
        self.status = status
        told(.answer) {
            $0.duration = since(sent)
            $0.status = status
            $0.bytes = bytes.map(Int64.init)
            $0.why = why
        }
    }

    func wait(_ step: Step) {
        let isRetry = step.why == "backoff" || step.why == "throttled"
        told(isRetry ? .retry : .wait) {
            $0.wait = .milliseconds(step.time)
            $0.why = isRetry ? step.failed?.kind ?? step.why : step.why
            if isRetry {
                $0.status = status
                $0.code = step.failed?.code
            }
        }
    }

    func storeDown() {
        told(.storeDown)
    }

    func done(_ error: (any Error)?) {
        told(.done) {
            $0.duration = since(began)
            $0.status = status
            let own = error as? BaiJiaYunError
            $0.code = own?.code
            $0.why = own?.kind.rawValue ?? (error is CancellationError ? "cancelled" : error.map { _ in ErrorKind.misuse.rawValue })
        }
    }
}
