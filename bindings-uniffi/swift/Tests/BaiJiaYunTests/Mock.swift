import Foundation

@testable import BaiJiaYun

/// `bjy mock`: a double of the service that runs on this machine, with an account of its own.
final class Mock: @unchecked Sendable {
    private let process = Process()
    private let about: JSON

    static var isThere: Bool {
        program != nil || ProcessInfo.processInfo.environment["BAIJIAYUN_MOCK_REQUIRED"] != nil
    }

    /// What `BJY` names, or the first on the PATH.
    private static var program: String? {
        let environment = ProcessInfo.processInfo.environment
        let places = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/bjy" }
        return environment["BJY"] ?? places.first(where: FileManager.default.isExecutableFile)
    }

    init(_ options: String...) throws {
        guard let bjy = Mock.program else {
            throw Wrong("the program bjy, which doubles the service, is neither in BJY nor on the PATH")
        }
        process.executableURL = URL(fileURLWithPath: bjy)
        process.arguments = ["mock", "--json", "--port", "0"] + options
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        var line = Data()
        while let byte = try output.fileHandleForReading.read(upToCount: 1), byte != Data([10]), !byte.isEmpty { line.append(byte) }
        about = try line.withUnsafeBytes { try JSON(parsing: $0) }
    }

    deinit {
        // A process that is begun on a thread of Swift's has its signals blocked, but for this one.
        kill(process.processIdentifier, SIGKILL)
    }

    var url: String { about.may("url")! }
    var account: (domain: String, partnerID: String, partnerKey: String) {
        (url, about.may("partner_id")!, about.may("partner_key")!)
    }

    func client(key: String? = nil, configure: (inout Settings) throws -> Void = { _ in }) throws -> Client {
        try Client(domain: url, partnerID: account.partnerID, partnerKey: key ?? account.partnerKey, configure: configure)
    }
}
