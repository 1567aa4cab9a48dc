package baijiayun

import kotlinx.serialization.SerializationException

/** A place in JSON, which reads on from there. What the engine writes is JSON, so not every fault of it is looked for. */
internal class Cursor(private val bytes: ByteArray, private var at: Int = 0) {
    /** All that follows, up to the end of the object that it ends. */
    fun rest(): Rest {
        peek()
        return Rest(bytes, at).also { at = bytes.size - 1 }
    }

    /** The next byte that is no blank. */
    fun peek(): Byte {
        while (at < bytes.size) {
            val byte = bytes[at]
            if (byte > SPACE || byte < 0) return byte
            at++
        }
        throw unfit("ends before it is complete")
    }

    fun eat(byte: Byte): Boolean = (peek() == byte).also { if (it) at++ }

    fun expect(byte: Byte) {
        if (!eat(byte)) throw unfit("has no '${byte.toInt().toChar()}' where one is expected")
    }

    fun eatNull(): Boolean = peek() == 'n'.code.toByte() && eatWord("null")

    fun boolean(): Boolean {
        val isTrue = eatWord("true")
        if (!isTrue && !eatWord("false")) throw unfit("is neither true nor false")
        return isTrue
    }

    private fun eatWord(word: String): Boolean {
        peek()
        if (at + word.length > bytes.size) return false
        for (index in word.indices) if (bytes[at + index] != word[index].code.toByte()) return false
        at += word.length
        return true
    }

    fun long(): Long {
        val isNegative = eat('-'.code.toByte())
        val first = at
        // Below zero there is room for one more.
        var number = 0L
        while (at < bytes.size) {
            val digit = bytes[at] - '0'.code.toByte()
            if (digit !in 0..9) break
            if (at - first >= DIGITS && number < (Long.MIN_VALUE + digit) / 10) throw unfit("is a number of more than 64 bits")
            number = number * 10 - digit
            at++
        }
        val isWhole = at > first && (at == bytes.size || bytes[at].toInt().toChar() !in ".eE")
        if (!isWhole) throw unfit("is no whole number")
        if (!isNegative && number == Long.MIN_VALUE) throw unfit("is a number of more than 64 bits")
        return if (isNegative) number else -number
    }

    fun double(): Double {
        peek()
        val first = at
        while (at < bytes.size && bytes[at].toInt().toChar() in "+-.eE0123456789") at++
        return bytes.decodeToString(first, at).toDoubleOrNull() ?: throw unfit("is no number")
    }

    fun string(): String {
        expect(QUOTE)
        val first = at
        while (at < bytes.size) {
            when (bytes[at]) {
                QUOTE -> return String(bytes, first, at++ - first, Charsets.UTF_8)
                BACKSLASH -> return escaped(first)
            }
            at++
        }
        throw unfit("has a text without an end")
    }

    private fun escaped(first: Int): String {
        val text = StringBuilder(2 * (at - first) + 16)
        var from = first
        while (at < bytes.size) {
            val byte = bytes[at]
            if (byte != QUOTE && byte != BACKSLASH) {
                at++
                continue
            }
            text.append(String(bytes, from, at - from, Charsets.UTF_8))
            at++
            if (byte == QUOTE) return text.toString()
            text.append(unescaped())
            from = at
        }
        throw unfit("has a text without an end")
    }

    private fun unescaped(): Char {
        if (at >= bytes.size) throw unfit("has a text without an end")
        return when (val letter = bytes[at++].toInt().toChar()) {
            'n' -> '\n'
            't' -> '\t'
            'r' -> '\r'
            'b' -> '\b'
            'f' -> '\u000c'
            'u' -> {
                val code = if (at + 4 <= bytes.size) bytes.decodeToString(at, at + 4).toIntOrNull(16) else null
                at += 4
                (code ?: throw unfit("has an escape that is none")).toChar()
            }
            else -> letter
        }
    }

    /** Moves behind a value. */
    fun skip() {
        var depth = 0
        do {
            when (peek()) {
                QUOTE -> skipString()
                '{'.code.toByte(), '['.code.toByte() -> {
                    depth++
                    at++
                }
                '}'.code.toByte(), ']'.code.toByte() -> {
                    depth--
                    at++
                }
                COMMA, COLON -> at++
                else -> while (at < bytes.size && bytes[at].toInt().toChar() !in ",:]} ") at++
            }
        } while (depth > 0)
    }

    private fun skipString() {
        at++
        while (at < bytes.size) {
            val byte = bytes[at++]
            if (byte == QUOTE) return
            if (byte == BACKSLASH) at++
        }
        throw unfit("has a text without an end")
    }

    /** A value as it is written. */
    fun text(): String {
        peek()
        val first = at
        skip()
        return String(bytes, first, minOf(at, bytes.size) - first, Charsets.UTF_8)
    }

    /** Whether this name, with its quotes and a colon, comes next; it is read then. */
    fun eatName(name: ByteArray): Boolean {
        if (peek() != QUOTE || at + name.size > bytes.size) return false
        for (index in name.indices) if (bytes[at + index] != name[index]) return false
        at += name.size
        return true
    }

    fun unfit(what: String): SerializationException = SerializationException("the JSON $what (at byte $at)")

    companion object {
        /** A number that has no more has no more than 64 bits. */
        private const val DIGITS = 18
        private const val SPACE = ' '.code.toByte()
        const val QUOTE = '"'.code.toByte()
        private const val BACKSLASH = '\\'.code.toByte()
        const val COMMA = ','.code.toByte()
        const val COLON = ':'.code.toByte()
    }
}

/** JSON that is left as it is, to be read later: the end of what the engine wrote, which writes the data last. */
internal class Rest(private val written: ByteArray, private val from: Int) {
    val isNull: Boolean get() = Cursor(written, from).eatNull()

    fun <T> read(kind: Kind<T>): T = kind.read(Cursor(written, from))

    /** As JSON, cut after so many bytes. */
    fun text(most: Int): String = written.decodeToString(from, minOf(written.size - 1, from + most))
}
