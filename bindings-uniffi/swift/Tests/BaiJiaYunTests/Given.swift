import Foundation

@testable import BaiJiaYun

struct NoSuchCall: Error {
    let name: String
}

/// An object that is sent, made of JSON.
protocol GivenObject {
    init(_ given: Given) throws
}

/// Parameters as JSON, from which the generated calls take the types that they need.
final class Given: Sendable {
    private let params: JSON
    private let taken = Locked<Set<String>>([])

    init(_ params: JSON?) {
        self.params = params ?? .object([:])
    }

    /// What no parameter was made of.
    var left: [String] { (params.object?.names ?? []).filter { name in !taken.with { $0.contains(name) } } }

    private func find(_ name: String) -> JSON? {
        taken.with { _ = $0.insert(name) }
        return params[name]
    }

    func may<Value: Readable>(_ name: String) throws -> Value? { try find(name).map { try converted($0) } }
    func may(_ name: String) throws -> UploadFile? { try find(name).flatMap { try file($0) } }
    func may<Object: GivenObject>(_ name: String) throws -> Object? { try find(name).map { try object($0) } }
    func may<Object: GivenObject>(_ name: String) throws -> [Object]? { try find(name)?.array?.map { try object($0) } }
    func mayTime(_ name: String) throws -> (any ServiceTime)? {
        guard let json = find(name) else { return nil }
        if let seconds = json.integer { return seconds }
        return try found(name, json.string)
    }

    private func found<Value>(_ name: String, _ value: Value?) throws -> Value {
        guard let value else { throw Wrong("there is no \(name)") }
        return value
    }

    func need<Value: Readable>(_ name: String) throws -> Value { try found(name, may(name)) }
    func need(_ name: String) throws -> UploadFile { try found(name, may(name)) }
    func need<Object: GivenObject>(_ name: String) throws -> Object { try found(name, may(name)) }
    func need<Object: GivenObject>(_ name: String) throws -> [Object] { try found(name, may(name)) }
    func time(_ name: String) throws -> any ServiceTime { try found(name, mayTime(name)) }

    private func object<Object: GivenObject>(_ json: JSON) throws -> Object {
        let given = Given(json)
        let object = try Object(given)
        if !given.left.isEmpty { throw Wrong("there is no member for \(given.left)") }
        return object
    }

    /// JSON as the type of a parameter, whose vectors write numbers as texts and lists with commas.
    private func converted<Value: Readable>(_ json: JSON) throws -> Value {
        var forms = [json.text]
        if let text = json.string {
            let parts = text.split(separator: ",").map(String.init)
            forms += [text, JSON.array(parts.map { .string($0) }).text, "[\(text)]"]
        } else {
            forms.append(JSON.string(json.text).text)
        }
        if ["1", "\"1\""].contains(json.text) { forms.append("true") }
        if ["0", "\"0\""].contains(json.text) { forms.append("false") }
        for form in forms {
            let value = try? Array(form.utf8).withUnsafeBytes { bytes in
                var reader = MemberReader(bytes)
                let value = try Value(from: &reader)
                try reader.finish()
                return value
            }
            if let value { return value }
        }
        throw Wrong("\(json) is no \(Value.self)")
    }
}
