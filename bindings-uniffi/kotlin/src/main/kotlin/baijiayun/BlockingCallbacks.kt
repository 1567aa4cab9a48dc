package baijiayun

import java.time.Duration

/** [Callbacks] for Java and for code without coroutines. */
class BlockingCallbacks internal constructor(private val callbacks: Callbacks) {
    /** See [Callbacks.parse]. */
    @JvmOverloads
    fun parse(
        body: ByteArray,
        contentType: String? = null,
        name: String? = null,
        tolerance: Duration? = Duration.ofMinutes(5),
    ): Callback = callbacks.parse(body, contentType, name, tolerance)

    /** See [Callbacks.signed]. */
    @JvmOverloads
    fun signed(
        name: String?,
        data: Map<String, Any?>,
        json: Boolean? = null,
        qid: String? = null,
        timestamp: Long? = null,
    ): PostedCallback = callbacks.signed(name, data, json, qid, timestamp)

    /** See [Callbacks.claim]. */
    fun claim(callback: Callback?): Boolean = blocking { callbacks.claim(callback) }

    /** See [Callbacks.release]. */
    fun release(callback: Callback): Unit = blocking { callbacks.release(callback) }
}
