/// What the service answers with: a value that can be compared, kept and shown. What it left out is nil, or an empty list or map.
///
/// As `Codable` it has the names of the wire. To make one for a test, begin with an empty one: `var room = RoomInfoResult()`.
public protocol ServiceValue: MemberReadable, ParameterValue, Codable, Hashable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    func _members(to out: inout MemberWriter)
}

// One mechanism for all: to have the compiler derive these for each struct took four times as long to compile.
extension ServiceValue {
    public func _write(to out: inout MemberWriter) {
        out.object { _members(to: &$0) }
    }

    private func written(_ form: MemberWriter.Form) -> JSONWriter {
        var out = MemberWriter(form: form)
        _write(to: &out)
        return out.json
    }

    /// It as JSON.
    public var json: JSON {
        (try? written(.object).bytes.withUnsafeBytes { try JSON(parsing: $0) }) ?? .null
    }

    /// What there is, without secrets.
    public var description: String { "\(Self.self)\(written(.shown).text)" }
    public var debugDescription: String { description }

    public var customMirror: Mirror {
        let shown = try? written(.shown).bytes.withUnsafeBytes { try JSON(parsing: $0) }.object
        return Mirror(self, children: (shown ?? [:]).members.map { (label: $0.name, value: $0.value) })
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.written(.object).bytes == right.written(.object).bytes
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(written(.object).bytes)
    }

    public init(from decoder: any Decoder) throws {
        var out = JSONWriter()
        out.json(try JSON(from: decoder))
        do {
            self = try out.bytes.withUnsafeBytes {
                var reader = MemberReader($0)
                return try Self(from: &reader)
            }
        } catch let unfit as MemberReader.Unfit {
            let context = DecodingError.Context(codingPath: decoder.codingPath, debugDescription: unfit.message)
            throw DecodingError.dataCorrupted(context)
        }
    }

    public func encode(to encoder: any Encoder) throws {
        try json.encode(to: encoder)
    }
}

/// A number that is one of some listed ones, or another one that the service knows: `.small` or `2`.
public protocol ListedNumber: RawRepresentable, Hashable, Codable, Readable, ParameterValue, ExpressibleByIntegerLiteral,
    CustomStringConvertible
where RawValue == Int64 {
    init(rawValue: Int64)
}

extension ListedNumber {
    public init(integerLiteral value: Int64) { self.init(rawValue: value) }
    public init(from reader: inout MemberReader) throws { self.init(rawValue: try Int64(from: &reader)) }
    public func _write(to out: inout MemberWriter) { rawValue._write(to: &out) }
    public var description: String { String(rawValue) }
}

/// A text that is one of some listed ones, or another one that the service knows: `.start` or `"start"`.
public protocol ListedText: RawRepresentable, Hashable, Codable, Readable, ParameterValue, ExpressibleByStringLiteral,
    CustomStringConvertible
where RawValue == String {
    init(rawValue: String)
}

extension ListedText {
    public init(stringLiteral value: String) { self.init(rawValue: value) }
    public init(from reader: inout MemberReader) throws { self.init(rawValue: try String(from: &reader)) }
    public func _write(to out: inout MemberWriter) { rawValue._write(to: &out) }
    public var description: String { rawValue }
}
