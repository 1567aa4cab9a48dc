package baijiayun

/** What several processes share: the service's limits, and which callbacks were taken. */
fun interface Store {
    /**
     * Evaluates a Lua script with these keys and arguments, as Redis and Valkey do, and returns the number that it
     * returns. If it throws, calls go on within the limits of this process alone.
     */
    suspend fun evaluate(script: String, keys: List<String>, args: List<Long>): Long
}

/**
 * Signs on another machine, which has the key.
 *
 * It is only for those who may do everything that the account can do: the path is not signed, so a signature for
 * `room.info` also deletes the room, and no look at the text tells which it will be. Apps get the link, the token or the
 * upload address from your server instead.
 */
fun interface Signer {
    /** MD5 over the text, `&partner_key=` and the key, in lower-case hex. */
    suspend fun sign(text: String): String
}

internal val QUOTA_SCRIPT: String by lazy { Native.quotaScript().decodeToString() }
