import Dispatch
import Foundation

/// What came of a wait.
enum Waited<Value: Sendable>: Sendable {
    case got(Value)
    /// The time was over first.
    case late
    /// The client was closed first.
    case closed
}

/// Sees to it that no wait is without an end: each has a time, and ends with its client.
///
/// One alarm serves all waits of a client. A task group with a sleeping task for each wait cost more than the rest of a call.
final class Waits: Sendable {
    private struct State {
        var isClosed = false
        /// Those that may finish had their time to.
        var isOver = false
        var lastID: UInt64 = 0
        var waits: [UInt64: Pending] = [:]
        /// When the alarm goes off next.
        var alarm = UInt64.max
        /// Who waits for those that may finish.
        var closers: [Wait<Void>] = []
    }

    private struct Pending {
        /// Nanoseconds of the system's clock.
        let deadline: UInt64
        let mayFinish: Bool
        let end: @Sendable (End) -> Void
    }

    enum End: Sendable {
        case late, closed
    }

    private let state = Locked(State())

    /// Waits at most so many milliseconds for what runs in a task of its own. It is left behind if it does not end when it is
    /// cancelled.
    ///
    /// - Parameters:
    ///   - mayFinish: Closing the client leaves it some time: something is under way.
    ///   - watch: Returns when nothing moves any more; it is cancelled with the wait.
    func within<Value: Sendable>(
        _ millis: Int64,
        mayFinish: Bool = false,
        watch: (@Sendable () async -> (any Error)?)? = nil,
        _ work: @escaping @Sendable () async throws -> Value
    ) async throws -> Waited<Value> {
        let wait = Wait<Value>()
        guard let id = register(wait, millis, mayFinish) else { return .closed }
        defer { remove(id) }
        let outcome = await withTaskCancellationHandler {
            await withUnsafeContinuation { wait.begin($0, work, watch) }
        } onCancel: {
            wait.end(.cancelled)
        }
        switch outcome {
        case .got(let value): return .got(value)
        case .late: return .late
        case .closed: return .closed
        case .cancelled: throw CancellationError()
        case .failed(let error):
            try Task.checkCancellation()
            throw error
        }
    }

    /// Ends what waits at once, and what may finish when it had this time to.
    func close(within time: Duration) async {
        let finishing = Wait<Void>()
        let (waiting, isIdle) = state.with { state in
            state.isClosed = true
            let waiting = state.waits.values.filter { !$0.mayFinish }
            let isIdle = waiting.count == state.waits.count
            if !isIdle { state.closers.append(finishing) }
            return (waiting, isIdle)
        }
        for wait in waiting { wait.end(.closed) }
        if !isIdle {
            let alarm = Task {
                try await Task.sleep(for: time)
                finishing.end(.late)
            }
            _ = await withTaskCancellationHandler {
                await withUnsafeContinuation { finishing.begin($0, nil, nil) }
            } onCancel: {
                finishing.end(.late)
            }
            alarm.cancel()
        }
        let rest = state.with { state in
            state.isOver = true
            return Array(state.waits.values)
        }
        for wait in rest { wait.end(.closed) }
    }

    private func register<Value>(_ wait: Wait<Value>, _ millis: Int64, _ mayFinish: Bool) -> UInt64? {
        let now = DispatchTime.now().uptimeNanoseconds
        let (nanos, overflows) = UInt64(max(0, millis)).multipliedReportingOverflow(by: 1_000_000)
        let deadline = overflows ? UInt64.max : now.addingReportingOverflow(nanos).overflow ? .max : now + nanos
        let pending = Pending(deadline: deadline, mayFinish: mayFinish) { wait.end($0 == .late ? .late : .closed) }
        let (id, isFirst) = state.with { state -> (UInt64?, Bool) in
            if state.isOver || state.isClosed && !mayFinish { return (nil, false) }
            state.lastID += 1
            state.waits[state.lastID] = pending
            guard deadline < state.alarm else { return (state.lastID, false) }
            state.alarm = deadline
            return (state.lastID, true)
        }
        if isFirst { setAlarm(deadline) }
        return id
    }

    private func remove(_ id: UInt64) {
        let done = state.with { state -> [Wait<Void>] in
            state.waits[id] = nil
            guard state.isClosed, !state.closers.isEmpty, !state.waits.values.contains(where: \.mayFinish) else { return [] }
            defer { state.closers = [] }
            return state.closers
        }
        for closer in done { closer.end(.got(())) }
    }

    private func setAlarm(_ deadline: UInt64) {
        DispatchQueue.global().asyncAfter(deadline: DispatchTime(uptimeNanoseconds: deadline)) { [weak self] in self?.ring(deadline) }
    }

    private func ring(_ due: UInt64) {
        let now = DispatchTime.now().uptimeNanoseconds
        let (late, next) = state.with { state -> ([Pending], UInt64?) in
            // An earlier one was set since, and did this.
            guard state.alarm == due else { return ([], nil) }
            let next = state.waits.values.lazy.map(\.deadline).filter { $0 > now }.min()
            state.alarm = next ?? .max
            return (state.waits.values.filter { $0.deadline <= now }, next)
        }
        for wait in late { wait.end(.late) }
        if let next, next < .max { setAlarm(next) }
    }
}

/// A wait for the first of several outcomes.
private final class Wait<Value: Sendable>: Sendable {
    enum Outcome: Sendable {
        case got(Value)
        case failed(any Error)
        case late, closed, cancelled
    }

    private struct State {
        var outcome: Outcome?
        var continuation: UnsafeContinuation<Outcome, Never>?
        var tasks: [Task<Void, Never>] = []
    }

    private let state = Locked(State())

    func begin(
        _ continuation: UnsafeContinuation<Outcome, Never>,
        _ work: (@Sendable () async throws -> Value)?,
        _ watch: (@Sendable () async -> (any Error)?)?
    ) {
        let outcome = state.with { state in
            if state.outcome == nil { state.continuation = continuation }
            return state.outcome
        }
        if let outcome { return continuation.resume(returning: outcome) }
        if let work {
            run {
                do {
                    self.end(.got(try await work()))
                } catch {
                    self.end(.failed(error))
                }
            }
        }
        if let watch {
            run {
                if let stalled = await watch() { self.end(.failed(stalled)) }
            }
        }
    }

    private func run(_ work: @escaping @Sendable () async -> Void) {
        let task = Task(operation: work)
        let isOver = state.with { state in
            if state.outcome == nil { state.tasks.append(task) }
            return state.outcome != nil
        }
        if isOver { task.cancel() }
    }

    func end(_ outcome: Outcome) {
        let (continuation, tasks) = state.with { state -> (UnsafeContinuation<Outcome, Never>?, [Task<Void, Never>]) in
            guard state.outcome == nil else { return (nil, []) }
            state.outcome = outcome
            defer {
                state.continuation = nil
                state.tasks = []
            }
            return (state.continuation, state.tasks)
        }
        continuation?.resume(returning: outcome)
        for task in tasks { task.cancel() }
    }
}
