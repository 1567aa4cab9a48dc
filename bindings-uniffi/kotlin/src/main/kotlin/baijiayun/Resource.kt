package baijiayun

import kotlinx.serialization.KSerializer
import kotlinx.serialization.json.JsonElement

/** The operations of one kind. */
abstract class Resource internal constructor(internal val runner: Runner) {
    /** The data of an operation that has some. */
    internal suspend fun <T> call(name: String, result: KSerializer<T>, params: Params, options: CallOptions?): T =
        ask(name, result, params, options) ?: throw failure(ErrorKind.NOT_ENVELOPE, name, "the answer has no data")

    /** The data of an operation that may have none. */
    internal suspend fun <T> ask(name: String, result: KSerializer<T>, params: Params, options: CallOptions?): T? =
        runner.run(Asked(name, result, params.given, options)).data

    /** An operation without data. What the service answers all the same is left out. */
    internal suspend fun carryOut(name: String, params: Params, options: CallOptions?) {
        ask(name, JsonElement.serializer(), params, options)
    }

    internal fun <T, Row> pages(
        name: String,
        result: KSerializer<T>,
        params: Params,
        options: CallOptions?,
        rows: (T) -> List<Row>,
    ): Pages<T, Row> =
        Pages { position ->
            val done = runner.run(Asked(name, result, params.given, options, mapOf("page" to position)))
            val data = done.data ?: throw failure(ErrorKind.NOT_ENVELOPE, name, "the answer has no data")
            Turn(Page(data, rows(data), done.page?.total), done.page?.repeated == true, done.page?.next)
        }
}
