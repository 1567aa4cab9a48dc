package baijiayun

import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.longOrNull

/** JSON for who does not have kotlinx's: Jackson, for one, writes the insides of a [JsonElement]. */
object Plain {
    /** As maps, lists, texts, truths, [Long], BigDecimal and null, as libraries for JSON take them. */
    @JvmStatic
    fun of(element: JsonElement?): Any? =
        when (element) {
            null, is JsonNull -> null
            is JsonObject -> element.mapValues { of(it.value) }
            is JsonArray -> element.map(::of)
            is JsonPrimitive ->
                if (element.isString) element.content else element.booleanOrNull ?: element.longOrNull ?: element.content.toBigDecimalOrNull() ?: element.content
        }
}
