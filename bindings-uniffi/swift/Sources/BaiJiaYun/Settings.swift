/// Settings of a client. What is nil stays as it is documented.
public struct Settings: Sendable {
    /// Signs texts in place of the key, links too: only for those who may do everything, see ``Signer``.
    public var signer: (any Signer)?
    /// Other keys by which callbacks may be signed, while keys are changed.
    public var callbackKeys: [String] = []
    /// Paths by operation name, for paths that are guesses.
    public var paths: [String: String] = [:]
    /// Most attempts for a call; 3 if nothing is said.
    public var attempts: Int?
    /// Longest time for one attempt; 30 seconds if nothing is said.
    public var attemptTimeout: Duration?
    /// Longest time for a call with all waits and attempts; 120 seconds if nothing is said.
    public var deadline: Duration?
    /// Both for calls that send files; an hour if nothing is said.
    public var uploadDeadline: Duration?
    /// Most bytes of an answer, unpacked, that are read; 8 MiB (8388608) if nothing is said. Options of a call may have more.
    public var maxAnswer: Int64?
    /// Whether calls may go to `http://` addresses of the vendor's own, where everybody on the way can read and change them.
    public var allowHTTP = false
    /// The account's limit; 200 requests in 10 seconds, the documented one, if nothing is said.
    public var quota: Quota?
    /// Whether the limits of single operations are kept.
    public var operationQuota = true
    /// What several processes keep the limits in together.
    public var store: (any Store)?
    /// What the keys in the store begin with; `baijiayun` if nothing is said.
    public var storePrefix: String?
    /// The name by which the accounts of several clients share one limit over all operations, in this process and in the store:
    /// the vendor's page of 2026 counts 200 requests in 10 s per account and per server address.
    public var sharedAs: String?
    /// Who goes first where a limit makes calls wait; ``Priority/normal`` if nothing is said.
    public var priority: Priority?
    /// Fails a call whose answer departs from the documents, after it was carried out; also ``Callbacks/parse(_:contentType:name:tolerance:)``.
    public var strict = false
    /// Is told what happens in calls: see ``CallEvent``. It is called in the task of the call, maybe by several at once, and has to be
    /// quick.
    public var onEvent: (@Sendable (CallEvent) -> Void)?
    /// Sends the requests; a `URLSession` if nothing is said.
    public var http: (any HTTPExecutor)?

    /// Tests have their own.
    var clock = HostClock()

    /// What an engine is made from. It holds the key.
    func config(domain: String, partnerID: String, partnerKey: String?) throws -> [UInt8] {
        if partnerKey == nil, signer == nil {
            throw BaiJiaYunError(.invalidAccount, "", "partnerKey is missing: give it, or a signer that asks the machine that has it")
        }
        var out = MemberWriter(form: .object)
        out.object { out in
            out.add("domain", domain)
            out.add("partner_id", partnerID)
            out.add("partner_key", partnerKey)
            out.add("callback_keys", callbackKeys)
            out.add("paths", paths)
            out.add("settings", Written { settings(to: &$0) })
        }
        return out.json.bytes
    }

    private func settings(to out: inout MemberWriter) {
        out.add("attempts", attempts)
        out.add("attempt_timeout", attemptTimeout?.engineMillis)
        out.add("deadline", deadline?.engineMillis)
        out.add("upload_deadline", uploadDeadline?.engineMillis)
        out.add("max_answer", maxAnswer)
        out.add("allow_http", allowHTTP)
        out.add("quota", quota.map { [$0.requests, $0.seconds] })
        out.add("operation_quota", operationQuota)
        out.add("store", store != nil)
        out.add("store_prefix", storePrefix)
        out.add("shared_as", sharedAs)
        out.add("priority", priority?.rawValue)
        out.add("strict", strict)
        // What does not fit its type stands in the departures, so that typed data can always be read.
        out.add("set_aside", true)
    }
}

extension Settings: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the keys of callbacks, and what else may hold a secret.
    public var description: String { "Settings" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A number of requests in a number of seconds.
public struct Quota: Sendable, Hashable {
    public let requests: Int
    public let seconds: Int

    public init(requests: Int, seconds: Int) {
        self.requests = requests
        self.seconds = seconds
    }

    /// No limit.
    public static let none = Quota(requests: 0, seconds: 1)
}

/// Which failures are tried again.
public enum Retry: String, Sendable {
    /// Those of calls that only read, of requests that never left, and throttled ones. This is what happens if nothing is said.
    case safe
    /// Any, and the call may be carried out twice.
    case always
    /// None.
    case never
}

/// Who goes first where a limit makes calls wait.
public enum Priority: String, Sendable {
    /// Before all others that wait: for what a person is waiting for.
    case high
    /// In order. This is what happens if nothing is said.
    case normal
    /// After all others, and never with the last fifth of a limit: for a nightly job.
    case low
}

/// Settings of one call, in place of the client's: `CallOptions(deadline: .seconds(5))`.
public struct CallOptions: Sendable {
    /// Which failures are tried again.
    public var retry: Retry?
    /// Most attempts.
    public var attempts: Int?
    /// Longest time for one attempt.
    public var attemptTimeout: Duration?
    /// Longest time for the whole call with all waits and attempts.
    public var deadline: Duration?
    /// Most bytes of the answer, unpacked, that are read; more than the client's is allowed.
    public var maxAnswer: Int64?
    /// Who goes first where a limit makes calls wait.
    public var priority: Priority?
    /// Fails the call if its answer departs from the documents, after it was carried out.
    public var strict: Bool?
    /// Parameters that the description lacks. They are sent unchecked.
    public var extra: [String: any ParameterValue]
    /// Is filled with what is known about the call besides its data.
    public var details: Details?

    public init(
        retry: Retry? = nil,
        attempts: Int? = nil,
        attemptTimeout: Duration? = nil,
        deadline: Duration? = nil,
        maxAnswer: Int64? = nil,
        priority: Priority? = nil,
        strict: Bool? = nil,
        extra: [String: any ParameterValue] = [:],
        details: Details? = nil
    ) {
        self.retry = retry
        self.attempts = attempts
        self.attemptTimeout = attemptTimeout
        self.deadline = deadline
        self.maxAnswer = maxAnswer
        self.priority = priority
        self.strict = strict
        self.extra = extra
        self.details = details
    }

    func members(to out: inout MemberWriter) {
        out.add("retry", retry?.rawValue)
        out.add("attempts", attempts)
        out.add("attempt_timeout", attemptTimeout?.engineMillis)
        out.add("deadline", deadline?.engineMillis)
        out.add("max_answer", maxAnswer)
        out.add("priority", priority?.rawValue)
        out.add("strict", strict)
        if !extra.isEmpty { out.add("extra", Written { $0.parameters(of: extra) }) }
    }
}

/// An object that is written on the way.
struct Written: ParameterValue {
    // Called at once, where it is made.
    nonisolated(unsafe) let members: (inout MemberWriter) -> Void

    init(_ members: @escaping (inout MemberWriter) -> Void) {
        self.members = members
    }

    func _write(to out: inout MemberWriter) {
        out.object(members)
    }
}

extension Duration {
    /// As many whole milliseconds as a number can hold.
    var wholeMillis: Int64 {
        let (seconds, attoseconds) = components
        let (millis, overflows) = seconds.multipliedReportingOverflow(by: 1000)
        return overflows ? (seconds < 0 ? .min : .max) : millis.addingReportingOverflow(attoseconds / 1_000_000_000_000_000).partialValue
    }

    /// In milliseconds as the engine takes them, which says what may be. What is less than one is one.
    var engineMillis: Int64 {
        self < .zero ? -1 : self == .zero ? 0 : max(1, wholeMillis)
    }
}
