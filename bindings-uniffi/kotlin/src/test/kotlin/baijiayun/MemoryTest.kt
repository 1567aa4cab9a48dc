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
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.Test

/** Many calls. */
class MemoryTest {
    private val room = envelope(Json.parseToJsonElement("""{"room_id":"17","title":"课"}"""))

    @Test
    fun `memory stays as it is over 200,000 calls`() {
        assumeTrue(File("/proc/self/status").exists(), "this system does not tell how much memory a process has")
        val java = File(System.getProperty("java.home"), "bin/java").path
        // What Java keeps for itself is bounded, so that only what is lost can grow.
        val options = listOf("-Xmx64m", "-Xms64m", "-XX:+AlwaysPreTouch", "-cp", System.getProperty("java.class.path"))
        val process = ProcessBuilder(listOf(java) + options + listOf("baijiayun.CallBench", "memory", "200000")).redirectErrorStream(true).start()
        val said = process.inputStream.bufferedReader().readLines()
        assertEquals(0, process.waitFor()) { said.joinToString("\n") }
        val sizes = said.map { it.substringAfter(": ").substringBefore(" ").toInt() }
        assertEquals(8, sizes.size)
        assertTrue(sizes.last() - sizes.first() < 40) { "$sizes MB" }
    }

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
