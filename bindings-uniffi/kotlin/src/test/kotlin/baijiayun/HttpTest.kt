package baijiayun

import baijiayun.okhttp.OkHttpExecutor
import com.sun.net.httpserver.HttpExchange
import com.sun.net.httpserver.HttpServer
import com.sun.net.httpserver.HttpsConfigurator
import com.sun.net.httpserver.HttpsServer
import java.io.ByteArrayOutputStream
import java.io.OutputStream
import java.net.InetAddress
import java.net.InetSocketAddress
import java.net.Proxy
import java.net.ProxySelector
import java.net.ServerSocket
import java.net.Socket
import java.net.http.HttpClient
import java.nio.file.Files
import java.nio.file.Path
import java.security.KeyStore
import java.time.Duration
import java.util.concurrent.CompletableFuture
import java.util.concurrent.CyclicBarrier
import java.util.concurrent.TimeUnit
import java.util.concurrent.atomic.AtomicInteger
import java.util.zip.Deflater
import java.util.zip.DeflaterOutputStream
import java.util.zip.GZIPOutputStream
import javax.net.ssl.KeyManagerFactory
import javax.net.ssl.SSLContext
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.future.await
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import okhttp3.OkHttpClient
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
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

    // promise: redirect_named, default_redirects
    @Test
    fun `redirects are not followed, but told, and asked for once`() {
        val asked = AtomicInteger()
        serving({ exchange ->
            asked.incrementAndGet()
            exchange.responseHeaders.add("location", "https://other.example/openapi/room/info?sign=00000000")
            exchange.sendResponseHeaders(302, -1)
        }) { url ->
            val error = assertThrows(AnswerException::class.java) { runBlocking { client(url) { attempts = 3 }.room.info(17) } }
            assertEquals(302, error.status)
            assertTrue("redirect to https://other.example" in error.message!! && "sign" !in error.message!!, error.message)
            assertEquals(1, asked.get())
        }
    }

    // promise: answer_over_limit, answer_limit_per_client, answer_limit_per_call, default_max_answer
    @Test
    fun `answers that are too large break off, or are not begun`() {
        val written = AtomicInteger()
        fun HttpExchange.pour(length: Long) {
            sendResponseHeaders(200, length)
            val chunk = ByteArray(1 shl 20) { ' '.code.toByte() }
            repeat(60) {
                responseBody.write(chunk)
                written.incrementAndGet()
            }
        }
        for (length in listOf(0L, 60L shl 20)) {
            written.set(0)
            serving({ it.pour(length) }) { url ->
                val error = assertThrows(AnswerException::class.java) { runBlocking { client(url).room.info(17) } }
                assertEquals(ErrorKind.TOO_LARGE, error.kind)
                assertTrue("the answer is longer than 8388608 bytes" in error.message!! && "maxAnswer" in error.message!!, error.message)
            }
            // A few more are in the buffers of both sides.
            assertTrue(written.get() < 30) { "${written.get()} MiB were taken" }
        }
        val answer = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":1}""".padEnd(1000).encodeToByteArray()
        serving({ exchange -> exchange.give(answer) }) { url ->
            val options = { bytes: Long -> CallOptions { maxAnswer = bytes } }
            val small = client(url) { maxAnswer = 999 }
            assertEquals(ErrorKind.TOO_LARGE, assertThrows(AnswerException::class.java) { runBlocking { small.room.info(17) } }.kind)
            assertEquals(17L, runBlocking { small.room.info(17, options(1000)).roomId })
            assertEquals(ErrorKind.TOO_LARGE, assertThrows(AnswerException::class.java) { runBlocking { client(url).room.info(17, options(999)) } }.kind)
        }
        // The same for what an executor read too much of.
        val much = clientWith(Fake.of(HttpResponse(200, answer))) { maxAnswer = 999 }
        assertEquals(ErrorKind.TOO_LARGE, assertThrows(AnswerException::class.java) { runBlocking { much.room.info(17) } }.kind)
    }

    // promise: eight_large_answers
    @Test
    fun `eight answers of 50 MB at once in a process of 512 MB`() {
        val small = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":1}""".encodeToByteArray()
        serving({ exchange ->
            if ("list" !in exchange.requestURI.path) return@serving exchange.give(small)
            exchange.sendResponseHeaders(200, 0)
            val chunk = ByteArray(1 shl 20) { ' '.code.toByte() }
            repeat(50) { exchange.responseBody.write(chunk) }
        }) { url ->
            val java = Path.of(System.getProperty("java.home"), "bin", "java").toString()
            val port = url.substringAfterLast(':')
            val program = ProcessBuilder(
                java, "-Xmx512m", "-cp", System.getProperty("java.class.path"), LargeBench::class.java.name, "eight", port, "0",
            ).redirectErrorStream(true).start()
            val said = program.inputStream.readBytes().decodeToString()
            assertEquals(0, program.waitFor(), said)
            assertTrue("8: TOO_LARGE" in said && "then: 17" in said, said)
        }
    }

    private fun HttpExchange.give(body: ByteArray, vararg codings: String) {
        codings.forEach { responseHeaders.add("content-encoding", it) }
        sendResponseHeaders(200, body.size.toLong())
        responseBody.write(body)
    }

    private fun packed(body: ByteArray, by: (OutputStream) -> OutputStream): ByteArray =
        ByteArrayOutputStream().also { out -> by(out).use { it.write(body) } }.toByteArray()

    private val gzip = { out: OutputStream -> GZIPOutputStream(out) }
    private val packings = listOf(
        "gzip" to gzip,
        "deflate" to { out: OutputStream -> DeflaterOutputStream(out) },
        "deflate" to { out: OutputStream -> DeflaterOutputStream(out, Deflater(6, true)) },
    )

    // promise: compressed_answers, default_codings, answer_limit_of_decoded
    @Test
    fun `packed answers are read, no further than they may be long`() {
        val answer = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":1}""".padEnd(100_000).encodeToByteArray()
        for ((coding, packing) in packings) {
            serving({ exchange ->
                assertEquals("gzip, deflate", exchange.requestHeaders.getFirst("accept-encoding"))
                exchange.give(packed(answer, packing), coding)
            }) { url ->
                assertEquals(17L, runBlocking { client(url).room.info(17).roomId })
                assertEquals(17L, runBlocking { client(url) { maxAnswer = 100_000 }.room.info(17).roomId })
                val error = assertThrows(AnswerException::class.java) { runBlocking { client(url) { maxAnswer = 99_999 }.room.info(17) } }
                assertEquals(ErrorKind.TOO_LARGE, error.kind)
            }
        }
    }

    // promise: two_codings_refused
    @Test
    fun `two codings, others and broken ones are refused`() {
        val answer = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":1}""".encodeToByteArray()
        val once = packed(answer, gzip)
        val twice = packed(once, gzip)
        val refused = listOf<(HttpExchange) -> Unit>(
            { it.give(twice, "gzip, gzip") }, { it.give(twice, "gzip", "gzip") }, { it.give(answer, "br") }, { it.give(answer, "gzip") },
            { it.give(once.copyOf(20), "gzip") },
        )
        for (give in refused) {
            serving(give) { url ->
                val error = assertThrows(TransportException::class.java) { runBlocking { client(url).room.info(17) } }
                assertEquals(ErrorKind.TRANSPORT, error.kind)
            }
        }
    }

    // promise: never_left_refused
    @Test
    fun `nobody listens`() {
        val port = ServerSocket(0).use { it.localPort }
        val details = CallOptions { attempts = 2 }
        val error = assertThrows(ConnectException::class.java) { runBlocking { client("http://127.0.0.1:$port").room.delete(17, details) } }
        assertTrue("127.0.0.1:$port" in error.message!!, error.message)
        assertEquals(2, error.trace?.attempts)
    }

    // promise: never_left_proxy
    @Test
    fun `a proxy that refuses`() {
        for (status in listOf("407 Proxy Authentication Required", "502 Bad Gateway")) {
            val asked = AtomicInteger()
            ServerSocket(0, 5, InetAddress.getLoopbackAddress()).use { proxy ->
                thread {
                    runCatching {
                        while (true) proxy.accept().use { socket ->
                            if (socket.getInputStream().bufferedReader().readLine() == "CONNECT service.invalid:443 HTTP/1.1") asked.incrementAndGet()
                            val head = "HTTP/1.1 $status\r\nproxy-authenticate: Basic realm=\"a\"\r\ncontent-length: 0\r\n\r\n"
                            socket.getOutputStream().write(head.encodeToByteArray())
                        }
                    }
                }
                val address = InetSocketAddress(proxy.inetAddress, proxy.localPort)
                val executors = listOf(
                    JavaHttpExecutor(HttpClient.newBuilder().proxy(ProxySelector.of(address)).build()),
                    OkHttpExecutor(OkHttpClient.Builder().proxy(Proxy(Proxy.Type.HTTP, address)).build()),
                )
                for (executor in executors) {
                    val error = assertThrows(ConnectException::class.java) {
                        runBlocking { client("https://service.invalid") { http = executor }.room.delete(17, CallOptions { attempts = 2 }) }
                    }
                    assertTrue("no connection to service.invalid" in error.message!!, error.message)
                    assertEquals(2, error.trace?.attempts)
                }
            }
            assertEquals(4, asked.get())
        }
    }

    // promise: never_left_dns
    @Test
    fun `a name that nobody knows`() {
        val error = assertThrows(ConnectException::class.java) { runBlocking { client("https://nowhere.invalid").room.delete(17) } }
        assertTrue("the host nowhere.invalid is not known" in error.message!!, error.message)
    }

    // promise: never_left_tls
    @Test
    fun `a certificate that nobody trusts, and no TLS at all`(@TempDir folder: Path) {
        val server = HttpsServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0)
        server.httpsConfigurator = HttpsConfigurator(selfSigned(folder))
        server.start()
        try {
            val options = CallOptions { attempts = 3 }
            val error = assertThrows(ConnectException::class.java) {
                runBlocking { client("https://127.0.0.1:${server.address.port}").room.delete(17, options) }
            }
            assertTrue("no TLS connection to 127.0.0.1" in error.message!! && "CA" in error.hint!!, error.message)
            assertEquals(1, error.trace?.attempts)
        } finally {
            server.stop(0)
        }
        // No TLS at all.
        ServerSocket(0, 5, InetAddress.getLoopbackAddress()).use { plain ->
            thread { runCatching { plain.accept().use { it.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".encodeToByteArray()) } } }
            assertThrows(ConnectException::class.java) { runBlocking { client("https://127.0.0.1:${plain.localPort}").room.delete(17) } }
        }
    }

    private fun selfSigned(folder: Path): SSLContext {
        val store = folder.resolve("keys.p12")
        val keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString()
        val made = ProcessBuilder(
            keytool, "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=localhost", "-keystore", "$store",
            "-storepass", "changeit", "-storetype", "PKCS12",
        ).redirectErrorStream(true).start()
        val said = made.inputStream.readBytes().decodeToString()
        assertEquals(0, made.waitFor(), said)
        val keys = KeyStore.getInstance(store.toFile(), "changeit".toCharArray())
        val factory = KeyManagerFactory.getInstance("PKIX").apply { init(keys, "changeit".toCharArray()) }
        return SSLContext.getInstance("TLS").apply { init(factory.keyManagers, null, null) }
    }

    /** Takes connections, reads the head of a request, and does something. Gives how many came. */
    private fun raw(answer: (Socket) -> Unit, test: (String) -> Unit): Int {
        val requests = AtomicInteger()
        ServerSocket(0, 50, InetAddress.getLoopbackAddress()).use { server ->
            thread {
                runCatching {
                    while (true) {
                        val connection = server.accept()
                        thread {
                            runCatching {
                                connection.use {
                                    val lines = it.getInputStream().bufferedReader(Charsets.ISO_8859_1)
                                    while (lines.readLine().isNotEmpty()) Unit
                                    requests.incrementAndGet()
                                    answer(it)
                                }
                            }
                        }
                    }
                }
            }
            test("http://127.0.0.1:${server.localPort}")
        }
        return requests.get()
    }

    // promise: changing_sent_once, broken_may_have_left
    @Test
    fun `what changes something is sent once, also by Java's own client`() {
        // Java sends a GET again if its connection ends without an answer.
        val requests = raw({ }) { url ->
            val options = CallOptions { attempts = 3 }
            for (call in listOf<suspend (Client) -> Any>({ it.room.stopSmartLive(17, 1, options) }, { it.room.delete(17, options) })) {
                val error = assertThrows(TransportException::class.java) { runBlocking { call(client(url)) } }
                assertEquals(ErrorKind.TRANSPORT, error.kind)
                assertFalse("sign=" in error.stackTraceToString())
            }
        }
        assertEquals(2, requests)
    }

    // promise: attempt_bounds_whole_exchange
    @Test
    fun `an answer that comes a byte at a time`() {
        val drops = listOf("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n", "").map { head ->
            { connection: Socket ->
                connection.getOutputStream().write(head.encodeToByteArray())
                val end = System.nanoTime() + 10_000_000_000
                while (System.nanoTime() < end) {
                    connection.getOutputStream().run { write('H'.code); flush() }
                    Thread.sleep(20)
                }
            }
        }
        for (drop in drops) {
            raw(drop) { url ->
                val client = client(url) { attemptTimeout = Duration.ofMillis(300) }
                assertThrows(TimeoutException::class.java) { runBlocking { client.room.info(17) } }
            }
        }
    }

    @Test
    fun `no more connections than there may be`() {
        val now = AtomicInteger()
        val most = AtomicInteger()
        // Each waits until there are as many as there may be.
        val together = CyclicBarrier(3)
        val body = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":1}"""
        raw({ connection ->
            most.accumulateAndGet(now.incrementAndGet(), ::maxOf)
            together.await(10, TimeUnit.SECONDS)
            now.decrementAndGet()
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n$body".encodeToByteArray())
        }) { url ->
            val client = client(url) {
                http = JavaHttpExecutor(connections = 3)
                quota = Quota.NONE
            }
            runBlocking(Dispatchers.Default) { (1..39).map { async { client.room.info(17) } }.awaitAll() }
        }
        assertEquals(3, most.get())
    }

    // promise: part_content_types, part_names_safe
    @Test
    fun `names and types of parts`() {
        val seen = ArrayList<String>()
        serving({ exchange ->
            seen += exchange.requestBody.readBytes().decodeToString()
            exchange.give("""{"code":0,"data":{},"msg":"","ts":1}""".encodeToByteArray())
        }) { url ->
            for (name in listOf("a.pdf", "a.pptx", "x\"\r\ny: z.png")) {
                runCatching { runBlocking { client(url).call("doc.upload", mapOf("attachment" to UploadFile(ByteArray(3), name))) } }
            }
        }
        assertTrue("Content-Type: application/pdf\r\n" in seen[0], seen[0])
        assertTrue("presentationml.presentation\r\n" in seen[1], seen[1])
        assertTrue("filename=\"x%22%0D%0Ay: z.png\"\r\nContent-Type: image/png\r\n" in seen[2], seen[2])
        assertThrows(InvalidParametersException::class.java) { UploadFile(ByteArray(1), "a", "text/plain\r\nx: y") }
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
