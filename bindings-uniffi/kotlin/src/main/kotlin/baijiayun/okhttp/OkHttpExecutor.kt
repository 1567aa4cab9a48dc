package baijiayun.okhttp

import baijiayun.HttpBody
import baijiayun.HttpExecutor
import baijiayun.HttpRequest
import baijiayun.HttpResponse
import baijiayun.readAnswer
import java.io.IOException
import java.util.concurrent.TimeUnit
import kotlinx.coroutines.suspendCancellableCoroutine
import okhttp3.Call
import okhttp3.Callback
import okhttp3.MediaType
import okhttp3.MediaType.Companion.toMediaTypeOrNull
import okhttp3.OkHttpClient
import okhttp3.Request
import okhttp3.RequestBody
import okhttp3.RequestBody.Companion.toRequestBody
import okhttp3.Response
import okio.BufferedSink
import okio.source
import kotlin.coroutines.resume
import kotlin.coroutines.resumeWithException

/**
 * Sends with OkHttp: on Android, and where a project has one with its proxies, certificates and interceptors already. OkHttp 4.12
 * or later has to be among your dependencies.
 *
 * It is used without its own retries and redirects, which the engine decides on.
 */
class OkHttpExecutor @JvmOverloads constructor(client: OkHttpClient = OkHttpClient()) : HttpExecutor {
    private val client =
        client.newBuilder().retryOnConnectionFailure(false).followRedirects(false).followSslRedirects(false)
            // The engine says how long all of it may take.
            .readTimeout(0, TimeUnit.MILLISECONDS).writeTimeout(0, TimeUnit.MILLISECONDS).callTimeout(0, TimeUnit.MILLISECONDS).build()

    override suspend fun execute(request: HttpRequest): HttpResponse {
        val built = Request.Builder().url(request.url)
        for ((name, value) in request.headers) built.header(name, value)
        val type = request.headers.entries.firstOrNull { it.key.equals("content-type", ignoreCase = true) }?.value?.toMediaTypeOrNull()
        built.method(request.method, request.body?.let { Body(it, type) } ?: if (request.method == "POST") ByteArray(0).toRequestBody(type) else null)
        return client.newCall(built.build()).answered(request.maxAnswer)
    }

    private suspend fun Call.answered(most: Long): HttpResponse =
        suspendCancellableCoroutine { waiting ->
            waiting.invokeOnCancellation { cancel() }
            enqueue(
                object : Callback {
                    override fun onFailure(call: Call, e: IOException) = waiting.resumeWithException(e)

                    override fun onResponse(call: Call, response: Response) =
                        try {
                            // OkHttp unpacks gzip itself, which it asked for.
                            val read = response.use { readAnswer(it.body!!.byteStream(), it.body!!.contentLength(), most) }
                            waiting.resume(HttpResponse(response.code, read, response.headers.toMultimap()))
                        } catch (error: Exception) {
                            waiting.resumeWithException(error)
                        }
                },
            )
        }

    /** Files are read bit by bit. */
    private class Body(private val body: HttpBody, private val type: MediaType?) : RequestBody() {
        override fun contentType(): MediaType? = type

        override fun contentLength(): Long = body.length

        // Nothing is sent twice, whatever OkHttp thinks of it.
        override fun isOneShot(): Boolean = true

        override fun writeTo(sink: BufferedSink) {
            body.open().source().use { sink.writeAll(it) }
        }
    }

    override fun toString(): String = "OkHttpExecutor"
}
