import Dispatch
import Foundation

/// A body with files, which are read bit by bit while they are sent.
public final class StreamedBody: Sendable {
    enum Segment: Sendable {
        case text([UInt8])
        /// So many bytes of a file from there on.
        case file(UploadFile, offset: Int64, length: Int64)

        var length: Int64 {
            switch self {
            case .text(let bytes): Int64(bytes.count)
            case .file(_, _, let length): length
            }
        }
    }

    private struct Moved {
        var bytes: Int64 = 0
        var at = DispatchTime.now().uptimeNanoseconds
        var failure: BaiJiaYunError?
    }

    fileprivate let segments: [Segment]
    private let moved = Locked(Moved())
    private let stallTimeout: Duration
    /// Whether the answer too has to come in that time: for posts after which the service can be asked what it has.
    private let untilAnswered: Bool
    /// How many bytes it has.
    public let length: Int64
    /// It is one with several parts, and not a part of a file.
    var isForm: Bool { segments.count > 1 }

    init(_ segments: [Segment], stallTimeout: Duration, untilAnswered: Bool) {
        self.segments = segments
        self.stallTimeout = stallTimeout
        self.untilAnswered = untilAnswered
        length = segments.reduce(0) { $0 + $1.length }
    }

    /// A form with files (multipart/form-data), as browsers write it. The engine has made the names safe.
    convenience init(parts: [Part], boundary: String, files: [UploadFile], stallTimeout: Duration, untilAnswered: Bool) throws {
        var segments: [Segment] = []
        for part in parts {
            let head = "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(part.name)\""
            guard let source = part.source else {
                segments.append(.text(Array("\(head)\r\n\r\n\(part.value)\r\n".utf8)))
                continue
            }
            let file = try Self.file(source, of: files)
            let type = file.contentType ?? part.type
            segments.append(.text(Array("\(head); filename=\"\(part.file)\"\r\nContent-Type: \(type)\r\n\r\n".utf8)))
            segments.append(.file(file, offset: 0, length: file.size))
            segments.append(.text(Array("\r\n".utf8)))
        }
        segments.append(.text(Array("--\(boundary)--\r\n".utf8)))
        self.init(segments, stallTimeout: stallTimeout, untilAnswered: untilAnswered)
    }

    /// A chunk of a file, as it is.
    convenience init(chunk: Chunk, files: [UploadFile], stallTimeout: Duration, untilAnswered: Bool) throws {
        let segment = Segment.file(try Self.file(chunk.source, of: files), offset: chunk.offset, length: chunk.length)
        self.init([segment], stallTimeout: stallTimeout, untilAnswered: untilAnswered)
    }

    private static func file(_ source: String, of files: [UploadFile]) throws -> UploadFile {
        guard let place = Int(source), files.indices.contains(place) else {
            throw BaiJiaYunError(.misuse, "", "the engine asks for a file that was not given")
        }
        return files[place]
    }

    /// Reads it from its beginning. What it gives counts as sent, unless ``sent(_:)`` says better.
    public func makeReader() -> Reader {
        Reader(body: self, counts: true)
    }

    /// Says how many bytes went out so far: for executors that read ahead.
    public func sent(_ bytes: Int64) {
        let before = moved.with { moved in
            defer { moved.bytes = max(bytes, moved.bytes) }
            moved.at = DispatchTime.now().uptimeNanoseconds
            return moved.bytes
        }
        var start: Int64 = 0
        for segment in segments {
            let end = start + segment.length
            if case .file(let file, _, let length) = segment, let progress = file.progress, bytes > max(start, before), before < end {
                progress(min(bytes - start, length), file.size)
            }
            start = end
        }
    }

    /// Why a file could not be read.
    var failure: BaiJiaYunError? { moved.with { $0.failure } }

    /// Returns when nothing moves any more, with the error for that; nil when all of it went out.
    @Sendable func watch() async -> (any Error)? {
        while true {
            let (bytes, at) = moved.with { ($0.bytes, $0.at) }
            if bytes >= length, !untilAnswered { return nil }
            let idle = Duration.nanoseconds(Int64(DispatchTime.now().uptimeNanoseconds - at))
            if idle >= stallTimeout { return BaiJiaYunError.unanswered(.timeout, "nothing was sent for \(idle.wholeMillis) ms") }
            do {
                try await Task.sleep(for: stallTimeout - idle)
            } catch {
                return nil
            }
        }
    }

    /// Reads a body bit by bit.
    public struct Reader {
        private let body: StreamedBody
        private let counts: Bool
        private var segment = 0
        private var done: Int64 = 0
        private var read: Int64 = 0
        private var handle: FileHandle?

        fileprivate init(body: StreamedBody, counts: Bool) {
            self.body = body
            self.counts = counts
        }

        /// At most so many bytes more; nil at the end.
        public mutating func next(_ most: Int = 256 * 1024) throws -> Data? {
            if counts { body.sent(read) }
            while segment < body.segments.count {
                let length = body.segments[segment].length
                if done >= length {
                    try leave()
                    continue
                }
                let bytes = try bytes(Int(min(Int64(most), length - done)))
                done += Int64(bytes.count)
                read += Int64(bytes.count)
                return bytes
            }
            return nil
        }

        /// Goes on to what follows. A file that grew is not the one that was announced.
        private mutating func leave() throws {
            if case .file(let file, let offset, let length) = body.segments[segment], offset + length == file.size, let handle,
                let more = try? handle.read(upToCount: 1), !more.isEmpty
            {
                throw changed(file)
            }
            handle = nil
            segment += 1
            done = 0
        }

        private mutating func bytes(_ count: Int) throws -> Data {
            switch body.segments[segment] {
            case .text(let bytes): return Data(bytes[Int(done)..<Int(done) + count])
            case .file(let file, let offset, _):
                switch file.source {
                case .data(let data):
                    let start = data.startIndex + Int(offset + done)
                    return data[start..<start + count]
                case .url(let url):
                    let bytes = try fromFile(url, file, offset + done, count)
                    if bytes.isEmpty { throw changed(file) }
                    return bytes
                }
            }
        }

        private mutating func fromFile(_ url: URL, _ file: UploadFile, _ offset: Int64, _ count: Int) throws -> Data {
            do {
                if handle == nil {
                    handle = try FileHandle(forReadingFrom: url)
                    try handle?.seek(toOffset: UInt64(offset))
                }
                return try handle?.read(upToCount: count) ?? Data()
            } catch {
                throw failed("cannot read \(file.name): \(words(error))")
            }
        }

        private func changed(_ file: UploadFile) -> BaiJiaYunError {
            failed("\(file.name) changed while it was sent: it had \(file.size) bytes")
        }

        private func failed(_ message: String) -> BaiJiaYunError {
            let error = BaiJiaYunError(.file, "", message)
            body.moved.with { $0.failure = error }
            return error
        }
    }

    /// Reads it ahead, which says nothing about what went out.
    func readAhead() -> Reader {
        Reader(body: self, counts: false)
    }
}
