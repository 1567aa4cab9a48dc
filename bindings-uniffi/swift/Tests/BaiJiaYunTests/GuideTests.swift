import BaiJiaYunMock
import Foundation
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The programs of the guide and the README, against a mock whose account is in the environment.
@Suite(.enabled(if: Mock.isThere), .serialized, .timeLimit(.minutes(2))) struct GuideTests {
    @Test func programsRun() async throws {
        for (name, run) in guide {
            let mock = try Mock()
            setenv("BAIJIAYUN_DOMAIN", mock.url, 1)
            setenv("BAIJIAYUN_PARTNER_ID", mock.partnerID, 1)
            setenv("BAIJIAYUN_PARTNER_KEY", mock.partnerKey, 1)
            do {
                try await run()
            } catch {
                Issue.record("\(name): \(error)")
            }
        }
        #expect(guide.count >= 14)
    }
}
