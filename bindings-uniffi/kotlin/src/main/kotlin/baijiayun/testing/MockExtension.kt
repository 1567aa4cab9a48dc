package baijiayun.testing

import baijiayun.OnTheJvm
import org.junit.jupiter.api.Assumptions.assumeTrue
import org.junit.jupiter.api.extension.ExtensionContext
import org.junit.jupiter.api.extension.ParameterContext
import org.junit.jupiter.api.extension.ParameterResolver

/**
 * Gives tests a [Mock] as a parameter, a new one for each test: `@ExtendWith(MockExtension.class)`. Without `bjy` they are
 * skipped, or fail if the variable BAIJIAYUN_MOCK_REQUIRED is set.
 */
@OnTheJvm
class MockExtension : ParameterResolver {
    override fun supportsParameter(parameter: ParameterContext, context: ExtensionContext): Boolean =
        parameter.parameter.type == Mock::class.java

    override fun resolveParameter(parameter: ParameterContext, context: ExtensionContext): Any {
        if (System.getenv("BAIJIAYUN_MOCK_REQUIRED") == null) {
            assumeTrue(Mock.program != null, "the program bjy, which doubles the service, is neither in BJY nor on the PATH")
        }
        val store = context.getStore(ExtensionContext.Namespace.create(MockExtension::class.java, context.uniqueId))
        return store.getOrComputeIfAbsent("mock", { Closing(Mock.start()) }, Closing::class.java).mock
    }

    // JUnit 5 and 6 close it at the end of the test.
    @Suppress("DEPRECATION")
    private class Closing(val mock: Mock) : ExtensionContext.Store.CloseableResource {
        override fun close() = mock.close()
    }
}
