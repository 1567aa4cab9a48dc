/// A client of one account.
///
/// ```swift
/// let client = try Client(domain: "demo", partnerID: "12345678", partnerKey: key)
/// let room = try await client.room.create(title: "高一数学", startTime: start, endTime: end, maxUsers: 100)
/// ```
///
/// One client serves all tasks and keeps the service's limits for all of them. A call whose task is cancelled is given up at once.
/// partner_key belongs on servers: what runs on a user's machine gets the link, the token or the upload address from yours.
public final class Client: Sendable {
    let runner: Runner
    private let name: String
    /// What the service posts to you.
    public let callbacks: Callbacks
    /// Links into rooms and to recordings.
    public let links: Links

    /// Nothing is sent yet, and no connection is made.
    ///
    /// - Parameters:
    ///   - domain: The account's private domain: its prefix, a white-label host, or a whole address such as a mock's.
    ///   - partnerID: The account's id.
    ///   - partnerKey: The account's key; nil if the settings have a signer.
    ///   - configure: Sets what is not to be as it is documented: `{ $0.store = store }`.
    /// - Throws: ``BaiJiaYunError`` of the kind `invalidAccount`: something cannot be right.
    public init(
        domain: String, partnerID: String, partnerKey: String? = nil, configure: (inout Settings) throws -> Void = { _ in }
    ) throws {
        var settings = Settings()
        try configure(&settings)
        let core = try Core(
            config: settings.config(domain: domain, partnerID: partnerID, partnerKey: partnerKey), clock: settings.clock)
        runner = Runner(core, settings)
        callbacks = Callbacks(runner, settings.storePrefix ?? "baijiayun")
        links = Links(runner)
        name = "Client(\(domain), \(partnerID))"
    }

    /// Calls an operation by name, for example `room.create`. The data are JSON, with all that the service sent.
    public func call(
        _ operation: String, _ params: [String: any ParameterValue] = [:], options: CallOptions? = nil
    ) async throws -> Answer {
        // All that was sent, whether it is as documented or not.
        let ended = try await runner.run(asked(operation, params, options) { $0.add("set_aside", false) })
        return Answer(data: try ended.data() ?? .null, msg: ended.msg, ts: ended.ts, departures: ended.departures, trace: ended.trace)
    }

    /// Calls an operation that this package does not know, by its path. It is signed.
    public func callPath(
        _ path: String, _ params: [String: any ParameterValue] = [:], method: Method = .post, options: CallOptions? = nil
    ) async throws -> Answer {
        try await call("\(method.rawValue) \(path)", params, options: options)
    }

    /// How a path is called.
    public enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
    }

    /// The request of a call, signed but not sent: to look at, or to send by other means.
    public func request(
        _ operation: String, _ params: [String: any ParameterValue] = [:], options: CallOptions? = nil
    ) throws -> HTTPRequest {
        try runner.request(asked(operation, params, options))
    }

    /// A list by the name of its operation, for example `room.list`.
    public func pages(
        _ operation: String, _ params: [String: any ParameterValue] = [:], options: CallOptions? = nil
    ) -> Pages<JSON, JSON> {
        Pages { [self] position in
            let ended = try await runner.run(asked(operation, params, options) { $0.add("page", position) })
            let data: JSON = try ended.data() ?? .null
            let place = ended.page?.list.split(separator: ".") ?? []
            let rows = place.reduce(JSON?.some(data)) { $0?[String($1)] }?.array ?? []
            return Turn(Page(data: data, rows: rows, total: ended.page?.total), ended.page)
        }
    }

    private func asked(
        _ operation: String, _ params: [String: any ParameterValue], _ options: CallOptions?,
        _ more: ((inout MemberWriter) -> Void)? = nil
    ) -> Asked {
        var out = MemberWriter()
        out.parameters(params)
        return Asked(operation, out, options, more)
    }

    /// Ends the client: no call can be made any more, and nothing is sent. Calls that wait for a limit, a store, a signer or the next
    /// attempt end at once; those in flight may finish within this time, and end with an error of the kind `closed` then. This
    /// returns when they ended.
    public func close(within time: Duration = .seconds(30)) async {
        await runner.close(within: time)
    }
}

extension Client: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { name }
    public var debugDescription: String { name }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
