package baijiayun

import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull

/** What a value in JSON is read as. */
internal abstract class Kind<out T>(
    /** What stands for one that is missing where none should be. */
    val empty: T?,
) {
    abstract fun read(cursor: Cursor): T

    object Whole : Kind<Long>(0) {
        override fun read(cursor: Cursor): Long = cursor.long()
    }

    object Decimal : Kind<Double>(0.0) {
        override fun read(cursor: Cursor): Double = cursor.double()
    }

    object Truth : Kind<Boolean>(false) {
        override fun read(cursor: Cursor): Boolean = cursor.boolean()
    }

    object Text : Kind<String>("") {
        override fun read(cursor: Cursor): String = cursor.string()
    }

    /** Any JSON. */
    object Element : Kind<JsonElement>(JsonNull) {
        override fun read(cursor: Cursor): JsonElement = Json.parseToJsonElement(cursor.text())
    }

    /** What is not read yet, or at all. */
    object Remaining : Kind<Rest>(null) {
        override fun read(cursor: Cursor): Rest = cursor.rest()
    }

    class OrNull<T>(private val kind: Kind<T>) : Kind<T?>(null) {
        override fun read(cursor: Cursor): T? = if (cursor.eatNull()) null else kind.read(cursor)
    }

    class Many<T>(private val item: Kind<T>) : Kind<List<T>>(emptyList()) {
        override fun read(cursor: Cursor): List<T> {
            cursor.expect('['.code.toByte())
            if (cursor.eat(']'.code.toByte())) return emptyList()
            val items = ArrayList<T>()
            do items += item.read(cursor) while (cursor.eat(Cursor.COMMA))
            cursor.expect(']'.code.toByte())
            return items
        }
    }

    class ByName<T>(private val value: Kind<T>) : Kind<Map<String, T>>(emptyMap()) {
        override fun read(cursor: Cursor): Map<String, T> {
            cursor.expect('{'.code.toByte())
            if (cursor.eat('}'.code.toByte())) return emptyMap()
            val values = LinkedHashMap<String, T>()
            do {
                val name = cursor.string()
                cursor.expect(Cursor.COLON)
                values[name] = value.read(cursor)
            } while (cursor.eat(Cursor.COMMA))
            cursor.expect('}'.code.toByte())
            return values
        }
    }
}

/** An object, read into an array in the order of its members. */
internal class Record(
    private val types: Types,
    /** Its place in the table. */
    val type: Int,
) : Kind<Any>(null) {
    /** A member. */
    class Member(val name: String, val kind: Kind<*>, val isOptional: Boolean, val isSecret: Boolean) {
        val written = "\"$name\":".encodeToByteArray()
    }

    lateinit var members: List<Member>

    private val byName by lazy { members.withIndex().associate { (index, member) -> member.name to index } }

    /** Which member followed which the last time: that is the same in every row. Threads may overwrite each other's. */
    private lateinit var following: IntArray

    fun of(members: List<Member>) {
        this.members = members
        following = IntArray(members.size + 1) { it.coerceAtMost(members.size - 1) }
    }

    override fun read(cursor: Cursor): Any {
        val values = arrayOfNulls<Any?>(members.size)
        cursor.expect('{'.code.toByte())
        var last = -1
        if (!cursor.eat('}'.code.toByte())) {
            do {
                val found = find(cursor, last)
                if (found < 0) {
                    // A member that the answer's type does not have: what the service added since.
                    cursor.skip()
                } else {
                    last = found
                    if (!cursor.eatNull()) values[found] = members[found].kind.read(cursor)
                }
            } while (cursor.eat(Cursor.COMMA))
            cursor.expect('}'.code.toByte())
        }
        return made(values)
    }

    /** The member whose name comes next, after that one; less than 0 if it has none of that name. */
    private fun find(cursor: Cursor, last: Int): Int {
        val guess = following[last + 1]
        if (guess >= 0 && cursor.eatName(members[guess].written)) return guess
        val found = byName[cursor.string()] ?: -1
        cursor.expect(Cursor.COLON)
        if (found >= 0) following[last + 1] = found
        return found
    }

    private fun made(values: Array<Any?>): Any {
        for (index in values.indices) {
            if (values[index] == null && !members[index].isOptional) values[index] = members[index].kind.let { if (it is Record) it.made() else it.empty }
        }
        return types.make(this, values)
    }

    /** One without anything. */
    private fun made(): Any = made(arrayOfNulls(members.size))
}

/**
 * Types of objects, from a table of words: the name of a type, then each member as `name:kind`. That takes a third of the
 * classes that a compiler's plugin makes, and reads faster.
 *
 * Kinds: `l` a whole number, `d` a decimal one, `b` a truth, `s` a text, `a` any JSON, `r` the rest, a name of a type; after `[`
 * a list of them, after `{` a map of them, after `~` they may be null. A member ends in `?` if it may be missing, and in `!` if
 * it is secret.
 */
internal abstract class Types(table: String) {
    private val records: Map<String, Record>

    init {
        val names = ArrayList<String>()
        val rows = ArrayList<ArrayList<String>>()
        for (word in table.split(' ', '\n')) {
            when {
                word.isEmpty() -> {}
                ':' in word -> rows.last() += word
                else -> {
                    names += word
                    rows += ArrayList<String>()
                }
            }
        }
        records = names.withIndex().associate { (type, name) -> name to Record(this, type) }
        names.forEachIndexed { type, name -> records.getValue(name).of(rows[type].map(::member)) }
    }

    private fun member(word: String): Record.Member {
        val (name, kind) = word.split(':')
        return Record.Member(name, kind(kind.trimEnd('?', '!')), '?' in kind, '!' in kind)
    }

    private fun kind(word: String): Kind<*> =
        when (word) {
            "l" -> Kind.Whole
            "d" -> Kind.Decimal
            "b" -> Kind.Truth
            "s" -> Kind.Text
            "a" -> Kind.Element
            "r" -> Kind.Remaining
            else -> when (word[0]) {
                '[' -> Kind.Many(kind(word.substring(1)))
                '{' -> Kind.ByName(kind(word.substring(1)))
                '~' -> Kind.OrNull(kind(word.substring(1)))
                else -> records.getValue(word)
            }
        }

    /** What reads a type; it is the caller's affair that it is that one. */
    @Suppress("UNCHECKED_CAST")
    fun <T> of(name: String): Kind<T> = records.getValue(name) as Kind<T>

    /** An object of that type. */
    abstract fun make(record: Record, values: Array<Any?>): Any
}
