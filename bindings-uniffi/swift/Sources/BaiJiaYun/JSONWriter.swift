/// Writes JSON, without blanks.
struct JSONWriter {
    /// So deep is what is read too. Each level takes some of the stack.
    private static let deepest = 512

    private(set) var bytes: [UInt8] = []
    /// Something stood deeper than that, and null was written for it.
    private(set) var isTooDeep = false

    var text: String { String(decoding: bytes, as: UTF8.self) }

    init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    mutating func raw(_ byte: UInt8) {
        bytes.append(byte)
    }

    mutating func raw(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    mutating func raw(_ other: some Sequence<UInt8>) {
        bytes.append(contentsOf: other)
    }

    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { utf8 in
            if !utf8.contains(where: { $0 < 32 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }) {
                bytes.append(contentsOf: utf8)
            } else {
                utf8.forEach { escaped($0) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func escaped(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): raw(#"\""#)
        case UInt8(ascii: "\\"): raw(#"\\"#)
        case 10: raw(#"\n"#)
        case 0..<32:
            raw(#"\u00"#)
            for digit in [byte >> 4, byte & 15] { bytes.append(digit < 10 ? 48 + digit : 87 + digit) }
        default: bytes.append(byte)
        }
    }

    mutating func integer(_ value: Int64) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = value.magnitude
        let start = bytes.count
        repeat {
            bytes.append(48 + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// What JSON has no numeral for is written as a text, which the engine refuses.
    mutating func number(_ value: Double) {
        if let whole = Int64(exactly: value) {
            integer(whole)
        } else if value.isFinite {
            raw(value.description.utf8)
        } else {
            string(value.description)
        }
    }

    mutating func bool(_ value: Bool) {
        value ? raw("true") : raw("false")
    }

    mutating func json(_ value: JSON, depth: Int = 0) {
        if depth > Self.deepest {
            isTooDeep = true
            return raw("null")
        }
        switch value {
        case .null: raw("null")
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(let value): number(value)
        case .string(let value): string(value)
        case .array(let items): list(items) { $0.json($1, depth: depth + 1) }
        case .object(let object):
            raw(UInt8(ascii: "{"))
            for (place, member) in object.members.enumerated() {
                if place > 0 { raw(UInt8(ascii: ",")) }
                string(member.name)
                raw(UInt8(ascii: ":"))
                json(member.value, depth: depth + 1)
            }
            raw(UInt8(ascii: "}"))
        }
    }

    mutating func list<Item>(_ items: some Sequence<Item>, _ write: (inout JSONWriter, Item) -> Void) {
        raw(UInt8(ascii: "["))
        var isFirst = true
        for item in items {
            if !isFirst { raw(UInt8(ascii: ",")) }
            isFirst = false
            write(&self, item)
        }
        raw(UInt8(ascii: "]"))
    }
}
