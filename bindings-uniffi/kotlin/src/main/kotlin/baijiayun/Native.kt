package baijiayun

/**
 * The engine's functions, as `bindings-uniffi/src/jni.rs` has them: bytes go in and bytes come out. An engine is a number; a call
 * of one that was dropped is an [IllegalStateException].
 */
internal object Native {
    /** Makes an engine and puts its number into an array of one, or gives an error as JSON. */
    @JvmStatic
    external fun open(config: ByteArray, engine: LongArray): ByteArray?

    @JvmStatic
    external fun drop(engine: Long)

    @JvmStatic
    external fun begin(engine: Long, call: ByteArray, unix: Long, ticks: Long, random: Long): ByteArray

    @JvmStatic
    external fun request(engine: Long, call: ByteArray, unix: Long): ByteArray

    /** @throws OutOfMemoryError */
    @JvmStatic
    external fun answer(
        engine: Long,
        call: Long,
        status: Int,
        retryAfter: Long,
        body: ByteArray,
        unix: Long,
        ticks: Long,
        random: Long,
    ): ByteArray

    @JvmStatic
    external fun resume(engine: Long, call: Long, event: ByteArray, unix: Long, ticks: Long, random: Long): ByteArray

    @JvmStatic
    external fun cancel(engine: Long, call: Long)

    @JvmStatic
    external fun stopSending(engine: Long)

    @JvmStatic
    external fun calls(engine: Long): Long

    @JvmStatic
    external fun callback(engine: Long, posted: ByteArray, unix: Long): ByteArray

    @JvmStatic
    external fun link(engine: Long, link: ByteArray): ByteArray

    @JvmStatic
    external fun signedCallback(engine: Long, asked: ByteArray): ByteArray

    @JvmStatic
    external fun configuration(asked: ByteArray): ByteArray

    @JvmStatic
    external fun inCamelCase(words: ByteArray): ByteArray

    @JvmStatic
    external fun tomlPaths(toml: ByteArray): ByteArray

    @JvmStatic
    external fun quotaScript(): ByteArray

    @JvmStatic
    external fun claimScript(): ByteArray

    @JvmStatic
    external fun retryAfter(header: ByteArray, unix: Long): Long
}
