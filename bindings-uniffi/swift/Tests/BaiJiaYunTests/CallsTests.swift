import Foundation
import Testing

@testable import BaiJiaYun

@Suite struct CallsTests {
    @Test func listsGoOnPageByPageAsFarAsTheyAreWalked() async throws {
        let page = { (ids: [Int64]) in
            envelope(["total": 5, "list": .array(ids.map { ["room_id": .integer($0)] })])
        }
        let http = { Fake([page([1, 2]), page([3, 4]), page([5])]) }
        var fake = http()
        var ids: [Int64] = []
        for try await room in try client(fake).room.list(limit: 2) { ids.append(room.roomID) }
        #expect(ids == [1, 2, 3, 4, 5])
        #expect(try fake.requests.map { try Sent($0).pairs.first { $0[0] == "page" }?[1] } == ["1", "2", "3"])
        fake = http()
        for try await room in try client(fake).room.list(limit: 2) where room.roomID == 3 { break }
        #expect(fake.requests.count == 2)
        fake = http()
        let first = try await client(fake).room.list(limit: 2).page()
        #expect(first.rows.count == 2 && first.total == 5 && fake.requests.count == 1)
        var sizes: [Int] = []
        for try await page in try client(http()).room.list(limit: 2).pages() { sizes.append(page.rows.count) }
        #expect(sizes == [2, 2, 1])
        var rows = 0
        for try await _ in try client(http()).pages("room.list", ["limit": 2]) { rows += 1 }
        #expect(rows == 5)
    }

    @Test func aRemoteSignerSigns() async throws {
        let http = Fake(answer: roomAnswer)
        let client = try Client(domain: "demo", partnerID: "1") {
            $0.http = http
            $0.signer = AnySigner { text in text.hasPrefix("partner_id=1&room_id=17&") ? String(repeating: "5", count: 32) : "" }
        }
        _ = try await client.room.info(roomID: 17)
        #expect(try Sent(http.requests[0]).pairs.contains(["sign", String(repeating: "5", count: 32)]))
    }

    @Test func aSharedStoreTellsHowLongToWait() async throws {
        let (time, asked) = (TestClock(), Locked<[String]>([]))
        // Microseconds.
        let answers = Locked<[Int64]>([250_000, 0])
        let client = try client(Fake(answer: roomAnswer), time) {
            $0.storePrefix = "mine"
            $0.store = AnyStore { script, keys, args in
                guard script.contains("redis.call"), !args.isEmpty else { throw Wrong("this is no script") }
                asked.with { $0 += keys }
                return answers.with { $0.removeFirst() }
            }
        }
        _ = try await client.room.info(roomID: 17)
        #expect(time.waits == [250])
        #expect(asked.with { $0 }.allSatisfy { $0.hasPrefix("mine:") })
    }

    @Test func optionsAreThoseOfTheCall() async throws {
        let http = Fake(answer: roomAnswer)
        _ = try await client(http).room.info(roomID: 17, options: CallOptions(extra: ["brand_new": "a b"]))
        #expect(try Sent(http.requests[0]).pairs.contains(["brand_new", "a b"]))
        let cut = Fake({ _ in throw URLError(.networkConnectionLost) })
        _ = try await failure { try await client(cut).room.info(roomID: 17, options: CallOptions(retry: .never)) }
        #expect(cut.requests.count == 1)
    }

    @Test func timesAreTakenInEveryForm() async throws {
        let http = Fake(answer: envelope([:]))
        let client = try client(http)
        let start = Date(timeIntervalSince1970: 1_893_456_000.5)
        for time in [start, 1_893_456_000, "2030-01-01 08:00", "2030-01-01T00:00:00Z"] as [any ServiceTime] {
            _ = try await client.room.create(title: "a", startTime: time, endTime: start)
            #expect(try Sent(http.requests.last!).pairs.contains(["start_time", "1893456000"]), "\(time)")
        }
        #expect(try await failure { try await client.room.create(title: "a", startTime: 1_893_456_000_000, endTime: start) }.kind == .invalidParameters)
        #expect(try await failure { try await client.callPath("/openapi/x", ["a": start.addingTimeInterval(.infinity)]) }.kind == .invalidParameters)
        _ = try await client.callPath("/openapi/x", ["a": start])
        #expect(try Sent(http.requests.last!).pairs.contains(["a", "1893456000"]))
    }

    @Test func timesAreGivenAsDatesToo() throws {
        var room = RoomInfoResult()
        #expect(room.startTimeAsDate == nil)
        room.startTime = "2030-01-01 08:00:00"
        #expect(room.startTimeAsDate == Date(timeIntervalSince1970: 1_893_456_000))
        #expect(Date(service: "2030-01-01") == Date(timeIntervalSince1970: 1_893_456_000 - 8 * 3600))
        #expect(Date(service: 1_893_456_000) == Date(timeIntervalSince1970: 1_893_456_000))
        for none in ["", "0000-00-00 00:00:00", "2030-13-01", "tomorrow", "2030-01-01 25:00"] { #expect(Date(service: none) == nil, "\(none)") }
    }

    @Test func resultsAreValues() throws {
        var room = RoomCreateResult()
        room.roomID = 17
        room.teacherCode = "高\n\"一\""
        let encoded = try JSONEncoder().encode(room)
        #expect(try JSONDecoder().decode(RoomCreateResult.self, from: encoded) == room)
        #expect(try JSONDecoder().decode(RoomCreateResult.self, from: Data(#"{"room_id":17,"new":[1,{"a":null}]}"#.utf8)).roomID == 17)
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(RoomCreateResult.self, from: Data(#"{"room_id":"x"}"#.utf8)) }
        #expect(Set([room, room, RoomCreateResult()]).count == 2)
        #expect(room.json["room_id"] == 17)
        let types: [RoomType] = [.oneToOne, 1, 99]
        #expect(types[0] == types[1] && types[2].rawValue == 99)
    }

    @Test func jsonIsReadAndWritten() throws {
        let text = #"{"b":[1,-2.5,1e30,true,null,"é😀\n\u0007"],"a":{},"id":9223372036854775807}"#
        let json = try JSON(parsing: text)
        #expect(try JSON(parsing: json.text) == json)
        #expect(json["b"]?[5] == "é😀\n\u{7}" && json["id"]?.integer == .max && json["b"]?[1]?.number == -2.5)
        #expect(json.object?.names == ["b", "a", "id"])
        #expect(try JSONDecoder().decode(JSON.self, from: JSONEncoder().encode(json)).isSame(as: json))
        #expect(try JSON(parsing: #""\ud83d\ude00\ud83d""#) == "😀\u{FFFD}")
        for wrong in ["", "{", "[1,]", "{\"a\"}", "nul", "1 2", "\"", "\"\\", "\"\\u12\"", "[1 2]", String(repeating: "[", count: 100_000)] {
            #expect(throws: (any Error).self, "\(wrong.prefix(20))") { try JSON(parsing: wrong) }
        }
    }
}
