package baijiayun

import com.sun.net.httpserver.HttpServer
import java.net.InetSocketAddress
import java.nio.file.Path
import java.time.Duration
import java.util.Collections
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.flow.toList
import baijiayun.testing.Mock
import kotlinx.coroutines.runBlocking
import org.junit.jupiter.api.Assertions.assertArrayEquals
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
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

    @Test
    fun `what came, and what is answered`() {
        Mock.start().use { mock ->
            val client = mock.client()
            val room = runBlocking { lesson(client) }
            assertThrows(RoomNotFoundException::class.java) { runBlocking { client.room.info(1) } }
            val (created, refused) = mock.received()
            assertEquals(listOf("room.create", "第一课", "accepted", null), listOf(created.operation, created.params["title"], created.verdict, created.code))
            assertEquals(listOf("/openapi/room/info", "refused", 3001L, "房间号不存在"), listOf(refused.path, refused.verdict, refused.code, refused.msg))
            assertFalse("第一课" in created.toString(), created.toString())
            mock.forget()
            assertEquals(0, mock.received().size)
            mock.answers(mapOf("room.info" to listOf(mapOf("data" to mapOf("title" to "别的")), emptyMap()), "room.list" to mapOf("code" to 2002, "msg" to "否")))
            assertEquals(listOf("别的", "第一课"), runBlocking { List(2) { client.room.info(room.roomId).title } })
            assertThrows(PermissionDeniedException::class.java) { runBlocking { client.room.list().page() } }
            mock.answers(null)
            assertEquals(1L, runBlocking { client.room.list().page().total })
            val error = assertThrows(IllegalArgumentException::class.java) { mock.answers(mapOf("room.lst" to emptyMap<String, Any>())) }
            assertTrue("room.lst" in error.message!!, error.message)
        }
    }

    @Test
    fun `what goes wrong is set, and taken back`() {
        Mock.start().use { mock ->
            val client = mock.client { attempts = 1 }
            mock.misbehave {
                it.errorsEvery = 2
                it.seed = 1
                it.latency = Duration.ofMillis(1)
                it.uploadsBreakAt = 10
            }
            assertEquals(503, assertThrows(BaijiayunException::class.java) { runBlocking { client.room.list().page() } }.status)
            assertEquals("misbehaved", mock.received().single().verdict)
            mock.misbehave { it.phpLoose = true }
            runBlocking { repeat(3) { client.room.list().page() } }
            mock.misbehave()
            runBlocking { client.room.list().page() }
            val error = assertThrows(IllegalArgumentException::class.java) { mock.misbehave { it.dropsEvery = -1 } }
            assertTrue("drops_every" in error.message!!, error.message)
        }
    }

    @Test
    fun `callbacks are posted to who receives them, again when the clock says so`() {
        Mock.start().use { mock ->
            val client = mock.client()
            val made = mock.trigger(CallbackName.CLASS_EVENT, mapOf("room_id" to 26112310000000, "op" to "end"))
            assertEquals(listOf("class_event", "", null, null, false), listOf(made.name, made.url, made.at, made.answer, made.taken))
            val read = client.callbacks.parse(made.body.encodeToByteArray(), made.contentType) as ClassEventCallback
            assertEquals(listOf(26112310000000, "end"), listOf(read.data.roomId, read.data.op))
            val answers = ArrayDeque(listOf("later", CALLBACK_SUCCESS))
            val server = HttpServer.create(InetSocketAddress("127.0.0.1", 0), 0)
            server.createContext("/") { exchange ->
                exchange.requestBody.readBytes()
                val body = answers.removeFirst().encodeToByteArray()
                exchange.sendResponseHeaders(200, body.size.toLong())
                exchange.responseBody.use { it.write(body) }
            }
            server.start()
            try {
                runBlocking { client.liveAccount.setClassCallbackUrl("http://127.0.0.1:${server.address.port}/") }
                val first = mock.trigger(CallbackName.CLASS_EVENT)
                assertEquals(listOf(1, 200, "later", false), listOf(first.attempt, first.answer?.status, first.answer?.body, first.taken))
                val before = mock.now()
                mock.advance(Duration.ofMinutes(10))
                assertTrue(Duration.between(before, mock.now()) >= Duration.ofMinutes(10))
                assertEquals(listOf(false, true), mock.posted().map { it.taken })
                assertTrue(mock.posted().last().at!! > before)
                mock.forget()
                assertEquals(0, mock.posted().size)
            } finally {
                server.stop(0)
            }
            assertThrows(IllegalArgumentException::class.java) { mock.trigger("no_such_event") }
            assertThrows(IllegalArgumentException::class.java) { mock.advance(Duration.ofSeconds(-1)) }
            assertThrows(IllegalArgumentException::class.java) { mock.advance(Duration.ofSeconds(Long.MAX_VALUE)) }
        }
    }

    private fun withMock(test: suspend CoroutineScope.(Client) -> Unit) {
        Mock.start().use { mock -> runBlocking { test(mock.client()) } }
    }
}
