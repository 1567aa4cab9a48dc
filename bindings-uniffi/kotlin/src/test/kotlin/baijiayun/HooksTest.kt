package baijiayun

import java.io.IOException
import java.net.ConnectException
import java.time.Duration
import kotlinx.coroutines.CompletableDeferred
import kotlinx.coroutines.CoroutineStart
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitCancellation
import kotlinx.coroutines.cancelAndJoin
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.supervisorScope
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** What a hook is told of a call. */
class HooksTest {
    @TestFactory
    fun `the events of the vectors`(): List<DynamicTest> =
        vectors("hooks").map { vector ->
            dynamicTest(vector.text("name")) {
                val events = ArrayList<CallEvent>()
                run(vector, events)
                val wanted = vector.getValue("events").jsonArray.map { it.jsonObject }
                val shown = events.mapIndexed { index, event -> shown(event, wanted.getOrNull(index)) }
                assertEquals(wanted.map { it.toMap() }, shown)
            }
        }

    @Test
    fun `what a hook throws does not reach the call`() = runBlocking {
        for (thrown in listOf(IllegalStateException(), NotImplementedError(), StackOverflowError(), java.util.concurrent.CancellationException())) {
            val client = clientWith(Fake.of(envelope(JsonObject(mapOf("room_id" to JsonPrimitive("17")))))) { onEvent { throw thrown } }
            assertEquals(17L, client.room.info(17).roomId)
        }
    }

    private fun run(vector: JsonObject, events: ArrayList<CallEvent>): Unit =
        runBlocking {
            val script = vector.getValue("script").jsonArray.map { it.jsonObject }
            val sent = CompletableDeferred<String>()
            val outcomes = script.map { step -> outcome(step, sent) }
            val stores = (vector["store"] as? JsonArray)?.map { it.jsonPrimitive }?.iterator()
            var isWatched = false
            val client = clientWith(Fake(*outcomes.toTypedArray())) {
                (vector["settings"] as? JsonObject)?.get("quota")?.jsonArray?.map { it.jsonPrimitive.int }?.let { (requests, seconds) -> quota = Quota(requests, seconds) }
                if (stores != null) {
                    store = Store { _, _, _ -> stores.next().let { if (it.isString) throw IOException("down") else it.long } }
                }
                onEvent { if (isWatched) events += it }
            }
            val call = vector.getValue("call").jsonObject
            val options = CallOptions { set(call["options"]?.jsonObject.orEmpty()) }
            suspend fun ask() {
                val params = call.getValue("params").jsonObject
                call.textOrNull("path")?.let { client.callPath(it, params, options = options) } ?: client.call(call.text("name"), params, options)
            }
            repeat(vector["before"]?.jsonPrimitive?.int ?: 0) { ask() }
            isWatched = true
            supervisorScope {
                val asked = async(start = CoroutineStart.UNDISPATCHED) { ask() }
                if (script.any { "never" in it }) {
                    if (sent.await() == "cancel") asked.cancelAndJoin() else client.closeAndJoin(Duration.ZERO)
                }
                runCatching { asked.await() }
            }
        }

    private fun CallOptions.set(given: Map<String, kotlinx.serialization.json.JsonElement>) {
        for ((name, value) in given.mapValues { it.value.jsonPrimitive }) {
            when (name) {
                "attempts" -> attempts = value.int
                "retry" -> retry = Retry.valueOf(value.content.uppercase())
                "deadline" -> deadline = Duration.ofMillis(value.long)
                "max_answer" -> maxAnswer = value.long
                "strict" -> strict = value.boolean
                else -> throw IllegalArgumentException(name)
            }
        }
    }

    private fun outcome(step: JsonObject, sent: CompletableDeferred<String>): suspend (HttpRequest) -> HttpResponse {
        val answer = step["answer"]?.jsonObject
        val fault = step.textOrNull("fault")
        return when {
            answer != null -> {
                { HttpResponse(answer.text("status").toInt(), answer.text("body").encodeToByteArray(), answer.textOrNull("retry_after")) }
            }
            fault == "connect" -> {
                { throw ConnectException("refused") }
            }
            fault == "transport" -> {
                { throw IOException("cut") }
            }
            else -> {
                {
                    sent.complete(step.text("never"))
                    awaitCancellation()
                }
            }
        }
    }

    /** An event as the vectors have it: where they have true there is something. */
    private fun shown(event: CallEvent, wanted: JsonObject?): Map<String, Any> {
        val members = mapOf(
            "kind" to event.kind.name.lowercase(), "operation" to event.operation, "attempt" to event.attempt, "bytes" to event.bytes,
            "duration" to event.duration?.toMillis(), "status" to event.status, "code" to event.code, "why" to event.why,
            "wait" to event.wait?.toMillis(),
        )
        return members.filterValues { it != null }.mapValues { (name, value) ->
            val isAny = wanted?.get(name)?.let { it is JsonPrimitive && !it.isString && it.content == "true" } == true
            when {
                isAny && (value as Number).toLong() >= 0 -> JsonPrimitive(true)
                value is Number -> JsonPrimitive(value)
                else -> JsonPrimitive(value as String)
            }
        }
    }
}
