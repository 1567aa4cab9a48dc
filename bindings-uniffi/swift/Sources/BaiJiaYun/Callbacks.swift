import Foundation

/// The reply that the service takes for success.
public let callbackSuccess = #"{"code":0,"msg":""}"#

/// The reply that has most callbacks posted again.
public func callbackFailure(_ message: String) -> String {
    JSON.object(["code": 1, "msg": .string(message)]).text
}

/// A callback that the service posted, checked and recognised: ``event`` tells which.
public struct Callback: Sendable {
    /// Its name, for example `class_event`; nil if no document describes it.
    public internal(set) var name: CallbackName?
    /// Its unique id; a repetition has the same.
    public internal(set) var qid = ""
    /// When the service signed it, unix seconds.
    public internal(set) var timestamp: Int64 = 0
    /// Its signature. A post with the same one is the same post, whatever its ``qid``.
    public internal(set) var signature = ""
    /// For how many seconds a claim of it holds: until its timestamp is refused, and at least 600.
    public internal(set) var hold: Int64 = 0
    /// Which key signed it: 0 for partner_key, 1 for the first of ``Settings/callbackKeys``.
    public internal(set) var key = 0
    /// Values that are not what the documents describe, and so are not in the data.
    public internal(set) var departures: [Departure] = []
    /// Which it is, with its data.
    public internal(set) var event = CallbackEvent.unknown([:])

    public init() {}
}

extension Callback: CustomStringConvertible {
    public var description: String { "Callback(\(name?.rawValue ?? "unknown"), qid: \(qid))" }
}

extension Callback: MemberReadable {
    public static let _members = MemberNames("name", "qid", "timestamp", "signature", "hold", "key", "departures")

    public mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: name = try String?(from: &reader).map(CallbackName.init)
        case 1: try reader.read(&qid)
        case 2: try reader.read(&timestamp)
        case 3: try reader.read(&signature)
        case 4: try reader.read(&hold)
        case 5: key = Int(try reader.integer())
        default: try reader.read(&departures)
        }
    }
}

private struct Posted: MemberReadable {
    var event = Callback()
    var data: Place?
    var error: BaiJiaYunError?

    static let _members = MemberNames("event", "data", "error")

    mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&event)
        case 1: try reader.read(&data)
        default: try reader.read(&error)
        }
    }
}

/// A callback as the service would post it.
public struct SignedCallback: Sendable, Hashable {
    public private(set) var body = ""
    public private(set) var contentType = ""
    fileprivate var error: BaiJiaYunError?

    public init() {}

    public static func == (left: SignedCallback, right: SignedCallback) -> Bool {
        left.body == right.body && left.contentType == right.contentType
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(body)
    }
}

extension SignedCallback: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Without the body, which is signed.
    public var description: String { "\(contentType), \(body.utf8.count) bytes" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: ["contentType": contentType, "size": body.utf8.count]) }
}

extension SignedCallback: MemberReadable {
    public static let _members = MemberNames("body", "content_type", "error")

    public mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&body)
        case 1: try reader.read(&contentType)
        default: try reader.read(&error)
        }
    }
}

/// Checks and reads what the service posts, and takes each callback once.
public struct Callbacks: Sendable {
    private let runner: Runner
    private let claims: Claims

    init(_ runner: Runner, _ storePrefix: String) {
        self.runner = runner
        claims = Claims(runner, storePrefix)
    }

    /// Claims a callback: true for the first to do so, in this process, or among all that share the store.
    ///
    /// The service posts a callback again when it heard no success. Claim before the work, and ``release(_:)`` when the work fails,
    /// or the repetition is lost. It is claimed by its ``Callback/qid`` and by its ``Callback/signature``: whoever has seen a post
    /// can give it another `qid` by cutting its fields differently, but not another signature.
    ///
    /// A claim that is cancelled while the store is asked is given back. What has no qid is nobody's.
    public func claim(_ callback: Callback) async throws -> Bool {
        try await claims.claim(callback)
    }

    /// Gives a callback back whose work failed, so that its repetition is taken.
    public func release(_ callback: Callback) async throws {
        try await claims.release(callback)
    }

    /// A callback as the service would post it, signed with the client's key: for tests of your own receiver.
    ///
    /// - Parameters:
    ///   - name: Which it is; nil for one that no document describes.
    ///   - data: Its fields, with the names of the wire: those of a payload are its ``ServiceValue/json``.
    ///   - json: Whether it comes as JSON; nil for the form in which it is documented.
    ///   - qid: Its id; one that no other has if nothing is said.
    ///   - timestamp: When it was signed; now if nothing is said.
    public func signed(
        _ name: CallbackName?, _ data: JSON, json: Bool? = nil, qid: String? = nil, timestamp: Int64? = nil
    ) throws -> SignedCallback {
        var asked = MemberWriter(form: .object)
        asked.object {
            $0.add("name", name?.rawValue)
            $0.add("data", data)
            $0.add("json", json)
            $0.add("qid", qid ?? (data["qid"] == nil ? UUID().uuidString : nil))
            $0.add("timestamp", timestamp ?? (data["timestamp"] == nil ? runner.core.clock.unix() : nil))
        }
        if !asked.faults.isEmpty { throw invalid("callback", asked.faults) }
        let signed = try runner.core.signedCallback(asked.json.bytes).read(SignedCallback.self)
        if let error = signed.error { throw error }
        return signed
    }

    /// Checks the signature of a post and reads it.
    ///
    /// - Parameters:
    ///   - body: The body as it came, byte for byte, before any framework parsed it.
    ///   - contentType: The header of that name. It only helps to explain errors.
    ///   - name: Which callback it is, if it came to an address of its own. Otherwise it is told by its fields.
    ///   - tolerance: How much its timestamp may differ from this machine's clock, either way; nil if the clock does not matter.
    /// - Throws: ``BaiJiaYunError`` of a kind `callback...`: it was not posted by the service, or was changed on the way. Refuse it.
    public func parse(
        _ body: some Sequence<UInt8>,
        contentType: String? = nil,
        name: CallbackName? = nil,
        tolerance: Duration? = .seconds(300)
    ) throws -> Callback {
        var options = MemberWriter(form: .object)
        options.object {
            $0.add("name", name?.rawValue)
            $0.add("tolerance", tolerance?.components.seconds)
            $0.add("clock", tolerance != nil)
        }
        let type = (contentType ?? "").replacing("\n", with: " ")
        let told = runner.core.callback(Array("\(type)\n".utf8) + options.json.bytes + [10] + body)
        let posted = try told.read(Posted.self)
        if let error = posted.error { throw error }
        var callback = posted.event
        guard let data = posted.data else { return callback }
        return try withExtendedLifetime(told) {
            var reader = MemberReader(data.bytes)
            do {
                callback.event = try CallbackEvent(callback.name, from: &reader)
            } catch let unfit as MemberReader.Unfit {
                throw undecodable(callback.name?.rawValue ?? "", unfit, data.bytes)
            }
            return callback
        }
    }
}
