import Foundation
import Testing

@testable import BaiJiaYun

private let now: Int64 = 1_501_572_288

/// What the service posts.
@Suite struct CallbacksTests {
    private let client = try! Client(domain: "demo", partnerID: "12345678", partnerKey: key) {
        $0.callbackKeys = ["older"]
        $0.clock = HostClock(unix: { now })
    }

    @Test func callbacksOfTheVectors() throws {
        let described = try jsonFile("api/generated/description.json")["callbacks"]!
        for vector in try vectors("callbacks") {
            let name = try vector.text("name")
            let client = try Client(domain: "school", partnerID: "12345678", partnerKey: vector.text("key"))
            let parse = {
                try client.callbacks.parse(vector.text("body").utf8, contentType: vector.text("content_type"), tolerance: nil)
            }
            if let kind = vector.may("error") {
                #expect((try? kindOf { try parse() }) == kind, "\(name)")
                continue
            }
            let callback = try parse()
            let want = vector["expect"]!
            #expect(callback.name?.rawValue == want.may("name"), "\(name)")
            #expect(try callback.qid == want.text("qid"), "\(name)")
            #expect(try "\(callback.timestamp)" == want.text("timestamp"), "\(name)")
            let typed = try payload(callback.event)
            // The typed data are those of the vector, as far as the callback is described.
            let known = Set(described[want.may("name")!]!["params"]!.object!.names + ["qid", "timestamp"])
            for (member, value) in want["data"]!.object!.members where known.contains(member) && value != .null {
                #expect(typed[member].map { fits($0, value) } == true, "\(name): \(member) is \(typed[member] ?? .null)")
            }
        }
    }

    /// Whether all that is typed is in the data.
    private func fits(_ typed: JSON, _ data: JSON) -> Bool {
        switch (typed, data) {
        case (.object(let left), .object(let right)): 
            left.members.allSatisfy { member in right[member.name].map { fits(member.value, $0) } ?? isEmpty(member.value) }
        case (.array(let left), .array(let right)): left.count == right.count && zip(left, right).allSatisfy { fits($0, $1) }
        default: typed.isSame(as: data)
        }
    }

    /// What an absent member is in an empty struct.
    private func isEmpty(_ value: JSON) -> Bool {
        [.null, .integer(0), .string(""), .bool(false), .array([]), .object([:])].contains(value)
    }

    private func kindOf(_ work: () throws -> Any) throws -> String {
        do {
            _ = try work()
        } catch let error as BaiJiaYunError {
            return error.kind.rawValue
        }
        throw Wrong("it went well")
    }

    private func payload(_ event: CallbackEvent) throws -> JSON {
        for child in Mirror(reflecting: event).children {
            if let value = child.value as? any ServiceValue { return value.json }
            if let value = child.value as? JSONObject { return .object(value) }
        }
        throw Wrong("\(event) has no data")
    }

    @Test func aTypedEvent() throws {
        let callback = try client.callbacks.parse(posted(["video_id": "123", "status": "20", "qid": "q1"]))
        guard case .transcode(let data) = callback.event else { throw Wrong("\(callback)") }
        #expect(data.videoID == 123 && data.status == 20 && callback.qid == "q1" && callback.key == 0)
        #expect(callback.departures.isEmpty && callback.name == .transcode)
    }

    @Test func whatNoDocumentDescribesIsUnknown() throws {
        let callback = try client.callbacks.parse(posted(["something": "new", "qid": "3"]))
        guard case .unknown(let data) = callback.event else { throw Wrong("\(callback)") }
        #expect(data["something"] == "new" && callback.name == nil)
    }

    @Test func theAddressMayTellWhichItIs() throws {
        let callback = try client.callbacks.parse(posted(["status": "20", "qid": "1"]), name: .transcode)
        guard case .transcode(let data) = callback.event else { throw Wrong("\(callback)") }
        #expect(data.status == 20)
    }

    @Test func whatDoesNotFitStandsInTheDepartures() throws {
        let callback = try client.callbacks.parse(posted(["video_id": "one", "status": "20", "qid": "q1"]))
        #expect(callback.departures.map(\.path) == ["video_id"] && callback.departures[0].found == "\"one\"")
    }

    @Test func aClaimHoldsAsLongAsItsTimestampIsTaken() throws {
        #expect(try client.callbacks.parse(posted(["qid": "1"])).hold == 600)
        #expect(try client.callbacks.parse(posted(["qid": "1"]), tolerance: .seconds(2000)).hold > 2000)
    }

    // promise: default_callback_clock
    @Test func forgeriesAndOldPostsAreRefused() throws {
        let body = String(decoding: posted(["video_id": "123", "status": "20", "qid": "q1"]), as: UTF8.self)
        let kind = { (body: String) in try kindOf { try client.callbacks.parse(body.utf8) } }
        #expect(try kind(body.replacing("123", with: "124")) == "callback_signature")
        #expect(try kind("{") == "callback_malformed")
        let old = { String(decoding: posted(["video_id": "1", "qid": "1"], time: now - $0), as: UTF8.self) }
        #expect(try kind(old(301)) == "callback_clock")
        _ = try client.callbacks.parse(old(300).utf8)
        _ = try client.callbacks.parse(old(301).utf8, tolerance: .seconds(302))
    }

    // promise: callback_over_limit, default_callback_size
    @Test func aCallbackOverTheLimitIsRefused() throws {
        let fits = posted(["a": String(repeating: "x", count: 4_194_304 - 200), "qid": "1"])
        #expect(try client.callbacks.parse(fits).qid == "1")
        let large = posted(["a": String(repeating: "x", count: 4_194_304), "qid": "1"])
        #expect(try kindOf { try client.callbacks.parse(large) } == "callback_malformed")
    }

    @Test func otherKeysWhileKeysAreChanged() throws {
        #expect(try client.callbacks.parse(posted(["qid": "1"], key: "older")).key == 1)
    }

    @Test func repliesAreJSON() throws {
        #expect(try JSON(parsing: callbackSuccess)["code"] == 0)
        #expect(try JSON(parsing: callbackFailure("a \"b\""))["msg"] == "a \"b\"")
    }
}

/// Fields as the service signs and posts them.
func posted(_ fields: [String: String], key: String = key, time: Int64 = now) -> Data {
    var given = fields
    given["timestamp"] = "\(time)"
    let text = given.keys.sorted().map { "\($0)=\(given[$0]!)" }.joined(separator: "&")
    let body = text + "&sign=" + md5("\(text)&partner_key=\(key)")
    return Data(body.utf8)
}

/// MD5, as RFC 1321 has it.
func md5(_ text: String) -> String {
    var bytes = Array(text.utf8)
    let length = UInt64(bytes.count) * 8
    bytes.append(0x80)
    while bytes.count % 64 != 56 { bytes.append(0) }
    for shift: UInt64 in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: length >> shift)) }
    let shifts: [UInt32] = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]
    let table: [UInt32] = (1...64).map { (step: Int) -> UInt32 in UInt32(abs(sin(Double(step))) * 4_294_967_296) }
    var state: [UInt32] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476]
    for start in stride(from: 0, to: bytes.count, by: 64) {
        var words: [UInt32] = []
        for place in stride(from: start, to: start + 64, by: 4) {
            let low = UInt32(bytes[place]) | UInt32(bytes[place + 1]) << 8
            let high = UInt32(bytes[place + 2]) | UInt32(bytes[place + 3]) << 8
            words.append(low | high << 16)
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        for step in 0..<64 {
            let mixed: UInt32
            let word: Int
            switch step / 16 {
            case 0: (mixed, word) = ((b & c) | (~b & d), step)
            case 1: (mixed, word) = ((d & b) | (~d & c), (5 * step + 1) % 16)
            case 2: (mixed, word) = (b ^ c ^ d, (3 * step + 5) % 16)
            default: (mixed, word) = (c ^ (b | ~d), 7 * step % 16)
            }
            let sum: UInt32 = a &+ mixed &+ table[step] &+ words[word]
            let shift: UInt32 = shifts[step / 16 * 4 + step % 4]
            let turned: UInt32 = sum << shift | sum >> (32 - shift)
            (a, d, c, b) = (d, c, b, b &+ turned)
        }
        state = [state[0] &+ a, state[1] &+ b, state[2] &+ c, state[3] &+ d]
    }
    var digits = ""
    for word in state {
        for shift: UInt32 in [0, 8, 16, 24] {
            let byte = UInt8(truncatingIfNeeded: word >> shift)
            digits += String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
    }
    return digits
}
