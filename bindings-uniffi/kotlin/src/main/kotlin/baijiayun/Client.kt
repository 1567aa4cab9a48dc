package baijiayun

import java.time.Duration
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject

/**
 * A client of one account.
 *
 * ```
 * val client = Client("demo", "12345678", System.getenv("BAIJIAYUN_PARTNER_KEY"))
 * val room = client.room.create(title = "第一课", startTime = start, endTime = end) { maxUsers = 100 }
 * ```
 *
 * One client serves all threads and keeps the service's limits for all of them. A call that is cancelled is given up at
 * once. partner_key belongs on servers: what runs on a user's machine takes a signer that asks yours.
 */
class Client private constructor(
    private val name: String,
    runner: Runner,
    storePrefix: String?,
) : Resources(runner), AutoCloseable {
    /**
     * Nothing is sent yet, and no connection is made.
     *
     * @param domain The account's private domain: its prefix, a white-label host, or a whole address such as a mock's.
     * @param partnerId The account's id.
     * @param partnerKey The account's key; null if the settings have a signer.
     * @throws ConfigException Something cannot be right.
     */
    @JvmOverloads
    constructor(domain: String?, partnerId: String?, partnerKey: String? = null, settings: Settings.() -> Unit = nothing) :
        this(domain, partnerId, partnerKey, Settings().apply(settings))

    private constructor(domain: String?, partnerId: String?, partnerKey: String?, settings: Settings) : this(
        "Client($domain, $partnerId)",
        Runner(
            Core(settings.config(domain, partnerId, partnerKey), settings.clock),
            settings.http ?: defaultHttp(),
            settings.store,
            settings.signer,
            settings.deadline ?: DEADLINE,
            settings.hook,
        ),
        settings.storePrefix,
    )

    /** What the service posts to you. */
    val callbacks: Callbacks = Callbacks(runner, storePrefix)

    /** Links into rooms and to recordings. */
    val links: Links = Links(runner)

    /**
     * Calls an operation by name, for example `room.create`. The data are JSON, with all that the service sent.
     */
    suspend fun call(operation: String, params: Map<String, Any?> = emptyMap(), options: CallOptions? = null): Answer {
        // All that was sent, whether it is as documented or not.
        val more = mapOf("set_aside" to false)
        val done = runner.run(Asked(operation, Kind.Element, params, options, more))
        return done.step.run { Answer(done.data ?: JsonNull, msg, ts, departures, trace) }
    }

    /**
     * Calls an operation that this package does not know, by its path, with `POST` or `GET`. It is signed like all
     * others.
     */
    suspend fun callPath(
        path: String,
        params: Map<String, Any?> = emptyMap(),
        method: String = "POST",
        options: CallOptions? = null,
    ): Answer = call("$method $path", params, options)

    /** The request of a call, signed but not sent: to look at, or to send by other means. */
    fun request(operation: String, params: Map<String, Any?> = emptyMap(), options: CallOptions? = null): HttpRequest =
        runner.request(Asked(operation, Kind.Element, params, options))

    /** A list by the name of its operation, for example `room.list`. */
    fun pages(
        operation: String,
        params: Map<String, Any?> = emptyMap(),
        options: CallOptions? = null,
    ): Pages<JsonElement, JsonElement> =
        Pages { position ->
            val done = runner.run(Asked(operation, Kind.Element, params, options, mapOf("page" to position)))
            val data = done.data ?: JsonNull
            val page = done.step.page
            Turn(Page(data, rows(data, page), page?.total), page?.repeated == true, page?.next)
        }

    private fun rows(data: JsonElement, page: PageInfo?): List<JsonElement> {
        val place = page?.list.orEmpty().split('.').filter(String::isNotEmpty)
        return place.fold<String, JsonElement?>(data) { found, member -> (found as? JsonObject)?.get(member) } as? JsonArray
            ?: emptyList()
    }

    /** [close] with 30 seconds. */
    override fun close(): Unit = close(CLOSE_WITHIN)

    /**
     * Ends the client: no call can be made any more, and nothing is sent. Calls that wait for a limit, a store, a signer or the
     * next attempt end at once; those in flight may finish within this time, and end with [ClosedException] then. This blocks
     * the thread until they ended: coroutines call [closeAndJoin].
     */
    fun close(within: Duration): Unit = blocking { closeAndJoin(within) }

    /** [close] for coroutines. */
    suspend fun closeAndJoin(within: Duration = CLOSE_WITHIN): Unit = runner.close(within)

    override fun toString(): String = name

    companion object {
        internal val CLOSE_WITHIN: Duration = Duration.ofSeconds(30)

        /**
         * A client of the account that the environment names (`BAIJIAYUN_DOMAIN`, `BAIJIAYUN_PARTNER_ID`,
         * `BAIJIAYUN_PARTNER_KEY`), or else `baijiayun.toml` in the working directory, or the user's own file, as for `bjy`.
         */
        fun fromEnvironment(settings: Settings.() -> Unit = nothing): Client =
            ClientBuilder().fromEnvironment().with(settings).client()

        /** A client of the account of this name: see [ClientBuilder.account]. */
        fun fromEnvironment(account: String, settings: Settings.() -> Unit = nothing): Client =
            ClientBuilder().account(account).with(settings).client()

        private fun ClientBuilder.with(settings: Settings.() -> Unit): ClientBuilder = settings { it.settings() }
    }
}
