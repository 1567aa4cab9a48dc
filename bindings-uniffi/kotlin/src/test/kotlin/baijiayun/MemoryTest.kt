package baijiayun

import java.io.File
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

/** Many calls. */
class MemoryTest {
    private val room = envelope(Json.parseToJsonElement("""{"room_id":"17","title":"课"}"""))

    @Test
    fun `memory stays as it is over 200,000 calls`() = runBlocking(Dispatchers.Default) {
        val client = clientWith(HttpExecutor { room }) {
            quota = Quota.NONE
            operationQuota = false
        }
        repeat(50_000) { client.room.info(17) }
        val before = resident() ?: return@runBlocking
        repeat(200_000) { client.room.info(17) }
        val grown = resident()!! - before
        assertTrue(grown < 200 * 1024) { "$grown kB more than before" }
        assertEquals(0, client.runner.core.calls)
    }

    /** Kilobytes; null where it is not told. */
    private fun resident(): Long? =
        File("/proc/self/status").takeIf(File::exists)?.readLines()?.first { it.startsWith("VmRSS") }?.filter(Char::isDigit)?.toLong()

    @Test
    fun `of 10,000 calls at once with faults none is lost and none doubled`() = runBlocking(Dispatchers.Default) {
        val sent = AtomicInteger()
        val client = clientWith(
            HttpExecutor {
                if (sent.incrementAndGet() % 3 == 0) throw java.net.ConnectException("refused")
                room
            },
        ) {
            quota = Quota.NONE
            operationQuota = false
            attempts = 1
        }
        val came = (1..10_000).map { async { runCatching { client.room.info(17).roomId } } }.awaitAll()
        assertEquals(10_000, sent.get())
        assertEquals(3_333, came.count { it.exceptionOrNull() is ConnectException })
        assertEquals(6_667, came.count { it.getOrNull() == 17L })
        assertEquals(0, client.runner.core.calls)
    }
}
