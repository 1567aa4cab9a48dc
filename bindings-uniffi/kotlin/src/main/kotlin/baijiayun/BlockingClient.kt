package baijiayun

import java.time.Duration
import java.util.function.Consumer
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking

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
    /** The client that it calls, with what needs no waiting, such as [Client.callbacks]. */
    val client: Client,
) : BlockingResources(client), AutoCloseable {
    /** See [Client]. */
    @JvmOverloads
    constructor(domain: String?, partnerId: String?, partnerKey: String?, settings: Consumer<Settings> = Consumer {}) :
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

    /** See [Callbacks.claim]. */
    fun claim(callback: Callback?): Boolean = blocking { client.callbacks.claim(callback) }

    /** See [Callbacks.release]. */
    fun release(callback: Callback): Unit = blocking { client.callbacks.release(callback) }

    /** See [Links.enterRoom]. */
    @JvmOverloads
    fun enterRoom(
        roomId: Long,
        userNumber: String?,
        userName: String,
        userRole: Int = 0,
        userAvatar: String? = null,
        extra: Map<String, String> = emptyMap(),
    ): String = blocking { client.links.enterRoom(roomId, userNumber, userName, userRole, userAvatar, extra) }

    /** See [VideoApi.upload]. */
    @JvmOverloads
    fun upload(
        file: UploadFile,
        definition: List<Long>,
        params: Consumer<VideoGetUploadUrlParams> = Consumer {},
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
