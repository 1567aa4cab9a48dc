package baijiayun

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
