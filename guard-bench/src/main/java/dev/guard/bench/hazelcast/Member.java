package dev.guard.bench.hazelcast;

import dev.guard.domain.backend.BackendSettings;
import dev.guard.hazelcast.HazelcastBackend;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A member that keeps its part of the keys and asks nothing, in a JVM of its own; it ends with its standard input.
 *
 * <p>Arguments: its own address and then those of the others.
 */
final class Member {

    private Member() {}

    public static void main(String[] args) throws IOException {
        try (HazelcastBackend backend = open(List.of(args))) {
            while (System.in.read() >= 0) {
                // Nobody says anything.
            }
            backend.instance().getLifecycleService().terminate();
        }
    }

    /** A member with guard's own settings, whoever asks it: one backup that is waited for. Waits until all members are there. */
    static HazelcastBackend open(List<String> addresses) {
        String own = addresses.get(0);
        return HazelcastBackend.open(BackendSettings.of(
                HazelcastBackend.NAME,
                Map.of(
                        "members",
                        String.join(",", addresses),
                        "port",
                        own.substring(own.lastIndexOf(':') + 1),
                        "cluster",
                        "bench",
                        "timeout",
                        "10s",
                        "start_timeout",
                        "2m")));
    }
}
