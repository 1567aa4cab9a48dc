package baijiayun

import java.time.Instant
import java.time.LocalDate
import java.time.LocalDateTime
import java.time.OffsetDateTime
import java.time.ZonedDateTime
import java.time.format.DateTimeFormatter
import java.time.temporal.ChronoUnit
import java.util.Date
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** Values to send, by the names of the wire. Its classes have a property for each. */
open class Params internal constructor() {
    internal val given = LinkedHashMap<String, Any?>()

    /** Null stands for a parameter that is not given. */
    internal fun set(name: String, value: Any?) {
        if (value == null) given.remove(name) else given[name] = value
    }

    // Each name is read by the property that writes it.
    @Suppress("UNCHECKED_CAST")
    internal fun <T> get(name: String): T = given[name] as T

    /** The names of what is given. */
    override fun toString(): String = "${javaClass.simpleName}(${given.keys.joinToString()})"
}

/** Parameters as the engine takes them, and the files among them by the names under which it asks for their content. */
internal class Written(operation: String, given: Map<String, Any?>) {
    val files = LinkedHashMap<String, UploadFile>()
    val json: String

    init {
        val members = LinkedHashMap<String, JsonElement>()
        val faults = ArrayList<Fault>()
        for ((name, value) in given) {
            if (value == null) continue
            try {
                members[name] = written(value)
            } catch (unfit: IllegalArgumentException) {
                faults += Fault(name, "wrong_type", unfit.message.orEmpty())
            }
        }
        if (faults.isNotEmpty()) {
            val message = faults.joinToString("; ") { "${it.parameter} ${it.message}" }
            val text = "$operation: invalid_parameters: $message"
            throw ErrorDetails(ErrorKind.INVALID_PARAMETERS, text, operation, message, faults = faults).exception()
        }
        json = JsonObject(members).toString()
    }

    /** A file as the engine knows it; its content stays here. */
    fun describe(file: UploadFile): JsonObject {
        val source = files.size.toString()
        files[source] = file
        return JsonObject(
            mapOf("name" to JsonPrimitive(file.name), "size" to JsonPrimitive(file.size), "source" to JsonPrimitive(source)),
        )
    }

    private fun written(value: Any?, depth: Int = 0): JsonElement =
        when (value) {
            null -> JsonNull
            is JsonElement -> value
            is String -> JsonPrimitive(whole(value))
            is Boolean -> JsonPrimitive(value)
            is Double, is Float -> {
                require((value as Number).toDouble().isFinite()) { "is not a finite number" }
                JsonPrimitive(value)
            }
            is Number -> JsonPrimitive(value)
            is UploadFile -> describe(value)
            is Instant -> moment(value, depth)
            is OffsetDateTime -> moment(value.toInstant(), depth)
            is ZonedDateTime -> moment(value.toInstant(), depth)
            is Date -> moment(value.toInstant(), depth)
            // Without a time zone it is Beijing's, as the engine reads these.
            is LocalDateTime -> JsonPrimitive(value.truncatedTo(ChronoUnit.SECONDS).format(DateTimeFormatter.ISO_LOCAL_DATE_TIME))
            is LocalDate -> JsonPrimitive(value.toString())
            is Params -> JsonObject(value.given.mapValues { (_, member) -> written(member, depth + 1) })
            is Map<*, *> -> JsonObject(value.entries.associate { (name, member) -> name.toString() to written(member, depth + 1) })
            is Iterable<*> -> JsonArray(value.map { written(it, depth + 1) })
            else -> throw IllegalArgumentException("cannot be of type ${value.javaClass.simpleName}")
        }

    /** A point in time: the engine writes it as the service wants it. In JSON, which nobody looks into, it is unix seconds. */
    private fun moment(time: Instant, depth: Int): JsonElement =
        if (depth > 0) JsonPrimitive(time.epochSecond) else JsonObject(mapOf("unix_ms" to JsonPrimitive(time.toEpochMilli())))

    /** Java would send a question mark in place of half a character. */
    private fun whole(text: String): String {
        require(Charsets.UTF_8.newEncoder().canEncode(text)) { "cannot be sent: it holds half of a surrogate pair" }
        return text
    }
}
