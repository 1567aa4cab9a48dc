import Foundation
import Testing

@testable import BaiJiaYun

/// What the host supplies may hang, throw and give nonsense, and clients end. What hangs here hangs for good.
@Suite(.timeLimit(.minutes(1))) struct BoundsTests {
    private let short = CallOptions(deadline: .milliseconds(300))

    // promise: store_never_answers, default_store_patience
    @Test func aStoreThatNeverAnswers() async throws {
        let (details, began) = (Details(), ContinuousClock.now)
        let client = try client(Fake(answer: roomAnswer)) { $0.store = AnyStore { _, _, _ in await forGood() } }
        #expect(try await client.room.info(roomID: 17, options: CallOptions(details: details)).roomID == 17)
        #expect(details.trace?.storeDown == true && ContinuousClock.now - began >= .milliseconds(500))
    }

    // promise: store_never_answers_claims
    @Test func callbacksAreClaimedAndReleasedWithoutAStoreThatNeverAnswers() async throws {
        let callbacks = try client(Fake()) { $0.store = AnyStore { _, _, _ in await forGood() } }.callbacks
        #expect(try await callbacks.claim(event("a")))
        #expect(try await callbacks.claim(event("a")) == false)
        try await callbacks.release(event("a"))
        #expect(try await callbacks.claim(event("a")))
    }

    // promise: store_fails, store_answers_nonsense
    @Test func aStoreThatFailsOrGivesNonsenseCountsAsDown() async throws {
        for store in [AnyStore { _, _, _ in -1 }, AnyStore { _, _, _ in throw Wrong("down") }, AnyStore { _, _, _ in throw CancellationError() }] {
            let details = Details()
            let client = try client(Fake(answer: roomAnswer)) { $0.store = store }
            _ = try await client.room.info(roomID: 17, options: CallOptions(details: details))
            #expect(details.trace?.storeDown == true)
            #expect(try await client.callbacks.claim(event("a")))
        }
    }

    // promise: signer_never_answers
    @Test func aSignerThatNeverAnswers() async throws {
        let http = Fake(answer: roomAnswer)
        let client = try Client(domain: "demo", partnerID: "1") {
            $0.http = http
            $0.signer = AnySigner { _ in await forGood() }
            $0.deadline = .milliseconds(300)
        }
        let calls: [() async throws -> Any] = [
            { try await client.room.info(roomID: 17) }, { try await client.links.enterRoom(roomID: 1, userNumber: nil, userName: "a") },
        ]
        for call in calls {
            let error = try await failure(call)
            #expect(error.kind == .timeout && error.text.contains("the signer gave no answer before the deadline; nothing was sent"))
        }
        #expect(http.requests.isEmpty)
    }

    // promise: signer_fails, signature_checked, signature_checked_in_links
    @Test func aSignerThatFailsOrGivesNonsense() async throws {
        let http = Fake(answer: roomAnswer)
        let nonsense = ["", "zz", String(repeating: "A", count: 32), String(repeating: "a", count: 32) + "\n"]
        for given in nonsense + [nil] {
            let client = try Client(domain: "demo", partnerID: "1") {
                $0.http = http
                $0.signer = AnySigner { _ in
                    guard let given else { throw Wrong("away") }
                    return given
                }
            }
            let calls: [() async throws -> Any] = [
                { try await client.room.info(roomID: 17) }, { try await client.links.enterRoom(roomID: 1, userNumber: nil, userName: "a") },
            ]
            for call in calls {
                let error = try await failure(call)
                #expect(error.kind == .signing && error.text.contains(given == nil ? "away" : "the signer gave"), "\(error)")
                if given == nil { #expect(error.cause is Wrong) }
            }
        }
        #expect(http.requests.isEmpty)
    }

    // promise: executor_never_answers, executor_too_late
    @Test func anExecutorThatNeverAnswersOrTooLate() async throws {
        let (late, end) = AsyncStream<Void>.makeStream()
        let tooLate = Fake({ _ in
            await Task { for await _ in late {} }.value
            return roomAnswer
        })
        for http in [Fake({ _ in await forGood() }), tooLate] {
            let client = try client(http)
            #expect(try await failure { try await client.room.info(roomID: 17, options: short) }.kind == .timeout)
            let attempt = CallOptions(attempts: 1, attemptTimeout: .milliseconds(100))
            #expect(try await failure { try await client.room.info(roomID: 17, options: attempt) }.kind == .timeout)
            #expect(client.runner.core.calls == 0)
        }
        end.finish()
    }

    // promise: executor_fails, executor_answers_nonsense
    @Test func anExecutorThatGivesNonsense() async throws {
        for status in [0, -1, 1000] {
            let client = try client(Fake(answer: response("", status: status))) { $0.attempts = 1 }
            let error = try await failure { try await client.room.info(roomID: 17) }
            #expect(error.kind == .transport && error.text.contains("the executor gave"), "\(error)")
        }
        let failing = try client(Fake({ _ in throw Wrong("odd") })) { $0.attempts = 1 }
        let error = try await failure { try await failing.room.info(roomID: 17) }
        #expect(error.kind == .transport && error.cause is Wrong && error.text.contains("odd"))
        let cancelling = try client(Fake({ _ in throw CancellationError() })) { $0.attempts = 1 }
        #expect(try await failure { try await cancelling.room.info(roomID: 17) }.kind == .transport)
    }

    // promise: causes_hold_no_address
    @Test func aCauseThatQuotesASignatureIsLeftOut() async throws {
        let quoting = Fake({ request in throw Wrong("cannot reach \(request.url)") })
        let asURL = Fake({ request in throw URLError(.timedOut, userInfo: [NSURLErrorFailingURLErrorKey: URL(string: request.url)!]) })
        for http in [quoting, asURL] {
            let client = try client(http) { $0.attempts = 1 }
            let error = try await failure { try await client.callPath("/openapi/x", ["a": 1], method: .get) }
            #expect(!"\(error) \(String(reflecting: error)) \(error.cause.map { "\($0) \(($0 as NSError).userInfo)" } ?? "")".contains("sign="))
        }
    }

    // promise: addresses_never_answer
    @Test func aServerThatNeverSaysWhereToUpload() async throws {
        struct Never: UploadAddresses {
            func uploadURL() async throws -> UploadAddress { await forGood() }
            func resumeUploadURL(videoID: Int64) async throws -> UploadAddress { await forGood() }
        }
        let file = try UploadFile(Data(count: 5), name: "a.mp4")
        let error = try await failure { try await Uploader(http: Fake()).upload(file, addresses: Never(), options: short) }
        #expect(error.kind == .timeout)
    }

    // promise: close_ends_waiting, close_refuses_new, close_twice
    @Test func closingEndsWhatWaitsAtOnce() async throws {
        let http = Fake(answer: roomAnswer)
        let (waiting, wait) = AsyncStream<Void>.makeStream()
        var sleeping = TestClock().clock
        sleeping.sleep = { _ in
            wait.yield()
            await forGood(Void.self)
        }
        let clock = sleeping
        let limited = try client(http) {
            $0.quota = Quota(requests: 1, seconds: 60)
            $0.clock = clock
        }
        _ = try await limited.room.info(roomID: 17)
        let signing = try Client(domain: "demo", partnerID: "1") {
            $0.http = http
            $0.signer = AnySigner { _ in
                wait.yield()
                return await forGood()
            }
        }
        let again = try client(Fake({ _ in throw URLError(.cannotConnectToHost) })) { $0.clock = clock }
        var signals = waiting.makeAsyncIterator()
        for client in [limited, signing, again] {
            let call = Task { try await failure { try await client.room.info(roomID: 17) } }
            _ = await signals.next()
            await client.close()
            let error = try await call.value
            // What failed before is told in place of the closing.
            #expect(error.kind == (client === again ? .connect : .closed), "\(error)")
            #expect(client.runner.core.calls == 0)
            let refused = try await failure { try await client.room.info(roomID: 17) }
            #expect(refused.kind == .closed && refused.text.contains("the client was closed; nothing was sent"))
            await client.close()
        }
        #expect(http.requests.count == 1)
    }

    // promise: close_lets_finish, close_ends_in_flight, default_close_within
    @Test func closingLetsFinishWhatIsInFlight() async throws {
        let (sent, send) = AsyncStream<Void>.makeStream()
        let (answered, answer) = AsyncStream<Void>.makeStream()
        var signals = sent.makeAsyncIterator()
        let finishing = try client(
            Fake({ _ in
                send.yield()
                await Task { for await _ in answered {} }.value
                return roomAnswer
            }))
        let call = Task { try await finishing.room.info(roomID: 17).roomID }
        _ = await signals.next()
        let closing = Task { await finishing.close() }
        answer.finish()
        #expect(try await call.value == 17)
        await closing.value

        let hanging = try client(
            Fake({ _ in
                send.yield()
                return await forGood()
            }))
        let ended = Task { try await failure { try await hanging.room.info(roomID: 17) } }
        _ = await signals.next()
        await hanging.close(within: .milliseconds(50))
        let error = try await ended.value
        #expect(error.kind == .closed && error.text.contains("the client was closed while the request was under way"), "\(error)")
    }

    @Test func aCallThatIsCancelledIsGivenUp() async throws {
        for works in [false, true] {
            let (sent, send) = AsyncStream<Void>.makeStream()
            let wasCancelled = Locked(false)
            let client = try client(
                Fake({ _ in
                    send.yield()
                    // One that heeds it, and one that does not.
                    if !works { return await forGood() }
                    do {
                        try await Task.sleep(for: .seconds(60))
                    } catch {
                        wasCancelled.with { $0 = true }
                        throw error
                    }
                    return roomAnswer
                }))
            let call = Task { try await client.room.info(roomID: 17) }
            for await _ in sent { break }
            #expect(client.runner.core.calls == 1)
            call.cancel()
            await #expect(throws: CancellationError.self) { try await call.value }
            #expect(client.runner.core.calls == 0)
            while works, !wasCancelled.with({ $0 }) { await Task.yield() }
        }
    }

    @Test func aTaskThatWasCancelledSendsNothing() async throws {
        let http = Fake(answer: roomAnswer)
        let client = try client(http)
        let call = Task {
            while !Task.isCancelled { await Task.yield() }
            _ = try await client.room.info(roomID: 17)
        }
        call.cancel()
        await #expect(throws: CancellationError.self) { try await call.value }
        #expect(http.requests.isEmpty)
    }

    /// Cancelled at each await of a call that waits, is signed, asks a store, sends and tries again.
    @Test func cancelledAnywhereNothingIsLeft() async throws {
        for place in 0..<8 {
            let passed = Locked(0)
            let (reached, reach) = AsyncStream<Void>.makeStream()
            let stop: @Sendable () async -> Void = {
                let here = passed.with { count in
                    defer { count += 1 }
                    return count
                }
                if here == place {
                    reach.yield()
                    await forGood(Void.self)
                }
            }
            var clock = TestClock().clock
            clock.sleep = { _ in await stop() }
            let given = clock
            let client = try Client(domain: "demo", partnerID: "1") {
                $0.clock = given
                $0.signer = AnySigner { _ in
                    await stop()
                    return String(repeating: "5", count: 32)
                }
                $0.store = AnyStore { _, _, _ in
                    await stop()
                    return 0
                }
                $0.http = Fake(
                    { _ in
                        await stop()
                        throw URLError(.cannotConnectToHost)
                    },
                    { _ in
                        await stop()
                        return roomAnswer
                    })
            }
            let call = Task { try await client.room.info(roomID: 17) }
            let watch = Task {
                _ = try? await call.value
                reach.finish()
            }
            for await _ in reached { break }
            call.cancel()
            if passed.with({ $0 }) > place { await #expect(throws: CancellationError.self, "\(place)") { try await call.value } }
            await watch.value
            #expect(client.runner.core.calls == 0, "\(place)")
        }
    }
}
