import Foundation

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@testable import BaiJiaYun

/// A server on this machine that does with each request what a test says.
final class Server: Sendable {
    /// A connection, after the head of a request was read.
    final class Exchange: Sendable {
        fileprivate let socket: Int32
        /// The head, and what came of the body with it.
        let head: String
        private let read: Locked<Data>

        fileprivate init(_ socket: Int32, _ head: String, _ early: Data) {
            self.socket = socket
            self.head = head
            read = Locked(early)
        }

        var path: String { String(head.split(separator: " ").dropFirst().first ?? "") }

        func header(_ name: String) -> String? {
            let line = head.components(separatedBy: "\r\n").first { $0.lowercased().hasPrefix("\(name): ") }
            return line.map { String($0.dropFirst(name.count + 2)) }
        }

        /// The body, as long as it says.
        func body() -> Data {
            let length = header("content-length").flatMap(Int.init) ?? 0
            return read.with { body in
                while body.count < length, let more = Server.received(socket) { body.append(more) }
                return body
            }
        }

        /// False when the other side went away.
        @discardableResult
        func write(_ bytes: some DataProtocol) -> Bool {
            let bytes = Array(bytes)
            var sent = 0
            while sent < bytes.count {
                let more = bytes[sent...].withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if more <= 0 { return false }
                sent += more
            }
            return true
        }

        func answer(_ body: some DataProtocol, status: String = "200 OK", _ headers: String...) {
            _ = self.body()
            let lines = ["HTTP/1.1 \(status)", "content-length: \(body.count)"] + headers
            write(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
            write(body)
        }

        /// Ends the connection.
        func end() {
            shutdown(socket, Int32(SHUT_RDWR))
        }

        /// Waits until the other side closes.
        func untilClosed() {
            while Server.received(socket) != nil {}
        }
    }

    private let listener: Int32
    private let served = Locked(0)
    let port: UInt16

    /// - Parameters:
    ///   - keepsAlive: More than one request is served on a connection.
    ///   - reads: The head of a request is read first; else whatever comes.
    init(keepsAlive: Bool = false, reads: Bool = true, _ serve: @escaping @Sendable (Exchange) -> Void) throws {
        #if canImport(Glibc)
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
        listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (descriptor, isBound) = (listener, withUnsafeMutablePointer(to: &address) { [listener] address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, length) == 0 && listen(listener, 1024) == 0 && getsockname(listener, address, &length) == 0
            }
        })
        guard isBound else { throw Wrong("no port is free") }
        port = UInt16(bigEndian: address.sin_port)
        let served = served
        Thread.detachNewThread {
            while case let socket = accept(descriptor, nil, nil), socket >= 0 {
                Thread.detachNewThread {
                    repeat {
                        guard let exchange = Self.exchange(socket, reads) else { break }
                        served.with { $0 += 1 }
                        serve(exchange)
                    } while keepsAlive
                    shutdown(socket, Int32(SHUT_RDWR))
                    close(socket)
                }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// How many requests came.
    var requests: Int { served.with { $0 } }

    private static func exchange(_ socket: Int32, _ reads: Bool) -> Exchange? {
        var bytes = Data()
        while let more = received(socket) {
            bytes.append(more)
            if !reads { return Exchange(socket, "", bytes) }
            if let end = bytes.range(of: Data("\r\n\r\n".utf8)) {
                let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
                return Exchange(socket, head, Data(bytes[end.upperBound...]))
            }
        }
        return nil
    }

    fileprivate static func received(_ socket: Int32) -> Data? {
        var bytes = [UInt8](repeating: 0, count: 65536)
        let count = recv(socket, &bytes, bytes.count, 0)
        return count > 0 ? Data(bytes[..<count]) : nil
    }
}
