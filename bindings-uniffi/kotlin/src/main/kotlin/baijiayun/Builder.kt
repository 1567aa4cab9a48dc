package baijiayun

import java.util.function.Consumer

/** Makes a client, with a name for each text: three side by side are easily swapped. */
class ClientBuilder internal constructor() {
    private var domain: String? = null
    private var partnerId: String? = null
    private var partnerKey: String? = null
    private var account: String? = null
    private var looks = false
    private val settings = ArrayList<Consumer<in Settings>>()

    /** The account's private domain: its prefix, a white-label host, or a whole address such as a mock's. */
    fun domain(domain: String?): ClientBuilder = apply { this.domain = domain }

    /** The account's id. */
    fun partnerId(partnerId: String?): ClientBuilder = apply { this.partnerId = partnerId }

    /** The account's key; none if the settings have a signer. */
    fun partnerKey(partnerKey: String?): ClientBuilder = apply { this.partnerKey = partnerKey }

    /** What was not given is looked for where [Client.fromEnvironment] does. */
    fun fromEnvironment(): ClientBuilder = apply { looks = true }

    /** The same of the account of this name: its table `[accounts.NAME]` in these files has what was not given. */
    fun account(name: String): ClientBuilder = apply { account = name }.fromEnvironment()

    /** Settings, which are set as they are given. */
    fun settings(set: Consumer<in Settings>): ClientBuilder = apply { settings += set }

    /** @throws ConfigException Something cannot be right. */
    fun build(): BlockingClient = BlockingClient(client())

    /** For Kotlin. */
    fun client(): Client {
        if (!looks) return Client(domain, partnerId, partnerKey) { settings.forEach { it.accept(this) } }
        val needsKey = Settings().apply { settings.forEach { it.accept(this) } }.signer == null
        val found = found(mapOf("account" to account, "domain" to domain, "partner_id" to partnerId, "partner_key" to partnerKey), needsKey)
        return Client(found.domain, found.partnerId, found.partnerKey) {
            paths = found.paths
            settings.forEach { it.accept(this) }
        }
    }

    /** Without the key. */
    override fun toString(): String = "ClientBuilder($domain)"

    internal companion object {
        /** @param more Tests say what the environment is, and where the files are. */
        fun found(given: Map<String, String?>, needsKey: Boolean, more: Map<String, Any?> = emptyMap()): Found {
            NativeLibrary.need()
            val asked = mapOf("given" to given.filterValues { it != null }, "needs_key" to needsKey) + more
            val found = readFound(Native.configuration(jsonOf("", asked).encodeToByteArray()))
            found.error?.let { throw it.exception() }
            return found
        }
    }
}
