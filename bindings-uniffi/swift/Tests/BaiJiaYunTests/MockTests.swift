import BaiJiaYunMock
import Foundation
import Testing

@testable import BaiJiaYun

/// End to end, over HTTP, against `bjy mock`, which checks signatures and parameters as the service does.
@Suite(.enabled(if: Mock.isThere), .timeLimit(.minutes(3))) struct MockTests {
    private let start = Date().addingTimeInterval(86_400)

    private func lesson(_ client: Client, _ title: String = "第一课", day: Double = 0) async throws -> RoomCreateResult {
        let begin = start.addingTimeInterval(day * 86_400)
        return try await client.room.create(title: title, startTime: begin, endTime: begin.addingTimeInterval(3600), type: 2)
    }

    /// For this client a second lasts 20 milliseconds.
    private func hasty(_ settings: inout Settings) {
        settings.clock = HostClock(
            ticks: { DispatchTime.now().uptimeNanoseconds / 20_000 }, sleep: { try await Task.sleep(for: .microseconds($0 * 20)) })
        settings.quota = Quota.none
        settings.operationQuota = false
    }

    @Test func everyOperation() async throws {
        let mock = try Mock()
        // Within the limits, which the mock keeps too.
        let client = try mock.client()
        // The file of an upload goes to an address of the vendor's, not to the service.
        for (name, _) in Client.operations where name != "video.upload_file" {
            do {
                _ = try await client.byName(name, Given(required[name]))
            } catch let error as BaiJiaYunError {
                // The mock knows the rooms and videos that were made, and not those of the vectors.
                let refusals: Set<ErrorKind> = [.roomNotFound, .videoNotFound, .roomDeleted, .general, .service, .parameterRejected, .notEnvelope]
                #expect(refusals.contains(error.kind), "\(name): \(error)")
            }
        }
    }

    @Test func aLesson() async throws {
        let mock = try Mock()
        let client = try mock.client()
        let room = try await lesson(client)
        #expect(!room.studentCode.isEmpty)
        #expect(try await client.room.info(roomID: room.roomID).title == "第一课")
        try await client.room.update(roomID: room.roomID, title: "第二课 A&B=1+2%41")
        var titles: [String] = []
        for try await row in client.room.list(limit: 1) { titles.append(row.title) }
        #expect(titles == ["第二课 A&B=1+2%41"])
        try await client.room.delete(roomID: room.roomID)
        #expect(try await failure { try await client.room.info(roomID: room.roomID) }.code == 3002)
        let error = try await failure { try await client.room.info(roomID: 1) }
        #expect(error.kind == .roomNotFound && error.operation == "room.info")
    }

    @Test func aLongList() async throws {
        let mock = try Mock()
        let client = try mock.client()
        for day in 0..<12 { _ = try await lesson(client, "课 \(day)", day: Double(day)) }
        var titles: [String] = []
        for try await row in client.room.list(limit: 5) { titles.append(row.title) }
        #expect(Set(titles) == Set((0..<12).map { "课 \($0)" }) && titles.count == 12)
    }

    @Test func aThousandCallsAtOnceWithFaultsNoneLostNoneDoubled() async throws {
        // What was carried out, by title. The mock keeps the service's limits, and this does not.
        let (count, carriedOut) = (Locked(0), Locked<[String]>([]))
        let server = try Server { exchange in
            let number = count.with { count in
                count += 1
                return count
            }
            let form = pairs(String(decoding: exchange.body(), as: UTF8.self))
            if number % 37 == 0 { return exchange.answer(Data(), status: "429 Too Many Requests") }
            if number % 51 == 0 { return exchange.answer(Data("<html>".utf8), status: "503 Service Unavailable") }
            carriedOut.with { $0.append(form.first { $0[0] == "title" }![1]) }
            exchange.answer(Data(#"{"code":0,"data":{"room_id":\#(number)},"msg":"","ts":1}"#.utf8))
        }
        let client = try Client(domain: server.url, partnerID: "1", partnerKey: key) {
            hasty(&$0)
            $0.deadline = .seconds(86_400)
        }
        // By title, those that were made and those that were refused. (There is a budget for attempts.)
        let outcomes = try await withThrowingTaskGroup(of: (String, Int64?).self) { group in
            for number in 0..<1000 {
                group.addTask {
                    let title = "课 \(number)"
                    do {
                        let made = try await client.room.create(title: title, startTime: start, endTime: start.addingTimeInterval(3600))
                        return (title, made.roomID)
                    } catch let error as BaiJiaYunError where [.httpStatus, .throttled].contains(error.kind) {
                        return (title, nil)
                    } catch let error as BaiJiaYunError where error.kind == .transport {
                        // A connection that breaks under this load: it says itself that nobody knows.
                        return (title, -1)
                    }
                }
            }
            return try await group.reduce(into: [(String, Int64?)]()) { $0.append($1) }
        }
        let unknown = Set(outcomes.filter { $0.1 == -1 }.map(\.0))
        let made = outcomes.filter { ($0.1 ?? -1) >= 0 }
        #expect(outcomes.count == 1000 && Set(made.map(\.1)).count == made.count && made.count > 800)
        let titles = carriedOut.with { $0 }
        #expect(Set(titles).count == titles.count, "none is doubled")
        #expect(Set(titles).subtracting(unknown) == Set(made.map(\.0)), "none is lost")
        #expect(client.runner.core.calls == 0)
    }

    @Test func aWrongKey() async throws {
        let mock = try Mock()
        let client = try Client(domain: mock.url, partnerID: mock.partnerID, partnerKey: "another key")
        let error = try await failure { try await client.room.list().page() }
        #expect(error.code == 1002 && error.kind == .signatureRejected && error.text.contains("partner_key"))
    }

    @Test(arguments: ["--errors-every", "--drops-every", "--throttles-every", "--html-every"])
    func aServiceThatFailsEveryOtherTime(option: String) async throws {
        let mock = try Mock(option, "2")
        let client = try mock.client(configure: hasty)
        var attempts = 0
        for _ in 0..<4 {
            let details = Details()
            _ = try await client.room.list(options: CallOptions(attempts: 5, details: details)).page()
            attempts += details.trace?.attempts ?? 0
        }
        #expect(attempts > 4)
    }

    @Test func whatChangesSomethingIsNotRepeated() async throws {
        let mock = try Mock("--drops-every", "1")
        let client = try mock.client()
        let error = try await failure { try await lesson(client) }
        #expect(error.kind == .transport && error.trace?.attempts == 1, "\(error)")
    }

    @Test func looseTypes() async throws {
        let mock = try Mock("--php-loose")
        let client = try mock.client()
        let room = try await lesson(client)
        #expect(try await client.room.info(roomID: room.roomID).roomID == room.roomID)
    }

    @Test func aVideoGoesOnWhereItBrokeOff() async throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).mp4")
        try Data((0..<2_000_000).map { UInt8(truncatingIfNeeded: $0) }).write(to: url)
        defer { try? FileManager.default.removeItem(at: url) }
        let mock = try Mock("--uploads-break-at", "700000")
        let client = try mock.client(configure: hasty)
        let told = Locked<[Int64]>([])
        let file = try UploadFile(url) { bytes, _ in told.with { $0.append(bytes) } }
        let video = try await client.video.upload(file, definition: [16, 1])
        #expect(video.videoID > 0 && video.resumes >= 1)
        let progress = told.with { $0 }
        #expect(progress == Array(Set(progress)).sorted() && progress.last == 2_000_000)
    }
}
