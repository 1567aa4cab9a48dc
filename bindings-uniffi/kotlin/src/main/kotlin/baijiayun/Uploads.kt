package baijiayun

import java.time.Duration
import kotlinx.serialization.SerialName
import kotlinx.serialization.Serializable

/** A video that arrived. */
@Serializable
class UploadedVideo internal constructor(
    /** Its id. */
    @SerialName("video_id") val videoId: Long,
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
 * 视频上传 Uploads a video or audio file: registers it, streams it, and goes on where a broken connection left off.
 *
 * If it fails after the video was registered, the exception has a [BaijiayunException.videoId]: [resumeUpload] goes on
 * with it, also in another process.
 *
 * @param file The file. Its progress is told how far it went out; the number only grows.
 * @param definition What to transcode it to: see [VideoApi.getUploadUrl].
 * @param options Settings of each call; its times are not those of the file's own posts, for which
 *   [Settings.uploadDeadline] stands.
 */
suspend fun VideoApi.upload(
    file: UploadFile,
    definition: List<Long>,
    settings: UploadSettings = UploadSettings(),
    options: CallOptions? = null,
    params: VideoGetUploadUrlParams.() -> Unit = {},
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
): UploadedVideo {
    val meter = file.progress?.let(::Meter)
    val metered = file.with(meter)
    val asked = Asked(
        "video.upload",
        UploadedVideo.serializer(),
        params.given,
        options,
        upload = { describe ->
            mapOf(
                "file" to describe(metered),
                "video_id" to videoId,
                "resumes" to settings.resumes,
                "transcoding" to settings.waitForTranscoding?.toMillis(),
            ).filterValues { it != null }
        },
        stallTimeout = settings.stallTimeout,
    )
    val video = runner.run(asked).data ?: throw failure(ErrorKind.MISUSE, "video.upload", "the engine gave no video")
    meter?.sent(file.size, file.size)
    return video
}

/** How far a file is sent, over all its posts: bytes that are sent again after a break are not told again. */
private class Meter(private val progress: Progress) : Progress {
    private var farthest = -1L

    @Synchronized
    override fun sent(bytes: Long, size: Long) {
        if (bytes <= farthest) return
        farthest = bytes
        progress.sent(bytes, size)
    }
}
