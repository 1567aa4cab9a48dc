package baijiayun.spring;

import baijiayun.BlockingClient;
import baijiayun.CallEvent;
import baijiayun.Client;
import baijiayun.ClientBuilder;
import baijiayun.Store;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnWebApplication;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;

/** A client of the account that the properties name, and what an application with actuator, Micrometer and a web server has for it. */
@AutoConfiguration(
    afterName = {
        "org.springframework.boot.actuate.autoconfigure.metrics.CompositeMeterRegistryAutoConfiguration",
        "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration"
    })
@EnableConfigurationProperties(BaijiayunProperties.class)
public class BaijiayunAutoConfiguration {

    /** Ends with the application: calls that are under way may finish. */
    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean(BlockingClient.class)
    BaijiayunClients baijiayunClients(
        BaijiayunProperties properties,
        ConfigurableEnvironment environment,
        ObjectProvider<Store> stores,
        ObjectProvider<BaijiayunCustomizer> customizers) {
        ClientBuilder builder = new BaijiayunAccount(properties, environment).builder().settings(properties::apply);
        stores.ifUnique(store -> builder.settings(settings -> settings.setStore(store)));
        customizers.orderedStream().forEach(customizer -> builder.settings(customizer::customize));
        return new BaijiayunClients(builder.build(), properties.closeWithin());
    }

    /** For Java. */
    @Bean(destroyMethod = "")
    @ConditionalOnBean(BaijiayunClients.class)
    BlockingClient baijiayunClient(BaijiayunClients clients) {
        return clients.blocking();
    }

    /** For coroutines: the same client. */
    @Bean(destroyMethod = "")
    @ConditionalOnBean(BaijiayunClients.class)
    @ConditionalOnMissingBean(Client.class)
    Client baijiayunCoroutineClient(BaijiayunClients clients) {
        return clients.blocking().getClient();
    }

    /** Timings of each operation: {@code baijiayun.calls}, with what came of them. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(MeterRegistry.class)
    static class Metrics {
        @Bean
        @ConditionalOnBean(MeterRegistry.class)
        BaijiayunCustomizer baijiayunMetrics(MeterRegistry registry) {
            return settings -> settings.onEvent(event -> {
                String why = event.getWhy() == null ? "none" : event.getWhy();
                if (event.getKind() == CallEvent.Kind.DONE) {
                    Timer.builder("baijiayun.calls").description("Whole calls, with all waits and attempts")
                        .tag("operation", event.getOperation()).tag("error", why).register(registry).record(event.getDuration());
                } else if (event.getKind() == CallEvent.Kind.RETRY) {
                    registry.counter("baijiayun.retries", "operation", event.getOperation(), "error", why).increment();
                }
            });
        }
    }

    /** In Boot 3. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.actuate.health.HealthIndicator")
    @ConditionalOnProperty(name = "management.health.baijiayun.enabled", matchIfMissing = true)
    static class Health {
        @Bean
        @ConditionalOnMissingBean(name = "baijiayunHealthIndicator")
        org.springframework.boot.actuate.health.HealthIndicator baijiayunHealthIndicator(ObjectProvider<BlockingClient> clients) {
            return () -> {
                BlockingClient client = clients.getIfUnique();
                if (client == null) {
                    return org.springframework.boot.actuate.health.Health.unknown().withDetail("error", BaijiayunClients.SEVERAL).build();
                }
                Object failed = BaijiayunClients.failure(client);
                var health = org.springframework.boot.actuate.health.Health.up();
                return failed == null ? health.build() : health.down().withDetail("error", failed).build();
            };
        }
    }

    /** In Boot 4. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnClass(name = "org.springframework.boot.health.contributor.HealthIndicator")
    @ConditionalOnProperty(name = "management.health.baijiayun.enabled", matchIfMissing = true)
    static class Health4 {
        @Bean
        @ConditionalOnMissingBean(name = "baijiayunHealthIndicator")
        org.springframework.boot.health.contributor.HealthIndicator baijiayunHealthIndicator(ObjectProvider<BlockingClient> clients) {
            return () -> {
                BlockingClient client = clients.getIfUnique();
                if (client == null) {
                    return org.springframework.boot.health.contributor.Health.unknown().withDetail("error", BaijiayunClients.SEVERAL).build();
                }
                Object failed = BaijiayunClients.failure(client);
                var health = org.springframework.boot.health.contributor.Health.up();
                return failed == null ? health.build() : health.down().withDetail("error", failed).build();
            };
        }
    }

    /** A reactive application gets no callbacks by this starter, and should not find that out by missing them. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.REACTIVE)
    @ConditionalOnBean(BaijiayunCallbackHandler.class)
    static class NoCallbacks {
        NoCallbacks() {
            System.getLogger("baijiayun").log(System.Logger.Level.WARNING,
                "callbacks are received in servlet applications only: give their raw bodies to client.getCallbacks().parse() yourself");
        }
    }

    /** Callbacks, if there is somebody for them. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnWebApplication(type = ConditionalOnWebApplication.Type.SERVLET)
    @ConditionalOnBean(BaijiayunCallbackHandler.class)
    static class Callbacks {
        @Bean
        @ConditionalOnMissingBean
        BaijiayunCallbackController baijiayunCallbackController(
            BlockingClient client, BaijiayunCallbackHandler handler, BaijiayunProperties properties) {
            return new BaijiayunCallbackController(client, handler, properties.callbacks().maxBody());
        }
    }
}
