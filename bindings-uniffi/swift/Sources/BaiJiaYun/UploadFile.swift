import Foundation

/// A file to send. One at a URL is opened when it is sent, and read bit by bit.
public struct UploadFile: Sendable, CustomStringConvertible, CustomReflectable {
    /// Is told how many bytes went out so far (of a video: how many the service has), and the size.
    public typealias Progress = @Sendable (_ bytes: Int64, _ size: Int64) -> Void

    enum Source: Sendable {
        case url(URL)
        case data(Data)
    }

    /// What the service is told that the file is called. It often goes by its ending.
    public let name: String
    /// How many bytes it has.
    public let size: Int64
    /// Its media type; nil for the one that the ending of the name stands for.
    public let contentType: String?
    public let progress: Progress?
    let source: Source

    /// - Throws: ``BaiJiaYunError`` of the kind `file`: it cannot be read.
    public init(_ url: URL, name: String? = nil, contentType: String? = nil, progress: Progress? = nil) throws {
        try self.init(.url(url), Self.size(of: url), name ?? url.lastPathComponent, contentType, progress)
    }

    public init(_ data: Data, name: String, contentType: String? = nil, progress: Progress? = nil) throws {
        try self.init(.data(data), Int64(data.count), name, contentType, progress)
    }

    private init(_ source: Source, _ size: Int64, _ name: String, _ contentType: String?, _ progress: Progress?) throws {
        if let contentType, contentType.utf8.contains(where: { $0 < 32 || $0 > 126 }) {
            throw BaiJiaYunError(.invalidParameters, "", "the content type of a file holds what cannot stand in a header")
        }
        self.source = source
        self.size = size
        self.name = name
        self.contentType = contentType
        self.progress = progress
    }

    /// The same file without a listener.
    var silent: UploadFile {
        get throws { try UploadFile(source, size, name, contentType, nil) }
    }

    public var description: String { "UploadFile(\(name), \(size) bytes)" }
    public var customMirror: Mirror { Mirror(self, children: ["name": name, "size": size]) }

    private static func size(of url: URL) throws -> Int64 {
        guard url.isFileURL else { throw BaiJiaYunError(.file, "", "cannot read \(url.lastPathComponent): its address is no file's") }
        let refusal: String
        do {
            let attributes = try FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)
            if attributes[.type] as? FileAttributeType != .typeRegular {
                refusal = "it is no file"
            } else if !FileManager.default.isReadableFile(atPath: url.path) {
                refusal = "there is no permission to read it"
            } else {
                return (attributes[.size] as? NSNumber)?.int64Value ?? 0
            }
        } catch {
            refusal = FileManager.default.fileExists(atPath: url.path) ? words(error) : "it is not there"
        }
        throw BaiJiaYunError(.file, "", "cannot read \(url.path): \(refusal)")
    }
}
