import BaiJiaYun
import BaiJiaYunMock
import Classroom
import Foundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@Suite(.enabled(if: Mock.isThere)) struct ClassroomTests {
    private func send(_ server: SocketServer, _ method: String, _ path: String, _ body: String? = nil, _ type: String = "application/json")
        async throws -> (status: Int, body: JSON)
    {
        var request = URLRequest(url: URL(string: "http://127.0.0.1:\(server.port)\(path)")!)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        request.setValue(type, forHTTPHeaderField: "content-type")
        let (data, response) = try await URLSession.shared.data(for: request)
        return ((response as? HTTPURLResponse)?.statusCode ?? 0, try JSON(parsing: String(decoding: data, as: UTF8.self)))
    }

    @Test func aRoomIsMadeAndItsClassIsHeardOnce() async throws {
        let mock = try Mock()
        let client = try mock.client()
        let classroom = Classroom(client: client)
        let server = try SocketServer(port: 0) { await classroom.respond(to: $0) }
        defer { server.stop() }

        let made = try await send(server, "POST", "/rooms", #"{"title":"高一数学","teacher":"王老师"}"#)
        #expect(made.status == 200)
        let id = try #require(made.body["room_id"]?.integer)
        #expect(made.body["link"]?.string?.contains("user_role=1") == true)
        #expect(try await client.room.info(roomID: id).title == "高一数学")

        // The mock posts it as the service would.
        _ = try await client.liveAccount.setClassCallbackURL(url: "http://127.0.0.1:\(server.port)/callbacks")
        let posted = try await mock.trigger(.classEvent, ["room_id": .integer(id), "op": "start"])
        #expect(posted.taken)
        #expect(try await send(server, "GET", "/events").body == .array([.string("room \(id): start")]))

        let post = try client.callbacks.signed(
            .classEvent, ["room_id": .integer(id), "op": "end", "op_time": "2030-01-01 08:00:00"])
        for _ in 0..<2 {
            let heard = try await send(server, "POST", "/callbacks", post.body, post.contentType)
            #expect(heard.status == 200 && heard.body["code"] == 0)
        }
        #expect(try await send(server, "GET", "/events").body == ["room \(id): start", "room \(id): end"])

        let forged = try await send(server, "POST", "/callbacks", post.body + "0", post.contentType)
        #expect(forged.status == 401 && forged.body["code"] == 1)
        #expect(try await send(server, "POST", "/rooms", "{}").status == 400)
        #expect(try await send(server, "GET", "/nothing").status == 404)
    }
}
