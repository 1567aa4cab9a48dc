import Foundation

/// Sends requests: with a `URLSession`, unless you give the client another executor.
///
/// What it throws means that there was no answer. A `URLError` says whether the request left; so does ``BaiJiaYunError`` of the kinds
/// `connect`, `timeout` and `transport` (make one with ``BaiJiaYunError/unanswered(_:_:)``). Of anything else nobody knows. After
/// ``HTTPRequest/timeout`` nobody waits for it any more: its task is cancelled, and the request should be given up.
public protocol HTTPExecutor: Sendable {
    /// Sends a request, once, and waits for the answer. It follows no redirects, and unpacks what is packed.
    func execute(_ request: HTTPRequest) async throws -> HTTPResponse
}

/// A signed request. It may hold passwords: do not log it.
public struct HTTPRequest: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// `GET` or `POST`.
    public let method: String
    /// The address. That of a GET is signed.
    public let url: String
    /// The headers, content-type among them.
    public let headers: [String: String]
    /// What is sent; nil for a GET.
    public let body: HTTPBody?
    /// How long to wait for the whole answer.
    public let timeout: Duration
    /// How many bytes of the answer, unpacked, to read at most. One that is longer is refused in any case.
    public let maxAnswer: Int64

    public var description: String { "\(method) \(url.prefix { $0 != "?" })" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["method": method, "url": url.prefix { $0 != "?" }]) }

    /// Where it goes to.
    var host: String {
        let authority = url.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" && $0 != "?" }
        return String(authority)
    }
}

/// What a request sends.
public enum HTTPBody: Sendable {
    /// A form.
    case bytes(Data)
    /// What holds files, or a part of one. They are read bit by bit.
    case stream(StreamedBody)

    /// How many bytes it has.
    public var length: Int64 {
        switch self {
        case .bytes(let data): Int64(data.count)
        case .stream(let body): body.length
        }
    }

    /// Whether it is one of several parts.
    var isForm: Bool {
        if case .stream(let body) = self { body.isForm } else { false }
    }

    /// All of it.
    public func data() throws -> Data {
        switch self {
        case .bytes(let data): return data
        case .stream(let body):
            var data = Data(capacity: Int(body.length))
            var reader = body.makeReader()
            while let bytes = try reader.next() { data.append(bytes) }
            return data
        }
    }
}

/// What was answered.
public struct HTTPResponse: Sendable, CustomStringConvertible {
    public let status: Int
    public let body: Data
    /// The header `retry-after`.
    public let retryAfter: String?
    /// The header `location`, of a redirect.
    public let location: String?

    public init(status: Int, body: Data, retryAfter: String? = nil, location: String? = nil) {
        self.status = status
        self.body = body
        self.retryAfter = retryAfter
        self.location = location
    }

    public var description: String { "\(status), \(body.count) bytes" }
}

/// An answer is longer than it may be. The engine says so in words.
struct TooLarge: Error {}

extension BaiJiaYunError {
    /// What an executor throws that got no answer: `connect` if the request did not leave, `timeout`, or `transport` if nobody
    /// knows whether it did.
    public static func unanswered(_ kind: ErrorKind, _ message: String) -> BaiJiaYunError {
        BaiJiaYunError([.connect, .timeout].contains(kind) ? kind : .transport, "", message)
    }
}
