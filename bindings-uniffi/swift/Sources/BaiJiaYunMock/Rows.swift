#if os(Linux) || os(macOS)
import BaiJiaYun
import Foundation

/// A request that the mock received.
public struct Received: Sendable, Hashable {
    /// What came of a request.
    public enum Verdict: String, Sendable {
        case accepted, refused, misbehaved
    }

    /// The path it was sent to.
    public let path: String
    /// The operation of that path, for example `room.create`.
    public let operation: String?
    /// Its parameters as they were sent, without `sign`; those of files by the name of the file.
    public let params: [String: String]
    /// What came of it.
    public let verdict: Verdict
    /// The code of a refusal.
    public let code: Int64?
    /// Its message.
    public let msg: String?

    init(_ row: JSON) {
        path = row["path"]?.string ?? ""
        operation = row["operation"]?.string
        let members = row["params"]?.object?.members ?? []
        params = Dictionary(members.map { ($0.name, $0.value.string ?? "") }) { first, _ in first }
        verdict = row["verdict"]?.string.flatMap(Verdict.init) ?? .accepted
        code = row["code"]?.integer
        msg = row["msg"]?.string
    }
}

extension Received: CustomStringConvertible, CustomReflectable {
    /// With the names of the parameters only: their values may be passwords.
    public var description: String { "\(operation ?? path)(\(params.keys.sorted().joined(separator: ", "))): \(verdict)" }
    public var customMirror: Mirror {
        Mirror(self, children: ["path": path, "params": params.keys.sorted(), "verdict": verdict, "code": code as Any])
    }
}

/// A callback of the mock, signed as the service does it: `client.callbacks.parse(Data(posted.body.utf8), contentType: posted.contentType)`.
public struct Posted: Sendable, Hashable {
    /// What the receiver of a callback answered. It was taken with status 200 and code 0 in the body.
    public struct Answer: Sendable, Hashable {
        public let status: Int
        public let body: String
    }

    /// Which callback it is.
    public let name: CallbackName
    /// Where it goes; empty if no address was set for it, and then it was not posted.
    public let url: String
    /// The header of that name.
    public let contentType: String
    public let body: String
    /// 1, or 2 and 3 where it was posted again since it was not taken.
    public let attempt: Int
    /// When it was posted, by the mock's clock; nil if it was not.
    public let at: Date?
    /// The answer; nil while it is under way, and where there was none.
    public let answer: Answer?
    /// Why there was no answer.
    public let error: String?
    /// Whether the service takes it for taken.
    public let taken: Bool

    init(_ row: JSON) {
        name = CallbackName(rawValue: row["name"]?.string ?? "")
        url = row["url"]?.string ?? ""
        contentType = row["content_type"]?.string ?? ""
        body = row["body"]?.string ?? ""
        attempt = Int(row["attempt"]?.integer ?? 1)
        at = row["at"]?.integer.map { Date(timeIntervalSince1970: Double($0) / 1000) }
        answer = row["status"]?.integer.map { Answer(status: Int($0), body: row["answer"]?.string ?? "") }
        error = row["error"]?.string
        taken = row["taken"]?.bool ?? false
    }
}

extension Posted: CustomStringConvertible, CustomReflectable {
    /// Without the body, which is signed.
    public var description: String { "\(name.rawValue) to \(url), attempt \(attempt)\(taken ? ", taken" : "")" }
    public var customMirror: Mirror {
        Mirror(self, children: ["name": name, "url": url, "attempt": attempt, "answer": answer as Any, "taken": taken])
    }
}
#endif
