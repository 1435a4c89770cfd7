package dev.guard.server;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Where the environment says that Redis is: {@code REDIS_URL}, else {@code REDIS_CONNECTION_URL}, else what {@code REDIS_HOST},
 * {@code REDIS_PORT}, {@code REDIS_DB} and {@code REDIS_PASSWORD} come to, if any of them is set.
 */
final class RedisAddress {

    /** Any of these says where Redis is. */
    static final List<String> VARIABLES =
            List.of("REDIS_URL", "REDIS_CONNECTION_URL", "REDIS_HOST", "REDIS_PORT", "REDIS_DB", "REDIS_PASSWORD");

    private RedisAddress() {}

    /** The URL; empty where the environment is silent. */
    static Optional<String> of(Environment environment) {
        return environment
                .get("REDIS_URL")
                .or(() -> environment.get("REDIS_CONNECTION_URL"))
                .or(() -> VARIABLES.stream().anyMatch(environment::has)
                        ? Optional.of(composed(environment))
                        : Optional.empty());
    }

    private static String composed(Environment environment) {
        String host = environment.get("REDIS_HOST").orElse("localhost");
        boolean isAddressOfColons = host.indexOf(':') >= 0 && !host.startsWith("[");
        return "redis://"
                + environment
                        .get("REDIS_PASSWORD")
                        .map(password -> ":" + encoded(password) + "@")
                        .orElse("")
                + (isAddressOfColons ? "[" + host + "]" : host)
                + ":" + environment.get("REDIS_PORT").orElse("6379")
                + "/" + environment.get("REDIS_DB").orElse("0");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
