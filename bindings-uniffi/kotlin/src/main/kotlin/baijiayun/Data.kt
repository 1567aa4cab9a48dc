package baijiayun

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** What the service answers and posts: what `api/` describes of it. */
abstract class Data internal constructor(private val record: Record, private val values: Array<Any?>) : Value() {
    // The table says of which type it is.
    @Suppress("UNCHECKED_CAST")
    internal fun <T> at(index: Int): T = values[index] as T

    /** What there is, by the names of the wire: texts, numbers, truths, lists and maps, as libraries for JSON write them. */
    fun toMap(): Map<String, Any?> {
        val members = LinkedHashMap<String, Any?>()
        record.members.forEachIndexed { index, member -> values[index]?.let { members[member.name] = plain(it) } }
        return members
    }

    /** The same as kotlinx's JSON. */
    fun toJson(): JsonObject {
        val members = LinkedHashMap<String, JsonElement>()
        record.members.forEachIndexed { index, member -> values[index]?.let { members[member.name] = json(it) } }
        return JsonObject(members)
    }

    private fun json(value: Any?): JsonElement =
        when (value) {
            null -> JsonNull
            is JsonElement -> value
            is Data -> value.toJson()
            is List<*> -> JsonArray(value.map(::json))
            is Map<*, *> -> JsonObject(value.entries.associate { (name, item) -> name.toString() to json(item) })
            is Boolean -> JsonPrimitive(value)
            is Number -> JsonPrimitive(value)
            else -> JsonPrimitive(value.toString())
        }

    private fun plain(value: Any?): Any? =
        when (value) {
            is Data -> value.toMap()
            is JsonElement -> Plain.of(value)
            is List<*> -> value.map(::plain)
            is Map<*, *> -> value.mapValues { plain(it.value) }
            else -> value
        }

    override fun members(): List<Pair<String, Any?>> =
        record.members.mapIndexed { index, member -> camel(member.name) to values[index].let { if (member.isSecret && it != null) Secret(it) else it } }

    override fun equals(other: Any?): Boolean = other is Data && other.javaClass == javaClass && other.values.contentEquals(values)

    override fun hashCode(): Int = values.contentHashCode()
}

/** A name of the wire in Kotlin's style. */
private fun camel(wire: String): String =
    wire.split('_', '-', '.').reduce { name, word -> name + word.replaceFirstChar(Char::uppercaseChar) }
