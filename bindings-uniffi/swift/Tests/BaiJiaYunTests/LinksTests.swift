import Testing

@testable import BaiJiaYun

@Suite struct LinksTests {
    @Test func linksOfTheVectors() async throws {
        for vector in try vectors("links") {
            // Where a room is no number, its type refuses it.
            if let room = vector["params"]?.may("room_id"), Int64(room) == nil { continue }
            let links = try client(of: vector, Fake()).links
            if let refused = vector["refused"]?.array?.compactMap(\.string) {
                let names = { (error: BaiJiaYunError) in error.faults.map(\.parameter).sorted() }
                let error = try await failure { try await made(links, vector) }
                #expect(error.kind == .invalidParameters && names(error) == refused, "\(vector)")
                if vector.may("link") == "enter_room" {
                    let remote = try Client(domain: "demo", partnerID: "1") { $0.signer = AnySigner { _ in throw Wrong("it is not asked") } }
                    #expect(names(try await failure { try await made(remote.links, vector) }) == refused)
                }
                continue
            }
            let (url, want) = (try await made(links, vector), try vector.text("url"))
            #expect(url.prefix { $0 != "?" } == want.prefix { $0 != "?" })
            #expect(pairs(url.drop { $0 != "?" }.dropFirst()) == pairs(want.drop { $0 != "?" }.dropFirst()), "\(vector)")
        }
    }

    private func made(_ links: Links, _ vector: JSON) async throws -> String {
        let params = vector["params"]!
        let id = { (name: String) in
            guard let id = Int64(try params.text(name)) else { throw Wrong("\(name) is no number") }
            return id
        }
        switch try vector.text("link") {
        case "enter_room":
            var extra: [String: String] = [:]
            for (name, value) in params["extra"]?.object?.members ?? [] { extra[name] = value.string ?? value.text }
            return try await links.enterRoom(
                roomID: id("room_id"), userNumber: params.may("user_number"), userName: params.text("user_name"),
                userRole: Links.Role(rawValue: id("user_role")), userAvatar: params.text("user_avatar"), extra: extra)
        case "prepare": return try links.prepare(roomID: id("room_id"), code: params.may("code"))
        case "quick_enter": return try links.quickEnter(code: params.text("code"), userName: params.text("user_name"))
        case "code_player":
            return try links.codePlayer(
                code: params.text("code"), userName: params.text("user_name"), userNumber: params.may("user_number"),
                width: params.may("width").flatMap(Int.init), height: params.may("height").flatMap(Int.init),
                showControls: params.may("showControls").flatMap(Bool.init))
        case "video_player": return try links.videoPlayer(videoID: id("vid"), token: params.text("token"))
        case "mobile_video_player": return try links.mobileVideoPlayer(videoID: id("vid"), token: params.text("token"))
        case "playback":
            return try links.playback(
                roomID: id("classid"), token: params.text("token"), sessionID: params.may("session_id").flatMap { Int64($0) })
        default: throw Wrong("there is no such link")
        }
    }

    @Test func aLinkThatARemoteSignerSigns() async throws {
        let texts = Locked<[String]>([])
        let client = try Client(domain: "demo", partnerID: "1") {
            $0.signer = AnySigner { text in
                texts.with { $0.append(text) }
                return String(repeating: "5", count: 32)
            }
        }
        let url = try await client.links.enterRoom(roomID: 17, userNumber: "7", userName: "n")
        #expect(url.hasSuffix("sign=" + String(repeating: "5", count: 32)))
        #expect(texts.with { $0 }.map { $0.replacing("user_avatar=&", with: "") } == ["room_id=17&user_name=n&user_number=7&user_role=0"])
    }
}
