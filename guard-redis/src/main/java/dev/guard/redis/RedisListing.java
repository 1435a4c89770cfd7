package dev.guard.redis;

import dev.guard.domain.InvalidArgumentException;
import dev.guard.domain.Key;
import dev.guard.domain.KeyPage;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Pages through the keys of a tenant and a policy, by SCAN, one server after another. A cursor names a server by its place and
 * where the scan of it goes on.
 */
final class RedisListing {

    private static final byte[] SCAN = ascii("SCAN");
    private static final byte[] MATCH = ascii("MATCH");
    private static final byte[] COUNT = ascii("COUNT");
    private static final byte[] GET = ascii("GET");
    private static final byte[] AT_ONCE = ascii("512");
    private static final String FIRST = "0";

    private final RedisDriver driver;
    private final KeyLayout layout;

    RedisListing(RedisDriver driver, KeyLayout layout) {
        this.driver = driver;
        this.layout = layout;
    }

    CompletionStage<KeyPage> page(String tenant, String policy, String cursor) {
        List<RedisDriver.Node> nodes = driver.nodes();
        Place place = place(cursor, nodes.size());
        byte[] pattern = layout.pattern(tenant, policy);
        return nodes.get(place.node)
                .submit(SCAN, ascii(place.cursor), MATCH, pattern, COUNT, AT_ONCE)
                .thenCompose(reply -> page(tenant, policy, scanned(reply), place, nodes.size()));
    }

    private CompletionStage<KeyPage> page(String tenant, String policy, Scanned scanned, Place place, int nodes) {
        List<CompletableFuture<Optional<String>>> subjects = new ArrayList<>(scanned.keys.size());
        for (byte[] key : scanned.keys) {
            Optional<String> shown = layout.subject(tenant, policy, key);
            subjects.add(
                    shown.isPresent()
                            ? CompletableFuture.completedFuture(shown)
                            : driver.submit(key, GET, key)
                                    .thenApply(RedisListing::subject)
                                    .toCompletableFuture());
        }
        Optional<String> next = next(scanned.cursor, place.node, nodes);
        return CompletableFuture.allOf(subjects.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> new KeyPage(
                        subjects.stream()
                                .flatMap(subject -> subject.join().stream())
                                .map(subject -> new Key(tenant, policy, subject))
                                .toList(),
                        next));
    }

    /** The subject that a value shows; empty where the key has gone meanwhile. */
    private static Optional<String> subject(@Nullable Object value) {
        return value instanceof byte[] bytes
                ? StoredValue.read(bytes, 0, Optional.empty()).subject().map(KeyLayout::text)
                : Optional.empty();
    }

    private static Optional<String> next(String cursor, int node, int nodes) {
        if (!cursor.equals(FIRST)) {
            return Optional.of(node + "-" + cursor);
        }
        return node + 1 < nodes ? Optional.of(node + 1 + "-" + FIRST) : Optional.empty();
    }

    private record Place(int node, String cursor) {}

    private record Scanned(String cursor, List<byte[]> keys) {}

    private static Place place(String cursor, int nodes) {
        if (cursor.equals(KeyPage.START)) {
            return new Place(0, FIRST);
        }
        int dash = cursor.indexOf('-');
        if (isNumber(cursor, 0, dash) && isNumber(cursor, dash + 1, cursor.length()) && dash < 6) {
            int node = Integer.parseInt(cursor.substring(0, dash));
            if (node < nodes) {
                return new Place(node, cursor.substring(dash + 1));
            }
        }
        throw new InvalidArgumentException("cursor is '" + cursor + "', expected '' or one that a page named");
    }

    private static boolean isNumber(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            if (text.charAt(i) < '0' || text.charAt(i) > '9') {
                return false;
            }
        }
        return from < to && to - from <= 20;
    }

    private static Scanned scanned(@Nullable Object reply) {
        if (reply instanceof List<?> parts
                && parts.size() == 2
                && parts.get(0) instanceof byte[] cursor
                && parts.get(1) instanceof List<?> found) {
            List<byte[]> keys = new ArrayList<>(found.size());
            for (Object key : found) {
                if (!(key instanceof byte[] bytes)) {
                    throw RedisReplies.unexpected("a key that is no string");
                }
                keys.add(bytes);
            }
            return new Scanned(new String(cursor, StandardCharsets.US_ASCII), keys);
        }
        throw RedisReplies.unexpected("no page of a scan");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
