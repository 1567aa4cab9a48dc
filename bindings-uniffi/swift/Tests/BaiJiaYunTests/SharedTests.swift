import Foundation
import Testing

@testable import BaiJiaYun

/// Vectors of what the engine does for all languages alike.
@Suite struct SharedTests {
    @Test func callbacksAreSignedForTests() throws {
        // What the host has to say is said here: an id, a time, an object.
        let ours: Set<String> = ["no id", "no time", "no object", "no data"]
        for vector in try vectors("posts") where try !ours.contains(vector.text("name")) {
            let name = try vector.text("name")
            let callbacks = try Client(domain: "demo", partnerID: "12345678", partnerKey: vector.may("key") ?? key).callbacks
            let asked = vector["asked"]!
            let sign = {
                try callbacks.signed(
                    asked.may("name").map(CallbackName.init), asked["data"] ?? [:], json: asked["json"]?.bool, qid: asked.may("qid"),
                    timestamp: asked["timestamp"]?.integer)
            }
            if let kind = vector.may("error") {
                do {
                    _ = try sign()
                    Issue.record("\(name): it was signed")
                } catch let error as BaiJiaYunError {
                    #expect(error.kind.rawValue == kind, "\(name)")
                }
                continue
            }
            let (post, want) = (try sign(), vector["expect"]!)
            #expect(post.contentType == want.may("content_type"), "\(name)")
            if let posted = want["posted"]?.array {
                #expect(pairs(post.body) == posted.map { $0.array!.compactMap(\.string) }.sorted { $0.lexicographicallyPrecedes($1) }, "\(name)")
            } else {
                #expect(try JSON(parsing: post.body).isSame(as: want["posted"]!), "\(name)")
            }
        }
        let callbacks = try Client(domain: "demo", partnerID: "12345678", partnerKey: key).callbacks
        let post = try callbacks.signed(.classEvent, ["room_id": 17, "op": "start", "op_time": "2030-01-01 08:00:00"])
        let callback = try callbacks.parse(post.body.utf8, contentType: post.contentType)
        guard case .classEvent(let event) = callback.event else { throw Wrong("\(callback)") }
        #expect(event.roomID == 17 && event.op == .start && !callback.qid.isEmpty)
    }

    #if os(Linux)
    @Test func theAccountIsFoundWherePeopleKeepIt() throws {
        for vector in try vectors("configuration") {
            let name = try vector.text("name")
            let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
            defer { try? FileManager.default.removeItem(at: folder) }
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for (path, content) in vector["files"]?.object?.members ?? [] {
                let url = folder.appendingPathComponent(path)
                try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(content.string!.utf8).write(to: url)
            }
            var environment: JSONObject = ["HOME": .string(folder.path), "XDG_CONFIG_HOME": .string("\(folder.path)/user")]
            for (name, value) in vector["environment"]?.object?.members ?? [] { environment[name] = value }
            let found = try Client.configuration([
                "given": vector["given"] ?? [:], "environment": .object(environment), "folder": .string(folder.path),
                "needs_key": vector["needs_key"] ?? true,
            ])
            if let want = vector["error"] {
                #expect(found["error"]?["kind"] == want["kind"], "\(name)")
                #expect(try found["error"]?.may("message")?.contains(want.text("message")) == true, "\(name): \(found)")
                #expect(try !found.text.contains(want.text("hidden")), "\(name)")
                continue
            }
            for (member, value) in vector["found"]?.object?.members ?? [] {
                #expect(found[member]?.isSame(as: value) == true, "\(name): \(member)")
            }
        }
    }
    #endif
}
