import Foundation
import Testing

@testable import BaiJiaYun

#if os(Linux)
/// The memory of this process in bytes.
private func resident() throws -> Int {
    let pages = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")[1]
    return Int(pages)! * 4096
}

@Suite(.serialized) struct LeakTests {
    /// Good calls and bad ones. `dev leaks` makes 200,000 in an optimised program.
    @Test func memoryStaysFlat() async throws {
        let good = Answering(answer: roomAnswer), bad = Answering(answer: envelope(code: 3001))
        let clients = try [good, bad].map { http in
            try client(http) {
                $0.quota = Quota.none
                $0.operationQuota = false
            }
        }
        let calls = { (count: Int) in
            for _ in 0..<count {
                _ = try await clients[0].room.info(roomID: 17)
                _ = try? await clients[1].room.info(roomID: 17)
            }
        }
        try await calls(1_000)
        let before = try resident()
        try await calls(10_000)
        // Less than 128 bytes for each call.
        #expect(try resident() - before < 10_000 * 2 * 128)
        #expect(clients.allSatisfy { $0.runner.core.calls == 0 })
    }

    /// It keeps nothing.
    private struct Answering: HTTPExecutor {
        let answer: HTTPResponse

        func execute(_ request: HTTPRequest) async throws -> HTTPResponse { answer }
    }
}
#endif
