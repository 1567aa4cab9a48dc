package baijiayun

/**
 * What the results of this package have in common: they are values, and compare as such.
 *
 * What the service left out is null, or an empty list or map.
 */
abstract class Value internal constructor() {
    /** Names and values. */
    protected abstract fun members(): List<Pair<String, Any?>>

    override fun equals(other: Any?): Boolean = other is Value && other.javaClass == javaClass && other.members() == members()

    override fun hashCode(): Int = members().hashCode()

    /** What there is, without secrets. */
    override fun toString(): String {
        val present = members().filterNot { (_, value) -> isAbsent(value) }
        return present.joinToString(", ", "${javaClass.simpleName}(", ")") { (name, value) -> "$name=$value" }
    }

    private fun isAbsent(value: Any?): Boolean = value == null || value == emptyList<Any>() || value == emptyMap<Any, Any>()
}

/** A value that is not shown. */
internal data class Secret(private val value: Any?) {
    override fun toString(): String = "***"
}
