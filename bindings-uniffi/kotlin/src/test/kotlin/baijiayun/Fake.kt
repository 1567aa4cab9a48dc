package baijiayun

import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive

/** An executor that answers from a list, the last one again and again, and remembers what was sent. */
class Fake(private vararg val outcomes: suspend (HttpRequest) -> HttpResponse) : HttpExecutor {
    val requests = ArrayList<HttpRequest>()

    override suspend fun execute(request: HttpRequest): HttpResponse {
        requests += request
        return outcomes[minOf(requests.size, outcomes.size) - 1](request)
    }

    companion object {
        /** One that always gives these. */
        fun of(vararg answers: HttpResponse) = Fake(*answers.map(::always).toTypedArray())

        private fun always(answer: HttpResponse): suspend (HttpRequest) -> HttpResponse = { answer }
    }
}

/** An answer of the service. */
fun envelope(data: JsonElement = JsonNull, code: Int = 0, msg: String = ""): HttpResponse {
    val members = mapOf("code" to JsonPrimitive(code), "data" to data, "msg" to JsonPrimitive(msg), "ts" to JsonPrimitive(7))
    return HttpResponse(200, JsonObject(members).toString().encodeToByteArray())
}

/** A clock that goes when somebody waits. */
class TestClock {
    var now = 1_501_572_288_000L
    val waits = ArrayList<Long>()

    internal val clock = Clock({ now / 1000 }, { now }, { waits += it; now += it })
}

/** A client that gets these outcomes, with a clock of its own. */
fun clientWith(http: HttpExecutor, time: TestClock = TestClock(), settings: Settings.() -> Unit = {}): Client =
    Client("demo", "12345678", KEY) {
        this.http = http
        clock = time.clock
        settings()
    }

/** A callback as it is claimed. */
internal fun event(qid: String, signature: String = "the signature of $qid", hold: Long = 600): Callback =
    UnknownCallback(CallbackMeta(qid = qid, signature = signature, hold = hold), JsonObject(emptyMap()))
