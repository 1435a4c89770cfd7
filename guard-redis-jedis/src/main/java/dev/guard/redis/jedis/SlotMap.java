package dev.guard.redis.jedis;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.redis.RedisConnectionException;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.HostAndPort;

/** Which primary holds which slot of a cluster. */
final class SlotMap {

    private static final int SLOTS = 16_384;
    private static final Comparator<HostAndPort> BY_NAME = Comparator.comparing(HostAndPort::toString);

    /** Nothing is known. */
    static final SlotMap EMPTY = new SlotMap(new HostAndPort[SLOTS], List.of());

    private final @Nullable HostAndPort[] primaryOf;
    private final List<HostAndPort> primaries;

    private SlotMap(@Nullable HostAndPort[] primaryOf, List<HostAndPort> primaries) {
        this.primaryOf = primaryOf;
        this.primaries = primaries;
    }

    /**
     * Reads the answer to {@code CLUSTER SLOTS}. Slots that nobody holds may be missing.
     *
     * @param asked who gave it: a server that does not know its own host's name leaves it empty
     * @throws RedisConnectionException if it is not such an answer
     */
    static SlotMap read(@Nullable Object reply, HostAndPort asked) {
        try {
            @Nullable HostAndPort[] primaryOf = new HostAndPort[SLOTS];
            Set<HostAndPort> primaries = new TreeSet<>(BY_NAME);
            for (Object range : list(reply)) {
                List<?> parts = list(range);
                int first = number(parts.get(0), SLOTS - 1);
                int last = number(parts.get(1), SLOTS - 1);
                HostAndPort primary = address(list(parts.get(2)), asked);
                primaries.add(primary);
                for (int slot = first; slot <= last; slot++) {
                    primaryOf[slot] = primary;
                }
            }
            if (primaries.isEmpty()) {
                throw new IllegalArgumentException("it has no slots");
            }
            return new SlotMap(primaryOf, List.copyOf(primaries));
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new RedisConnectionException(
                    Reason.TOPOLOGY, true, asked + " does not say which server of the cluster holds what", e);
        }
    }

    private static List<?> list(@Nullable Object reply) {
        if (reply instanceof List<?> list) {
            return list;
        }
        throw new IllegalArgumentException("a list was expected");
    }

    private static int number(@Nullable Object reply, int most) {
        if (reply instanceof Long number && number >= 0 && number <= most) {
            return number.intValue();
        }
        throw new IllegalArgumentException("a number from 0 to " + most + " was expected");
    }

    private static HostAndPort address(List<?> node, HostAndPort asked) {
        String host = node.get(0) instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : "";
        return new HostAndPort(host.isEmpty() ? asked.getHost() : host, number(node.get(1), 65_535));
    }

    /** The primary of a slot; null if none is known. */
    @Nullable
    HostAndPort primaryOf(int slot) {
        return primaryOf[slot];
    }

    /** The primaries by name. */
    List<HostAndPort> primaries() {
        return primaries;
    }
}
