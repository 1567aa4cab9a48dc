package baijiayun.spring;

import baijiayun.BlockingClient;
import baijiayun.ClientBuilder;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.StringUtils;

/** Whose client it is, as the properties say it. */
record BaijiayunAccount(BaijiayunProperties properties, Environment environment) {
    ClientBuilder builder() {
        boolean isNamed = StringUtils.hasText(properties.account());
        ClientBuilder builder = BlockingClient.builder().fromEnvironment();
        if (isNamed) {
            builder.account(properties.account());
        }
        if (!isNamed || isGiven("domain")) {
            builder.domain(properties.domain());
        }
        if (!isNamed || isGiven("partner-id")) {
            builder.partnerId(properties.partnerId());
        }
        if (!isNamed || isGiven("partner-key")) {
            builder.partnerKey(properties.partnerKey());
        }
        return builder;
    }

    /**
     * Whether somebody wrote it for this application. Spring takes BAIJIAYUN_DOMAIN for {@code baijiayun.domain}, but the variables are
     * exported for the account without a name: half of each would sign calls of one school with the key of another.
     */
    private boolean isGiven(String member) {
        ConfigurationPropertyName name = ConfigurationPropertyName.of("baijiayun." + member);
        for (var source : ConfigurationPropertySources.get(environment)) {
            var found = source.getConfigurationProperty(name);
            if (found != null) {
                return !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource);
            }
        }
        return false;
    }
}
