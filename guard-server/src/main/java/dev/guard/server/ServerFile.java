package dev.guard.server;

import dev.guard.api.Degradation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The file that {@code guard serve --config} names; every field may be left out:
 *
 * <pre>
 * server:
 *   host: 127.0.0.1
 *   port: 8080
 *   max_body: 65536
 *   trusted_callers: ["127.0.0.0/8", "::1"]
 * mode: local_only
 * backend: memory
 * backends:
 *   memory: {}
 * deadline: 100ms
 * degraded: { share: 4, for: 5m }
 * deny_memo: 500ms
 * policies: policies.yaml          # or the policies themselves
 * </pre>
 */
final class ServerFile {

    /** A file that says nothing. */
    static final ServerFile NONE = new ServerFile(
            Listening.DEFAULT,
            Optional.empty(),
            Optional.empty(),
            Map.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            null);

    private static final int LARGEST_BODY = 16 << 20;

    private final Listening listening;
    private final Optional<String> mode;
    private final Optional<String> backend;
    private final Map<String, Map<String, String>> backends;
    private final Optional<Duration> deadline;
    private final Optional<Degradation> degradation;
    private final Optional<Duration> denyMemo;
    private final @Nullable Policies policies;

    private ServerFile(
            Listening listening,
            Optional<String> mode,
            Optional<String> backend,
            Map<String, Map<String, String>> backends,
            Optional<Duration> deadline,
            Optional<Degradation> degradation,
            Optional<Duration> denyMemo,
            @Nullable Policies policies) {
        this.listening = listening;
        this.mode = mode;
        this.backend = backend;
        this.backends = backends;
        this.deadline = deadline;
        this.degradation = degradation;
        this.denyMemo = denyMemo;
        this.policies = policies;
    }

    /**
     * Reads the file, but for the policies in it.
     *
     * @throws StartException if it cannot be read, or says something that is not known or malformed
     */
    static ServerFile read(Path path) {
        YamlFile file = YamlFile.read(path);
        Map<String, YamlValue> fields = file.root()
                .fields("server", "mode", "backend", "backends", "deadline", "degraded", "deny_memo", "policies");
        ServerFile read = new ServerFile(
                listening(fields.get("server")),
                text(fields.get("mode"), BackendChoice.MODE_EXPECTED),
                text(fields.get("backend"), BackendChoice.BACKEND_EXPECTED),
                backends(fields.get("backends")),
                duration(fields.get("deadline")),
                fields.containsKey("degraded") ? DegradationReader.read(fields.get("degraded")) : Optional.empty(),
                duration(fields.get("deny_memo")),
                fields.containsKey("policies") ? new Policies(path, file, fields.get("policies")) : null);
        file.requireSound();
        return read;
    }

    Listening listening() {
        return listening;
    }

    Optional<String> mode() {
        return mode;
    }

    Optional<String> backend() {
        return backend;
    }

    /** How long a call to a shared store may take. */
    Optional<Duration> deadline() {
        return deadline;
    }

    /** What may be judged locally while the store is away; nothing where it is not set. */
    Optional<Degradation> degradation() {
        return degradation;
    }

    /** How long denials are remembered; not at all where it is not set. */
    Optional<Duration> denyMemo() {
        return denyMemo;
    }

    /** The settings of a backend by their names within {@code backends.<name>}. */
    Map<String, String> settings(String backend) {
        return backends.getOrDefault(backend, Map.of());
    }

    /**
     * The policies that the file holds or names; none where it is silent.
     *
     * @throws StartException if they are malformed
     */
    DeclaredPolicies policies() {
        return policies == null ? DeclaredPolicies.NONE : policies.read();
    }

    private static Listening listening(@Nullable YamlValue server) {
        Listening listening = Listening.DEFAULT;
        if (server == null) {
            return listening;
        }
        Map<String, YamlValue> fields = server.fields("host", "port", "max_body", "trusted_callers");
        String host = host(fields.get("host")).orElse(listening.host());
        int port = number(fields.get("port"), 0, Listening.LARGEST_PORT).orElse(listening.port());
        int maxBody = number(fields.get("max_body"), 1, LARGEST_BODY).orElse(listening.maxBody());
        TrustedCallers trusted = trusted(fields.get("trusted_callers")).orElse(listening.trustedCallers());
        return new Listening(host, port, maxBody, listening.patience(), trusted);
    }

    private static Optional<Duration> duration(@Nullable YamlValue value) {
        return value == null ? Optional.empty() : value.duration();
    }

    private static Optional<String> host(@Nullable YamlValue value) {
        return text(value, Listening.HOST_EXPECTED).flatMap(host -> {
            Optional<String> address = Listening.address(host);
            if (address.isEmpty() && value != null) {
                value.error("is " + Shown.of(host) + ", expected " + Listening.HOST_EXPECTED);
            }
            return address;
        });
    }

    private static Optional<TrustedCallers> trusted(@Nullable YamlValue value) {
        if (value == null) {
            return Optional.empty();
        }
        List<String> blocks = new ArrayList<>();
        for (YamlValue item : value.items()) {
            item.text("a block of addresses such as 10.0.0.0/8").ifPresent(block -> {
                try {
                    TrustedCallers.of(List.of(block));
                    blocks.add(block);
                } catch (IllegalArgumentException e) {
                    item.error(e.getMessage() + ", expected a block of addresses such as 10.0.0.0/8");
                }
            });
        }
        return Optional.of(TrustedCallers.of(blocks));
    }

    private static Map<String, Map<String, String>> backends(@Nullable YamlValue value) {
        Map<String, Map<String, String>> backends = new LinkedHashMap<>();
        if (value != null) {
            value.entries().forEach((backend, settings) -> {
                Map<String, String> texts = new LinkedHashMap<>();
                settings.entries()
                        .forEach((name, setting) ->
                                setting.text("a text or a number").ifPresent(text -> texts.put(name, text)));
                backends.put(backend, texts);
            });
        }
        return backends;
    }

    private static Optional<String> text(@Nullable YamlValue value, String expected) {
        return value == null ? Optional.empty() : value.text(expected);
    }

    private static Optional<Integer> number(@Nullable YamlValue value, int least, int most) {
        return value == null ? Optional.empty() : value.number(least, most);
    }

    /** The policies as they stand in a file: themselves, or the name of a file beside it. */
    private record Policies(Path path, YamlFile file, YamlValue value) {

        DeclaredPolicies read() {
            if (value.isMapping()) {
                DeclaredPolicies policies = PolicyReader.read(value);
                file.requireSound();
                return policies;
            }
            Optional<String> name = value.text("a mapping of names to policies, or the name of a file");
            file.requireSound();
            return PolicyReader.read(path.resolveSibling(name.orElseThrow()));
        }
    }
}
