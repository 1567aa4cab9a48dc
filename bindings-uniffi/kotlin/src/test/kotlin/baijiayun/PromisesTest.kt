package baijiayun

import java.net.URLDecoder
import java.time.Duration
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import kotlinx.serialization.json.longOrNull
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/**
 * What all languages promise.
 *
 * promise-vectors: promises.json
 */
class PromisesTest {
    private class Case(val json: JsonObject) {
        val time = TestClock().apply { json["unix"]?.let { now = it.jsonPrimitive.long * 1000 } }
        val call = (json["call"] ?: json["walk"])?.jsonObject
        val http = Fake(*answers().map { answer -> answering { answer } }.toTypedArray())
        val details = Details()
        val rows = ArrayList<Long>()

        private fun answers(): List<HttpResponse> =
            json["answers"]?.jsonArray.orEmpty().map { it.jsonObject }.map { answer ->
                val repeated = answer.text("body").repeat(answer["repeat"]?.jsonPrimitive?.int ?: 1)
                val body = repeated + " ".repeat(answer["pad"]?.jsonPrimitive?.int ?: 0)
                val after = answer["headers"]?.jsonObject?.textOrNull("retry-after")
                HttpResponse(answer.getValue("status").jsonPrimitive.int, body.encodeToByteArray(), after)
            } + envelope()

        fun run() {
            val client = client()
            json["link"]?.jsonObject?.let { link ->
                val given = link.getValue("params").jsonObject
                assertEquals("enter_room", link.text("kind"))
                runBlocking { client.links.enterRoom(given.text("room_id").toLong(), given.text("user_number"), given.text("user_name")) }
            }
            if (call == null) return
            val params: Map<String, Any?> = call.getValue("params").jsonObject + listOfNotNull(
                call["file"]?.jsonObject?.let { it.text("param") to UploadFile(it.text("content").encodeToByteArray(), it.text("name")) },
            )
            val path = call.textOrNull("path")
            runBlocking {
                when {
                    "walk" in json -> client.pages(call.text("name"), params).items().collect { row ->
                        rows += row.jsonObject.getValue("room_id").jsonPrimitive.long
                    }
                    path != null -> client.callPath(path, params, options = options())
                    else -> client.call(call.text("name"), params, options())
                }
            }
        }

        private fun client(): Client {
            val given = json.getValue("client").jsonObject
            val signature = given.textOrNull("signer")
            val key = given.textOrNull("partner_key") ?: "the partner key".takeIf { signature == null }
            return Client(given.textOrNull("domain") ?: "demo", given.textOrNull("partner_id") ?: "12345678", key) {
                http = this@Case.http
                clock = time.clock
                signature?.let { signer = Signer { _ -> it } }
                callbackKeys = given["callback_keys"]?.jsonArray.orEmpty().map { it.jsonPrimitive.content }
                for ((name, value) in given["settings"]?.jsonObject.orEmpty()) {
                    val number = value.jsonPrimitive
                    when (name) {
                        "attempts" -> attempts = number.int
                        "attempt_timeout" -> attemptTimeout = Duration.ofMillis(number.long)
                        "deadline" -> deadline = Duration.ofMillis(number.long)
                        "upload_deadline" -> uploadDeadline = Duration.ofMillis(number.long)
                        "max_answer" -> maxAnswer = number.long
                        "allow_http" -> allowHttp = number.boolean
                        "strict" -> strict = number.boolean
                        else -> throw IllegalArgumentException(name)
                    }
                }
            }
        }

        private fun options() = CallOptions {
            details = this@Case.details
            for ((name, value) in call?.get("options")?.jsonObject.orEmpty()) {
                val given = value.jsonPrimitive
                when (name) {
                    "attempts" -> attempts = given.int
                    "attempt_timeout" -> attemptTimeout = Duration.ofMillis(given.long)
                    "deadline" -> deadline = Duration.ofMillis(given.long)
                    "max_answer" -> maxAnswer = given.long
                    "strict" -> strict = given.boolean
                    "retry" -> retry = Retry.valueOf(given.content.uppercase())
                    else -> throw IllegalArgumentException(name)
                }
            }
        }
    }

    @TestFactory
    fun `what all languages promise`(): List<DynamicTest> =
        vectors("promises").filterNot { JsonPrimitive("kotlin") in it["not_in"]?.jsonArray.orEmpty() }
            .map { json -> dynamicTest("${json.text("promise")}: ${json.text("name")}") { check(Case(json)) } }

    // promise: default_attempts, default_attempt_timeout, default_deadline, default_upload_deadline, default_retry_after_cap
    // promise: default_error_body, default_chunk_size, default_close_within
    @Test
    fun `the defaults are those of the table`() {
        val refusing = Fake({ throw java.net.ConnectException() })
        val client = clientWith(refusing)
        assertThrows(ConnectException::class.java) { runBlocking { client.room.info(17) } }
        assertEquals(3, refusing.requests.size)
        assertEquals(listOf(Duration.ofSeconds(30), 8_388_608L), refusing.requests[0].run { listOf(timeout, maxAnswer) })
        assertThrows(ConnectException::class.java) {
            runBlocking { client.call("doc.upload", mapOf("attachment" to UploadFile(ByteArray(1), "a.pdf"))) }
        }
        assertEquals(Duration.ofHours(1), refusing.requests[3].timeout)

        fun waits(seconds: Int) = runBlocking {
            val limited = clientWith(Fake.of(envelope(JsonObject(emptyMap())))) { quota = Quota(1, seconds) }
            repeat(2) { limited.call("room.info", mapOf("room_id" to 17)) }
        }
        waits(118)
        assertThrows(ThrottledException::class.java) { waits(121) }

        fun after(seconds: Int) = runBlocking {
            val busy = HttpResponse(429, ByteArray(0), "$seconds")
            clientWith(Fake.of(busy, envelope(JsonObject(emptyMap())))).call("room.info", mapOf("room_id" to 17))
        }
        after(60)
        assertThrows(ThrottledException::class.java) { after(61) }

        val page = Fake.of(HttpResponse(404, ByteArray(100_000) { ' '.code.toByte() }))
        val error = assertThrows(BaijiayunException::class.java) { runBlocking { clientWith(page).room.info(17) } }
        assertEquals(65_536, error.details.body!!.length)

        val address = """{"code":0,"data":{"video_id":5,"upload_url":"https://up.example.com/x"},"msg":"","ts":1}"""
        val uploading = Fake(answering { HttpResponse(200, address.encodeToByteArray()) }, answering { throw java.net.ConnectException() })
        assertThrows(BaijiayunException::class.java) {
            runBlocking { clientWith(uploading).video.upload(UploadFile(ByteArray(5_242_881), "a.mp4"), listOf(1)) }
        }
        assertEquals("bytes 1-5242880/5242881", uploading.requests.firstNotNullOf { it.headers["content-range"] })
        assertEquals(Duration.ofSeconds(30), Client.CLOSE_WITHIN)
    }

    private fun check(case: Case) {
        val json = case.json
        var error: BaijiayunException? = null
        try {
            case.run()
        } catch (thrown: BaijiayunException) {
            error = thrown
        }
        val expected = json["error"]?.jsonObject
        if (expected != null) {
            assertEquals(expected.text("kind"), error?.kind?.wireName, "$error")
            // Settings are called here as Kotlin has them.
            val message = Native.inCamelCase(expected.text("message").encodeToByteArray()).decodeToString()
            assertTrue(message in error!!.message!!, error.message)
            expected.textOrNull("hidden")?.let { assertFalse(it in error.stackTraceToString()) }
            if ("retry_after_ms" in expected) {
                assertEquals(expected.getValue("retry_after_ms").jsonPrimitive.longOrNull?.let(Duration::ofMillis), error.retryAfter)
            }
            expected.textOrNull("body_bytes")?.let { assertEquals(it.toInt(), error.details.body!!.encodeToByteArray().size) }
        } else if ("sent" !in json && "wait_ms" !in json) {
            error?.let { throw it }
        }
        json["sent"]?.jsonObject?.let { sent ->
            val request = case.http.requests.first()
            sent.textOrNull("url")?.let { assertEquals(it, request.url) }
            val body = request.body?.open()?.readBytes()?.decodeToString().orEmpty()
            sent.textOrNull("form_ends")?.let { assertTrue(body.endsWith(it), body) }
            sent["pair"]?.jsonArray?.map { it.jsonPrimitive.content }?.let { (name, value) ->
                val pairs = body.split('&').map { pair -> pair.split('=').map { URLDecoder.decode(it, Charsets.UTF_8) } }
                assertTrue(listOf(name, value) in pairs, body)
            }
            sent["part"]?.jsonObject?.let { part ->
                val head = """name="${part.text("name")}"; filename="${part.text("filename")}"""" + "\r\nContent-Type: ${part.text("type")}\r\n"
                assertTrue(head in body, body)
            }
        }
        json["wait_ms"]?.jsonArray?.let { (least, most) ->
            assertTrue(case.time.waits.first() in least.jsonPrimitive.long..most.jsonPrimitive.long, "${case.time.waits}")
        }
        json["rows"]?.jsonArray?.let { rows ->
            assertEquals(rows.map { it.jsonPrimitive.long }, case.rows)
            assertEquals(json.getValue("answers").jsonArray.size, case.http.requests.size)
        }
        json["departures"]?.jsonArray?.let { paths ->
            assertEquals(paths.map { it.jsonPrimitive.content }, case.details.departures.map { it.path })
        }
    }
}

private fun answering(answer: suspend (HttpRequest) -> HttpResponse) = answer
