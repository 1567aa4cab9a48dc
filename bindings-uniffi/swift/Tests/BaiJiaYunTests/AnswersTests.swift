import Foundation
import Testing

@testable import BaiJiaYun

/// What comes of answers: every one that the documents print, and its variants as PHP writes them.
@Suite struct AnswersTests {
    @Test func callsByNameGiveTheDataOrTheErrorOfTheVectors() async throws {
        for vector in try vectors("answers") {
            let (name, operation) = (try vector.text("name"), try vector.text("operation"))
            let client = try client(of: .object([:]), Fake(answer: response(vector.text("body"), status: Int(vector.text("status"))!)))
            do {
                let answer = try await client.call(operation, parameters(required[operation]), options: CallOptions(retry: .never))
                #expect(vector["data"]?.isSame(as: answer.data) == true, "\(name): \(answer.data)")
            } catch let error as BaiJiaYunError {
                let want = vector["error"]
                #expect(error.kind.rawValue == want?.may("kind"), "\(name)")
                #expect(error.code.map { "\($0)" } == want?.may("code"), "\(name)")
                if let msg = want?.may("msg") { #expect(error.message == msg, "\(name)") }
                #expect(try error.body ?? "" == vector.text("body"), "\(name)")
            }
        }
    }

    @Test func typedDataLoseNothingThatIsDescribed() async throws {
        let shapes = try Self.shapes
        for vector in try vectors("answers") where vector["data"] != nil {
            let (name, operation) = (try vector.text("name"), try vector.text("operation"))
            let answer = try response(vector.text("body"), status: Int(vector.text("status"))!)
            let client = try client(of: .object([:]), Fake(answer: answer))
            let typed: JSON
            do {
                typed = try await client.byName(operation, Given(required[operation]))
            } catch let error as BaiJiaYunError {
                // A walk through the pages needs rows where they are counted.
                #expect(error.message.contains("but has no list"), "\(name): \(error)")
                continue
            }
            guard let shape = shapes[operation], shape.may("type") != "null" else {
                #expect(typed == .null, "\(name)")
                continue
            }
            // The same data without what departs from the description.
            var params = MemberWriter()
            params.parameters(try parameters(required[operation]))
            let straight: JSON = try await client.runner.run(Asked(operation, params, nil)).data() ?? .null
            #expect(lost(shape, straight, typed, "data") == [], "\(name)")
        }
    }

    @Test func answersThatAreNotQuiteJSONArrive() async throws {
        for vector in try vectors("unruly") {
            let (name, operation) = (try vector.text("name"), try vector.text("operation"))
            let body: Data
            if let hex = vector.may("body_hex") {
                body = Data(stride(from: 0, to: hex.count, by: 2).map { place in
                    UInt8(hex.dropFirst(place).prefix(2), radix: 16)!
                })
            } else {
                body = Data(try vector.text("body").utf8)
            }
            let client = try client(of: .object([:]), Fake(answer: HTTPResponse(status: 200, body: body)))
            var params = MemberWriter()
            params.parameters(try parameters(required[operation]))
            let data: JSON? = try await client.runner.run(Asked(operation, params, nil)).data()
            #expect(data.map { vector["data"]!.isSame(as: $0) } == true, "\(name): \(data ?? .null)")
            // Typed, and as plain JSON with all that came: neither stumbles.
            _ = try await client.byName(operation, Given(required[operation]))
            _ = try await client.call(operation, parameters(required[operation]))
        }
    }

    @Test func everyOperationHasAnAnswer() throws {
        let answered = Set(try vectors("answers").filter { $0["data"] != nil }.map { try $0.text("operation") })
        #expect(answered == Set(Client.operations.map(\.name)))
        #expect(answered.count == 287)
    }

    /// The shape of each operation's data.
    static var shapes: [String: JSON] {
        get throws {
            var shapes: [String: JSON] = [:]
            for resource in try jsonFile("api/generated/description.json")["resources"]?.array ?? [] {
                for (method, operation) in resource["operations"]?.object?.members ?? [] {
                    shapes["\(try resource.text("resource")).\(method)"] = operation["response"]
                }
            }
            return shapes
        }
    }

    /// What the shape describes and the data have, and is not in the typed value, or is something else.
    private func lost(_ shape: JSON, _ straight: JSON, _ typed: JSON, _ place: String) -> [String] {
        let item = shape["items"] ?? shape["values"] ?? ["type": "any"]
        if let fields = shape["fields"]?.object, !fields.isEmpty, let inner = straight.object, let typed = typed.object {
            return fields.members.flatMap { wire, field -> [String] in
                guard let value = inner[wire] else { return [] }
                return lost(field, value, typed[wire] ?? .null, "\(place).\(wire)")
            }
        }
        if shape.may("type") == "array", let straight = straight.array, let typed = typed.array, straight.count == typed.count {
            return zip(straight, typed).flatMap { lost(item, $0, $1, "\(place)[]") }
        }
        if shape.may("type") == "map", let straight = straight.object, let typed = typed.object {
            return straight.members.flatMap { lost(item, $0.value, typed[$0.name] ?? .null, "\(place).\($0.name)") }
        }
        return straight.isSame(as: typed) ? [] : ["\(place): \(straight) became \(typed)"]
    }
}
