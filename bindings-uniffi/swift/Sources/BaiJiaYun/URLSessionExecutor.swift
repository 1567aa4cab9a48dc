import Dispatch
import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends with `URLSession`. Redirects are not followed, answers that are too long are not read to their end, and files are streamed.
///
/// Without an executor of your own all clients share one, whose session is made when the first request is sent.
public final class URLSessionExecutor: HTTPExecutor {
    /// The one that clients have if nothing is said.
    public static let shared = URLSessionExecutor()

    private let session: URLSession
    private let exchanges = Exchanges()

    /// - Parameter configuration: For a proxy or other settings of your own. Its times hold as well: of what ends first.
    public init(configuration: URLSessionConfiguration? = nil) {
        session = URLSession(configuration: configuration ?? Self.usual, delegate: exchanges, delegateQueue: nil)
    }

    deinit {
        session.finishTasksAndInvalidate()
    }

    /// Nothing is kept: no cookies, no answers.
    private static var usual: URLSessionConfiguration {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpMaximumConnectionsPerHost = 256
        configuration.httpShouldSetCookies = false
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        return configuration
    }

    public func execute(_ request: HTTPRequest) async throws -> HTTPResponse {
        guard let url = URL(string: request.url) else { throw URLError(.badURL) }
        var built = URLRequest(url: url)
        built.httpMethod = request.method
        // Time without any byte. Whoever waits for this has a time for all of it.
        built.timeoutInterval = max(1, Double(request.timeout.wholeMillis) / 1000 + 1)
        for (name, value) in request.headers { built.setValue(value, forHTTPHeaderField: name) }
        switch request.body {
        case nil: return try await exchange(session.dataTask(with: built), request, nil)
        case .bytes(let form):
            built.httpBody = form
            return try await exchange(session.dataTask(with: built), request, nil)
        case .stream(let body):
            let spool = try await Spool(body)
            defer { spool.remove() }
            let task =
                switch spool {
                case .data(let data): session.uploadTask(with: built, from: data)
                case .file(let file): session.uploadTask(with: built, fromFile: file)
                }
            return try await exchange(task, request, body)
        }
    }

    private func exchange(_ task: URLSessionTask, _ request: HTTPRequest, _ body: StreamedBody?) async throws -> HTTPResponse {
        // Tasks may be cancelled from any thread.
        let cancel = Cancelling(task)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                exchanges.begin(task, Exchange(request.maxAnswer, body, continuation))
                task.resume()
                if Task.isCancelled { task.cancel() }
            }
        } onCancel: {
            cancel.task.cancel()
        }
    }
}

private struct Cancelling: @unchecked Sendable {
    let task: URLSessionTask

    init(_ task: URLSessionTask) {
        self.task = task
    }
}

/// A body with files as `URLSession` takes it: what is small from memory, what is large from a file in which it stands as it is sent.
/// (Streams that are sent cannot be written for Linux, and are read again from the beginning elsewhere.)
private enum Spool {
    case data(Data)
    case file(URL)

    /// A chunk of a video is smaller, if nothing else is said.
    private static let most = 8 << 20

    init(_ body: StreamedBody) async throws {
        self = try await withCheckedThrowingContinuation { continuation in
            // Files are read on a thread that may block.
            DispatchQueue.global().async { continuation.resume(with: Result { try Self.made(body) }) }
        }
    }

    private static func made(_ body: StreamedBody) throws -> Spool {
        var reader = body.readAhead()
        if body.length <= Int64(most) {
            var data = Data(capacity: Int(body.length))
            while let bytes = try reader.next() { data.append(bytes) }
            return .data(data)
        }
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("baijiayun-\(UUID().uuidString)")
        // Nobody else may read it.
        guard FileManager.default.createFile(atPath: url.path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw BaiJiaYunError(.file, "", "there is no place for a temporary file in \(url.deletingLastPathComponent().path)")
        }
        do {
            let file = try FileHandle(forWritingTo: url)
            while let bytes = try reader.next(1 << 20) { try file.write(contentsOf: bytes) }
            try file.close()
        } catch {
            try? FileManager.default.removeItem(at: url)
            throw error as? BaiJiaYunError ?? BaiJiaYunError(.file, "", "the temporary file cannot be written: \(words(error))")
        }
        return .file(url)
    }

    func remove() {
        if case .file(let url) = self { try? FileManager.default.removeItem(at: url) }
    }
}

/// A request on its way.
private struct Exchange {
    let maxAnswer: Int64
    let sent: StreamedBody?
    let continuation: CheckedContinuation<HTTPResponse, any Error>
    var body = Data()
    var isTooLarge = false
    /// It came in a coding that was not asked for.
    var isPacked = false

    init(_ maxAnswer: Int64, _ sent: StreamedBody?, _ continuation: CheckedContinuation<HTTPResponse, any Error>) {
        self.maxAnswer = maxAnswer
        self.sent = sent
        self.continuation = continuation
    }
}

/// What the session tells of its tasks.
private final class Exchanges: NSObject, URLSessionDataDelegate, Sendable {
    private let exchanges = Locked<[Int: Exchange]>([:])

    func begin(_ task: URLSessionTask, _ exchange: Exchange) {
        exchanges.with { $0[task.taskIdentifier] = exchange }
    }

    func urlSession(
        _: URLSession, task _: URLSessionTask, willPerformHTTPRedirection _: HTTPURLResponse, newRequest _: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _: URLSession, dataTask task: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        if !isUnpacked(response) { exchanges.with { $0[task.taskIdentifier]?.isPacked = true } }
        let isRefused = isTooLarge(task, announced: response.expectedContentLength) || !isUnpacked(response)
        completionHandler(isRefused ? .cancel : .allow)
        // On Linux the other way to say it is not heeded.
        if isRefused { task.cancel() }
    }

    /// Whether it came in no coding, or in one that the session takes off.
    private func isUnpacked(_ response: URLResponse) -> Bool {
        let coding = (response as? HTTPURLResponse)?.value(forHTTPHeaderField: "content-encoding")?.lowercased()
        return ["", "identity", "gzip", "x-gzip", "deflate", "br"].contains(coding?.trimmingCharacters(in: .whitespaces) ?? "")
    }

    func urlSession(_: URLSession, dataTask task: URLSessionDataTask, didReceive data: Data) {
        exchanges.with { $0[task.taskIdentifier]?.body.append(data) }
        if isTooLarge(task, announced: 0) { task.cancel() }
    }

    func urlSession(
        _: URLSession, task: URLSessionTask, didSendBodyData _: Int64, totalBytesSent bytes: Int64, totalBytesExpectedToSend _: Int64
    ) {
        exchanges.with { $0[task.taskIdentifier]?.sent }?.sent(bytes)
    }

    func urlSession(_: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        guard let exchange = exchanges.with({ $0.removeValue(forKey: task.taskIdentifier) }) else { return }
        if exchange.isTooLarge {
            exchange.continuation.resume(throwing: TooLarge())
        } else if exchange.isPacked {
            exchange.continuation.resume(throwing: URLError(.cannotDecodeContentData))
        } else if let error {
            let isCancelled = (error as? URLError)?.code == .cancelled
            exchange.continuation.resume(throwing: isCancelled ? CancellationError() : error)
        } else if let response = task.response as? HTTPURLResponse {
            exchange.continuation.resume(
                returning: HTTPResponse(
                    status: response.statusCode,
                    body: exchange.body,
                    retryAfter: response.value(forHTTPHeaderField: "retry-after"),
                    location: response.value(forHTTPHeaderField: "location")))
        } else {
            exchange.continuation.resume(throwing: URLError(.badServerResponse))
        }
    }

    private func isTooLarge(_ task: URLSessionTask, announced length: Int64) -> Bool {
        exchanges.with { exchanges in
            guard let exchange = exchanges[task.taskIdentifier] else { return false }
            if length > exchange.maxAnswer || Int64(exchange.body.count) > exchange.maxAnswer {
                exchanges[task.taskIdentifier]?.isTooLarge = true
                exchanges[task.taskIdentifier]?.body = Data()
                return true
            }
            return exchange.isTooLarge
        }
    }
}
