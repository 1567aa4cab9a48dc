package baijiayun

import java.time.Duration
import java.util.function.Consumer
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.JsonElement

/**
 * A [Client] for Java and for code without coroutines: each call blocks its thread. To interrupt the thread is to give
 * the call up: it ends with [InterruptedCallException].
 *
 * ```java
 * BlockingClient client = new BlockingClient("demo", "12345678", System.getenv("BAIJIAYUN_PARTNER_KEY"));
 * RoomCreateResult room = client.getRoom().create("第一课", start, end, params -> params.setMaxUsers(100L));
 * for (RoomListItem row : client.getRoom().list()) System.out.println(row.getRoomId());
 * ```
 */
class BlockingClient(
    /** The client that it calls. */
    val client: Client,
) : BlockingResources(client), AutoCloseable {
    /** See [Client]. */
    @JvmOverloads
    constructor(domain: String?, partnerId: String?, partnerKey: String? = null, settings: Consumer<in Settings> = none) :
        this(Client(domain, partnerId, partnerKey) { settings.accept(this) })

    /** See [Client.call]. */
    @JvmOverloads
    fun call(operation: String, params: Map<String, Any?> = emptyMap(), options: CallOptions? = null): Answer =
        blocking { client.call(operation, params, options) }

    /** See [Client.callPath]. */
    @JvmOverloads
    fun callPath(
        path: String,
        params: Map<String, Any?> = emptyMap(),
        method: String = "POST",
        options: CallOptions? = null,
    ): Answer = blocking { client.callPath(path, params, method, options) }

    /** See [Client.request]. */
    @JvmOverloads
    fun request(operation: String, params: Map<String, Any?> = emptyMap(), options: CallOptions? = null): HttpRequest =
        client.request(operation, params, options)

    /** See [Client.pages]. */
    @JvmOverloads
    fun pages(
        operation: String,
        params: Map<String, Any?> = emptyMap(),
        options: CallOptions? = null,
    ): BlockingPages<JsonElement, JsonElement> = BlockingPages(client.pages(operation, params, options))

    /** What the service posts to you. */
    val callbacks: BlockingCallbacks = BlockingCallbacks(client.callbacks)

    /** Links into rooms and to recordings. */
    val links: BlockingLinks = BlockingLinks(client.links)

    /** See [VideoApi.upload]. */
    @JvmOverloads
    fun upload(
        file: UploadFile,
        definition: List<Long>,
        params: Consumer<in VideoGetUploadUrlParams> = none,
        settings: UploadSettings = UploadSettings(),
        options: CallOptions? = null,
    ): UploadedVideo =
        blocking { client.video.upload(file, definition, settings, options) { params.accept(this) } }

    /** See [VideoApi.resumeUpload]. */
    @JvmOverloads
    fun resumeUpload(
        videoId: Long,
        file: UploadFile,
        settings: UploadSettings = UploadSettings(),
        options: CallOptions? = null,
    ): UploadedVideo = blocking { client.video.resumeUpload(videoId, file, settings, options) }

    override fun close(): Unit = client.close()

    /** See [Client.close]. */
    fun close(within: Duration): Unit = client.close(within)

    override fun toString(): String = "Blocking$client"

    companion object {
        /** Makes one, with a name for each text. */
        @JvmStatic
        fun builder(): ClientBuilder = ClientBuilder()

        /** See [Client.fromEnvironment]. */
        @JvmStatic
        @JvmOverloads
        fun fromEnvironment(settings: Consumer<in Settings> = none): BlockingClient =
            ClientBuilder().fromEnvironment().settings(settings).build()

        /** See [ClientBuilder.account]. */
        @JvmStatic
        @JvmOverloads
        fun fromEnvironment(account: String, settings: Consumer<in Settings> = none): BlockingClient =
            ClientBuilder().account(account).settings(settings).build()
    }
}

/** Blocks the thread until it is done. Nobody declares that it may be interrupted, so that is an exception of ours. */
internal fun <T> blocking(block: suspend CoroutineScope.() -> T): T =
    try {
        runBlocking(block = block)
    } catch (_: InterruptedException) {
        Thread.currentThread().interrupt()
        val message = "the thread was interrupted, and the call given up: it may have been carried out"
        throw InterruptedCallException(ErrorDetails(ErrorKind.TRANSPORT, message))
    }
