import Foundation
import Testing

@testable import BaiJiaYun

/// A callback as it is claimed.
func event(_ qid: String, _ signature: String? = nil, hold: Int64 = 600) -> Callback {
    var callback = Callback()
    callback.qid = qid
    callback.signature = signature ?? "the signature of \(qid)"
    callback.hold = hold
    return callback
}

@Suite struct ClaimsTests {
    private func callbacks(_ store: (any Store)? = nil, _ time: TestClock = TestClock()) throws -> Callbacks {
        try client(Fake(), time) { $0.store = store }.callbacks
    }

    @Test func theVectors() async throws {
        let time = TestClock()
        let callbacks = try callbacks(nil, time)
        for vector in try vectors("claims") {
            time.go(to: vector["at"]?.integer ?? 0)
            let claimed = vector["callback"]!
            let callback = try event(claimed.text("qid"), claimed.text("signature"), hold: claimed["hold"]?.integer ?? 600)
            if vector.may("step") == "release" {
                try await callbacks.release(callback)
            } else {
                #expect(try await callbacks.claim(callback) == vector["first"]?.bool, "\(vector.may("why") ?? "")")
            }
        }
    }

    @Test func whatHasNoIdIsNobodys() async throws {
        #expect(try await callbacks().claim(event("")) == false)
    }

    @Test func oneOfManyTasksTakesIt() async throws {
        let callbacks = try callbacks()
        let won = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { try await callbacks.claim(event("a")) } }
            return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(won == 1)
    }

    @Test func noMoreAreRememberedThanThereIsRoomFor() async throws {
        let callbacks = try callbacks()
        for number in 0...100_000 { #expect(try await callbacks.claim(event("\(number)"))) }
        // The oldest was forgotten.
        #expect(try await callbacks.claim(event("0")))
        #expect(try await callbacks.claim(event("100000")) == false)
    }

    @Test func theStoreDecidesAmongProcesses() async throws {
        let store = SharedClaims()
        let (one, other) = (try callbacks(store), try callbacks(store))
        #expect(try await one.claim(event("a")))
        #expect(try await other.claim(event("a")) == false)
        #expect(try await other.claim(event("b", "the signature of a")) == false)
        #expect(store.keys == ["baijiayun:{callbacks}:qid:a", "baijiayun:{callbacks}:sign:the signature of a"])
        try await one.release(event("a"))
        #expect(try await other.claim(event("a")))
    }

    @Test func withoutTheStoreEachProcessGoesOnAlone() async throws {
        let callbacks = try callbacks(AnyStore { _, _, _ in throw Wrong("down") })
        #expect(try await callbacks.claim(event("a")))
        #expect(try await callbacks.claim(event("a")) == false)
    }

    @Test func aClaimThatIsCancelledWhileTheStoreIsAskedIsGivenBack() async throws {
        let shared = SharedClaims()
        let (asked, ask) = AsyncStream<Void>.makeStream()
        let isSlow = Locked(true)
        let callbacks = try callbacks(
            AnyStore { script, keys, args in
                let answer = try await shared.evaluate(script, keys: keys, args: args)
                if isSlow.with({ $0 }), args[0] > 0 {
                    ask.yield()
                    return await forGood()
                }
                return answer
            })
        let claim = Task { try await callbacks.claim(event("a")) }
        for await _ in asked { break }
        #expect(shared.keys.count == 2)
        claim.cancel()
        await #expect(throws: CancellationError.self) { try await claim.value }
        #expect(shared.keys.isEmpty, "the store has it no more")
        isSlow.with { $0 = false }
        #expect(try await callbacks.claim(event("a")), "nor has this process")
        #expect(try await callbacks.claim(event("a")) == false)
    }

    /// What claim.lua does, over a dictionary.
    private final class SharedClaims: Store {
        private let taken = Locked<[String: Int64]>([:])

        var keys: Set<String> { Set(taken.with { $0.keys }) }

        func evaluate(_ script: String, keys: [String], args: [Int64]) async throws -> Int64 {
            guard script.contains("redis.call") else { throw Wrong("this is no script") }
            let (seconds, owner) = (args[0], args[1])
            return taken.with { taken in
                if seconds == 0 {
                    for key in keys where owner == 0 || taken[key] == owner { taken[key] = nil }
                    return 1
                }
                if keys.contains(where: { taken[$0] != nil }) { return 0 }
                for key in keys { taken[key] = owner }
                return 1
            }
        }
    }
}
