import Foundation

/// What can be a parameter: texts, numbers, `Bool`, `Date`, listed values, ``UploadFile``, ``JSON``, and arrays and dictionaries of
/// these. Other types are not meant to conform.
public protocol ParameterValue: Sendable {
    func _write(to out: inout MemberWriter)
    /// It is left out where values are shown.
    var _isAbsent: Bool { get }
}

extension ParameterValue {
    public var _isAbsent: Bool { false }
}

/// A point in time: a `Date`, unix seconds, or a text (`2030-01-01[ 08:00[:00]]`, with `Z` or an offset behind it, else Chinese time,
/// UTC+8). The service gets it in the form that it wants. What looks like milliseconds is refused.
public protocol ServiceTime: ParameterValue {}

extension Date: ServiceTime {
    public func _write(to out: inout MemberWriter) {
        let millis = (timeIntervalSince1970 * 1000).rounded(.down)
        guard millis.isFinite else {
            out.refuse("is not a time")
            return out.json.json(.null)
        }
        out.object { $0.add("unix_ms", millis) }
    }
}

extension Int64: ServiceTime {
    public func _write(to out: inout MemberWriter) { out.json.integer(self) }
}

extension Int: ServiceTime {
    public func _write(to out: inout MemberWriter) { out.json.integer(Int64(self)) }
}

extension String: ServiceTime {
    public func _write(to out: inout MemberWriter) { out.json.string(self) }
}

extension Double: ParameterValue {
    public func _write(to out: inout MemberWriter) {
        if !isFinite { out.refuse("is not a finite number") }
        out.json.number(self)
    }
}

extension Bool: ParameterValue {
    public func _write(to out: inout MemberWriter) { out.json.bool(self) }
}

extension JSON: ParameterValue {
    public func _write(to out: inout MemberWriter) {
        out.json.json(self)
        if out.json.isTooDeep { out.refuse("is nested too deeply") }
    }
}

extension JSONObject: ParameterValue {
    public func _write(to out: inout MemberWriter) { JSON.object(self)._write(to: &out) }
}

extension Array: ParameterValue where Element: ParameterValue {
    public func _write(to out: inout MemberWriter) { out.list(self) { $0._write(to: &$1) } }
    public var _isAbsent: Bool { isEmpty }
}

extension Dictionary: ParameterValue where Key == String, Value: ParameterValue {
    public func _write(to out: inout MemberWriter) {
        out.object { out in
            // The same each time.
            for name in keys.sorted() { out.member(name, self[name]) }
        }
    }

    public var _isAbsent: Bool { isEmpty }
}

extension Optional: ParameterValue where Wrapped: ParameterValue {
    public func _write(to out: inout MemberWriter) {
        if let self { self._write(to: &out) } else { out.json.json(.null) }
    }

    public var _isAbsent: Bool { self?._isAbsent ?? true }
}

extension UploadFile: ParameterValue {
    public func _write(to out: inout MemberWriter) {
        let source = out.files.count
        out.files.append(self)
        out.object { out in
            out.add("name", name)
            out.add("size", size)
            out.add("source", String(source))
        }
    }
}

/// An object that is sent.
public protocol ParameterObject: ParameterValue, CustomStringConvertible, CustomReflectable {
    func _members(to out: inout MemberWriter)
}

extension ParameterObject {
    public func _write(to out: inout MemberWriter) {
        out.object { _members(to: &$0) }
    }

    /// The names of what is given. The values may be secrets.
    public var description: String { "\(Self.self)(\(given.joined(separator: ", ")))" }

    public var customMirror: Mirror { Mirror(self, children: given.map { (label: $0, value: "***") }) }

    private var given: [String] {
        var out = MemberWriter(form: .object)
        _write(to: &out)
        return (try? JSON(parsing: out.json.text).object?.names) ?? []
    }
}

/// Writes members: the parameters of a call as the engine takes them, or those of an object.
///
/// It is public because the generated structs are; it is nothing to use.
public struct MemberWriter: Sendable {
    enum Form {
        /// The parameters of a call: each a U+001E, its name, U+001F, and its value as JSON.
        case records
        case object
        /// For people: without secrets and what is absent.
        case shown
    }

    private var form: Form
    private var isFirst = true
    private enum Name: Sendable {
        case fixed(StaticString)
        case any(String)

        var text: String {
            switch self {
            case .fixed(let name): name.description
            case .any(let name): name
            }
        }
    }

    /// The parameter that is written.
    private var parameter = Name.fixed("")
    var json: JSONWriter
    /// The files among the parameters. The engine asks for them by their place.
    var files: [UploadFile] = []
    private(set) var faults: [Fault] = []

    init(form: Form = .records) {
        self.form = form
        json = JSONWriter()
    }

    /// Adds a member, unless it is nil.
    @inline(__always)
    public mutating func add(_ name: StaticString, _ value: (some ParameterValue)?) {
        guard let value, begin(name, value) else { return }
        value._write(to: &self)
    }

    @inline(__always)
    public mutating func add(_ name: StaticString, _ value: (any ServiceTime)?) {
        guard let value, begin(name, value) else { return }
        value._write(to: &self)
    }

    /// Adds a member that is not shown.
    public mutating func secret(_ name: StaticString, _ value: (some ParameterValue)?) {
        guard let value, begin(name, value) else { return }
        if form == .shown { json.string("***") } else { value._write(to: &self) }
    }

    private mutating func begin(_ name: StaticString, _ value: some ParameterValue) -> Bool {
        switch form {
        case .records:
            parameter = .fixed(name)
            json.raw(0x1E)
            json.raw(name)
            json.raw(0x1F)
            return true
        case .shown where value._isAbsent: return false
        case .object, .shown:
            json.raw(isFirst ? "\"" : ",\"")
            isFirst = false
            json.raw(name)
            json.raw("\":")
            return true
        }
    }

    /// Adds a member of any name.
    mutating func member(_ name: String, _ value: (some ParameterValue)?) {
        guard let value else { return }
        if !isFirst { json.raw(UInt8(ascii: ",")) }
        isFirst = false
        json.string(name)
        json.raw(UInt8(ascii: ":"))
        value._write(to: &self)
    }

    /// Adds parameters of any name, as an object.
    mutating func parameters(_ params: [String: any ParameterValue]) {
        object { $0.parameters(of: params) }
    }

    /// The members of that object.
    mutating func parameters(of params: [String: any ParameterValue]) {
        for name in params.keys.sorted() {
            guard let value = params[name] else { continue }
            parameter = .any(name)
            member(name, value)
        }
    }

    @inline(__always)
    mutating func object(_ write: (inout MemberWriter) -> Void) {
        let outer = (form, isFirst)
        if form == .records { form = .object }
        isFirst = true
        json.raw(UInt8(ascii: "{"))
        write(&self)
        json.raw(UInt8(ascii: "}"))
        (form, isFirst) = outer
    }

    mutating func list<Item>(_ items: [Item], _ write: (Item, inout MemberWriter) -> Void) {
        json.raw(UInt8(ascii: "["))
        for (place, item) in items.enumerated() {
            if place > 0 { json.raw(UInt8(ascii: ",")) }
            write(item, &self)
        }
        json.raw(UInt8(ascii: "]"))
    }

    mutating func refuse(_ message: String) {
        faults.append(Fault(parameter: parameter.text, kind: "wrong_type", message: message))
    }
}
