package baijiayun

import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.ServerSocket
import java.nio.file.Files
import java.nio.file.Path
import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import kotlin.concurrent.thread
import kotlin.io.path.writeBytes

/** Java's own HTTP client against servers that behave oddly. */
class HttpTest {
    private fun client(url: String, settings: Settings.() -> Unit = {}) =
        Client(url, "1", KEY) {
            clock = Clock(sleep = {})
            attempts = 1
            settings()
        }

    private fun serving(answer: (HttpExchange) -> Unit, test: (String) -> Unit) {
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.createContext("/") { exchange -> exchange.use(answer) }
        server.start()
        try {
            test("http://127.0.0.1:${server.address.port}")
        } finally {
            server.stop(0)
        }
    }

    private fun HttpExchange.use(answer: (HttpExchange) -> Unit) = try {
        answer(this)
    } finally {
        close()
    }

    @Test
    fun `the service gets what it is to get`() {
        val seen = ArrayList<String>()
        serving({ exchange ->
            seen += listOf(exchange.requestMethod, exchange.requestHeaders.getFirst("content-type"), exchange.requestURI.path)
            seen += exchange.requestBody.readBytes().decodeToString()
            val body = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":1}""".encodeToByteArray()
            exchange.sendResponseHeaders(200, body.size.toLong())
            exchange.responseBody.write(body)
        }) { url ->
            assertEquals(17L, runBlocking { client(url).room.info(17) }.roomId)
            assertEquals(listOf("POST", "application/x-www-form-urlencoded", "/openapi/room/info"), seen.take(3))
            assertTrue(listOf("room_id", "17") in pairs(seen[3]))
        }
    }

    @Test
    fun `redirects are not followed`() =
        serving({ exchange ->
            exchange.responseHeaders.add("location", "/elsewhere")
            exchange.sendResponseHeaders(302, -1)
        }) { url ->
            assertEquals(302, assertThrows(AnswerException::class.java) { runBlocking { client(url).room.info(17) } }.status)
        }

    @Test
    fun `answers that are too large break off`() {
        val written = AtomicInteger()
        serving({ exchange ->
            exchange.sendResponseHeaders(200, 0)
            val chunk = ByteArray(1 shl 20)
            repeat(160) {
                exchange.responseBody.write(chunk)
                written.incrementAndGet()
            }
        }) { url ->
            val error = assertThrows(AnswerException::class.java) { runBlocking { client(url).room.info(17) } }
            assertEquals(ErrorKind.TOO_LARGE, error.kind)
        }
        // A few more are in the buffers of both sides.
        assertTrue(written.get() < 120) { "${written.get()} MiB were taken" }
    }

    @Test
    fun `nobody listens`() {
        val port = ServerSocket(0).use { it.localPort }
        assertThrows(ConnectException::class.java) { runBlocking { client("http://127.0.0.1:$port").room.info(17) } }
    }

    @Test
    fun `a server that does not answer`() {
        ServerSocket(0, 5, InetAddress.getLoopbackAddress()).use { server ->
            val client = client("http://127.0.0.1:${server.localPort}") { attemptTimeout = Duration.ofMillis(200) }
            assertThrows(TimeoutException::class.java) { runBlocking { client.room.info(17) } }
        }
    }

    @Test
    fun `a call that is cancelled closes its connection`() {
        ServerSocket(0, 5, InetAddress.getLoopbackAddress()).use { server ->
            val came = CompletableFuture<Unit>()
            val closed = CompletableFuture<Int>()
            thread {
                server.accept().use { connection ->
                    val input = connection.getInputStream()
                    input.read()
                    came.complete(Unit)
                    var last = 0
                    // The end of the stream, or a reset.
                    runCatching { while (last >= 0) last = input.read() }
                    closed.complete(last)
                }
            }
            runBlocking {
                val job = launch { client("http://127.0.0.1:${server.localPort}").room.info(17) }
                came.await()
                job.cancelAndJoin()
            }
            closed.get(10, TimeUnit.SECONDS)
        }
    }

    @Test
    fun `an upload on which nothing moves is broken`(@TempDir folder: Path) {
        val file = folder.resolve("a.mp4").apply { writeBytes(ByteArray(30_000_000)) }
        // A server that takes connections and reads nothing.
        ServerSocket(0, 5, InetAddress.getLoopbackAddress()).use { stuck ->
            val http = Fake(
                { envelope(Json.parseToJsonElement("""{"video_id":77,"upload_url":"http://127.0.0.1:${stuck.localPort}/u"}""")) },
                JavaHttpExecutor()::execute,
            )
            val settings = UploadSettings {
                stallTimeout = Duration.ofMillis(300)
                resumes = 0
            }
            val client = clientWith(http)
            val error = assertThrows(TimeoutException::class.java) {
                runBlocking { client.video.upload(UploadFile(file), listOf(16), settings) }
            }
            assertEquals(77L, error.videoId)
            assertEquals(0, client.runner.core.calls)
        }
    }

    @Test
    fun `files that cannot be read`(@TempDir folder: Path) {
        assertThrows(FileException::class.java) { UploadFile(folder.resolve("nothing.pdf")) }
        assertThrows(FileException::class.java) { UploadFile(folder) }
        val path = folder.resolve("a.pdf").apply { writeBytes(ByteArray(100_000)) }
        val file = UploadFile(path)
        serving({ it.requestBody.readBytes() }) { url ->
            val upload = { runBlocking { client(url).call("doc.upload", mapOf("attachment" to file)) } }
            for (size in listOf(100_001, 99_999)) {
                path.writeBytes(ByteArray(size))
                val error = assertThrows(FileException::class.java) { upload() }
                assertTrue("changed" in error.message.orEmpty()) { "$size: $error" }
            }
            Files.delete(path)
            assertThrows(FileException::class.java) { upload() }
        }
    }

    @Test
    fun `what a listener throws ends the call`() =
        serving({ it.requestBody.readBytes() }) { url ->
            val file = UploadFile(ByteArray(1_000_000), "a.pdf", progress = { _, _ -> throw IllegalStateException("enough") })
            val error = assertThrows(IllegalStateException::class.java) {
                runBlocking { client(url).call("doc.upload", mapOf("attachment" to file)) }
            }
            assertEquals("enough", assertInstanceOf(IllegalStateException::class.java, error).message)
        }
}
