/// How a call went.
public struct Trace: Sendable, Hashable {
    /// How often the request was sent.
    public internal(set) var attempts = 0
    /// How long it waited in all: for the service's limits, and before attempts that followed failures.
    public internal(set) var waited = Duration.zero
    /// The shared store was down: only this process's own limits were kept.
    public internal(set) var storeDown = false
    /// The account's retry budget was used up, so the call was not tried again.
    public internal(set) var budgetExhausted = false

    public init() {}
}

extension Trace: MemberReadable {
    public static let _members = MemberNames("attempts", "waited", "store_down", "budget_exhausted")

    public mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: attempts = Int(try reader.integer())
        case 1: waited = .milliseconds(try reader.integer())
        case 2: storeDown = try reader.bool()
        default: budgetExhausted = try reader.bool()
        }
    }
}

/// A value that is not what the documents describe. Typed data leave it out.
public struct Departure: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    /// Where it stands in the data, dotted.
    public private(set) var path = ""
    /// What the documents describe.
    public private(set) var expected = ""
    /// What came, as JSON. It may be a key, so it is not shown.
    public private(set) var found = ""

    public init() {}

    public var description: String { "Departure(\(path): \(expected) is expected)" }
    public var customMirror: Mirror { Mirror(self, children: ["path": path, "expected": expected]) }
}

extension Departure: MemberReadable {
    public static let _members = MemberNames("path", "expected", "found")

    public mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&path)
        case 1: try reader.read(&expected)
        default: try reader.read(&found)
        }
    }
}

/// What is known about a call besides its data. Give an empty one as an option, and the call fills it:
///
/// ```swift
/// let details = Details()
/// let room = try await client.room.info(roomID: id, options: CallOptions(details: details))
/// print(details.departures, details.trace?.attempts ?? 0)
/// ```
public final class Details: Sendable {
    private struct Known {
        var msg = ""
        var ts: Int64?
        var departures: [Departure] = []
        var trace: Trace?
    }

    private let known = Locked(Known())

    public init() {}

    /// The service's message, usually empty.
    public var msg: String { known.with { $0.msg } }
    /// When the service answered, unix seconds.
    public var ts: Int64? { known.with { $0.ts } }
    /// Values in the answer that are not what the documents describe.
    public var departures: [Departure] { known.with { $0.departures } }
    /// How the call went; nil until it went well.
    public var trace: Trace? { known.with { $0.trace } }

    func fill(_ ended: Ended) {
        known.with { $0 = Known(msg: ended.msg, ts: ended.ts, departures: ended.departures, trace: ended.trace) }
    }
}

/// The answer to a call by name.
public struct Answer: Sendable {
    /// The data, with all that the service sent.
    public let data: JSON
    /// The service's message, usually empty.
    public let msg: String
    /// When the service answered, unix seconds.
    public let ts: Int64?
    /// Values in the data that are not what the documents describe.
    public let departures: [Departure]
    /// How the call went.
    public let trace: Trace
}
