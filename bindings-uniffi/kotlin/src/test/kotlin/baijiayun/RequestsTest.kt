package baijiayun

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.TestFactory

/** What is sent, as an independent reference has it. */
class RequestsTest {
    @TestFactory
    fun `calls by name send what the vectors say`(): List<DynamicTest> =
        each("requests") { vector ->
            val http = Fake.of(envelope())
            refusing(http) { clientOf(vector, http).call(vector.text("operation"), withFiles(params(vector))) }
            assertEquals(expected(vector), sent(http.requests.first()))
        }

    @TestFactory
    fun `typed methods send what the vectors say`(): List<DynamicTest> =
        each("requests") { vector ->
            val http = Fake.of(envelope())
            val call = TypedCall(clientOf(vector, http), vector.text("operation"))
            refusing(http) { call.data(params(vector)) }
            val want = expected(vector)
            val got = sent(http.requests.first())
            when {
                // A list is asked for from its first page on, so the page is sent, and signed.
                call.isPaged -> assertEquals(without(want, "page", "sign"), without(got, "page", "sign"))
                // Where the documents' JSON has numbers as texts, and its members in another order, so is the signature.
                want.pairs.any { isStructured(it[1]) } -> assertEquals(loose(want), loose(got))
                else -> assertEquals(want, got)
            }
        }

    @TestFactory
    fun `texts are signed as the vectors say`(): List<DynamicTest> =
        // The other vectors are no whole requests.
        vectors("signing").filter { "timestamp" in params(it) && "sign" !in params(it) }.also { check(it.size >= 3) }.map(::signing)

    private fun signing(vector: JsonObject): DynamicTest =
        test(vector) {
            val params = params(vector)
            val now = params.text("timestamp").toLong()
            val client = Client("demo", params.text("partner_id"), vector.text("key")) { clock = Clock(unix = { now }) }
            val request = client.request("/openapi/any", params - setOf("partner_id", "timestamp"))
            assertTrue(listOf("sign", vector.text("sign")) in sent(request).pairs)
        }

    private fun params(vector: JsonObject) = vector.getValue("params").jsonObject

    /** Not every operation takes null for an answer, but all send something. */
    private suspend fun refusing(http: Fake, call: suspend () -> Unit) {
        try {
            call()
        } catch (error: BaijiayunException) {
            if (http.requests.isEmpty()) throw error
        }
    }

    private fun each(name: String, check: suspend (JsonObject) -> Unit): List<DynamicTest> =
        vectors(name).map { vector -> test(vector) { check(vector) } }

    private fun test(vector: JsonObject, check: suspend () -> Unit): DynamicTest =
        dynamicTest(vector.text("name")) { runBlocking { check() } }

    private fun without(sent: Sent, vararg names: String) = sent.copy(pairs = sent.pairs.filter { it[0] !in names })

    private fun isStructured(value: String) = value.startsWith("{") || value.startsWith("[{")

    private fun loose(sent: Sent): List<Any> =
        without(sent, "sign").pairs.map { (name, value) ->
            if (isStructured(value)) name to loose(Json.parseToJsonElement(value)) else name to value
        }

    private fun loose(json: JsonElement): Any =
        when (json) {
            is JsonObject -> json.mapValues { loose(it.value) }
            is JsonArray -> json.map(::loose)
            is JsonPrimitive -> json.content
        }
}
