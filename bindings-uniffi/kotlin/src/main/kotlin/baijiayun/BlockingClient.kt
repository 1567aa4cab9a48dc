package baijiayun

import java.time.Duration
import java.util.function.Consumer
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.runInterruptible
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

/** [Links] for Java and for code without coroutines. */
class BlockingLinks internal constructor(private val links: Links) {
    /** See [Links.enterRoom]. */
    @JvmOverloads
    fun enterRoom(
        roomId: Long,
        userNumber: String?,
        userName: String,
        userRole: Long = 0,
        userAvatar: String? = null,
        extra: Map<String, String> = emptyMap(),
    ): String = blocking { links.enterRoom(roomId, userNumber, userName, userRole, userAvatar, extra) }

    /** See [Links.prepare]. */
    @JvmOverloads
    fun prepare(roomId: Long, code: String? = null): String = links.prepare(roomId, code)

    /** See [Links.quickEnter]. */
    fun quickEnter(code: String, userName: String): String = links.quickEnter(code, userName)

    /** See [Links.codePlayer]. */
    @JvmOverloads
    fun codePlayer(
        code: String,
        userName: String,
        userNumber: String? = null,
        width: Int? = null,
        height: Int? = null,
        showControls: Boolean? = null,
    ): String = links.codePlayer(code, userName, userNumber, width, height, showControls)

    /** See [Links.mobileVideoPlayer]. */
    fun mobileVideoPlayer(videoId: Long, token: String): String = links.mobileVideoPlayer(videoId, token)

    /** See [Links.videoPlayer]. */
    fun videoPlayer(videoId: Long, token: String): String = links.videoPlayer(videoId, token)

    /** See [Links.playback]. */
    @JvmOverloads
    fun playback(roomId: Long, token: String, sessionId: Long? = null): String = links.playback(roomId, token, sessionId)

    /** See [Links.inDesktopClient]. */
    fun inDesktopClient(link: String): String = links.inDesktopClient(link)
}

/** [UploadAddresses] for Java: they block their thread, which is interrupted when nobody waits any more. */
interface BlockingUploadAddresses {
    /** See [UploadAddresses.uploadUrl]. */
    @Throws(Exception::class)
    fun uploadUrl(): UploadAddress

    /** See [UploadAddresses.resumeUploadUrl]. */
    @Throws(Exception::class)
    fun resumeUploadUrl(videoId: Long): UploadAddress
}

/** [Uploader] for Java and for code without coroutines. */
class BlockingUploader(private val uploader: Uploader) {
    /** See [Uploader]. */
    constructor() : this(Uploader())

    /** See [Uploader]. */
    constructor(http: HttpExecutor) : this(Uploader(http))

    /** See [Uploader.upload]. */
    @JvmOverloads
    fun upload(
        file: UploadFile,
        addresses: BlockingUploadAddresses,
        settings: UploadSettings = UploadSettings(),
        options: CallOptions? = null,
    ): UploadedVideo = upload(null, file, addresses, settings, options)

    /** See [Uploader.resumeUpload]. */
    @JvmOverloads
    fun resumeUpload(
        videoId: Long,
        file: UploadFile,
        addresses: BlockingUploadAddresses,
        settings: UploadSettings = UploadSettings(),
        options: CallOptions? = null,
    ): UploadedVideo = upload(videoId, file, addresses, settings, options)

    private fun upload(videoId: Long?, file: UploadFile, addresses: BlockingUploadAddresses, settings: UploadSettings, options: CallOptions?) =
        blocking { uploader.upload(videoId, file, Suspending(addresses), settings, options) }

    override fun toString(): String = "BlockingUploader"

    private class Suspending(private val addresses: BlockingUploadAddresses) : UploadAddresses {
        override suspend fun uploadUrl(): UploadAddress = address(null)

        override suspend fun resumeUploadUrl(videoId: Long): UploadAddress = address(videoId)

        private suspend fun address(videoId: Long?) =
            runInterruptible { if (videoId == null) addresses.uploadUrl() else addresses.resumeUploadUrl(videoId) }
    }
}

/** [Pages] to be iterated over: page by page as you go. */
class BlockingPages<T, Row> internal constructor(private val pages: Pages<T, Row>) : Iterable<Row> {
    /** See [Pages.page]. */
    fun page(): Page<T, Row> = blocking { pages.page() }

    /** See [Pages.pages]. */
    fun pages(): Iterable<Page<T, Row>> =
        Iterable {
            iterator {
                var position: String? = ""
                while (position != null) {
                    val asked = position
                    val turn = blocking { pages.turn(asked) }
                    if (!turn.repeated) yield(turn.page)
                    position = turn.next
                }
            }
        }

    /** See [Pages.items]. */
    override fun iterator(): Iterator<Row> = pages().asSequence().flatMap { it.rows }.iterator()

    /** The same as a stream. */
    fun stream(): java.util.stream.Stream<Row> = java.util.stream.StreamSupport.stream(spliterator(), false)
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
