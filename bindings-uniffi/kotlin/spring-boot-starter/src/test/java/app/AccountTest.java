package app;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import baijiayun.BlockingClient;
import baijiayun.ConfigException;
import baijiayun.spring.BaijiayunAutoConfiguration;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
