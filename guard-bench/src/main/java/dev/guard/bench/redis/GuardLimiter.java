package dev.guard.bench.redis;

import dev.guard.api.Guard;
import dev.guard.api.RateLimiter;
import dev.guard.bench.load.Limiter;
import dev.guard.domain.Limit;
import dev.guard.domain.Policy;
import java.time.Duration;
import java.util.List;

/** guard, with one limit or several; all of them admit what the first one does. */
final class GuardLimiter implements Limiter {

    static final String POLICY = "bench";

    /** So long that a machine that is busy with something else does not end a run; calls have deadlines all the same. */
    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final Guard guard;
    private final RateLimiter limiter;

    /**
     * Opens it.
     *
     * @param backend the backend's name
     * @param addresses one for a server, several for a cluster
     * @param limits separated by commas and blanks
     */
    GuardLimiter(String backend, List<String> addresses, String limits) {
        String scheme = addresses.size() == 1 ? "redis" : "redis-cluster";
        guard = Guard.builder()
                .backend(backend)
                .setting("backends." + backend + ".url", scheme + "://" + String.join(",", addresses) + "?timeout=10s")
                .deadline(DEADLINE)
                .build();
        limiter = guard.limiter(Policy.of(
                POLICY,
                List.of(limits.split(", ", -1)).stream().map(Limit::parse).toArray(Limit[]::new)));
    }

    @Override
    public boolean tryAcquire(String subject) {
        return limiter.tryAcquire(subject).allowed();
    }

    @Override
    public void close() {
        guard.close();
    }
}
