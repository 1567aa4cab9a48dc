package baijiayun

import java.security.MessageDigest
import java.time.Duration
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory
import kotlin.reflect.full.memberProperties

/** What the service posts. */
class CallbacksTest {
    private val now = 1_501_572_288L
    private val client = Client("demo", "12345678", KEY) {
        callbackKeys = listOf("older")
        clock = Clock(unix = { now })
    }

    @TestFactory
    fun `callbacks of the vectors`(): List<DynamicTest> =
        vectors("callbacks").map { vector ->
            dynamicTest(vector.text("name")) {
                val client = Client("school", "12345678", vector.text("key"))
                val parse = { client.callbacks.parse(vector.text("body").encodeToByteArray(), vector.text("content_type"), tolerance = null) }
                val error = vector.textOrNull("error")
                if (error != null) {
                    assertEquals(error, assertThrows(CallbackException::class.java) { parse() }.kind.wireName)
                } else {
                    val event = parse()
                    val want = vector.getValue("expect").jsonObject
                    assertEquals(want.textOrNull("name"), event.name)
                    assertEquals(want.text("qid"), event.qid)
                    assertEquals(want.text("timestamp"), event.timestamp.toString())
                    assertTrue(event::class != UnknownCallback::class)
                    val property = event::class.memberProperties.single { it.name == "data" }
                    val typed = element(property.getter.call(event)).jsonObject
                    // The typed data are those of the vector, as far as the callback is described.
                    val described = DESCRIBED.getValue(want.text("name")) + setOf("qid", "timestamp")
                    val all = want["typed"] ?: want.getValue("data")
                    val data = all.jsonObject.filter { (name, value) -> name in described && value != JsonNull }
                    assertEquals(data.keys, typed.keys)
                    assertEquals(emptyMap<String, Any>(), typed.filterNot { (name, value) -> fits(value, data[name]) })
                }
            }
        }

    /** Whether all that is typed is in the data. */
    private fun fits(typed: JsonElement?, data: JsonElement?): Boolean =
        when {
            typed is JsonObject && data is JsonObject -> typed.all { (name, value) -> fits(value, data[name]) }
            typed is JsonArray && data is JsonArray ->
                typed.size == data.size && typed.zip(data).all { (a, b) -> fits(a, b) }
            else -> same(typed, data)
        }

    @Test
    fun `a typed event`() {
        val event = client.callbacks.parse(posted("video_id" to "123", "status" to "20", "qid" to "q1"))
        val typed = assertInstanceOf(TranscodeCallback::class.java, event)
        assertEquals(listOf(123L, 20L, "q1", 0), listOf(typed.data.videoId, typed.data.status, typed.qid, typed.key))
        assertEquals(emptyList<Departure>(), typed.departures)
    }

    @Test
    fun `a recording is told from a video by its room`() {
        val event = client.callbacks.parse(posted("room_id" to "5", "video_id" to "6", "status" to "20", "qid" to "q"))
        val recorded = assertInstanceOf(PlaybackGeneratedCallback::class.java, event)
        assertEquals(PlaybackGeneratedStatus.GENERATION_STARTED, recorded.data.status)
    }

    @Test
    fun `a claim holds as long as its timestamp is taken`() {
        val body = posted("qid" to "1")
        assertEquals(600, client.callbacks.parse(body).hold)
        assertTrue(client.callbacks.parse(body, tolerance = Duration.ofSeconds(2000)).hold > 2000)
    }

    @Test
    fun `what no document describes is unknown`() {
        val event = client.callbacks.parse(posted("something" to "new", "qid" to "3"))
        val unknown = assertInstanceOf(UnknownCallback::class.java, event)
        assertEquals("new", unknown.data.text("something"))
        assertEquals("new", unknown.plain["something"])
        assertEquals(null, event.name)
    }

    @Test
    fun `the address may tell which it is`() {
        val event = client.callbacks.parse(posted("status" to "20", "qid" to "1"), name = CallbackName.TRANSCODE_CALLBACK)
        assertEquals(20L, assertInstanceOf(TranscodeCallback::class.java, event).data.status)
    }

    @Test
    fun `what does not fit stands in the departures`() {
        val event = client.callbacks.parse(posted("video_id" to "one", "status" to "20", "qid" to "q1"))
        assertEquals(0L, assertInstanceOf(TranscodeCallback::class.java, event).data.videoId)
        assertEquals(listOf("video_id" to "\"one\""), event.departures.map { it.path to it.found })
    }

    // promise: default_callback_clock
    @Test
    fun `forgeries and old posts are refused`() {
        val body = posted("video_id" to "123", "status" to "20", "qid" to "q1").decodeToString()
        fun kind(body: String) =
            assertThrows(CallbackException::class.java) { client.callbacks.parse(body.encodeToByteArray()) }.kind
        assertEquals(ErrorKind.CALLBACK_SIGNATURE, kind(body.replace("123", "124")))
        assertEquals(ErrorKind.CALLBACK_MALFORMED, kind("{"))
        assertEquals(ErrorKind.CALLBACK_CLOCK, kind(posted("video_id" to "1", "qid" to "1", time = now - 301).decodeToString()))
        client.callbacks.parse(posted("video_id" to "1", "qid" to "1", time = now - 300))
        client.callbacks.parse(posted("video_id" to "1", "qid" to "1", time = now - 301), tolerance = Duration.ofSeconds(302))
    }

    @Test
    fun `other keys while keys are changed`() {
        assertEquals(1, client.callbacks.parse(posted("qid" to "1", key = "older")).key)
    }

    @Test
    fun `replies are JSON`() {
        assertEquals("0", Json.parseToJsonElement(CALLBACK_SUCCESS).jsonObject.text("code"))
        assertEquals("a \"b\"", Json.parseToJsonElement(callbackFailure("a \"b\"")).jsonObject.text("msg"))
    }

    /** Fields as the service signs and posts them. */
    private fun posted(vararg fields: Pair<String, String>, key: String = KEY, time: Long = now): ByteArray {
        val given = sortedMapOf("timestamp" to time.toString(), *fields)
        val text = given.entries.joinToString("&") { "${it.key}=${it.value}" } + "&partner_key=$key"
        val sign = MessageDigest.getInstance("MD5").digest(text.encodeToByteArray()).joinToString("") { "%02x".format(it) }
        return (given + ("sign" to sign)).entries.joinToString("&") { "${it.key}=${it.value}" }.encodeToByteArray()
    }

    private companion object {
        /** What each callback posts. */
        val DESCRIBED: Map<String, Set<String>> =
            Json.parseToJsonElement(ROOT.resolve("api/generated/description.json").readText()).jsonObject
                .getValue("callbacks").jsonObject.mapValues { (_, callback) -> callback.jsonObject.getValue("params").jsonObject.keys }
    }
}
