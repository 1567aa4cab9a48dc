package baijiayun

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertFalse
import org.junit.jupiter.api.Assertions.assertInstanceOf
import org.junit.jupiter.api.Assertions.assertThrows
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.Test

class ErrorsTest {
    @Test
    fun `every kind of the core has its exception`() {
        val source = ROOT.resolve("core/src/error/kind.rs").readText()
        val body = source.substringAfter("pub fn as_str(self)").substringBefore("\n    }\n")
        val kinds = Regex("=> \"(\\w+)\"").findAll(body).map { it.groupValues[1] }.toSet()
        assertEquals(kinds, ErrorKind.entries.map { it.wireName }.toSet())
        for (kind in ErrorKind.entries) {
            assertEquals(kind, ErrorKind.named(kind.wireName))
            assertEquals(kind, ErrorDetails(kind, "all of it").exception().kind)
        }
    }

    @Test
    fun `errors of the service`() {
        val found = listOf(404, 1001, 1002, 2001, 2002, 2003, 3001, 3002, 4001, 5002, 1).map { code ->
            val error = refusal<ApiException>(envelope(code = code, msg = "不行"))
            assertEquals(listOf(code.toLong(), "room.info", "不行"), listOf(error.code, error.operation, error.details.message))
            assertEquals(1, error.trace?.attempts)
            error::class
        }
        val want = listOf(
            PathNotFoundException::class, ParameterRejectedException::class, SignatureException::class,
            AccountNotFoundException::class, PermissionDeniedException::class, LiveNotOpenException::class,
            RoomNotFoundException::class, RoomDeletedException::class, UploadFailedException::class,
            VideoNotFoundException::class, ApiException::class,
        )
        assertEquals(want, found)
    }

    @Test
    fun `answers that are none`() {
        val error = refusal<AnswerException>(HttpResponse(200, "<html>".encodeToByteArray()))
        assertEquals(listOf(ErrorKind.NOT_JSON, "<html>"), listOf(error.kind, error.details.body))
        // The first of it, so that it shows who answered.
        assertTrue("<html>" in error.message.orEmpty())
    }

    @Test
    fun `all that is wrong with parameters is told at once`() {
        val http = Fake.of(envelope())
        val error = assertThrows(InvalidParametersException::class.java) {
            runBlocking { clientWith(http).call("room.create", mapOf("title" to "a", "start_time" to "x", "nonsense" to 1)) }
        }
        val faults = error.faults.associate { it.parameter to it.kind }
        assertEquals(mapOf("start_time" to "wrong_type", "end_time" to "missing", "nonsense" to "unknown"), faults)
        assertEquals(emptyList<HttpRequest>(), http.requests)
    }

    // promise: call_path_dates
    @Test
    fun `values that cannot be sent`() {
        val given = mapOf("a" to Double.NaN, "b" to Any(), "c" to "\ud83d", "d" to listOf(Double.POSITIVE_INFINITY), "e" to "fine")
        val error = assertThrows(InvalidParametersException::class.java) {
            runBlocking { clientWith(Fake.of(envelope())).callPath("/openapi/any", given) }
        }
        assertEquals(listOf("a", "b", "c", "d"), error.faults.map { it.parameter })
    }

    @Test
    fun `values that nobody should have`() {
        val itself = ArrayList<Any>().apply { add(this) }
        val forged = object : Number() {
            override fun toByte() = 1.toByte()

            override fun toDouble() = 1.0

            override fun toFloat() = 1f

            override fun toInt() = 1

            override fun toLong() = 1L

            override fun toShort() = 1.toShort()

            override fun toString() = "1,\"admin\":1"
        }
        val given = linkedMapOf<String?, Any>(null to 1, "a" to itself, "b" to forged, "c" to java.time.Instant.MAX, "d" to java.math.BigDecimal("1.5"))
        val error = assertThrows(InvalidParametersException::class.java) {
            @Suppress("UNCHECKED_CAST")
            runBlocking { clientWith(Fake.of(envelope())).callPath("/openapi/any", given as Map<String, Any>) }
        }
        assertEquals(listOf("null", "a", "b", "c"), error.faults.map { it.parameter })
    }

    @Test
    fun `Java's arrays are lists`() {
        val client = clientWith(Fake.of(envelope()))
        val sent = listOf(listOf(16, 1), longArrayOf(16, 1), intArrayOf(16, 1), arrayOf(16, "1")).map { definition ->
            (client.request("video.get_upload_url", mapOf("file_name" to "a.mp4", "definition" to definition)).body as Form).text
        }
        assertEquals(1, sent.toSet().size) { "$sent" }
    }

    @Test
    fun `there is no such operation`() {
        assertThrows(UnknownOperationException::class.java) { runBlocking { clientWith(Fake.of(envelope())).call("room.nothing") } }
        assertThrows(InvalidParametersException::class.java) { runBlocking { clientWith(Fake.of(envelope())).call("room.info\n") } }
    }

    @Test
    fun `wrong configurations`() {
        val wrong = listOf<() -> Client>(
            { Client("", "1", KEY) },
            { Client("not a domain", "1", KEY) },
            { Client("demo", "", KEY) },
            { Client("demo", "1", "") },
            { Client("demo", "1", null) },
            { Client("demo", "1", KEY) { paths = mapOf("room.create" to "https://evil") } },
            { Client("demo", "1", KEY) { attempts = -1 } },
        )
        for (make in wrong) {
            val error = assertThrows(ConfigException::class.java) { make() }
            assertFalse(KEY in error.toString())
        }
    }

    @Test
    fun `nothing shows the key`() {
        val secret = "a-very-secret-key"
        val http = Fake.of(envelope(JsonPrimitive("1"), 1002, "签名计算错误"))
        val client = Client("demo", "12345678", secret) {
            this.http = http
            callbackKeys = listOf(secret + "2")
        }
        val error = assertThrows(SignatureException::class.java) { runBlocking { client.room.info(1) } }
        val seen = listOf(client, client.room, client.callbacks, client.links, error, error.details, http.requests[0], client.room.list())
        assertTrue(seen.none { secret in it.toString() })
        assertFalse(secret in error.stackTraceToString())
        assertEquals("Client(demo, 12345678)", client.toString())
    }

    @Test
    fun `secrets in answers do not show`() = runBlocking {
        val client = clientOf(vectors("links")[0], Fake.of(HttpResponse(200, """{"code":0,"data":{"partner_key":"hush"},"msg":"","ts":7}""".encodeToByteArray())))
        val result = TypedCall(client, "partner.get_key").data(REQUIRED.getValue("partner.get_key")) as PartnerGetKeyResult
        assertEquals("hush", result.partnerKey)
        assertEquals("PartnerGetKeyResult(partnerKey=***)", result.toString())
        assertEquals(result, TypedCall(client, "partner.get_key").data(REQUIRED.getValue("partner.get_key")))
    }

    private inline fun <reified E : BaijiayunException> refusal(answer: HttpResponse): E {
        val client = clientWith(Fake.of(answer)) { attempts = 1 }
        val error = assertThrows(BaijiayunException::class.java) { runBlocking { client.room.info(1) } }
        return assertInstanceOf(E::class.java, error)
    }
}
