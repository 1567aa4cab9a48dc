package baijiayun

import java.lang.reflect.InvocationTargetException
import java.time.Instant
import java.time.LocalDate
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonPrimitive
import kotlin.reflect.KClass
import kotlin.reflect.KFunction
import kotlin.reflect.KMutableProperty1
import kotlin.reflect.KType
import kotlin.reflect.full.callSuspendBy
import kotlin.reflect.full.declaredMemberFunctions
import kotlin.reflect.full.isSubclassOf
import kotlin.reflect.full.memberProperties
import kotlin.reflect.full.primaryConstructor

/** The typed method of an operation, called by its name with JSON. */
class TypedCall(private val client: Client, operation: String) {
    private val resource: Any
    private val method: KFunction<*>

    init {
        val (kind, name) = operation.split('.').map(::camel)
        resource = Client::class.memberProperties.single { it.name == kind }.get(client)!!
        // Not the ones for times of java.time.
        method = resource::class.declaredMemberFunctions.single { method ->
            method.name == name && method.parameters.none { it.type.classifier in setOf(Instant::class, LocalDate::class) }
        }
    }

    /** The type of its data. */
    val result: KType
        get() = if (isPaged) method.returnType.arguments[0].type!! else method.returnType

    val isPaged: Boolean get() = method.returnType.classifier == Pages::class

    /** Its data. */
    suspend fun data(params: JsonObject): Any? {
        val named = params.mapKeys { (name, _) -> camel(name) }
        val arguments = method.parameters.filter { it.name in named || it.name == null }
            .associateWith { parameter -> named[parameter.name]?.let { convert(it, parameter.type) } ?: resource }
            .toMutableMap()
        val others = named - arguments.keys.mapNotNull { it.name }.toSet()
        method.parameters.find { it.name == "params" }?.let { lambda ->
            val set: (Any) -> Unit = { given -> others.forEach { (name, value) -> set(given, name, value) } }
            arguments[lambda] = set
        } ?: check(others.isEmpty()) { "it has no ${others.keys}" }
        val found = try {
            if (method.isSuspend) method.callSuspendBy(arguments) else method.callBy(arguments)
        } catch (thrown: InvocationTargetException) {
            throw thrown.targetException
        }
        return if (found is Pages<*, *>) found.page().data else found
    }
}

/** A wire name in Kotlin's style. */
private fun camel(wire: String): String =
    wire.split('_', '-').reduce { name, word -> name + word.replaceFirstChar(Char::uppercaseChar) }

@Suppress("UNCHECKED_CAST")
private fun set(given: Any, name: String, value: JsonElement) {
    val property = given::class.memberProperties.single { it.name == name } as KMutableProperty1<Any, Any?>
    val converted = convert(value, property.returnType)
    property.set(given, converted)
    check(property.get(given) == converted)
}

/** JSON as the type of a parameter. */
private fun convert(value: JsonElement, type: KType): Any {
    val kind = type.classifier as KClass<*>
    return when {
        kind == Long::class -> value.jsonPrimitive.content.toLong()
        kind == Double::class -> value.jsonPrimitive.content.toDouble()
        kind == Boolean::class -> value.jsonPrimitive.content in setOf("1", "true")
        kind == String::class -> (value as? JsonPrimitive)?.content ?: value.toString()
        kind == UploadFile::class -> fileOf(value)!!
        kind == List::class -> {
            val items = value as? JsonArray ?: value.jsonPrimitive.content.split(',').map(::JsonPrimitive)
            items.map { convert(it, type.arguments[0].type!!) }
        }
        kind.isSubclassOf(Params::class) -> {
            val named = (value as JsonObject).mapKeys { (name, _) -> camel(name) }
            val constructor = kind.primaryConstructor!!
            val made = constructor.call(*constructor.parameters.map { convert(named.getValue(it.name!!), it.type) }.toTypedArray())
            (named - constructor.parameters.map { it.name!! }.toSet()).forEach { (name, inner) -> set(made, name, inner) }
            made
        }
        else -> value
    }
}
