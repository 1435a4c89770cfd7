package dev.guard.bench.memory;

import java.time.Duration;

/** Whether the calls of a benchmark are admitted or denied: the rate that every contestant is configured with. */
public enum Load {
    /** More permits than any contestant can take. */
    ADMITTED(1_000_000_000, Duration.ofSeconds(1)),
    /** One permit, which the first call takes, and none for an hour. */
    DENIED(1, Duration.ofHours(1));

    private final int permits;
    private final Duration period;

    Load(int permits, Duration period) {
        this.permits = permits;
        this.period = period;
    }

    int permits() {
        return permits;
    }

    Duration period() {
        return period;
    }

    long nanosPerPermit() {
        return period.toNanos() / permits;
    }

    double permitsPerSecond() {
        return 1e9 / nanosPerPermit();
    }
}
