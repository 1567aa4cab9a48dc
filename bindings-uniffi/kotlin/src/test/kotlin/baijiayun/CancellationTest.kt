package baijiayun

import java.net.ConnectException
import java.util.concurrent.CountDownLatch
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.Timeout

/** A call that is cancelled is given up wherever it waits, and what it waits for is cancelled with it. */
@Timeout(30)
class CancellationTest {
    private class Waiting(val client: Client?, val call: suspend () -> Any?)

    private val file = UploadFile(ByteArray(5), "a.mp4")

    private fun answer(data: String): HttpResponse = envelope(Json.parseToJsonElement(data))

    private val fake = Fake.of(answer("""{"room_id":"17"}"""))

    private fun signing(settings: Settings.() -> Unit) =
        Client("demo", "1", null) {
            http = fake
            settings()
        }

    private fun info(client: Client) = Waiting(client) { client.room.info(17) }

    /** Calls that wait somewhere: [wait] is what they wait for. */
    private fun waiting(wait: suspend () -> Nothing): Map<String, suspend () -> Waiting> {
        val resting = Clock(sleep = { wait() })
        return mapOf(
            "the executor" to { info(clientWith(Fake({ wait() }))) },
            "the store" to { info(clientWith(fake) { store = Store { _, _, _ -> wait() } }) },
            "the signer" to { info(signing { signer = Signer { wait() } }) },
            "the signer of a link" to { signing { signer = Signer { wait() } }.let { Waiting(null) { it.links.enterRoom(1, null, "a") } } },
            "a limit" to {
                val limited = clientWith(fake) {
                    quota = Quota(1, 60)
                    clock = resting
                }
                limited.room.info(17)
                info(limited)
            },
            "the next attempt" to { info(clientWith(Fake({ throw ConnectException() })) { clock = resting }) },
            "the next page" to {
                val client = clientWith(Fake({ answer("""{"total":3,"list":[{"room_id":"1"}]}""") }, { wait() }))
                Waiting(client) { client.room.list { limit = 1 }.items().toList() }
            },
            "a chunk" to {
                val client = clientWith(Fake({ answer("""{"video_id":77,"upload_url":"https://upload.example.com/up?fid=1"}""") }, { wait() }))
                Waiting(client) { client.video.upload(file, listOf(16)) }
            },
            "the address of an upload" to {
                val addresses = object : UploadAddresses {
                    override suspend fun uploadUrl(): UploadAddress = wait()

                    override suspend fun resumeUploadUrl(videoId: Long): UploadAddress = wait()
                }
                Waiting(null) { Uploader(fake).upload(file, addresses) }
            },
            "the claim of a callback" to {
                val callbacks = clientWith(fake) { store = Store { _, _, args -> if (args[0] > 0) wait() else 1 } }.callbacks
                Waiting(null) { callbacks.claim(event("a")) }
            },
        )
    }

    @TestFactory
    fun `what can be cancelled is`(): List<DynamicTest> =
        waiting { awaitCancellation() }.keys.map { where ->
            dynamicTest(where) {
                runBlocking {
                    val begun = CompletableDeferred<Unit>()
                    val ended = CompletableDeferred<Unit>()
                    val waiting = waiting {
                        begun.complete(Unit)
                        try {
                            awaitCancellation()
                        } finally {
                            ended.complete(Unit)
                        }
                    }.getValue(where)()
                    val call = async { waiting.call() }
                    begun.await()
                    waiting.client?.let { assertEquals(1, it.runner.core.calls) }
                    call.cancelAndJoin()
                    assertTrue(call.isCancelled && ended.isCompleted)
                    waiting.client?.let { assertEquals(0, it.runner.core.calls) }
                }
            }
        }

    @TestFactory
    fun `what blocks its thread is left behind`(): List<DynamicTest> =
        // Waits are our own, and block nothing.
        (waiting { awaitCancellation() }.keys - "a limit" - "the next attempt").map { where ->
            dynamicTest(where) {
                runBlocking(Dispatchers.Default) {
                    val begun = CompletableDeferred<Unit>()
                    val never = CountDownLatch(1)
                    val waiting = waiting {
                        begun.complete(Unit)
                        never.await()
                        throw IllegalStateException("nobody waits any more")
                    }.getValue(where)()
                    val call = async { waiting.call() }
                    begun.await()
                    call.cancelAndJoin()
                    assertTrue(call.isCancelled)
                    waiting.client?.let { assertEquals(0, it.runner.core.calls) }
                    never.countDown()
                }
            }
        }
}
