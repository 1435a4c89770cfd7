package dev.guard.tck;

import dev.guard.domain.Key;
import dev.guard.domain.Micros;
import dev.guard.domain.backend.Backend;
import java.time.Duration;
import java.util.Optional;

/** The rule of expiry over a backend that keeps everything as long as its test says. */
class ExpiringContract implements ExpiringCounters {

    /** What is made of the time after which nothing is left of a key. */
    enum Keeping {
        RIGHT,
        HALF_AS_LONG,
        FOR_EVER,
        NOT_AT_ALL
    }

    static volatile Keeping keeping = Keeping.RIGHT;

    @Override
    public Backend open(TckEnvironment environment) {
        return new SimpleBackend(environment, true);
    }

    @Override
    public Optional<Duration> timeToLive(Backend backend, TckEnvironment environment, Key key) {
        Duration right =
                Micros.toDuration(((SimpleBackend) backend).expiresAfter(key)).plusSeconds(1);
        return switch (keeping) {
            case RIGHT -> Optional.of(right);
            case HALF_AS_LONG -> Optional.of(right.dividedBy(2));
            case FOR_EVER -> Optional.of(Duration.ofSeconds(-1));
            case NOT_AT_ALL -> Optional.empty();
        };
    }
}
