import BaiJiaYun
import Classroom
import Foundation
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// `bjy mock`, the double of the service: its address and account.
final class Mock: @unchecked Sendable {
    private let process = Process()
    let client: Client

    /// What `BJY` names, or the first on the PATH.
    static var program: String? {
        let environment = ProcessInfo.processInfo.environment
        let places = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/bjy" }
        return environment["BJY"] ?? places.first(where: FileManager.default.isExecutableFile)
    }

    init() throws {
        process.executableURL = URL(fileURLWithPath: Mock.program ?? "bjy")
        process.arguments = ["mock", "--json", "--port", "0"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([10]), !byte.isEmpty { line.append(byte) }
        let about = try JSON(parsing: String(decoding: line, as: UTF8.self))
        client = try Client(
            domain: about["url"]?.string ?? "", partnerID: about["partner_id"]?.string ?? "", partnerKey: about["partner_key"]?.string)
    }

    func stop() {
        // A process that is begun on a thread of Swift's has its signals blocked, but for this one.
        kill(process.processIdentifier, SIGKILL)
    }
}

@Suite(.enabled(if: Mock.program != nil)) struct ClassroomTests {
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
        let classroom = Classroom(client: mock.client)
        let server = try SocketServer(port: 0) { await classroom.respond(to: $0) }
        defer {
            server.stop()
            mock.stop()
        }

        let made = try await send(server, "POST", "/rooms", #"{"title":"高一数学","teacher":"王老师"}"#)
        #expect(made.status == 200)
        let id = try #require(made.body["room_id"]?.integer)
        #expect(made.body["link"]?.string?.contains("user_role=1") == true)
        #expect(try await mock.client.room.info(roomID: id).title == "高一数学")

        let post = try mock.client.callbacks.signed(
            .classEvent, ["room_id": .integer(id), "op": "start", "op_time": "2030-01-01 08:00:00"])
        for _ in 0..<2 {
            let heard = try await send(server, "POST", "/callbacks", post.body, post.contentType)
            #expect(heard.status == 200 && heard.body["code"] == 0)
        }
        #expect(try await send(server, "GET", "/events").body == .array([.string("room \(id): start")]))

        let forged = try await send(server, "POST", "/callbacks", post.body + "0", post.contentType)
        #expect(forged.status == 401 && forged.body["code"] == 1)
        #expect(try await send(server, "POST", "/rooms", "{}").status == 400)
        #expect(try await send(server, "GET", "/nothing").status == 404)
    }
}
