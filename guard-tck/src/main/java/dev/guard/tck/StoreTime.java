package dev.guard.tck;

import dev.guard.domain.Micros;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/** The store's time under a rule: it stands still until the rule moves it, and may be read by any thread. */
final class StoreTime implements InstantSource {

    private volatile long micros;

    StoreTime(Instant start) {
        this.micros = Micros.of(start);
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    long micros() {
        return micros;
    }

    void set(long micros) {
        this.micros = micros;
    }
}
