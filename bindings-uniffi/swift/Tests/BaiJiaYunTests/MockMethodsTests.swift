import BaiJiaYunMock
import Foundation
import Testing

@testable import BaiJiaYun

/// What tests ask of the mock, with the names that npm's `baijiayun-mock` has.
@Suite(.enabled(if: Mock.isThere), .timeLimit(.minutes(2))) struct MockMethodsTests {
    private func client(_ mock: Mock) throws -> Client {
        try mock.client { $0.attempts = 1 }
    }

    private func create(_ client: Client, _ title: String = "第一课") async throws -> Int64 {
        try await client.room.create(title: title, startTime: 1_893_456_000, endTime: 1_893_459_600).roomID
    }

    private func refusal(_ work: () async throws -> Void) async -> String? {
        do {
            try await work()
            return nil
        } catch {
            return (error as? MockError)?.description
        }
    }

    @Test func whatCameCanBeLookedAt() async throws {
        let mock = try Mock()
        let client = try client(mock)
        let id = try await create(client, "数学课")
        try await client.room.delete(roomID: id)
        _ = try await failure { try await client.room.info(roomID: id) }
        let received = try await mock.received()
        #expect(received.map(\.verdict) == [.accepted, .accepted, .refused])
        #expect(received[0].operation == "room.create" && received[0].params["title"] == "数学课" && received[0].params["sign"] == nil)
        #expect(received[2].code == 3002 && received[2].msg?.isEmpty == false)
        var dumped = ""
        dump(received[0], to: &dumped)
        #expect(!"\(received[0])\(dumped)".contains("数学课"))
        try await mock.forget()
        #expect(try await mock.received().isEmpty)
    }

    @Test func operationsAnswerWhatTheyAreGiven() async throws {
        let mock = try Mock()
        let client = try client(mock)
        try await mock.answers(["room.list": [["status": 502, "body": "<html>"], [:]]])
        #expect(try await failure { try await client.room.list().page() }.status == 502)
        #expect(try await client.room.list().page().total == 0)
        try await mock.answers(["room.list": ["data": ["list": [], "total": 7]]])
        #expect(try await client.room.list().page().total == 7)
        try await mock.answers(nil)
        #expect(try await client.room.list().page().total == 0)
        #expect(await refusal { try await mock.answers(["room.lsit": [:]]) }?.contains("room.list") == true)
    }

    @Test func itMisbehavesWhenTold() async throws {
        let mock = try Mock()
        let client = try client(mock)
        try await mock.misbehave(errorsEvery: 2)
        _ = try await client.room.list().page()
        #expect(try await failure { try await client.room.list().page() }.status == 503)
        try await mock.misbehave(dropsEvery: 1)
        #expect(try await failure { try await client.room.list().page() }.kind == .transport)
        try await mock.misbehave(throttlesEvery: 1, throttlesWith200: true)
        #expect(try await failure { try await client.room.list().page() }.kind == .throttled)
        try await mock.misbehave(latency: .seconds(3600))
        let short = CallOptions(attemptTimeout: .milliseconds(50))
        #expect(try await failure { try await client.room.list(options: short).page() }.kind == .timeout)
        try await mock.misbehave()
        _ = try await client.room.list().page()
        #expect(await refusal { try await mock.misbehave(errorsEvery: -1) }?.contains("errors_every") == true)
    }

    @Test func theClockGoesForward() async throws {
        let mock = try Mock()
        let before = try await mock.now()
        try await mock.advance(.seconds(3600))
        let gone = try await mock.now().timeIntervalSince(before)
        #expect(gone >= 3600 && gone < 3660)
        #expect(await refusal { try await mock.advance(.seconds(-1)) }?.contains("advance") == true)
    }

    @Test func aCallbackIsPostedAndAgainIfItIsNotTaken() async throws {
        let (mock, bodies) = (try Mock(), Locked<[String]>([]))
        let client = try client(mock)
        let server = try Server { exchange in
            let body = String(decoding: exchange.body(), as: UTF8.self)
            let count = bodies.with { bodies in
                bodies.append(body)
                return bodies.count
            }
            exchange.answer(Data(callbackSuccess.utf8), status: count < 3 ? "500 Internal Server Error" : "200 OK")
        }
        _ = try await client.liveAccount.setClassCallbackURL(url: server.url)
        let id = try await create(client)
        let first = try await mock.trigger(.classEvent, ["op": "start", "room_id": .integer(id)])
        #expect(first.answer?.status == 500 && first.attempt == 1 && !first.taken)
        try await mock.advance(.seconds(4))
        let posted = try await mock.posted()
        #expect(posted.map(\.attempt) == [1, 2, 3] && posted.map(\.taken) == [false, false, true])
        #expect(bodies.with { $0 } == posted.map(\.body))
        let callback = try client.callbacks.parse(Data(first.body.utf8), contentType: first.contentType)
        guard case .classEvent(let event) = callback.event else { throw Wrong("another callback") }
        #expect(event.roomID == id && event.op == "start")
        try await mock.forget()
        #expect(try await mock.posted().isEmpty)
    }

    @Test func aCallbackThatNobodyTakesAndOneWithoutAnAddress() async throws {
        let mock = try Mock()
        let client = try client(mock)
        let made = try await mock.trigger(.classEvent, ["op": "end"])
        #expect(made.url.isEmpty && made.answer == nil && made.error == nil && made.at == nil)
        #expect(try client.callbacks.parse(Data(made.body.utf8), contentType: made.contentType).name == .classEvent)
        var dumped = ""
        dump(made, to: &dumped)
        #expect(!dumped.contains("sign=") && !"\(made)".contains("sign="))
        // Nobody listens there.
        _ = try await client.liveAccount.setClassCallbackURL(url: "http://127.0.0.1:1/")
        let lost = try await mock.trigger(.classEvent)
        #expect(lost.answer == nil && lost.error != nil)
        #expect(await refusal { _ = try await mock.trigger("class_evnt") }?.contains("class_evnt") == true)
    }

    @Test func oneThatDoesNotStart() async throws {
        #expect(throws: MockError.self) { try Mock("--no-such-option") }
    }
}
