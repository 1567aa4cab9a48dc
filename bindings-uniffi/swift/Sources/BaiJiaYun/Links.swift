/// Links into rooms and to recordings, which people open in a browser. Nothing is sent to make one.
///
/// The documents leave links out: the rules are from public material. A text that could be read as another field of a link (it
/// holds `&`, or `=` in a name) is refused with an error of the kind `invalidParameters`: a nickname such as `x&user_role=1` would
/// make a teacher's link of a student's.
public struct Links: Sendable {
    private let runner: Runner

    init(_ runner: Runner) {
        self.runner = runner
    }

    /// As what a user enters.
    public struct Role: ListedNumber {
        public let rawValue: Int64
        public init(rawValue: Int64) { self.rawValue = rawValue }

        public static let student: Role = 0
        public static let teacher: Role = 1
        public static let assistant: Role = 2
    }

    /// A link that lets one user into a room without a code. It does not expire: hand it to that user only.
    ///
    /// - Parameters:
    ///   - userNumber: The number of the user in your own system, not 0; nil if the service is to give the user one.
    ///   - extra: Parameters that stand behind the signature and are not signed, so that anybody can change them: public code adds
    ///     `status`, `customstr`, `share_url`, `meeting_id` and `pay_channel`.
    public func enterRoom(
        roomID: Int64,
        userNumber: String?,
        userName: String,
        userRole: Role = .student,
        userAvatar: String? = nil,
        extra: [String: String] = [:]
    ) async throws -> String {
        func made(_ signature: String?) throws -> Made {
            try make("enter_room") {
                $0.add("room_id", roomID)
                $0.add("user_number", userNumber)
                $0.add("user_name", userName)
                $0.add("user_role", userRole)
                $0.add("user_avatar", userAvatar)
                $0.add("extra", extra.isEmpty ? nil : extra)
                $0.add("signature", signature)
            }
        }
        let first = try made(nil)
        guard let text = first.sign else { return first.url }
        return try made(try await runner.sign("enter_room", text)).url
    }

    /// The vendor's share link: the page asks for a name, and for the join code (参加码) if the link has none.
    public func prepare(roomID: Int64, code: String? = nil) throws -> String {
        try make("prepare") {
            $0.add("room_id", roomID)
            $0.add("code", code)
        }.url
    }

    /// A link by which whoever has it enters under that name with a join code (参加码).
    public func quickEnter(code: String, userName: String) throws -> String {
        try make("quick_enter") {
            $0.add("code", code)
            $0.add("user_name", userName)
        }.url
    }

    /// A room in a page of yours: the address for an iframe. One public project has it.
    ///
    /// - Parameters:
    ///   - width: In pixels.
    ///   - height: In pixels.
    public func codePlayer(
        code: String, userName: String, userNumber: String? = nil, width: Int? = nil, height: Int? = nil, showControls: Bool? = nil
    ) throws -> String {
        try make("code_player") {
            $0.add("code", code)
            $0.add("user_name", userName)
            $0.add("user_number", userNumber)
            $0.add("width", width)
            $0.add("height", height)
            $0.add("show_controls", showControls)
        }.url
    }

    /// The player of a video for phones.
    public func mobileVideoPlayer(videoID: Int64, token: String) throws -> String {
        try make("mobile_video_player") {
            $0.add("video_id", videoID)
            $0.add("token", token)
        }.url
    }

    /// The player of a video. The token is that of `client.video.getPlayerToken`.
    public func videoPlayer(videoID: Int64, token: String) throws -> String {
        try make("video_player") {
            $0.add("video_id", videoID)
            $0.add("token", token)
        }.url
    }

    /// The playback of a class. The token is that of `client.playback.getPlayerToken`.
    ///
    /// A room that was used for several classes has a playback for each: name the session then.
    public func playback(roomID: Int64, token: String, sessionID: Int64? = nil) throws -> String {
        try make("playback") {
            $0.add("room_id", roomID)
            $0.add("token", token)
            $0.add("session_id", sessionID)
        }.url
    }

    /// The same link for the vendor's desktop client (云端课堂), which the system opens if it is installed.
    public func inDesktopClient(_ link: String) throws -> String {
        try make("desktop_client") { $0.add("link", link) }.url
    }

    /// A link, or the text to sign for it.
    private struct Made: MemberReadable {
        var url = ""
        var sign: String?
        var error: BaiJiaYunError?

        static let _members = MemberNames("url", "sign", "error")

        mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
            switch place {
            case 0: try reader.read(&url)
            case 1: try reader.read(&sign)
            default: try reader.read(&error)
            }
        }
    }

    private func make(_ kind: String, _ params: (inout MemberWriter) -> Void) throws -> Made {
        var out = MemberWriter(form: .object)
        out.object(params)
        let made = try runner.core.link(Array("\(kind)\n".utf8) + out.json.bytes).read(Made.self)
        if let error = made.error { throw error }
        return made
    }
}
