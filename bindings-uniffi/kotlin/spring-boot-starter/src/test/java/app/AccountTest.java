package app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import baijiayun.BlockingClient;
import baijiayun.ConfigException;
import baijiayun.Priority;
import baijiayun.Quota;
import baijiayun.Settings;
import baijiayun.spring.BaijiayunAutoConfiguration;
import baijiayun.spring.BaijiayunCustomizer;
import java.beans.Introspector;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Whose client it is: the accounts of src/test/resources/baijiayun/config.toml, which Maven has the tests find as the user's own. */
class AccountTest {
    private static ApplicationContextRunner with(String... properties) {
        return new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(BaijiayunAutoConfiguration.class)).withPropertyValues(properties);
    }

    /** What Spring would make of variables of the environment. */
    private static ApplicationContextRunner exported(ApplicationContextRunner runner, Map<String, Object> variables) {
        return runner.withInitializer(context -> context.getEnvironment().getPropertySources()
            .replace("systemEnvironment", new SystemEnvironmentPropertySource("systemEnvironment", variables)));
    }

    private static void isOf(String client, ApplicationContextRunner runner) {
        runner.run(context -> {
            assertNull(context.getStartupFailure());
            assertEquals("BlockingClient(" + client + ")", context.getBean(BlockingClient.class).toString());
        });
    }

    @Test
    void byName() {
        isOf("school, 87654321", with("baijiayun.account=school"));
        isOf("demo, 12345678", with());
        isOf("demo, 12345678", with("baijiayun.account="));
        isOf("school, 87654321", exported(with(), Map.of("BAIJIAYUN_ACCOUNT", "school")));
    }

    @Test
    void whatTheApplicationSaysComesBefore() {
        isOf("http://127.0.0.1:9, 87654321", with("baijiayun.account=school", "baijiayun.domain=http://127.0.0.1:9"));
    }

    @Test
    void variablesAreOfAnotherAccount() {
        Map<String, Object> other = Map.of("BAIJIAYUN_DOMAIN", "other", "BAIJIAYUN_PARTNER_ID", "1", "BAIJIAYUN_PARTNER_KEY", "of the other");
        isOf("school, 87654321", exported(with("baijiayun.account=school"), other));
        isOf("other, 1", exported(with(), other));
    }

    @Test
    void aNameThatThereIsNot() {
        with("baijiayun.account=schol").run(context -> {
            Throwable error = context.getStartupFailure();
            while (error.getCause() != null) {
                error = error.getCause();
            }
            assertInstanceOf(ConfigException.class, error);
            assertTrue(error.getMessage().contains("did you mean school?"), error.getMessage());
        });
    }

    @Configuration
    static class Two {
        @Bean
        BlockingClient one() {
            return BlockingClient.builder().account("school").build();
        }

        @Bean
        BlockingClient two() {
            return BlockingClient.fromEnvironment();
        }
    }

    @Test
    void severalClientsAreTheApplications() {
        with().withUserConfiguration(Two.class).run(context -> {
            assertNull(context.getStartupFailure());
            assertEquals(2, context.getBeansOfType(BlockingClient.class).size());
            // Boot 3 and 4 have it in different packages.
            Object health = context.getBean("baijiayunHealthIndicator");
            assertTrue(health.getClass().getInterfaces()[0].getMethod("health").invoke(health).toString().contains("UNKNOWN"));
        });
    }

    @Configuration
    static class Looking {
        Settings settings;

        @Bean
        BaijiayunCustomizer look() {
            return given -> settings = given;
        }
    }

    /** Of every setting that is a text, a number or the like. */
    @Test
    void everySettingHasAProperty() {
        Map<String, Object> given = Map.ofEntries(
            Map.entry("callbackKeys", List.of("of before")), Map.entry("paths", Map.of("chat.revoke_message", "/openapi/chat/revoke")), Map.entry("attempts", 2),
            Map.entry("attemptTimeout", Duration.ofSeconds(7)), Map.entry("deadline", Duration.ofSeconds(8)), Map.entry("uploadDeadline", Duration.ofSeconds(9)),
            Map.entry("maxAnswer", 1000L), Map.entry("allowHttp", true), Map.entry("strict", true), Map.entry("operationQuota", false), Map.entry("storePrefix", "a"),
            Map.entry("sharedAs", "all"), Map.entry("priority", Priority.LOW), Map.entry("quota", "3 in 4"));
        List<String> properties = new ArrayList<>(List.of("baijiayun.quota.requests=3", "baijiayun.quota.seconds=4", "baijiayun.paths[chat.revoke_message]=/openapi/chat/revoke"));
        given.forEach((name, value) -> {
            if (!List.of("quota", "paths").contains(name)) {
                properties.add("baijiayun." + name + "=" + (value instanceof List<?> list ? list.get(0) : value));
            }
        });
        with(properties.toArray(String[]::new)).withUserConfiguration(Looking.class).run(context -> {
            assertNull(context.getStartupFailure());
            Settings settings = context.getBean(Looking.class).settings;
            for (var property : Introspector.getBeanInfo(Settings.class).getPropertyDescriptors()) {
                if (property.getWriteMethod() == null || property.getWriteMethod().isSynthetic() || List.of("http", "store", "signer").contains(property.getName())) {
                    continue;
                }
                Object set = property.getReadMethod().invoke(settings);
                String told = set instanceof Quota quota ? quota.getRequests() + " in " + quota.getSeconds() : String.valueOf(set);
                assertEquals(String.valueOf(given.get(property.getName())), told, property.getName());
            }
        });
    }

    @Test
    void editorsKnowTheProperties() throws Exception {
        try (InputStream metadata = BaijiayunAutoConfiguration.class.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            String text = new String(metadata.readAllBytes(), StandardCharsets.UTF_8);
            for (String name : new String[] {"account", "partner-key", "callbacks.path", "close-within"}) {
                assertTrue(text.contains("\"baijiayun." + name + "\""), name);
            }
            assertTrue(text.contains("Name of the account") || text.contains("name of the account"), text);
        }
    }
}
