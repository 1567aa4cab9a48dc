#if os(Linux) || os(macOS)
import BaiJiaYun
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// `bjy mock`: a double of the whole service that runs on this machine, with an account of its own, for tests.
///
/// It needs the program `bjy`: what the variable `BJY` names, or the first on the PATH. It ends with the last reference to it.
public final class Mock: @unchecked Sendable {
    private let process = Process()
    private let session: URLSession

    /// Its address, in place of a domain.
    public let url: String
    /// The id of its account.
    public let partnerID: String
    /// The key of its account.
    public let partnerKey: String

    /// For `@Suite(.enabled(if: Mock.isThere))`: whether there is a `bjy`. With the variable `BAIJIAYUN_MOCK_REQUIRED` it is always
    /// true, so that tests without one fail and are not skipped.
    public static var isThere: Bool {
        program != nil || ProcessInfo.processInfo.environment["BAIJIAYUN_MOCK_REQUIRED"] != nil
    }

    /// Where `bjy` is; nil if it is nowhere.
    public static var program: String? {
        let environment = ProcessInfo.processInfo.environment
        let places = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/bjy" }
        return environment["BJY"] ?? places.first(where: FileManager.default.isExecutableFile)
    }

    /// Starts one on a free port. The options are those of `bjy mock`: `try Mock("--errors-every", "3")`.
    public init(_ options: String...) throws {
        guard let bjy = Mock.program else {
            let how = "cargo install --path cli, or pip install bjy once it is published"
            throw MockError("the program bjy, which doubles the service, is neither in BJY nor on the PATH: \(how)")
        }
        process.executableURL = URL(fileURLWithPath: bjy)
        process.arguments = ["mock", "--json", "--port", "0"] + options
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([10]), !byte.isEmpty { line.append(byte) }
        guard let about = try? JSON(parsing: String(decoding: line, as: UTF8.self)),
            let url = about["url"]?.string, let id = about["partner_id"]?.string, let key = about["partner_key"]?.string
        else {
            kill(process.processIdentifier, SIGKILL)
            throw MockError("`\(bjy) mock` ended before it was ready")
        }
        (self.url, partnerID, partnerKey) = (url, id, key)
        let configuration = URLSessionConfiguration.ephemeral
        // It is near, and takes its time where it posts many callbacks.
        configuration.connectionProxyDictionary = [:]
        configuration.timeoutIntervalForRequest = 600
        session = URLSession(configuration: configuration)
    }

    deinit {
        // A process that is begun on a thread of Swift's has its signals blocked, but for this one.
        kill(process.processIdentifier, SIGKILL)
        session.invalidateAndCancel()
    }

    /// A client of its account.
    public func client(configure: (inout Settings) throws -> Void = { _ in }) throws -> Client {
        try Client(domain: url, partnerID: partnerID, partnerKey: partnerKey, configure: configure)
    }

    /// The requests so far, the last 10,000 at most, the oldest first.
    public func received() async throws -> [Received] {
        try await ask("GET", "requests").array?.map(Received.init) ?? []
    }

    /// Forgets the requests and the callbacks so far.
    public func forget() async throws {
        _ = try await ask("DELETE", "requests")
        _ = try await ask("DELETE", "callbacks")
    }

    /// What operations answer from now on, besides what was given before; with nil they answer by themselves again.
    ///
    /// Each has an answer that is given each time, or a list of which each is given once: `["data": ..]`, a refusal
    /// `["code": 2002, "msg": ".."]`, an HTTP answer `["status": 502, "body": ".."]`, a connection that is cut `["drop": true]`, or
    /// with `[:]` the mock's own.
    public func answers(_ given: JSONObject?) async throws {
        if let given {
            _ = try await ask("POST", "answers", .object(given))
        } else {
            _ = try await ask("DELETE", "answers")
        }
    }

    /// What goes wrong from now on, in place of what did before; nothing if nothing is said. Requests are counted anew, and
    /// nothing is random.
    ///
    /// - Parameters:
    ///   - latency: Each answer waits so long.
    ///   - errorsEvery: Every n-th request is answered with HTTP 503.
    ///   - dropsEvery: The connection is cut instead of every n-th answer.
    ///   - throttlesEvery: Every n-th request is answered with HTTP 429.
    ///   - throttlesWith200: What is throttled has HTTP 200, and 429 in the envelope alone.
    ///   - htmlEvery: Every n-th request is answered with a web page.
    ///   - phpLoose: Answers have PHP's loose types.
    ///   - uploadsBreakAt: Uploads break off when so many bytes of the file have come.
    ///   - uploadsBreakEvery: Uploads break off whenever a multiple of so many bytes have come.
    ///   - uploadsKeepParts: Bytes of a chunk that broke off are kept.
    ///   - seed: Where counting begins: with 1 and every third request, the second one is the first to fail.
    public func misbehave(
        latency: Duration = .zero, errorsEvery: Int64 = 0, dropsEvery: Int64 = 0, throttlesEvery: Int64 = 0,
        throttlesWith200: Bool = false, htmlEvery: Int64 = 0, phpLoose: Bool = false, uploadsBreakAt: Int64? = nil,
        uploadsBreakEvery: Int64 = 0, uploadsKeepParts: Bool = false, seed: Int64 = 0
    ) async throws {
        let faults: JSON = [
            "latency": Int64(exactly: (latency / .milliseconds(1)).rounded()).map(JSON.integer) ?? .number(latency / .milliseconds(1)),
            "errors_every": .integer(errorsEvery), "drops_every": .integer(dropsEvery), "throttles_every": .integer(throttlesEvery),
            "throttles_with_200": .bool(throttlesWith200), "html_every": .integer(htmlEvery), "php_loose": .bool(phpLoose),
            "uploads_break_at": uploadsBreakAt.map(JSON.integer) ?? .null, "uploads_break_every": .integer(uploadsBreakEvery),
            "uploads_keep_parts": .bool(uploadsKeepParts), "seed": .integer(seed),
        ]
        _ = try await ask("POST", "misbehaviour", faults)
    }

    /// The callbacks that were posted so far, or are about to be, the oldest first.
    public func posted() async throws -> [Posted] {
        try await ask("GET", "callbacks").array?.map(Posted.init) ?? []
    }

    /// Posts a callback as the service would, signed, to the address that was set for it
    /// (`client.liveAccount.setClassCallbackURL`, `client.videoAccount.setTranscodeCallbackURL`), and waits for the answer, 5 s at
    /// most. Fields that are not given are those of the printed example. Without an address it is returned only.
    public func trigger(_ name: CallbackName, _ fields: JSONObject = [:]) async throws -> Posted {
        let made = try await ask("POST", "callbacks", ["name": .string(name.rawValue), "fields": .object(fields)])
        if made["url"]?.string == "" { return Posted(made) }
        // When that is answered, what waited has been posted.
        try await advance(.zero)
        let rows = try await ask("GET", "callbacks").array ?? []
        return Posted(rows.first { $0["id"] == made["id"] } ?? made)
    }

    /// The mock's time, in whole seconds.
    public func now() async throws -> Date {
        Date(timeIntervalSince1970: try await ask("GET", "clock")["now"]?.number ?? 0)
    }

    /// Sets the mock's clock forward. What becomes due by that has happened when it is over: videos are transcoded, callbacks that
    /// were not taken are posted again, and answered.
    public func advance(_ duration: Duration) async throws {
        _ = try await ask("POST", "clock", ["advance": .number(duration / .seconds(1))])
    }

    /// What the paths under `/_mock` answer.
    private func ask(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> JSON {
        var request = URLRequest(url: URL(string: "\(url)/_mock/\(path)")!)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.text.utf8) }
        let (data, response) = try await session.data(for: request)
        let said = data.isEmpty ? JSON.null : try JSON(parsing: String(decoding: data, as: UTF8.self))
        if let status = (response as? HTTPURLResponse)?.statusCode, status >= 400 {
            throw MockError(said["error"]?.string ?? "the mock answered HTTP \(status)")
        }
        return said
    }
}

/// What the mock refuses, and why.
public struct MockError: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
#endif
