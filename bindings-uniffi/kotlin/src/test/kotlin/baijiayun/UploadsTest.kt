package baijiayun

import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest.newBuilder
import java.net.http.HttpResponse.BodyHandlers
import java.nio.file.Path
import java.security.MessageDigest
import java.time.Duration
import java.util.concurrent.TimeUnit
import kotlin.io.path.writeBytes
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.io.TempDir
import org.junit.jupiter.params.ParameterizedTest
import org.junit.jupiter.params.provider.CsvSource

private val content = ByteArray(600_000) { (it * 7 + it / 256).toByte() }

private val arrived = HttpResponse(200, """{"code":1,"fid":"77","msg":"success"}""".encodeToByteArray())

private fun address(url: String = "https://upload.example.com/up?fid=1", more: String = "") =
    envelope(Json.parseToJsonElement("""{"video_id":77,"upload_url":"$url"$more}"""))

/** A server that takes nothing else than what public uploaders send: tests/peers/strict_server.py. */
private class Strict(vararg options: String) : AutoCloseable {
    private val process =
        ProcessBuilder("python3", "${System.getProperty("user.dir")}/../../tests/peers/strict_server.py", *options)
            .redirectError(ProcessBuilder.Redirect.INHERIT).start()

    val url: String = process.inputStream.bufferedReader().readLine() ?: error("the strict server ended")

    fun report(): JsonObject {
        val answer = HttpClient.newHttpClient().send(newBuilder(URI("$url/report")).build(), BodyHandlers.ofString())
        return Json.parseToJsonElement(answer.body()).jsonObject
    }

    override fun close() {
        process.destroy()
        process.waitFor(10, TimeUnit.SECONDS)
    }
}

private fun md5(bytes: ByteArray) = MessageDigest.getInstance("MD5").digest(bytes).joinToString("") { "%02x".format(it) }

class UploadsTest {
    private fun HttpRequest.sent(): ByteArray = body!!.open().readBytes()

    @Test
    fun `a large file goes in chunks, and goes on after a break`() {
        val http = Fake(
            { address() },
            { arrived },
            { throw java.io.IOException("cut") },
            { address(more = ""","upload_size":250000""") },
            { arrived },
            { arrived },
        )
        val told = ArrayList<Long>()
        val registered = ArrayList<Long>()
        val settings = UploadSettings {
            chunkSize = 200_000
            this.registered = { registered += it }
        }
        val video = runBlocking {
            val file = UploadFile(content, "a.mp4", progress = { there, _ -> told += there })
            clientWith(http).video.upload(file, listOf(16), settings)
        }
        assertEquals(77L to 1, video.videoId to video.resumes)
        val chunks = http.requests.filter { "content-range" in it.headers }
        assertEquals(
            listOf("bytes 1-200000/600000", "bytes 200001-400000/600000", "bytes 250001-450000/600000", "bytes 450001-600000/600000"),
            chunks.map { it.headers["content-range"] },
        )
        assertTrue(chunks[2].sent().contentEquals(content.copyOfRange(250_000, 450_000)))
        assertTrue(chunks.all { it.headers["content-type"] == "application/octet-stream" && it.body!!.length <= 200_000 })
        assertEquals(listOf(200_000L, 250_000L, 450_000L, 600_000L), told)
        assertEquals(listOf(77L), registered)
    }

    @Test
    fun `https is asked for, and http is refused`() {
        val file = UploadFile(content, "a.mp4")
        val http = Fake({ address("http://upload.example.com/up?token=secret") }, { arrived })
        val client = clientWith(http)
        val error = assertThrows(UploadFailedException::class.java) { runBlocking { client.video.upload(file, listOf(16)) } }
        assertTrue("http, though https was asked for" in error.message.orEmpty() && "secret" !in error.message.orEmpty())
        assertTrue("use_https=1" in http.requests[0].sent().decodeToString())
        val going = Fake({ address(more = ""","upload_size":600000""") })
        runBlocking { clientWith(going).video.resumeUpload(77, file) }
        assertTrue("use_https=1" in going.requests[0].sent().decodeToString())
        val plain = Fake({ address("http://upload.example.com/up") }, { arrived })
        runBlocking { clientWith(plain).video.upload(file, listOf(16), UploadSettings { useHttps = false }) }
        assertTrue("use_https=0" in plain.requests[0].sent().decodeToString())
    }

    @Test
    fun `an empty file registers nothing`() {
        val http = Fake({ address() })
        assertThrows(FileException::class.java) {
            runBlocking { clientWith(http).video.upload(UploadFile(ByteArray(0), "a.mp4"), listOf(16)) }
        }
        assertEquals(0, http.requests.size)
    }

    @Test
    fun `an app without the key uploads to addresses of its server`() {
        val asked = ArrayList<Long?>()
        val addresses = object : UploadAddresses {
            override suspend fun uploadUrl(): UploadAddress {
                asked += null
                return UploadAddress(77, "https://upload.example.com/up?fid=1")
            }

            override suspend fun resumeUploadUrl(videoId: Long): UploadAddress {
                asked += videoId
                if (asked.size == 2) throw java.io.IOException("my server is down")
                return UploadAddress(uploadUrl = "https://upload.example.com/rest?fid=1", uploadSize = 400_000)
            }
        }
        val http = Fake({ arrived }, { throw java.io.IOException("cut") }, { arrived }, { arrived })
        val settings = UploadSettings { chunkSize = 200_000 }
        val uploader = Uploader(http, TestClock().clock)
        val video = runBlocking { uploader.upload(UploadFile(content, "a.mp4"), addresses, settings) }
        assertEquals(77L, video.videoId)
        assertEquals(listOf(null, 77L, 77L), asked)
        assertEquals(
            listOf("bytes 1-200000/600000", "bytes 200001-400000/600000", "bytes 400001-600000/600000"),
            http.requests.map { it.headers["content-range"] },
        )
        assertEquals("https://upload.example.com/rest?fid=1", http.requests.last().url)
        // The answer to the last chunk was lost, and my server knows.
        val done = object : UploadAddresses by addresses {
            override suspend fun resumeUploadUrl(videoId: Long) = UploadAddress(status = 20)
        }
        assertEquals(77L, runBlocking { uploader.resumeUpload(77, UploadFile(content, "a.mp4"), done, settings) }.videoId)
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = ';',
        value = [
            "''; 5242880; number",
            "ok,accept,head,body,kept,lost,half,503,4001,html,hang; 90000; number",
            "ok,accept,head,body,kept,lost,half,503,4001,html,hang; 70000; text",
            "head,kept; 5242880; number",
            "lost; 5242880; number",
            "half; 5242880; text",
        ],
    )
    fun `a strict server has nothing to object to`(faults: String, chunk: Long, sizes: String, @TempDir folder: Path) {
        val path = folder.resolve("第一课.mp4").apply { writeBytes(content) }
        val told = ArrayList<Long>()
        Strict("--faults", faults, "--chunk", "$chunk", "--sizes", sizes, "--asks", if (faults.length > 5) "ok,drop,503,html" else "").use { strict ->
            val client = Client(strict.url, "12345678", "the-key") { clock = Clock(sleep = { }) }
            val settings = UploadSettings {
                chunkSize = chunk
                resumes = 20
                stallTimeout = Duration.ofMillis(300)
            }
            val file = UploadFile(path, progress = { there, _ -> told += there })
            val video = runBlocking { client.video.upload(file, listOf(16), settings) }
            val report = strict.report()
            assertEquals(7L, video.videoId)
            assertEquals("[]", report["objections"]!!.jsonArray.toString()) { "$faults: $report" }
            assertEquals(md5(content), report["md5"]!!.jsonPrimitive.content)
        }
        assertEquals(told.sorted().distinct(), told)
        assertEquals(content.size.toLong(), told.last())
    }
}
