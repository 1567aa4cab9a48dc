/// A video that arrived.
public struct UploadedVideo: Sendable, Hashable {
    /// Its id.
    public private(set) var videoID: Int64 = 0
    /// Its status at the end, if transcoding was waited for.
    public private(set) var status: Int64?
    /// How often the upload went on after a break.
    public private(set) var resumes = 0

    public init() {}
}

extension UploadedVideo: MemberReadable {
    public static let _members = MemberNames("video_id", "status", "resumes")

    public mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&videoID)
        case 1: try reader.read(&status)
        default: resumes = Int(try reader.integer())
        }
    }
}

/// How a video is uploaded.
public struct UploadSettings: Sendable {
    /// How many bytes are sent at a time; 5 MiB if nothing is said. A file that is not larger goes as one form.
    public var chunkSize: Int64?
    /// Whether the addresses that the file is sent to have to be https; they have to if nothing is said. For a new video its
    /// `useHTTPS` says the same.
    public var useHTTPS: Bool?
    /// Is told the id of a new video as soon as it is registered: with that alone the upload can go on in another process.
    public var registered: (@Sendable (_ videoID: Int64) -> Void)?
    /// Waits until the video is transcoded, at most so long after the upload.
    public var waitForTranscoding: Duration?
    /// How often it goes on after a break without having got any further; 5 if nothing is said.
    public var resumes: Int?
    /// A connection on which nothing moved for so long is taken for broken.
    public var stallTimeout: Duration

    public init(
        chunkSize: Int64? = nil,
        useHTTPS: Bool? = nil,
        waitForTranscoding: Duration? = nil,
        resumes: Int? = nil,
        stallTimeout: Duration = .seconds(60),
        registered: (@Sendable (_ videoID: Int64) -> Void)? = nil
    ) {
        self.chunkSize = chunkSize
        self.useHTTPS = useHTTPS
        self.registered = registered
        self.waitForTranscoding = waitForTranscoding
        self.resumes = resumes
        self.stallTimeout = stallTimeout
    }
}

/// Where to upload, as the service said it to a server of yours.
public struct UploadAddress: Sendable, CustomStringConvertible, CustomReflectable {
    /// The new video: `video_id` of `video.get_upload_url`.
    public var videoID: Int64?
    /// `upload_url`, as it came. It holds a token.
    public var uploadURL: String?
    /// How many bytes the service has: `upload_size` of `video.get_resume_upload_url`.
    public var uploadSize: Int64?
    /// What `video.get_status` answers with, for the case that the service gives no address for the rest because it has all of the
    /// file.
    public var status: Int64?

    public init(videoID: Int64? = nil, uploadURL: String? = nil, uploadSize: Int64? = nil, status: Int64? = nil) {
        self.videoID = videoID
        self.uploadURL = uploadURL
        self.uploadSize = uploadSize
        self.status = status
    }

    func members(to out: inout MemberWriter) {
        out.add("video_id", videoID)
        out.add("upload_url", uploadURL)
        out.add("upload_size", uploadSize)
        out.add("status", status)
    }

    public var description: String { "UploadAddress(\(videoID.map(String.init) ?? "no video"), \(uploadSize ?? 0) bytes)" }
    public var customMirror: Mirror { Mirror(self, children: ["videoID": videoID as Any, "uploadSize": uploadSize as Any]) }
}

/// Where to upload, from a server of yours: for apps, which have no key.
public protocol UploadAddresses: Sendable {
    /// Registers a video and says where its file goes: `video.get_upload_url`.
    func uploadURL() async throws -> UploadAddress

    /// How much of the file the service has, and where the rest goes: `video.get_resume_upload_url`.
    func resumeUploadURL(videoID: Int64) async throws -> UploadAddress
}

/// Uploads videos where the key is not: a server of yours gives the addresses.
///
/// ```swift
/// let video = try await Uploader().upload(UploadFile(url), addresses: MyServer())
/// ```
public final class Uploader: Sendable {
    private let runner: Runner

    /// - Parameter http: Sends the file, in place of a `URLSession`.
    public convenience init(http: (any HTTPExecutor)? = nil) throws {
        try self.init(http: http, clock: HostClock())
    }

    init(http: (any HTTPExecutor)?, clock: HostClock) throws {
        var settings = Settings()
        settings.http = http
        runner = Runner(try Core(config: Array(#"{"uploads_only":true}"#.utf8), clock: clock), settings)
    }

    /// See `client.video.upload`. The transcoding cannot be waited for: to ask for that takes the key.
    public func upload(
        _ file: UploadFile, addresses: any UploadAddresses, settings: UploadSettings = UploadSettings(), options: CallOptions? = nil
    ) async throws -> UploadedVideo {
        try await runner.upload(file, nil, MemberWriter(), settings, options, addresses)
    }

    /// See `client.video.resumeUpload`.
    public func resumeUpload(
        videoID: Int64, file: UploadFile, addresses: any UploadAddresses, settings: UploadSettings = UploadSettings(),
        options: CallOptions? = nil
    ) async throws -> UploadedVideo {
        try await runner.upload(file, videoID, MemberWriter(), settings, options, addresses)
    }
}

extension VideoAPI {
    /// 断点续传 Goes on with an upload that broke off earlier, perhaps in another process: the same file, for the video that was
    /// registered then.
    public func resumeUpload(
        videoID: Int64, file: UploadFile, settings: UploadSettings = UploadSettings(), options: CallOptions? = nil
    ) async throws -> UploadedVideo {
        try await runner.upload(file, videoID, MemberWriter(), settings, options)
    }
}

extension Runner {
    /// The upload of a video; `params` are those of `video.get_upload_url`.
    func upload(
        _ file: UploadFile,
        _ videoID: Int64?,
        _ params: MemberWriter,
        _ settings: UploadSettings,
        _ options: CallOptions?,
        _ addresses: (any UploadAddresses)? = nil
    ) async throws -> UploadedVideo {
        let meter = Meter(file, videoID == nil ? settings.registered : nil)
        // What tells how much went out is not what tells how much arrived.
        let silent = try file.silent
        var asked = Asked("video.upload", params, options) { out in
            out.add(
                "upload",
                Written {
                    $0.add("file", silent)
                    $0.add("video_id", videoID)
                    $0.add("resumes", settings.resumes)
                    $0.add("transcoding", settings.waitForTranscoding?.wholeMillis)
                    $0.add("chunk_size", settings.chunkSize)
                    $0.add("use_https", settings.useHTTPS)
                    $0.add("addresses", addresses == nil ? nil : true)
                })
        }
        asked.stallTimeout = settings.stallTimeout
        asked.addresses = addresses
        asked.received = { meter.received($0, $1) }
        guard let video: UploadedVideo = try await run(asked).data() else {
            throw BaiJiaYunError(.misuse, "video.upload", "the engine gave no video")
        }
        meter.received(file.size, nil)
        return video
    }
}

/// Tells how much of a file the service has.
private final class Meter: Sendable {
    private let file: UploadFile
    private let registered: Locked<(@Sendable (Int64) -> Void)?>
    private let farthest = Locked<Int64>(0)

    init(_ file: UploadFile, _ registered: (@Sendable (Int64) -> Void)?) {
        self.file = file
        self.registered = Locked(registered)
    }

    func received(_ bytes: Int64, _ videoID: Int64?) {
        if let videoID {
            let tell = registered.with { tell in
                defer { tell = nil }
                return tell
            }
            tell?(videoID)
        }
        let isFarther = farthest.with { farthest in
            defer { farthest = max(farthest, bytes) }
            return bytes > farthest
        }
        if isFarther { file.progress?(bytes, file.size) }
    }
}
