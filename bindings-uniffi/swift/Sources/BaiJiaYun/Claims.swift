/// Who takes a callback: the first of this process, or of all that share the store.
final class Claims: Sendable {
    /// Most claims that a process remembers, a few megabytes.
    private static let capacity = 100_000

    private struct Claim {
        let signature: String
        let end: UInt64
        let number: UInt64
    }

    private struct State {
        /// By qid.
        var claims: [String: Claim] = [:]
        /// The qid of each signature.
        var qids: [String: String] = [:]
        /// The oldest first, and some that are gone.
        var order: [(qid: String, number: UInt64)] = []
        var oldest = 0
        var lastNumber: UInt64 = 0

        mutating func drop(_ qid: String) {
            if let claim = claims.removeValue(forKey: qid) { qids[claim.signature] = nil }
        }

        /// The claims that share an id with it.
        func known(_ callback: Callback) -> [String] {
            let other = qids[callback.signature].map { [$0] } ?? []
            return Set([callback.qid] + other).filter { claims[$0] != nil }
        }

        /// Drops what is over, and what there is no room for.
        mutating func tidy(_ now: UInt64) {
            while oldest < order.count {
                let (qid, number) = order[oldest]
                if let claim = claims[qid], claim.number == number {
                    guard claims.count >= Claims.capacity || claim.end <= now else { break }
                    drop(qid)
                }
                oldest += 1
            }
            if order.count > 2 * claims.count + 1000 {
                order = order[oldest...].filter { claims[$0.qid]?.number == $0.number }
                oldest = 0
            }
        }
    }

    private let runner: Runner
    private let prefix: String
    private let state = Locked(State())

    init(_ runner: Runner, _ prefix: String) {
        self.runner = runner
        self.prefix = prefix
    }

    func claim(_ callback: Callback) async throws -> Bool {
        guard !callback.qid.isEmpty, remember(callback) else { return false }
        // A number that no other claim has, so that nothing of another's is given back.
        let owner = Int64.random(in: 1..<Int64.max)
        let isFirst: Bool
        do {
            isFirst = try await ask(callback, callback.hold, owner) != 0
        } catch {
            forget(callback)
            // It is cancelled, and this is not.
            _ = await Task { try? await self.ask(callback, 0, owner) }.value
            throw error
        }
        // It is another process's, which may give it back.
        if !isFirst { forget(callback) }
        return isFirst
    }

    func release(_ callback: Callback) async throws {
        forget(callback)
        _ = try await ask(callback, 0, 0)
    }

    /// The keys share a hash tag, so that a cluster keeps them together.
    private func ask(_ callback: Callback, _ seconds: Int64, _ owner: Int64) async throws -> Int64? {
        let keys = ["\(prefix):{callbacks}:qid:\(callback.qid)", "\(prefix):{callbacks}:sign:\(callback.signature)"]
        return try await runner.claimed(keys, [seconds, owner])
    }

    private func remember(_ callback: Callback) -> Bool {
        let now = runner.core.clock.ticks()
        return state.with { state in
            state.tidy(now)
            let known = state.known(callback)
            if known.contains(where: { state.claims[$0]!.end > now }) { return false }
            known.forEach { state.drop($0) }
            state.lastNumber += 1
            let end = now + UInt64(max(0, callback.hold)) * 1000
            state.claims[callback.qid] = Claim(signature: callback.signature, end: end, number: state.lastNumber)
            state.qids[callback.signature] = callback.qid
            state.order.append((callback.qid, state.lastNumber))
            return true
        }
    }

    private func forget(_ callback: Callback) {
        state.with { state in state.known(callback).forEach { state.drop($0) } }
    }
}
