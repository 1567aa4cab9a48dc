import Foundation

@testable import BaiJiaYun

/// The repository.
let root = URL(fileURLWithPath: #filePath).pathComponents.dropLast(5).reduce(URL(fileURLWithPath: "/")) { $0.appendingPathComponent($1) }

let key = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg=="

/// The shared vectors of that name.
func vectors(_ name: String) throws -> [JSON] {
    try jsonFile("tests/vectors/\(name).json").array ?? []
}

func jsonFile(_ path: String) throws -> JSON {
    try Data(contentsOf: root.appendingPathComponent(path)).withUnsafeBytes { try JSON(parsing: $0) }
}

/// Something that a vector lacks, or that it says otherwise.
struct Wrong: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension JSON {
    /// The text or the number of that name, as a text.
    func text(_ name: String) throws -> String {
        guard let text = may(name) else { throw Wrong("there is no \(name)") }
        return text
    }

    func may(_ name: String) -> String? {
        switch self[name] {
        case .string(let text): text
        case .integer, .number, .bool: self[name]?.text
        default: nil
        }
    }

    /// Numbers compared by value, and members in any order.
    func isSame(as other: JSON) -> Bool {
        switch (self, other) {
        case (.object(let left), .object(let right)):
            left.members.count == right.members.count && left.members.allSatisfy { right[$0.name]?.isSame(as: $0.value) == true }
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.isSame(as: $1) }
        default: self == other || number != nil && number == other.number
        }
    }
}

/// Any value as JSON, with the names of the wire.
func json(_ value: some ParameterValue) throws -> JSON {
    var out = MemberWriter(form: .object)
    value._write(to: &out)
    return try JSON(parsing: out.json.text)
}

func file(_ value: JSON) throws -> UploadFile? {
    guard let described = value["file"], described.object != nil else { return nil }
    return try UploadFile(Data(repeating: 120, count: Int(described["size"]?.integer ?? 0)), name: described.text("name"))
}

/// Parameters of a vector, with files in place of their descriptions.
func parameters(_ params: JSON?) throws -> [String: any ParameterValue] {
    var given: [String: any ParameterValue] = [:]
    for (name, value) in params?.object?.members ?? [] { given[name] = try file(value) ?? value }
    return given
}

/// The parameters that each operation requires.
let required: [String: JSON] = {
    let named = try! vectors("requests").filter { try $0.text("name").contains("required") }
    return Dictionary(named.map { (try! $0.text("operation"), $0["params"]!) }) { first, _ in first }
}()

/// A client for a vector: of its account, at its time, without limits.
func client(of vector: JSON, _ http: any HTTPExecutor) throws -> Client {
    let account = vector["account"]
    let now = vector["timestamp"]?.integer ?? 1_501_572_288
    return try Client(
        domain: account?.may("domain") ?? "school", partnerID: account?.may("partner_id") ?? "12345678",
        partnerKey: account?.may("partner_key") ?? key
    ) {
        $0.http = http
        $0.quota = Quota.none
        $0.operationQuota = false
        $0.clock = HostClock(unix: { now }, sleep: { _ in })
    }
}

/// The pairs of a form or query, in order.
func pairs(_ text: some StringProtocol) -> [[String]] {
    var pairs: [[String]] = []
    for pair in String(text).components(separatedBy: "&") where !pair.isEmpty {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        pairs.append(parts.map { part in part.replacing("+", with: " ").removingPercentEncoding ?? part })
    }
    return pairs.sorted { $0.lexicographicallyPrecedes($1) }
}

/// A request as the vectors describe it.
struct Sent: Equatable {
    var method = ""
    var url = ""
    var encoding = ""
    var pairs: [[String]] = []
    var files: [[String]] = []

    /// What a vector expects.
    init(expected vector: JSON) throws {
        guard let expect = vector["expect"] else { throw Wrong("there is no expect") }
        method = try expect.text("method")
        url = try expect.text("url")
        encoding = try expect.text("encoding")
        pairs = (expect["pairs"]?.array ?? []).map { $0.array?.compactMap(\.string) ?? [] }.sorted { $0.lexicographicallyPrecedes($1) }
        files = try (expect["files"]?.array ?? []).map { try [$0.text("name"), $0.text("file"), $0.text("size")] }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    init(_ request: HTTPRequest) throws {
        method = request.method
        url = request.url
        let whole = try request.body?.data()
        guard whole.map({ Int64($0.count) }) == request.body?.length else { throw Wrong("the length of the body is wrong") }
        let type = request.headers["content-type"] ?? ""
        guard let whole else {
            encoding = "query"
            let parts = request.url.split(separator: "?", maxSplits: 1)
            url = String(parts[0])
            pairs = parts.count > 1 ? BaiJiaYunTests.pairs(parts[1]) : []
            return
        }
        guard type.hasPrefix("multipart/") else {
            encoding = "form"
            pairs = BaiJiaYunTests.pairs(String(decoding: whole, as: UTF8.self))
            return
        }
        encoding = "multipart"
        let boundary = "--" + type.components(separatedBy: "boundary=")[1]
        // Files of the vectors are letters.
        let text = String(decoding: whole, as: UTF8.self)
        guard text.hasSuffix("\(boundary)--\r\n") else { throw Wrong("it does not end with its boundary") }
        for part in text.components(separatedBy: boundary).dropFirst().dropLast() {
            let halves = part.components(separatedBy: "\r\n\r\n")
            let content = String(halves.dropFirst().joined(separator: "\r\n\r\n").dropLast())
            func named(_ name: String) -> String? {
                let rest = halves[0].components(separatedBy: " \(name)=\"")
                return rest.count > 1 ? rest[1].components(separatedBy: "\"")[0] : nil
            }
            if let file = named("filename") {
                files.append([named("name")!, file, "\(content.utf8.count)"])
            } else {
                pairs.append([named("name")!, content])
            }
        }
        pairs.sort { $0.lexicographicallyPrecedes($1) }
        files.sort { $0.lexicographicallyPrecedes($1) }
    }

    func without(_ names: String...) -> Sent {
        var sent = self
        sent.pairs.removeAll { names.contains($0[0]) }
        return sent
    }
}
