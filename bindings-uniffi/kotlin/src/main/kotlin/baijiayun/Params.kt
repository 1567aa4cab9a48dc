package baijiayun

import java.util.Date
import kotlinx.serialization.json.JsonElement

/** Values to send, by the names of the wire. Its classes have a property for each. */
open class Params internal constructor() {
    @get:JvmSynthetic
    internal val given = LinkedHashMap<String, Any?>()

    /** Null stands for a parameter that is not given. */
    @JvmSynthetic
    internal fun set(name: String, value: Any?) {
        if (value == null) given.remove(name) else given[name] = value
    }

    // Each name is read by the property that writes it.
    @Suppress("UNCHECKED_CAST")
    @JvmSynthetic
    internal fun <T> get(name: String): T = given[name] as T

    /** The names of what is given. */
    override fun toString(): String = "${javaClass.simpleName}(${given.keys.joinToString()})"
}

/** Values as the engine takes them, and the files among them by the names under which it asks for their content. */
internal class Written(private val operation: String, private val out: StringBuilder = StringBuilder(FIRST)) {
    val files = LinkedHashMap<String, UploadFile>()

    /** An object. */
    fun members(given: Map<String, Any?>): Written {
        out.append('{')
        var isFirst = true
        each(given) { name ->
            if (isFirst) isFirst = false else out.append(',')
            text(name)
            out.append(':')
        }
        out.append('}')
        return this
    }

    /** Records: they are quicker to write and to read than an object. Null stands for what is not given. */
    fun records(given: Map<String, Any?>): Written {
        each(given) { name ->
            require(name.all { it > SEPARATOR }) { "is a name with control characters" }
            out.append(RECORD).append(name).append(SEPARATOR)
        }
        return this
    }

    private inline fun each(given: Map<String, Any?>, begin: (String) -> Unit) {
        var faults: MutableList<Fault>? = null
        for ((given, value) in given) {
            if (value == null) continue
            // Java's maps may have it.
            val name: String? = given
            try {
                begin(requireNotNull(name) { "is no name" })
                value(value)
            } catch (unfit: IllegalArgumentException) {
                faults = (faults ?: ArrayList()).apply { add(Fault("$name", "wrong_type", unfit.message.orEmpty())) }
            }
        }
        faults?.let { throw refused(it) }
    }

    private fun refused(faults: List<Fault>): BaijiayunException {
        val message = faults.joinToString("; ") { "${it.parameter} ${it.message}" }
        val text = "$operation: invalid_parameters: $message"
        return ErrorDetails(ErrorKind.INVALID_PARAMETERS, text, operation, message, faults = faults).exception()
    }

    /** @param depth How far inside of a parameter it stands. */
    private fun value(value: Any?, depth: Int = 0) {
        require(depth <= DEEPEST) { "holds more than $DEEPEST lists and maps in each other, or itself" }
        when (value) {
            null -> out.append("null")
            is String -> text(value)
            is Long -> out.append(value)
            is Int -> out.append(value)
            is Boolean -> out.append(value)
            is Double, is Float -> {
                require((value as Number).toDouble().isFinite()) { "is not a finite number" }
                out.append(value)
            }
            is JsonElement -> out.append(value)
            is Number -> out.append(number(value))
            is UploadFile -> file(value)
            is Date -> moment(value.time, depth)
            is Params -> inner(value.given, depth + 1)
            is Map<*, *> -> inner(value, depth + 1)
            is Iterable<*> -> items(value, depth)
            is Array<*> -> items(value.asList(), depth)
            is LongArray -> items(value.asList(), depth)
            is IntArray -> items(value.asList(), depth)
            else -> if (!time(value, depth)) throw IllegalArgumentException("cannot be of type ${value.javaClass.simpleName}")
        }
    }

    private fun items(items: Iterable<*>, depth: Int) {
        out.append('[')
        items.forEachIndexed { index, item ->
            if (index > 0) out.append(',')
            value(item, depth + 1)
        }
        out.append(']')
    }

    /** Anybody can make a class of numbers, and it writes itself. */
    private fun number(number: Number): String = number.toString().also { requireNotNull(it.toBigDecimalOrNull()) { "is no number" } }

    /** A point in time: the engine writes it as the service wants it. In JSON, which nobody looks into, it is unix seconds. */
    private fun moment(millis: Long, depth: Int) {
        if (depth > 0) out.append(Math.floorDiv(millis, 1000L)) else out.append("{\"unix_ms\":").append(millis).append('}')
    }

    /** What java.time has, which old Androids have not: they must not come to know its classes. */
    private fun time(value: Any, depth: Int): Boolean {
        if (!value.javaClass.name.startsWith("java.time.")) return false
        val millis = millisOf(value)
        // Without a time zone it is Beijing's, as the engine reads these.
        val local = if (millis == null) localTime(value) else null
        if (millis != null) moment(millis, depth) else text(local ?: return false)
        return true
    }

    private fun inner(members: Map<*, *>, depth: Int) {
        out.append('{')
        var isFirst = true
        for ((name, member) in members) {
            if (isFirst) isFirst = false else out.append(',')
            text(name.toString())
            out.append(':')
            value(member, depth)
        }
        out.append('}')
    }

    /** A file as the engine knows it; its content stays here. */
    private fun file(file: UploadFile) {
        val source = files.size.toString()
        files[source] = file
        inner(mapOf("name" to file.name, "size" to file.size, "source" to source), 1)
    }

    private fun text(text: String) {
        out.append('"')
        var from = 0
        var at = 0
        while (at < text.length) {
            val char = text[at++]
            if (char >= ' ' && char != '"' && char != '\\' && !char.isSurrogate()) continue
            if (char.isSurrogate()) {
                // Java would send a question mark in place of half a character.
                val isWhole = char.isHighSurrogate() && at < text.length && text[at].isLowSurrogate()
                require(isWhole) { "cannot be sent: it holds half of a surrogate pair" }
                at++
                continue
            }
            out.append(text, from, at - 1).append('\\')
            if (char < ' ') out.append("u00").append(HEX[char.code shr 4]).append(HEX[char.code and 15]) else out.append(char)
            from = at
        }
        out.append(text, from, text.length).append('"')
    }

    override fun toString(): String = out.toString()

    private companion object {
        /** Characters that most calls have at most. */
        const val FIRST = 256

        /** The service's own values have three or four. */
        const val DEEPEST = 100
        const val RECORD = '\u001e'
        const val SEPARATOR = '\u001f'
        const val HEX = "0123456789abcdef"
    }
}

/** An object of these members, as JSON. */
internal fun jsonOf(operation: String, members: Map<String, Any?>): String = Written(operation).members(members).toString()
