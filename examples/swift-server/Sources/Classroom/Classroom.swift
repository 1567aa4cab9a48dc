import BaiJiaYun
import Foundation

/// What the server does, whatever brings it its requests: makes rooms, and hears when classes begin and end.
public final class Classroom: Sendable {
    private let client: Client
    private let log: Log

    public init(client: Client) {
        self.client = client
        log = Log()
    }

    public func respond(to request: Request) async -> Response {
        switch (request.method, request.path) {
        case ("POST", "/rooms"): await makeRoom(request)
        case ("POST", "/callbacks"): await hear(request)
        case ("GET", "/events"): .json(200, .array(await log.events.map { .string($0) }))
        default: .json(404, ["error": "there is no such page"])
        }
    }

    /// `{"title":"高一数学","teacher":"王老师"}` gives a room of an hour from now on, with the link by which the teacher enters.
    private func makeRoom(_ request: Request) async -> Response {
        guard let asked = try? JSON(parsing: String(decoding: request.body, as: UTF8.self)), let title = asked["title"]?.string,
            let teacher = asked["teacher"]?.string
        else { return .json(400, ["error": "title and teacher are needed"]) }
        do {
            let start = Date.now.addingTimeInterval(60)
            let room = try await client.room.create(title: title, startTime: start, endTime: start.addingTimeInterval(3600), maxUsers: 100)
            let link = try await client.links.enterRoom(
                roomID: room.roomID, userNumber: "1", userName: teacher, userRole: .teacher)
            return .json(200, ["room_id": .integer(room.roomID), "student_code": .string(room.studentCode), "link": .string(link)])
        } catch let error as BaiJiaYunError where error.kind == .invalidParameters {
            return .json(400, ["error": .string(error.message)])
        } catch {
            // For the log, not for the caller.
            FileHandle.standardError.write(Data("\(error)\n".utf8))
            return .json(502, ["error": "the room could not be made"])
        }
    }

    /// A callback: checked, taken once, answered at once.
    private func hear(_ request: Request) async -> Response {
        let callback: Callback
        do {
            callback = try client.callbacks.parse(request.body, contentType: request.contentType)
        } catch {
            return Response(status: 401, body: callbackFailure("not signed by this account"))
        }
        guard (try? await client.callbacks.claim(callback)) == true else { return Response(status: 200, body: callbackSuccess) }
        switch callback.event {
        case .classEvent(let event): await log.add("room \(event.roomID): \(event.op)")
        case .transcode(let video): await log.add("video \(video.videoID): \(video.status)")
        default: await log.add(callback.name?.rawValue ?? "an unknown callback")
        }
        return Response(status: 200, body: callbackSuccess)
    }
}

/// What was heard. A real server would put it into a queue.
private actor Log {
    private(set) var events: [String] = []

    func add(_ event: String) {
        events.append(event)
    }
}

public struct Request: Sendable {
    public var method: String
    public var path: String
    public var contentType: String?
    public var body: Data

    public init(method: String, path: String, contentType: String? = nil, body: Data = Data()) {
        self.method = method
        self.path = path
        self.contentType = contentType
        self.body = body
    }
}

public struct Response: Sendable {
    public var status: Int
    public var body: String

    public init(status: Int, body: String) {
        self.status = status
        self.body = body
    }

    static func json(_ status: Int, _ body: JSON) -> Response {
        Response(status: status, body: body.text)
    }
}
