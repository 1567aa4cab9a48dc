package baijiayun

import java.nio.file.Path
import java.util.Collections
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.flow.toList
import baijiayun.testing.Mock
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import org.junit.jupiter.api.io.TempDir
import kotlin.io.path.writeBytes

/** End to end, over HTTP, against `bjy mock`, which checks signatures and parameters as the service does. */
class MockTest {
    private val start = System.currentTimeMillis() / 1000 + 86_400

    private suspend fun lesson(client: Client, title: String = "第一课", day: Int = 0): RoomCreateResult =
        client.room.create(title, start + day * 86_400, start + day * 86_400 + 3600) { type = 2 }

    @Test
    fun `a lesson`() = withMock { client ->
        val room = lesson(client)
        val id = room.roomId
        assertTrue(room.studentCode.isNotEmpty())
        assertEquals("第一课", client.room.info(id).title)
        client.room.update(id) { title = "第二课 A&B=1+2%41" }
        assertEquals(listOf("第二课 A&B=1+2%41"), client.room.list { limit = 1 }.items().toList().map { it.title })
        client.room.delete(id)
        assertEquals(3002L, assertThrows(RoomDeletedException::class.java) { runBlocking { client.room.info(id) } }.code)
        val error = assertThrows(RoomNotFoundException::class.java) { runBlocking { client.room.info(1) } }
        assertEquals(listOf(ErrorKind.ROOM_NOT_FOUND, "room.info"), listOf(error.kind, error.operation))
    }

    @Test
    fun `a long list`() = withMock { client ->
        for (day in 0 until 12) lesson(client, "课 $day", day)
        val rows = client.room.list { limit = 5 }.items().toList()
        assertEquals((0 until 12).map { "课 $it" }.toSet(), rows.map { it.title }.toSet())
        assertEquals(12, rows.size)
    }

    @Test
    fun `many calls at once`() = withMock { client ->
        val rooms = (0 until 15).map { async { lesson(client, "课 $it", it).roomId } }.awaitAll()
        assertEquals(15, rooms.toSet().size)
    }

    @Test
    fun `a wrong key`() {
        Mock.start().use { mock ->
            val error = assertThrows(SignatureException::class.java) { runBlocking { Client(mock.url, mock.partnerId, "another key").room.list().page() } }
            assertEquals(1002L, error.code)
            assertTrue("partnerKey" in error.message.orEmpty())
        }
    }

    @TestFactory
    fun `a service that fails every other time`(): List<DynamicTest> =
        listOf("--errors-every", "--drops-every", "--throttles-every", "--html-every").map { option ->
            dynamicTest(option) {
                Mock.start(option, "2").use { mock ->
                    val client = mock.client { clock = Clock(sleep = {}) }
                    val attempts = (1..4).sumOf {
                        val details = Details()
                        val options = CallOptions {
                            attempts = 5
                            this.details = details
                        }
                        runBlocking { client.room.list(options).page() }
                        details.trace!!.attempts
                    }
                    assertTrue(attempts > 4) { "$attempts" }
                }
            }
        }

    @Test
    fun `what changes something is not repeated`() {
        Mock.start("--drops-every", "1").use { mock ->
            val error = assertThrows(TransportException::class.java) { runBlocking { lesson(mock.client()) } }
            assertEquals(1, error.trace?.attempts)
        }
    }

    @Test
    fun `loose types`() {
        Mock.start("--php-loose").use { mock ->
            val client = mock.client()
            val room = runBlocking { lesson(client) }
            assertEquals(room.roomId, runBlocking { client.room.info(room.roomId).roomId })
        }
    }

    @Test
    fun `a video goes on where it broke off`(@TempDir folder: Path) {
        val file = folder.resolve("第一课.mp4").apply { writeBytes(ByteArray(2_000_000) { it.toByte() }) }
        Mock.start("--uploads-break-at", "700000").use { mock ->
            val client = mock.client { clock = Clock(sleep = {}) }
            val told = Collections.synchronizedList(ArrayList<Long>())
            val video = runBlocking {
                client.video.upload(UploadFile(file, progress = { sent, _ -> told += sent }), listOf(16, 1))
            }
            assertTrue(video.videoId > 0 && video.resumes >= 1) { "$video" }
            assertEquals(told.sorted().distinct(), told.toList())
            assertEquals(2_000_000L, told.last())
        }
    }

    @Test
    fun `a document is sent as a file`() = withMock { client ->
        val details = Details()
        val parts = client.request("doc.upload", mapOf("attachment" to UploadFile("课件".encodeToByteArray(), "课件.pdf")))
        assertArrayEquals("课件".encodeToByteArray(), parts.body!!.open().readBytes().let { whole ->
            whole.decodeToString().substringAfter("application/pdf\r\n\r\n").substringBefore("\r\n--").encodeToByteArray()
        })
        val answer = client.call(
            "doc.upload",
            mapOf("attachment" to UploadFile(ByteArray(300_000), "课件.pdf")),
            CallOptions { this.details = details },
        )
        assertEquals(answer.trace, details.trace)
    }

    private fun withMock(test: suspend CoroutineScope.(Client) -> Unit) {
        Mock.start().use { mock -> runBlocking { test(mock.client()) } }
    }
}
