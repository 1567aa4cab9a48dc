import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// HTTP/1.1 over plain sockets, a request for each connection: enough for an example. Use a framework for more.
public final class SocketServer: Sendable {
    /// Larger bodies are refused; the service's callbacks have at most 4 MiB.
    private static let most = 4 << 20

    private let listener: Int32
    public let port: UInt16

    /// - Parameter port: 0 for one that is free.
    public init(port: UInt16, respond: @escaping @Sendable (Request) async -> Response) throws {
        #if canImport(Glibc)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var yes: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let isBound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && listen(descriptor, 128) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EADDRINUSE) }
        self.port = UInt16(bigEndian: address.sin_port)
        // These threads may block; those of Swift's concurrency may not.
        Thread.detachNewThread {
            while case let connection = accept(descriptor, nil, nil), connection >= 0 {
                Thread.detachNewThread { Self.serve(connection, respond) }
            }
        }
    }

    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private static func serve(_ connection: Int32, _ respond: @escaping @Sendable (Request) async -> Response) {
        guard let request = read(connection) else {
            close(connection)
            return
        }
        Task {
            let response = await respond(request)
            let head = "HTTP/1.1 \(response.status) -\r\ncontent-type: application/json\r\ncontent-length: \(response.body.utf8.count)\r\nconnection: close\r\n\r\n"
            let bytes = Array((head + response.body).utf8)
            var sent = 0
            while sent < bytes.count {
                let more = bytes[sent...].withUnsafeBytes { write(connection, $0.baseAddress!, $0.count) }
                if more <= 0 { break }
                sent += more
            }
            close(connection)
        }
    }

    private static func read(_ connection: Int32) -> Request? {
        var bytes = Data()
        let end = Data("\r\n\r\n".utf8)
        var wanted = Int.max
        while bytes.count < wanted {
            var piece = [UInt8](repeating: 0, count: 65536)
            let count = recv(connection, &piece, piece.count, 0)
            guard count > 0, bytes.count <= most else { return nil }
            bytes.append(contentsOf: piece[..<count])
            if wanted == Int.max, let head = bytes.range(of: end) {
                let length = header("content-length", bytes[..<head.lowerBound]).flatMap(Int.init) ?? 0
                guard (0...most).contains(length) else { return nil }
                wanted = head.upperBound + length
            }
        }
        guard let head = bytes.range(of: end) else { return nil }
        let first = String(decoding: bytes[..<head.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")[0].split(separator: " ")
        guard first.count == 3 else { return nil }
        return Request(
            method: String(first[0]), path: String(first[1]), contentType: header("content-type", bytes[..<head.lowerBound]),
            body: Data(bytes[head.upperBound...]))
    }

    private static func header(_ name: String, _ head: Data) -> String? {
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        return lines.first { $0.lowercased().hasPrefix("\(name):") }
            .map { $0.dropFirst(name.count + 1).trimmingCharacters(in: .whitespaces) }
    }
}
