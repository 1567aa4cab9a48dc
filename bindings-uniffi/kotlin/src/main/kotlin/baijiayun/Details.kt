package baijiayun

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject

/** How a call went. */
class Trace internal constructor(
    /** How often the request was sent. */
    val attempts: Int,
    /** Milliseconds waited in all: for the service's limits, and before attempts that followed failures. */
    val waitedMs: Long,
    /** The shared store was down: only this process's own limits were kept. */
    val storeDown: Boolean = false,
    /** The account's retry budget was used up, so the call was not tried again. */
    val budgetExhausted: Boolean = false,
) : Value(), java.io.Serializable {
    override fun members(): List<Pair<String, Any?>> = listOf(
        "attempts" to attempts,
        "waitedMs" to waitedMs,
        "storeDown" to storeDown,
        "budgetExhausted" to budgetExhausted,
    )
}

/** A value that is not what the documents describe. Typed data leave it out. */
class Departure internal constructor(
    /** Where it stands in the data, dotted. */
    val path: String,
    /** What the documents describe. */
    val expected: String,
    /** What came, as JSON. It may be a key, so [toString] does not show it. */
    val found: String,
) : Value(), java.io.Serializable {
    override fun members(): List<Pair<String, Any?>> =
        listOf("path" to path, "expected" to expected, "found" to Secret(found))
}

/**
 * What is known about a call besides its data. Give an empty one as an option, and the call fills it:
 *
 * ```
 * val details = Details()
 * client.room.info(roomId, CallOptions { this.details = details })
 * println(details.departures)
 * ```
 */
class Details {
    /** The service's message, usually empty. */
    var msg: String = ""
        private set

    /** When the service answered, unix seconds. */
    var ts: Long? = null
        private set

    /** Values in the answer that are not what the documents describe. */
    var departures: List<Departure> = emptyList()
        private set

    /** How the call went; null until it went well. */
    var trace: Trace? = null
        private set

    internal fun fill(done: Step) {
        msg = done.msg
        ts = done.ts
        departures = done.departures
        trace = done.trace
    }
}

/** The answer to a call by name. */
class Answer internal constructor(
    /** The data, with all that the service sent. */
    val data: JsonElement,
    /** The service's message, usually empty. */
    val msg: String,
    /** When the service answered, unix seconds. */
    val ts: Long?,
    /** Values in the data that are not what the documents describe. */
    val departures: List<Departure>,
    /** How the call went. */
    val trace: Trace?,
) {
    /** The data as maps, lists, texts, truths, [Long], BigDecimal and null, as libraries for JSON take them. */
    val plain: Any? get() = Plain.of(data)

    /** The data as JSON. */
    val json: String get() = data.toString()

    /** What is known about the answer; the data may hold keys, so only their kind and size are told. */
    override fun toString(): String {
        val about = when (data) {
            is JsonObject -> "an object of ${data.size} members"
            is JsonArray -> "a list of ${data.size}"
            JsonNull -> "null"
            else -> "a value"
        }
        return "Answer($about, ts=$ts, departures=${departures.size})"
    }
}
