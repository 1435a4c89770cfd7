package dev.guard.redis;

import dev.guard.domain.Micros;
import dev.guard.domain.backend.Audit;
import dev.guard.domain.backend.Finding;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the servers that keys are on: each is asked {@code INFO}, and runs a script that tries guard's commands, all at the same time. {@code
 * CONFIG} is never sent, as managed servers refuse it.
 */
final class RedisAudit {

    /** What a server's clock says, in {@code INFO}. */
    static final String TIME = "server_time_usec";

    private static final byte[] INFO = ascii("INFO");
    private static final byte[] EVAL = ascii("EVAL");
    private static final byte[] NO_KEYS = ascii("0");
    private static final byte[] ONE_KEY = ascii("1");
    private static final byte[] SCRIPT = RedisScript.resource("audit.lua").getBytes(StandardCharsets.UTF_8);

    private final RedisDriver driver;
    private final Optional<RedisUrl> url;
    private final byte[] key;
    private final InstantSource clock;

    /**
     * Prepares a look.
     *
     * @param url where the servers are; empty where a client was handed in
     * @param key a key under guard's namespace that is never there
     * @param clock what this machine takes for the time
     */
    RedisAudit(RedisDriver driver, Optional<RedisUrl> url, byte[] key, InstantSource clock) {
        this.driver = driver;
        this.url = url;
        this.key = key.clone();
        this.clock = clock;
    }

    /**
     * Looks.
     *
     * @return a future that fails with a {@link RedisErrorReply} or a {@link RedisConnectionException} where a server does not say anything
     */
    CompletableFuture<Audit> look() {
        List<RedisDriver.Node> nodes = driver.nodes();
        List<CompletableFuture<ServerFindings>> servers = new ArrayList<>();
        for (RedisDriver.Node node : nodes) {
            servers.add(look(node, nodes.size() == 1));
        }
        return CompletableFuture.allOf(servers.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> {
                    List<Finding> findings = new ArrayList<>(RedisReach.findings(
                            url, nodes.stream().map(RedisDriver.Node::name).toList()));
                    boolean replicated = url.filter(known -> known.topology() == RedisUrl.Topology.SENTINEL)
                            .isPresent();
                    for (CompletableFuture<ServerFindings> server : servers) {
                        findings.addAll(server.join().findings());
                        replicated |= server.join().replicated();
                    }
                    return new Audit(findings, replicated ? List.of("redis", "redis-replicas") : List.of("redis"));
                });
    }

    /** Scripts name a key where there is one server. Where there are several each shall run it, wherever the key would be. */
    private CompletableFuture<ServerFindings> look(RedisDriver.Node node, boolean only) {
        long sent = Micros.of(clock.instant());
        CompletableFuture<RedisInfo> told = node.submit(INFO)
                .toCompletableFuture()
                .handle((reply, error) -> {
                    if (error != null && !isWithheld(error)) {
                        throw new CompletionException(RedisErrors.unwrapped(error));
                    }
                    return RedisInfo.read(reply);
                });
        CompletableFuture<Long> received = told.thenApply(info -> Micros.of(clock.instant()));
        CompletableFuture<List<Refused>> refused = node.submit(EVAL, SCRIPT, only ? ONE_KEY : NO_KEYS, key)
                .toCompletableFuture()
                .handle((reply, error) -> {
                    if (error == null) {
                        return refused(reply);
                    }
                    if (RedisErrors.unwrapped(error) instanceof RedisErrorReply answer) {
                        return List.of(new Refused("EVAL", answer.text()));
                    }
                    throw new CompletionException(RedisErrors.unwrapped(error));
                });
        return told.thenCombine(received, (info, end) -> new ServerFindings(node.name(), info, sent, end))
                .thenCombine(refused, ServerFindings::withRefused);
    }

    /** A command that a server refused, and its error. */
    record Refused(String command, String error) {

        /** Whether it was for want of a right. Servers say so in other words where a script meets it. */
        boolean isForWantOfRights() {
            return isOfRights(error);
        }
    }

    private static boolean isOfRights(String error) {
        return error.startsWith("NOPERM")
                || error.contains("ACL failure in script")
                || error.contains("The user executing the script can't");
    }

    private static List<Refused> refused(@Nullable Object reply) {
        if (!(reply instanceof List<?> parts) || parts.size() % 2 != 0) {
            throw RedisReplies.unexpected("no list of what was refused");
        }
        List<Refused> refused = new ArrayList<>();
        for (int i = 0; i < parts.size(); i += 2) {
            if (!(parts.get(i) instanceof byte[] command) || !(parts.get(i + 1) instanceof byte[] error)) {
                throw RedisReplies.unexpected("no list of what was refused");
            }
            refused.add(new Refused(text(command), new RedisErrorReply(text(error)).text()));
        }
        return refused;
    }

    /**
     * What a server says of itself in one section of {@code INFO}, and nothing where it withholds that.
     *
     * @throws RedisErrorReply if it answers with another error
     * @throws RedisConnectionException if it does not answer
     */
    static RedisInfo info(RedisDriver.Node node, String section) {
        try {
            return RedisInfo.read(
                    node.submit(INFO, ascii(section)).toCompletableFuture().join());
        } catch (CompletionException e) {
            if (isWithheld(e)) {
                return RedisInfo.NOTHING;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Whether a server does not let us ask it: the command is not ours to run, or was taken away. */
    private static boolean isWithheld(Throwable error) {
        return RedisErrors.unwrapped(error) instanceof RedisErrorReply answer
                && (isOfRights(answer.text())
                        || answer.text().toLowerCase(Locale.ROOT).contains("unknown command"));
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
