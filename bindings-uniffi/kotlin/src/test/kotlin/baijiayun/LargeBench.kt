package baijiayun

import baijiayun.testing.Mock
import com.sun.net.httpserver.HttpServer
import java.io.File
import java.io.RandomAccessFile
import java.math.BigInteger
import java.net.InetAddress
import java.net.InetSocketAddress
import java.nio.ByteBuffer
import java.security.MessageDigest
import java.time.Duration
import java.util.concurrent.Executors
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.delay
import kotlinx.coroutines.isActive
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking

/**
 * Large answers, from a server in another process, and large files: `./dev bench`.
 *
 * - `serve` prints its port, and answers `room.list` with a list of 50 MB and all else with a room.
 * - `eight PORT LIMIT` has eight of 50 MB at once, with that limit on an answer (0: the default), and says what they became.
 * - `beside PORT` measures small calls alone, and beside answers of 50 MB one after the other.
 * - `upload` has a file of 1 GB uploaded to the double of the service, with two breaks. Start it with a small heap.
 */
object LargeBench {
    private const val SIZE = 50_000_000

    @JvmStatic
    fun main(args: Array<String>) {
        when (args[0]) {
            "serve" -> serve()
            "eight" -> eight(args[1], args[2].toLong())
            "beside" -> beside(args[1])
            "upload" -> upload()
        }
    }

    private fun serve() {
        System.setProperty("sun.net.httpserver.nodelay", "true")
        val row = """{"room_id":"17061588001234","title":"高一数学 第一课","start_time":"2026-01-01 08:00:00","max_users":"100"}"""
        val rows = List(SIZE / row.encodeToByteArray().size) { row }
        val large = """{"code":0,"data":{"total":"${rows.size}","list":[${rows.joinToString(",")}]},"msg":"","ts":1}""".encodeToByteArray()
        val small = """{"code":0,"data":{"room_id":"17"},"msg":"","ts":1}""".encodeToByteArray()
        val server = HttpServer.create(InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100)
        server.executor = Executors.newCachedThreadPool()
        server.createContext("/") { exchange ->
            exchange.use {
                it.requestBody.readBytes()
                val body = if ("list" in it.requestURI.path) large else small
                it.sendResponseHeaders(200, body.size.toLong())
                it.responseBody.write(body)
            }
        }
        server.start()
        println(server.address.port)
    }

    private inline fun com.sun.net.httpserver.HttpExchange.use(answer: (com.sun.net.httpserver.HttpExchange) -> Unit) =
        try {
            answer(this)
        } finally {
            close()
        }

    private fun client(port: String, limit: Long = 0) =
        Client("http://127.0.0.1:$port", "1", KEY) {
            quota = Quota.NONE
            operationQuota = false
            attempts = 1
            if (limit > 0) maxAnswer = limit
        }

    private fun eight(port: String, limit: Long) {
        val client = client(port, limit)
        val came = runBlocking(Dispatchers.Default) {
            (1..8).map { async { runCatching { client.room.list().page().rows.size } } }.awaitAll()
        }
        came.groupingBy { it.exceptionOrNull()?.let { error -> (error as? BaijiayunException)?.kind ?: error } ?: "read" }
            .eachCount().forEach { (what, count) -> println("$count: $what") }
        println("then: ${runBlocking { client.room.info(17).roomId }}")
    }

    private fun beside(port: String) {
        val client = client(port, 64L shl 20)
        for (isBeside in listOf(false, false, true)) {
            val times = ArrayList<Long>()
            runBlocking(Dispatchers.Default) {
                var large = 0
                val other = launch {
                    while (isBeside && isActive) {
                        client.room.list().page()
                        large++
                    }
                }
                val end = System.nanoTime() + Duration.ofSeconds(10).toNanos()
                while (System.nanoTime() < end) {
                    val began = System.nanoTime()
                    client.room.info(17)
                    times += System.nanoTime() - began
                    delay(1)
                }
                other.cancelAndJoin()
                times.sort()
                fun at(part: Double) = "%.1f".format(times[(times.size * part).toInt().coerceAtMost(times.size - 1)] / 1e6)
                println("beside $large large ones: ${times.size} calls, p50 ${at(0.5)}, p99 ${at(0.99)}, worst ${at(1.0)} ms")
            }
        }
    }

    /** A file with holes in which no two megabytes are alike. */
    private fun upload() {
        val megabyte = 1 shl 20
        val file = File.createTempFile("lesson-", ".mp4")
        val md5 = MessageDigest.getInstance("MD5")
        try {
            RandomAccessFile(file, "rw").use { out ->
                val piece = ByteArray(megabyte)
                for (number in 0 until UPLOADED / megabyte) {
                    ByteBuffer.wrap(piece).putLong(number)
                    md5.update(piece)
                    out.seek(number * megabyte)
                    out.writeLong(number)
                }
                out.setLength(UPLOADED)
            }
            Mock.start("--uploads-break-every", "${403L * megabyte}").use { mock ->
                val client = mock.client()
                val began = System.nanoTime()
                val video = runBlocking { client.video.upload(UploadFile(file), listOf(16)) }
                val seconds = (System.nanoTime() - began) / 1e9
                val arrived = runBlocking { client.video.info(video.videoId).fileMd5 }
                check(arrived == "%032x".format(BigInteger(1, md5.digest()))) { "it arrived as $arrived" }
                val most = File("/proc/self/status").readLines().first { it.startsWith("VmHWM") }.filter(Char::isDigit).toLong() / 1024
                println("%d MB with %d breaks in %.1f s; most memory: %d MB, heap %d MB at most".format(
                    UPLOADED / megabyte, video.resumes, seconds, most, Runtime.getRuntime().maxMemory() / megabyte,
                ))
            }
        } finally {
            file.delete()
        }
    }

    private const val UPLOADED = 1L shl 30
}
