package baijiayun

import java.io.File
import java.net.URLDecoder
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import java.math.BigDecimal

/** The repository. Maven runs the tests in the package's folder. */
val ROOT: File = File("../..").canonicalFile

const val KEY = "rLkIPaQjxSwRQmC/ITnHh8i2rifmmbFIVsYw03SSi24zAnkrAd0ZNb2rcTzI2avy7+AmNJDdLmzU89zKUAP3Xg=="

/** The shared vectors of that name. */
fun vectors(name: String): List<JsonObject> =
    Json.parseToJsonElement(ROOT.resolve("tests/vectors/$name.json").readText()).jsonArray.map { it.jsonObject }

fun JsonObject.text(name: String): String = getValue(name).jsonPrimitive.content

fun JsonObject.textOrNull(name: String): String? = (get(name) as? JsonPrimitive)?.takeIf { it !is JsonNull }?.content

/** Parameters of a vector, with files in place of their descriptions. */
fun withFiles(params: JsonObject): Map<String, Any> = params.mapValues { (_, value) -> fileOf(value) ?: value }

fun fileOf(value: JsonElement): UploadFile? {
    val described = (value as? JsonObject)?.get("file") as? JsonObject ?: return null
    return UploadFile(ByteArray(described.getValue("size").jsonPrimitive.long.toInt()) { 'x'.code.toByte() }, described.text("name"))
}

/** The parameters that each operation requires. */
val REQUIRED: Map<String, JsonObject> =
    vectors("requests").reversed().filter { "required" in it.text("name") }
        .associate { it.text("operation") to it.getValue("params").jsonObject }

/** A client for a vector: of its account, at its time, without limits. */
fun clientOf(vector: JsonObject, http: HttpExecutor): Client {
    val account = vector["account"] as? JsonObject
    val now = vector["timestamp"]?.jsonPrimitive?.long ?: 1_501_572_288
    return Client(account?.text("domain") ?: "school", account?.text("partner_id") ?: "12345678", account?.text("partner_key") ?: KEY) {
        this.http = http
        quota = Quota.NONE
        operationQuota = false
        clock = Clock(unix = { now }, sleep = {})
    }
}

/** A value as plain JSON. */
fun element(value: Any?): JsonElement =
    when (value) {
        null -> JsonNull
        is JsonElement -> value
        is Data -> element(value.toMap())
        is Map<*, *> -> JsonObject(value.entries.associate { (name, member) -> name as String to element(member) })
        is List<*> -> JsonArray(value.map(::element))
        is String -> JsonPrimitive(value)
        is Boolean -> JsonPrimitive(value)
        is Number -> JsonPrimitive(value)
        else -> error("no JSON: ${value.javaClass}")
    }

/** Equal as JSON, with numbers compared by value. */
fun same(left: JsonElement?, right: JsonElement?): Boolean =
    when {
        left is JsonObject && right is JsonObject -> left.keys == right.keys && left.keys.all { same(left[it], right[it]) }
        left is JsonArray && right is JsonArray -> left.size == right.size && left.zip(right).all { (a, b) -> same(a, b) }
        left is JsonPrimitive && right is JsonPrimitive && isNumber(left) && isNumber(right) ->
            BigDecimal(left.content).compareTo(BigDecimal(right.content)) == 0
        else -> left == right
    }

private fun isNumber(value: JsonPrimitive) = !value.isString && value !is JsonNull && value.booleanOrNull == null

/** The pairs of a form or query. */
fun pairs(text: String): List<List<String>> =
    text.split('&').filter(String::isNotEmpty)
        .map { pair -> pair.split('=', limit = 2).map { URLDecoder.decode(it, Charsets.UTF_8) } }
        .sortedBy { it.toString() }

/** A request as the vectors describe it. */
data class Sent(
    val method: String,
    val url: String,
    val encoding: String,
    val pairs: List<List<String>>,
    val files: List<List<String>>,
)

fun expected(vector: JsonObject): Sent {
    val expect = vector.getValue("expect").jsonObject
    return Sent(
        expect.text("method"),
        expect.text("url"),
        expect.text("encoding"),
        expect.getValue("pairs").jsonArray.map { pair -> pair.jsonArray.map { it.jsonPrimitive.content } }.sortedBy { it.toString() },
        expect.getValue("files").jsonArray.map { it.jsonObject }.map { listOf(it.text("name"), it.text("file"), it.text("size")) }
            .sortedBy { it.toString() },
    )
}

fun sent(request: HttpRequest): Sent {
    val whole = request.body?.open()?.readBytes()
    check(whole == null || whole.size.toLong() == request.body?.length)
    val type = request.headers["content-type"].orEmpty()
    return when {
        whole == null -> {
            val (url, query) = (request.url.split('?', limit = 2) + "").take(2)
            Sent(request.method, url, "query", pairs(query), emptyList())
        }
        !type.startsWith("multipart/") -> Sent(request.method, request.url, "form", pairs(whole.decodeToString()), emptyList())
        else -> {
            val boundary = "--" + type.substringAfter("boundary=")
            // A letter for each byte.
            val text = whole.toString(Charsets.ISO_8859_1)
            check(text.endsWith("$boundary--\r\n"))
            val parts = text.split(boundary).drop(1).dropLast(1).map { part ->
                val (head, content) = part.split("\r\n\r\n", limit = 2)
                fun named(name: String) =
                    Regex("[ ;]$name=\"(.*?)\"").find(head)?.let { String(it.groupValues[1].toByteArray(Charsets.ISO_8859_1)) }
                Triple(named("name")!!, named("filename"), content.removeSuffix("\r\n"))
            }
            Sent(
                request.method,
                request.url,
                "multipart",
                parts.filter { it.second == null }.map { listOf(it.first, String(it.third.toByteArray(Charsets.ISO_8859_1))) }
                    .sortedBy { it.toString() },
                parts.mapNotNull { (name, file, content) -> file?.let { listOf(name, it, content.length.toString()) } }
                    .sortedBy { it.toString() },
            )
        }
    }
}
