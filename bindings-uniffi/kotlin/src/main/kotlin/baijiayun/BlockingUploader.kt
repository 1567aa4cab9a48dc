package baijiayun

import kotlinx.coroutines.runInterruptible

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
