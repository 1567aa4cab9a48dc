import Foundation

/// The kinds of errors, the same in every language of this SDK.
public enum ErrorKind: String, Sendable, Hashable, Codable, CaseIterable {
    /// The domain, partner_id, the key or a setting cannot be right.
    case invalidAccount = "invalid_account"
    /// There is no operation of that name.
    case unknownOperation = "unknown_operation"
    /// Parameters are missing, unknown or wrong; ``BaiJiaYunError/faults`` names all of them. Nothing was sent.
    case invalidParameters = "invalid_parameters"
    /// The signer gave no signature; ``BaiJiaYunError/cause`` is what it threw.
    case signing
    /// A file to send cannot be read, or is not what it was.
    case file
    /// No connection could be made: the request was not sent.
    case connect
    /// No answer came in time. It may have been carried out.
    case timeout
    /// There was no answer. It may have been carried out.
    case transport
    /// 404: the service has no such path. If the path was a guess, the hint says so.
    case pathNotFound = "path_not_found"
    /// 1001 参数错误: the service refuses a parameter.
    case parameterRejected = "parameter_rejected"
    /// 1002 签名计算错误: the service computes another signature.
    case signatureRejected = "signature_rejected"
    /// 2001 账号不存在: there is no such account.
    case accountNotFound = "account_not_found"
    /// 2002 账号权限错误: the account lacks the permission.
    case permissionDenied = "permission_denied"
    /// 2003 直播账号未开或服务停止: the live account is not open, or stopped.
    case liveNotOpen = "live_not_open"
    /// 3001 房间号不存在: there is no such room.
    case roomNotFound = "room_not_found"
    /// 3002 该房间已删除: the room was deleted.
    case roomDeleted = "room_deleted"
    /// 4001 文件上传失败: the upload failed.
    case uploadFailed = "upload_failed"
    /// 5002 视频不存在或已删除: the video does not exist or was deleted. The code is seen in public code, in no document.
    case videoNotFound = "video_not_found"
    /// 1: the service refuses for a reason that its message says.
    case general
    /// Any other code of the service.
    case service
    /// Too many requests: the service said so, or its limits leave no room before the deadline.
    case throttled
    /// An HTTP status without an answer of the API.
    case httpStatus = "http_status"
    /// JSON that is no answer of the API.
    case notEnvelope = "not_envelope"
    /// No JSON at all: perhaps the page of a proxy.
    case notJSON = "not_json"
    /// The answer is longer than `maxAnswer`, or there is no memory for it.
    case tooLarge = "too_large"
    /// The data do not fit their type.
    case decode
    /// A strict call whose answer departs from the documents: ``BaiJiaYunError/departures``. It was carried out.
    case departures
    /// A callback that is none, or too large.
    case callbackMalformed = "callback_malformed"
    /// A callback that the key did not sign.
    case callbackSignature = "callback_signature"
    /// A callback whose timestamp is too far from this machine's clock.
    case callbackClock = "callback_clock"
    /// The client was closed: before the call was sent, or while it was under way (the message says which).
    case closed
    /// The package was used in a way that cannot work.
    case misuse
}

/// One thing that is wrong with the parameters of a call.
public struct Fault: Sendable, Hashable {
    /// The parameter.
    public let parameter: String
    /// `missing`, `unknown`, `wrong_type` or `out_of_range`.
    public let kind: String
    /// The same in words.
    public let message: String
}

/// What went wrong, in which call, and what to do about it. ``description`` says all of it.
///
/// ```swift
/// do {
///     try await client.room.info(roomID: id)
/// } catch let error as BaiJiaYunError where error.kind == .roomNotFound {
///     print("no such room")
/// }
/// ```
///
/// A call whose task is cancelled throws `CancellationError` instead. No error holds partner_key.
public struct BaiJiaYunError: Error, Sendable {
    /// What kind of error it is.
    public internal(set) var kind: ErrorKind
    /// The operation that was called, for example `room.create`; empty if there was none.
    public internal(set) var operation = ""
    /// What happened; for an error of the service its own `msg`.
    public internal(set) var message = ""
    /// What to do about it.
    public internal(set) var hint: String?
    /// The service's own code, for example 1002.
    public internal(set) var code: Int64?
    /// When the service answered, unix seconds.
    public internal(set) var ts: Int64?
    /// The HTTP status of the answer.
    public internal(set) var status: Int?
    /// What the answer's header Retry-After says.
    public internal(set) var retryAfter: Duration?
    /// Everything that is wrong with the parameters.
    public internal(set) var faults: [Fault] = []
    /// The answer, if there was one: at most 64 KiB of it. It may hold anything, so it is not part of ``description``.
    public internal(set) var body: String?
    /// Of the kind `departures`: where the data depart from the documents.
    public internal(set) var departures: [Departure] = []
    /// Of the kind `departures`: the data all the same.
    public internal(set) var data: JSON?
    /// How the call went before it failed.
    public internal(set) var trace: Trace?
    /// The video whose upload broke off: `client.video.resumeUpload` goes on with it.
    public internal(set) var videoID: Int64?
    /// What your executor, signer or server threw, unless it quotes the signature of the request.
    public internal(set) var cause: (any Error)?
    /// All of it in words.
    var text: String

    /// An error that this package throws itself.
    init(_ kind: ErrorKind, _ operation: String, _ message: String, cause: (any Error)? = nil) {
        self.kind = kind
        self.operation = operation
        self.message = message
        self.cause = cause
        text = operation.isEmpty ? message : "\(operation): \(message)"
    }
}

extension BaiJiaYunError: LocalizedError, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { text }
    public var debugDescription: String { text }
    public var errorDescription: String? { text }
    public var recoverySuggestion: String? { hint }

    /// Without ``body``, ``data`` and ``cause``, which may hold anything.
    public var customMirror: Mirror {
        Mirror(self, children: ["kind": kind, "operation": operation, "message": message, "code": code as Any, "status": status as Any])
    }
}

extension BaiJiaYunError: MemberReadable {
    /// Nothing yet: it is read from what the engine says.
    public init() { self.init(.misuse, "", "") }

    public init(from reader: inout MemberReader) throws {
        self.init()
        if try !reader.null() { try reader.members(into: &self) }
        // What is said of parameters has the names of the wire, and what the service says is its own.
        if kind == .invalidAccount || kind == .tooLarge || kind == .invalidParameters && faults.isEmpty {
            message = settingsNamed(message)
            text = settingsNamed(text)
            hint = hint.map(settingsNamed)
        }
    }

    public static let _members = MemberNames("kind", "operation", "message", "text", "hint", "code", "ts", "status", "faults", "body", "departures", "data", "retry_after")

    public mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: kind = ErrorKind(rawValue: try reader.string()) ?? .misuse
        case 1: try reader.read(&operation)
        case 2: try reader.read(&message)
        case 3: try reader.read(&text)
        case 4: try reader.read(&hint)
        case 5: try reader.read(&code)
        case 6: try reader.read(&ts)
        case 7:
            var number: Int64?
            try reader.read(&number)
            status = number.map(Int.init)
        case 8: try reader.read(&faults)
        case 9: try reader.read(&body)
        case 10: try reader.read(&departures)
        case 11: try reader.read(&data)
        default:
            var number: Int64?
            try reader.read(&number)
            retryAfter = number.map(Duration.milliseconds)
        }
    }
}

extension Fault: MemberReadable {
    public init() { self.init(parameter: "", kind: "", message: "") }

    public static let _members = MemberNames("parameter", "kind", "message")

    public mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        let text = try reader.string()
        self = Fault(
            parameter: place == 0 ? text : parameter, kind: place == 1 ? text : kind, message: place == 2 ? text : message)
    }
}

/// The settings and options that are called otherwise here than in the engine.
private let settingNames = [
    ("attempt_timeout", "attemptTimeout"), ("upload_deadline", "uploadDeadline"), ("max_answer", "maxAnswer"), ("allow_http", "allowHTTP"),
    ("operation_quota", "operationQuota"), ("store_prefix", "storePrefix"), ("shared_as", "sharedAs"), ("chunk_size", "chunkSize"),
    ("use_https", "useHTTPS"), ("callback_key", "callbackKey"), ("partner_id", "partnerID"), ("partner_key", "partnerKey"),
]

/// What an error says, with the names that settings have here.
func settingsNamed(_ text: String) -> String {
    settingNames.reduce(text) { $0.contains($1.0) ? $0.replacing($1.0, with: $1.1) : $0 }
}

/// An error in words.
func words(_ error: any Error) -> String {
    if let error = error as? BaiJiaYunError { return error.text }
    let text = (error as? LocalizedError)?.errorDescription ?? String(describing: error)
    return text.isEmpty ? String(describing: type(of: error)) : text
}
