import BaiJiaYun
import Foundation

// Measures the package: `dev bench`. Medians of batches, in microseconds; nothing is sent.

/// Gives one answer.
struct Null: HTTPExecutor {
    let answer: HTTPResponse

    init(_ body: String) {
        answer = HTTPResponse(status: 200, body: Data(body.utf8))
    }

    func execute(_ request: HTTPRequest) async throws -> HTTPResponse { answer }
}

func makeClient(_ http: any HTTPExecutor) throws -> Client {
    try Client(domain: "demo", partnerID: "12345678", partnerKey: "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy") {
        $0.http = http
        $0.quota = Quota.none
        $0.operationQuota = false
    }
}

/// Microseconds for one of `count`, the median of some batches.
func measured(_ count: Int, batches: Int = 15, _ work: () async throws -> Void) async throws -> Double {
    var times: [Double] = []
    for _ in 0..<batches + 2 {
        let began = ContinuousClock.now
        for _ in 0..<count { try await work() }
        let took = ContinuousClock.now - began
        times.append(Double(took.components.attoseconds) / 1e12 + Double(took.components.seconds) * 1e6)
    }
    return times.dropFirst(2).sorted()[batches / 2] / Double(count)
}

func shown(_ what: String, _ micros: Double) {
    print("\(what.padding(toLength: 46, withPad: " ", startingAt: 0)) \(String(format: "%9.1f", micros)) us")
}

// What one writes by hand: sorted, signed, encoded, and decoded with JSONDecoder.

struct HandMade: Decodable {
    struct Data: Decodable {
        let room_id: String
        let admin_code: String?
        let teacher_code: String?
        let student_code: String?
    }

    let code: Int
    let data: Data
    let msg: String
    let ts: Int64
}

let allowed = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

@inline(never) func byHand(_ params: [String: String], _ http: Null, _ request: HTTPRequest) async throws -> Int64 {
    var all = params
    all["partner_id"] = "12345678"
    all["timestamp"] = "\(Int(Date().timeIntervalSince1970))"
    let names = all.keys.sorted()
    let text = names.map { "\($0)=\(all[$0]!)" }.joined(separator: "&")
    let sign = md5(text + "&partner_key=rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy")
    let form = (names.map { "\($0)=\(all[$0]!.addingPercentEncoding(withAllowedCharacters: allowed)!)" } + ["sign=\(sign)"]).joined(separator: "&")
    precondition(!form.isEmpty)
    let answer = try await http.execute(request)
    return Int64(try JSONDecoder().decode(HandMade.self, from: answer.body).data.room_id)!
}

let twelve: [String: String] = [
    "title": "高一数学 第一课", "start_time": "1893456000", "end_time": "1893459600", "type": "2", "max_users": "100", "pre_enter_time": "600",
    "is_long_term": "0", "template_name": "triple", "app_template": "1", "enable_share": "1", "auto_playback_record": "1", "end_delay_time": "60",
]
let five = twelve.filter { ["title", "start_time", "end_time", "type", "max_users"].contains($0.key) }
let one = ["room_id": "26010110000000"]
let made = #"{"code":0,"data":{"room_id":"26010110000000","admin_code":"abcdef","teacher_code":"ghijkl","student_code":"mnopqr"},"msg":"","ts":1893456000}"#

func calls() async throws {
    let null = Null(made)
    let client = try makeClient(null)
    let request = try client.request("room.info", ["room_id": 17])
    shown("by hand, 1 parameter", try await measured(2000) { _ = try await byHand(one, null, request) })
    shown("by hand, 5 parameters", try await measured(2000) { _ = try await byHand(five, null, request) })
    shown("by hand, 12 parameters", try await measured(2000) { _ = try await byHand(twelve, null, request) })
    let codes = try makeClient(Null(#"{"code":0,"data":{"user_count":17,"display_user_count":18},"msg":"","ts":1893456000}"#))
    shown("this package, 1 parameter", try await measured(2000) { _ = try await codes.live.getUserCount(roomID: 26_010_110_000_000) })
    shown(
        "this package, 5 parameters",
        try await measured(2000) {
            _ = try await client.room.create(
                title: "高一数学 第一课", startTime: 1_893_456_000, endTime: 1_893_459_600, type: 2, maxUsers: 100)
        })
    shown(
        "this package, 12 parameters",
        try await measured(2000) {
            _ = try await client.room.create(
                title: "高一数学 第一课", startTime: 1_893_456_000, endTime: 1_893_459_600, type: 2, maxUsers: 100, preEnterTime: 600,
                isLongTerm: false, templateName: "triple", appTemplate: 1, enableShare: 1, endDelayTime: 60, autoPlaybackRecord: 1)
        })
}

/// A row of `room.list` as the documents print it, as one writes it by hand.
struct Row: Codable {
    let room_id: Int64
    let title: String
    let type: Int64
    let max_users: Int64
    let start_time: Int64
    let end_time: Int64
    let create_time: Int64
    let teacher_code: String
    let admin_code: String
    let student_code: String
    let new_live_status: Int64
    let create_from: Int64
    let is_long_term: Int64
    let is_mock_live: Int64
    let is_push_live: Int64
    let is_private: Int64
    let enable_share: Int64
    let new_group_live: Int64
    let is_discuss_live: Int64
    let speak_camera_turnon: Int64
    let teacher_need_detect_device: Int64
    let student_need_detect_device: Int64
    let switch_room_role: Int64
    let is_video_main: Int64
    let enable_group_users_public: Int64
    let group_admin_permission: Int64
    let enable_group_chat_public: Int64
    let template_name: String
    let enable_weixin_auth: Int64
    let system_auto_allocate_name: Int64
    let has_student_raise: Int64
    let end_delay_time: Int64
    let enable_live_sell: Int64
    let auto_playback_record: Int64
    let m_template: Int64
    let m_is_video_main: Int64
    let app_template: Int64
    let sell_goods_in_large_class: Int64
    let enable_mock_sync_chat_message: Int64
    let enable_ppt_page_down: Int64
}

struct Rows: Decodable {
    struct Data: Decodable {
        let total: Int
        let list: [Row]
    }

    let data: Data
}

func rows() async throws {
    let printed = #"{"room_id":17091462522904,"title":"直播培训","type":2,"max_users":1,"start_time":1505361000,"end_time":1505364600,"create_time":1505360825,"teacher_code":"7782s9","admin_code":"dkn3wd","student_code":"hfaaqq","new_live_status":1,"create_from":9,"is_long_term":1,"is_mock_live":0,"is_push_live":1,"is_private":0,"enable_share":0,"new_group_live":0,"is_discuss_live":0,"speak_camera_turnon":0,"teacher_need_detect_device":0,"student_need_detect_device":0,"switch_room_role":0,"is_video_main":0,"enable_group_users_public":0,"group_admin_permission":0,"enable_group_chat_public":0,"template_name":"singleVideo","enable_weixin_auth":1,"system_auto_allocate_name":0,"has_student_raise":0,"end_delay_time":0,"enable_live_sell":0,"auto_playback_record":0,"m_template":0,"m_is_video_main":0,"app_template":1,"sell_goods_in_large_class":0,"enable_mock_sync_chat_message":0,"enable_ppt_page_down":1}"#
    let row = { (id: Int) in printed.replacing(#""room_id":17091462522904"#, with: #""room_id":\#(26_010_110_000_000 + id)"#) }
    let body = #"{"code":0,"data":{"total":1000,"list":[\#((0..<1000).map(row).joined(separator: ","))]},"msg":"","ts":1}"#
    let client = try makeClient(Null(body))
    let bytes = Data(body.utf8)
    print("\(bytes.count) bytes")
    shown("1,000 rows: JSONDecoder", try await measured(5) { _ = try JSONDecoder().decode(Rows.self, from: bytes) })
    shown("1,000 rows: this package, the whole call", try await measured(5) { _ = try await client.room.list(limit: 1000).page() })
    shown("1,000 rows: this package, as JSON", try await measured(5) { _ = try await client.call("room.list", ["limit": 1000]) })
}

/// The memory of this process in kB.
func memory(_ name: String) -> Int {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix(name) }
    return line.flatMap { Int($0.split(whereSeparator: { !$0.isNumber })[0]) } ?? 0
}

func leaks() async throws {
    let good = try makeClient(Null(made)), bad = try makeClient(Null(#"{"code":3001,"data":null,"msg":"no","ts":1}"#))
    let calls = { (count: Int) in
        for _ in 0..<count {
            _ = try await good.room.info(roomID: 17)
            _ = try? await bad.room.info(roomID: 17)
        }
    }
    try await calls(10_000)
    let before = memory("VmRSS")
    try await calls(100_000)
    let after = memory("VmRSS")
    print("resident memory: \(before) kB after 20,000 calls, \(after) kB after 200,000 more")
    precondition(after - before < 1024, "memory grows with calls")
}

/// A gigabyte to the mock whose account is in the environment.
func upload() async throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("baijiayun-bench.mp4")
    _ = FileManager.default.createFile(atPath: url.path, contents: nil)
    let file = try FileHandle(forWritingTo: url)
    try file.truncate(atOffset: 1 << 30)
    try file.close()
    defer { try? FileManager.default.removeItem(at: url) }
    let client = try Client.fromEnvironment()
    let before = memory("VmRSS")
    let began = ContinuousClock.now
    let video = try await client.video.upload(UploadFile(url), definition: [16])
    print("1 GiB in \(ContinuousClock.now - began), video \(video.videoID): \(before) kB before, at most \(memory("VmHWM")) kB")
}

switch CommandLine.arguments.dropFirst().first {
case "leaks": try await leaks()
case "upload": try await upload()
default:
    try await calls()
    try await rows()
    try await leaks()
}
