package baijiayun

import java.time.Duration
import java.util.function.LongConsumer

/** A video that arrived. */
class UploadedVideo internal constructor(
    /** Its id. */
    val videoId: Long,
    /** Its status at the end, if transcoding was waited for. */
    val status: Long? = null,
    /** How often the upload went on after a break. */
    val resumes: Int = 0,
) : Value() {
    override fun members(): List<Pair<String, Any?>> =
        listOf("videoId" to videoId, "status" to status, "resumes" to resumes)
}

/** How a video is uploaded. */
class UploadSettings() {
    constructor(build: UploadSettings.() -> Unit) : this() {
        build()
    }

    /** How many bytes are sent at a time; 5 MiB if nothing is said. A file that is not larger goes as one form. */
    var chunkSize: Long? = null

    /**
     * Whether the addresses that the file is sent to have to be https; they have to if nothing is said. For a new video
     * its `useHttps` says the same.
     */
    var useHttps: Boolean? = null

    /** Is told the id of a new video as soon as it is registered: with that alone the upload can go on in another process. */
    var registered: ((videoId: Long) -> Unit)? = null

    /** [registered] for Java. */
    fun onRegistered(listener: LongConsumer) {
        registered = listener::accept
    }

    /** Waits until the video is transcoded, at most so long after the upload. */
    var waitForTranscoding: Duration? = null

    /** How often it goes on after a break without having got any further; 5 if nothing is said. */
    var resumes: Int? = null

    /** A connection on which nothing moved for so long is taken for broken. */
    var stallTimeout: Duration = STALL_TIMEOUT
}

/** How long nothing may move while files are sent. */
internal val STALL_TIMEOUT: Duration = Duration.ofSeconds(60)

/**
 * 视频上传 Uploads a video or audio file: registers it, streams it in chunks, and goes on where a broken connection
 * left off.
 *
 * If it fails after the video was registered, the exception has a [BaijiayunException.videoId]: [resumeUpload] goes on
 * with it, also in another process.
 *
 * @param file The file. Its progress is told how many bytes of it the service has, whenever it has more: after each chunk.
 *   The number only grows.
 * @param definition What to transcode it to: see [VideoApi.getUploadUrl].
 * @param options Settings of each call; its time for an attempt is not that of the file's own posts, for which
 *   [Settings.uploadDeadline] stands, and its deadline is that of the whole upload.
 */
suspend fun VideoApi.upload(
    file: UploadFile,
    definition: List<Long>,
    settings: UploadSettings = UploadSettings(),
    options: CallOptions? = null,
    params: VideoGetUploadUrlParams.() -> Unit = nothing,
): UploadedVideo {
    val given = VideoGetUploadUrlParams().apply(params)
    given.set("file_name", file.name)
    given.set("definition", definition)
    return upload(file, null, given, settings, options)
}

/**
 * 断点续传 Goes on with an upload that broke off earlier, perhaps in another process: the same file, for the video that
 * was registered then.
 */
suspend fun VideoApi.resumeUpload(
    videoId: Long,
    file: UploadFile,
    settings: UploadSettings = UploadSettings(),
    options: CallOptions? = null,
): UploadedVideo = upload(file, videoId, Params(), settings, options)

private suspend fun VideoApi.upload(
    file: UploadFile,
    videoId: Long?,
    params: Params,
    settings: UploadSettings,
    options: CallOptions?,
): UploadedVideo = runner.upload(file, videoId, params, settings, options, null)

/** Where to upload, as the service said it to a server of yours. */
class UploadAddress @JvmOverloads constructor(
    /** The new video: `video_id` of `video.get_upload_url`. */
    val videoId: Long? = null,
    /** `upload_url`, as it came. It holds a token. */
    val uploadUrl: String? = null,
    /** How many bytes the service has: `upload_size` of `video.get_resume_upload_url`. */
    val uploadSize: Long? = null,
    /**
     * What `video.get_status` answers with, for the case that the service gives no address for the rest because it has
     * all of the file.
     */
    val status: Long? = null,
) {
    /** As the engine takes it. */
    internal fun written(): Map<String, Any?> =
        mapOf("video_id" to videoId, "upload_url" to uploadUrl, "upload_size" to uploadSize, "status" to status).filterValues { it != null }

    override fun toString(): String = "UploadAddress($videoId, $uploadSize bytes)"
}

/** Where to upload, from a server of yours: for apps, which have no key. */
interface UploadAddresses {
    /** Registers a video and says where its file goes: `video.get_upload_url`. */
    suspend fun uploadUrl(): UploadAddress

    /** How much of the file the service has, and where the rest goes: `video.get_resume_upload_url`. */
    suspend fun resumeUploadUrl(videoId: Long): UploadAddress
}

/**
 * Uploads videos where the key is not: a server of yours gives the addresses.
 *
 * ```
 * val video = Uploader().upload(UploadFile(path), object : UploadAddresses { ... })
 * ```
 *
 * @param http Sends the file, in place of Java's own HTTP client.
 */
class Uploader internal constructor(http: HttpExecutor, clock: Clock) {
    private val runner = Runner(Core("""{"uploads_only":true}""", clock), http, null, null)

    @JvmOverloads
    constructor(http: HttpExecutor = defaultHttp()) : this(http, Clock())

    /** See [VideoApi.upload]. The transcoding cannot be waited for: to ask for that takes the key. */
    suspend fun upload(
        file: UploadFile,
        addresses: UploadAddresses,
        settings: UploadSettings = UploadSettings(),
        options: CallOptions? = null,
    ): UploadedVideo = upload(null, file, addresses, settings, options)

    /** See [VideoApi.resumeUpload]. */
    suspend fun resumeUpload(
        videoId: Long,
        file: UploadFile,
        addresses: UploadAddresses,
        settings: UploadSettings = UploadSettings(),
        options: CallOptions? = null,
    ): UploadedVideo = upload(videoId, file, addresses, settings, options)

    /** Either of them. */
    @JvmSynthetic
    internal suspend fun upload(
        videoId: Long?,
        file: UploadFile,
        addresses: UploadAddresses,
        settings: UploadSettings,
        options: CallOptions?,
    ): UploadedVideo = runner.upload(file, videoId, Params(), settings, options, addresses)

    override fun toString(): String = "Uploader"
}

private suspend fun Runner.upload(
    file: UploadFile,
    videoId: Long?,
    params: Params,
    settings: UploadSettings,
    options: CallOptions?,
    addresses: UploadAddresses?,
): UploadedVideo {
    val meter = Meter(file, settings.registered.takeIf { videoId == null })
    // What tells how much went out is not what tells how much arrived.
    val silent = file.with(null)
    val asked = Asked(
        "video.upload",
        uploadedVideo,
        params.given,
        options,
        mapOf(
            "upload" to mapOf(
                "file" to silent,
                "video_id" to videoId,
                "resumes" to settings.resumes,
                "transcoding" to settings.waitForTranscoding?.wholeMillis(),
                "chunk_size" to settings.chunkSize,
                "use_https" to settings.useHttps,
                "addresses" to addresses?.let { true },
            ).filterValues { it != null },
        ),
        stallTimeout = settings.stallTimeout,
        received = meter::received,
        addresses = addresses,
    )
    val video = run(asked).data ?: throw failure(ErrorKind.MISUSE, "video.upload", "the engine gave no video")
    meter.received(file.size, null)
    return video
}

/** Tells how much of a file the service has. */
private class Meter(private val file: UploadFile, private var registered: ((Long) -> Unit)?) {
    private var farthest = 0L

    fun received(bytes: Long, videoId: Long?) {
        if (videoId != null) registered?.also { registered = null }?.invoke(videoId)
        if (bytes <= farthest) return
        farthest = bytes
        file.progress?.sent(bytes, file.size)
    }
}
