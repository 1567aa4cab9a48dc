package baijiayun.testing

import baijiayun.OnTheJvm
import baijiayun.jsonOf
import java.time.Duration
import java.time.Instant
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.boolean
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import kotlinx.serialization.json.longOrNull

// What a mock is told, and what it tells.

/** What goes wrong, on purpose: see [Mock.misbehave]. Everything is counted, nothing is random. */
@OnTheJvm
class Behaviour internal constructor() {
    /** Each answer waits so long. */
    var latency: Duration = Duration.ZERO

    /** Every n-th request is answered with HTTP 503; 0 is none. */
    var errorsEvery: Int = 0

    /** The connection is cut instead of every n-th answer; 0 is none. */
    var dropsEvery: Int = 0

    /** Every n-th request is answered with HTTP 429; 0 is none. */
    var throttlesEvery: Int = 0

    /** What is throttled has HTTP 200, and 429 in the envelope alone. */
    var throttlesWith200: Boolean = false

    /** Every n-th request is answered with a web page; 0 is none. */
    var htmlEvery: Int = 0

    /** Answers have PHP's loose types. */
    var phpLoose: Boolean = false

    /** Uploads break off when so many bytes of the file have come; null is never. */
    var uploadsBreakAt: Long? = null

    /** Uploads break off whenever a multiple of so many bytes have come; 0 is never. */
    var uploadsBreakEvery: Long = 0

    /** Bytes of a chunk that broke off are kept. */
    var uploadsKeepParts: Boolean = false

    /** Where counting begins: with 1 and every third request, the second one is the first to fail. */
    var seed: Int = 0

    internal fun written(): String {
        val members = mapOf(
            "latency" to latency.toMillis(),
            "errors_every" to errorsEvery,
            "drops_every" to dropsEvery,
            "throttles_every" to throttlesEvery,
            "throttles_with_200" to throttlesWith200,
            "html_every" to htmlEvery,
            "php_loose" to phpLoose,
            "uploads_break_at" to uploadsBreakAt,
            "uploads_break_every" to uploadsBreakEvery,
            "uploads_keep_parts" to uploadsKeepParts,
            "seed" to seed,
        )
        return jsonOf("misbehave", members)
    }
}

/** A request that a mock received. */
@OnTheJvm
class Received internal constructor(row: JsonObject) {
    /** The path it was sent to. */
    val path: String = row.text("path")

    /** The operation of that path, for example `room.create`. */
    val operation: String? = row.textOrNull("operation")

    /** Its parameters as they were sent, without `sign`; those of files by the name of the file. */
    val params: Map<String, String> = row.getValue("params").jsonObject.mapValues { it.value.jsonPrimitive.content }

    /** What came of it: `accepted`, `refused` or `misbehaved`. */
    val verdict: String = row.text("verdict")

    /** The code of a refusal. */
    val code: Long? = row.numberOrNull("code")

    /** Its message. */
    val msg: String? = row.textOrNull("msg")

    /** With the names of the parameters: their values may be passwords. */
    override fun toString(): String = "Received(${operation ?: path}, ${params.keys}, $verdict${code?.let { ", $it $msg" }.orEmpty()})"
}

/** A callback that a mock posted, or is about to post, or made only, signed as the service does it. */
@OnTheJvm
class Posted internal constructor(row: JsonObject) {
    /** The callback, for example `class_event`. */
    val name: String = row.text("name")

    /** Where it goes; empty if no address was set for it. */
    val url: String = row.text("url")

    /** The header content-type. */
    val contentType: String = row.text("content_type")

    /** The body. */
    val body: String = row.text("body")

    /** 1, or 2 and 3 where it was posted again since it was not taken. */
    val attempt: Int = row.number("attempt").toInt()

    /** When, by the mock's clock; null if it is not posted. */
    val at: Instant? = row.numberOrNull("at")?.let(Instant::ofEpochMilli)

    /** The answer; null while it is under way, and where there was none. */
    val answer: PostedAnswer? = row.numberOrNull("status")?.let { PostedAnswer(it.toInt(), row.textOrNull("answer").orEmpty()) }

    /** Why there was no answer. */
    val error: String? = row.textOrNull("error")

    /** Whether the service takes it for taken: status 200, and code 0 in the body. */
    val taken: Boolean = row["taken"]?.jsonPrimitive?.boolean ?: false

    override fun toString(): String = "Posted($name, attempt $attempt, ${answer?.status ?: error ?: "no answer"}, ${if (taken) "taken" else "not taken"})"
}

/** What the receiver of a callback answered. */
@OnTheJvm
class PostedAnswer internal constructor(val status: Int, val body: String) {
    override fun toString(): String = "$status, ${body.length} characters"
}

internal fun JsonObject.textOrNull(name: String): String? = (this[name] as? JsonPrimitive)?.contentOrNull

internal fun JsonObject.text(name: String): String = getValue(name).jsonPrimitive.content

internal fun JsonObject.numberOrNull(name: String): Long? = (this[name] as? JsonPrimitive)?.longOrNull

internal fun JsonObject.number(name: String): Long = getValue(name).jsonPrimitive.long
