package baijiayun

import java.time.Duration

/** Which failures are tried again. */
enum class Retry {
    /**
     * Those that cannot have changed anything: those of operations that only read, of requests that never left, and
     * throttled ones. This is what happens if nothing is said.
     */
    SAFE,

    /** Any, and the call may be carried out twice. */
    ALWAYS,

    /** None. */
    NEVER,
}

/** Who goes first where a limit makes calls wait. */
enum class Priority {
    /** Before all others that wait: for what a person is waiting for. */
    HIGH,

    /** In order. This is what happens if nothing is said. */
    NORMAL,

    /** After all others, and never with the last fifth of a limit: for a nightly job. */
    LOW,
}

/** Settings of one call, in place of the client's: `CallOptions { deadline = Duration.ofSeconds(5) }`. */
class CallOptions() {
    constructor(build: CallOptions.() -> Unit) : this() {
        build()
    }

    /** Which failures are tried again. */
    var retry: Retry? = null

    /** Most attempts. */
    var attempts: Int? = null

    /** Longest time for one attempt. */
    var attemptTimeout: Duration? = null

    /** Longest time for the whole call with all waits and attempts. */
    var deadline: Duration? = null

    /** Most bytes of the answer, unpacked, that are read; more than the client's is allowed. */
    var maxAnswer: Long? = null

    /** Whether the call fails where its answer departs from the documents. */
    var strict: Boolean? = null

    /** Who goes first where a limit makes calls wait. */
    var priority: Priority? = null

    /** Parameters that the description lacks. They are sent unchecked. */
    var extra: Map<String, Any?> = emptyMap()

    /** Is filled with what is known about the call besides its data. */
    var details: Details? = null

    /** As the engine takes them. */
    internal fun written(): Map<String, Any?> =
        buildMap {
            put("retry", retry?.name?.lowercase())
            put("attempts", attempts)
            put("attempt_timeout", attemptTimeout?.engineMillis())
            put("deadline", deadline?.engineMillis())
            put("max_answer", maxAnswer)
            put("strict", strict)
            put("priority", priority?.name?.lowercase())
            if (extra.isNotEmpty()) put("extra", extra)
        }
}
