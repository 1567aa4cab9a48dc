#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Reads JSON in its place, without values in between. The engine has straightened what it reads.
///
/// It is public because the generated structs are; it is nothing to use.
public struct MemberReader {
    private var at: UnsafePointer<UInt8>
    private let end: UnsafePointer<UInt8>
    private var depth = 0

    /// The engine refuses answers that are as deep.
    private static let deepest = 512

    init(_ bytes: UnsafeRawBufferPointer) {
        at = bytes.isEmpty ? UnsafePointer(bitPattern: 1)! : bytes.baseAddress!.assumingMemoryBound(to: UInt8.self)
        end = at + bytes.count
    }

    /// What is not as it is described.
    struct Unfit: Error {
        var message: String
    }

    private func unfit(_ expected: String) -> Unfit {
        Unfit(message: at < end ? "\(expected) is expected, and something else came" : "it ends too early")
    }

    @inline(__always)
    private mutating func blanks() {
        while at < end, at.pointee == 32 || at.pointee == 10 || at.pointee == 13 || at.pointee == 9 { at += 1 }
    }

    /// The next byte that is no blank; 0 at the end.
    @inline(__always)
    private mutating func peek() -> UInt8 {
        blanks()
        return at < end ? at.pointee : 0
    }

    private mutating func take(_ byte: UInt8, _ expected: String) throws {
        guard peek() == byte else { throw unfit(expected) }
        at += 1
    }

    /// Nothing but blanks may follow.
    mutating func finish() throws {
        blanks()
        if at < end { throw unfit("the end") }
    }

    /// Whether a null stands there; it is read then.
    @inline(__always)
    mutating func null() throws -> Bool {
        guard peek() == UInt8(ascii: "n") else { return false }
        try word("null")
        return true
    }

    private mutating func word(_ word: StaticString) throws {
        let length = word.utf8CodeUnitCount
        guard end - at >= length, memcmp(at, word.utf8Start, length) == 0 else { throw unfit("\(word)") }
        at += length
    }

    // Values.

    mutating func bool() throws -> Bool {
        let isTrue = peek() == UInt8(ascii: "t")
        try isTrue ? word("true") : word("false")
        return isTrue
    }

    mutating func integer() throws -> Int64 {
        let isNegative = peek() == UInt8(ascii: "-")
        if isNegative { at += 1 }
        let start = at
        var value: Int64 = 0
        var overflows = false
        while at < end, case let digit = at.pointee &- 48, digit < 10 {
            let (tens, first) = value.multipliedReportingOverflow(by: 10)
            let (sum, second) = isNegative ? tens.subtractingReportingOverflow(Int64(digit)) : tens.addingReportingOverflow(Int64(digit))
            overflows = overflows || first || second
            value = sum
            at += 1
        }
        if at == start || overflows || at < end && (at.pointee == UInt8(ascii: ".") || at.pointee | 32 == UInt8(ascii: "e")) {
            throw unfit("a whole number")
        }
        return value
    }

    mutating func number() throws -> Double {
        guard let value = Double(try numeral()) else { throw unfit("a number") }
        return value
    }

    private mutating func numeral() throws -> String {
        _ = peek()
        let start = at
        while at < end, case let byte = at.pointee, byte &- 48 < 10 || byte == 43 || byte == 45 || byte == 46 || byte | 32 == 101 { at += 1 }
        if at == start { throw unfit("a number") }
        return String(decoding: UnsafeBufferPointer(start: start, count: at - start), as: UTF8.self)
    }

    mutating func string() throws -> String {
        try take(UInt8(ascii: "\""), "a text")
        let start = at
        while at < end, at.pointee != UInt8(ascii: "\""), at.pointee != UInt8(ascii: "\\") { at += 1 }
        guard at < end else { throw unfit("the end of a text") }
        let plain = UnsafeBufferPointer(start: start, count: at - start)
        if at.pointee == UInt8(ascii: "\"") {
            at += 1
            return String(decoding: plain, as: UTF8.self)
        }
        return try escaped(after: plain)
    }

    private mutating func escaped(after plain: UnsafeBufferPointer<UInt8>) throws -> String {
        var bytes = Array(plain)
        while at < end {
            let byte = at.pointee
            at += 1
            if byte == UInt8(ascii: "\"") { return String(decoding: bytes, as: UTF8.self) }
            if byte != UInt8(ascii: "\\") {
                bytes.append(byte)
                continue
            }
            guard at < end else { break }
            let escape = at.pointee
            at += 1
            switch escape {
            case UInt8(ascii: "n"): bytes.append(10)
            case UInt8(ascii: "t"): bytes.append(9)
            case UInt8(ascii: "r"): bytes.append(13)
            case UInt8(ascii: "b"): bytes.append(8)
            case UInt8(ascii: "f"): bytes.append(12)
            case UInt8(ascii: "u"): bytes.append(contentsOf: String(Character(try scalar())).utf8)
            default: bytes.append(escape)
            }
        }
        throw unfit("the end of a text")
    }

    /// What follows `\u`. Half of a pair becomes U+FFFD.
    private mutating func scalar() throws -> Unicode.Scalar {
        let first = try hex()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, end - at >= 6, at[0] == UInt8(ascii: "\\"), at[1] == UInt8(ascii: "u") else { return "\u{FFFD}" }
        let before = at
        at += 2
        let second = try hex()
        guard 0xDC00...0xDFFF ~= second else {
            at = before
            return "\u{FFFD}"
        }
        return Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)) ?? "\u{FFFD}"
    }

    private mutating func hex() throws -> UInt32 {
        guard end - at >= 4 else { throw unfit("four digits") }
        let digits = String(decoding: UnsafeBufferPointer(start: at, count: 4), as: UTF8.self)
        guard let value = UInt32(digits, radix: 16) else { throw unfit("four digits") }
        at += 4
        return value
    }

    // What holds others.

    /// Opens an array or an object.
    private mutating func open(_ byte: UInt8, _ expected: String) throws {
        try take(byte, expected)
        depth += 1
        if depth > Self.deepest { throw Unfit(message: "it is too deep") }
    }

    /// Whether another element follows, or the end, which is read then.
    @inline(__always)
    private mutating func goesOn(_ isFirst: inout Bool, until close: UInt8) throws -> Bool {
        let byte = peek()
        if byte == close {
            at += 1
            depth -= 1
            return false
        }
        if isFirst {
            isFirst = false
        } else {
            guard byte == UInt8(ascii: ",") else { throw unfit("a comma") }
            at += 1
        }
        return true
    }

    mutating func array<Item: Readable>(of: Item.Type) throws -> [Item] {
        try open(UInt8(ascii: "["), "a list")
        var items: [Item] = []
        var isFirst = true
        while try goesOn(&isFirst, until: UInt8(ascii: "]")) { items.append(try Item(from: &self)) }
        return items
    }

    /// The members of an object, each read by what is called with its name.
    mutating func object(_ read: (String, inout MemberReader) throws -> Void) throws {
        try open(UInt8(ascii: "{"), "an object")
        var isFirst = true
        while try goesOn(&isFirst, until: UInt8(ascii: "}")) {
            let name = try string()
            try take(UInt8(ascii: ":"), "a colon")
            try read(name, &self)
        }
    }

    /// The members of an object that are known; others are left out.
    mutating func members<Value: MemberReadable>(into value: inout Value) throws {
        try open(UInt8(ascii: "{"), "an object")
        let names = Value._members
        var next = 0
        var isFirst = true
        while try goesOn(&isFirst, until: UInt8(ascii: "}")) {
            let found = try member(of: names, next)
            try take(UInt8(ascii: ":"), "a colon")
            if let found {
                next = found + 1
                try value._read(found, from: &self)
            } else {
                try skip()
            }
        }
    }

    /// Which member's name stands there. Most come in the order of the description, from `next` on.
    @inline(__always)
    private mutating func member(of names: MemberNames, _ next: Int) throws -> Int? {
        let before = at
        try take(UInt8(ascii: "\""), "a name")
        let start = at
        while at < end, at.pointee != UInt8(ascii: "\""), at.pointee != UInt8(ascii: "\\") { at += 1 }
        if at < end, at.pointee == UInt8(ascii: "\"") {
            let name = UnsafeRawBufferPointer(start: start, count: at - start)
            at += 1
            return names.place(of: name, next)
        }
        at = before
        return try Array(string().utf8).withUnsafeBytes { names.place(of: $0, next) }
    }

    /// Leaves a value out.
    mutating func skip() throws {
        _ = try raw()
    }

    /// A value as it stands there.
    mutating func raw() throws -> UnsafeRawBufferPointer {
        _ = peek()
        let start = at
        var open = 0
        repeat {
            switch peek() {
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                open += 1
                at += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                open -= 1
                at += 1
            case UInt8(ascii: ","), UInt8(ascii: ":"):
                at += 1
            case UInt8(ascii: "\""):
                at += 1
                while at < end, at.pointee != UInt8(ascii: "\"") { at += at.pointee == UInt8(ascii: "\\") ? 2 : 1 }
                if at >= end { throw unfit("the end of a text") }
                at += 1
            case UInt8(ascii: "t"): try word("true")
            case UInt8(ascii: "f"): try word("false")
            case UInt8(ascii: "n"): try word("null")
            default: _ = try numeral()
            }
        } while open > 0
        return UnsafeRawBufferPointer(start: start, count: at - start)
    }

    mutating func json() throws -> JSON {
        switch peek() {
        case UInt8(ascii: "{"):
            var members: [(name: String, value: JSON)] = []
            try object { name, reader in members.append((name, try reader.json())) }
            return .object(JSONObject(members))
        case UInt8(ascii: "["): return .array(try array(of: JSON.self))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"), UInt8(ascii: "f"): return .bool(try bool())
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default:
            let numeral = try numeral()
            if let value = Int64(numeral) { return .integer(value) }
            guard let value = Double(numeral) else { throw unfit("a number") }
            return .number(value)
        }
    }

    /// Reads a member. A null leaves it as it is.
    @inline(__always)
    public mutating func read<Value: Readable>(_ value: inout Value) throws {
        value = try Value(from: &self)
    }
}

/// The names of a struct's members on the wire, in the order of the description.
public struct MemberNames: Sendable {
    private let names: [StaticString]

    public init(_ names: StaticString...) {
        self.names = names
    }

    /// Where a name stands. Most come in order, so the place after the last one is tried first.
    @inline(__always)
    func place(of name: UnsafeRawBufferPointer, _ next: Int) -> Int? {
        if next < names.count, Self.same(names[next], name) { return next }
        return names.firstIndex { Self.same($0, name) }
    }

    @inline(__always)
    private static func same(_ known: StaticString, _ name: UnsafeRawBufferPointer) -> Bool {
        known.utf8CodeUnitCount == name.count && (name.isEmpty || memcmp(known.utf8Start, name.baseAddress!, name.count) == 0)
    }
}

/// What can be read of an answer. It is public because the generated structs are; it is nothing to use.
public protocol Readable: Sendable {
    init(from reader: inout MemberReader) throws
}

/// An object whose members are known.
public protocol MemberReadable: Readable {
    init()
    static var _members: MemberNames { get }
    /// Reads the member at that place.
    mutating func _read(_ place: Int, from reader: inout MemberReader) throws
}

extension MemberReadable {
    /// Null stands for an empty one.
    public init(from reader: inout MemberReader) throws {
        self.init()
        if try !reader.null() { try reader.members(into: &self) }
    }
}

extension Int64: Readable {
    public init(from reader: inout MemberReader) throws { self = try reader.null() ? 0 : reader.integer() }
}

extension Double: Readable {
    public init(from reader: inout MemberReader) throws { self = try reader.null() ? 0 : reader.number() }
}

extension Bool: Readable {
    public init(from reader: inout MemberReader) throws { self = try reader.null() ? false : reader.bool() }
}

extension String: Readable {
    public init(from reader: inout MemberReader) throws { self = try reader.null() ? "" : reader.string() }
}

extension JSON: Readable {
    public init(from reader: inout MemberReader) throws { self = try reader.json() }
}

extension Array: Readable where Element: Readable {
    public init(from reader: inout MemberReader) throws { self = try reader.null() ? [] : reader.array(of: Element.self) }
}

extension Dictionary: Readable where Key == String, Value: Readable {
    public init(from reader: inout MemberReader) throws {
        self = [:]
        if try reader.null() { return }
        var members = self
        try reader.object { name, reader in members[name] = try Value(from: &reader) }
        self = members
    }
}

extension Optional: Readable where Wrapped: Readable {
    public init(from reader: inout MemberReader) throws { self = try reader.null() ? nil : Wrapped(from: &reader) }
}
