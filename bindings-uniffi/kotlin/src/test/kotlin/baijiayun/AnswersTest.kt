package baijiayun

import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.JsonPrimitive
import org.junit.jupiter.api.Assertions.assertEquals
import org.junit.jupiter.api.Assertions.assertTrue
import org.junit.jupiter.api.DynamicTest
import org.junit.jupiter.api.DynamicTest.dynamicTest
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.TestFactory

/** What comes of answers: every one that the documents print, and its variants as PHP writes them. */
class AnswersTest {
    private val never = CallOptions { retry = Retry.NEVER }

    @TestFactory
    fun `calls by name give the data or the error of the vectors`(): List<DynamicTest> =
        vectors("answers").map { vector ->
            test(vector) {
                val operation = vector.text("operation")
                val client = clientOf(JsonObject(emptyMap()), Fake.of(answer(vector)))
                val want = vector["error"] as? JsonObject
                try {
                    val answer = client.call(operation, withFiles(REQUIRED.getValue(operation)), never)
                    assertTrue(same(vector.getValue("data"), answer.data)) { "${answer.data}" }
                } catch (error: BaijiayunException) {
                    assertEquals(want?.text("kind"), error.kind.wireName)
                    assertEquals(want?.textOrNull("code"), error.code?.toString())
                    want?.textOrNull("msg")?.let { assertEquals(it, error.details.message) }
                    assertEquals(vector.text("body"), error.details.body.orEmpty())
                }
            }
        }

    @TestFactory
    fun `typed data lose nothing that is described`(): List<DynamicTest> =
        vectors("answers").filter { "data" in it }.map { vector ->
            test(vector) {
                val operation = vector.text("operation")
                val client = clientOf(JsonObject(emptyMap()), Fake.of(answer(vector)))
                val typed = TypedCall(client, operation)
                val required = REQUIRED.getValue(operation)
                val data = try {
                    typed.data(required)
                } catch (error: AnswerException) {
                    // A walk through the pages needs rows where they are counted.
                    assertTrue(typed.isPaged && "but has no list" in error.message!!, error.message)
                    return@test
                }
                val shape = SHAPES.getValue(operation)
                if (shape.text("type") == "null") {
                    assertEquals(Unit, data)
                } else {
                    // The same data without what departs from the description.
                    val asked = Asked(operation, Kind.Element, withFiles(required), never)
                    val straight = client.runner.run(asked).data ?: JsonNull
                    assertTrue(same(vector["typed"] ?: vector.getValue("data"), straight)) { "$straight" }
                    val again = element(data)
                    assertEquals(emptyList<String>(), lost(shape, straight, again, "data"))
                    if (data is Data) {
                        assertEquals(emptyList<String>(), lost(shape, straight, data.toJson(), "data"))
                        assertTrue(isPlain(data.toMap())) { "$data" }
                    }
                }
            }
        }

    @TestFactory
    fun `answers that are not quite JSON arrive`(): List<DynamicTest> =
        vectors("unruly").map { vector ->
            test(vector) {
                val operation = vector.text("operation")
                val body = vector.textOrNull("body_hex")?.let { hex ->
                    hex.chunked(2).map { it.toInt(16).toByte() }.toByteArray()
                } ?: vector.text("body").encodeToByteArray()
                val client = clientOf(JsonObject(emptyMap()), Fake.of(HttpResponse(200, body)))
                val required = REQUIRED.getValue(operation)
                val asked = Asked(operation, Kind.Element, withFiles(required), never)
                assertTrue(same(vector.getValue("data"), client.runner.run(asked).data))
                // Typed, and as plain JSON with all that came: neither stumbles.
                TypedCall(client, operation).data(required)
                client.call(operation, withFiles(required), never)
            }
        }

    @Test
    fun `every operation has an answer`() {
        assertEquals(SHAPES.keys, vectors("answers").filter { "data" in it }.map { it.text("operation") }.toSet())
        assertTrue(SHAPES.size >= 287) { "an operation was lost" }
    }

    private fun test(vector: JsonObject, check: suspend () -> Unit): DynamicTest =
        dynamicTest(vector.text("name")) { runBlocking { check() } }

    private fun answer(vector: JsonObject) =
        HttpResponse(vector.text("status").toInt(), vector.text("body").encodeToByteArray())

    /** What the shape describes and the data have, and is not in the typed value, or is something else. */
    private fun lost(shape: JsonObject, straight: JsonElement, typed: JsonElement, place: String): List<String> {
        val fields = shape["fields"] as? JsonObject
        val item = (shape["items"] ?: shape["values"]) as? JsonObject ?: JsonObject(mapOf("type" to JsonPrimitive("any")))
        return when {
            !fields.isNullOrEmpty() && straight is JsonObject && typed is JsonObject ->
                fields.filterKeys(straight::containsKey).flatMap { (wire, field) ->
                    val inner = straight.getValue(wire)
                    val found = typed[wire] ?: absent(inner)
                    lost(field.jsonObject, inner, found, "$place.$wire")
                }
            shape.text("type") == "array" && straight is JsonArray && typed is JsonArray && straight.size == typed.size ->
                straight.zip(typed).flatMap { (left, right) -> lost(item, left, right, "$place[]") }
            shape.text("type") == "map" && straight is JsonObject && typed is JsonObject && straight.keys == typed.keys ->
                straight.flatMap { (key, left) -> lost(item, left, typed.getValue(key), "$place.$key") }
            same(straight, typed) -> emptyList()
            else -> listOf("$place: $straight became $typed")
        }
    }

    /** Whether libraries for JSON know all of it. */
    private fun isPlain(value: Any?): Boolean =
        when (value) {
            is JsonElement -> false
            is Map<*, *> -> value.keys.all { it is String } && value.values.all(::isPlain)
            is List<*> -> value.all(::isPlain)
            else -> value == null || value is String || value is Number || value is Boolean
        }

    /** What an absent member stands for: null, or nothing in a list or map. */
    private fun absent(straight: JsonElement): JsonElement =
        when (straight) {
            is JsonArray -> JsonArray(emptyList())
            is JsonObject -> JsonObject(emptyMap())
            else -> JsonNull
        }

    private companion object {
        /** What each operation answers. */
        val SHAPES: Map<String, JsonObject> =
            Json.parseToJsonElement(ROOT.resolve("api/generated/description.json").readText()).jsonObject
                .getValue("resources").jsonArray.map { it.jsonObject }
                .flatMap { resource ->
                    resource.getValue("operations").jsonObject.map { (method, operation) ->
                        "${resource.text("resource")}.$method" to operation.jsonObject.getValue("response").jsonObject
                    }
                }.toMap()
    }
}
