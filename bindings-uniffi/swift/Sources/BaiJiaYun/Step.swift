import Foundation

/// What is to be done next, as JSON says it: `send`, `wait`, `store`, `sign`, `address`, `done` or `failed`.
struct Step: MemberReadable {
    var step = ""
    var call: UInt64 = 0
    // send
    var timeout: Int64 = 0
    var maxAnswer: Int64 = 0
    var method = ""
    var url = ""
    var headers: [String: String] = [:]
    var form: String?
    var parts: [Part]?
    var chunk: Chunk?
    /// Only the posts of an upload have it: how many bytes of the file the service has.
    var received: Int64?
    // wait
    var time: Int64 = 0
    var why = ""
    var failed: Failed?
    // store
    var keys: [String] = []
    var args: [Int64] = []
    // sign
    var text = ""
    // done and failed
    var trace = Trace()
    var msg = ""
    var ts: Int64?
    var departures: [Departure] = []
    var page: PageInfo?
    var data: Place?
    var error: BaiJiaYunError?
    var videoID: Int64?

    static let _members = MemberNames(
        "step", "call", "timeout", "max_answer", "method", "url", "headers", "form", "parts", "chunk", "video_id", "received", "time",
        "keys", "args", "text", "trace", "msg", "ts", "departures", "page", "data", "why", "failed", "error")

    mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&step)
        case 1: call = UInt64(try reader.integer())
        case 2: try reader.read(&timeout)
        case 3: try reader.read(&maxAnswer)
        case 4: try reader.read(&method)
        case 5: try reader.read(&url)
        case 6: try reader.read(&headers)
        case 7: try reader.read(&form)
        case 8: try reader.read(&parts)
        case 9: try reader.read(&chunk)
        case 10: try reader.read(&videoID)
        case 11: try reader.read(&received)
        case 12: try reader.read(&time)
        case 13: try reader.read(&keys)
        case 14: try reader.read(&args)
        case 15: try reader.read(&text)
        case 16: try reader.read(&trace)
        case 17: try reader.read(&msg)
        case 18: try reader.read(&ts)
        case 19: try reader.read(&departures)
        case 20: try reader.read(&page)
        case 21: try reader.read(&data)
        case 22: try reader.read(&why)
        case 23: try reader.read(&failed)
        default: try reader.read(&error)
        }
    }
}

/// The attempt that a wait follows.
struct Failed: MemberReadable {
    var kind = ""
    var code: Int64?

    static let _members = MemberNames("kind", "code")

    mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        if place == 0 { try reader.read(&kind) } else { try reader.read(&code) }
    }
}

/// A value that is not read yet.
struct Place: Readable, @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    init(from reader: inout MemberReader) throws {
        bytes = try reader.raw()
    }
}

/// A part of a form with files: a text, or a file.
struct Part: MemberReadable {
    var name = ""
    var value = ""
    var file = ""
    /// The content type that the ending of its name stands for.
    var type = ""
    var source: String?

    static let _members = MemberNames("name", "value", "file", "type", "source")

    mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&name)
        case 1: try reader.read(&value)
        case 2: try reader.read(&file)
        case 3: try reader.read(&type)
        default: try reader.read(&source)
        }
    }
}

/// So many bytes of a file from ``offset`` on, as they are.
struct Chunk: MemberReadable {
    var source = ""
    var offset: Int64 = 0
    var length: Int64 = 0

    static let _members = MemberNames("source", "offset", "length")

    mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&source)
        case 1: try reader.read(&offset)
        default: try reader.read(&length)
        }
    }
}

/// What the engine knows about a page of a list.
struct PageInfo: MemberReadable {
    var list = ""
    var total: Int64?
    var isRepeated = false
    var next: String?

    static let _members = MemberNames("list", "total", "repeated", "next")

    mutating func _read(_ place: Int, from reader: inout MemberReader) throws {
        switch place {
        case 0: try reader.read(&list)
        case 1: try reader.read(&total)
        case 2: try reader.read(&isRepeated)
        default: try reader.read(&next)
        }
    }
}

/// The end of a call that went well. Its data are read when they are wanted.
struct Ended: Sendable {
    private let told: Told
    private let place: Place?
    let operation: String
    var msg = ""
    var ts: Int64?
    var departures: [Departure] = []
    var page: PageInfo?
    let trace: Trace

    /// Without remarks.
    init(_ told: Told, _ operation: String) {
        self.told = told
        self.operation = operation
        place = Place(told.text)
        let step = told.step
        ts = step.has_ts ? step.ts : nil
        var trace = Trace()
        trace.attempts = Int(step.attempts)
        trace.waited = .milliseconds(Int64(clamping: step.waited))
        trace.storeDown = step.store_down
        trace.budgetExhausted = step.budget_exhausted
        self.trace = trace
    }

    init(_ told: Told, _ step: Step, _ operation: String) {
        self.told = told
        self.operation = operation
        place = step.data
        msg = step.msg
        ts = step.ts
        departures = step.departures
        page = step.page
        trace = step.trace
    }

    /// The data; nil if there are none.
    func data<Value: Readable>(_: Value.Type = Value.self) throws -> Value? {
        guard let place else { return nil }
        // They stand in what the engine lends.
        return try withExtendedLifetime(told) {
            var reader = MemberReader(place.bytes)
            do {
                if try reader.null() { return nil }
                return try Value(from: &reader)
            } catch let unfit as MemberReader.Unfit {
                throw undecodable(operation, unfit, place.bytes)
            }
        }
    }
}

/// The error for data that do not fit their type.
func undecodable(_ operation: String, _ unfit: MemberReader.Unfit, _ data: UnsafeRawBufferPointer) -> BaiJiaYunError {
    var error = BaiJiaYunError(.decode, operation, "the data do not fit the type: \(unfit.message)")
    error.hint = "the answer is kept: read it as JSON, and please report the difference"
    error.text = "\(operation): decode: \(error.message) [\(error.hint!)]"
    // A character that is cut becomes one of three bytes.
    error.body = String(decoding: data.prefix(64 * 1024 - 8), as: UTF8.self)
    return error
}
